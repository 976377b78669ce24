"""Numbers in tables."""

import pytest

from plantgym.benchmarks.tables import percent_text


@pytest.mark.parametrize(
    ("share", "text"),
    [(None, "-"), (-1e-6, "0.0%"), (-0.0006, "-0.1%"), (0.1234, "12.3%"), (-3.2, "-320%")],
)
def test_shares_in_percent(share: float | None, text: str) -> None:
    assert percent_text(share) == text
