"""Patterns: what every kind looks like to the parser, taken from pictures that the world itself draws."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from mutoscope.evaluation.storybook.colours import COLOURS, inked, label_pixels
from mutoscope.evaluation.storybook.regions import actor_regions
from mutoscope.evaluation.storybook.silhouettes import Silhouette, silhouette
from mutoscope.shapes import ClipShape
from mutoscope.world.storybook.cast import SHAPES, THINGS
from mutoscope.world.storybook.drawing import render_stories
from mutoscope.world.storybook.story import Act, Action, Actor, Beat, Colour, Kind, Size, Story

Array = NDArray[np.float64]
READ = (*SHAPES, *THINGS)  # the kinds that can be read so far
_UNLIKE = 0.075  # what differs more than this from all patterns is none of the kinds

# In how many positions, turned, a kind looks the same; 0: in all of them, but for its marks.
SYMMETRY: Mapping[Kind, int] = MappingProxyType(
    {**dict.fromkeys(Kind, 1), Kind.CIRCLE: 0, Kind.BALL: 0, Kind.SQUARE: 4, Kind.TRIANGLE: 3, Kind.STAR: 5}
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Pattern:
    """One kind at one size, as the world draws it upright."""

    kind: Kind
    seen: Silhouette
    height: float  # of the kind over the root of the area that is seen of it
    form: Array
    middle: Array  # (2,) of the kind, as seen from the middle of what is seen of it, over the root of the area


@cache
def patterns(pixels: int) -> tuple[Pattern, ...]:
    """The patterns at a picture height, drawn once."""
    return tuple(_drawn(pixels))


def most_like(seen: Silhouette, pixels: int, kinds: tuple[Kind, ...] = READ) -> tuple[Pattern, float]:
    """The pattern that a silhouette is most like, and how unlike it is still."""
    form = seen.form
    some = [pattern for pattern in patterns(pixels) if pattern.kind in kinds]
    # The size decides between patterns of one kind, not between kinds.
    far = [float(np.linalg.norm(form - pattern.form)) for pattern in some]
    best = int(np.argmin(far))
    return some[best], far[best]


def _drawn(pixels: int) -> list[Pattern]:
    shape = ClipShape(frames=1, height=pixels, width=pixels, fps=8)
    wanted = [(kind, size) for kind in READ for size in (Size.SMALL, Size.MEDIUM, Size.BIG)]
    act = Act(action=Action.STAND)
    beat = Beat(start=0.0, end=1.0, acts=(act,))
    stories = [Story(actors=(Actor(kind=k, colour=Colour.BLUE, size=s),), beats=(beat,)) for k, s in wanted]
    found = []
    for seed in range(2):
        clips = render_stories(stories, shape, seed)
        places = np.stack([value[:, 0, 0].numpy() for value in clips.tracks.seen()], 1) * pixels
        frames = (clips.frames[:, 0].permute(0, 2, 3, 1) * 255).round().byte().numpy()
        for (kind, _), frame, (x, y, height) in zip(wanted, frames, places, strict=True):
            labels, blue = label_pixels(frame), COLOURS.index(Colour.BLUE)
            regions = actor_regions(labels, blue)
            seen = silhouette(regions[0], labels == blue, inked(frame)) if regions else None
            assert seen is not None, f"{kind} cannot be seen"
            middle = np.array([x - seen.x, y - seen.y]) / seen.span
            found.append(Pattern(kind=kind, seen=seen, height=float(height) / seen.span, form=seen.form, middle=middle))
    return found


def unlike(distance: float) -> bool:
    """Whether this far from every pattern is too far to name a kind."""
    return distance > _UNLIKE
