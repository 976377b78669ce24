"""Calls spread over processes: what their progress bar says."""

from __future__ import annotations

import pytest

from plantgym.benchmarks.parallel import in_parallel


def test_the_progress_bar_counts_in_the_unit_of_the_caller(
    capsys: pytest.CaptureFixture[str],
) -> None:
    calls = [(-1,), (-2,)]
    found = in_parallel(abs, calls, jobs=1, title="fits", unit="plants", done=1, progress=True)
    assert sorted(found) == [1, 2]
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "3/3 plants" in " ".join(shown.err.split())
