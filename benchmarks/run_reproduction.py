"""What every command under `plantgym reproduce` does with its figures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from .store import check_out, write_result

if TYPE_CHECKING:
    from rich.table import Table


class Reproduction(Protocol):
    """Figures, as tables and as plain data."""

    def tables(self) -> list[Table]:
        """For the terminal."""

    def as_dict(self) -> dict[str, Any]:
        """For a JSON file."""


def run_reproduction(run: Callable[[], Reproduction], mark: str, as_json: Path | None) -> None:
    """Run, write the figures if a file is given, and print them.

    Args:
        run: gives the figures; minutes of work.
        mark: format of the file.
        as_json: the file.

    Raises:
        InputError: a file that cannot be written, or that something else wrote; before the work.
    """
    from .tables import print_table

    if as_json:
        check_out(as_json, mark, "--json")
    found = run()
    if as_json:
        write_result(as_json, found.as_dict(), mark)
    for table in found.tables():
        print_table(table)
