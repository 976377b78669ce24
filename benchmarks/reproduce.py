"""The PSI benchmark run anew from the shipped data: every method on both plants.

Every method learns from the training days; ours chooses between its models on the cv days, and the
black boxes have defaults that were chosen there. The test days are only scored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from rich.table import Table

from ..twins.errors import MissingExtraError
from ..twins.identify.fit_options import check_jobs
from ..twins.identify.load_error import load_error
from ..twins.identify.process import process_of
from ..twins.identify.psi_data import PSI_PLANTS, PSI_SETS, psi_days
from ..twins.plant import StnPlant
from ..twins.plant_toml import load_plant
from .fit_time import FIT_THREADS, timed_fit
from .found_parameters import found_parameters, power_error
from .model_error import ModelError, price_of_model_error
from .parallel import in_parallel
from .psi_table import PUBLISHED, PUBLISHED_SOURCE, MeanRms, PsiRow, price_table, psi_table

if TYPE_CHECKING:
    from ..twins.identify.identifier import Model

REPRODUCTION_FORMAT = "plantgym reproduction 1"

BLACK_BOXES = MappingProxyType(
    {
        "price-rank table": "PriceRankTable",
        "boosted trees": "BoostedTrees",
        "neural net": "NeuralNet",
    }
)
OURS = MappingProxyType({"ours LP": "lp", "ours MILP": "milp", "ours auto": "auto"})
_METHODS = (*BLACK_BOXES, *OURS)

_PRICE_DAYS = 3
_PRICED = "ours auto"


@dataclass(frozen=True, slots=True)
class PsiReproduction:
    """What was found.

    Args:
        rows: published and ours, by plant.
        prices: of the model error of our plants, by plant.
        currency: of those.
        seed: of the run.
    """

    rows: Mapping[str, list[PsiRow]]
    prices: Mapping[str, list[ModelError]]
    currency: str
    seed: int

    def tables(self) -> list[Table]:
        """For the terminal."""
        return [
            *(psi_table(plant, rows) for plant, rows in self.rows.items()),
            *(price_table(plant, each, self.currency) for plant, each in self.prices.items()),
        ]

    def as_dict(self) -> dict[str, Any]:
        """For files."""
        return {
            "name": "psi",
            "version": version("plantgym"),
            "seed": self.seed,
            "threads": FIT_THREADS,
            "published": PUBLISHED_SOURCE,
            "rows": [asdict(row) for rows in self.rows.values() for row in rows],
            "currency": self.currency,
            "price_of_model_error": [
                {
                    "plant": plant,
                    **asdict(each),
                    "of_cost": each.of_cost,
                    "of_saving": each.of_saving,
                }
                for plant, prices in self.prices.items()
                for each in prices
            ],
        }


def reproduce_psi(
    *,
    quick: bool = False,
    seed: int = 0,
    n_jobs: int = 1,
    progress: Callable[[float, str], None] | None = None,
) -> PsiReproduction:
    """Run all methods on the PSI plants, and price the error of our plants.

    Args:
        quick: the cement mill alone.
        seed: of all that is drawn at random.
        n_jobs: processes that work at the same time, -1 for all cores; each fit is done by one.
        progress: is told how far it is.

    Raises:
        InputError: an `n_jobs` that is no number of processes.
        MissingExtraError: without the packages of the extras `identify` and `bench`.
    """
    check_jobs(n_jobs)
    plants = tuple(PSI_PLANTS)[:1] if quick else tuple(PSI_PLANTS)
    fits = [(plant, method, seed) for method in _METHODS[::-1] for plant in plants[::-1]]
    total, done = len(fits) + len(plants), 0
    rows: dict[tuple[str, str], PsiRow] = {}
    identified: dict[str, StnPlant] = {}
    prices: dict[str, list[ModelError]] = {}

    def tell(doing: str) -> None:
        if progress:
            progress(done / total, doing)

    tell("fits")
    with closing(in_parallel(run_method, fits, jobs=n_jobs)) as fitted:
        for row, found in fitted:
            rows[row.plant, row.method] = row
            if found and row.method == _PRICED:
                identified[row.plant] = found
            done += 1
            tell(f"{row.method}, {row.plant}")
    priced = [(plant, identified[plant], seed) for plant in plants]
    with closing(in_parallel(_price, priced, jobs=n_jobs)) as found_prices:
        for plant, found_price in found_prices:
            prices[plant] = found_price
            done += 1
            tell(f"price of model error, {plant}")
    return PsiReproduction(
        {p: [*PUBLISHED[p], *(rows[p, method] for method in _METHODS)] for p in plants},
        {plant: prices[plant] for plant in plants},
        load_plant(PSI_PLANTS[plants[0]]).currency,
        seed,
    )


def run_method(plant: str, method: str, seed: int) -> tuple[PsiRow, StnPlant | None]:
    """Fit a method to the training days of a PSI plant, and score it on all sets.

    Args:
        plant: one of `PSI_PLANTS`.
        method: one of `BLACK_BOXES` or `OURS`.
        seed: of the fit.

    Returns:
        Its row, and the plant that it found, if it finds one.
    """
    try:
        from ..twins.identify import black_box
        from ..twins.identify.identifier import PlantIdentifier
    except ModuleNotFoundError as error:
        raise MissingExtraError(error.name or "scikit-learn", "identify") from None
    true_plant = load_plant(PSI_PLANTS[plant])
    days = {name: psi_days(plant, name) for name in PSI_SETS}
    train = days["train"]
    if method in OURS:
        model = cast("Model", OURS[method])
        fitted = PlantIdentifier(process_of(true_plant), model, seed=seed, n_jobs=FIT_THREADS)
        took = timed_fit(lambda: fitted.fit_days(train, days["cv"]))
    else:
        fitted = getattr(black_box, BLACK_BOXES[method])()
        took = timed_fit(lambda: fitted.fit(train.energy_kwh, train.price_per_kwh))
    errors = {}
    for name, scored in days.items():
        found = load_error(fitted.predict(scored.price_per_kwh), scored.energy_kwh)
        errors[name] = MeanRms(found.mean, found.rms)
    row = PsiRow(plant, method, errors, wall_s=took.wall_s, cpu_s=took.cpu_s)
    if method in BLACK_BOXES:
        return row, None
    return with_parameter_errors(row, fitted.plant_, fitted.model_, true_plant), fitted.plant_


def with_parameter_errors(
    row: PsiRow, identified: StnPlant, model: str, true_plant: StnPlant
) -> PsiRow:
    """The row with how far the parameters of the identified plant are from the true ones."""
    found = {each.name: each for each in found_parameters(identified, true_plant)}
    (target,) = [each for name, each in found.items() if name.endswith(".target_t")]
    stores = [each for name, each in found.items() if name.endswith((".headroom_t", ".reserve_t"))]
    return replace(
        row,
        model=model.upper(),
        power_error=power_error(identified, true_plant),
        target_error=target.value / target.true - 1,
        target_inside=target.inside,
        stores_inside=sum(each.inside for each in stores),
        stores=len(stores),
        parameters=list(found.values()),
    )


def _price(plant: str, identified: StnPlant, seed: int) -> tuple[str, list[ModelError]]:
    true_plant = load_plant(PSI_PLANTS[plant])
    return plant, price_of_model_error(true_plant, identified, days=_PRICE_DAYS, seed=seed)
