"""How long a fit takes by itself: on one thread, whatever its libraries would take."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

from ..twins.errors import MissingExtraError

FIT_THREADS = 1
"""Threads of every fit that is timed."""


class FitTime(NamedTuple):
    """Time of a fit by the clock and on the processor [s]."""

    wall_s: float
    cpu_s: float


def timed_fit(fit: Callable[[], object]) -> FitTime:
    """Run a fit on `FIT_THREADS`, and time it.

    Raises:
        MissingExtraError: without the packages of the extra `identify`.
    """
    try:
        from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]
    except ModuleNotFoundError:
        raise MissingExtraError("scikit-learn", "identify") from None
    with threadpool_limits(FIT_THREADS):
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        fit()
        return FitTime(time.perf_counter() - wall_s, time.process_time() - cpu_s)
