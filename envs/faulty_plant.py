"""An env whose plant may have faults, and which tells what its sensors read."""

from __future__ import annotations

import copy
import datetime
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..twins.errors import InputError
from ..twins.faults.assets import plant_assets
from ..twins.faults.effects import (
    faulty_heater_values,
    faulty_series,
    faulty_stn_tables,
    stuck_request,
)
from ..twins.faults.fault import Fault, changed_faults
from ..twins.faults.sensors import NOISE, factory_readings, heater_readings, sensed, spread
from ..twins.health.records import FactoryRecords, HeaterRecords, OperatingRecord
from ..twins.stn_tables import Floats
from .heater_env import SetsHeaterEnv
from .plant_env import PlantEnv
from .plausible_batch import PlausibleBatch
from .stn_env import StnEnv

Json = Any
"""What JSON can carry."""


class FaultyPlant:
    """Runs an env under faults, and records each step of each asset.

    Observations, rewards and costs are those of the plant as it really runs; without faults they
    are the env's own bit for bit. Only the sensors of the assets read what faults make of them:
    `records`, the operating records of the last step.

    Call `start` after each reset of the env, and `step` instead of the env's own.

    Args:
        env: a factory or a heater, without wrappers.
        seed: fixes noise and losses; they are a function of it, the date and the step.

    Raises:
        InputError: a plant that is drawn from intervals in each episode.
    """

    def __init__(self, env: StnEnv | SetsHeaterEnv, seed: int = 0) -> None:
        if isinstance(env.batch, PlausibleBatch):
            raise InputError("intervals", True, "run a plant that is known, without intervals")
        self.env, self.seed = env, seed
        self.assets = plant_assets(env.batch.plant)
        self.faults: tuple[Fault, ...] = ()
        self.steps_run = 0
        """Steps so far, over all days: what the `since` of faults counts in."""
        self.records: list[OperatingRecord] = []
        self.readings: Floats = np.full(len(self.assets), np.nan)
        """What the sensors read in the last step [A]; NaN where a sample was lost."""
        self._base: PlantEnv[Any, Any] = env
        self._healthy = copy.deepcopy(self._base.batch)
        self._reached: NDArray[Any] | None = None
        days = env.batch.scenarios
        self._step_h = days.step_minutes / 60.0
        if isinstance(env, SetsHeaterEnv):
            self._heater = HeaterRecords(env.batch.plant, self.assets)
        else:
            self._tables = env.batch.tables
            self._factory = FactoryRecords(env.plant, self.assets, self._tables)
            self._base_load_kw = days.series["base_load_kw"]
            self._forecast_kw = days.generation_forecast_kw

    def start(self) -> None:
        """Take note that the env was reset."""
        if isinstance(self.env, SetsHeaterEnv):
            self._heater.start()

    def set_fault(self, asset: str, kind: str, size: float | None) -> None:
        """Set a fault from the coming step on; None or 0 clears it.

        Raises:
            InputError: an unknown asset, a kind that it cannot have, or a size out of range.
        """
        self._take(changed_faults(self.assets, self.faults, asset, kind, size, self.steps_run))

    def step(
        self, action: NDArray[Any]
    ) -> tuple[NDArray[np.float32], float, bool, bool, dict[str, Any]]:
        """Run the env for a step; as its own `step`, but `requested` is what was asked for.

        Raises:
            InputError: a bad action; nothing has changed then.
        """
        time, step = self._time(), int(self._base.batch.state.step[0])
        chance = self._chance(step)
        before = self._base.batch.state.copy() if self.faults else self._base.batch.state
        told = self._run_healthy(before, action)
        n_controls = len(self._healthy.n_modes)
        asked = np.asarray(action).reshape(n_controls)
        kept = asked if self._reached is None else self._reached
        reaches = stuck_request(self.assets, self.faults, asked, kept, chance)
        self._reached = reaches.astype(asked.dtype)
        obs, reward, ended, truncated, info = self.env.step(self._reached)
        info["requested"], obeyed = told[:n_controls], told[n_controls:]
        if self.faults:
            obeyed = self._due(before, asked, obeyed, info["applied"])
        self._record(time, step, obeyed, info, chance)
        self.steps_run += 1
        return obs, reward, ended, truncated, info

    def _run_healthy(self, state: Any, action: NDArray[Any]) -> Floats:  # noqa: ANN401 - of the plant
        """Levels asked for and run by the healthy plant from a state [2 J]."""
        self._healthy.put_state(state)
        _, account = self._healthy.step(action)
        levels: Floats = account[0, -2 * len(self._healthy.n_modes) :]
        return levels

    def _due(self, state: Any, asked: NDArray[Any], obeyed: Floats, ran: Floats) -> Floats:  # noqa: ANN401
        """What each control should have run, given what the others did [J].

        A task that stood because another one did not deliver has obeyed.
        """
        due = ran.copy()
        for j in np.flatnonzero(obeyed != ran):
            action = self._action(ran).astype(asked.dtype)
            action[j] = asked[j]
            due[j] = self._run_healthy(state, action)[len(ran) + j]
        return due

    def _action(self, levels: Floats) -> NDArray[Any]:
        """The action that asks for levels [J]."""
        if isinstance(self.env, SetsHeaterEnv):
            power_kw = float(levels[0]) * self.env.batch.plant.heater.power_max_kw
            return self.env.batch.controls_to_action(power_kw, float(levels[1]))
        return self.env.batch.levels_to_action(levels)

    def save(self) -> Json:
        """What to go on from, beside the state of the env."""
        reached = None if self._reached is None else self._reached.tolist()
        faults = [asdict(fault) for fault in self.faults]
        return {"faults": faults, "steps_run": self.steps_run, "reached": reached}

    def restore(self, saved: Json) -> None:
        """Go on from what `save` gave."""
        self.steps_run = saved["steps_run"]
        reached = saved["reached"]
        self._reached = None if reached is None else np.array(reached)
        self._take(tuple(Fault(**fault) for fault in saved["faults"]))
        self.start()

    def _take(self, faults: tuple[Fault, ...]) -> None:
        """Run on the plant as these faults leave it."""
        self.faults, env = faults, self.env
        if isinstance(env, SetsHeaterEnv):
            values = faulty_heater_values(env.batch.plant, faults)
            env.batch.run_on(tables=env.batch.tables._replace(values=values))
            return
        batch = env.batch
        self._tables = faulty_stn_tables(env.plant, batch.tables, faults)
        batch.run_on(tables=self._tables, series=faulty_series(batch.series, faults))

    def _record(
        self, time: np.datetime64, step: int, obeyed: Floats, info: dict[str, Any],
        chance: np.random.Generator,
    ) -> None:  # fmt: skip
        per_day = 24.0 / self._step_h
        applied = info["applied"]
        if isinstance(self.env, SetsHeaterEnv):
            true = heater_readings(info)
            water_c = info["water_c"] + NOISE * 100.0 * chance.standard_normal()
            self.readings = sensed(self.assets, self.faults, true, self.steps_run, per_day, chance)
            self.records = self._heater.records(time, obeyed, applied, self.readings, water_c)
            return
        day = int(self.env.batch.state.day[0])
        true = factory_readings(
            self.assets, self._tables, applied, info["load_kw"], info["generation_kw"]
        )
        date = datetime.date.fromisoformat(self._base.batch.date(0))
        of_day = np.random.default_rng((self.seed, date.toordinal())).standard_normal(len(applied))
        true = spread(true, of_day, chance.standard_normal(len(applied)))
        self.readings = sensed(self.assets, self.faults, true, self.steps_run, per_day, chance)
        self.records = self._factory.records(
            time, obeyed, applied, self.readings, float(self._base_load_kw[day, step]),
            float(self._forecast_kw[day, step]),
        )  # fmt: skip

    def _chance(self, step: int) -> np.random.Generator:
        """The source of chance of a step; the same when a day is run again."""
        date = datetime.date.fromisoformat(self._base.batch.date(0))
        return np.random.default_rng((self.seed, date.toordinal(), step))

    def _time(self) -> np.datetime64:
        """Clock time at which the coming step begins."""
        batch = self._base.batch
        env = self.env
        hour = env.batch.form.start_hour if isinstance(env, SetsHeaterEnv) else env.plant.start_hour
        first = np.datetime64(batch.date(0), "m") + np.timedelta64(60 * hour, "m")
        return first + np.timedelta64(round(60 * self._step_h) * int(batch.state.step[0]), "m")
