"""Fleets: a plant for each of many meters, in parallel, resumable, and none stops the others."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal, NamedTuple

from ..errors import InputError, PlantgymError
from ..plant_toml import plant_to_toml
from ..whole_file import check_writable, write_whole
from .fit_options import FitOptions, check_jobs
from .fleet_workers import BACKENDS, spread
from .meter_job import MeterFiles, Progress, fit_meter

FORMAT = "plantgym identified meter 1"
SUMMARY = "fleet.csv"

_SUMMARY_COLUMNS = (
    "name", "status", "model", "train_error", "validation_error", "days", "left_out", "wall_s",
    "cpu_s", "message",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MeterJob:
    """A meter of a fleet, by its files.

    Args:
        name: unique in the fleet; of its result files.
        meter: readings.
        prices: prices.
        process: what is publicly known of the plant (TOML).
        pv: PV of the region, if the plant has PV behind its meter.
    """

    name: str
    meter: Path
    prices: Path
    process: Path
    pv: Path | None = None

    def read(self) -> MeterFiles:
        """Read the files.

        Raises:
            InputError: a file that cannot be read.
        """
        return MeterFiles.read(self.meter, self.prices, self.process, self.pv)


@dataclass(frozen=True, slots=True)
class MeterResult:
    """What came of a meter.

    Args:
        name: of the meter.
        status: `"ok"`, or `"failed"` for the reason in `message`.
        message: why it failed; empty if it did not.
        fingerprint: of its files, the options and the version of plantgym.
        found: what `Found.as_dict` tells; empty if it failed.
    """

    name: str
    status: Literal["ok", "failed"]
    message: str
    fingerprint: str
    found: dict[str, Any]


class _Task(NamedTuple):
    """What a worker is sent."""

    name: str
    fingerprint: str
    files: MeterFiles | InputError
    options: FitOptions


class _Attempt(NamedTuple):
    """What a worker sends back."""

    result: MeterResult
    plant_toml: str


def fleet_jobs(
    meters: Path, prices: Path, process: Path, pv: Path | None = None
) -> tuple[MeterJob, ...]:
    """A job for each `*.csv` in a folder, named as the file.

    Args:
        meters: folder of meters.
        prices: price file of all.
        process: process file of all, or a folder with `<name>.toml` for each.
        pv: PV file of all, if they have PV.

    Raises:
        InputError: a folder without meters.
    """
    files = sorted(meters.glob("*.csv"))
    if not files:
        raise InputError("meters", str(meters), "give a folder with a *.csv for each meter")
    shared = process.is_dir()
    return tuple(
        MeterJob(file.stem, file, prices, process / f"{file.stem}.toml" if shared else process, pv)
        for file in files
    )


def identify_fleet(
    jobs: Sequence[MeterJob],
    out: Path,
    *,
    options: FitOptions | None = None,
    backend: str = "loky",
    n_jobs: int = 1,
    progress: Progress | None = None,
) -> list[MeterResult]:
    """Find a plant for each meter.

    Each meter that is done leaves `<name>.json` (a `MeterResult`) and, if a plant was found,
    `<name>.toml`, at once and whole; in the end `fleet.csv` lists all. A rerun does only what is
    missing, failed, or changed in a file, an option or the version. A plant depends on nothing but
    its own files and the options: neither on the other meters, nor on order, backend or `n_jobs`.

    Args:
        jobs: the meters.
        out: folder for the results; made if it is missing.
        options: of all fits.
        backend: joblib's `"loky"` (processes on this machine) or `"threading"`, or `"ray"` (the Ray
            cluster at `RAY_ADDRESS`, or else a local one).
        n_jobs: meters at the same time; -1 for as many as there are cores.
        progress: is told how far the fleet is.

    Returns:
        Results in the order of the jobs.

    Raises:
        InputError: a name that comes twice, an unknown backend, an `out` that cannot be written,
            or files in it that are not from here.
        MissingExtraError: without joblib or Ray.
    """
    if backend not in BACKENDS:
        raise InputError("backend", backend, f"use one of {', '.join(BACKENDS)}")
    check_jobs(n_jobs)
    for name, count in Counter(job.name for job in jobs).items():
        if count > 1:
            raise InputError("name", name, f"{count} meters have it; rename the others")
    if any(job.meter.parent.resolve() == out.resolve() for job in jobs):
        raise InputError("out", str(out), "give a folder of its own for the results")
    _make(out)
    old = _old_results(out, jobs)
    given = {job.name: job for job in jobs}

    def load(name: str) -> _Task:
        return _task(given[name], options or FitOptions())

    results = {
        name: result for name, result in old.items() if result.fingerprint == load(name).fingerprint
    }
    todo = [name for name in given if name not in results]
    _tell(progress, len(results), len(jobs))
    with closing(spread(_attempt, load, todo, backend=backend, n_jobs=n_jobs)) as attempts:
        for name, attempt in attempts:
            results[name] = _keep(out, attempt or _lost(load(name)))
            _tell(progress, len(results), len(jobs))
    ordered = [results[name] for name in given]
    write_whole(out / SUMMARY, _summary(ordered))
    return ordered


def _make(out: Path) -> None:
    """Make the folder, and be sure, before hours of work, that results can be written there."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        fix = f"give a folder that can be made ({error.strerror})"
        raise InputError("out", str(out), fix) from None
    check_writable("out", out / SUMMARY)


