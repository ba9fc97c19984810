"""Scenery: which place a frame shows in which light, by how like its bands of colour are to those that the world paints."""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise, product

import numpy as np
import torch
from numpy.typing import NDArray

from mutoscope.evaluation.storybook.colours import Frames, Mask
from mutoscope.shapes import ClipShape
from mutoscope.world.storybook.places import draw_places, draw_weather
from mutoscope.world.storybook.story import Light, Place, Weather

Array = NDArray[np.float64]
_BANDS = 12
_QUARTERS = (0.2, 0.5, 0.8)  # of the colours of a band
_FEWEST = 0.1  # of a band must be seen
_EVERY = 2  # frames
_UNLIKE = 18.0  # levels of 255: what is farther from all that the world paints is none of it
_DRAWN = 4  # of every place in every light and weather
_NEAREST = 5
_LIT_ALIKE = (Place.PLAIN, Place.SPACE)  # where it is always day
_DRY = (Place.ROOM, Place.SPACE, Place.UNDERWATER)


@dataclass(frozen=True, kw_only=True, eq=False)
class Scenery:
    """What T frames show around their actors: one place, and the light of each frame."""

    place: Place | None  # None: like nothing that the world paints
    lights: tuple[Light, ...]  # (T,)
    tone: Array  # (T, 3) mean colour, levels of 255


def scenery_of(frames: Frames, bare: NDArray[np.bool_]) -> Scenery:
    """The place and the lights of frames (T, H, W, 3), of which `bare` (T, H, W) shows no actor."""
    known, places, lights = _known()
    looked = np.arange(0, len(frames), _EVERY)
    far = np.stack([np.abs(known - _bands(frames[at], bare[at])).mean(1) for at in looked])
    nearest = np.sort(far, axis=1)[:, _NEAREST - 1, None]
    weight = (far <= nearest) / (far + 0.5)
    place = int(np.bincount(places, weight.sum(0)).argmax())
    here = np.where(places == place, far, np.inf)
    lit = lights[here.argmin(1)][np.abs(looked - np.arange(len(frames))[:, None]).argmin(1)]
    unlike = float(np.median(far.min(1))) > _UNLIKE
    tone = np.stack([frame[seen if seen.any() else ~seen].mean(0) for frame, seen in zip(frames, bare, strict=True)])
    return Scenery(
        place=None if unlike else tuple(Place)[place], lights=tuple(tuple(Light)[index] for index in lit), tone=tone
    )


def _bands(frame: Frames, bare: Mask) -> Array:  # (H, W, 3), (H, W) -> (D,)
    """Percentiles of each channel in each band of rows; what is hidden is taken from the next band that is not."""
    edges = np.linspace(0, len(frame), _BANDS + 1).astype(int)
    found = np.full((_BANDS, len(_QUARTERS), 3), np.nan)
    for band, (top, bottom) in enumerate(pairwise(edges)):
        seen = np.sort(frame[top:bottom:2, ::2][bare[top:bottom:2, ::2]], axis=0)
        if len(seen) > _FEWEST * (bottom - top) * frame.shape[1] / 4:
            found[band] = seen[[int(share * (len(seen) - 1)) for share in _QUARTERS]]
    shown = np.flatnonzero(~np.isnan(found[:, 0, 0]))
    if not len(shown):
        return np.zeros(found.size)
    return np.asarray(found[shown[np.abs(shown - np.arange(_BANDS)[:, None]).argmin(1)]].ravel())


@cache
def _known() -> tuple[Array, NDArray[np.int64], NDArray[np.int64]]:  # (N, D), (N,), (N,)
    """The bands of many frames without actors, their places and their lights; drawn once."""
    words = [
        (place, light, weather)
        for place, light, weather in product(Place, Light, Weather)
        if (light is Light.DAY or place not in _LIT_ALIKE) and (weather is Weather.CLEAR or place not in _DRY)
        for _ in range(_DRAWN)
    ]
    rng, generator = np.random.default_rng(7), torch.Generator().manual_seed(7)
    shape = ClipShape(frames=1, height=64, width=64, fps=8)
    places, lights, weathers = tuple(Place), tuple(Light), tuple(Weather)
    camera = np.zeros((len(words), 1, 3), np.float32)
    camera[:, 0, 0] = rng.uniform(-0.17, 0.17, len(words))
    camera[:, 0, 2] = rng.uniform(-0.28, 0.28, len(words)) * (rng.random(len(words)) < 0.5)
    light = np.eye(3, dtype=np.float32)[[lights.index(word[1]) for word in words]][:, None]
    weather = np.eye(4, dtype=np.float32)[[weathers.index(word[2]) for word in words]][:, None]
    place = torch.tensor([places.index(word[0]) for word in words])
    wind = torch.from_numpy(weather[..., 3].copy())
    frames = draw_places(place, torch.from_numpy(light), torch.from_numpy(camera), wind, shape, generator)
    frames = draw_weather(frames, torch.from_numpy(weather), torch.zeros(1), generator)
    pixels = (frames[:, 0].permute(0, 2, 3, 1).clamp(0, 1) * 255).round().byte().numpy()
    everything = np.ones(pixels.shape[1:3], bool)
    return np.stack([_bands(frame, everything) for frame in pixels]), place.numpy(), light[:, 0].argmax(1)
