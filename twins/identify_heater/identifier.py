"""The estimator: meter, weather and perhaps sensors in; a heater and its consumption out."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Literal, Self

import numpy as np

from ..errors import InputError
from ..heater import HeaterPlant
from ..heater_toml import load_heater
from ..intervals import Intervals
from ..stn_tables import Floats
from ..value_checks import check_number, check_whole
from .building_fit import fit_building
from .daily_model import LEAST_DAYS, DailyModel, DailyPredictor, knows_brick
from .found_heater import not_identified, notes_of, running_heater
from .heater_days import HOURS, HeaterDays
from .heater_report import HeaterReport
from .modern_models import RidgeProcess, StoreBalance
from .paper_models import CorrectedPhysicalModel, NeuralModel, PhysicalModel
from .rolling import rolling_origin
from .telemetry_fit import TelemetryFit, fit_telemetry

Model = Literal["auto", "pm", "cm", "cpm", "ridge-gp", "store-balance"]
Progress = Callable[[float, str], None]

MODELS: MappingProxyType[str, type[DailyModel]] = MappingProxyType(
    {
        "pm": PhysicalModel,
        "cm": NeuralModel,
        "cpm": CorrectedPhysicalModel,
        "ridge-gp": RidgeProcess,
        "store-balance": StoreBalance,
    }
)
"""The models of a day's consumption, by name."""

BRICK = " + brick"
"""What the name of a model that knows the brick temperature ends with in reports."""

_ORIGINS = 8
_LEAST_ORIGIN = 21
_LATER_SHARE = 0.5
_DEFAULT = "ridge-gp"
_FLATTERED = 1.1
"""How much worse models may look that know the brick: the best of many looks better than it is."""


