"""Rendering of a day: pixels, text, or a window. matplotlib loads with the first picture."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..twins.errors import MissingExtraError
from .day_record import DayRecord
from .text_picture import text_picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_PAUSE_S = 0.05


def render(record: DayRecord, mode: str) -> NDArray[np.uint8] | str | None:
    """Show the day so far.

    Args:
        record: the day.
        mode: `"rgb_array"`, `"ansi"` or `"human"`.

    Returns:
        Pixels [H, W, 3], whose size depends on the plant only; text that ends with a newline; or
        None after showing a window, or printing the text where no window can be opened.

    Raises:
        MissingExtraError: pixels without matplotlib.
    """
    if mode == "ansi":
        return text_picture(record)
    if mode == "rgb_array":
        try:
            from .picture import rgb_array
        except ImportError as error:
            raise MissingExtraError("matplotlib", "report") from error
        return rgb_array(record)
    if not _window.show(record):
        _print(text_picture(record))
    return None


def close_window() -> None:
    """Close the window, if there is one."""
    _window.close()


def _print(text: str) -> None:
    """Print text, with question marks for what the terminal's encoding lacks."""
    encoding = sys.stdout.encoding or "utf-8"
    print(text.encode(encoding, "replace").decode(encoding), flush=True)


class _Window:
    """The one window of the process: a figure of pyplot, for as long as it is open."""

    def __init__(self) -> None:
        self._figure: Figure | None = None

    def show(self, record: DayRecord) -> bool:
        """Draw the day; False where no window can be opened."""
        if self._closed_by_user():
            self._figure = None
        if self._figure is None:
            self._open(record)
        if self._figure is None:
            return False
        from .picture import draw_day

        self._figure.clear()
        draw_day(self._figure, record)
        self._figure.canvas.draw_idle()
        self._figure.canvas.start_event_loop(_PAUSE_S)
        return True

    def _open(self, record: DayRecord) -> None:
        """Open the window, if there is a matplotlib, and a display that it can draw on."""
        try:
            import matplotlib.pyplot as plt

            from .picture import size_inch

            figure = plt.figure(figsize=size_inch(record.plant))
        except ImportError:  # what matplotlib raises for a missing display too
            return
        if figure.canvas.required_interactive_framework is None:
            plt.close(figure)
            return
        self._figure = figure
        plt.show(block=False)

    def _closed_by_user(self) -> bool:
        if self._figure is None:
            return False
        import matplotlib.pyplot as plt

        return not plt.fignum_exists(self._figure.number)

    def close(self) -> None:
        """Close the window; nothing happens if it is closed."""
        if self._figure is not None:
            import matplotlib.pyplot as plt

            plt.close(self._figure)
            self._figure = None


_window = _Window()
