"""What an env shows and when: days, forecasts, states, and the baseline load."""

import datetime
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from plantgym.envs.stn_env import StnEnv
from plantgym.envs.wrappers import DictObservation
from plantgym.twins.outlook import DrEvent
from plantgym.twins.scenarios import Splits
from plantgym.twins.stn_tables import Floats
from plantgym.twins.tariff import Tariff

from .hand_plant import HOURS, MONDAY, quarry, quarry_days, quarry_env, take

REALISED = np.array([[0.1, 0.2, 0.3, -0.1, 0.5, 0.6]])
EXPECTED = np.array([[0.15, 0.25, 0.35, 0.05, 0.55, -0.9]])
SCALE = 4 * 0.1  # prices are shown over four times the tariff's mean


def windows(obs: NDArray[Any], env: StnEnv, name: str) -> Floats:
    """Numbers of a window, in the order of their steps."""
    places = [env.observation_names.index(f"{name}+{k}") for k in range(HOURS)]
    return np.asarray(obs, float)[places]


class TestForecasts:
    def test_price_window_step_by_step(self) -> None:
        days = quarry_days(buy_price_per_kwh=REALISED, buy_forecast_per_kwh=EXPECTED)
        env = quarry_env(days=days)
        obs, _ = env.reset(options={"day": 0})
        shown = np.clip(EXPECTED[0] / SCALE, -1, 1)
        for step in range(HOURS):
            now = np.clip(REALISED[0, step] / SCALE, -1, 1)
            expected = [now, *shown[step + 1 :], *[0.0] * step]
            assert windows(obs, env, "buy_price") == pytest.approx(np.array(expected))
            obs = take(env, 0, 0)["obs"]
        assert not windows(obs, env, "buy_price").any()

    def test_generation_and_sell_price_windows(self) -> None:
        pv_kw = np.array([[30.0, 60.0, 90.0, 300.0, 0.0, 0.0]])
        forecast_kw = np.full((1, HOURS), 150.0)
        env = quarry_env(days=quarry_days(pv_kw=pv_kw, pv_forecast_kw=forecast_kw))
        obs = take(env, 0, 0)["obs"]
        assert windows(obs, env, "generation") == pytest.approx(np.array([0.2, *[0.5] * 4, 0.0]))
        assert windows(obs, env, "sell_price") == pytest.approx(np.array([0.05 / SCALE] * 5 + [0]))

    def test_view_mixes_realised_and_expected(self) -> None:
        days = quarry_days(buy_price_per_kwh=REALISED, buy_forecast_per_kwh=EXPECTED)
        env = quarry_env(days=days)
        take(env, 0, 0)
        take(env, 0, 0)
        view = env.view()
        assert view.step == 2
        assert view.buy_price_per_kwh.tolist() == [*REALISED[0, :3], *EXPECTED[0, 3:]]
        assert view.buy_forecast_per_kwh.tolist() == EXPECTED[0].tolist()
        assert env.hindsight().buy_price_per_kwh.tolist() == REALISED[0].tolist()

    def test_what_is_to_come_changes_nothing_that_is_shown(self) -> None:
        later = REALISED.copy()
        later[0, 3:] += 1.0
        seen = []
        for prices in (REALISED, later):
            days = quarry_days(buy_price_per_kwh=prices, buy_forecast_per_kwh=EXPECTED)
            env = quarry_env(days=days)
            seen.append([take(env, 0, 0)["obs"] for _ in range(HOURS)])
        np.testing.assert_array_equal(seen[0][:2], seen[1][:2])
        assert (seen[0][2] != seen[1][2]).any()

    def test_writing_to_a_view_changes_nothing(self) -> None:
        env = quarry_env()
        for view in (env.view(), env.hindsight()):
            for name in type(view).__slots__:
                if isinstance(getattr(view, name), np.ndarray):
                    getattr(view, name)[...] = -1
        again = env.view()
        assert again.stock_t.tolist() == [1000, 10, 0]
        assert again.buy_price_per_kwh.tolist() == [0.1] * HOURS
        assert env.hindsight().baseline_load_kw.min() >= 0