class HeaterIdentifier(DailyPredictor):
    """Finds the heater behind a meter, and predicts what it will draw.

    The model of the consumption is the one with the least error at rolling origins in the second
    half of the days of the fit; if there is telemetry of the bricks, one is chosen for days on
    which the brick temperature is known when they begin, and one for the others. With telemetry,
    the heat capacity of the bricks and the transfer to the water are found too; the losses and
    gains of the building come from meter and weather.

    Args:
        plant: what is known of the heater before; the shipped one if None. What the data do not
            tell stays as it is there.
        model: `"auto"`, or the name of one of `MODELS`.
        room_c: mean room temperature [degC], which the meter cannot tell from the gains.
        seed: of all that is drawn at random; the same seed gives the same result.
        first_hour: at which days begin, as `heater_days` takes it.
        progress: is told the share that is done and what is being done.

    Attributes:
        plant_: the heater, a valid `HeaterPlant`.
        intervals_: lowest and highest value of what was looked for: of `brick.*`, `air.*` and
            `transfer_kw_per_k(fan)` with telemetry, of `building.*` and `gains.*` always.
        report_: a `HeaterReport`; it names what is not identified.
        model_: name of the model.
    """

    def __init__(
        self,
        plant: HeaterPlant | None = None,
        model: Model = "auto",
        *,
        room_c: float = 20.0,
        seed: int = 0,
        first_hour: int | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.plant = plant
        self.model = model
        self.room_c = room_c
        self.seed = seed
        self.first_hour = first_hour
        self.progress = progress

    def fit_days(self, days: HeaterDays) -> Self:
        """Find the heater and the model from metered days.

        Raises:
            InputError: hyperparameters, days or telemetry that no fit can be done with.
        """
        self._check_hyperparameters()
        start_s = time.perf_counter()
        super().fit_days(days)
        self._tell(0.7, "heater")
        prior = self.plant or load_heater("sets_heater")
        sensors = None if days.telemetry is None else fit_telemetry(days.telemetry, prior)
        building = fit_building(days, prior if sensors is None else sensors.plant, self.room_c)
        self.plant_ = running_heater(building.plant, days)
        self.intervals_: Intervals = {
            **({} if sensors is None else sensors.intervals),
            **building.intervals,
        }
        self.report_ = self._report(days, sensors, time.perf_counter() - start_s)
        self._tell(1.0, "done")
        return self

    @property
    def model_(self) -> str:
        """Name of the model that predicts days whose brick temperature is known, if any is."""
        return self._name if self._brick_name is None else self._brick_name

    def _fit(self, days: HeaterDays) -> None:
        bare, brick = days.without_brick(), knows_brick(days)
        names = list(MODELS) if self.model == "auto" else [self.model]
        with_brick = [name for name in names if brick and MODELS[name].uses_brick]
        self._errors: dict[str, float] = {}
        self._name, bare_error = self._best(names, bare, "", 0.0)
        self._bare = self._make(self._name).fit_days(bare)
        self._brick_name: str | None = None
        if with_brick:
            name, error = self._best(with_brick, days, BRICK, 0.4)
            if error <= _FLATTERED * bare_error:
                self._brick_name = name
                self._brick = self._make(name).fit_days(days)

    def _daily(self, days: HeaterDays, rows: slice) -> Floats:
        bare_kwh = self._bare._daily(days.without_brick(), rows)
        known = np.isfinite(days.brick_c[rows])
        if self._brick_name is None or not known.any():
            return bare_kwh
        return np.where(known, self._brick._daily(days, rows), bare_kwh)

    def _best(
        self, names: Sequence[str], days: HeaterDays, ending: str, done: float
    ) -> tuple[str, float]:
        """The model with the least error at rolling origins, and that error.

        Where there is no choice, or are too few days for one, the error is 0.
        """
        first = max(_LEAST_ORIGIN, int(days.days * (1.0 - _LATER_SHARE)))
        if len(names) == 1:
            return names[0], 0.0
        before, later = days.take(slice(first)).metered, days.take(slice(first, None)).metered
        if before.sum() < LEAST_DAYS or not later.any():
            return _DEFAULT, 0.0
        every = -(-(days.days - first) // _ORIGINS)
        errors = {}
        for place, name in enumerate(names):
            self._tell(done + 0.3 * place / len(names), f"{name}{ending}")
            errors[name] = rolling_origin(self._make(name), days, first=first, every=every).mape
        self._errors |= {f"{name}{ending}": error for name, error in errors.items()}
        best = min(errors, key=lambda name: errors[name])
        return best, errors[best]

    def _make(self, name: str) -> DailyModel:
        model = MODELS[name](first_hour=self.first_hour)
        known = {"seed": self.seed, "plant": self.plant}
        taken = {key: value for key, value in known.items() if key in model.get_params(deep=False)}
        made: DailyModel = model.set_params(**taken)
        return made

    def _report(
        self, days: HeaterDays, sensors: TelemetryFit | None, wall_s: float
    ) -> HeaterReport:
        telemetry = days.telemetry
        told = 0.0 if telemetry is None else float(np.isfinite(telemetry.brick_c).sum())
        return HeaterReport(
            model=self.model_,
            model_without=self._name,
            errors=dict(self._errors),
            days=int(days.metered.sum()),
            first_hour=days.first_hour,
            telemetry_days=0.0 if telemetry is None else told * telemetry.step_h / HOURS,
            brick_sensor_k=None if sensors is None else sensors.sensor_k,
            left_out=tuple((str(day.date), day.reason) for day in days.left_out),
            not_identified=not_identified(self.intervals_, sensors is not None),
            notes=tuple(notes_of(sensors)),
            wall_s=wall_s,
        )

    def _check_hyperparameters(self) -> None:
        if self.plant is not None and not isinstance(self.plant, HeaterPlant):
            raise InputError("plant", self.plant, "give a HeaterPlant, or None")
        if self.model != "auto" and self.model not in MODELS:
            raise InputError("model", self.model, f"use one of auto, {', '.join(MODELS)}")
        check_number("room_c", self.room_c, low=5.0, high=35.0)
        check_whole("seed", self.seed, high=2**32 - 1)
        if self.first_hour is not None:
            check_whole("first_hour", self.first_hour, high=HOURS - 1)

    def _tell(self, share: float, word: str) -> None:
        if self.progress is not None:
            self.progress(share, word)
