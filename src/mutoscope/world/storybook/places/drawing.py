"""Draws the places of a batch of clips: once where every frame would be the same, frame by frame where not."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from mutoscope.shapes import ClipShape
from mutoscope.world.storybook.places import built, country, water
from mutoscope.world.storybook.places.canvas import Canvas
from mutoscope.world.storybook.places.stamps import chunks
from mutoscope.world.storybook.places.view import CELLS, KEYS, View
from mutoscope.world.storybook.story import Place

PLACES = tuple(Place)  # an index into this is what a batch calls a place


@dataclass(frozen=True, kw_only=True)
class Painting:
    """How a place is painted: what stands still, what moves of its own accord before it; and the line to stand on."""

    still: Callable[[Canvas], None]
    moving: Callable[[Canvas], None] | None = None
    ground: float | None = None


_PAINTINGS: dict[Place, Painting] = {
    Place.PLAIN: Painting(still=built.plain),
    Place.MEADOW: Painting(still=country.meadow, ground=0.84),
    Place.BEACH: Painting(still=water.beach, moving=water.beach_moving, ground=0.86),
    Place.SEA: Painting(still=water.sea, moving=water.sea_moving, ground=0.76),
    Place.UNDERWATER: Painting(still=water.under_water, moving=water.under_water_moving),
    Place.CITY: Painting(still=built.city, ground=0.87),
    Place.SNOW: Painting(still=country.snow_field, ground=0.84),
    Place.DESERT: Painting(still=country.desert, ground=0.84),
    Place.FOREST: Painting(still=country.forest, ground=0.86),
    Place.ROOM: Painting(still=built.room, ground=0.87),
    Place.SPACE: Painting(still=built.space),
}


def ground_of(place: Place) -> float | None:
    """The height y of the line to stand on (of the sea: to float on); None where there is none."""
    return _PAINTINGS[place].ground


def draw_places(
    place: Tensor, light: Tensor, camera: Tensor, wind: Tensor, shape: ClipShape, generator: torch.Generator
) -> Tensor:  # (B, T, 3, H, W) in 0..1
    """The places of a batch of clips.

    place (B,) indexes `PLACES`; light (B, T, 3) weights of day, sunset and night; camera (B, T, 3) x, y and log zoom;
    wind (B, T) in 0..1. A point p of the actors' plane is seen at (p - 0.5 - c) * exp(zoom) + 0.5; what is far, and
    of the nearness n, at (p - 0.5 - n c) * exp(zoom) + 0.5.
    """
    return _draw(place, Crowd(camera, light, wind, _chance(place, generator), shape), channels=3)


def place_nearness(
    place: Tensor, light: Tensor, camera: Tensor, wind: Tensor, shape: ClipShape, generator: torch.Generator
) -> Tensor:  # (B, T, H, W)
    """The nearness of what is seen at each pixel of draw_places, for a generator in the same state."""
    return _draw(place, Crowd(camera, light, wind, _chance(place, generator), shape), channels=1)[:, :, 0]


@dataclass(frozen=True, eq=False)
class Crowd:
    """Clips: camera (B, T, 3), light (B, T, 3), wind (B, T), chance (B, KEYS, CELLS)."""

    camera: Tensor
    light: Tensor
    wind: Tensor
    chance: Tensor
    shape: ClipShape

    def part(self, clips: slice | Tensor) -> "Crowd":
        """Some of them."""
        return Crowd(self.camera[clips], self.light[clips], self.wind[clips], self.chance[clips], self.shape)

    def held(self) -> list[bool]:
        """Of which clips every frame looks the same, but for what moves of its own accord."""
        camera, light = self.camera - self.camera[:, :1], self.light - self.light[:, :1]
        changes = torch.cat([camera, light, self.wind[..., None]], dim=2).abs().amax((1, 2))
        return [change < 1e-6 for change in changes.tolist()]

    def canvas(self, frames: slice, channels: int, into: Tensor | None = None) -> Canvas:
        """What some frames are painted on: a given tensor or a new one, (B, K, channels, H, W)."""
        times = torch.arange(self.shape.frames, device=self.camera.device)[frames] / self.shape.fps
        parts = (self.camera[:, frames], self.light[:, frames], self.wind[:, frames])
        view = View(*parts, self.chance, times, self.shape)
        size = (len(self.camera), len(times), channels, self.shape.height, self.shape.width)
        return Canvas(view, torch.empty(size, device=self.camera.device) if into is None else into)


def _chance(place: Tensor, generator: torch.Generator) -> Tensor:
    return torch.rand((len(place), KEYS, CELLS), generator=generator, device=generator.device).to(place.device)


def _draw(place: Tensor, crowd: Crowd, channels: int) -> Tensor:  # (B, T, channels, H, W)
    """Clips of the same place together; those of which every frame looks the same are painted once."""
    shape, device = crowd.shape, crowd.camera.device
    held = crowd.held()
    groups: dict[tuple[int, bool], list[int]] = {}
    for clip, number in enumerate(place.tolist()):
        groups.setdefault((number, held[clip]), []).append(clip)
    drawn = torch.empty((len(place), shape.frames, channels, shape.height, shape.width), device=device)
    for (number, same), members in groups.items():
        painting, index = _PAINTINGS[PLACES[number]], torch.tensor(members, device=device)
        group = crowd.part(index)
        backdrop = None
        if same:
            canvas = group.canvas(slice(0, 1), channels)
            painting.still(canvas)
            backdrop = canvas.pixels
        for chunk in chunks(len(members), device):
            whole = members[chunk]
            # One clip is painted where it belongs; several, which need not lie side by side, are copied there.
            alone = drawn[whole[0] : whole[0] + 1] if len(whole) == 1 else None
            canvas = group.part(chunk).canvas(slice(None), channels, alone)
            _paint(painting, canvas, None if backdrop is None else backdrop[chunk])
            if alone is None:
                drawn[index[chunk]] = canvas.pixels
    return drawn


def _paint(painting: Painting, canvas: Canvas, backdrop: Tensor | None) -> None:
    """Every frame, before a backdrop (B, 1, channels, H, W) where it is painted already."""
    if backdrop is None:
        painting.still(canvas)
    else:
        canvas.pixels.copy_(backdrop.expand_as(canvas.pixels))
    if painting.moving is not None:
        painting.moving(canvas)
