"""Draws moving shapes: where each is at every frame, its outline, and the ground behind it."""

import math
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mutoscope.codecs.latent_code import STRIDE
from mutoscope.codecs.track_code import ACTORS, CHANNELS, KIND, MOMENT, MOMENTS, PRESENT, by_times
from mutoscope.seeding import numpy_rng
from mutoscope.shapes import ClipShape
from mutoscope.world.moving_shapes.grounds import draw_grounds
from mutoscope.world.moving_shapes.story import RGB, SIDE, TOWARDS, Motion, MovingShape, Shape
from mutoscope.world.world import DrawnClips

STEP = {Motion.STRAIGHT: 1.0, Motion.DIAGONAL: 1.05, Motion.ZIGZAG: 1.0}  # pixels a frame, along each axis it goes
SWAY, PERIOD = 6.0, 8  # of a zigzag: pixels to either side, frames


def draw_shapes(
    stories: Sequence[MovingShape], shape: ClipShape, seed: int, device: torch.device | str = "cpu"
) -> DrawnClips:
    """Clips of moving shapes, whole in every frame, with soft edges; the same seed draws the same pixels."""
    rng = _chance(seed)
    centres = torch.from_numpy(_paths(stories, shape, rng)).float().to(device)
    generator = torch.Generator(device).manual_seed(int(rng.integers(2**62)))
    palette = torch.tensor([RGB[story.colour] for story in stories], device=device) / 255
    taken = torch.tensor(list(RGB.values()), device=device) / 255
    grounds = draw_grounds(len(stories), shape.frames, shape.height, taken, generator)
    half = torch.tensor([SIDE[story.size] / 2 for story in stories], device=device)
    kinds = torch.tensor([tuple(Shape).index(story.shape) for story in stories], device=device)
    covered = _covered(centres, half, kinds, shape)
    frames = torch.lerp(grounds, palette[:, None, :, None, None], covered[:, :, None])
    return DrawnClips(frames, covered)


def track_shapes(stories: Sequence[MovingShape], shape: ClipShape, seed: int) -> Tensor:
    """The track code (B, T', N, C) of the same clips: one actor, whose kind is its place among the shapes, and room for more."""
    code = torch.zeros(len(stories), 1 + (shape.frames - 1) // STRIDE, ACTORS, CHANNELS)
    paths = _paths(stories, shape, _chance(seed)) / (shape.width, shape.height)
    for row, story, path in zip(code[:, :, 0], stories, paths, strict=True):
        moments = torch.zeros(1, shape.frames, 1, MOMENT)
        moments[0, :, 0, :2] = torch.from_numpy(path)
        moments[0, :, 0, 2] = math.log(SIDE[story.size] / shape.height)
        moments[0, :, 0, 3] = 1  # the cosine of no turn
        moments[0, :, 0, 5:] = torch.tensor(RGB[story.colour]) / 255
        row[:, MOMENTS] = by_times(moments)[0, :, 0]
        row[:, PRESENT] = row[:, KIND.start + tuple(Shape).index(story.shape)] = 1
    return code


def path_of(motion: Motion, towards: tuple[int, int], frames: int, phase: float = 0.0) -> NDArray[np.float64]:
    """(T, 2) right and down from where it begins; `phase` of a zigzag in 0..1 periods."""
    times = np.arange(frames)[:, None]
    path = np.array(towards) * STEP[motion] * times
    if motion is Motion.ZIGZAG:
        turn = (times / PERIOD + phase) % 1
        sideways = np.array([abs(towards[1]), abs(towards[0])])
        path = path + sideways * SWAY * (4 * np.abs(turn - 0.5) - 1)
    return np.asarray(path, np.float64)


def _chance(seed: int) -> np.random.Generator:
    return numpy_rng(seed, "moving shapes")


def _paths(stories: Sequence[MovingShape], shape: ClipShape, rng: np.random.Generator) -> NDArray[np.float64]:
    """(B, T, 2) centres of clips in pixels: the first that their chance decides."""
    return np.stack([_placed(story, shape, rng) for story in stories])


def _placed(story: MovingShape, shape: ClipShape, rng: np.random.Generator) -> NDArray[np.float64]:
    """(T, 2) centres in pixels, anywhere the whole path has room."""
    path = path_of(story.motion, TOWARDS[story.direction], shape.frames, float(rng.random()))
    path -= path.min(0)
    room = np.array([shape.width, shape.height]) - SIDE[story.size] - path.max(0)
    return np.asarray(path + SIDE[story.size] / 2 + rng.random(2) * room)


def _covered(centres: Tensor, half: Tensor, kinds: Tensor, shape: ClipShape) -> Tensor:
    """(B, T, H, W) how much of each pixel the shape covers, by its distance from the edge."""
    down, across = (
        torch.arange(shape.height, device=half.device) + 0.5,
        torch.arange(shape.width, device=half.device) + 0.5,
    )
    x = (across - centres[..., :1])[:, :, None]  # (B, T, 1, W)
    y = (down - centres[..., 1:])[..., None]  # (B, T, H, 1)
    r, kind = half[:, None, None, None], kinds[:, None, None, None]
    square = r - torch.maximum(x.abs(), y.abs())
    circle = r - (x.square() + y.square()).sqrt()
    # As wide and as high as the square, its tip up.
    triangle = torch.minimum(r - y, (r + y - 2 * x.abs()) / 5**0.5)
    inside = torch.where(kind == 0, square, torch.where(kind == 1, circle, triangle))
    return (inside + 0.5).clamp(0, 1)
