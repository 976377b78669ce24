"""Health of assets: windows, forest, score, blame, and the monitor over all of them."""

from __future__ import annotations

import math
import pickle
from collections.abc import Sequence

import numpy as np
import pytest

from plantgym.twins.errors import InputError
from plantgym.twins.faults.assets import plant_assets
from plantgym.twins.faults.fault import Fault
from plantgym.twins.faults.sensors import sensed
from plantgym.twins.health.features import AssetFeatures, FeatureForm
from plantgym.twins.health.forest import CompiledForest
from plantgym.twins.health.limits import MARGINS, Limits, learn_limits
from plantgym.twins.health.monitor import WATCHED, HealthMonitor, blame
from plantgym.twins.health.records import FactoryRecords, OperatingRecord, nearest
from plantgym.twins.health.score import ALARM, Health, Hysteresis, health_score
from plantgym.twins.health.window_kernel import N_SUMS, slide
from plantgym.twins.plant_toml import load_plant
from plantgym.twins.stn_tables import Floats, compile_tables

CEMENT = load_plant("cement_pv")
TABLES = compile_tables(CEMENT, 60)
ASSETS = plant_assets(CEMENT)
NAMES = [asset.name for asset in ASSETS]
RECORDS = FactoryRecords(CEMENT, ASSETS, TABLES)
START = np.datetime64("2025-01-01T00:00", "m")


def steps(
    hours: int, *faults: Fault, seed: int = 0, first: int = 0, disobeyed: bool = False
) -> list[list[OperatingRecord]]:
    """A factory whose tasks switch at random; faults act on its sensors from the first hour on."""
    rng, found = np.random.default_rng(seed), []
    for hour in range(first, first + hours):
        ran = rng.integers(TABLES.n_modes).astype(np.float64)
        power_kw = [TABLES.power_kw[j, int(mode)] for j, mode in enumerate(ran)]
        sun_kw = max(0.0, 8000.0 * math.sin((hour % 24 - 6) * math.pi / 12))
        true = np.array([*power_kw, 0.9 * sun_kw, sum(power_kw)])
        read = sensed(ASSETS, faults, true, hour, 24, rng)
        command = (ran + disobeyed) % TABLES.n_modes
        time = START + np.timedelta64(60 * hour, "m")
        found.append(RECORDS.records(time, command, ran, read, 0.0, sun_kw))
    return found


@pytest.fixture(scope="module")
def fitted() -> bytes:
    return pickle.dumps(HealthMonitor(ASSETS, 60, trees=20).fit(steps(24 * 60)))


@pytest.fixture
def monitor(fitted: bytes) -> HealthMonitor:
    found: HealthMonitor = pickle.loads(fitted)
    return found


def states(health: dict[str, Health]) -> dict[str, str]:
    return {name: each.state for name, each in health.items()}


def last(monitor: HealthMonitor, records: Sequence[list[OperatingRecord]]) -> dict[str, Health]:
    return [monitor.update(step) for step in records][-1]


class TestWindows:
    def test_effects_are_those_of_ridge_regression(self) -> None:
        rng = np.random.default_rng(1)
        size, ring, ridge = 31, np.full((31, 4), np.nan), 0.05
        windows, sums = np.array([5, 30]), np.zeros((2, N_SUMS))
        out, seen = np.zeros((2, 4)), np.empty((0, 4))
        for step in range(100):
            sample = rng.random(4) if step % 7 else np.array([np.nan, 1.0, 1.0, 1.0])
            ring[step % size] = sample
            seen = np.vstack([seen, sample])
            slide(ring, sums, step % size, windows, ridge, out)
        for found, window in zip(out, windows, strict=True):
            rows = seen[-window:]
            rows = rows[np.isfinite(rows[:, 0])]
            x, y = rows[:, 1:], rows[:, 0]
            expected = np.linalg.solve(x.T @ x + ridge * np.eye(3), x.T @ y)
            assert found[:3] == pytest.approx(expected, abs=1e-9)
            assert found[3] == pytest.approx(y.mean())

    def test_a_gain_is_told_from_an_offset(self) -> None:
        watched = AssetFeatures(ASSETS[0], 60)
        words = [form.words for form in watched.forms]
        off = [Fault("T1", "sensor_bias", 0.1)]
        features = [watched.update(step[0]) for step in steps(24 * 8, *off)][-1]
        week = {w: value for w, value in zip(words, features, strict=True) if "last week" in w}
        assert week["sensor {:+.1%} of full scale off, last week"] == pytest.approx(0.1, abs=0.003)
        assert week["{:+.1%} power for its mode, last week"] == pytest.approx(0.0, abs=0.005)


