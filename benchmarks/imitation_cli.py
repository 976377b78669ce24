"""Policies that learn from past days and from the optimum, behind the `train` command."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from ..agents.validation import ValidationDays
    from .cases import Case

ADP = "adp"
"""Name of the algorithm behind the hybrid policy."""


def train_hybrid(
    case: Case, out: Path, changes: dict[str, Any], validation: ValidationDays | None
) -> None:
    """Write a hybrid policy, and say how good it is on validation days.

    Raises:
        InputError: as `train_adp`.
    """
    from ..agents.adp_training import POLICY, train_adp

    result = train_adp(
        case.env_id, out, changes=changes, arguments=case.arguments, validation=validation
    )
    typer.echo(f"{result.days} days in {result.seconds:.1f} s")
    if result.gap is not None:
        typer.echo(f"validation days: gap {result.gap:.2%}, score {result.score:.3f}")
    typer.echo(f"Policy: {out / POLICY}")
