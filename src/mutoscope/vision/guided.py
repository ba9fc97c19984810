"""The guided filter: a small matte learns the photo's edges and grows to the photo's size."""

import cv2
import numpy as np
from numpy.typing import NDArray


def refined(
    matte: NDArray[np.float32], photo: NDArray[np.uint8], radius: int, smooth: float = 1e-4
) -> NDArray[np.float32]:
    """The matte (h, w) at the photo's size (H, W), its edge drawn along the photo's edges.

    Fast guided filter (He & Sun 2015) with colour guidance: the linear models are fitted at the matte's size with
    windows of `radius` pixels there, and applied to the photo at full size.
    """
    small_size = (matte.shape[1], matte.shape[0])
    guide = np.asarray(cv2.resize(photo, small_size, interpolation=cv2.INTER_AREA), np.float32) / np.float32(255)
    slope, offset = _fitted(guide, matte, radius, smooth)
    height, width = photo.shape[:2]
    models = cv2.resize(np.dstack([slope, offset]), (width, height), interpolation=cv2.INTER_LINEAR)
    result = models[..., 3]
    for channel in range(3):
        result = result + models[..., channel] * (photo[..., channel].astype(np.float32) * np.float32(1 / 255))
    clipped: NDArray[np.float32] = np.clip(result, 0, 1)
    return clipped


def _fitted(
    guide: NDArray[np.float32], matte: NDArray[np.float32], radius: int, smooth: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:  # (h, w, 3), (h, w)
    """The local linear models matte ~ slope . colour + offset, averaged over the windows that hold a pixel."""

    def mean(values: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(cv2.blur(values, (2 * radius + 1, 2 * radius + 1), borderType=cv2.BORDER_REFLECT), np.float32)

    colour, level = mean(guide), mean(matte)
    cross = mean(guide * matte[..., None]) - colour * level[..., None]
    pairs = mean(
        np.ascontiguousarray(
            (guide[..., :, None] * guide[..., None, :]).reshape(*matte.shape, 9)[..., [0, 1, 2, 4, 5, 8]]
        )
    )
    rr, rg, rb, gg, gb, bb = np.moveaxis(pairs, -1, 0)
    r, g, b = np.moveaxis(colour, -1, 0)
    rr, gg, bb = rr - r * r + smooth, gg - g * g + smooth, bb - b * b + smooth
    rg, rb, gb = rg - r * g, rb - r * b, gb - g * b
    # The inverse of a symmetric 3 x 3 matrix, by cofactors.
    c00, c01, c02 = gg * bb - gb * gb, gb * rb - rg * bb, rg * gb - gg * rb
    c11, c12, c22 = rr * bb - rb * rb, rg * rb - rr * gb, rr * gg - rg * rg
    whole = rr * c00 + rg * c01 + rb * c02
    x, y, z = np.moveaxis(cross, -1, 0)
    slope = (
        np.dstack([c00 * x + c01 * y + c02 * z, c01 * x + c11 * y + c12 * z, c02 * x + c12 * y + c22 * z])
        / whole[..., None]
    )
    offset = level - (slope * colour).sum(-1)
    smoothed = mean(np.dstack([slope, offset]).astype(np.float32))
    return smoothed[..., :3], smoothed[..., 3]
