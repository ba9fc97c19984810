"""A codec: turns the codes that a family samples into frames."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from mutoscope.codecs.picture import Picture
from mutoscope.progress import OnProgress, ignore
from mutoscope.shapes import ClipShape


class Codec(Protocol):
    """Knows the shape of the codes of a clip, and makes the clip's frames of them."""

    @property
    def reads_whole(self) -> bool:
        """Whether frames hang on the whole code, so that they cannot be made of a part of it."""
        ...

    def codes_shape(self, shape: ClipShape) -> tuple[int, ...]:
        """The shape of one clip's codes, without the batch."""
        ...

    def decode(
        self,
        codes: Tensor,
        picture: Picture | None,
        shape: ClipShape,
        on_progress: OnProgress = ignore,
        *,
        tracks: Tensor | None = None,
    ) -> NDArray[np.uint8]:
        """The frames (T, H, W, 3) of one clip's codes; codecs that move a photo need the picture.

        `tracks`: where everyone is, as a track code (T', N, C), if anybody has said it; empty or None if not.
        """
        ...
