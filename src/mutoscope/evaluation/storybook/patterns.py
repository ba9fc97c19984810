"""Patterns: what every kind looks like to the parser, taken from pictures that the world itself draws."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from mutoscope.evaluation.storybook.colours import COLOURS, inked, label_pixels, skins
from mutoscope.evaluation.storybook.regions import actor_regions
from mutoscope.evaluation.storybook.silhouettes import Silhouette, silhouette
from mutoscope.shapes import ClipShape
from mutoscope.world.storybook.cast import CAST, LIVING, PEOPLE, SHAPES, THINGS, directions_of
from mutoscope.world.storybook.drawing import render_stories
from mutoscope.world.storybook.story import Act, Action, Actor, Beat, Colour, Kind, Size, Story

Array = NDArray[np.float64]
READ = (*SHAPES, *THINGS, *LIVING)  # the kinds that can be read
_SKIN, _NAKED = 0.02, 0.06  # who has less skin about it is that unlike people
_UNLIKE = 0.088  # what differs more than this from all patterns is none of the kinds

ACTIONS = tuple(Action)

# In how many positions, turned, a kind looks the same; 0: in all of them, but for its marks.
SYMMETRY: Mapping[Kind, int] = MappingProxyType(
    {**dict.fromkeys(Kind, 1), Kind.CIRCLE: 0, Kind.BALL: 0, Kind.SQUARE: 4, Kind.TRIANGLE: 3, Kind.STAR: 5}
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Pattern:
    """One kind of one colour at one size, as the world draws it upright."""

    kind: Kind
    colour: Colour
    action: Action  # that it was drawn in
    seen: Silhouette
    height: float  # of the kind over the root of the area that is seen of it
    middle: Array  # (2,) of the kind, as seen from the middle of what is seen of it, over the root of the area


def most_like(seen: Silhouette, pixels: int, kinds: tuple[Kind, ...], colour: Colour) -> tuple[Pattern, float]:
    """Of the patterns of some kinds and a colour, the one that a silhouette is most like, and how unlike it is still."""
    some, forms = _patterns(pixels, kinds, colour)
    far = np.linalg.norm(forms - seen.form, axis=1)
    if seen.skin < _SKIN:
        far += _NAKED * np.asarray([pattern.kind in PEOPLE for pattern in some])
    best = int(np.argmin(far))
    return some[best], float(far[best])


def unlike_actions(seen: Silhouette, pixels: int, kind: Kind, colour: Colour) -> Array:  # (actions,)
    """How unlike a silhouette is to the nearest pose of each action; infinite for what a kind does not do."""
    some, forms = _patterns(pixels, (kind,), colour)
    found = np.full(len(ACTIONS), np.inf)
    np.minimum.at(found, [ACTIONS.index(pattern.action) for pattern in some], np.linalg.norm(forms - seen.form, axis=1))
    return found


@cache
def _patterns(pixels: int, kinds: tuple[Kind, ...], colour: Colour) -> tuple[tuple[Pattern, ...], Array]:
    some = tuple(pattern for kind in kinds for pattern in _drawn(pixels, kind, _class(kind, colour)))
    return some, np.stack([pattern.seen.form for pattern in some])


def _class(kind: Kind, colour: Colour) -> Colour:
    """The colour that patterns are drawn in: living ones take so many forms that only black and white have their own."""
    return Colour.BLUE if kind in LIVING and colour not in (Colour.BLACK, Colour.WHITE) else colour


@cache
def _drawn(pixels: int, kind: Kind, colour: Colour) -> tuple[Pattern, ...]:
    """The patterns of a kind at a picture height, drawn once: in all sizes, here and there, as it wobbles."""
    living = kind in LIVING
    shape = ClipShape(frames=9 if living else 3, height=pixels, width=pixels, fps=7 if living else 2)
    beats = [Beat(start=0.0, end=shape.seconds, acts=(act,)) for act in (_poses(kind) if living else (Act(),))]
    actors = [Actor(kind=kind, colour=colour, size=size) for size in (Size.SMALL, Size.MEDIUM, Size.BIG)]
    stories = [Story(actors=(actor,), beats=(beat,)) for actor in actors for beat in beats]
    clips = render_stories(stories, shape, 0)
    places = np.stack([value[..., 0].numpy() for value in clips.tracks.seen()], -1) * pixels
    frames = (clips.frames.permute(0, 1, 3, 4, 2) * 255).round().byte().numpy()
    done = [story.beats[0].acts[0].action for story in stories for _ in range(shape.frames)]
    pictures = frames.reshape(-1, pixels, pixels, 3)
    found = []
    for frame, (x, y, height), action in zip(pictures, places.reshape(-1, 3), done, strict=True):
        labels, own = label_pixels(frame), COLOURS.index(colour)
        regions = actor_regions(labels, own)
        seen = silhouette(max(regions, key=np.sum), labels == own, inked(frame), skins(frame)) if regions else None
        if seen is not None:
            middle = np.array([x - seen.x, y - seen.y]) / seen.span
            tall = float(height) / seen.span
            found.append(Pattern(kind=kind, colour=colour, action=action, seen=seen, height=tall, middle=middle))
            if kind is Kind.CIRCLE:  # it is one without its spot, too
                bare = replace(seen, hole=np.zeros(2), holed=0.0, lined=0.0)
                found.append(Pattern(kind=kind, colour=colour, action=action, seen=bare, height=tall, middle=middle))
    assert found, f"a {colour} {kind} cannot be seen"
    return tuple(found)


def _poses(kind: Kind) -> list[Act]:
    """What a living one does in all the forms that it takes."""
    moving = sorted(CAST[kind].actions - {Action.GROW, Action.SHRINK, Action.CHANGE_COLOUR, Action.CHASE})
    return [Act(action=action, direction=directions_of(kind, action)[-1]) for action in moving]


def unlike(distance: float) -> bool:
    """Whether this far from every pattern is too far to name a kind."""
    return distance > _UNLIKE
