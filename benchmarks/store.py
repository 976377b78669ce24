"""Files that survive a kill: finished episodes line by line, results all at once."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..twins.errors import InputError
from ..twins.whole_file import check_writable, write_whole
from .episodes import Episode

FORMAT = "plantgym comparison 1"
_PART_FORMAT = "plantgym unfinished comparison 1"
_MARK_WITHIN = 400


class EpisodeStore:
    """Finished episodes of a run, in memory only.

    Attributes:
        episodes: by policy and day.
    """

    def __init__(self) -> None:
        self.episodes: dict[tuple[str, str], Episode] = {}

    def append(self, episode: Episode) -> None:
        """Keep a finished episode."""
        self.episodes[episode.policy, episode.day] = episode

    def finish(self, result: Mapping[str, Any]) -> None:
        """Take the results of the whole run."""

    def close(self) -> None:
        """Let go of files."""


class PartFile(EpisodeStore):
    """Finished episodes of a run, beside the result file that is to be.

    The first line holds the settings of the run, each further line an episode. Every line is
    forced to disk; a last line that a kill has torn is dropped.

    Args:
        out: the result file; the part file is called `<out>.part`.
        settings: what the episodes depend on.

    Attributes:
        path: of the part file.
        episodes: those of earlier runs too.

    Raises:
        InputError: a part file of another run, or one that cannot be read or written.
    """

    def __init__(self, out: Path, settings: Mapping[str, Any]) -> None:
        super().__init__()
        self._out = out
        self.path = out.with_name(f"{out.name}.part")
        lines = self._whole_lines()
        if lines:
            self._check_settings(lines[0], settings)
            for number, line in enumerate(lines[1:], start=2):
                self._keep(line, number)
        try:
            # Drops a torn last line, which would spoil the next one.
            write_whole(self.path, "".join(f"{line}\n" for line in lines))
            self._file = self.path.open("a", encoding="utf-8")
        except OSError as error:
            raise _unwritable(out, error) from None
        if not lines:
            self._write({"format": _PART_FORMAT, "settings": settings})

    def append(self, episode: Episode) -> None:
        """Keep a finished episode, on disk before this returns."""
        self._write(asdict(episode))
        super().append(episode)

    def finish(self, result: Mapping[str, Any]) -> None:
        """Write the result file, then delete the part file.

        Raises:
            InputError: a result file that cannot be written.
        """
        write_result(self._out, result)
        self._file.close()
        self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the part file, and keep it."""
        self._file.close()

    def _write(self, entry: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(entry) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def _whole_lines(self) -> list[str]:
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise _unwritable(self.path, error) from None
        whole = content[: content.rfind(b"\n") + 1]
        return whole.decode("utf-8", errors="replace").splitlines()

    def _check_settings(self, line: str, settings: Mapping[str, Any]) -> None:
        header = self._parsed(line, 1)
        if header.get("format") != _PART_FORMAT:
            raise self._damaged(1)
        theirs = header["settings"]
        mine = json.loads(json.dumps(settings))
        changed = [
            f"{name} is {theirs.get(name)!r} there and {mine.get(name)!r} now"
            for name in sorted(mine.keys() | theirs.keys())
            if theirs.get(name) != mine.get(name)
        ]
        if changed:
            raise InputError(
                "unfinished run",
                str(self.path),
                f"{'; '.join(changed)}; delete the file, or give another --out",
            )

    def _parsed(self, line: str, number: int) -> dict[str, Any]:
        try:
            entry = json.loads(line)
        except ValueError:
            raise self._damaged(number) from None
        if not isinstance(entry, dict):
            raise self._damaged(number)
        return entry

    def _keep(self, line: str, number: int) -> None:
        try:
            episode = Episode(**self._parsed(line, number))
        except TypeError:
            raise self._damaged(number) from None
        super().append(episode)

    def _damaged(self, number: int) -> InputError:
        fix = f"line {number} is damaged; delete the file, or give another --out"
        return InputError("unfinished run", str(self.path), fix)


def check_out(out: Path, mark: str = FORMAT, option: str = "--out") -> None:
    """Make sure, before minutes of work, that a file may be written.

    Args:
        out: the file.
        mark: what stands near the start of each file that may be overwritten.
        option: that gave the file.

    Raises:
        InputError: a file that cannot be written, or one without the mark.
    """
    check_writable(option, out)
    if out.exists() and not _has_mark(out, mark):
        fix = "this was not written by plantgym, so it is kept; give another name"
        raise InputError(option, str(out), fix)


def write_result(path: Path, result: Mapping[str, Any], mark: str = FORMAT) -> None:
    """Write results as JSON, all at once, with a mark of their format.

    Raises:
        InputError: a file that cannot be written.
    """
    text = json.dumps({"format": mark, **result}, indent=1, allow_nan=False)
    try:
        write_whole(path, text + "\n")
    except OSError as error:
        raise _unwritable(path, error) from None


def _has_mark(path: Path, mark: str) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return mark.encode() in file.read(_MARK_WITHIN)


def _unwritable(path: Path, error: OSError) -> InputError:
    return InputError("file", str(path), f"give a file that can be written ({error.strerror})")
