"""Action masks say only what is true, in the layout that MaskablePPO reads."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from plantgym.envs.stn_env import StnEnv
from plantgym.twins.errors import InputError
from plantgym.twins.stn_state import StnState

from .env_cases import CASES, Case
from .hand_plant import KILN, MEAL, MILL, ORE, quarry, quarry_days, quarry_env, take

# A kiln whose lime nobody stores, so that it needs meal only.
KILN_ASH = replace(KILN, modes=(replace(KILN.modes[0], produces_t_per_h={}),))

DISCRETE = {name: case for name, case in CASES.items() if not name.startswith("continuous")}
every_discrete_case = pytest.mark.parametrize("case", DISCRETE.values(), ids=DISCRETE.keys())


def by_task(env: StnEnv) -> list[NDArray[np.bool_]]:
    return np.split(env.action_masks(), np.cumsum(env.batch.n_modes)[:-1])


def changed_or_tripped(env: StnEnv, rng: np.random.Generator) -> int:
    """Ask for every masked-out mode beside random others; return how many there were."""
    masks, state = by_task(env), env.get_state()
    masked_out = [(j, k) for j, mask in enumerate(masks) for k in np.flatnonzero(~mask)]
    for j, k in masked_out:
        request = rng.integers(0, env.batch.n_modes)
        request[j] = k
        *_, info = env.step(request)
        assert info["applied"][j] != k or (k == 0 and info["cost"]["trip"] > 0)
        env.set_state(state)
    return len(masked_out)


@every_discrete_case
def test_what_is_masked_out_is_changed_or_trips(case: Case) -> None:
    env = case.env()
    rng = np.random.default_rng(1)
    found = 0
    for seed in range(6):
        env.reset(seed=seed)
        over = False
        while not over:
            found += changed_or_tripped(env, rng)
            request = np.array([rng.choice(np.flatnonzero(mask)) for mask in by_task(env)])
            over = env.step(request)[2]
    assert found > 0


@every_discrete_case
def test_rows_of_the_vector_env_have_the_same_masks(case: Case) -> None:
    env, rows = case.env(), case.vector_env(3)
    rows.reset(seed=4)
    rows.action_space.seed(4)
    for _ in range(5):
        rows.step(rows.action_space.sample())
    masks, fields = rows.action_masks(), rows.get_state()._asdict()
    assert masks.shape == (3, sum(env.batch.n_modes))
    for row in range(3):
        own = {name: values[row : row + 1] for name, values in fields.items()}
        env.set_state(StnState(**own))
        np.testing.assert_array_equal(env.action_masks(), masks[row])


class TestByHand:
    def masks(self, env: StnEnv) -> list[list[bool]]:
        return [mask.tolist() for mask in by_task(env)]

    def test_all_may_run_where_there_is_stock_and_room(self) -> None:
        assert self.masks(quarry_env()) == [[True, True, True], [True, True]]

    def test_no_stock_and_no_room(self) -> None:
        empty = quarry(materials=(ORE, replace(MEAL, initial_t=0.0)), tasks=(MILL, KILN_ASH))
        assert self.masks(quarry_env(empty)) == [[True, True, True], [True, False]]
        # Netted, the mill may make meal for the kiln in the same step.
        netted = replace(empty, same_step_transfer=True)
        assert self.masks(quarry_env(netted)) == [[True, True, True], [True, True]]
        full = replace(MEAL, initial_t=85.0)
        alone = quarry(materials=(ORE, full), tasks=(MILL,))
        assert self.masks(quarry_env(alone)) == [[True, True, False]]
        # The kiln may make room in the same step.
        beside = quarry(materials=(ORE, full), tasks=(MILL, KILN_ASH))
        assert self.masks(quarry_env(beside)) == [[True, True, True], [True, True]]

    def test_import_limit(self) -> None:
        site = replace(quarry().site, import_limit_kw=150.0)
        env = quarry_env(quarry(site=site), quarry_days(pv_kw=[[0, 50, 0, 0, 0, 0]]))
        assert self.masks(env)[0] == [True, True, False]
        take(env, 0, 0)
        assert self.masks(env)[0] == [True, True, True]

    def test_standing_is_masked_out_only_where_it_trips_and_running_may_do(self) -> None:
        must = (MILL, replace(KILN, must_run=True, must_run_from_h=1.0))
        env = quarry_env(quarry(tasks=must))
        assert self.masks(env)[1] == [True, True]
        take(env, 0, 1)  # uses up the meal
        assert self.masks(env)[1] == [True, False]
        take(env, 1, 0)
        assert self.masks(env)[1] == [False, True]

    def test_only_the_held_mode_may_run(self) -> None:
        env = quarry_env(quarry(tasks=(replace(MILL, min_run_h=2.0), KILN)))
        take(env, 1, 0)
        assert self.masks(env)[0] == [False, True, False]
        take(env, 1, 0)
        assert self.masks(env)[0] == [True, True, True]

    def test_continuous_plants_have_none(self) -> None:
        env = quarry_env(quarry(operation="continuous"))
        with pytest.raises(InputError, match="action_masks = 'continuous': ask for masks of disc"):
            env.action_masks()
