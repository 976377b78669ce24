"""A race of learners: how long each takes to come within a share of the optimum.

    python -m plantgym.benchmarks.learning_speed --json docs/results/learning-speed.json

All learners run one after the other in one process, on one thread, and are judged on the same
validation days. The time of the judging itself counts for nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .markdown import markdown_table
from .options import DrawSeed, Figures

if TYPE_CHECKING:
    from rich.table import Table

    from .race_judge import Racer
    from .race_learners import Start

ENV_ID = "plantgym/CementPv-v0"
RACE_FORMAT = "plantgym learning speed 1"
_GOAL, _DAYS, _MINUTES, _S_PER_MINUTE = 0.01, 20, 30.0, 60.0
_HEADERS = ("learner", "CPU s", "clock s", "env-steps", "least gap", "at CPU s")


@dataclass(frozen=True, slots=True)
class Race:
    """A race that was run.

    Args:
        about: env, gap to reach, validation days, CPU minutes that a learner has, seed, version.
        racers: what each learner did.
        env_share: share of the time of our trainer that its env and masks take.
    """

    about: Mapping[str, Any]
    racers: tuple[Racer, ...]
    env_share: float

    def tables(self) -> list[Table]:
        """For the terminal."""
        from .tables import filled_table

        rows = race_cells(self.as_dict())
        table = filled_table(race_note(self.as_dict()), _HEADERS, rows, left=1)
        return [table]

    def as_dict(self) -> dict[str, Any]:
        """For a JSON file."""
        racers = [asdict(each) for each in self.racers]
        return {**self.about, "racers": racers, "env_share": self.env_share}


def run_race(
    start: Start, *, goal: float = _GOAL, days: int = _DAYS, limit_s: float, names: Sequence[str]
) -> Race:
    """Let learners race.

    Args:
        start: what each starts with.
        goal: gap to reach.
        days: validation days.
        limit_s: CPU time that each learner has [s].
        names: of the learners.

    Raises:
        MissingExtraError: SB3 is not installed.
    """
    import torch

    from ..agents.validation import Validator
    from .race_judge import Judge, Racer
    from .race_learners import LEARNERS
    from .train_cli import validation_of

    torch.set_num_threads(1)
    case = start.case
    validation = validation_of(case, days)
    assert validation is not None, "there are days"
    racers, env_share = [], 0.0
    for name in names:
        judge = Judge(Validator(case.env_id, case.arguments, validation), goal, limit_s)
        env_share = LEARNERS[name](start, judge) or env_share
        racers.append(Racer(name, judge.reached, tuple(judge.looks)))
    about = {
        "env": case.env_id,
        "goal": goal,
        "days": days,
        "limit_minutes": limit_s / _S_PER_MINUTE,
        "seed": start.seed,
        "version": version("plantgym"),
    }
    return Race(about, tuple(racers), env_share)


def race_markdown(race: Mapping[str, Any]) -> str:
    """The table for the documents, from what a JSON file holds."""
    return f"{race_note(race)}\n\n{markdown_table(_HEADERS, race_cells(race))}"


def race_note(race: Mapping[str, Any]) -> str:
    """What was run."""
    return (
        f"Time to a gap of {race['goal']:.0%} on {race['days']} validation days of "
        f"`{race['env']}`, seed {race['seed']}, plantgym {race['version']}, one thread, at most "
        f"{race['limit_minutes']:g} CPU minutes each. The env takes {race['env_share']:.1%} of the "
        "time of our trainer."
    )


def race_cells(race: Mapping[str, Any]) -> list[list[str]]:
    """A row a learner: when it reached the goal, and its least gap."""
    rows = []
    for racer in race["racers"]:
        end, best = racer["looks"][-1], min(racer["looks"], key=lambda look: look["gap"])
        above = "" if racer["reached"] else "not by "
        times = [f"{above}{end[name]:,.0f}" for name in ("cpu_s", "wall_s", "steps")]
        rows.append([racer["name"], *times, f"{best['gap']:.2%}", f"{best['cpu_s']:,.0f}"])
    return rows


def main(
    as_json: Figures = None,
    minutes: Annotated[float, typer.Option(help="CPU minutes of each learner.")] = _MINUTES,
    seed: DrawSeed = 0,
) -> None:
    """Race our trainer against PPO of Stable-Baselines3 to 1 % above the optimum."""
    from .cases import Case
    from .race_learners import LEARNERS, Start
    from .run_reproduction import run_reproduction

    start = Start(Case(ENV_ID, "train"), seed)
    run_reproduction(
        lambda: run_race(start, limit_s=_S_PER_MINUTE * minutes, names=tuple(LEARNERS)),
        RACE_FORMAT,
        as_json,
    )


if __name__ == "__main__":
    typer.run(main)