class TestForest:
    def test_scores_are_those_of_scikit_learn(self) -> None:
        from sklearn.ensemble import IsolationForest

        rng = np.random.default_rng(0)
        samples, asked = rng.standard_normal((500, 4)), 3.0 * rng.standard_normal((40, 4))
        model = IsolationForest(n_estimators=30, max_samples=256, random_state=3)
        expected = -model.fit(samples.astype(np.float32)).score_samples(asked.astype(np.float32))
        forest = CompiledForest(samples, 30, 3)
        assert [forest.score(row) for row in asked] == pytest.approx(expected, abs=1e-12)


class TestScore:
    @pytest.mark.parametrize(
        ("excess", "score"), [(0.0, 100.0), (1.0, 70.0), (2.0, 24.01), (1e9, 0.0)]
    )
    def test_formula(self, excess: float, score: float) -> None:
        assert health_score(excess) == pytest.approx(score)

    def test_a_state_begins_late_and_ends_late(self) -> None:
        state = Hysteresis(2)
        scores = (100, 60, 100, 60, 60, 72, 76, 84, 86, 91)
        told = [state.update(score) for score in scores]
        assert told == [*["ok"] * 4, "alarm", "alarm", *["watch"] * 3, "ok"]


class TestLimits:
    FORMS = (FeatureForm("a", 0.1, True), FeatureForm("b", 0.1, False))

    def test_they_are_what_was_reached_times_the_margin(self) -> None:
        table = np.array([[-1.0, 0.0], [0.0, 0.0], [2.0, 0.01]])
        limits = Limits(table, self.FORMS, 0, 0, 1.5)
        assert limits.limit.tolist() == [3.0, 0.1]
        excess = limits.excess(limits.shares(np.array([3.0, 0.05])))
        assert excess == pytest.approx((0.5, 1.0))

    def test_the_margin_covers_the_end_of_the_history(self) -> None:
        table = np.tile([[1.0, 0.0], [-1.0, 0.0]], (50, 1))
        assert learn_limits(table, self.FORMS, 0).margin == MARGINS[0]
        table[90] *= 1.9
        assert learn_limits(table, self.FORMS, 0).margin == 2.0


class TestBlame:
    def test_who_rests_on_another_is_only_watched(self) -> None:
        found = [(0.0, 3.0), (0.0, 0.1), (0.0, 0.1), (0.0, 0.1), (0.0, 2.0)]
        assert blame(ASSETS, found) == [3.0, 0.1, 0.1, 0.1, WATCHED]

    def test_its_own_features_count_whatever_others_do(self) -> None:
        found = [(0.0, 3.0), (0.0, 0.1), (0.0, 0.1), (0.0, 0.1), (1.4, 2.0)]
        assert blame(ASSETS, found)[-1] == 1.4

    def test_without_others_it_is_to_blame(self) -> None:
        found = [*[(0.0, 0.1)] * 4, (0.0, 2.0)]
        assert blame(ASSETS, found)[-1] == 2.0


class TestRecords:
    def test_the_nearest_expectation_counts(self) -> None:
        assert nearest(5.0, (1.0, 6.0, math.nan)) == 6.0
        assert math.isnan(nearest(5.0, (math.nan,)))

    def test_a_biased_task_does_not_move_what_the_meter_should_read(self) -> None:
        read = np.array([4950.0, 1900.0, 0.0, 0.0, 6400.0])
        records = RECORDS.records(START, np.array([2, 1, 0]), np.array([2, 1, 0]), read, 0.0, 0.0)
        assert records[-1].signals[0].expected_kw == 6400.0
        assert records[0].signals[0] == (4950.0, 4500.0, (4500.0, 4500.0))

    def test_a_lost_sample_of_a_task_leaves_the_meter_known(self) -> None:
        read = np.array([math.nan, 1900.0, 0.0, 0.0, 6400.0])
        records = RECORDS.records(START, np.array([2, 1, 0]), np.array([2, 1, 0]), read, 0.0, 0.0)
        assert [record.sampled for record in records] == [False, True, True, True, True]
        assert records[-1].signals[0].expected_kw == 6400.0


