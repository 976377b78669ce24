"""The race of learners: what counts as time, when it is over, and what is told of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("sb3_contrib")

import torch

from plantgym.agents.sb3_training import make_sb3
from plantgym.agents.sb3_validation import days_run_by
from plantgym.agents.validation import Validator
from plantgym.benchmarks import learning_speed
from plantgym.benchmarks.cases import Case
from plantgym.benchmarks.learning_speed import RACE_FORMAT, Race, race_cells, run_race
from plantgym.benchmarks.race_judge import Judge, Look, Racer
from plantgym.benchmarks.race_learners import LEARNERS, Start
from plantgym.twins.stn_tables import Floats

from .learners import ENV, days, judged, short_day
from .test_cli import plantgym

HOURS = days((1, 3), (2, 3))
CASE = Case(ENV, "all", {"plant": short_day(), "scenarios": HOURS})
OPTIMUM, RULE = judged(HOURS).optimum, judged(HOURS).rule


class Clock:
    """Time that passes when it is told to, on both clocks."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        monkeypatch.setattr("time.process_time", lambda: self.now)
        monkeypatch.setattr("time.perf_counter", lambda: 2 * self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture(scope="module")
def validator() -> Validator:
    arguments = {"plant": short_day(), "scenarios": HOURS}
    return Validator(ENV, arguments, judged(HOURS))


@pytest.fixture(autouse=True)
def _same_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


class TestJudge:
    def test_looks_take_no_time_of_the_learner(self, clock: Clock, validator: Validator) -> None:
        judge = Judge(validator, 0.01, 60.0)

        def slow_look() -> Floats:
            clock.now += 50.0
            return 1.5 * np.array(OPTIMUM)

        for steps in (10, 20):
            clock.now += 2.0
            assert not judge.pass_by(steps, slow_look)
        told = [(look.steps, look.cpu_s, look.wall_s) for look in judge.looks]
        assert told == [(10, 2.0, 4.0), (20, 4.0, 8.0)]
        assert judge.looks[-1].gap == pytest.approx(0.5)

    def test_looks_are_a_while_apart(self, clock: Clock, validator: Validator) -> None:
        judge = Judge(validator, 0.01, 1000.0)
        for steps, pause in enumerate((0.5, 0.6, 98.9, 4.0, 2.0)):
            clock.now += pause
            judge.pass_by(steps, lambda: 2 * np.array(OPTIMUM))
        assert [look.steps for look in judge.looks] == [1, 2, 4]
        assert not judge.pass_by(5, lambda: 2 * np.array(OPTIMUM))
        assert not judge.pass_by(6, lambda: 2 * np.array(OPTIMUM), last=True)
        assert judge.looks[-1].steps == 6

    def test_the_goal_ends_it(self, clock: Clock, validator: Validator) -> None:
        judge = Judge(validator, 0.01, 60.0)
        clock.now += 2.0
        assert judge.pass_by(1, lambda: 1.009 * np.array(OPTIMUM))
        assert judge.reached

    def test_the_limit_ends_it(self, clock: Clock, validator: Validator) -> None:
        judge = Judge(validator, 0.01, 60.0)
        clock.now += 61.0
        assert judge.pass_by(1, lambda: 1.02 * np.array(OPTIMUM))
        assert not judge.reached


def test_every_learner_runs_and_is_judged() -> None:
    quick = {"n_steps": 4, "batch_size": 32}
    ours = {"rows": 16, "rollout": 4, "minibatch": 32, "hidden": [8]}
    settings: dict[str, dict[str, Any]] = {
        "ppo": ours,
        "sb3-ppo": {"rows": 8, **quick},
        "maskable-ppo": {"rows": 8, **quick},
    }
    start = Start(CASE, seed=1, steps=64, settings=settings)
    race = run_race(start, goal=-1.0, days=2, limit_s=60.0, names=tuple(LEARNERS))
    assert [racer.name for racer in race.racers] == list(LEARNERS)
    assert [racer.looks[-1].steps for racer in race.racers] == [64, 64, 64, 2048]
    for racer in race.racers:
        assert not racer.reached
        # Between the dearest hours and the cheapest, or a day without flour at most.
        assert 0.0 <= racer.looks[-1].gap <= 1000.0 / float(np.mean(OPTIMUM))
    assert 0.0 < race.env_share < 1.0


def test_a_learner_that_is_good_enough_stops() -> None:
    # The rule runs in the first hour, which is the cheapest: any gap up to 100 % is good enough.
    start = Start(CASE, settings={"ppo": {"rows": 16, "rollout": 4, "minibatch": 32}}, steps=10**6)
    race = run_race(start, goal=10.0, days=2, limit_s=60.0, names=["ppo (ours)"])
    (racer,) = race.racers
    assert racer.reached
    assert racer.looks[-1].steps < 10**6


def test_a_model_that_learned_with_masks_is_judged_with_them() -> None:
    plant = replace(short_day(), materials=(replace(short_day().materials[0], max_t=1.0),))
    arguments = {"plant": plant, "scenarios": HOURS}
    settings = {"steps": 8, "rows": 2, "n_steps": 4, "batch_size": 8}
    model = make_sb3(ENV, "maskable-ppo", settings, arguments=arguments)
    with torch.no_grad():
        model.policy.action_net.bias[1] = 9.0
    given, predict = list[Any](), model.predict

    def watched(obs: Any, **how: Any) -> Any:  # noqa: ANN401
        given.append(how["action_masks"].tolist())
        return predict(obs, **how)

    model.predict = watched
    days_run_by(model, Validator(ENV, arguments, judged(HOURS)))()
    # It runs at once; then the store is full.
    assert given == [[[True, True]] * 2, [[True, False]] * 2]


RACE = Race(
    {"env": ENV, "goal": 0.01, "days": 2, "limit_minutes": 1.0, "seed": 0, "version": "1"},
    (
        Racer("one", True, (Look(100, 2.0, 3.0, 0.05), Look(2000, 4.0, 6.0, 0.009))),
        Racer("other", False, (Look(100, 30.0, 40.0, 0.02), Look(3000, 61.0, 80.0, 0.03))),
    ),
    0.05,
)


def test_what_is_told() -> None:
    assert race_cells(RACE.as_dict()) == [
        ["one", "4", "6", "2,000", "0.90%", "4"],
        ["other", "not by 61", "not by 80", "not by 3,000", "2.00%", "30"],
    ]


def test_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(learning_speed, "run_race", lambda start, **how: RACE)
    out = tmp_path / "race.json"
    done = plantgym("reproduce", "learning-speed", "--minutes=5", f"--json={out}")
    assert done.exit_code == 0, done.stderr
    told = json.loads(out.read_text())
    assert told["format"] == RACE_FORMAT
    assert race_cells(told) == race_cells(RACE.as_dict())
    assert "not by 61" in done.stdout
