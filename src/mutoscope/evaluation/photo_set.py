"""Real photos with hand-drawn mattes: a folder of NAME.jpg or .png, NAME.matte.png, further readings, and what to ignore."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mutoscope.errors import MutoscopeError
from mutoscope.media.photos import fit_photo, open_mask, open_photo

Matte = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True, eq=False)
class MeasuredPhoto:
    """A photo (H, W, 3) uint8 at the size of its mattes (H, W) float32: fair readings of its subject, the best counts."""

    name: str
    pixels: NDArray[np.uint8]
    mattes: tuple[Matte, ...]
    ignored: Matte


def open_photo_set(folder: Path) -> tuple[MeasuredPhoto, ...]:
    """All photos of a folder that have a matte, by name."""
    found = [_measured(folder, path.name.removesuffix(".matte.png")) for path in sorted(folder.glob("*.matte.png"))]
    photos = tuple(photo for photo in found if photo is not None)
    if not photos:
        raise MutoscopeError(
            f"There are no photos with mattes in {folder}.",
            "A photo NAME.jpg needs its subject as NAME.matte.png beside it.",
            "Name another folder with --photos.",
        )
    return photos


def _measured(folder: Path, name: str) -> MeasuredPhoto | None:
    picture = next((p for p in (folder / f"{name}.jpg", folder / f"{name}.png") if p.exists()), None)
    if picture is None:
        return None
    mattes = [_matte(path) for path in sorted(folder.glob(f"{name}.matte*.png"))]
    height, width = mattes[0].shape
    ignore = folder / f"{name}.ignore.png"
    ignored = _matte(ignore) if ignore.exists() else np.zeros((height, width), np.float32)
    return MeasuredPhoto(
        name=name, pixels=fit_photo(open_photo(picture), width, height), mattes=tuple(mattes), ignored=ignored
    )


def _matte(path: Path) -> Matte:
    return np.asarray(open_mask(path) / 255, np.float32)


def overlap(matte: Matte, photo: MeasuredPhoto) -> float:
    """Intersection over union of a matte (H, W) with the photo's truth: the best of its readings."""
    seen = photo.ignored < 0.5
    found = (matte > 0.5) & seen
    unions = [((found & (truth > 0.5)).sum(), (found | ((truth > 0.5) & seen)).sum()) for truth in photo.mattes]
    return max(float(both) / max(1, float(either)) for both, either in unions)


def click_on(photo: MeasuredPhoto) -> tuple[float, float]:
    """The point (x, y in fractions) deepest inside the subject."""
    truth = np.pad((photo.mattes[0] > 0.5).astype(np.uint8), 1)  # the picture's edge counts as the subject's
    depth = cv2.distanceTransform(truth, cv2.DIST_L2, 5)[1:-1, 1:-1]
    y, x = np.unravel_index(int(depth.argmax()), depth.shape)
    return (float(x) + 0.5) / depth.shape[1], (float(y) + 0.5) / depth.shape[0]


def box_of(photo: MeasuredPhoto) -> tuple[float, float, float, float]:
    """The subject's bounding box in fractions."""
    rows, columns = np.nonzero(photo.mattes[0] > 0.5)
    height, width = photo.mattes[0].shape
    return (
        float(columns.min()) / width,
        float(rows.min()) / height,
        float(columns.max() + 1) / width,
        float(rows.max() + 1) / height,
    )
