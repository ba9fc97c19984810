"""What the camera sees of a place: coordinates by depth, the size of a pixel, and the chances of a clip's scenery."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mutoscope.shapes import ClipShape

KEYS, CELLS = 40, 61  # how many attributes scenery can have, and after how many cells a row of things repeats


@dataclass(frozen=True, kw_only=True, eq=False)
class Row:
    """A row of cells along x, one thing to each: `local` x from the middle of a cell and its `number`, (B, K, 1, W)."""

    local: Tensor
    number: Tensor


class View:
    """K frames of B clips; K is 1 where every frame of a clip would look the same.

    A thing of `nearness` 1 stands in the plane of the actors, one of 0 at infinity: a pan moves it by that share.
    """

    def __init__(
        self, camera: Tensor, light: Tensor, wind: Tensor, chance: Tensor, seconds: Tensor, shape: ClipShape
    ) -> None:
        """camera (B, K, 3), light (B, K, 3), wind (B, K), chance (B, KEYS, CELLS) in 0..1, seconds (K,)."""
        self.light, self.chance, self.shape = light, chance, shape
        self.wind, self.seconds = wind[..., None, None], seconds[:, None, None]
        self.gain = camera[..., 2].exp()[..., None, None]
        self.pixel = 1 / (shape.height * self.gain)  # (B, K, 1, 1) in frame units
        self.pan_x, self.pan_y = camera[..., 0, None, None], camera[..., 1, None, None]
        self._u = (_middles(shape.width, camera.device) - 0.5) / self.gain + 0.5
        self._v = (_middles(shape.height, camera.device)[:, None] - 0.5) / self.gain + 0.5
        seen = camera.detach().cpu().numpy()
        self._pan_rows, self._gain_rows = seen[..., 1], np.exp(seen[..., 2])
        self.night = float(light[..., 2].max())  # whether it is night anywhere

    def x(self, nearness: float = 1.0) -> Tensor:  # (B, K, 1, W)
        """The world's x of every column."""
        return self._u + nearness * self.pan_x

    def y(self, nearness: float = 1.0, rows: slice = slice(None)) -> Tensor:  # (B, K, h, 1)
        """The world's y of every row of pixels."""
        return self._v[..., rows, :] + nearness * self.pan_y

    def seen_at(self, x: Tensor, y: Tensor, nearness: float) -> tuple[Tensor, Tensor]:  # 2 x (B, K, N)
        """Where points x, y (B, N) or (B, K, N) are on the screen, in frame units."""
        x, y = (value if value.dim() == 3 else value[:, None] for value in (x, y))
        gain = self.gain[..., 0]
        return (x - 0.5 - nearness * self.pan_x[..., 0]) * gain + 0.5, (
            y - 0.5 - nearness * self.pan_y[..., 0]
        ) * gain + 0.5

    def rows(self, top: float, bottom: float, nearness: float) -> slice:
        """The rows of pixels that show anything between two heights of the world, in any clip and frame."""
        height = self.shape.height
        low = ((top - 0.5 - nearness * self._pan_rows) * self._gain_rows + 0.5).min() * height - 1
        high = ((bottom - 0.5 - nearness * self._pan_rows) * self._gain_rows + 0.5).max() * height + 1
        first, last = (int(min(max(value, 0), height)) for value in (np.floor(low), np.ceil(high)))
        return slice(first, max(last, first))

    def random(self, key: int) -> Tensor:  # (B, 1, 1, 1)
        """A chance of the clip."""
        return self.chance[:, key, :1, None, None]

    def randoms(self, key: int, count: int) -> Tensor:  # (B, count)
        """Chances of a clip, for that many things."""
        keys = -(-count // CELLS)
        return self.chance[:, key : key + keys].flatten(1)[:, :count]

    def row(self, period: float, nearness: float, key: int) -> Row:
        """Cells of a width, from a random start."""
        place = self.x(nearness) / period + 7 * self.random(key)
        number = place.floor()
        return Row(local=(place - number - 0.5) * period, number=number.long() % CELLS)

    def of(self, row: Row, key: int) -> Tensor:  # (B, K, 1, W)
        """The chance of each cell's thing."""
        clips, frames, _, width = row.number.shape
        table = self.chance[:, key, None].expand(clips, frames, CELLS)
        return table.gather(2, row.number.reshape(clips, frames, width))[:, :, None]

    def inside(self, distance: Tensor) -> Tensor:
        """How much of each pixel is covered by what has this signed distance (negative inside), in frame units."""
        return (0.5 - distance / self.pixel).clamp_(0, 1)


def _middles(count: int, device: torch.device) -> Tensor:
    return (torch.arange(count, device=device, dtype=torch.float32) + 0.5) / count
