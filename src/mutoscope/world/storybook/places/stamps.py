"""Many small discs and strokes at once, each computed in a small window of pixels around it."""

import math

import torch
from torch import Tensor

from mutoscope.shapes import ClipShape


def chunks(count: int, device: torch.device) -> list[slice]:
    """How many clips to draw at once: a processor's cache holds one, a GPU is kept busy by all of them."""
    return [slice(0, count)] if device.type != "cpu" else [slice(clip, clip + 1) for clip in range(count)]


def stamped(x: Tensor, y: Tensor, radius: Tensor, strength: Tensor, shape: ClipShape) -> Tensor:  # (B, K, H, W)
    """Coverage by discs at x, y with a radius in frame units, all (B, K, N)."""
    thick, strength = _not_thinner_than_a_pixel(radius * shape.height, strength)
    half = math.ceil(float(thick.amax()) + 0.5)
    columns, lines = _windows(x * shape.width, half), _windows(y * shape.height, half)
    across = (columns + 0.5 - (x * shape.width)[..., None])[..., None, :]  # (B, K, N, 1, w)
    down = (lines + 0.5 - (y * shape.height)[..., None])[..., None]  # (B, K, N, h, 1)
    coverage = (thick[..., None, None] + 0.5 - (across.square() + down.square()).sqrt_()).clamp_(0, 1)
    return _gathered(coverage, columns, lines, strength, shape)


def strokes(
    x: Tensor, y: Tensor, along_x: Tensor, along_y: Tensor, radius: Tensor, strength: Tensor, shape: ClipShape
) -> Tensor:  # (B, K, H, W)
    """Coverage by round-ended strokes about x, y that reach `along` to both sides, in frame units, all (B, K, N)."""
    thick, strength = _not_thinner_than_a_pixel(radius * shape.height, strength)
    across, down = along_x * shape.width, along_y * shape.height
    reach = torch.stack([across.abs().amax(), down.abs().amax(), thick.amax()]).tolist()
    columns = _windows(x * shape.width, math.ceil(reach[0] + reach[2] + 0.5))
    lines = _windows(y * shape.height, math.ceil(reach[1] + reach[2] + 0.5))
    coverage = _segment(
        (columns + 0.5 - (x * shape.width)[..., None])[..., None, :],
        (lines + 0.5 - (y * shape.height)[..., None])[..., None],
        across[..., None, None],
        down[..., None, None],
        thick[..., None, None],
    )
    return _gathered(coverage, columns, lines, strength, shape)


def _not_thinner_than_a_pixel(thick: Tensor, strength: Tensor) -> tuple[Tensor, Tensor]:
    """What is thinner than a pixel is drawn a pixel wide, and paler."""
    return thick.clamp_min(0.5), strength * (thick * 2).clamp(max=1)


def _windows(middle: Tensor, half: int) -> Tensor:  # (B, K, N, 2 half + 1)
    """The pixels, along one axis, around each middle."""
    return middle.floor()[..., None] + torch.arange(-half, half + 1, device=middle.device)


def _gathered(coverage: Tensor, columns: Tensor, lines: Tensor, strength: Tensor, shape: ClipShape) -> Tensor:
    """The windows (B, K, N, h, w) laid upon an empty picture; where they overlap, the stronger one counts."""
    height, width = shape.height, shape.width
    shown = ((columns >= 0) & (columns < width))[..., None, :] * strength[..., None, None]
    coverage = coverage * (shown * ((lines >= 0) & (lines < height))[..., None])
    index = lines.clamp(0, height - 1).long()[..., None] * width + columns.clamp(0, width - 1).long()[..., None, :]
    picture = torch.zeros((*strength.shape[:2], height * width), device=coverage.device)
    picture.scatter_reduce_(2, index.flatten(2), coverage.flatten(2), "amax")
    return picture.reshape(*strength.shape[:2], height, width)


def _segment(x: Tensor, y: Tensor, across: Tensor, down: Tensor, thick: Tensor) -> Tensor:
    """Coverage of pixels at x, y from the middle of a stroke."""
    length = (across * across + down * down).clamp_min(1e-9)
    share = ((x * across + y * down) / length).clamp_(-1, 1)
    distance = ((x - share * across).square() + (y - share * down).square()).sqrt_()
    return (thick + 0.5 - distance).clamp_(0, 1)
