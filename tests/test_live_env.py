"""An env whose plant runs elsewhere is the local env, bit for bit, as long as it may wait."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.error import ResetNeeded
from gymnasium.utils.env_checker import check_env

from plantgym.agents.actor import Actor
from plantgym.agents.ppo_policy import PpoPolicy
from plantgym.baselines.prescriptive.decisions import Health, Reason, risk_of
from plantgym.baselines.registry import POLICIES, make_policy
from plantgym.benchmarks.live_case import Prescriptive
from plantgym.benchmarks.live_case import run_day as run_live_day
from plantgym.envs import RemoteEnv
from plantgym.envs.heater_env import SetsHeaterEnv
from plantgym.envs.live_twin import EnvTwin
from plantgym.envs.plant_env import PlantEnv
from plantgym.envs.policy import Policy
from plantgym.envs.registry import PlantKind
from plantgym.envs.spaces import observation_names
from plantgym.envs.stn_env import StnEnv
from plantgym.twins.errors import InputError
from plantgym.twins.live.client import LiveClient, LiveError, RunCutError
from plantgym.twins.live.history import History
from plantgym.twins.live.run import LiveRun

from .env_cases import CASES, HEATERS, AnyEnv, Case, assert_same, episode
from .live_cases import counting_run, events, served

REMOTE_CASES = {
    "factory": CASES["CementPv-v0"],
    "quarter-hours": CASES["CarSeat-v0-15min"],
    "continuous": CASES["continuous-cement_pv"],
    "heater": HEATERS["SetsHeater-v0"],
    "stages": HEATERS["SetsHeater-stages"],
}
PATIENCE_S = 60.0
every_case = pytest.mark.parametrize("case", REMOTE_CASES.values(), ids=REMOTE_CASES.keys())


def kind_of(env: AnyEnv) -> PlantKind:
    return "heater" if isinstance(env, SetsHeaterEnv) else "factory"


def live_run(case: Case, **arguments: Any) -> LiveRun:  # noqa: ANN401
    env = cast("StnEnv | SetsHeaterEnv", case.any_env())
    kind = kind_of(env)
    twin = EnvTwin(env, make_policy(POLICIES[kind].reference, kind=kind))
    return LiveRun(twin, History(None, twin.describe()), **arguments)


@contextmanager
def remote(case: Case, **arguments: Any) -> Iterator[RemoteEnv]:  # noqa: ANN401
    """A case that is served, and the env that steps it from here."""
    with served(live_run(case, **arguments)) as server:
        # The first steps of a plant compile, which takes long on a machine that has more to do.
        env = RemoteEnv(server.url, timeout_s=PATIENCE_S)
        yield env
        env.close()


def bare(env: RemoteEnv) -> AnyEnv:
    assert isinstance(env.unwrapped, PlantEnv)
    return env.unwrapped


@every_case
def test_an_episode_is_the_local_one_bit_for_bit(case: Case) -> None:
    local = case.any_env()
    with remote(case) as env:
        assert env.observation_space == local.observation_space
        assert env.action_space == local.action_space
        assert bare(env).observation_names == local.observation_names
        for seed in (3, None):
            assert_same(episode(bare(env), seed), episode(local, seed))


@pytest.mark.parametrize("case", [REMOTE_CASES["factory"], REMOTE_CASES["heater"]])
def test_gymnasium_checks_it(case: Case) -> None:
    with remote(case) as env:
        check_env(env.unwrapped, skip_render_check=True)


def run_day(env: gym.Env[Any, Any], policy: Policy, seed: int) -> tuple[list[Any], list[float]]:
    """Actions and rewards of a day."""
    obs, _ = env.reset(seed=seed)
    policy.reset(env)
    actions, rewards, ended = [], [], False
    while not ended:
        actions.append(policy.act(obs))
        obs, reward, ended, _, _ = env.step(actions[-1])
        rewards.append(float(reward))
    return actions, rewards


@pytest.mark.parametrize(
    ("name", "case"),
    [
        *(("rule", CASES["CementMill-v0"]), ("threshold", CASES["CementPv-v0"])),
        *(("random", CASES["CementPv-v0"]), ("mpc", CASES["SteelPowder-v0"])),
        ("price-quantile", HEATERS["SetsHeater-v0"]),
        *(("quick", CASES["SteelPowder-v0"]), ("quick", HEATERS["SetsHeater-v0"])),
    ],
)
def test_policies_run_unchanged(name: str, case: Case) -> None:
    local = case.any_env()
    with remote(case) as env:
        policies = [make_policy(name, 7, kind=kind_of(local)) for _ in range(2)]
        assert_same(run_day(env, policies[0], 5), run_day(local, policies[1], 5))


@pytest.mark.parametrize(("joint", "advice"), [(True, False), (False, False), (False, True)])
def test_agents_with_masks_run_unchanged(joint: bool, advice: bool, tmp_path: Path) -> None:
    case = CASES["CementPv-v0"]
    local = case.env()
    observed = observation_names(local.batch)
    n_modes = tuple(local.batch.n_modes)
    rng = np.random.default_rng(3)
    outputs = sum(n_modes)
    seen = len(observed) + (outputs if advice else 0)
    weights = rng.normal(size=(seen, outputs)).astype(np.float32)
    layers = ((weights, np.zeros(outputs, np.float32)),)
    path = tmp_path / "policy.npz"
    actor = Actor(
        "plantgym/CementPv-v0",
        observed,
        n_modes,
        joint,
        reachable=True,
        hints=False,
        advice=advice,
        layers=layers,
    )
    actor.save(path)
    with remote(case) as env:
        assert_same(run_day(env, PpoPolicy(path), 5), run_day(local, PpoPolicy(path), 5))


def test_views_and_masks_are_the_local_ones() -> None:
    case = CASES["CementPv-v0"]
    local = case.env()
    with remote(case) as env:
        base = env.unwrapped
        assert isinstance(base, StnEnv)
        for each in (env, local):
            each.reset(seed=4)
            each.step(np.array([1] * len(local.batch.n_modes)))
        assert_same(base.action_masks(), local.action_masks())
        assert repr(env.view()) == repr(local.view())
        assert_same(base.batch.state.stock_t, local.batch.state.stock_t)
        assert base.plant == local.plant


def test_days_are_chosen_as_in_the_local_env() -> None:
    case = Case("plantgym/CementMill-v0", {"split": "test"})
    local = case.any_env()
    with remote(case) as env:
        for day in ("2025-06-01", 3, np.int64(5), np.datetime64("2025-06-02")):
            options: dict[str, Any] = {"day": day}
            assert_same(env.reset(options=options)[0], local.reset(options=options)[0])
        bad: list[dict[str, Any]] = [{"day": "1999-01-01"}, {"day": -1}, {"day": 10**30}, {"h": 3}]
        for options in bad:
            with pytest.raises(InputError) as expected:
                local.reset(options=options)
            with pytest.raises(InputError) as refused:
                env.reset(options=options)
            assert refused.value.field == expected.value.field
        with pytest.raises(InputError, match="date = 'tomorrow'"):
            env.reset(options={"day": "tomorrow"})
        assert env.reset(seed=2**200)[1]["day"]


@pytest.mark.parametrize("action", [[0], [0.5] * 4, [9] * 4, [-1] * 4, "run", [[0, 0], [0]]])
def test_bad_actions_are_refused_and_change_nothing(action: Any) -> None:  # noqa: ANN401
    case = CASES["CementMill-v0"]
    local = case.any_env()
    with remote(case) as env:
        with pytest.raises(ResetNeeded):
            env.step(np.array([0] * 4))
        for each in (env, local):
            each.reset(seed=1)
        with pytest.raises(InputError) as expected:
            local.step(action)
        with pytest.raises(InputError) as refused:
            env.step(action)
        assert refused.value.field.split()[0] == expected.value.field.split()[0] == "action"
        good = np.array([0] * 4)
        assert_same(env.step(good)[:3], local.step(good)[:3])


def test_a_bad_level_is_refused() -> None:
    with remote(HEATERS["SetsHeater-v0"]) as env:
        env.reset(seed=1)
        for action in ([0.0, 1.5], [-2, 0]):
            with pytest.raises(InputError, match="levels from -1 to 1, one a control"):
                env.step(np.array(action))
        with pytest.raises(ValueError, match="JSON"):
            env.step(np.array([0.0, np.nan]))
        env.step(np.array([0, 1]))


def test_what_only_the_simulator_knows_is_refused() -> None:
    with remote(CASES["CementMill-v0"]) as env:
        env.reset(seed=1)
        base = env.unwrapped
        assert isinstance(base, StnEnv)
        refused: list[Callable[[], object]] = [
            *(base.hindsight, base.get_state, lambda: base.set_state(cast(Any, None))),
            *(lambda: base.episode_plant, lambda: base.episode_tables),
            lambda: make_policy("optimum").reset(env),
            lambda: base.batch.scenarios,
        ]
        for ask in refused:
            with pytest.raises(InputError, match="use a local env"):
                ask()


def test_another_kind_of_plant_is_refused() -> None:
    with served(counting_run()) as server, pytest.raises(LiveError, match="runs no plant"):
        RemoteEnv(server.url)


class Worried:
    """A policy that looks at the health of assets and says why it acts."""

    def __init__(self) -> None:
        self.health: Health = {}
        self.reasons: tuple[Reason, ...] = ()
        self.risks: list[float] = []

    def reset(self, env: gym.Env[Any, Any]) -> None:
        self.reasons = ()

    def act(self, obs: Any) -> Any:  # noqa: ANN401
        self.risks.append(risk_of(self.health, "Raw_mill"))
        self.reasons = (Reason("Raw_mill", "HOLD", f"risk {self.risks[-1]:.1f}"),)
        return np.array([1, 1, 1, 1])


def test_policies_hear_of_the_health_and_are_asked_for_reasons() -> None:
    run = live_run(CASES["CementMill-v0"])
    policy = Worried()
    assert isinstance(policy, Prescriptive)
    with served(run) as server:
        env = RemoteEnv(server.url, name="pi")
        health = {"score": 40.0, "risk": 0.6, "state": "alarm", "causes": ["hot", "loud"]}
        told = dict.fromkeys(("forecast", "rule_cost_so_far", "savings", "dr"))
        about = {"day": "2025-06-01", "time": "2025-06-01T01:00", "step": 0, "cost_so_far": 1.0}
        found = {"health": {"Raw_mill": health}, "alarms": [], **about, **told}
        run.note({"type": "analysis", **found})
        run_live_day(env, policy)
        env.close()
    decisions = [each for each in events(run) if each["type"] == "decision"]
    assert len(decisions) == 24
    assert decisions[-1]["by"] == "pi"
    assert decisions[-1]["reasons"] == [
        {"asset": "Raw_mill", "order": "HOLD", "reason": f"risk {policy.risks[-1]:.1f}"}
    ]
    assert policy.risks == [0.6] * 24


class TestRunning:
    CASE = Case("plantgym/CementMill-v0", {"split": "test"})

    def test_a_run_is_joined_and_left_as_it_goes(self) -> None:
        run = live_run(self.CASE, day="2025-06-01", hold_steps=1000)
        with served(run) as server:
            clock = LiveClient(server.url)
            clock.order("clock", speed=3600 / 0.01)
            env = RemoteEnv(server.url, name="env")
            joined: dict[str, int] = {}
            costs = []
            for _ in range(2):
                obs, info = env.reset(seed=3)
                joined[info["day"]] = int(bare(env).batch.state.step[0])
                assert obs in env.observation_space
                ended = False
                while not ended:
                    obs, _, ended, _, info = env.step(np.array([1, 1, 1, 1]))
                    costs.append(sum(info["cost"].values()))
            clock.order("clock", paused=True)
            seen = [event for event in clock.events_so_far() if event["type"] == "measurement"]
            env.close()
        assert list(joined) == ["2025-06-01", "2025-06-02"]
        ran = [each for each in seen if each["day"] in joined]
        assert len(ran) == 48
        paid = [sum(e["cost"].values()) for e in ran if e["step"] >= joined[e["day"]]]
        assert sum(costs) == pytest.approx(sum(paid), rel=1e-9)

    def test_a_day_that_another_client_starts_cuts_the_episode(self) -> None:
        run = live_run(self.CASE, speed=3600 / 1000.0)  # far from the first tick
        with served(run) as server:
            env, other = RemoteEnv(server.url), LiveClient(server.url, name="other")
            env.reset()
            timer = threading.Timer(0.05, other.order, ("reset",), {"day": 3})
            timer.start()
            with pytest.raises(RunCutError, match="other started day"):
                env.step(np.array([0, 0, 0, 0]))
            timer.join()
            assert env.reset()[1]["day"] == "2025-05-22"
            env.close()

    def test_a_day_is_started_on_demand(self) -> None:
        with remote(self.CASE, speed=3600 / 1000.0) as env:
            assert env.reset(options={"day": "2025-06-05"})[1]["day"] == "2025-06-05"

    def test_a_restart_brings_back_step_and_plan(self) -> None:
        case = HEATERS["SetsHeater-v0"]
        first, second = (cast(SetsHeaterEnv, case.any_env()) for _ in range(2))
        twins = [EnvTwin(env, make_policy("timer", kind="heater")) for env in (first, second)]
        twins[0].start(5, None)
        for _ in range(40):
            twins[0].step(twins[0].safe_action())
        saved = twins[0].save()
        twins[1].restore(saved)
        assert twins[1].save() == saved
        ahead = [[twin.step([0.25, 0.5]) for _ in range(56)] for twin in twins]
        # What sensors say of heat flows takes two steps.
        assert [steps[0].pop("assets") for steps in ahead]
        assert ahead[0] == ahead[1]
        assert twins[0].over
        assert twins[0].start_next() == twins[1].start_next()
