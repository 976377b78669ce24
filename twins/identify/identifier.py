"""The estimator: a meter and prices in, a plant out, with scikit-learn's contract."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, Self

import numpy as np
from numpy.typing import ArrayLike
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from ..errors import InputError, MissingExtraError
from ..intervals import BASE_LOAD, Intervals
from ..stn_tables import Floats
from .chain import Chain
from .fit_options import check_hyperparameters
from .fit_report import FitReport
from .forward import optimal_load
from .load_error import LoadError, load_error
from .lp_fit import fit_continuous
from .lp_intervals import continuous_intervals
from .meter import MeterDays
from .meter_reading import meter_days
from .offset import BaseLoad, Offset, find_offset, refined
from .onoff_fit import MAX_STAGES, OnOffFit, fit_onoff
from .onoff_intervals import OpenStores, all_intervals
from .outputs import suited_process
from .parameters import Parameters, to_plant
from .process import Process
from .usable_days import usable_days

try:
    from sklearn.base import BaseEstimator
    from sklearn.utils.validation import check_is_fitted
except ImportError as error:
    raise MissingExtraError("scikit-learn", "identify") from error

Model = Literal["auto", "lp", "milp"]
Progress = Callable[[float, str], None]

_HELD_OUT = 4
_CLEARLY_ONOFF = 0.01
_OUTPUTS = {
    "lp": "the outputs per energy of the plant are those of the process",
    "milp": "the outputs per energy of the plant are the nearest that suit the meter",
}


class PlantIdentifier(BaseEstimator):  # type: ignore[misc]
    """Finds the plant behind a meter.

    Two classes of plant: `"milp"`, stages that run or stand (the energy of a day is then made of
    few levels), and `"lp"`, stages at any load, as in the source. `"auto"` fits both to the first
    days and takes the one that predicts the last quarter (or the validation days) better; an on/off
    plant that is off by less than 1 % there is taken without trying the other.

    Args:
        process: what is publicly known.
        model: class of the plant.
        seed: of the searches; the same seed gives the same plant.
        base_load: what the meter shows beside the stages: `"none"`, `"constant"` or `"daily"` (the
            same course every day).
        output_tolerance: how far the outputs per energy of the process may be off, as a share.
        n_jobs: processes that work at the same time.
        progress: is told the share that is done and what is being done.

    Attributes:
        plant_: the plant, a valid `StnPlant` with its intervals.
        intervals_: lowest and highest value of each parameter that the data cannot tell from the
            fitted one, by `parameter_names`.
        model_: `"lp"` or `"milp"`.
        report_: a `FitReport`.
        base_load_kwh_: base load of each step of a day [T].

    Source:
        The problem is that of Lyu et al., IEEE Trans. Smart Grid 2024, doi
        10.1109/TSG.2024.3507046; the methods are described in docs/identify.md.
    """

    def __init__(
        self,
        process: Process,
        model: Model = "auto",
        *,
        seed: int = 0,
        base_load: BaseLoad = "none",
        output_tolerance: float = 0.0,
        n_jobs: int = 1,
        progress: Progress | None = None,
    ) -> None:
        self.process = process
        self.model = model
        self.seed = seed
        self.base_load = base_load
        self.output_tolerance = output_tolerance
        self.n_jobs = n_jobs
        self.progress = progress

    def fit(self, meter: ArrayLike, prices: ArrayLike, *, pv_cf: ArrayLike | None = None) -> Self:
        """Fit to a meter.

        Args:
            meter: energy of each step [D, T], [kWh], or a pandas series with a clock; NaN where a
                reading is missing.
            prices: of energy [D, T], [currency/kWh], or a series.
            pv_cf: energy of PV in the region per kW installed [D, T], [kWh/kW], if the meter is
                net of some.

        Raises:
            InputError: anything wrong with the data or the hyperparameters, by name.
        """
        return self.fit_days(meter_days(meter, prices, pv=pv_cf))

    def fit_days(self, days: MeterDays, validation: MeterDays | None = None) -> Self:
        """Fit to metered days.

        Args:
            days: to fit to.
            validation: days that only decide between models and, in the continuous class, between
                starts; that class is then fitted to all days.

        Raises:
            InputError: as `fit`.
        """
        check_hyperparameters(self.get_params(deep=False))
        # BLAS rounds by how its threads share the work; the same plant must come of any number.
        with threadpool_limits(1):
            self._fit(days, validation)
        self._tell(1.0, "done")
        return self

    def _fit(self, days: MeterDays, validation: MeterDays | None) -> None:
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        usable = usable_days(days)
        kept = usable.days
        chosen, found = self._chosen(kept, validation)
        if found is None:
            found = _FITS[chosen](self, kept, validation)
        self._found = found
        self.model_ = chosen
        self.base_load_kwh_ = found.offset.base_load_kwh
        intervals = {BASE_LOAD: _around(found.offset.base_load_kw), **found.intervals}
        self.plant_ = to_plant(
            found.process,
            replace(found.parameters, base_load_kw=found.offset.base_load_kw),
            "continuous" if chosen == "lp" else "discrete",
            price_per_kwh=kept.hourly_price_per_kwh,
            intervals=intervals,
        )
        self.intervals_ = dict(intervals)
        self._pv_kw = found.offset.pv_kw
        train = self._error(kept)
        residual = kept.energy_kwh - self._metered(kept)
        self.report_ = FitReport(
            model=chosen,
            train_error=train.mean,
            validation_error=None if validation is None else self._error(validation).mean,
            days=kept.days,
            left_out=usable.left_out,
            noise=float(np.sqrt(np.nanmean(residual**2)) / np.nanmax(kept.energy_kwh)),
            pv_kw=found.offset.pv_kw,
            wall_s=time.perf_counter() - wall_s,
            cpu_s=time.process_time() - cpu_s,
            notes=self._notes(found.offset),
        )

    def predict(self, prices: ArrayLike) -> Floats:
        """The load of the plant under prices [D, T]: energy of each step [D, T], [kWh].

        The base load is part of it, PV behind the meter is not.
        """
        check_is_fitted(self)
        mean_kwh = self.base_load_kwh_.mean()
        return np.asarray(optimal_load(self.plant_, prices) + (self.base_load_kwh_ - mean_kwh))

    def score(
        self, meter: ArrayLike, prices: ArrayLike, *, pv_cf: ArrayLike | None = None
    ) -> float:
        """Minus the mean PSI error (greater is better, as scikit-learn wants it)."""
        check_is_fitted(self)
        return -self._error(meter_days(meter, prices, pv=pv_cf)).mean

    def _error(self, days: MeterDays) -> LoadError:
        return load_error(self._metered(days), days.energy_kwh)

    def _metered(self, days: MeterDays) -> Floats:
        """What the meter would show."""
        pv = 0.0 if days.pv_kwh_per_kw is None else self._pv_kw * days.pv_kwh_per_kw
        return np.asarray(self.predict(days.price_per_kwh) - pv)

    def _chosen(
        self, days: MeterDays, validation: MeterDays | None
    ) -> tuple[Literal["lp", "milp"], _Found | None]:
        """The class of the plant, and its fit if that is done already."""
        if self.model != "auto":
            return self.model, None
        if len(self.process.stages) > MAX_STAGES:
            return "lp", None
        train, held_out = days, validation
        if held_out is None:
            first = days.days - max(1, days.days // _HELD_OUT)
            train, held_out = days.take(slice(first)), days.take(slice(first, None))
        fits: dict[Literal["lp", "milp"], PlantIdentifier] = {}
        errors: dict[Literal["lp", "milp"], float] = {}
        for model in ("milp", "lp"):
            fits[model] = PlantIdentifier(**{**self.get_params(deep=False), "model": model})
            try:
                errors[model] = fits[model].fit_days(train)._error(held_out).mean
            except InputError:
                continue
            if model == "milp" and errors[model] < _CLEARLY_ONOFF:
                break
        if not errors:
            raise InputError("meter", "no model", "no plant of this process explains the meter")
        chosen = min(errors, key=lambda model: errors[model])
        done = chosen == "milp" and train is days
        return chosen, fits[chosen]._found if done else None

    def _fit_onoff(self, days: MeterDays, _: MeterDays | None) -> _Found:
        chain = Chain.of(self.process, self.output_tolerance)
        self._tell(0.0, "base load")
        offset = find_offset(days, chain, self.base_load, self.seed)
        process = self.process
        if self.output_tolerance:
            load_kwh, tolerance = offset.load_kwh(days), self.output_tolerance
            process = suited_process(process, load_kwh, days.price_per_kwh, tolerance, self.seed)
        fit = self._onoff(process, days, offset, 0.0)
        if self.base_load != "none" or days.pv_kwh_per_kw is not None:
            offset = refined(days, Chain.of(process), offset, self.base_load, fit.hours)
            fit = self._onoff(process, days, offset, 0.4)
        stores = OpenStores(fit, lambda done: self._tell(0.8 + 0.2 * done, "intervals"))
        fit = stores.centred()
        base_load_kw = None if self.base_load == "none" else offset.base_load_kw
        intervals = all_intervals(process, fit, stores, base_load_kw)
        return _Found(process, fit.trial.parameters, intervals, offset)

    def _onoff(self, process: Process, days: MeterDays, offset: Offset, done: float) -> OnOffFit:
        return fit_onoff(
            process,
            offset.load_kwh(days),
            days.price_per_kwh,
            seed=self.seed,
            n_jobs=self.n_jobs,
            progress=lambda share, word: self._tell(done + (0.8 - done) * share, word),
        )

    def _fit_continuous(self, days: MeterDays, validation: MeterDays | None) -> _Found:
        fitted = fit_continuous(
            days,
            self.process,
            seed=self.seed,
            validation=validation,
            base_load=self.base_load != "none",
            n_jobs=self.n_jobs,
            progress=lambda share: self._tell(0.8 * share, "continuous plant"),
        )
        self._tell(0.8, "intervals")
        intervals = continuous_intervals(days, self.process, fitted.parameters, n_jobs=self.n_jobs)
        step_kwh = fitted.parameters.base_load_kw * 24 / days.steps
        return _Found(
            self.process, fitted.parameters, intervals, Offset(np.full(days.steps, step_kwh))
        )

    def _notes(self, offset: Offset) -> tuple[str, ...]:
        notes = []
        if np.ptp(offset.base_load_kwh) > 0:
            notes.append("the plant file holds the mean of the daily base load")
        if self.output_tolerance:
            notes.append(_OUTPUTS[self.model_])
        return tuple(notes)

    def _tell(self, share: float, word: str) -> None:
        if self.progress is not None:
            self.progress(share, word)


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """The result of either class."""

    process: Process
    parameters: Parameters
    intervals: Intervals
    offset: Offset


_FITS = {"lp": PlantIdentifier._fit_continuous, "milp": PlantIdentifier._fit_onoff}


def _around(value: float) -> tuple[float, float]:
    """An interval of the value alone."""
    return value, value
