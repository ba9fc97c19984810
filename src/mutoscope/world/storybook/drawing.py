"""Draws stories: places, then actors from back to front, each in a window of pixels around it, then the weather."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from mutoscope.seeding import numpy_rng
from mutoscope.shapes import ClipShape
from mutoscope.world.storybook.choreography import choreograph, choreography_rng
from mutoscope.world.storybook.figures import EXTENT, GAITS, INK, Layer, Points, Pose, layers, paint
from mutoscope.world.storybook.flow import story_flow
from mutoscope.world.storybook.places import draw_places, draw_weather, place_nearness
from mutoscope.world.storybook.story import Kind, Story
from mutoscope.world.storybook.tracks import Tracks

_LINE = 0.012  # width of outlines, in frame heights
_THINNEST = 0.75  # pixels
_INNER = 0.6  # of that is the width of lines inside a figure
_KINDS = tuple(Kind)
Seen = tuple[Tensor, Tensor, Tensor]  # x, y and height on the screen, each (B, T, N)
# What a light does to the colours of actors: little, so that all ten stay apart.
_TINTS = ((1.0, 1.0, 1.0), (1.0, 0.96, 0.92), (0.91, 0.92, 0.97))


@dataclass(frozen=True, kw_only=True, eq=False)
class StoryClips:
    """Clips with their truth: frames 0..1; of the rest None what was not asked for.

    `mattes`: how much of each pixel shows an actor. `boxes`: x0, y0, x1, y1 of all of the actor that lies in the
    picture, hidden or not, in fractions; zeros where nothing does. `flow`: pixels from each frame to the next.
    """

    frames: Tensor  # (B, T, 3, H, W)
    tracks: Tracks
    order: Tensor  # (B, N): 0 is farthest away
    boxes: Tensor  # (B, N, T, 4)
    mattes: Tensor | None  # (B, N, T, H, W)
    flow: Tensor | None  # (B, T-1, 2, H, W)


@dataclass(frozen=True, kw_only=True)
class _Budget:
    """How much is drawn at once, and in windows of how many sizes."""

    points: int  # what fits a cache, or fills a GPU
    clips: int  # whose actors are all held at once
    step: float  # from one size of windows to the next: the larger, the fewer and emptier they are


_CPU, _GPU = _Budget(points=1 << 17, clips=16, step=1.4), _Budget(points=1 << 25, clips=1 << 11, step=2.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Canvas:
    """The pictures being painted, as one row of pictures (P = B T), and what is noted of the actors."""

    frames: Tensor  # (P, 3, H, W)
    boxes: Tensor  # (B, N, T, 4)
    mattes: Tensor | None  # (B, N, T, H, W)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Group:
    """Actors of one kind and size of window, to be drawn together, from back to front."""

    kind: Kind
    where: tuple[Tensor, Tensor, Tensor]  # clip, frame and slot, each (I,)
    depths: tuple[int, ...]  # those of depth d are depths[d] to depths[d + 1]
    width: int  # of the windows, in pixels
    height: int


@dataclass(frozen=True, kw_only=True, eq=False)
class _Cutouts:
    """Actors in their windows, cut out along their outlines."""

    group: _Group
    left: Tensor  # (I,) of the windows, in pixels
    top: Tensor
    colour: Tensor  # (I, 3, h, w)
    alpha: Tensor  # (I, h, w)


def render_stories(
    stories: Sequence[Story],
    shape: ClipShape,
    seed: int,
    device: torch.device | str = "cpu",
    *,
    mattes: bool = False,
    flow: bool = False,
) -> StoryClips:
    """The clips of a batch of stories; the same seed draws the same pixels on the same device."""
    tracks = choreograph(stories, shape, choreography_rng(seed))
    generator = torch.Generator(device).manual_seed(int(numpy_rng(seed, "places").integers(2**62)))
    return render_tracks(tracks, shape, generator, mattes=mattes, flow=flow)


def render_tracks(
    host: Tracks, shape: ClipShape, generator: torch.Generator, *, mattes: bool = False, flow: bool = False
) -> StoryClips:
    """The clips of tracks that lie on the CPU, drawn where the generator lives."""
    device = generator.device
    tracks = host.to(device)
    state = generator.get_state()
    wind = tracks.weather[..., 3]
    frames = draw_places(tracks.place, tracks.light, tracks.camera, wind, shape, generator)
    clips, slots = host.present.shape
    size = (clips, slots, shape.frames)
    canvas = _Canvas(
        frames=frames.flatten(0, 1).contiguous(),
        boxes=torch.zeros((*size, 4), device=device),
        mattes=torch.zeros((*size, shape.height, shape.width), device=device) if mattes or flow else None,
    )
    seen = tracks.seen()
    budget = _CPU if device.type == "cpu" else _GPU
    for first in range(0, clips, budget.clips):
        some = range(first, min(first + budget.clips, clips))
        cutouts = [_cut_out(tracks, seen, group, shape) for group in _groups(host, some, shape, budget, device)]
        for depth in range(slots):
            for cutout in cutouts:
                _blend(canvas, cutout, depth)
    seconds = torch.arange(shape.frames, device=device) / shape.fps
    drawn = canvas.frames.view(clips, shape.frames, 3, shape.height, shape.width)
    frames = draw_weather(drawn, tracks.weather, seconds, generator)
    moved = None
    if flow and canvas.mattes is not None:
        again = torch.Generator(device)
        again.set_state(state)
        nearness = place_nearness(tracks.place, tracks.light, tracks.camera, wind, shape, again)
        moved = story_flow(tracks, canvas.mattes, nearness, shape)
    return StoryClips(
        frames=frames, tracks=tracks, order=tracks.order, boxes=canvas.boxes, mattes=canvas.mattes, flow=moved
    )


def _groups(host: Tracks, clips: range, shape: ClipShape, budget: _Budget, device: torch.device) -> Iterator[_Group]:
    """Windows of a few sizes only, and no more of them at once than is good for the memory."""
    half = host.seen()[2][clips.start : clips.stop].numpy() * shape.height / 2
    clip, frame, slot = (part.ravel() for part in np.indices(half.shape))
    clip += clips.start
    kind, depth = host.kind.numpy()[clip, slot], host.order.numpy()[clip, slot]
    upright = np.abs(host.turn.numpy()).max(1)[clip, slot] < 0.01
    step = np.ceil(np.log(np.maximum(half.ravel(), 4) / 4) / np.log(budget.step)).astype(int)
    key = (kind * 2 + upright) * 64 + step
    chosen = np.flatnonzero(host.present.numpy()[clip, slot])
    chosen = chosen[np.lexsort((depth[chosen], key[chosen]))]
    cuts = [0, *(np.flatnonzero(np.diff(key[chosen])) + 1), len(chosen)]
    where = torch.from_numpy(np.stack([part[chosen] for part in (clip, frame, slot)])).to(device)
    edge = 2 * (max(_THINNEST, _LINE * shape.height) + 1.5)
    for start, end in pairwise(cuts if len(chosen) else []):
        one = chosen[start]
        wide, high = EXTENT[_KINDS[kind[one]]]
        if not upright[one]:
            wide = high = float(np.hypot(wide, high))
        largest = 4 * budget.step ** step[one]
        width, height = (
            min(int(2 * extent * largest + edge) + 1, full)
            for extent, full in ((wide, shape.width), (high, shape.height))
        )
        most = max(1, budget.points // (width * height))
        for first in range(start, end, most):
            some = slice(first, min(first + most, end))
            depths = np.searchsorted(depth[chosen[some]], np.arange(host.present.shape[1] + 1)).tolist()
            own_clips, frames, slots = where[:, some]
            yield _Group(
                kind=_KINDS[kind[one]],
                where=(own_clips, frames, slots),
                depths=tuple(depths),
                width=width,
                height=height,
            )


def _cut_out(tracks: Tracks, seen: Seen, group: _Group, shape: ClipShape) -> _Cutouts:
    """Draw the actors of a group."""
    where, device = group.where, tracks.x.device
    x, y, tall = (value[where] for value in seen)
    x, y, half = x * shape.width, y * shape.height, tall * shape.height / 2
    left = (x - group.width / 2).round().clamp(0, shape.width - group.width)
    top = (y - group.height / 2).round().clamp(0, shape.height - group.height)
    column, row = torch.arange(group.width, device=device), torch.arange(group.height, device=device)
    across = left[:, None] + column + 0.5 - x[:, None]  # (I, w) pixels from the middle
    down = top[:, None] + row + 0.5 - y[:, None]  # (I, h)
    turn, facing = tracks.turn[where], tracks.facing[where]
    cos, sin = torch.cos(turn) / half, torch.sin(turn) / half
    points = Points(
        x=(across * (cos * facing)[:, None])[:, None, :] + (down * (sin * facing)[:, None])[:, :, None],
        y=(down * cos[:, None])[:, :, None] - (across * sin[:, None])[:, None, :],
    )
    names = ("phase", *GAITS, "sway", "rgb")
    pose = Pose(**{name: getattr(tracks, name)[where] for name in names})
    tint = tracks.light[where[:2]] @ torch.cat([paint(tint, device) for tint in _TINTS])
    line = max(_THINNEST, _LINE * shape.height)
    colour, alpha = _painted(layers(group.kind, points, pose), half, line)
    return _Cutouts(
        group=group, left=left.long(), top=top.long(), colour=colour.mul_(tint[:, :, None, None]), alpha=alpha
    )


def _painted(figure: list[Layer], half: Tensor, line: float) -> tuple[Tensor, Tensor]:
    """Colours (I, 3, h, w) and coverage (I, h, w) of figures whose half height is `half` (I,) pixels."""
    scale = half[:, None, None]
    outside = figure[0].distance
    for layer in figure[1:]:
        outside = torch.minimum(outside, layer.distance)
    alpha = _covered(outside, scale, line)
    ink = paint(INK, half.device)[:, :, None, None]
    colour = ink.expand(len(half), 3, *alpha.shape[1:]).contiguous()
    for layer in figure:
        if layer.inked:
            colour.lerp_(ink, _covered(layer.distance, scale, _INNER * line)[:, None])
        rgb = layer.colour if isinstance(layer.colour, Tensor) else paint(layer.colour, half.device)
        colour.lerp_(rgb[:, :, None, None], _covered(layer.distance, scale, 0.0)[:, None])
    return colour, alpha


def _covered(distance: Tensor, scale: Tensor, line: float) -> Tensor:
    """How much of each pixel is nearer than a line's width, in pixels, to what has this distance in half heights."""
    return (distance * -scale).add_(0.5 + line).clamp_(0, 1)


