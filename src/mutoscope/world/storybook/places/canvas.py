"""A canvas on which a place is painted from back to front."""

import torch
from torch import Tensor

from mutoscope.world.storybook.places.stamps import stamped
from mutoscope.world.storybook.places.view import View

TINT = 39  # the key of the chances of a clip's tint


class Canvas:
    """A group of clips that are painted from back to front: their colours, or the nearness of what is seen."""

    def __init__(self, view: View, pixels: Tensor) -> None:
        """pixels (B, K, 3, H, W) take colours, pixels (B, K, 1, H, W) take nearness."""
        self.view, self.pixels = view, pixels
        self._depth = pixels.shape[2] == 1
        self._tint = 0.03 * (view.chance[:, TINT, None, :3] - 0.5)

    def colour(self, swatch: Tensor) -> Tensor:  # (B, K, 3)
        """A swatch in the light of each frame; every clip mixes its paints a little differently."""
        return self.view.light @ swatch.to(self.view.light) + self._tint

    def fill(self, colour: Tensor, nearness: float) -> None:
        """Fills everything with a colour (B, K, 3, 1 or H, 1 or W)."""
        if self._depth:
            self.pixels.fill_(nearness)
        else:
            self.pixels.copy_(colour.expand_as(self.pixels))

    def gradient(self, high: Tensor, low: Tensor, top: float, bottom: float, nearness: float) -> None:
        """Fills everything: a swatch at and above `top`, another one at and below `bottom`."""
        share = ((self.view.y(nearness) - top) / (bottom - top)).clamp(0, 1)[:, :, None]
        one, other = self.colour(high)[..., None, None], self.colour(low)[..., None, None]
        self.fill(torch.lerp(one, other, share), nearness)

    def paint(self, coverage: Tensor, swatch: Tensor, nearness: float, rows: slice = slice(None)) -> None:
        """Blends a swatch in; coverage (B, K, h, 1 or W) in 0..1 of the given rows."""
        self.blend(coverage, self.colour(swatch)[..., None, None], nearness, rows)

    def blend(self, coverage: Tensor, colour: Tensor, nearness: float, rows: slice = slice(None)) -> None:
        """Blends a colour (B, K, 3, 1 or h, 1 or W) in, which may differ from place to place."""
        seen = self.pixels[..., rows, :]
        if self._depth:
            seen.masked_fill_(coverage[:, :, None] > 0.5, nearness)
        else:
            seen.lerp_(colour, coverage[:, :, None])

    def dots(self, x: Tensor, y: Tensor, radius: Tensor, swatch: Tensor, nearness: float, strength: Tensor) -> None:
        """Small discs at points of the world (B, N) or (B, K, N); radius (B, N) of the frame, strength (B, K, N)."""
        across, down = self.view.seen_at(x, y, nearness)
        size = radius[:, None] * self.view.gain[..., 0]
        coverage = stamped(across, down, size.expand_as(across), strength.expand_as(across), self.view.shape)
        self.paint(coverage, swatch, nearness)
