"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from .errors import InputError


def write_whole(path: str | os.PathLike[str], content: str | bytes) -> None:
    """Write UTF-8 text or bytes to a file; if that fails, or is killed, the old file stays.

    Raises:
        InputError: a file that cannot be written, such as on a full disk.
    """
    target = Path(path)
    draft = _draft(target)
    try:
        with draft.open("wb") as file:
            file.write(content.encode("utf-8") if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except OSError as error:
        raise unwritable("file", path, error) from None
    finally:
        with suppress(OSError):
            draft.unlink()


def unwritable(field: str, path: str | os.PathLike[str], error: OSError) -> InputError:
    """What to say of a file that cannot be written.

    Args:
        field: what gave the file.
        path: of the file.
        error: that came of the attempt.
    """
    return InputError(field, str(path), f"give a file that can be written ({error.strerror})")


def check_writable(field: str, path: str | os.PathLike[str]) -> None:
    """Make sure, before minutes of work, that `write_whole` can write a file.

    Args:
        field: what gave the file, in the user's own terms (`"--out"`).
        path: of the file; what stands there stays.

    Raises:
        InputError: a folder, one that is absent, or a place that cannot be written to.
    """
    target = Path(path)
    try:
        if target.is_dir():
            raise InputError(field, str(path), "give a file; this is a folder")
        if not target.parent.is_dir():
            raise InputError(field, str(path), f"make the folder {str(target.parent)!r} first")
        draft = _draft(target)
        draft.touch()
        draft.unlink()
        if target.is_file():
            target.open("r+b").close()
    except OSError as error:
        raise unwritable(field, path, error) from None


def _draft(target: Path) -> Path:
    return target.with_name(f".{target.name}.tmp")
