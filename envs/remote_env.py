"""An env whose plant runs elsewhere: a live twin, or a real plant that speaks its protocol."""

from __future__ import annotations

from typing import Any, NoReturn

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from ..twins.errors import InputError
from ..twins.health.score import Health
from ..twins.heater_outlook import HeaterOutlook
from ..twins.live.client import LiveClient, LiveError
from ..twins.live.messages import Message
from ..twins.live.records import from_plain
from ..twins.outlook import Outlook
from .heater_env import SetsHeaterEnv
from .plant_env import PlantEnv
from .remote_batch import RemoteBatch, RemoteHeaterBatch, RemoteStnBatch, untold
from .remote_run import RemoteRun
from .stn_env import StnEnv


class RemoteEnv(gym.Wrapper[NDArray[np.float32], NDArray[Any], NDArray[np.float32], NDArray[Any]]):
    """A plant behind a WebSocket, with the spaces and the behaviour of the local env.

    In lock-step (`plantgym serve --speed 0`) it is the local env bit for bit: same seeds, days,
    observations, rewards and info. A run that goes by the clock is joined by `reset`, whatever the
    seed; `step` returns when the step has run, and sums costs and reward over the steps that ran
    since the last call. If somebody else starts a day meanwhile, `step` raises `RunCutError`.

    `unwrapped` is a `StnEnv` or a `SetsHeaterEnv`, so rules and planners that read `view()` run as
    they are. What is yet to come and the state are not told: `hindsight()`, `get_state()` and
    `episode_plant` are refused, so the optimum cannot be planned.

    Args:
        url: of the server, such as `"ws://127.0.0.1:8765"`.
        token: what the server wants to hear; None for nothing.
        name: of this controller, on record with its commands; random if None.
        timeout_s: for how long to try to connect, and to wait for an answer.

    Raises:
        InputError: what is no URL of a WebSocket.
        LiveError: nobody answers, the server does not let us in, is of another version, or runs
            another kind of plant.
        MissingExtraError: the extra `live` is not installed.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        name: str | None = None,
        timeout_s: float = 10.0,
    ) -> None:
        client = LiveClient(url, token=token, name=name, timeout_s=timeout_s)
        self.told: Message = client.welcome["twin"]
        """What the live run tells of the plant, as `docs/live.md` describes it."""
        kinds = {"factory": _RemoteStnEnv, "heater": _RemoteHeaterEnv}
        if self.told.get("kind") not in kinds:
            client.close()
            raise LiveError(f"{url} runs no plant of a kind known here: {' or '.join(kinds)}")
        self._run = RemoteRun(client)
        super().__init__(kinds[self.told["kind"]](self._run))

    @property
    def health(self) -> dict[str, Health]:
        """Health of the assets by the last analysis that was told; empty if there was none."""
        analysis = self._run.analysis or {"health": {}}
        return {name: from_plain(Health, told) for name, told in analysis["health"].items()}

    @property
    def reasons(self) -> list[Message]:
        """Why the next action is as it is, told with it; as `decision` has them."""
        return self._run.reasons

    @reasons.setter
    def reasons(self, reasons: list[Message]) -> None:
        self._run.reasons = reasons

    def view(self) -> Outlook | HeaterOutlook:
        """What may be known now, in physical units."""
        base = self.unwrapped
        assert isinstance(base, StnEnv | SetsHeaterEnv)
        return base.view()


class _RemotePlantEnv(PlantEnv[Any, Any]):
    """What every env has that runs elsewhere."""

    metadata = {"render_modes": []}  # noqa: RUF012 - gymnasium's

    _batch: RemoteBatch[Any, Any]

    def get_state(self) -> NoReturn:
        """Refused: the state of a plant that runs elsewhere cannot be put back."""
        raise untold("get_state")

    def set_state(self, state: object) -> NoReturn:
        """Refused, likewise."""
        raise untold("set_state")

    def _chosen_day(self, options: dict[str, Any] | None) -> int:
        """Leave the day to the live run, which knows the days."""
        for key in options or {}:
            if key != "day":
                raise InputError("reset options", key, "the only option is 'day'")
        day = (options or {}).get("day")
        if isinstance(day, int | np.integer):
            day = int(day)
        self._batch.day = day if day is None or isinstance(day, int) else str(day)
        return -1


class _RemoteStnEnv(_RemotePlantEnv, StnEnv):
    _batch: RemoteStnBatch

    def __init__(self, run: RemoteRun) -> None:
        PlantEnv.__init__(self, RemoteStnBatch(run), None)


class _RemoteHeaterEnv(_RemotePlantEnv, SetsHeaterEnv):
    _batch: RemoteHeaterBatch

    def __init__(self, run: RemoteRun) -> None:
        PlantEnv.__init__(self, RemoteHeaterBatch(run), None)
