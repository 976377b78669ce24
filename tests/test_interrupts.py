"""Ctrl-C ends a command wherever it comes."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable
from threading import Event

import pytest

from plantgym.benchmarks.interrupts import kept_interrupts

PATIENCE_S = 40.0


class Dropping:
    """Ends with an exception that nobody can catch."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def __del__(self) -> None:
        raise self.error


def drop_in_finaliser() -> None:
    Dropping(KeyboardInterrupt())


def drop_in_weak_reference() -> None:
    def stop(_: object) -> None:
        raise KeyboardInterrupt

    kept = Event()
    reference = weakref.ref(kept, stop)
    del kept
    assert reference() is None


def run_on_after(drop: Callable[[], None]) -> None:
    with kept_interrupts():
        drop()
        Event().wait(PATIENCE_S)


@pytest.mark.parametrize("drop", [drop_in_finaliser, drop_in_weak_reference])
def test_an_interrupt_that_is_dropped_comes_again(
    capfd: pytest.CaptureFixture[str], drop: Callable[[], None]
) -> None:
    with pytest.raises(KeyboardInterrupt):
        run_on_after(drop)
    assert capfd.readouterr().err == ""


def test_other_errors_are_told_as_usual(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda dropped: told.append(dropped.exc_type))
    with kept_interrupts():
        Dropping(ValueError())
    assert told == [ValueError]


def test_what_was_before_is_there_afterwards() -> None:
    before = sys.unraisablehook
    with kept_interrupts():
        assert sys.unraisablehook is not before
    assert sys.unraisablehook is before
