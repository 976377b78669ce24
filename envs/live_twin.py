"""An env as a live twin: what a server of live runs steps."""

from __future__ import annotations

import datetime
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..twins.errors import InputError
from ..twins.faults.assets import Asset
from ..twins.health.records import OperatingRecord
from ..twins.heater_toml import heater_to_toml
from ..twins.live.records import record_to_plain, to_plain
from ..twins.plant_toml import plant_to_toml
from .faulty_plant import FaultyPlant
from .heater_env import SetsHeaterEnv
from .live_calls import DayCalls
from .plant_env import PlantEnv
from .policy import Policy
from .stn_env import StnEnv

Json = Any
"""What JSON can carry."""


class EnvTwin:
    """A `plantgym.twins.live.live_twin.LiveTwin` around a single env.

    Args:
        env: a factory or a heater, without wrappers.
        safe: acts as long as nobody commands. It shall decide fast: all clients wait for it.
        seed: of the noise of sensors and of what faults lose.
    """

    def __init__(self, env: StnEnv | SetsHeaterEnv, safe: Policy, seed: int = 0) -> None:
        self.env, self.safe = env, safe
        self._plant = FaultyPlant(env, seed)
        self._base: PlantEnv[Any, Any] = env
        self._minutes = env.batch.scenarios.step_minutes
        self._start_hour = (
            env.batch.form.start_hour if isinstance(env, SetsHeaterEnv) else env.plant.start_hour
        )
        self._obs = np.zeros(env.batch.n_observed, np.float32)
        self._calls = DayCalls(env)

    @property
    def step_s(self) -> float:
        """Length of a step in the plant's own time [s]."""
        return 60.0 * self._minutes

    @property
    def over(self) -> bool:
        """Whether the day has ended, so that a step needs a start first."""
        return bool(self.env.batch.state.over.item(0))

    @property
    def controls(self) -> list[str]:
        """What each number of an action controls: tasks, or power and fan of a heater."""
        if isinstance(self.env, SetsHeaterEnv):
            return ["power", "fan"]
        return [task.name for task in self.env.plant.tasks]

    @property
    def assets(self) -> tuple[Asset, ...]:
        """What can fail."""
        return self._plant.assets

    @property
    def records(self) -> list[OperatingRecord]:
        """What each asset did in the last step."""
        return self._plant.records

    def describe(self) -> dict[str, Json]:
        """What the plant is: its file and what is observed, controlled and paid."""
        batch = self.env.batch
        days = batch.scenarios
        told = {
            "env": None if self.env.spec is None else self.env.spec.id,
            "step_minutes": self._minutes,
            "start_hour": self._start_hour,
            "days": [str(days.dates[0]), str(days.dates[-1]), days.n_days],
            "currency": days.currency,
            "reference_cost": batch.reference_cost,
            "observed": [asdict(entry) for entry in batch.observed],
            "controls": self.controls,
            "assets": [asset.name for asset in self.assets],
            "n_modes": batch.n_modes,
            "continuous": bool(batch.tables.continuous),
            "cost_parts": list(batch.cost_parts),
            "meter": list(batch.meter),
        }
        if isinstance(self.env, SetsHeaterEnv):
            heater = self.env.batch
            plant = heater_to_toml(heater.plant)
            more = {"terms": to_plain(heater.terms), "form": to_plain(heater.form)}
            return {"kind": "heater", "plant": plant, **told, **more}
        return {"kind": "factory", "plant": plant_to_toml(self.env.plant), **told}

    def start(self, seed: int | None, day: str | int | None) -> dict[str, Json]:
        """Start a day: a random one, or that of a date or index.

        Raises:
            InputError: a day that is not in the split.
        """
        self._obs, info = self.env.reset(seed=seed, options=None if day is None else {"day": day})
        self._plant.start()
        self._calls.brought = []
        self.safe.reset(self.env)
        return {"day": info["day"], "time": self._time(), "observation": self._obs.tolist()}

    def start_next(self) -> dict[str, Json]:
        """Start the day after the present one; the first of the split after the last."""
        batch = self.env.batch
        return self.start(None, (int(batch.state.day[0]) + 1) % batch.scenarios.n_days)

    def check(self, action: list[float]) -> None:
        """Refuse what is no action.

        Raises:
            InputError: not a number a control, not whole modes, or beyond what there is.
        """
        batch = self.env.batch
        n_modes, continuous = batch.n_modes, batch.tables.continuous
        if len(action) != len(n_modes):
            fix = f"give {len(n_modes)} numbers, one a {batch.control}"
            raise InputError("action", action, fix)
        lows, tops = ([-1] * len(n_modes), [1] * len(n_modes))
        if not continuous:
            lows, tops = [0] * len(n_modes), [n - 1 for n in n_modes]
        whole = continuous or all(isinstance(asked, int) for asked in action)
        within = all(low <= x <= top for low, x, top in zip(lows, action, tops, strict=True))
        if not (whole and within):
            fix = "levels from -1 to 1" if continuous else f"whole modes from 0 to {tops}"
            raise InputError("action", action, f"give {fix}, one a {batch.control}")

    def step(self, action: list[float]) -> dict[str, Json]:
        """Run a step with an action that was checked."""
        step, day = int(self.env.batch.state.step[0]), self.env.batch.date(0)
        self._obs, reward, ended, _, info = self._plant.step(np.array(action))
        return {
            "day": day,
            "time": self._time(),
            "step": step,
            "observation": self._obs.tolist(),
            "reward": reward,
            "cost": info["cost"],
            "meter": {name: info[name] for name in self.env.batch.meter},
            "requested": info["requested"].tolist(),
            "applied": info["applied"].tolist(),
            "ended": ended,
            "assets": {record.asset: record_to_plain(record) for record in self.records},
        }

    def safe_action(self) -> list[float]:
        """What the safe policy does in this step."""
        action: list[float] = np.asarray(self.safe.act(self._obs)).tolist()
        return action

    def call(self, in_steps: int, steps: int, power_kw: float) -> None:
        """Bring a demand-response event into the day; as `DayCalls.bring`."""
        self._calls.bring(in_steps, steps, power_kw)

    def calls(self) -> list[dict[str, Json]]:
        """Those that were brought into this day."""
        return self._calls.brought

    def set_fault(self, asset: str, kind: str, size: float) -> None:
        """Break an asset, or mend it; as `FaultyPlant.set_fault`."""
        self._plant.set_fault(asset, kind, size)

    def faults(self) -> list[dict[str, Json]]:
        """Those that there are."""
        return [
            {"asset": fault.asset, "kind": fault.kind, "size": fault.size}
            for fault in self._plant.faults
        ]

    def answer(self, what: str) -> Json:
        """What is known now: `"view"` or `"masks"`.

        Raises:
            InputError: masks of a plant without modes.
        """
        if what == "view":
            return to_plain(self.env.view())
        if isinstance(self.env, SetsHeaterEnv):
            raise InputError("ask what", what, "a heater has no masks: ask for the view")
        return self.env.action_masks().tolist()

    def save(self) -> Json:
        """The whole state, random stream included, by field; calls and faults."""
        state = self.env.batch.state._asdict()
        return {
            "state": {name: values.tolist() for name, values in state.items()},
            "calls": self._calls.brought,
            "plant": self._plant.save(),
        }

    def restore(self, saved: Json) -> None:
        """Go back to a state of `save`."""
        mine = self._base.batch.state
        state = saved["state"]
        arrays: dict[str, NDArray[Any]] = {
            name: np.array(state[name], values.dtype) for name, values in mine._asdict().items()
        }
        self._plant.restore(saved["plant"])
        self._calls.brought = saved["calls"]
        self._obs = self._base.set_state(type(mine)(**arrays))
        self.safe.reset(self.env)

    def _time(self) -> str:
        """Clock time at which the coming step begins."""
        batch = self.env.batch
        first = datetime.datetime.fromisoformat(batch.date(0))
        first += datetime.timedelta(hours=self._start_hour)
        passed = datetime.timedelta(minutes=self._minutes * int(batch.state.step[0]))
        return (first + passed).isoformat(timespec="minutes")
