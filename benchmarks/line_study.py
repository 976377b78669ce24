"""Random production lines identified from their meters: how near the plants that are found come.

Each line of `random_line` runs the training days of the PSI benchmark at least cost. The class of
stages that run or stand is fitted to its meter, and predicts the test days.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.table import Table

from ..twins.errors import InputError, MissingExtraError
from ..twins.identify.fit_options import check_jobs
from ..twins.identify.forward import optimal_load
from ..twins.identify.load_error import load_error
from ..twins.identify.process import process_of
from ..twins.identify.psi_data import psi_days
from ..twins.identify.random_lines import random_line
from ..twins.identify.twin_meter import metered_days
from ..twins.intervals import BASE_LOAD
from ..twins.stn_tables import Floats
from ..twins.value_checks import check_number
from .fit_time import FIT_THREADS, timed_fit
from .found_parameters import found_parameters, power_error, run_hours
from .line_table import LineResult, LineSummary, line_table
from .parallel import in_parallel
from .part_file import EntryFile
from .store import check_out, write_result

LINES_FORMAT = "plantgym line study 1"
NOISES = (0.0, 0.05)

_PART_FORMAT = "plantgym unfinished line study 1"
_PRICES = "cement"
_FIT_SEED = 0


@dataclass(frozen=True, slots=True)
class LineStudy:
    """What was found.

    Args:
        lines: by noise, then by seed.
        days: of each meter.
    """

    lines: Sequence[LineResult]
    days: int

    def by_noise(self) -> list[list[LineResult]]:
        """The lines at each noise."""
        noises = dict.fromkeys(line.noise for line in self.lines)
        return [[line for line in self.lines if line.noise == noise] for noise in noises]

    def tables(self) -> list[Table]:
        """For the terminal."""
        return [line_table(lines) for lines in self.by_noise()]

    def as_dict(self) -> dict[str, Any]:
        """For files."""
        return {
            "name": "lines",
            "version": version("plantgym"),
            "days": self.days,
            "class": "MILP",
            "seed": _FIT_SEED,
            "threads": FIT_THREADS,
            "summary": [asdict(LineSummary.of(lines)) for lines in self.by_noise()],
            "lines": [asdict(line) for line in self.lines],
        }


def reproduce_lines(
    seeds: Sequence[int],
    noises: Sequence[float] = NOISES,
    *,
    n_jobs: int = 1,
    out: Path | None = None,
    progress: bool = False,
) -> LineStudy:
    """Identify random lines from their meters, and compare what is found with the truth.

    Args:
        seeds: of the lines.
        noises: of their meters, relative to each reading.
        n_jobs: lines at the same time, -1 for as many as there are cores; beside the times, the
            results are the same for any number.
        out: JSON file for all figures. Lines that are done are kept beside it until all are, and
            an interrupted run goes on with the others.
        progress: whether to show a progress bar on stderr.

    Raises:
        InputError: an argument out of range, or an `out` that cannot be written, or that holds
            something else or an unfinished run of another version.
        MissingExtraError: without the packages of the extras `identify` and `bench`.
    """
    check_jobs(n_jobs)
    for noise in noises:
        check_number("noise", noise, high=1.0)
    if not (seeds and noises):
        raise InputError("seeds and noises", (seeds, noises), "give one or more of each")
    if out:
        check_out(out, LINES_FORMAT, "--json")
    days = psi_days(_PRICES, "train").days
    part = _part_file(out, days) if out else None
    done = {(line.noise, line.seed): line for line in part.entries} if part else {}
    wanted = [(noise, seed) for noise in dict.fromkeys(noises) for seed in dict.fromkeys(seeds)]
    todo = [(seed, noise) for noise, seed in wanted if (noise, seed) not in done]
    try:
        with closing(
            in_parallel(
                run_line,
                todo,
                jobs=n_jobs,
                title="lines",
                unit="lines",
                done=len(wanted) - len(todo),
                progress=progress,
            )
        ) as results:
            for line in results:
                done[line.noise, line.seed] = line
                if part:
                    part.append(line)
        study = LineStudy([done[each] for each in wanted], days)
        if out and part:
            write_result(out, study.as_dict(), LINES_FORMAT)
            part.delete()
    finally:
        if part:
            part.close()
    return study


def run_line(seed: int, noise: float) -> LineResult:
    """Identify one random line from a meter of the training days.

    Args:
        seed: of the line and of its meter.
        noise: standard deviation of a reading, relative to it.

    Raises:
        MissingExtraError: without the packages of the extra `identify`.
    """
    try:
        from ..twins.identify.identifier import PlantIdentifier
    except ModuleNotFoundError as error:
        raise MissingExtraError(error.name or "scikit-learn", "identify") from None
    line = random_line(seed)
    train_prices = psi_days(_PRICES, "train").price_per_kwh
    test_prices = psi_days(_PRICES, "test_baseline").price_per_kwh
    meter_kwh = metered_days(line, train_prices, seed=seed, noise=noise)
    identifier = PlantIdentifier(process_of(line), "milp", seed=_FIT_SEED, n_jobs=FIT_THREADS)
    try:
        took = timed_fit(lambda: identifier.fit(meter_kwh, train_prices))
    except InputError as error:
        return LineResult(seed, noise, len(line.tasks), " ".join(str(error).split()))
    found = identifier.plant_
    asked = [each for each in found_parameters(found, line) if each.name != BASE_LOAD]
    return LineResult(
        seed,
        noise,
        len(line.tasks),
        test_error=_mean_error(identifier.predict(test_prices), optimal_load(line, test_prices)),
        train_error=_mean_error(identifier.predict(train_prices), meter_kwh),
        power_error=power_error(found, line),
        run_hours=run_hours(found),
        true_run_hours=run_hours(line),
        parameters=asked,
        wall_s=took.wall_s,
        cpu_s=took.cpu_s,
    )


def _mean_error(predicted_kwh: Floats, metered_kwh: Floats) -> float:
    return load_error(predicted_kwh, metered_kwh).mean


def _part_file(out: Path, days: int) -> EntryFile[LineResult]:
    settings = {"version": version("plantgym"), "days": days, "seed": _FIT_SEED}
    return EntryFile(out, settings, LineResult.parsed, mark=_PART_FORMAT, option="--json")
