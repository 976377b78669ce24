"""What a run has finished so far, in a file that survives a kill."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ..twins.errors import InputError
from ..twins.value_checks import changes
from ..twins.whole_file import unwritable, write_whole

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_Entry = TypeVar("_Entry", bound="DataclassInstance")


class EntryFile(Generic[_Entry]):
    """Finished entries of a run, beside the result file that is to be.

    The first line holds the settings of the run, each further line an entry. Every line is forced
    to disk; a last line that a kill has torn is dropped.

    Args:
        out: the result file; this one is called `<out>.part`.
        settings: what the entries depend on.
        parse: makes an entry of what its line says; a TypeError tells that it is none.
        mark: format of the file.
        option: that gave the result file.

    Attributes:
        path: of the file.
        entries: of earlier runs.

    Raises:
        InputError: a file of another run, or one that cannot be read or written.
    """

    def __init__(
        self,
        out: Path,
        settings: Mapping[str, Any],
        parse: Callable[[dict[str, Any]], _Entry],
        *,
        mark: str,
        option: str = "--out",
    ) -> None:
        self.path = out.with_name(f"{out.name}.part")
        self._mark, self._option = mark, option
        lines = self._whole_lines()
        if lines:
            self._check_settings(lines[0], settings)
        self.entries = [self._entry(parse, *each) for each in enumerate(lines[1:], start=2)]
        # Drops a torn last line, which would spoil the next one.
        write_whole(self.path, "".join(f"{line}\n" for line in lines))
        self._file = self.path.open("a", encoding="utf-8")
        if not lines:
            self._write({"format": mark, "settings": settings})

    def append(self, entry: _Entry) -> None:
        """Keep an entry, on disk before this returns."""
        self._write(asdict(entry))

    def delete(self) -> None:
        """Delete the file: its entries stand in the results now."""
        self.close()
        self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file, and keep it."""
        self._file.close()

    def _write(self, line: Mapping[str, Any]) -> None:
        try:
            self._file.write(json.dumps(line) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise unwritable("file", self.path, error) from None

    def _whole_lines(self) -> list[str]:
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise unwritable("file", self.path, error) from None
        whole = content[: content.rfind(b"\n") + 1]
        return whole.decode("utf-8", errors="replace").splitlines()

    def _check_settings(self, line: str, settings: Mapping[str, Any]) -> None:
        header = self._parsed(line, 1)
        if header.get("format") != self._mark:
            raise self._damaged(1)
        theirs = header["settings"]
        mine = json.loads(json.dumps(settings))
        if changed := changes(theirs, mine):
            fix = f"{changed}; delete the file, or give another {self._option}"
            raise InputError("unfinished run", str(self.path), fix)

    def _entry(self, parse: Callable[[dict[str, Any]], _Entry], number: int, line: str) -> _Entry:
        try:
            return parse(self._parsed(line, number))
        except TypeError:
            raise self._damaged(number) from None

    def _parsed(self, line: str, number: int) -> dict[str, Any]:
        try:
            entry = json.loads(line)
        except ValueError:
            raise self._damaged(number) from None
        if not isinstance(entry, dict):
            raise self._damaged(number)
        return entry

    def _damaged(self, number: int) -> InputError:
        fix = f"line {number} is damaged; delete the file, or give another {self._option}"
        return InputError("unfinished run", str(self.path), fix)
