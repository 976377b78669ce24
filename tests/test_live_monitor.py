"""The monitor of a live run: what it says of money, calls, health and the load to come."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from plantgym.benchmarks.live_case import live_case, make_run, make_twin
from plantgym.benchmarks.monitor_process import make_monitor
from plantgym.envs.live_reference import EnvReference
from plantgym.twins.live.load_outlook import ENOUGH_DAYS, HORIZON, LoadOutlook
from plantgym.twins.live.messages import Message, read_message, write_message
from plantgym.twins.live.monitor import Monitor
from plantgym.twins.live.reference import PastDays
from plantgym.twins.live.run import LiveRun
from plantgym.twins.live.watch import watch

from .live_cases import counting_run, events
from .test_live_run import send

CASE = live_case("cement_mill", "test")
DR_CASE = live_case("cement_pv", "test")
HEATER = live_case("sets_heater", "test")


class Seeing:
    """A monitor that is fed by hand."""

    def __init__(self, run: LiveRun, monitor: Monitor) -> None:
        self.run, self.monitor, self.after = run, monitor, 0

    def look(self) -> Message:
        """What the monitor makes of what came since the last look."""
        rows = self.run.history.after(self.after, 10_000)
        self.after = rows[-1][0]
        found = self.monitor.see([text for _, text in rows], self.run.morning, tell=True)
        assert found is not None
        read_message(write_message({"seq": 1, **found}), "server")
        return found


def monitor_of(case: Any) -> Monitor:  # noqa: ANN401
    """A monitor without forests and forecast, which make tests slow."""
    reference = EnvReference(make_twin(case), make_twin(replace(case, split="all")))
    return Monitor(
        reference, reference.twin.env.batch.scenarios.step_minutes, trees=0, forecast=False
    )


@pytest.fixture(scope="module")
def factory_monitor() -> Monitor:
    monitor = monitor_of(DR_CASE)
    monitor.finish_learning()
    return monitor


def seeing(monitor: Monitor, case: Any = DR_CASE, **arguments: Any) -> Seeing:  # noqa: ANN401
    return Seeing(make_run(case, None, speed=60.0, seed=1, **arguments), monitor)


class TestMoney:
    def test_nobody_commands_so_the_rule_pays_the_same(self, factory_monitor: Monitor) -> None:
        live = seeing(factory_monitor, day="2025-06-03")
        for _ in range(24):
            live.run.tick()
            found = live.look()
            assert found["savings"] == 0.0
        paid = [e for e in events(live.run) if e["type"] == "measurement"]
        total = sum(sum(each["cost"].values()) for each in paid)
        assert found["cost_so_far"] == found["rule_cost_so_far"] == pytest.approx(total)
        assert (found["step"], found["day"]) == (23, "2025-06-03")

    def test_savings_are_what_a_run_of_the_rule_pays_more(self, factory_monitor: Monitor) -> None:
        live = seeing(factory_monitor, day="2025-06-03")
        rule = make_run(DR_CASE, None, speed=60.0, seed=1, day="2025-06-03")
        for n in range(1, 25):
            send(live.run, "command", n, action=[1, 1, 0])
            live.run.tick()
            rule.tick()
            found = live.look()
        paid = [e for e in events(rule) if e["type"] == "measurement"]
        assert found["rule_cost_so_far"] == sum(sum(each["cost"].values()) for each in paid)
        assert found["savings"] == found["rule_cost_so_far"] - found["cost_so_far"] != 0.0
        assert "the target of the day is missed" in found["alarms"]

    def test_calls_and_faults_meet_the_rule_too_and_overrides_do_not(
        self, factory_monitor: Monitor
    ) -> None:
        live = seeing(factory_monitor, day="2025-06-03")
        send(live.run, "call", 1, in_steps=3, steps=2, power_kw=2000)
        send(live.run, "fault", 2, asset="T1", kind="efficiency_loss", size=0.3)
        for _ in range(8):
            live.run.tick()
            assert live.look()["savings"] == 0.0
        send(live.run, "fault", 3, asset="T1", kind="efficiency_loss", size=None)
        live.run.tick()
        assert live.look()["savings"] == 0.0
        send(live.run, "override", 4, control="T1", level=0)
        live.run.tick()
        assert live.look()["savings"] != 0.0

    def test_a_restart_in_the_day_changes_nothing(self, factory_monitor: Monitor) -> None:
        live = seeing(factory_monitor, day="2025-06-03")
        for n in range(1, 9):
            send(live.run, "command", n, action=[1, 1, 0])
            if n == 4:
                send(live.run, "call", 20, in_steps=2, steps=2, power_kw=2000, client="b")
            live.run.tick()
        found = live.look()
        again = Seeing(live.run, monitor_of(DR_CASE)).look()
        for name in ("day", "time", "step", "cost_so_far", "rule_cost_so_far", "savings", "dr"):
            assert again[name] == found[name]
        assert found["dr"] is not None

    def test_a_day_whose_start_was_missed_has_no_rule(self, factory_monitor: Monitor) -> None:
        live = seeing(factory_monitor, day="2025-06-03")
        for _ in range(30):
            live.run.tick()
        rows = live.run.history.after(0, 10_000)
        first_day = [text for _, text in rows if '"day":"2025-06-03"' in text]
        found = factory_monitor.see(first_day, live.run.morning, tell=True)
        assert found is not None
        assert (found["rule_cost_so_far"], found["savings"], found["dr"]) == (None, None, None)


class TestResponse:
    def test_a_call_is_told_from_its_notice_on_and_answered(self, factory_monitor: Monitor) -> None:
        live = seeing(factory_monitor, day="2025-06-03")
        send(live.run, "call", 1, in_steps=6, steps=2, power_kw=2000)
        told = []
        for _ in range(9):
            live.run.tick()
            told.append(live.look()["dr"])
        # The plant's own notice: four hours.
        assert [each is None for each in told] == [True] + [False] * 8
        assert told[5] == {
            "from_step": 6,
            "steps": 2,
            "power_kw": 2000.0,
            "response_kw": None,
            "earned": 0,
        }
        ran = [e for e in events(live.run) if e["type"] == "measurement"][6:8]
        responses = [each["meter"]["dr_response_kw"] for each in ran]
        assert told[8]["response_kw"] == pytest.approx(np.mean(responses))
        paid = sum(e["cost"]["dr_subsidy"] + e["cost"]["dr_penalty"] for e in ran)
        assert told[8]["earned"] == -paid != 0
        assert "the response is below the award" in live_alarms(live, 8)


def live_alarms(live: Seeing, steps: int) -> list[str]:
    """All alarms of the first steps, told anew."""
    found: list[str] = []
    again = Seeing(live.run, live.monitor)
    rows = again.run.history.after(0, 10_000)
    for k in range(len(rows)):
        told = live.monitor.see([rows[k][1]], live.run.morning, tell=True)
        found += [] if told is None else told["alarms"]
    return found


def test_a_heater_is_watched_too() -> None:
    live = seeing(monitor_of(HEATER), HEATER)
    send(live.run, "call", 1, in_steps=20, steps=4, power_kw=-200)
    for n in range(2, 30):
        send(live.run, "command", n, action=[0.5, 0.2])
        live.run.tick()
    found = live.look()
    live.monitor.finish_learning()
    assert (found["dr"]["power_kw"], found["dr"]["from_step"]) == (-200.0, 20)
    assert found["dr"]["response_kw"] is not None
    send(live.run, "command", 30, action=[0.5, 0.2])
    live.run.tick()
    assert set(live.look()["health"]) == {"elements", "fan", "store", "meter"}


def test_a_fault_is_found_and_alarmed(factory_monitor: Monitor) -> None:
    live = seeing(factory_monitor, day="2025-06-03")
    send(live.run, "fault", 1, asset="T1", kind="efficiency_loss", size=0.3)
    for _ in range(48):
        live.run.tick()
    found = live.look()
    states = {name: each["state"] for name, each in found["health"].items()}
    assert states["T1"] == "alarm"
    assert states["T2"] == states["T3"] == "ok"
    assert any(alarm.startswith("T1: ") for alarm in found["alarms"])


class Past:
    """A reference whose days are all alike."""

    def prices(self, day: str) -> list[float]:
        return [0.1] * 12 + [0.3] * 12

    def days_before(self, day: str, most: int) -> PastDays:
        return PastDays([100.0] * 24 * most, self.prices(day) * most)


class TestForecast:
    def outlook(self, days: int, seed: int = 0) -> LoadOutlook:
        """After some days and an hour of a load that follows the price, with noise."""
        chance = np.random.default_rng(seed)
        outlook = LoadOutlook(Past(), 60, ThreadPoolExecutor(1))  # type: ignore[arg-type]
        for day in range(days + 1):
            date = np.datetime64("2025-03-03") + day
            outlook.start({"day": str(date), "time": f"{date}T00:00"})
            outlook.finish_learning()
            outlook.told()
            for hour in range(24 if day < days else 1):
                load_kw = (200.0 if hour < 12 else 50.0) + chance.normal() * 10.0
                outlook.measure({"meter": {"load_kw": load_kw}})
        return outlook

    def test_at_first_it_is_the_day_before(self) -> None:
        told = self.outlook(0).told()
        assert told is not None
        assert (told["model"], told["middle_kw"][:23]) == ("seasonal-naive", [100.0] * 23)
        assert told["time"][0] == "2025-03-03T01:00"
        assert told["time"][-1] == "2025-03-04T00:00"

    def test_the_band_comes_of_the_days_own_errors(self) -> None:
        told = self.outlook(6).told()
        assert told is not None
        assert told["model"] == "seasonal-naive"
        assert all(low < high for low, high in zip(told["low_kw"], told["high_kw"], strict=True))

    def test_with_enough_days_a_forest_tells_prices_apart(self) -> None:
        told = self.outlook(ENOUGH_DAYS).told()
        assert told is not None
        assert told["model"] == "forest"
        expected = [200.0] * 11 + [50.0] * 12 + [200.0]
        np.testing.assert_allclose(told["middle_kw"], expected, atol=15.0)
        inside = [
            low - 1.0 <= each <= high + 1.0
            for low, each, high in zip(told["low_kw"], expected, told["high_kw"], strict=True)
        ]
        assert all(inside)

    def test_after_a_jump_in_time_it_begins_anew(self) -> None:
        outlook = self.outlook(3)
        outlook.start({"day": "2025-01-07", "time": "2025-01-07T00:00"})
        outlook.finish_learning()
        outlook.measure({"meter": {"load_kw": 10.0}})
        told = outlook.told()
        assert told is not None
        assert (told["time"][0], told["middle_kw"][0]) == ("2025-01-07T01:00", 100.0)
        assert len(told["low_kw"]) == len(told["high_kw"]) == HORIZON


def test_the_days_before_are_those_of_the_rule() -> None:
    reference = EnvReference(make_twin(CASE), make_twin(replace(CASE, split="all")))
    past = reference.days_before("2025-06-03", 3)
    assert len(past.load_kw) == len(past.price_per_kwh) == 72
    run = make_run(replace(CASE, split="all"), None, speed=60.0, day="2025-05-31", seed=0)
    for _ in range(72):
        run.tick()
    assert past.load_kw == [
        e["meter"]["load_kw"] for e in events(run) if e["type"] == "measurement"
    ]
    assert past.price_per_kwh[48:] == reference.prices("2025-06-02")
    assert reference.days_before("2020-01-01", 3).load_kw == []


class SlowAnalyst:
    """Notes what it sees, and takes its time when told to."""

    def __init__(self) -> None:
        self.seen: list[Message] = []
        self.free = threading.Event()

    def see(self, texts: list[str], morning: tuple[int, Any], *, tell: bool) -> Message | None:
        self.free.wait()
        self.seen += [read_message(text, "server") for text in texts]
        last = self.seen[-1]
        if last["type"] != "measurement" or not tell:
            return None
        told = {name: last[name] for name in ("day", "time", "step")}
        money = dict.fromkeys(("rule_cost_so_far", "savings", "dr", "forecast"))
        rest: Message = {"health": {}, "alarms": [], "cost_so_far": 0.0}
        return {"type": "analysis", **told, **money, **rest}


def test_the_run_never_waits_for_the_analyst_and_none_is_missed() -> None:
    run, analyst = counting_run(speed=60.0), SlowAnalyst()

    async def watched() -> None:
        task = asyncio.create_task(watch(run, analyst, 10))
        await asyncio.sleep(0.01)
        for _ in range(5):
            run.tick()  # returns while the analyst is busy
        analyst.free.set()
        while run.history.last_of("analysis") is None:
            await asyncio.sleep(0.01)
        run.tick()
        while len([e for e in events(run) if e["type"] == "analysis"]) < 2:
            await asyncio.sleep(0.01)
        task.cancel()

    asyncio.run(watched())
    told = events(run)
    assert analyst.seen == [each for each in told if each["type"] != "analysis"]
    assert [each["step"] for each in told if each["type"] == "analysis"] == [0, 1]
    assert run.welcome("a")["analysis"]["step"] == 1
    assert run.listeners == set()


@pytest.mark.slow
def test_the_whole_monitor_tells_all() -> None:
    monitor = make_monitor(CASE)
    live = seeing(monitor, CASE, day="2025-06-03")
    live.run.tick()
    live.look()
    monitor.finish_learning()
    live.run.tick()
    found = live.look()
    assert found["forecast"]["model"] == "seasonal-naive"
    assert {each["state"] for each in found["health"].values()} == {"ok"}
