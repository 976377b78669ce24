"""What agents may choose: never what the shield would change, always what the targets need."""

import copy
from itertools import product
from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from plantgym.agents.masks import Choices, ModeMasks, make_choices
from plantgym.agents.reachable import Reach
from plantgym.baselines.registry import make_policy
from plantgym.envs.stn_env import StnEnv
from plantgym.envs.stn_vector_env import StnVectorEnv
from plantgym.twins.scheduling import Scheduler
from plantgym.twins.stn_tables import compile_tables

from .env_cases import CASES
from .hand_plant import HOURS, quarry

FACTORIES = ("CementPv-v0", "CarSeat-v0", "CementMill-v0", "SteelPowder-v0")


def draw(masks: Any, sizes: tuple[int, ...], rng: np.random.Generator) -> Any:  # noqa: ANN401
    """Any choice of each group that may be taken."""
    chance = np.where(masks, rng.random(masks.shape), -1.0)
    groups = np.split(chance, np.cumsum(sizes)[:-1], axis=1)
    return np.stack([group.argmax(axis=1) for group in groups], axis=1)


def random_day(
    env: StnVectorEnv, choices: Choices, *, reachable: bool, seed: int = 0
) -> tuple[Any, Any]:
    """What the shield moved in each step [T, n], and the shortfall cost [n], of allowed choices."""
    rng = np.random.default_rng(seed)
    masks = ModeMasks(env.batch, choices, reachable=reachable)
    env.reset(seed=seed)
    moved = []
    for _ in range(env.batch.tables.n_steps):
        allowed = masks()
        chosen = draw(allowed, choices.sizes, rng)
        assert allowed.any(axis=1).all()
        *_, info = env.step(choices.modes(chosen))
        moved.append(info["moved"])
    return np.array(moved), info["cost"]["shortfall"]


class TestChoices:
    def test_joint_choices_are_all_combinations(self) -> None:
        choices = make_choices([2, 3], joint=True)
        assert choices.sizes == (6,)
        assert choices.modes(np.array([[0], [4]])).tolist() == [[0, 0], [1, 1]]

    def test_too_many_combinations_are_chosen_task_by_task(self) -> None:
        choices = make_choices([3] * 6, joint=True)
        assert choices.sizes == (3,) * 6
        assert choices.modes(np.array([[1] * 6])).tolist() == [[1] * 6]


class TestFeasible:
    @pytest.mark.parametrize("name", ["CementPv-v0", "CarSeat-v0", "CementMill-v0"])
    def test_no_joint_choice_is_ever_moved(self, name: str) -> None:
        env = CASES[name].vector_env(64, autoreset_mode="Disabled")
        choices = make_choices(env.batch.n_modes, joint=True)
        assert choices.joint_modes is not None
        moved, _ = random_day(env, choices, reachable=False)
        assert not moved.any()

    def test_joint_masks_leave_out_only_what_would_be_moved(self) -> None:
        env = CASES["CementPv-v0"].vector_env(18, autoreset_mode="Disabled")
        choices = make_choices(env.batch.n_modes, joint=True)
        masks, rng = ModeMasks(env.batch, choices, reachable=False), np.random.default_rng(0)
        env.reset(seed=[5] * 18)
        for _ in range(12):
            before, allowed = env.get_state(), masks()[0]
            tasks = env.action_masks()[0]
            *_, info = env.step(choices.modes(np.arange(18)[:, None]))
            place = np.array([0, 3, 5])
            may = np.array(
                [tasks[place + modes].all() for modes in choices.modes(np.arange(18)[:, None])]
            )
            assert allowed.tolist() == (may & (info["moved"] == 0)).tolist()
            env.set_state(before)
            env.step(
                np.repeat(choices.modes(rng.choice(np.flatnonzero(allowed), (1, 1))), 18, axis=0)
            )

    def test_task_by_task_the_masks_are_those_of_the_env(self) -> None:
        env = CASES["CementPv-v0"].vector_env(8)
        env.reset(seed=0)
        choices = make_choices(env.batch.n_modes, joint=False)
        masks = ModeMasks(env.batch, choices, reachable=False)
        np.testing.assert_array_equal(masks(), env.action_masks())


