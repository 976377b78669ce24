"""Ctrl-C that is not lost."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer

_AGAIN_S = 0.05
"""Long enough for the callback that dropped an interrupt to be over [s]."""


@contextmanager
def kept_interrupts() -> Iterator[None]:
    """Interrupt again where Python has dropped an interrupt.

    Python drops exceptions in callbacks of weak references, which every import has, and in
    finalisers: it tells of them on stderr, and goes on as if nobody had pressed Ctrl-C.
    """
    usual = sys.unraisablehook

    def hook(dropped: sys.UnraisableHookArgs) -> None:
        if not issubclass(dropped.exc_type, KeyboardInterrupt):
            usual(dropped)
            return
        again = Timer(_AGAIN_S, os.kill, (os.getpid(), signal.SIGINT))
        again.daemon = True
        again.start()

    sys.unraisablehook = hook
    try:
        yield
    finally:
        sys.unraisablehook = usual
