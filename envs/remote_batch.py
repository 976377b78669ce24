"""Batches whose one row runs elsewhere: what a local batch computes, these ask a live run for."""

from __future__ import annotations

from types import SimpleNamespace
from typing import NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..twins.errors import InputError
from ..twins.heater_episode_state import HeaterState, new_heater_state
from ..twins.heater_episodes import EpisodeForm, heater_env_tables
from ..twins.heater_outlook import HeaterOutlook
from ..twins.heater_terms import HeaterTerms
from ..twins.heater_toml import parse_heater
from ..twins.live.client import LiveError
from ..twins.live.messages import Message
from ..twins.live.records import from_plain
from ..twins.outlook import Outlook
from ..twins.plant import StnPlant
from ..twins.plant_toml import parse_plant
from ..twins.stn_state import StnState, new_state
from ..twins.stn_tables import Floats, StnTables, compile_tables
from .heater_batch import HeaterBatch
from .observation import Float32s, Observed
from .plan_views import FactoryPlanView, HeaterPlanView, factory_plan_view, heater_plan_view
from .plant_batch import PlantBatch
from .plant_parts import StateT, ViewT_co, new_results
from .remote_run import RemoteRun
from .stn_batch import StnBatch


class RemoteBatch(PlantBatch[StateT, ViewT_co]):
    """One plant that runs elsewhere.

    Of its state only step and end are known here; with the masks of a factory come its stocks.
    """

    day: str | int | None = None
    """Day on which the next episode shall begin, None for any."""
    _view_type: type[ViewT_co]

    def __getattr__(self, name: str) -> NoReturn:
        """Refuse the days: what is yet to come is not told."""
        if name == "scenarios":
            raise untold(name)
        raise AttributeError(f"{type(self).__name__!r} has no attribute {name!r}")

    def _connect_to(self, run: RemoteRun, state: StateT) -> None:
        """Take over what the live run tells of the plant; `tables` are there already.

        Raises:
            LiveError: a run whose costs or meter are not those of this version.
        """
        told = run.client.welcome["twin"]
        if (told["cost_parts"], told["meter"]) != (list(self.cost_parts), list(self.meter)):
            raise LiveError("the live twin meters other things: use the same version of plantgym")
        self._run = run
        self._seed: int | None = None
        self._date = ""
        self.observed = tuple(from_plain(Observed, entry) for entry in told["observed"])
        self.n_observed = sum(entry.size for entry in self.observed)
        self.reference_cost = told["reference_cost"]
        self.state = state
        self.results = new_results(1, self.n_observed, same_step=False)
        # The one array of the kernels that the check of an action looks at.
        self._arrays = SimpleNamespace(request=np.zeros((1, len(self.n_modes))))

    def close(self) -> None:
        """Close the connection."""
        self._run.client.close()

    def seed_row(self, row: int, seed: int) -> None:
        """Have the random stream begin anew at the next reset."""
        self._seed = seed

    def reset_row(self, row: int, obs: Float32s, day: int = -1) -> None:
        """Start or join an episode, and write obs [observed]."""
        event = self._run.start(self._seed, self.day)
        self._seed = None
        obs[:] = event["observation"]
        self._note(event)

    def step(self, action: ArrayLike) -> tuple[Float32s, Floats]:
        """Have a step run; as `PlantBatch.step`.

        Where the plant went on by the clock since the last step, costs and reward are sums over
        all steps since then.
        """
        asked: list[float] = self._action_table(action)[0].tolist()
        ran = self._run.step(asked)
        last = ran[-1]
        cost = np.sum([[each["cost"][part] for part in self.cost_parts] for each in ran], axis=0)
        metered = [last["meter"][name] for name in self.meter]
        account = np.array([*cost, *metered, *last["requested"], *last["applied"]])
        self.results.reward[0] = sum(each["reward"] for each in ran)
        self.results.ended[0] = last["ended"]
        self._note(last)
        return np.array([last["observation"]], np.float32), account[None]

    def _note(self, event: Message) -> None:
        ended = event.get("ended", False)
        self.state.over[0] = ended
        self.state.step[0] = event.get("step", -1) + 1
        self._date = event["day"]

    def date(self, row: int) -> str:
        """Date of the day on which the episode began, as YYYY-MM-DD."""
        return self._date

    def outlook(self, row: int, *, hindsight: bool = False) -> ViewT_co:
        """What is known, in physical units.

        Raises:
            InputError: with hindsight.
        """
        if hindsight:
            raise untold("hindsight")
        return from_plain(self._view_type, self._run.client.ask("view"))


class RemoteStnBatch(RemoteBatch[StnState, Outlook], StnBatch):
    """A factory that runs elsewhere.

    Args:
        run: the live run.

    Raises:
        LiveError: a run of another version.
    """

    _view_type = Outlook

    def __init__(self, run: RemoteRun) -> None:
        told = run.client.welcome["twin"]
        self.plant = parse_plant(told["plant"], "live twin")
        self.tables = compile_tables(self.plant, told["step_minutes"])
        self._connect_to(run, new_state(self.tables, 1))

    def plan_view(self) -> FactoryPlanView:
        """What quick plans may know."""
        return factory_plan_view(self.outlook(0))

    def free_kw(self) -> Floats:
        """Power that the tasks may draw in this step, within the import limit [1]."""
        view = self.outlook(0)
        now_kw = view.generation_kw[view.step] - view.base_load_kw[view.step]
        return np.array([self.tables.import_limit_kw + now_kw])

    def _write_masks(self, masks: NDArray[np.bool_]) -> None:
        masks[0] = self._run.client.ask("masks")
        # Agents narrow masks down by the stocks of the state.
        self.state.stock_t[0] = self.outlook(0).stock_t

    def episode_plant(self, row: int) -> StnPlant:
        """Refused: what really runs is not told."""
        raise untold("episode_plant")

    def episode_tables(self, row: int) -> StnTables:
        """Refused, likewise."""
        raise untold("episode_tables")


class RemoteHeaterBatch(RemoteBatch[HeaterState, HeaterOutlook], HeaterBatch):
    """A heater that runs elsewhere.

    Args:
        run: the live run.

    Raises:
        LiveError: a run of another version.
    """

    _view_type = HeaterOutlook

    def __init__(self, run: RemoteRun) -> None:
        told = run.client.welcome["twin"]
        self.plant = parse_heater(told["plant"], "live twin")
        self.terms = from_plain(HeaterTerms, told["terms"])
        self.form = from_plain(EpisodeForm, told["form"])
        self.tables = heater_env_tables(self.plant, self.terms, self.form)
        self._connect_to(run, new_heater_state(1, self.form.days))
        self._before: HeaterOutlook | None = None
        self._now: HeaterOutlook | None = None

    def reset_row(self, row: int, obs: Float32s, day: int = -1) -> None:
        """Start or join an episode, and write obs [observed]."""
        super().reset_row(row, obs, day)
        self._before = self._now = None

    def plan_view(self) -> HeaterPlanView:
        """What quick plans may know; what was expected for now, the view before says."""
        view = self.outlook(0)
        if self._now is None or self._now.step != view.step:
            self._before, self._now = self._now, view
        expected = None
        if self._before is not None and view.step < len(view.buy_price_per_kwh):
            expected = float(self._before.buy_price_per_kwh[view.step])
        return heater_plan_view(view, expected)


def untold(what: str) -> InputError:
    """What to say of what a live run does not offer."""
    return InputError(what, "RemoteEnv", "use a local env: a live run tells only what is known now")