class TestReachable:
    @pytest.mark.parametrize("name", FACTORIES)
    def test_no_optimal_plan_is_ruled_out(self, name: str) -> None:
        case = CASES[name]
        env = case.env(split="test")
        masks = {
            joint: ModeMasks(env.batch, make_choices(env.batch.n_modes, joint), reachable=True)
            for joint in (True, False)
        }
        first = np.cumsum([0, *env.batch.n_modes[:-1]])
        for day in (3, 40):
            env.reset(seed=day, options={"day": day})
            policy = make_policy("optimum")
            policy.reset(env)
            over = False
            while not over:
                action = policy.act(np.empty(0))
                for joint, mask in masks.items():
                    choices = make_choices(env.batch.n_modes, joint)
                    place = first + action
                    if choices.joint_modes is not None:
                        place = np.flatnonzero((choices.joint_modes == action).all(axis=1))
                    assert mask()[0, place].all(), (day, env.view().step, action)
                _, _, over, _, _ = env.step(action)

    @pytest.mark.parametrize("name", ["CementPv-v0", "CarSeat-v0", "CementMill-v0"])
    def test_random_choices_then_meet_the_targets(self, name: str) -> None:
        short = {}
        for reachable in (False, True):
            env = CASES[name].vector_env(64, autoreset_mode="Disabled")
            choices = make_choices(env.batch.n_modes, joint=True)
            _, shortfall = random_day(env, choices, reachable=reachable)
            short[reachable] = float(shortfall.mean())
        assert short[True] < 0.01 * short[False]

    def test_by_hand(self) -> None:
        # 30 t of lime are 4 runs of the kiln (8 t each), as late as can be 6, 14, 22 and 30 t by
        # the end of hours 2 to 5. They take 10 t of meal each, of which 10 are there; in a strict
        # plant the mill (20 t an hour) has to make the others an hour before.
        tables = compile_tables(quarry(same_step_transfer=False))
        stock, steps = np.array([[1000.0, 10.0, 0.0]] * 4), np.array([0, 2, 3, 4])
        least_t = Reach(tables).least_made_t(stock, steps)
        assert HOURS == 6
        expected = [[0.0, 0.0, 0.0], [0.0, 10.0, 6.0], [0.0, 20.0, 14.0], [0.0, 30.0, 22.0]]
        np.testing.assert_allclose(least_t, expected, atol=1e-4)


def test_plants_without_masks_may_do_anything() -> None:
    env: Any = gym.make_vec(
        "plantgym/SetsHeater-v0", 3, vectorization_mode="vector_entry_point", actions="stages"
    )
    choices = make_choices(env.batch.n_modes, joint=False)
    assert ModeMasks(env.batch, choices, reachable=True)().all()
    assert isinstance(CASES["CementPv-v0"].env(), StnEnv)


class TestPrudent:
    """What is left out as ruinous really is: the planner finds no way to the targets after it."""

    def test_stocks_are_not_used_up_in_vain(self) -> None:
        env = StnVectorEnv(1, "cement_mill", split="test")
        env.reset(seed=0)
        choices = make_choices(env.batch.n_modes, joint=True)
        masks = ModeMasks(env.batch, choices, reachable=True)
        # The finished good is there; each hour of the last stage takes 350 t that must be put back.
        env.batch.state.step[0] = 19
        env.batch.state.stock_t[0] = 1250.0, 300.0, 625.0, 5950.0
        may = masks()
        kept = masks.prudent(may)
        table = choices.joint_modes
        assert table is not None
        assert may[0, table[:, 3] == 1].any()
        assert not kept[0, table[:, 3] == 1].any()
        assert kept.any()

    def test_what_is_left_out_misses_a_target(self) -> None:
        env = StnEnv("cement_mill", split="test")
        choices = make_choices(env.batch.n_modes, joint=True)
        masks = ModeMasks(env.batch, choices, reachable=True)
        table, planner = choices.joint_modes, Scheduler(env.batch.tables)
        assert table is not None
        ruinous = 0
        for step, kiln_t, clinker_t in product((18, 20), (300.0, 500.0), (525.0, 675.0)):
            env.reset(seed=5)
            env.batch.state.step[0] = step
            env.batch.state.stock_t[0] = 1500.0, kiln_t, clinker_t, 5950.0
            may = masks()
            kept = masks.prudent(may)
            for choice in np.flatnonzero((may & ~kept)[0])[:3]:
                after = copy.deepcopy(env)
                after.step(table[choice])
                plan = planner.plan(after.view(), mip_gap=1e-3)
                assert plan.cost_parts["shortfall"] > 0, (step, table[choice])
                ruinous += 1
        assert ruinous > 3, "else nothing is proven"
