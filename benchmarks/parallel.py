"""Calls spread over processes, with a progress bar."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from typing import Any, TypeVar

from ..twins.errors import MissingExtraError
from ..twins.workers import serve

_T = TypeVar("_T")


def in_parallel(
    function: Callable[..., _T],
    calls: Sequence[tuple[Any, ...]],
    *,
    jobs: int,
    title: str = "",
    unit: str = "calls",
    done: int = 0,
    progress: bool = False,
) -> Generator[_T, None, None]:
    """Results of calls, as they come, in any order.

    Args:
        function: what to call; it must be importable by other processes.
        calls: arguments of each call.
        jobs: processes that work at the same time; 1 stays in this one.
        title: of the progress bar.
        unit: what a call does one of, in the plural, for the progress bar.
        done: how many calls to count as done already.
        progress: whether to show a progress bar on stderr.

    Raises:
        MissingExtraError: joblib is not installed.
    """
    try:
        from joblib import Parallel, delayed
    except ImportError:
        raise MissingExtraError("joblib", "bench") from None
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description:<16}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), disable=not progress) as bar:
        task = bar.add_task(title, completed=done, total=done + len(calls))
        parallel = Parallel(n_jobs=jobs, batch_size=1, return_as="generator_unordered")
        owner = os.getpid()
        tasks = (delayed(_call)(owner, function, call) for call in calls)
        with closing(parallel(tasks)) as results:
            for result in results:
                bar.advance(task)
                yield result


def _call(owner: int, function: Callable[..., _T], arguments: tuple[Any, ...]) -> _T:
    serve(owner)
    return function(*arguments)
