"""A CSV file that names the line of whatever is wrong in it."""

from __future__ import annotations

import csv
import gzip
import io
import os
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .errors import InputError

if TYPE_CHECKING:
    import pandas as pd

CsvSource = str | os.PathLike[str] | IO[bytes] | IO[str]
"""A path or an open file, plain or gzipped."""

Floats = NDArray[np.float64]

_TEXT_COLUMNS = ("time", "date", "date_ept")


@dataclass(frozen=True, slots=True)
class CsvFile:
    """A parsed CSV file.

    Args:
        name: of the file, for messages.
        frame: the rows; row i of the index stands on line i + 2 of the file.
    """

    name: str
    frame: pd.DataFrame

    @classmethod
    def read(cls, source: CsvSource) -> CsvFile:
        """Parse a file.

        Raises:
            InputError: a file that is absent, empty, damaged or no CSV, or a row that is longer
                than the header.
        """
        import pandas as pd

        name, content = source_name(source), _content(source)
        if not content.strip():
            raise InputError(name, "", "the file is empty; give a header and rows")
        try:
            text = content.decode("utf-8-sig")
            _refuse_long_rows(name, text)
            frame = pd.read_csv(
                io.StringIO(text),
                dtype=dict.fromkeys(_TEXT_COLUMNS, str),
                skip_blank_lines=False,
                index_col=False,
                low_memory=False,
            )
        except (pd.errors.ParserError, csv.Error, UnicodeDecodeError) as error:
            raise InputError(name, str(error), "give comma-separated UTF-8 text") from None
        frame = frame.dropna(how="all")
        if frame.empty:
            raise InputError(name, list(frame.columns), "the file is empty below its header")
        return cls(name, frame)

    def at(self, row: int) -> str:
        """File and line of a row, for messages."""
        return f"{self.name} line {int(self.frame.index[row]) + 2}"

    def column(self, name: str) -> pd.Series:
        """A column as read.

        Raises:
            InputError: a column that the file has not.
        """
        if name not in self.frame:
            raise InputError(
                f"{self.name} columns", list(self.frame.columns), f"add the column {name!r}"
            )
        return self.frame[name]

    def numbers(
        self, name: str, low: float = -np.inf, high: float = np.inf, *, gaps: bool = False
    ) -> Floats:
        """A column as finite numbers within plausible limits.

        Args:
            name: of the column.
            low: least plausible value.
            high: greatest plausible value.
            gaps: whether a field may be empty, which gives NaN.

        Raises:
            InputError: a missing column, or the first value that is empty, no number or outside
                the limits.
        """
        import pandas as pd

        column = self.column(name)
        values = pd.to_numeric(column, errors="coerce").to_numpy(np.float64)
        allowed = np.isfinite(values) | (column.isna().to_numpy() & gaps)
        self.refuse(name, ~allowed, "give a finite number in this field")
        implausible = (values < low) | (values > high)
        self.refuse(name, implausible, f"give values of {low:g} to {high:g}; check the unit")
        return values

    def refuse(self, name: str, bad: NDArray[np.bool_], fix: str) -> None:
        """Raise `InputError` for the first row of a column that is bad, if there is one."""
        if bad.any():
            row = int(bad.argmax())
            value = self.frame[name].iloc[row]
            plain = value.item() if isinstance(value, np.generic) else value
            raise InputError(f"{self.at(row)} {name}", plain, fix)


def source_name(source: CsvSource) -> str:
    """What to call a file in messages."""
    if isinstance(source, str | os.PathLike):
        return os.fspath(source)
    return str(getattr(source, "name", "file"))


def _refuse_long_rows(name: str, text: str) -> None:
    """Refuse rows with more fields than the header, which pandas may cut off without an error."""
    rows = csv.reader(io.StringIO(text, newline=""))
    columns = len(next(rows))
    if not columns:
        return  # a blank line instead of a header: pandas finds no rows below it
    for row in rows:
        if any(row[columns:]):  # commas at the end of a line cost nothing
            *_, whole, part = row
            one_price = columns == 2 and len(row) == 3
            example = f"{whole}.{part}" if one_price else "decimals with a point"
            raise InputError(
                f"{name} line {rows.line_num}",
                ",".join(row),
                f"{len(row)} fields under {columns} columns: a decimal comma? write {example}",
            )


def _content(source: CsvSource) -> bytes:
    """The plain bytes of a path or an open file."""
    if isinstance(source, str | os.PathLike):
        try:
            raw: bytes | str = Path(source).read_bytes()
        except OSError as error:
            fix = f"give a readable file ({error.strerror})"
            raise InputError("file", source_name(source), fix) from None
    else:
        raw = source.read()
    content = raw.encode() if isinstance(raw, str) else raw
    if not content.startswith(b"\x1f\x8b"):
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        fix = "the gzip file is damaged; copy it again"
        raise InputError(source_name(source), str(error), fix) from None
