"""Binary files that are written whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from ..twins.whole_file import unwritable


def write_whole_bytes(path: Path, content: bytes) -> None:
    """Write a file; if that fails, or is killed, what stood there before stays.

    Raises:
        InputError: a file that cannot be written, such as on a full disk.
    """
    draft = path.with_name(f".{path.name}.tmp")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise unwritable("file", path, error) from None
    finally:
        with suppress(OSError):
            draft.unlink()
