"""A matplotlib backend that says it opens windows, for machines without a display."""

from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg


class FigureManager(FigureManagerBase):
    """A window that nobody sees."""

    def show(self) -> None:
        """Nothing to do."""


class FigureCanvas(FigureCanvasAgg):
    """A canvas in such a window."""

    # matplotlib refuses any other framework on a machine without a display.
    required_interactive_framework = "headless"
    manager_class = FigureManager
