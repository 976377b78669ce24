"""The hybrid policy: states, chain of the spread, values, and days that it must not know."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from plantgym.agents.adp_training import gather, train_adp
from plantgym.agents.hybrid import DayValues, HybridPolicy
from plantgym.agents.past_spreads import PastSpreads, load_past_spreads
from plantgym.agents.spread_chain import ChainSettings, SpreadChain, fit_chain, no_chain
from plantgym.agents.state_lattice import build_lattice
from plantgym.baselines.registry import make_policy
from plantgym.envs.policy import Policy
from plantgym.twins.errors import InputError
from plantgym.twins.outlook import morning
from plantgym.twins.plant_toml import load_plant
from plantgym.twins.stn_tables import Floats, compile_tables

from .learners import short_day

MILL = "plantgym/CementMill-v0"
DAY_AHEAD = {"market": "belgium-day-ahead"}


def run(policy: Policy, env_id: str, split: str, day: int, **arguments: Any) -> dict[str, float]:  # noqa: ANN401
    """Cost parts of a day, and how often the shield stepped in."""
    env = gym.make(env_id, split=split, **arguments)
    obs, _ = env.reset(seed=day, options={"day": day})
    policy.reset(env)
    total, over = {"moved": 0.0}, False
    while not over:
        obs, _, over, _, info = env.step(policy.act(obs))
        total["moved"] += info["moved"]
        for part, cost in info["cost"].items():
            total[part] = total.get(part, 0.0) + cost
    return total


class TestLattice:
    def test_the_states_are_those_from_which_the_target_can_be_met(self) -> None:
        lattice = build_lattice(compile_tables(short_day()))
        assert [stocks.ravel().tolist() for stocks in lattice.stock_t] == [[0], [0, 1], [1, 2]]
        assert [moves.action.tolist() for moves in lattice.moves] == [[0, 1], [1, 0, 1]]
        assert [moves.after.tolist() for moves in lattice.moves] == [[0, 1], [0, 0, 1]]

    def test_a_target_out_of_reach_is_refused(self) -> None:
        with pytest.raises(InputError, match="end_min_t"):
            build_lattice(compile_tables(short_day(2, 3)))

    @pytest.mark.parametrize("plant", ["steel_powder"])
    def test_plants_with_too_many_combinations_are_refused(self, plant: str) -> None:
        with pytest.raises(InputError, match="combinations of modes"):
            build_lattice(compile_tables(load_plant(plant)))


class TestChain:
    def test_a_coin_that_keeps_its_side_is_found_out(self) -> None:
        rng = np.random.default_rng(1)
        keeps = rng.random((400, 24)) < 0.8
        side = np.where(np.cumsum(~keeps, axis=1) % 2, 0.05, -0.05)
        settings = ChainSettings(sizes=2, moods=1, half_life_d=1e6, smoothing=0.1)
        chain = fit_chain(side, np.arange(400.0, 0.0, -1.0), settings, 1.0)
        assert chain.spread.ravel() == pytest.approx([-0.05, 0.05], abs=0.006)
        assert np.diag(chain.chance) == pytest.approx([0.8, 0.8], abs=0.04)

    def test_recent_days_count_more(self) -> None:
        spread = np.concatenate([np.full((50, 24), 0.3), np.full((50, 24), 0.1)])
        age_d = np.arange(100.0, 0.0, -1.0)
        settings = ChainSettings(sizes=2, moods=1, half_life_d=10.0)
        chain = fit_chain(spread, age_d, settings, 1.0)
        assert chain.spread.mean() < 0.13

    def test_a_restless_day_is_told_from_a_calm_one(self) -> None:
        rng = np.random.default_rng(1)
        size = np.where(rng.random(200) < 0.5, 0.01, 0.1)
        spread = size[:, None] * rng.normal(size=(200, 24))
        settings = ChainSettings(sizes=3, moods=2, half_life_d=1e6)
        chain = fit_chain(spread, np.arange(200.0, 0.0, -1.0), settings, 1.0)
        calm, restless = (chain.shares(np.full(24, each)) for each in (0.005, 0.15))
        assert calm[:3].sum() == pytest.approx(1.0)
        assert restless[3:].sum() == pytest.approx(1.0)

    def test_shares_sum_up_and_keep_the_spread(self) -> None:
        chain = SpreadChain(
            np.array([[-0.1, 0.0, 0.2]]), np.eye(3), np.zeros(1), floor=0.01, expected=0, weight=1
        )
        shares = chain.shares(np.array([0.3, 0.05]))
        assert shares.sum() == pytest.approx(1.0)
        assert shares @ chain.spread.ravel() == pytest.approx(0.05)


class TestValues:
    @pytest.mark.parametrize(("spread", "mode"), [(0.021, 0), (0.019, 1), (-0.05, 1)])
    def test_waiting_is_worth_the_hope_for_a_lower_price(self, spread: float, mode: int) -> None:
        # The target needs one of two hours. The second hour's price is 0.1 with a spread of -0.08
        # or +0.12, equally likely: 0.12 expected. So running now pays below 0.12.
        tables = compile_tables(short_day())
        chain = SpreadChain(
            np.array([[-0.08, 0.12]]), np.full((2, 2), 0.5), np.zeros(1), 1.0, 0.0, 1.0
        )
        outlook = morning(tables, np.full(2, 0.1), np.zeros(2), np.zeros(2), np.zeros(2))
        values = DayValues(tables, build_lattice(tables), chain, outlook)
        known = outlook.with_prices(np.array([0.1 + spread, 0.1]), np.zeros(2))
        assert values.best_modes(known).tolist() == [mode]

    def test_the_option_to_wait_has_a_value_where_a_mean_forecast_sees_none(self) -> None:
        # Three hours, one to run. On the mean of 0 for each later hour, a price of -0.01 is worth
        # taking; but the least of two later prices is -0.075 on average.
        tables = compile_tables(short_day(3))
        outlook = morning(tables, np.full(3, 0.1), np.zeros(3), np.zeros(3), np.zeros(3))
        known = outlook.with_prices(np.array([0.09, 0.1, 0.1]), np.zeros(3))
        lattice = build_lattice(tables)
        coin = SpreadChain(
            np.array([[-0.1, 0.1]]), np.full((2, 2), 0.5), np.zeros(1), 1.0, 0.0, 1.0
        )
        assert DayValues(tables, lattice, coin, outlook).best_modes(known).tolist() == [0]
        assert DayValues(tables, lattice, no_chain(), outlook).best_modes(known).tolist() == [1]

    @pytest.mark.parametrize("day", [0, 100])
    def test_on_known_prices_it_is_as_good_as_the_exact_planner(self, day: int) -> None:
        past = gather(MILL, ChainSettings(), DAY_AHEAD)
        ours = run(HybridPolicy(past), MILL, "train", day, **DAY_AHEAD)
        best = run(make_policy("optimum"), MILL, "train", day, **DAY_AHEAD)
        assert sum(ours.values()) == pytest.approx(sum(best.values()), rel=1e-6)


class TestPolicy:
    @pytest.mark.parametrize(
        ("env_id", "market"),
        [(MILL, "belgium-real-time"), ("plantgym/CementPv-v0", "belgium-real-time"),
         ("plantgym/CementPv-v0", "tou")],
    )  # fmt: skip
    def test_no_target_is_missed_and_the_shield_never_steps_in(
        self, env_id: str, market: str
    ) -> None:
        past = gather(env_id, ChainSettings(sizes=3, moods=2), {"market": market})
        policy = HybridPolicy(past)
        for day in (0, 20, 40):
            total = run(policy, env_id, "validation", day, market=market)
            assert total["shortfall"] == 0.0
            assert total["trip"] == 0.0
            assert total["moved"] == 0.0

    def test_nothing_is_learned_from_today_or_later(self) -> None:
        past = gather(MILL, ChainSettings(), {})
        days = gym.make(MILL, split="validation").unwrapped.batch.scenarios  # type: ignore[attr-defined]
        date = str(days.dates[20])
        later = past.dates >= np.datetime64(date)
        changed = np.where(later[:, None], 9.0, past.spread)
        prices = days.series["buy_price_per_kwh"].copy()
        prices[20:] = 9.0
        one = past.before(date, days)
        other = replace(past, spread=changed).before(date, days.replace_series(
            buy_price_per_kwh=prices
        ))  # fmt: skip
        assert len(one[0]) == (past.dates < np.datetime64(date)).sum()
        assert all(map(np.array_equal, one, other))
        assert one[1][-1] == 1.0

    def test_days_of_the_env_before_today_are_learned_from(self) -> None:
        days = gym.make(MILL, split="test").unwrapped.batch.scenarios  # type: ignore[attr-defined]
        past = gather(MILL, ChainSettings(), {})
        spreads, _ = past.before(str(days.dates[30]), days)
        assert len(spreads) == len(past.dates) + 30

    def test_it_refuses_plants_and_days_that_it_does_not_know(self) -> None:
        past = gather(MILL, ChainSettings(), {})
        heater = gym.make("plantgym/SetsHeater-v0")
        with pytest.raises(InputError, match="STN plant"):
            HybridPolicy(past).reset(heater)
        quarters = gym.make("plantgym/CementPv-v0")
        quarters.reset(seed=0)
        with pytest.raises(InputError, match="CNY"):
            HybridPolicy(past).reset(quarters)


class TestTraining:
    def test_the_same_days_make_the_same_file(self, tmp_path: Path) -> None:
        files = []
        for name in ("one", "other"):
            result = train_adp(MILL, tmp_path / name)
            files.append((tmp_path / name / "hybrid.npz").read_bytes())
            assert result.days == 360
            assert result.score is None
        assert files[0] == files[1]

    def test_a_file_comes_back_as_it_was(self, tmp_path: Path) -> None:
        past = gather(MILL, ChainSettings(sizes=5), {})
        past.save(tmp_path / "hybrid.npz")
        again = load_past_spreads(tmp_path / "hybrid.npz")
        assert again.settings == past.settings
        assert np.array_equal(again.spread, past.spread)
        assert np.array_equal(again.dates, past.dates)

    def test_other_files_are_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "hybrid.npz"
        path.write_bytes(b"nothing")
        with pytest.raises(InputError, match=r"hybrid\.npz"):
            HybridPolicy(path)

    def test_unknown_settings_and_plants_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="did you mean 'sizes'"):
            train_adp(MILL, tmp_path, changes={"size": 3})
        with pytest.raises(InputError, match="combinations of modes"):
            train_adp("plantgym/SteelPowder-v0", tmp_path)
        assert not list(tmp_path.iterdir())


def spreads(days: int, value: float) -> Floats:
    """Days of one spread."""
    return np.full((days, 24), value)


def test_few_days_before_are_made_up_for_by_later_ones() -> None:
    dates = np.arange("2025-01-01", "2025-01-31", dtype="datetime64[D]")
    past = PastSpreads(dates, spreads(30, 0.1), "EUR", ChainSettings())
    days = gym.make(MILL, split="train").unwrapped.batch.scenarios  # type: ignore[attr-defined]
    found, age_d = past.before("2025-01-03", days.take([0]))
    assert len(found) == 30
    assert age_d.min() >= 1.0
