"""Crops of a person's own photos, to be backgrounds of collages: real clutter, where the made-up one is too tidy."""

from functools import cache
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from mutoscope.errors import MutoscopeError
from mutoscope.media.photos import open_photo
from mutoscope.world.textures import uniform

_KEPT = 384  # pixels on the short side that are kept of a photo
_SMALLEST = 0.4  # share of the short side that a crop takes at least


@cache
def read_crops(folder: Path) -> tuple[Tensor, ...]:
    """The middles (3, S, S) uint8 of all photos of a folder. Errors: MutoscopeError if there is none."""
    paths = sorted(path for path in folder.glob("*") if path.suffix.lower() in (".jpg", ".jpeg", ".png", ".webp"))
    if not paths:
        raise MutoscopeError(
            f"There are no photos in {folder}.", "Crops are taken of .jpg, .png or .webp files.", "Name another folder."
        )
    return tuple(_middle(open_photo(path)) for path in paths)


def draw_crops(photos: tuple[Tensor, ...], count: int, size: int, rng: torch.Generator) -> Tensor:
    """(B, 3, size, size) float 0..1: random squares of random photos, mirrored half of the time."""
    which = torch.randint(0, len(photos), (count,), generator=rng, device=rng.device).tolist()
    shares = uniform(rng, _SMALLEST, 1, count).tolist()
    places = uniform(rng, 0, 1, count, 3).tolist()
    drawn = torch.empty(count, 3, size, size, device=rng.device)
    for row, (index, share, (left, top, mirror)) in enumerate(zip(which, shares, places, strict=True)):
        photo = photos[index].to(rng.device)
        side = max(8, round(share * photo.shape[-1]))
        x, y = round(left * (photo.shape[-1] - side)), round(top * (photo.shape[-1] - side))
        crop = photo[None, :, y : y + side, x : x + side].float() / 255
        crop = F.interpolate(crop, (size, size), mode="bilinear", antialias=True)[0]
        drawn[row] = crop.flip(-1) if mirror < 0.5 else crop
    return drawn


def _middle(pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Tensor:
    height, width = pixels.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = np.ascontiguousarray(pixels[top : top + side, left : left + side])
    kept = min(side, _KEPT)
    return torch.from_numpy(cv2.resize(square, (kept, kept), interpolation=cv2.INTER_AREA)).permute(2, 0, 1)
