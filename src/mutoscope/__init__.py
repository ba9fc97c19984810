"""Mutoscope: a sentence and a photo become a short video."""

from typing import TYPE_CHECKING, Any

from mutoscope.version import __version__

if TYPE_CHECKING:
    from mutoscope.api import compare, generate, look, replay, stream
    from mutoscope.media.video import Video

__all__ = ["Video", "__version__", "compare", "generate", "look", "replay", "stream"]


def __getattr__(name: str) -> Any:
    """The verbs on first use: importing the package stays instant, as torch comes in only with them."""
    if name in __all__:
        from mutoscope import api

        return getattr(api, name)
    raise AttributeError(f"module 'mutoscope' has no attribute {name!r}")
