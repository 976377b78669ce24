"""Files that survive a kill: finished episodes line by line, results all at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..twins.errors import InputError
from ..twins.whole_file import check_writable, write_whole
from .episodes import Episode
from .part_file import EntryFile

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
        self._file = EntryFile(out, settings, lambda entry: Episode(**entry), mark=_PART_FORMAT)
        self.path = self._file.path
        for episode in self._file.entries:
            super().append(episode)

    def append(self, episode: Episode) -> None:
        """Keep a finished episode, on disk before this returns."""
        self._file.append(episode)
        super().append(episode)

    def finish(self, result: Mapping[str, Any]) -> None:
        """Write the result file, then delete the part file.

        Raises:
            InputError: a result file that cannot be written.
        """
        write_result(self._out, result)
        self._file.delete()

    def close(self) -> None:
        """Close the part file, and keep it."""
        self._file.close()


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
    write_whole(path, text + "\n")


def _has_mark(path: Path, mark: str) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return mark.encode() in file.read(_MARK_WITHIN)
