"""Demand response in the env: settlement in bands, what is known when, and how events are drawn."""

from dataclasses import replace

import numpy as np
import pytest

from plantgym.envs.stn_env import StnEnv
from plantgym.twins.outlook import DrEvent
from plantgym.twins.scenarios import Scenarios, Splits
from plantgym.twins.tariff import DrEventProcess, DrProgramme

from .hand_plant import HOURS, MONDAY, quarry, quarry_days, quarry_env, take

ALL_DAY = DrEvent(0, 0, HOURS, 100.0)
EVENT = DrEvent(notice_step=1, start_step=3, end_step=5, award_kw=120.0)


def settled(
    baseline_kw: float, programme: DrProgramme | None = None, *, step_minutes: int = 60
) -> tuple[float, float]:
    """Penalty and subsidy of a step in which all tasks stand, under an award of 100 kW."""
    days = quarry_days(baseline_load_kw=baseline_kw, events=(ALL_DAY,), step_minutes=step_minutes)
    plant = quarry(dr=programme or DrProgramme(3.0, 4.0))
    info = take(quarry_env(plant, days, step_minutes=step_minutes), 0, 0)
    assert info["dr_response_kw"] == baseline_kw
    return info["cost"]["dr_penalty"], info["cost"]["dr_subsidy"]


class TestSettlement:
    """Penalty 4 and subsidy 3 per kWh; thresholds 50, 70, 120 %; factors 60, 100, 120 %."""

    @pytest.mark.parametrize(
        ("response_kw", "penalty", "subsidy"),
        [
            (0.0, 4 * 50.0, 0.0),
            (49.0, 4 * 1.0, 0.0),
            (49.999, 4 * 0.001, 0.0),
            (50.0, 0.0, 3 * 0.6 * 50.0),
            (69.999, 0.0, 3 * 0.6 * 69.999),
            (70.0, 0.0, 3 * 70.0),
            (100.0, 0.0, 3 * 100.0),
            (119.999, 0.0, 3 * 119.999),
            (120.0, 0.0, 3 * 120.0),
            (500.0, 0.0, 3 * 120.0),
        ],
    )
    def test_bands(self, response_kw: float, penalty: float, subsidy: float) -> None:
        assert settled(response_kw) == pytest.approx((penalty, -subsidy))

    def test_bands_of_another_programme(self) -> None:
        own = DrProgramme(1.0, 2.0, thresholds=(0.2, 0.4, 0.6), factors=(0.5, 0.8, 2.0))
        responses = (10.0, 20.0, 40.0, 60.0)
        found = [settled(response, own) for response in responses]
        assert np.array(found) == pytest.approx(
            np.array([(20.0, 0.0), (0.0, -10.0), (0.0, -32.0), (0.0, -200.0)])
        )

    def test_more_load_than_the_baseline_is_fined_in_full(self) -> None:
        env = quarry_env(days=quarry_days(baseline_load_kw=30.0, events=(ALL_DAY,)))
        info = take(env, 1, 0)
        assert info["dr_response_kw"] == -70.0
        assert info["cost"]["dr_penalty"] == 4 * (50.0 + 70.0)

    def test_base_load_is_load(self) -> None:
        days = quarry_days(baseline_load_kw=200.0, base_load_kw=20.0, events=(ALL_DAY,))
        assert take(quarry_env(days=days), 1, 0)["dr_response_kw"] == 80.0

    def test_a_quarter_hour_is_a_quarter_of_an_hour(self) -> None:
        assert settled(100.0, step_minutes=15) == (0.0, -75.0)
        assert settled(0.0, step_minutes=15) == (50.0, 0.0)

    def test_only_the_window_is_settled(self) -> None:
        env = quarry_env(days=quarry_days(baseline_load_kw=120.0, events=(EVENT,)))
        subsidies = [take(env, 0, 0)["cost"]["dr_subsidy"] for _ in range(HOURS)]
        assert subsidies == [0.0, 0.0, 0.0, -360.0, -360.0, 0.0]


