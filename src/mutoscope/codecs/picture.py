"""What the motion codec moves: the pixels of a photo, the matte of its subject, and how it may be rendered."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Rendering = Literal["layers", "soft", "camera"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Picture:
    """Pixels (H, W, 3) uint8 at the size of the clip, the subject's matte (H, W) float32 0..1 or None, how to render.

    `layers` cuts the subject out over a filled background, `soft` bends the whole picture without a cut, `camera` moves
    the camera only. Without a subject in the matte all three are `camera`.
    """

    image: NDArray[np.uint8]
    matte: NDArray[np.float32] | None
    rendering: Rendering
