"""Days that are known in advance: what is seen in the first step is what comes."""

from typing import Any, cast

import numpy as np
import pytest

from plantgym.benchmarks.own_days import case_from_options
from plantgym.envs.heater_env import SetsHeaterEnv
from plantgym.envs.stn_env import StnEnv
from plantgym.twins.errors import InputError


@pytest.mark.parametrize("name", ["CementPv", "CarSeat", "CementMill", "SteelPowder"])
def test_a_factory_sees_all_of_its_day_at_once(name: str) -> None:
    case = case_from_options(name, "test", known_days=True)
    env = cast(StnEnv, case.make().unwrapped)
    for seed in range(5):
        env.reset(seed=seed)
        seen, true = env.view(), env.hindsight()
        for series in ("buy_price_per_kwh", "sell_price_per_kwh", "generation_kw"):
            np.testing.assert_array_equal(getattr(seen, series), getattr(true, series))
        assert true.dr is None


def test_a_heater_sees_all_of_its_episode_at_once() -> None:
    case = case_from_options("SetsHeater", "test", known_days=True)
    env = cast(SetsHeaterEnv, case.make().unwrapped)
    for seed in range(5):
        env.reset(seed=seed)
        seen, true = env.view(), env.hindsight()
        np.testing.assert_array_equal(seen.buy_price_per_kwh, true.buy_price_per_kwh)
        np.testing.assert_array_equal(seen.weather.table, true.weather.table)
        assert true.calls == ()


def test_otherwise_the_days_are_those_of_the_env() -> None:
    known, usual = (
        cast(Any, case_from_options("CementMill", "test", known_days=known).make().unwrapped)
        for known in (True, False)
    )
    for env in (known, usual):
        env.reset(seed=4)
    assert known.batch.date(0) == usual.batch.date(0)
    prices = [env.hindsight().buy_price_per_kwh for env in (known, usual)]
    np.testing.assert_array_equal(*prices)
    assert not np.array_equal(usual.view().buy_price_per_kwh, prices[0]), "else nothing is proven"


def test_events_that_are_drawn_are_no_known_days() -> None:
    with pytest.raises(InputError, match="surprises"):
        case_from_options("CementPv", "test", known_days=True, dr=True)
