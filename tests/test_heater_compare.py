"""The heater is compared, told and drawn as the factories are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from plantgym.baselines.registry import make_policy
from plantgym.benchmarks import heater_signals
from plantgym.benchmarks.aggregates import Summary
from plantgym.benchmarks.cases import Case
from plantgym.benchmarks.cli import app
from plantgym.benchmarks.compare import Comparison, compare
from plantgym.benchmarks.episodes import episode_seed, run_episode
from plantgym.benchmarks.heater_figure import heater_figure
from plantgym.benchmarks.heater_signals import SIGNALS
from plantgym.benchmarks.stories import Story
from plantgym.benchmarks.tables import optimum_note
from plantgym.envs.heater_env import SetsHeaterEnv
from plantgym.twins.errors import InputError
from plantgym.twins.heater_episode_state import METER
from plantgym.twins.heater_markets import find_market

ENV = "plantgym/SetsHeater-v0"


@pytest.fixture(scope="module")
def found() -> Comparison:
    return compare(Case(ENV), ["timer", "price-quantile", "optimum"], days=1)


class TestRows:
    def test_the_timer_scores_0_and_the_optimum_1(self, found: Comparison) -> None:
        rows = {row["policy"]: row for row in found.rows}
        assert rows["timer"]["score"] == 0.0
        assert rows["optimum"]["score"] == 1.0
        assert rows["timer"]["rule_cost"] == rows["timer"]["cost"]
        assert rows["optimum"]["bound"] <= rows["optimum"]["cost"] <= rows["timer"]["cost"]
        assert rows["optimum"]["bound"] <= rows["price-quantile"]["cost"]

    def test_rows_agree_with_their_parts(self, found: Comparison) -> None:
        for row in found.rows:
            parts = {name: value for name, value in row.items() if name.startswith("cost_")}
            assert row["cost"] == pytest.approx(sum(parts.values()))
            assert set(parts) == {
                *("cost_purchase", "cost_demand", "cost_dr_penalty", "cost_dr_subsidy"),
                *("cost_comfort", "cost_heat"),
            }
            assert row["energy_kwh"] > 0.0
            assert {"reduced_kwh", "absorbed_kwh"} <= set(row)
            assert (row["steps"], row["currency"]) == (96, "EUR")

    def test_the_gap_is_told(self, found: Comparison) -> None:
        (row,) = (row for row in found.rows if row["policy"] == "optimum")
        gap = (row["optimum"] - row["bound"]) / abs(row["optimum"])
        assert f"proven to within {max(gap, 1e-5):.3%} over all days" in optimum_note(found.rows)

    def test_gaps_of_days_that_cancel_out_are_told_apart(self) -> None:
        rows = [
            {"day": "a", "optimum": 100.0, "bound": 99.0, "mip_gap": 0.01},
            {"day": "b", "optimum": -60.0, "bound": -60.0, "mip_gap": 0.0},
        ]
        note = optimum_note(rows * 2)
        assert "within 2.500% over all days together, and within 1.000% on each day" in note


class TestRefusals:
    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (("--policies", "rule"), "policy = 'rule': use some of timer,timer-short"),
            (("--step-minutes", "60"), "--step-minutes = 60: leave it out"),
            (("--pv", "pv.csv"), "--pv = 'pv.csv': leave it out"),
            (("--market", "tou"), "market = 'tou': use one of belgium-real-time"),
            (("--days", "48"), "days = 48: use 1 to 47"),
        ],
    )
    def test_what_heaters_do_not_have(self, arguments: tuple[str, ...], message: str) -> None:
        result = CliRunner().invoke(app, ["compare", "SetsHeater", *arguments])
        assert result.exit_code == 2
        assert message in result.stderr

    def test_policies_of_heaters_do_not_run_factories(self) -> None:
        with pytest.raises(InputError, match="use some of rule,threshold"):
            compare(Case("plantgym/CarSeat-v0"), ["timer"], days=1)


class TestDayFigure:
    def test_it_shows_what_was_metered_between_its_limits(self) -> None:
        case, day = Case(ENV), "2025-02-21"
        env = case.make(render_mode="ansi")
        base = env.unwrapped
        assert isinstance(base, SetsHeaterEnv)
        env.reset(seed=episode_seed(0, day), options={"day": day})
        morning = base.view()
        cost = run_episode(env, make_policy("timer", kind="heater"), "timer", day, 0).cost
        record = base.record()
        figure = heater_figure(Story(morning, {"timer": record}, {"timer": cost}))
        drawn = {trace.name: np.asarray(trace.y, np.float64) for trace in figure.data}
        power_kw = 4 * record.meter[:, METER.index("heater_kwh")]
        np.testing.assert_allclose(drawn["heater power"][:-1], power_kw)
        np.testing.assert_array_equal(drawn["brick"], record.temp_c[:, 0])
        np.testing.assert_array_equal(drawn["price"][:-1], base.hindsight().buy_price_per_kwh)
        np.testing.assert_array_equal(drawn["price forecast"][:-1], morning.buy_price_per_kwh)
        lines = {(shape.yref, shape.y0) for shape in figure.layout.shapes if shape.type == "line"}
        brick, terms = base.plant.brick, base.terms
        assert lines == {
            ("y3", brick.min_c),
            ("y3", brick.max_c),
            ("y4", terms.room_min_c),
            ("y4", terms.room_max_c),
        }
        for call in base.hindsight().calls:
            name = {"reduce": "less", "absorb": "more"}[call.kind]
            assert f"call to draw {name}: {call.award_kw:,.0f} kW" in drawn


class TestSignals:
    def test_each_signal_is_switched_off_and_nothing_else(self) -> None:
        envs = {
            name: Case(ENV, arguments=arguments()).make().unwrapped
            for name, arguments in SIGNALS.items()
        }
        days = {name: env.batch.scenarios.dates.tolist() for name, env in envs.items()}  # type: ignore[attr-defined]
        assert all(dates == days["nothing"] for dates in days.values())
        terms = find_market("belgium-real-time").terms
        same = [env.terms == terms for env in envs.values()]  # type: ignore[attr-defined]
        assert same == [name != "demand charge" for name in envs]
        flat: Any = envs["any change of price (its mean instead)"]
        ahead: Any = envs["real-time price (day-ahead price instead)"]
        free: Any = envs["demand charge"]
        for env in (flat, ahead, free):
            env.reset(seed=1, options={"day": 3})
        assert np.ptp(flat.hindsight().buy_price_per_kwh) == 0.0
        known = ahead.hindsight().buy_price_per_kwh
        np.testing.assert_array_equal(known[:44], ahead.view().buy_price_per_kwh[:44])
        assert free.terms.demand_charge_per_kw_month == 0.0

    def test_the_command_tells_and_writes_what_is_saved(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def known(case: Case, policies: Any, **options: Any) -> Comparison:  # noqa: ANN401
            cost = 150.0 if case.arguments else 50.0
            rows = [{"policy": "mpc", "rule_cost": 200.0, "bound": 40.0}]
            one = Summary("mpc", 1, cost, cost, None, None, None, None, None, None, 1.0)
            monkeypatch.setattr(Comparison, "summary", lambda self: [one])
            return Comparison({}, "sets_heater", "EUR", {}, (), rows)

        out = tmp_path / "signals.json"
        monkeypatch.setattr(heater_signals, "compare", known)
        result = CliRunner().invoke(app, ["signals", "--days", "1", "--json", str(out)])
        assert result.exit_code == 0, result.stderr
        rows = json.loads(out.read_text())["rows"]
        assert [row["without"] for row in rows] == list(SIGNALS)
        assert [row["cost"] for row in rows] == [50.0, 150.0, 150.0, 150.0, 150.0]
        assert "75%" in result.stdout
        assert "25%" in result.stdout