class TestState:
    def test_observation_of_the_plant(self) -> None:
        tariff = Tariff((0.1,) * 24, (0.05,) * 24, demand_charge_per_kw=1.0)
        env = quarry_env(quarry(tariff=tariff))
        take(env, 2, 1)
        obs = take(env, 2, 0)["obs"]
        shown = dict(zip(env.observation_names, obs.tolist(), strict=True))
        state = {name: value for name, value in shown.items() if "+" not in name}
        assert state == pytest.approx(
            {
                "time": 2 / 6,
                "stock:ore": 0.96,
                "stock:meal": 0.4,
                "stock:lime": 8 / 500,
                "missing:lime": 22 / 30,
                "level:mill": 1.0,
                "level:kiln": 0.0,
                "since:mill": 2 / 6,
                "since:kiln": 1 / 6,
                "peak": 0.25,
            }
        )

    def test_names_and_dict_have_the_same_numbers_as_the_flat_observation(self) -> None:
        env = quarry_env(days=quarry_days(pv_kw=50.0, events=(DrEvent(0, 1, 2, 50.0),)))
        wrapped = DictObservation(env)
        obs, _ = env.reset(options={"day": 0})
        parts = wrapped.observation(obs)
        assert parts in wrapped.observation_space
        assert len(env.observation_names) == len(obs) == len(set(env.observation_names))
        flat: dict[str, float] = {}
        for name, values in parts.items():
            names = [name] if len(values) == 1 else [f"{name}+{k}" for k in range(len(values))]
            flat |= dict(zip(names, values.tolist(), strict=True))
        assert flat == dict(zip(env.observation_names, obs.tolist(), strict=True))


class TestDays:
    @pytest.mark.parametrize(
        "day",
        ["2025-01-08", 2, np.int64(2), datetime.date(2025, 1, 8), np.datetime64("2025-01-08")],
    )
    def test_reset_to_a_chosen_day(self, day: object) -> None:
        prices = np.arange(5.0)[:, None] / 10
        env = StnEnv(quarry(), scenarios=quarry_days(5, buy_price_per_kwh=prices))
        _, info = env.reset(seed=1, options={"day": day})
        assert info == {"day": "2025-01-08"}
        assert env.hindsight().buy_price_per_kwh.tolist() == [0.2] * HOURS

    def test_days_count_within_the_split(self) -> None:
        days = quarry_days(5, splits=Splits(MONDAY + 2, MONDAY + 4))
        env = StnEnv(quarry(), scenarios=days, split="validation")
        assert env.reset(options={"day": 0})[1] == {"day": "2025-01-08"}
        drawn = {env.reset()[1]["day"] for _ in range(50)}
        assert drawn == {"2025-01-08", "2025-01-09"}

    def test_days_are_drawn_by_weight(self) -> None:
        env = StnEnv(quarry(), scenarios=quarry_days(3, weight=(1.0, 6.0, 3.0)))
        env.reset(seed=7)
        drawn = [env.reset()[1]["day"] for _ in range(3000)]
        shares = [drawn.count(str(MONDAY + k)) / 3000 for k in range(3)]
        assert shares == pytest.approx([0.1, 0.6, 0.3], abs=0.036)  # four standard deviations


class TestBaselineLoad:
    """The rule's tasks draw 250, 250, 50, 50, 0, 0 kW a day; base load tells the days apart."""

    rule_kw = np.array([250.0, 250.0, 50.0, 50.0, 0.0, 0.0])
    base_kw = np.array([10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 640.0, 15.0, 25.0])

    def baseline(self, day: str, splits: Splits | None = None) -> list[float]:
        days = quarry_days(9, base_load_kw=self.base_kw[:, None], splits=splits)
        env = StnEnv(quarry(), scenarios=days, split="test" if splits else "all")
        env.reset(options={"day": day})
        return list(env.view().baseline_load_kw)

    def test_mean_of_the_last_five_working_days(self) -> None:
        # Tuesday the 14th: Monday the 13th and Tuesday to Friday of the week before.
        mean = (20.0 + 40.0 + 80.0 + 160.0 + 15.0) / 5
        assert self.baseline("2025-01-14") == pytest.approx(list(self.rule_kw + mean))

    def test_weekends_have_one_but_do_not_count(self) -> None:
        mean = (10.0 + 20.0 + 40.0 + 80.0 + 160.0) / 5
        for day in ("2025-01-11", "2025-01-12", "2025-01-13"):
            assert self.baseline(day) == pytest.approx(list(self.rule_kw + mean))

    def test_fewer_days_and_none(self) -> None:
        assert self.baseline("2025-01-08") == pytest.approx(list(self.rule_kw + 15.0))
        assert self.baseline("2025-01-06") == pytest.approx(list(self.rule_kw + 10.0))

    def test_days_of_another_split_count(self) -> None:
        splits = Splits(MONDAY + 7, MONDAY + 8)
        mean = (20.0 + 40.0 + 80.0 + 160.0 + 15.0) / 5
        assert self.baseline("2025-01-14", splits) == pytest.approx(list(self.rule_kw + mean))

    def test_a_given_one_holds(self) -> None:
        env = quarry_env(days=quarry_days(baseline_load_kw=77.0))
        assert env.view().baseline_load_kw.tolist() == [77.0] * HOURS

    def test_what_the_agent_does_cannot_change_it(self) -> None:
        env = quarry_env(days=quarry_days(2))
        for _ in range(HOURS):
            take(env, 2, 1)
        before = env.view().baseline_load_kw
        env.reset(options={"day": 1})
        np.testing.assert_array_equal(env.view().baseline_load_kw, before)
