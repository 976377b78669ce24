"""The study of health: twin-generated data, how alarms are counted, and the ways it compares."""

from __future__ import annotations

import numpy as np
import pytest

from plantgym.benchmarks.cases import Case
from plantgym.benchmarks.health_detectors import DETECTORS, Detector, Seen
from plantgym.benchmarks.health_rows import Tally, count_alarms, fault_row, method_row
from plantgym.benchmarks.health_tables import fault_cells, faults_markdown, methods_markdown
from plantgym.benchmarks.twin_year import TwinRun, fitted_monitor, twin_year
from plantgym.twins.errors import InputError
from plantgym.twins.health.features import AssetFeatures
from plantgym.twins.health.records import OperatingRecord

CEMENT = Case("plantgym/CementPv-v0", "all", {"market": "belgium-real-time"})
HEATER = Case("plantgym/SetsHeater-v0", "all")
ON_HOUR_MEANS = "formula d, a on hour means"


class TestTwinYear:
    def test_a_factory_by_the_hour(self) -> None:
        year = twin_year(CEMENT, "threshold", days=3)
        columns = year.columns
        assert len(year.time) == 72
        assert (np.diff(year.time) == np.timedelta64(60, "m")).all()
        assert str(year.time[-1]) == "2025-08-15T23:00"
        tasks = sum(columns[f"T{j} expected_kw"] for j in (1, 2, 3))
        assert columns["load_kw"] == pytest.approx(tasks)
        assert columns["generation expected_kw"] == pytest.approx(columns["pv_forecast_kw"])
        assert columns["hour"].tolist() == [*range(24)] * 3
        assert columns["weekday"][::24].tolist() == [2.0, 3.0, 4.0]  # 2025-08-13, a Wednesday
        assert np.isfinite(columns["temp_c"]).all()

    def test_a_heater_by_the_hour_though_it_runs_by_quarters(self) -> None:
        year = twin_year(HEATER, "timer", days=2)
        assert len(year.time) == 48
        assert str(year.time[0]) == "2025-03-27T13:00"
        drawn_kw = 1000.0 * year.columns["elements level"] + 18.0 * year.columns["fan level"] ** 3
        assert year.columns["load_kw"] == pytest.approx(drawn_kw, abs=2.0)

    def test_the_seed_fixes_all(self) -> None:
        one, same, other = (twin_year(CEMENT, "threshold", days=2, seed=s) for s in (3, 3, 4))
        name = "meter reading_kw"
        assert one.columns[name].tolist() == same.columns[name].tolist()
        assert one.columns[name].tolist() != other.columns[name].tolist()

    def test_a_monitor_of_too_few_days_is_refused(self) -> None:
        with pytest.raises(InputError, match="give at least 504"):
            fitted_monitor(CEMENT, "threshold", days=2)


class TestCounting:
    def test_alarms_are_right_false_or_elsewhere(self) -> None:
        tally = Tally()
        count_alarms(tally, {"T1": 5.0}, "T1")
        count_alarms(tally, {"T1": 7.0, "meter": 30.0}, "T1")
        count_alarms(tally, {"meter": 4.0}, "T1")
        count_alarms(tally, {"T1": -20.0}, "T1")
        count_alarms(tally, {}, "T1")
        assert (tally.runs, tally.found, tally.elsewhere, tally.false) == (5, 2, 1, 3)
        assert tally.delays_h == (5.0, 7.0)

    def test_rows(self) -> None:
        tally = Tally(runs=4, found=3, elsewhere=1, false=1, delays_h=(1.0, 9.0, 4.0))
        row = method_row("p", "limits and forest", [tally], 0.25, 12.0)
        assert (row.precision, row.recall, row.delay_h) == (0.75, 0.75, 4.0)
        assert row.false_per_month == 0.25
        silent = method_row("p", "x", [Tally(runs=2)], 0.0, 12.0)
        assert (silent.precision, silent.recall) == (0.0, 0.0)

    def test_tables(self) -> None:
        fault = fault_row("p", "limits and forest", "sensor_bias", 0.05, Tally(2, 1, 1, 0, (3.0,)))
        other = fault_row("p", "limits alone", "sensor_bias", 0.05, Tally(2))
        row = method_row("p", "limits and forest", [Tally(2, 1, 1, 0, (3.0,))], 0.5, 6.0)
        results = {
            "version": "9", "seed": 4, "cpu_s": 61.0,
            "methods": [{name: getattr(row, name) for name in row.__slots__}],
            "faults": [{n: getattr(each, n) for n in each.__slots__} for each in (fault, other)],
        }  # fmt: skip
        assert fault_cells(results) == [["p", "sensor bias", "0.05", "2", "50%", "50%", "3 h"]]
        assert "| p | sensor bias | 0.05 | 2 | 50% | 50% | 3 h |" in faults_markdown(results)
        text = methods_markdown(results)
        assert "seed 4, 61 CPU-seconds" in text
        assert "| p | limits and forest | 100% | 50% | 3 h | 0.50 | 6 |" in text


@pytest.fixture(scope="module")
def factory() -> Factory:
    return Factory()


class Factory:
    """Thirty healthy days of a factory, and eight after them, with a meter that is right or not."""

    def __init__(self) -> None:
        self.run = TwinRun(CEMENT, "rule")
        self.history = self.run.history(range(30))
        seen = self.seen(self.history)
        places = range(len(self.run.plant.assets))
        self.tables = [np.array([step[place][0] for step in seen[24:]]) for place in places]
        self.healthy = self.run.history(range(30, 38))
        self.run.plant.set_fault("meter", "sensor_bias", 0.5)
        self.faulty = self.run.history(range(30, 38))

    def seen(self, steps: list[list[OperatingRecord]]) -> list[list[Seen]]:
        watched = [AssetFeatures(asset, 60) for asset in self.run.plant.assets]
        return [
            [(each.update(record), each.weight) for each, record in zip(watched, step, strict=True)]
            for step in steps
        ]

    def alarmed(self, method: str) -> tuple[set[str], set[str]]:
        """Who is in alarm in the end, with a meter that is right and with one that is not."""
        detector = DETECTORS[method](self.run.plant.assets, 60, self.history, self.tables)
        return self._at_end(detector, self.healthy), self._at_end(detector, self.faulty)

    def _at_end(self, detector: Detector, steps: list[list[OperatingRecord]]) -> set[str]:
        detector.restart()
        pairs = zip(steps, self.seen(steps), strict=True)
        *_, last = [detector.alarms(*pair) for pair in pairs]
        return {asset.name for asset, alarm in zip(detector.assets, last, strict=True) if alarm}


ON_THE_TWIN = [name for name in DETECTORS if name not in ("forest alone", ON_HOUR_MEANS)]


@pytest.mark.parametrize("method", ON_THE_TWIN)
def test_a_meter_that_reads_half_more_is_found(factory: Factory, method: str) -> None:
    assert factory.alarmed(method) == (set(), {"meter"})


def test_without_a_twin_clouds_are_taken_for_a_fault(factory: Factory) -> None:
    assert factory.alarmed(ON_HOUR_MEANS) == ({"generation"}, {"generation", "meter"})


def test_a_forest_alone_takes_it_for_the_edge_of_health(factory: Factory) -> None:
    assert factory.alarmed("forest alone") == (set(), set())
