"""The shape of a clip: the one value that says how many frames of which size are wanted."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ClipShape:
    """Frames, height and width in pixels, and frames per second."""

    frames: int
    height: int
    width: int
    fps: int

    @property
    def seconds(self) -> float:
        """Playing time in seconds."""
        return self.frames / self.fps