def _blend(canvas: _Canvas, cutouts: _Cutouts, depth: int) -> None:
    """Lay those of one depth over the pictures; no two of them lie in the same one."""
    start, end = cutouts.group.depths[depth : depth + 2]
    if start == end:
        return
    clip, frame, slot = (part[start:end] for part in cutouts.group.where)
    left, top, alpha = cutouts.left[start:end], cutouts.top[start:end], cutouts.alpha[start:end]
    colour = cutouts.colour[start:end]
    height, width = canvas.frames.shape[2:]
    frames_per_clip = canvas.boxes.shape[2]
    row = top[:, None] + torch.arange(alpha.shape[1], device=top.device)
    column = left[:, None] + torch.arange(alpha.shape[2], device=top.device)
    inside = row[:, :, None] * width + column[:, None, :]  # (I, h, w) index of a pixel in its picture
    picture = (clip * frames_per_clip + frame)[:, None, None]
    channels = torch.arange(3, device=top.device)[:, None, None]
    index = ((picture[:, None] * 3 + channels) * (height * width) + inside[:, None]).flatten()
    pixels = canvas.frames.view(-1)
    below = pixels[index].view_as(colour)
    pixels[index] = below.lerp_(colour, alpha[:, None]).flatten()
    canvas.boxes[clip, slot, frame] = _boxes(alpha, left, top, width, height)
    if canvas.mattes is not None:
        slots = canvas.mattes.shape[1]
        every = torch.arange(slots, device=top.device)[:, None, None]
        matte = (clip[:, None, None, None] * slots + every) * frames_per_clip + frame[:, None, None, None]
        index = (matte * (height * width) + inside[:, None]).flatten()
        values = canvas.mattes.view(-1)
        kept = values[index].view(len(alpha), slots, *alpha.shape[1:]) * (1 - alpha[:, None])
        own = (every == slot[:, None, None, None]).to(alpha)
        values[index] = (kept + own * alpha[:, None]).flatten()


def _boxes(alpha: Tensor, left: Tensor, top: Tensor, width: int, height: int) -> Tensor:
    """(I, 4) in fractions of the picture."""
    columns, rows = alpha.amax(1) > 0.5, alpha.amax(2) > 0.5

    def ends(seen: Tensor, start: Tensor, full: int) -> tuple[Tensor, Tensor]:
        number = torch.arange(seen.shape[1], device=seen.device)
        first = torch.where(seen, number, seen.shape[1]).amin(1)
        last = torch.where(seen, number, -1).amax(1)
        return (start + first) / full, (start + last + 1) / full

    x0, x1 = ends(columns, left, width)
    y0, y1 = ends(rows, top, height)
    return torch.stack([x0, y0, x1, y1], 1) * columns.any(1, keepdim=True)
