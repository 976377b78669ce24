"""The fast trainer's result as a policy, like any rule or planner."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from ..envs.plant_env import PlantEnv
from ..envs.policy import Env
from ..twins.errors import InputError
from .actor import Actor, Driver, load_actor

_SHIPPED = Path(__file__).parent / "checkpoints"


class PpoPolicy:
    """Takes the likeliest action of a trained network. Needs no learning library.

    Args:
        actor: the trained policy, or the file of it.

    Raises:
        InputError: a file that is no policy.
    """

    def __init__(self, actor: Actor | Path) -> None:
        self.actor = load_actor(actor) if isinstance(actor, Path) else actor
        self._batch: object = None

    def reset(self, env: Env) -> None:
        """Get ready for the episode that `env` has just started.

        Raises:
            InputError: an env that shows or takes something else than the policy was trained on.
        """
        base = env.unwrapped
        if not isinstance(base, PlantEnv):
            raise InputError("env", str(env), "give an env of plantgym")
        if base.batch is not self._batch:
            self._driver = Driver(self.actor, base.batch)
            self._batch = base.batch

    def act(self, obs: NDArray[Any]) -> NDArray[Any]:
        """The likeliest action [J]."""
        action: NDArray[Any] = self._driver.actions(obs[None])[0]
        return action


def is_shipped(env_id: str) -> bool:
    """Whether a trained policy comes with the package for an env."""
    return _file(env_id).exists()


def shipped_policy(env_id: str) -> Path:
    """File of the policy that comes with the package for an env.

    Raises:
        InputError: an env without one.
    """
    path = _file(env_id)
    if not path.exists():
        fix = "none is shipped for this env: train one with `plantgym train` and give its file"
        raise InputError("policy", "ppo", fix)
    return path


def _file(env_id: str) -> Path:
    return _SHIPPED / f"{env_id.rpartition('/')[2]}.npz"