class TestMonitor:
    def test_healthy_assets_raise_no_alarm(self, monitor: HealthMonitor) -> None:
        told = [
            health for step in steps(24 * 20, seed=7) for health in monitor.update(step).values()
        ]
        assert min(health.score for health in told) > ALARM
        assert sum(health.state != "ok" for health in told) < 0.01 * len(told)
        assert all(health.risk == pytest.approx(1.0 - health.score / 100.0) for health in told)

    @pytest.mark.parametrize("name", NAMES)
    def test_a_bias_is_found_where_it_is(self, monitor: HealthMonitor, name: str) -> None:
        last(monitor, steps(24 * 8, seed=8))
        begin = 24 * 8
        health = last(monitor, steps(24 * 4, Fault(name, "sensor_bias", 0.1), seed=9, first=begin))
        assert states(health) == {each: "alarm" if each == name else "ok" for each in NAMES}
        told = {cause.split(", ")[1]: cause for cause in health[name].causes if "sensor" in cause}
        assert told.keys() == {"last day", "last week"}
        found = float(told["last day"].removeprefix("sensor ").partition("%")[0])
        # That of generation is told among the errors of its forecast.
        assert found == pytest.approx(10.0, abs=2.5 if name == "generation" else 0.2)
        assert all("since 2025-01-09 0" in cause for cause in told.values())

    def test_lost_samples_are_a_signal(self, monitor: HealthMonitor) -> None:
        health = last(monitor, steps(48, Fault("T2", "dropped_samples", 0.5), seed=3))
        assert states(health) == {each: "alarm" if each == "T2" else "ok" for each in NAMES}
        words = [cause.partition("% ")[2].rpartition(", since")[0] for cause in health["T2"].causes]
        assert words == ["of samples lost, last week", "of samples lost, last day"]

    def test_disobedience_is_a_signal(self, monitor: HealthMonitor) -> None:
        health = last(monitor, steps(48, seed=3, disobeyed=True))
        assert states(health) == {**dict.fromkeys(NAMES, "ok"), "T1": "alarm", "T2": "alarm",
                                  "T3": "alarm"}  # fmt: skip
        # Named from 68 % of the limits on: 3 of 24 against 1 % + 3 / 24, 4 of 168 in a week.
        assert {health[name].causes for name in ("T1", "T2", "T3")} == {(
            "29% of commands not obeyed, last week, since 2025-01-01 03:00",
            "100% of commands not obeyed, last day, since 2025-01-01 02:00",
        )}  # fmt: skip

    def test_recovery_ends_the_alarm(self, monitor: HealthMonitor) -> None:
        last(monitor, steps(48, Fault("T1", "sensor_bias", 0.2), seed=3))
        health = last(monitor, steps(24 * 9, seed=4, first=48))
        assert health["T1"].state == "ok"
        assert health["T1"].causes == ()

    def test_restart_forgets(self, monitor: HealthMonitor) -> None:
        last(monitor, steps(48, Fault("T1", "sensor_bias", 0.2), seed=3))
        monitor.restart()
        fresh = last(monitor, steps(30, seed=4))
        assert fresh["T1"].state == "ok"

    def test_the_same_history_makes_the_same_monitor(self, monitor: HealthMonitor) -> None:
        other = HealthMonitor(ASSETS, 60, trees=20).fit(steps(24 * 60))
        probe = steps(24, Fault("T1", "sensor_bias", 0.02), seed=5)
        assert last(monitor, probe) == last(other, probe)

    def test_refusals(self, monitor: HealthMonitor) -> None:
        with pytest.raises(InputError, match="call fit with a healthy history first"):
            HealthMonitor(ASSETS, 60).update(steps(1)[0])
        with pytest.raises(InputError, match="give at least 504"):
            HealthMonitor(ASSETS, 60).fit(steps(100))
        with pytest.raises(InputError, match="give one of each of T1, T2, T3"):
            monitor.update(steps(1)[0][:-1])
        with pytest.raises(InputError, match="step_minutes = 0"):
            HealthMonitor(ASSETS, 0)


def test_lost_readings_are_not_a_number_in_any_feature() -> None:
    watched = AssetFeatures(ASSETS[-1], 60)
    found: Floats = np.array(
        [watched.update(s[-1]) for s in steps(200, Fault("meter", "dropped_samples", 1.0))]
    )
    assert np.isfinite(found).all()
