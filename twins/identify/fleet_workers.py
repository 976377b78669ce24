"""Calls spread over processes, threads or a Ray cluster; a process that dies costs one call."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from typing import Any, TypeVar

from ..errors import MissingExtraError
from ..workers import serve

BACKENDS = ("loky", "threading", "ray")

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")
_Results = Generator[tuple[str, _Result], None, None]

_AHEAD = 4  # calls a worker that a cluster is given at once


def spread(
    function: Callable[[_Task], _Result],
    load: Callable[[str], _Task],
    names: Sequence[str],
    *,
    backend: str,
    n_jobs: int,
) -> Generator[tuple[str, _Result | None], None, None]:
    """Name and result of each call, as they come, in any order; None if its process was killed.

    Args:
        function: what to call; it must be importable by other processes.
        load: makes the argument of a call, here and not long before it is called.
        names: of the calls.
        backend: where they run.
        n_jobs: calls at the same time; -1 for as many as there are cores.

    Raises:
        MissingExtraError: joblib or Ray is not installed.
    """
    try:
        from joblib.externals.loky.process_executor import BrokenProcessPool
    except ImportError:
        raise MissingExtraError("joblib", "identify") from None
    left = dict.fromkeys(names)
    try:
        with closing(_pooled(function, load, names, backend, n_jobs)) as results:
            for name, result in results:
                del left[name]
                yield name, result
    except BrokenProcessPool:
        for name in left:  # each in processes of its own, to lose but the one that kills its own
            yield name, _alone(function, load, name)


def _alone(
    function: Callable[[_Task], _Result], load: Callable[[str], _Task], name: str
) -> _Result | None:
    from joblib.externals.loky.process_executor import BrokenProcessPool

    try:
        ((_, result),) = _pooled(function, load, [name], "loky", 2)  # 1 would stay in this process
    except BrokenProcessPool:
        return None
    return result


def _pooled(
    function: Callable[[_Task], _Result],
    load: Callable[[str], _Task],
    names: Sequence[str],
    backend: str,
    n_jobs: int,
) -> _Results[_Result]:
    from joblib import Parallel, delayed, parallel_config

    if backend == "ray":
        n_jobs = _on_ray(n_jobs)
    owner = os.getpid() if backend == "loky" else None
    with parallel_config(backend=backend, n_jobs=n_jobs):
        if backend != "ray":
            calls = (delayed(_call)(owner, function, name, load(name)) for name in names)
            pool = Parallel(batch_size=1, return_as="generator_unordered")
            with closing(pool(calls)) as results:
                yield from results
            return
        # Ray gives results only once all calls of a list are done.
        share = _AHEAD * n_jobs
        with Parallel(batch_size=1) as pool:
            for first in range(0, len(names), share):
                some = names[first : first + share]
                yield from pool(delayed(_call)(owner, function, name, load(name)) for name in some)


def _on_ray(n_jobs: int) -> int:
    """Connect joblib to the Ray cluster, and tell how many calls it can run at the same time."""
    try:
        import ray
        from ray.util.joblib import register_ray
    except ImportError:
        raise MissingExtraError("ray", "ray") from None
    register_ray()  # type: ignore[no-untyped-call, unused-ignore]
    if not ray.is_initialized():
        ray.init()
    cores = int(ray.cluster_resources()["CPU"])  # type: ignore[no-untyped-call, unused-ignore]
    return cores if n_jobs == -1 else min(n_jobs, cores)


def _call(
    owner: int | None, function: Callable[[Any], _Result], name: str, task: object
) -> tuple[str, _Result]:
    if owner is not None:
        serve(owner)
    return name, function(task)
