"""Demand-response events that are brought into a day that runs, as if the day had drawn them."""

from __future__ import annotations

from typing import Any

from ..twins.errors import InputError
from ..twins.heater_episode_kernel import STEPS_PER_DAY
from ..twins.heater_episode_state import ABSORB, REDUCE
from ..twins.heater_tables import HOLD_H
from ..twins.stn_tables import steps_of
from .heater_env import SetsHeaterEnv
from .stn_env import StnEnv


class DayCalls:
    """The events that were brought into a day of an env.

    An event is announced as long before its window as the plant's own events are, but at the next
    step at the earliest, as what was told already said nothing of it. From there on the day is, to
    the bit, one that had this event from the start. An event that the day has drawn itself and
    nobody knows of yet is replaced.

    Args:
        env: whose days they are.
    """

    def __init__(self, env: StnEnv | SetsHeaterEnv) -> None:
        self._env = env
        self.brought: list[dict[str, Any]] = []
        """First step of the window, its steps, and the awarded power [kW] of each."""

    def bring(self, in_steps: int, steps: int, power_kw: float) -> None:
        """Bring an event into the day.

        Args:
            in_steps: steps from now to its window, 1 or more.
            steps: length of the window.
            power_kw: awarded reduction of the load; negative to draw more.

        Raises:
            InputError: a plant without such events, a window that the day cannot have, or another
                event that is not over.
        """
        env, state = self._env, self._env.batch.state
        if state.over.item(0):
            raise InputError("call", power_kw, "the day is over: call on the next one")
        now = state.step.item(0)
        for other in self.brought:
            if (other["power_kw"] > 0) == (power_kw > 0):
                _check_over(other["from_step"], other["from_step"] + other["steps"], now)
        if isinstance(env, SetsHeaterEnv):
            _bring_to_heater(env, now, now + in_steps, steps, power_kw)
        else:
            _bring_to_factory(env, now, now + in_steps, steps, power_kw)
        call = {"from_step": now + in_steps, "steps": steps, "power_kw": power_kw}
        self.brought = [*self.brought, call]


def _bring_to_factory(env: StnEnv, now: int, start: int, steps: int, power_kw: float) -> None:
    plant, state = env.plant, env.batch.state
    if plant.dr is None or not _observes(env, "dr_award"):
        raise InputError("call", power_kw, "this plant has no demand response")
    _check_power(power_kw, 0.0, plant.max_power_kw)
    _check_window(start, steps, env.batch.tables.n_steps, state.dr_steps[0].tolist(), now)
    notice_h = plant.dr_events.notice_h if plant.dr_events else 0.0
    notice = max(now + 1, start - steps_of(notice_h, env.batch.tables.step_h))
    state.dr_steps[0] = notice, start, start + steps
    state.dr_award_kw[0] = power_kw


def _bring_to_heater(env: SetsHeaterEnv, now: int, start: int, steps: int, power_kw: float) -> None:
    terms, state, limit_kw = env.terms, env.batch.state, env.plant.heater.power_max_kw
    kind, calls = (REDUCE, terms.reduce) if power_kw > 0 else (ABSORB, terms.absorb)
    if calls is None or not env.batch.form.dr:
        raise InputError("call power_kw", power_kw, "this heater has no such calls")
    _check_power(power_kw, -limit_kw, limit_kw)
    day = min(start // STEPS_PER_DAY, env.batch.form.days - 1)
    slot = 2 * day + kind
    last = STEPS_PER_DAY * (day + 1)
    _check_window(start, steps, last, state.call_steps[0, slot].tolist(), now)
    notice = max(now + 1, start - round(calls.events.notice_h / HOLD_H))
    state.call_steps[0, slot] = notice, start, start + steps
    state.award_kw[0, slot] = abs(power_kw)


def _observes(env: StnEnv, name: str) -> bool:
    return any(entry.name == name for entry in env.batch.observed)


def _check_power(power_kw: float, low_kw: float, high_kw: float) -> None:
    if power_kw == 0 or not low_kw <= power_kw <= high_kw:
        fix = f"give {low_kw:g} to {high_kw:g} kW, and not 0"
        raise InputError("call power_kw", power_kw, fix)


def _check_window(start: int, steps: int, last: int, known: list[int], now: int) -> None:
    """Refuse a window beyond the day, or beside an event that is known and not over."""
    if start + steps > last:
        fix = f"end within the day: {max(0, last - now)} steps are left"
        raise InputError("call in_steps + steps", start + steps - now, fix)
    notice, its_start, its_end = known
    if notice <= now:
        _check_over(its_start, its_end, now)


def _check_over(start: int, end: int, now: int) -> None:
    if now < end:
        fix = f"one at a time: wait until that of steps {start} to {end - 1} is over"
        raise InputError("call", now, fix)