class TestNotice:
    def event_obs(self, env: StnEnv) -> list[list[float]]:
        """The six observed numbers of demand response at each step of the day."""
        places = [k for k, name in enumerate(env.observation_names) if name.startswith("dr_")]
        obs, _ = env.reset(options={"day": 0})
        seen = [obs, *(take(env, 0, 0)["obs"] for _ in range(HOURS))]
        return [row[places].tolist() for row in seen]

    def test_observation_step_by_step(self) -> None:
        baseline_kw = np.array([[25.0, 50.0, 75.0, 100.0, 200.0, 225.0]])
        env = quarry_env(days=quarry_days(baseline_load_kw=baseline_kw, events=(EVENT,)))
        names = [name for name in env.observation_names if name.startswith("dr_")]
        assert names == [
            "dr_active", "dr_starts_in", "dr_ends_in", "dr_award", "dr_baseline_now",
            "dr_baseline_window",
        ]  # fmt: skip
        award = 120 / 250
        expected = [
            [0, 1, 1, 0, 0.1, 0],  # not known yet
            [0, 2 / 6, 4 / 6, award, 0.2, 0.6],
            [0, 1 / 6, 3 / 6, award, 0.3, 0.6],
            [1, 0, 2 / 6, award, 0.4, 0.6],
            [1, 0, 1 / 6, award, 0.8, 0.8],
            [0, 1, 1, 0, 0.9, 0],  # over
            [0, 1, 1, 0, 0.9, 0],  # the day has ended
        ]
        assert np.array(self.event_obs(env)) == pytest.approx(np.array(expected))

    def test_before_the_notice_a_day_looks_like_one_without_event(self) -> None:
        env = quarry_env(days=quarry_days(2, baseline_load_kw=100.0, events=(None, EVENT)))
        without, _ = env.reset(options={"day": 0})
        before, _ = env.reset(options={"day": 1})
        np.testing.assert_array_equal(without, before)

    def test_view_knows_from_the_notice_on_and_hindsight_always(self) -> None:
        env = quarry_env(days=quarry_days(events=(EVENT,)))
        known, hindsight = [env.view().dr], [env.hindsight().dr]
        for _ in range(HOURS - 1):
            take(env, 0, 0)
            known.append(env.view().dr)
            hindsight.append(env.hindsight().dr)
        assert known == [None] + [EVENT] * 5
        assert hindsight == [EVENT] * 6

    def test_large_baselines_and_awards_stay_within_the_space(self) -> None:
        event = replace(EVENT, award_kw=9000.0)
        env = quarry_env(days=quarry_days(baseline_load_kw=9000.0, events=(event,)))
        rows = self.event_obs(env)
        assert np.max(rows) == 1.0

    def test_no_event_no_entries(self) -> None:
        names = quarry_env().observation_names
        assert not [name for name in names if name.startswith("dr_")]

    def test_spaces_are_the_same_on_every_split(self) -> None:
        splits = Splits(MONDAY + 1, MONDAY + 2)
        days = quarry_days(3, events=(None, None, EVENT), splits=splits)
        spaces = {
            split: StnEnv(quarry(), scenarios=days, split=split).observation_space
            for split in ("train", "validation", "test", "all")
        }
        assert set(map(str, spaces.values())) == {str(spaces["all"])}
        assert spaces["train"] == spaces["test"]


class TestDrawnEvents:
    process = DrEventProcess(0.5, ((9, 11), (12, 14)), 2.0, 40.0, 90.0)

    def drawn(
        self, process: DrEventProcess | bool, *, n: int, days: Scenarios | None = None
    ) -> list[DrEvent | None]:
        env = quarry_env(quarry(dr_events=self.process), days, dr=process)
        env.reset(seed=3)
        events = []
        for _ in range(n):
            env.reset()
            events.append(env.hindsight().dr)
        return events

    def test_windows_notice_and_awards(self) -> None:
        events = self.drawn(True, n=2000)
        held = [event for event in events if event]
        assert 0.46 < len(held) / 2000 < 0.54  # four standard deviations: 0.045
        # The day begins at 8: windows 9-11 and 12-14 are steps 1-3 and 4-6. The notice of the
        # first would be an hour before the day.
        places = [(event.notice_step, event.start_step, event.end_step) for event in held]
        assert set(places) == {(0, 1, 3), (2, 4, 6)}
        assert 0.44 < places.count((2, 4, 6)) / len(held) < 0.56
        awards = np.array([event.award_kw for event in held])
        assert 40.0 <= awards.min() < 42.0
        assert 88.0 < awards.max() <= 90.0
        assert awards.mean() == pytest.approx(65.0, abs=2.0)

    def test_quarter_hours(self) -> None:
        certain = replace(self.process, probability=1.0, notice_h=1.1)
        env = StnEnv(quarry(), scenarios=quarry_days(step_minutes=15), dr=certain, step_minutes=15)
        env.reset(seed=1)
        event = env.hindsight().dr
        assert event is not None
        assert (event.notice_step, event.start_step, event.end_step) in {(0, 4, 12), (11, 16, 24)}

    def test_certain_and_impossible(self) -> None:
        assert None not in self.drawn(replace(self.process, probability=1.0), n=200)
        own = quarry_days(events=(EVENT,))
        assert set(self.drawn(replace(self.process, probability=0.0), n=200, days=own)) == {None}

    def test_without_a_process_days_keep_their_own_events(self) -> None:
        assert self.drawn(False, n=5, days=quarry_days(events=(EVENT,))) == [EVENT] * 5

    def test_the_process_does_not_change_which_days_are_drawn(self) -> None:
        env, drawing = (
            StnEnv(quarry(), scenarios=quarry_days(30), dr=dr) for dr in (False, self.process)
        )
        env.reset(seed=5)
        drawing.reset(seed=5)
        for _ in range(20):
            assert env.reset()[1] == drawing.reset()[1]