def _tell(progress: Progress | None, done: int, meters: int) -> None:
    if progress:
        progress(done / meters, f"{done} of {meters} meters")


def _task(job: MeterJob, options: FitOptions) -> _Task:
    """A task, or why there is none in place of its files."""
    try:
        files = job.read()
    except InputError as error:
        return _Task(job.name, "", error, options)
    digest = hashlib.sha256(repr((options, version("plantgym"))).encode())
    for file in files:
        digest.update(hashlib.sha256(file.content if file else b"").digest())
    return _Task(job.name, digest.hexdigest()[:16], files, options)


def _attempt(task: _Task) -> _Attempt:
    """Find a plant; whatever goes wrong, the other meters go on."""
    try:
        if isinstance(task.files, InputError):
            raise task.files
        found = fit_meter(task.files, task.options)
    except PlantgymError as error:
        return _failed(task, " ".join(str(error).split()))
    except Exception as error:
        return _failed(task, f"{type(error).__name__}: {' '.join(str(error).split())}")
    result = MeterResult(task.name, "ok", "", task.fingerprint, found.as_dict())
    return _Attempt(result, plant_to_toml(found.plant))


def _lost(task: _Task) -> _Attempt:
    return _failed(task, "its process was killed; is there enough memory for so many jobs?")


def _failed(task: _Task, message: str) -> _Attempt:
    return _Attempt(MeterResult(task.name, "failed", message, task.fingerprint, {}), "")


def _keep(out: Path, attempt: _Attempt) -> MeterResult:
    """Write a result, the plant first: a result that says ok has its plant beside it."""
    result = attempt.result
    plant_file = out / f"{result.name}.toml"
    if attempt.plant_toml:
        write_whole(plant_file, attempt.plant_toml)
    else:
        plant_file.unlink(missing_ok=True)  # that of an earlier run, on other files or options
    text = json.dumps({"format": FORMAT, **asdict(result)}, indent=1, default=str)
    write_whole(out / f"{result.name}.json", text + "\n")
    return result


def _old_results(out: Path, jobs: Sequence[MeterJob]) -> dict[str, MeterResult]:
    """The plants that an earlier run found, by meter."""
    old = {}
    for job in jobs:
        result_file, plant_file = out / f"{job.name}.json", out / f"{job.name}.toml"
        if result_file.exists():
            result = _parsed(result_file)
            if result.status == "ok" and plant_file.exists():
                old[job.name] = result
        elif plant_file.exists():
            raise _foreign(plant_file)
    summary = out / SUMMARY
    if summary.exists() and not summary.read_text("utf-8").startswith(",".join(_SUMMARY_COLUMNS)):
        raise _foreign(summary)
    return old


def _parsed(path: Path) -> MeterResult:
    try:
        content = json.loads(path.read_text("utf-8"))
        if content.pop("format") == FORMAT:
            return MeterResult(**content)
    except (ValueError, KeyError, AttributeError, TypeError):
        pass
    raise _foreign(path)


def _foreign(path: Path) -> InputError:
    fix = "this is no result of a fleet, so it is kept; give another folder for the results"
    return InputError("file", str(path), fix)


def _summary(results: Sequence[MeterResult]) -> str:
    """The table of a fleet as CSV text."""
    text = io.StringIO()
    table = csv.DictWriter(text, _SUMMARY_COLUMNS, restval="", lineterminator="\n")
    table.writeheader()
    for result in results:
        report = result.found.get("report", {})
        row = {name: report[name] for name in _SUMMARY_COLUMNS if name in report}
        if result.status == "ok":
            row |= {"model": result.found["model"], "left_out": len(report["left_out"])}
        row |= {"name": result.name, "status": result.status, "message": result.message}
        table.writerow(row)
    return text.getvalue()
