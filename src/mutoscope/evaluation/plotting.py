"""An empty figure of matplotlib, which is an optional part."""

from importlib.util import find_spec
from typing import TYPE_CHECKING

from mutoscope.errors import MutoscopeError

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def new_figure(width: float, height: float) -> "Figure":
    """A figure of that many inches, without a window. Errors: MutoscopeError where matplotlib is not installed."""
    check_plots()
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def check_plots() -> None:
    """Refuse to plot where matplotlib is not installed, before anything is measured for it."""
    if find_spec("matplotlib") is None:
        cure = "Install it: pip install 'mutoscope[plots]'"
        raise MutoscopeError("matplotlib is not installed.", "Plots are an optional part.", cure)
