"""A plant that runs under faults, and what its sensors read."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import pytest

import plantgym.envs  # noqa: F401 - registers the envs
from plantgym.envs.faulty_plant import FaultyPlant
from plantgym.envs.heater_env import SetsHeaterEnv
from plantgym.envs.stn_env import StnEnv
from plantgym.twins.errors import InputError
from plantgym.twins.faults.fault import FaultKind

DAYS = {"plantgym/CementPv-v0": 40, "plantgym/SetsHeater-v0": 3}


def made(env_id: str) -> StnEnv | SetsHeaterEnv:
    env = gym.make(env_id).unwrapped
    assert isinstance(env, StnEnv | SetsHeaterEnv)
    return env


def run(plant: FaultyPlant, day: int, steps: int | None = None) -> list[tuple[Any, ...]]:
    """A day of random actions: observation, reward, info, readings."""
    rng, env = np.random.default_rng(5), plant.env
    env.reset(seed=1, options={"day": day})
    plant.start()
    found: list[tuple[Any, ...]] = []
    ended = False
    while not ended and (steps is None or len(found) < steps):
        levels = rng.random(len(env.batch.n_modes)) * (np.array(env.batch.n_modes) - 1)
        obs, reward, ended, _, info = plant.step(env.batch.levels_to_action(levels))
        found.append((obs, reward, info, plant.readings, plant.records))
    return found


@pytest.mark.parametrize("env_id", DAYS)
class TestEveryPlant:
    def test_without_faults_the_env_is_the_same(self, env_id: str) -> None:
        day, plain = DAYS[env_id], made(env_id)
        found = run(FaultyPlant(made(env_id)), day)
        rng = np.random.default_rng(5)
        plain.reset(seed=1, options={"day": day})
        for obs, reward, info, _, _ in found:
            levels = rng.random(len(plain.batch.n_modes)) * (np.array(plain.batch.n_modes) - 1)
            own_obs, own_reward, _, _, own = plain.step(plain.batch.levels_to_action(levels))
            assert (obs == own_obs).all()
            assert reward == own_reward
            assert own["cost"] == info["cost"]
            assert own["applied"].tolist() == info["applied"].tolist()
            assert own["requested"].tolist() == info["requested"].tolist()

    def test_healthy_assets_do_what_is_expected(self, env_id: str) -> None:
        plant = FaultyPlant(made(env_id))
        for *_, records in run(plant, DAYS[env_id]):
            for asset, record in zip(plant.assets, records, strict=True):
                assert record.sampled
                if asset.control is not None:
                    assert record.command == record.ran
                if asset.kind == "task":
                    signal = record.signals[0]
                    near = 0.08 * asset.full_scale
                    assert signal.reading_kw == pytest.approx(signal.expected_kw, abs=near)

    def test_the_same_day_reads_the_same(self, env_id: str) -> None:
        first, second = (run(FaultyPlant(made(env_id)), DAYS[env_id], 4) for _ in range(2))
        for one, other in zip(first, second, strict=True):
            assert one[3].tolist() == other[3].tolist()

    def test_it_goes_on_from_what_was_saved(self, env_id: str) -> None:
        plant, other = FaultyPlant(made(env_id)), FaultyPlant(made(env_id))
        asset = plant.assets[0].name
        for kind, size in (("stuck", 0.5), ("sensor_drift", 0.5), ("efficiency_loss", 0.2)):
            plant.set_fault(asset, kind, size)
        run(plant, DAYS[env_id])
        other.restore(plant.save())
        one, two = (run(each, DAYS[env_id], 8)[-1] for each in (plant, other))
        assert one[3].tolist() == two[3].tolist()
        assert other.save() == plant.save()

    def test_cleared_faults_leave_nothing(self, env_id: str) -> None:
        plant = FaultyPlant(made(env_id))
        healthy = run(plant, DAYS[env_id], 8)
        for size in (0.5, None):
            for kind in ("efficiency_loss", "stuck", "sensor_bias"):
                plant.set_fault(plant.assets[0].name, kind, size)
            if size:
                assert run(plant, DAYS[env_id], 8)[-1][3].tolist() != healthy[-1][3].tolist()
        assert run(plant, DAYS[env_id], 8)[-1][3].tolist() == healthy[-1][3].tolist()

    def test_an_unknown_asset_is_refused(self, env_id: str) -> None:
        with pytest.raises(InputError, match="asset = 'boiler'"):
            FaultyPlant(made(env_id)).set_fault("boiler", "stuck", 1.0)


def residual_kw(env_id: str, asset: str, kind: FaultKind, size: float, signal: int = 0) -> float:
    """Mean difference between a signal of an asset and what is expected of it."""
    plant = FaultyPlant(made(env_id))
    plant.set_fault(asset, kind, size)
    return mean_residual_kw(plant, asset, env_id, signal)


def mean_residual_kw(plant: FaultyPlant, asset: str, env_id: str, signal: int = 0) -> float:
    """Mean difference between a signal of an asset and what is expected of it on a day."""
    place = [each.name for each in plant.assets].index(asset)
    signals = [day[4][place].signals[signal] for day in run(plant, DAYS[env_id])]
    return float(np.nanmean([each.reading_kw - each.expected_kw for each in signals]))


class TestWhatRecordsShow:
    CEMENT, SETS = "plantgym/CementPv-v0", "plantgym/SetsHeater-v0"

    def test_a_loss_of_a_task_is_its_own_and_not_the_meters(self) -> None:
        assert residual_kw(self.CEMENT, "T3", "efficiency_loss", 0.2) > 100.0
        plant = FaultyPlant(made(self.CEMENT))
        plant.set_fault("T3", "efficiency_loss", 0.2)
        assert abs(mean_residual_kw(plant, "meter", self.CEMENT)) < 40.0

    def test_a_bias_of_a_task_is_its_own_and_not_the_meters(self) -> None:
        assert residual_kw(self.CEMENT, "T3", "sensor_bias", 0.1) == pytest.approx(650.0, abs=60.0)
        plant = FaultyPlant(made(self.CEMENT))
        plant.set_fault("T3", "sensor_bias", 0.1)
        assert abs(mean_residual_kw(plant, "meter", self.CEMENT)) < 40.0

    def test_lost_heat_of_elements_is_missing_in_the_bricks(self) -> None:
        healthy = residual_kw(self.SETS, "elements", "efficiency_loss", 1e-9, signal=1)
        faulty = residual_kw(self.SETS, "elements", "efficiency_loss", 0.2, signal=1)
        assert abs(healthy) < 25.0
        assert faulty == pytest.approx(-0.2 * 500.0, abs=60.0)

    def test_a_weak_fan_moves_less_than_expected(self) -> None:
        assert abs(residual_kw(self.SETS, "fan", "efficiency_loss", 1e-9)) < 5.0
        assert residual_kw(self.SETS, "fan", "efficiency_loss", 0.3) < -15.0

    def test_a_stuck_task_does_not_obey(self) -> None:
        plant = FaultyPlant(made(self.CEMENT))
        plant.set_fault("T3", "stuck", 1.0)
        apart = [day[4][2].command != day[4][2].ran for day in run(plant, 40)]
        assert any(apart)
