"""What happened in each update of a training: a CSV file always, TensorBoard if asked for."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..twins.errors import MissingExtraError
from ..twins.whole_file import write_whole

COLUMNS = (
    "steps", "seconds", "episode_reward", "validation_cost", "validation_optimum", "gap", "score",
    "value_loss", "entropy", "clipped", "kl", "explained_variance",
)  # fmt: skip
"""Columns of `log.csv`; empty where there is nothing to tell."""


class TrainingLog:
    """Rows of a training, one an update.

    Args:
        folder: of the training.
        rows: of earlier runs of it.
        tensorboard: whether to write event files, too.

    Raises:
        MissingExtraError: tensorboard is asked for and not installed.
    """

    def __init__(self, folder: Path, rows: list[dict[str, float]], *, tensorboard: bool) -> None:
        self.rows = rows
        self._path = folder / "log.csv"
        self._writer: Any = None
        if tensorboard:
            try:
                from torch.utils.tensorboard import SummaryWriter
            except ImportError:
                raise MissingExtraError("tensorboard", "rl") from None
            begin = int(rows[-1]["steps"]) + 1 if rows else None
            make: Any = SummaryWriter
            self._writer = make(str(folder / "tensorboard"), purge_step=begin)

    def add(self, row: Mapping[str, float]) -> None:
        """Note an update."""
        self.rows.append(dict(row))
        if self._writer is not None:
            for name, value in row.items():
                self._writer.add_scalar(name, value, int(row["steps"]))

    def write(self) -> None:
        """Write all rows to `log.csv`, whole.

        Raises:
            InputError: a file that cannot be written.
        """
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        write_whole(self._path, text.getvalue())

    def close(self) -> None:
        """Let go of the event files."""
        if self._writer is not None:
            self._writer.close()
