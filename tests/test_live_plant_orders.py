"""What calls, faults and overrides do to real plants that run live."""

from __future__ import annotations

import json
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plantgym.baselines.registry import POLICIES, make_policy
from plantgym.envs.heater_env import SetsHeaterEnv
from plantgym.envs.live_twin import EnvTwin
from plantgym.envs.stn_env import StnEnv
from plantgym.twins.errors import InputError
from plantgym.twins.faults.fault import FAULT_KINDS
from plantgym.twins.heater_episode_state import HeaterState

from .env_cases import CASES, HEATERS, Case, assert_same
from .live_cases import events
from .test_live_env import kind_of, live_run
from .test_live_run import memory, send


def twin_of(case: Case) -> EnvTwin:
    env = cast("StnEnv | SetsHeaterEnv", case.any_env())
    kind = kind_of(env)
    return EnvTwin(env, make_policy(POLICIES[kind].reference, kind=kind))


def some_action(twin: EnvTwin, step: int) -> list[float]:
    rng = np.random.default_rng(step)
    if isinstance(twin.env, SetsHeaterEnv):
        return [float(x) for x in rng.uniform(-1, 1, 2)]
    return [int(rng.integers(n)) for n in twin.env.batch.n_modes]


FACTORY, HEATER = CASES["CementPv-v0"], HEATERS["SetsHeater-v0"]


def quiet_start(twin: EnvTwin) -> None:
    """A day on which nothing is drawn."""
    for seed in range(100):
        twin.start(seed, 3)
        state = twin.env.get_state()
        drawn = state.call_steps if isinstance(state, HeaterState) else state.dr_steps
        if (drawn < 0).all():
            return
    raise AssertionError("every day has an event")


@pytest.mark.parametrize(
    ("case", "now", "in_steps", "steps", "power_kw", "notice_steps"),
    [
        (FACTORY, 2, 8, 2, 3000.0, 4),
        (FACTORY, 2, 2, 3, 5000.0, 4),  # shorter notice than usual: known from the next step on
        (HEATER, 7, 30, 8, 60.0, 16),
        (HEATER, 7, 30, 8, -200.0, 16),
        (HEATER, 7, 3, 8, -200.0, 16),
    ],
)
def test_a_call_makes_the_day_one_that_has_drawn_the_event(
    case: Case, now: int, in_steps: int, steps: int, power_kw: float, notice_steps: int
) -> None:
    called, drawn = twin_of(case), twin_of(case)
    quiet_start(called)
    quiet_start(drawn)
    start = now + in_steps
    event = [max(now + 1, start - notice_steps), start, start + steps]
    state = cast(Any, drawn.env.batch.state)
    if isinstance(drawn.env, SetsHeaterEnv):
        kind = 0 if power_kw > 0 else 1
        state.call_steps[0, kind], state.award_kw[0, kind] = event, abs(power_kw)
    else:
        state.dr_steps[0], state.dr_award_kw[0] = event, power_kw
    told: list[Any] = []
    for step in range(drawn.env.batch.tables.n_steps):
        if step == now:
            called.call(in_steps, steps, power_kw)
        ran = [twin.step(some_action(called, step)) for twin in (called, drawn)]
        assert_same(ran[0], ran[1])
        told.append(ran[0])
    responses = {"dr_response_kw", "reduced_kw", "absorbed_kw"}
    answered = [k for k, e in enumerate(told) if any(e["meter"].get(name) for name in responses)]
    assert set(answered) <= set(range(start, start + steps))
    assert len(answered) > 0


class TestCallsOfPlants:
    @pytest.mark.parametrize(
        ("case", "call", "field"),
        [
            (FACTORY, (1, 2, -100.0), "call power_kw"),
            (FACTORY, (1, 2, 0.0), "call power_kw"),
            (FACTORY, (1, 2, 1e6), "call power_kw"),
            (FACTORY, (20, 5, 100.0), "call in_steps + steps"),
            (CASES["CementMill-v0"], (1, 2, 10.0), "call"),
            (HEATER, (1, 2, 5000.0), "call power_kw"),
            (HEATER, (90, 10, 50.0), "call in_steps + steps"),
        ],
    )
    def test_what_the_plant_cannot_have_is_refused(
        self, case: Case, call: tuple[int, int, float], field: str
    ) -> None:
        twin = twin_of(case)
        twin.start(1, 3)
        before = twin.save()
        with pytest.raises(InputError) as refused:
            twin.call(*call)
        assert refused.value.field == field
        assert twin.save() == before

    @pytest.mark.parametrize("case", [FACTORY, HEATER])
    def test_one_at_a_time(self, case: Case) -> None:
        twin = twin_of(case)
        quiet_start(twin)
        twin.call(10, 2, 50.0)
        with pytest.raises(InputError, match="steps 10 to 11 is over"):
            twin.call(14, 2, 50.0)
        for step in range(12):
            twin.step(some_action(twin, step))
        twin.call(3, 2, 40.0)
        assert [call["from_step"] for call in twin.calls()] == [10, 15]

    def test_an_event_that_is_drawn_and_known_stands_and_an_unknown_one_gives_way(self) -> None:
        twin = twin_of(FACTORY)
        quiet_start(twin)
        state = cast(StnEnv, twin.env).batch.state
        state.dr_steps[0], state.dr_award_kw[0] = [3, 8, 10], 2000.0
        kept = twin.save()
        twin.call(5, 2, 3000.0)
        assert state.dr_steps[0].tolist() == [1, 5, 7]
        twin.restore(kept)
        for step in range(3):
            twin.step(some_action(twin, step))
        with pytest.raises(InputError, match="steps 8 to 9 is over"):
            twin.call(10, 2, 3000.0)

    def test_a_day_that_is_over_takes_none(self) -> None:
        twin = twin_of(FACTORY)
        with pytest.raises(InputError, match="the day is over"):
            twin.call(1, 1, 100.0)

    @pytest.mark.parametrize("case", [FACTORY, HEATER])
    def test_calls_are_saved_and_forgotten_with_the_day(self, case: Case) -> None:
        twin, again = twin_of(case), twin_of(case)
        quiet_start(twin)
        twin.call(10, 2, 50.0)
        again.start(0, 1)
        again.restore(twin.save())
        assert again.calls() == [{"from_step": 10, "steps": 2, "power_kw": 50.0}]
        assert_same(again.step(some_action(twin, 0)), twin.step(some_action(twin, 0)))
        again.start(0, 1)
        assert again.calls() == []


