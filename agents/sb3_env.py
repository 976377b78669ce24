"""The vector envs as Stable-Baselines3 takes them: one compiled call, no loop over envs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray
from stable_baselines3.common.vec_env import VecEnv
from stable_baselines3.common.vec_env.base_vec_env import VecEnvIndices, VecEnvStepReturn

from ..envs.plant_vector_env import PlantVectorEnv
from ..twins.errors import InputError
from .mask_kernel import Bools
from .masks import MOST_JOINT, ModeMasks, make_choices

_MASKS = "action_masks"


class Sb3VecEnv(VecEnv):
    """n plants as a `VecEnv`: row i seeded s is bit-equal to a single env seeded s + i.

    Ended rows restart within the step; their infos hold `terminal_observation` and
    `TimeLimit.truncated`, the infos of other rows are empty. Wrap it in SB3's `VecMonitor` to log
    episodes.

    Args:
        env: a plantgym vector env with `autoreset_mode="SameStep"`.
        joint: whether to choose combinations of modes, as one `Discrete` (DQN needs that).

    Raises:
        InputError: another autoreset mode, or `joint` for a plant with levels or too many modes.
    """

    def __init__(self, env: PlantVectorEnv[Any, Any], *, joint: bool = False) -> None:
        mode = env.metadata["autoreset_mode"]
        if mode is not AutoresetMode.SAME_STEP:
            raise InputError("autoreset_mode", mode.value, "make the env with 'SameStep'")
        self.env = env
        space: gym.Space[Any] = env.single_action_space
        self._levels = isinstance(space, gym.spaces.Box)
        if joint:
            space = gym.spaces.Discrete(joint_size(env))
        self._joint = joint
        if not self._levels:
            self._choices = make_choices(env.batch.n_modes, joint)
            self._masks = ModeMasks(env.batch, self._choices, reachable=False)
        super().__init__(env.num_envs, env.single_observation_space, space)

    def reset(self) -> NDArray[np.float32]:
        """Start a day in every row; observations [n, observed]."""
        seeds = None if all(seed is None for seed in self._seeds) else self._seeds
        obs, info = self.env.reset(seed=seeds)
        self.reset_infos = [{"day": day} for day in info["day"]]
        self._reset_seeds()
        self._reset_options()
        return obs

    def step_async(self, actions: NDArray[Any]) -> None:
        """Take the actions [n, J], or [n] where combinations are chosen."""
        if self._levels:
            self._actions = np.clip(actions, -1.0, 1.0)
        else:
            chosen = np.asarray(actions, np.int64).reshape(self.num_envs, -1)
            self._actions = self._choices.modes(chosen)

    def step_wait(self) -> VecEnvStepReturn:
        """Run all rows for a step."""
        obs, reward, terminated, truncated, info = self.env.step(self._actions)
        ended = terminated | truncated
        infos: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        for row in np.flatnonzero(ended):
            infos[row] = {
                "terminal_observation": info["final_obs"][row],
                "TimeLimit.truncated": bool(truncated[row] and not terminated[row]),
            }
        return obs, reward.astype(np.float32), ended, infos

    def action_masks(self) -> Bools:
        """What may be chosen [n, choices], in MaskablePPO's layout.

        Raises:
            AttributeError: a plant with levels: it has no masks.
        """
        if self._levels:
            raise AttributeError(f"{_MASKS}: levels have no masks")
        return self._masks()

    def close(self) -> None:
        """Close the plants."""
        self.env.close()

    def has_attr(self, attr_name: str) -> bool:
        """Whether the plants have an attribute; masks only if they have modes."""
        if attr_name == _MASKS:
            return not self._levels
        return hasattr(self.env, attr_name)

    def get_attr(self, attr_name: str, indices: VecEnvIndices = None) -> list[Any]:
        """An attribute of the vector env, once for each row."""
        return [getattr(self.env, attr_name) for _ in self._get_indices(indices)]

    def set_attr(self, attr_name: str, value: object, indices: VecEnvIndices = None) -> None:
        """Set an attribute of the vector env, which all rows share.

        Raises:
            InputError: only some of the rows.
        """
        if len(list(self._get_indices(indices))) != self.num_envs:
            raise InputError("indices", indices, "give None: all rows share their attributes")
        setattr(self.env, attr_name, value)

    def env_method(
        self,
        method_name: str,
        *method_args: Any,  # noqa: ANN401 - SB3's signature
        indices: VecEnvIndices = None,
        **method_kwargs: Any,  # noqa: ANN401
    ) -> list[Any]:
        """The masks of rows (`"action_masks"`), or a method of the vector env given each row.

        `env_method("view")` gives the view of every row.
        """
        rows = list(self._get_indices(indices))
        if method_name == _MASKS:
            return list(self.action_masks()[rows])
        method = getattr(self.env, method_name)
        return [method(row, *method_args, **method_kwargs) for row in rows]

    def env_is_wrapped(
        self, wrapper_class: type[gym.Wrapper[Any, Any, Any, Any]], indices: VecEnvIndices = None
    ) -> list[bool]:
        """No row is wrapped."""
        return [False for _ in self._get_indices(indices)]

    def get_images(self) -> Sequence[NDArray[Any] | None]:
        """Rows have no pictures; single envs have."""
        return [None] * self.num_envs


def joint_size(env: PlantVectorEnv[Any, Any]) -> int:
    """How many combinations of modes there are.

    Raises:
        InputError: a plant with levels, or with more combinations than `MOST_JOINT`.
    """
    if env.batch.tables.continuous:
        raise InputError("joint", True, "this plant takes levels: there are no modes to combine")
    count = int(np.prod(env.batch.n_modes))
    if count > MOST_JOINT:
        fix = f"{count} combinations of modes are too many (at most {MOST_JOINT})"
        raise InputError("joint", True, fix)
    return count