@pytest.mark.parametrize("case", [FACTORY, HEATER])
def test_the_shield_stands_above_an_override(case: Case) -> None:
    run = live_run(case, speed=60.0, day=5, seed=1)
    told = run.welcome("a")["twin"]
    for n, control in enumerate(told["controls"]):
        top = 1 if told["continuous"] else told["n_modes"][n] - 1
        assert send(run, "override", n + 1, control=control, level=top)["status"] == "applied"
    for _ in range(24):
        run.tick()
    ran = [each for each in events(run) if each["type"] == "measurement"]
    held = {tuple(each["requested"]) for each in ran}
    assert len(held) == 1
    assert any(each["applied"] != each["requested"] for each in ran)


class TestFaults:
    def ran(self, *faults: tuple[str, str, float]) -> list[dict[str, Any]]:
        """Measurements of six hours at full rate under some faults."""
        run = live_run(FACTORY, day=3, seed=1)
        for n, (asset, kind, size) in enumerate(faults, 1):
            answer = send(run, "fault", n, asset=asset, kind=kind, size=size)
            assert answer["status"] == "applied"
        for n in range(10, 16):
            send(run, "command", n, action=[2, 1, 0])
        return [each for each in events(run) if each["type"] == "measurement"]

    def test_a_loss_acts_on_the_plant(self) -> None:
        whole, broken = self.ran(), self.ran(("T1", "efficiency_loss", 0.1))
        more_kw = broken[0]["meter"]["load_kw"] - whole[0]["meter"]["load_kw"]
        assert more_kw == pytest.approx(4500.0 / 0.9 - 4500.0)

    def test_a_stuck_task_does_as_before_and_an_order_is_refused_where_it_cannot_be(self) -> None:
        run = live_run(FACTORY, day=3, seed=1)
        send(run, "command", 1, action=[1, 0, 0])
        send(run, "fault", 2, asset="T1", kind="stuck", size=1)
        send(run, "command", 3, action=[2, 0, 0])
        assert events(run)[-1]["applied"][0] == 1
        answer = send(run, "fault", 4, asset="meter", kind="stuck", size=1)
        assert (answer["status"], answer["field"]) == ("refused", "fault kind of 'meter'")
        answer = send(run, "fault", 5, asset="T9", kind="stuck", size=1)
        assert "T1, T2, T3" in answer["fix"]

    def test_sensors_change_only_what_they_read(self) -> None:
        whole, broken = self.ran(), self.ran(("T1", "sensor_bias", 0.2))
        for one, other in zip(whole, broken, strict=True):
            read, off = (each["assets"].pop("T1")["signals"][0] for each in (one, other))
            assert off["reading_kw"] - read["reading_kw"] == pytest.approx(0.2 * 4500.0)
            same = one.keys() - {"assets", "seq"}
            assert {name: one[name] for name in same} == {name: other[name] for name in same}

    def test_a_restart_goes_on_with_them(self) -> None:
        twin, again = twin_of(FACTORY), twin_of(FACTORY)
        quiet_start(twin)
        twin.set_fault("T1", "efficiency_loss", 0.2)
        twin.set_fault("T2", "dropped_samples", 0.5)
        twin.step([1, 0, 0])
        again.start(0, 1)
        again.restore(twin.save())
        assert again.faults() == twin.faults()
        for step in range(8):
            assert again.step(some_action(twin, step)) == twin.step(some_action(twin, step))
        twin.set_fault("T1", "efficiency_loss", 0.0)
        assert [each["asset"] for each in twin.faults()] == ["T2"]


NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.floats(-2.0, 2.0) | st.integers()
FUZZED = {name: live_run(case, speed=60.0) for name, case in (("f", FACTORY), ("h", HEATER))}
NAMES = st.sampled_from(["T1", "T2", "generation", "meter", "fan", "store", "power", "x"])


@pytest.mark.parametrize("name", FUZZED)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_no_order_breaks_a_plant(name: str, data: st.DataObject) -> None:
    """Whatever is granted or refused, the plant runs on, within its spaces."""
    run = FUZZED[name]
    steps = st.integers(1, 100_000) | st.integers(1, 8)
    orders: dict[str, dict[str, st.SearchStrategy[Any]]] = {
        "override": {"control": NAMES, "level": NUMBERS | st.none()},
        "call": {"in_steps": steps, "steps": steps, "power_kw": NUMBERS},
        "fault": {"asset": NAMES, "kind": st.sampled_from(FAULT_KINDS), "size": NUMBERS},
    }
    order = data.draw(st.sampled_from(sorted(orders)))
    fields = {field: data.draw(values) for field, values in orders[order].items()}
    before, n = memory(run), run.welcome("fuzz")["n"] + 1
    answer = json.loads(run.answer("fuzz", json.dumps({"type": order, "n": n, **fields})))
    if answer["status"] == "refused":
        assert memory(run) == before
    run.tick()
    told = [each for each in events(run)[-3:] if "observation" in each]
    assert np.abs(told[-1]["observation"]).max() <= 1.0
