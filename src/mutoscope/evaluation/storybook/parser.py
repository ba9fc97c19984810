"""The pixel parser: which actors are in the frames of a clip, and where each is, how big, how turned and of what form."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, permutations

import numpy as np
from numpy.typing import NDArray

from mutoscope.evaluation.storybook.camera import CameraTraces, camera_traces
from mutoscope.evaluation.storybook.colours import COLOURS, NOTHING, Frames, Mask, grown, inked, label_pixels, skins
from mutoscope.evaluation.storybook.edges import steepness, steepness_of
from mutoscope.evaluation.storybook.patterns import READ, SYMMETRY, Pattern, most_like, unlike, unlike_actions
from mutoscope.evaluation.storybook.regions import SMALLEST, actor_regions
from mutoscope.evaluation.storybook.scenery import Scenery, scenery_of
from mutoscope.evaluation.storybook.silhouettes import Silhouette, silhouette, turn_between
from mutoscope.evaluation.storybook.weather import weather_marks
from mutoscope.world.storybook.cast import CAST, LIVING
from mutoscope.world.storybook.story import Action, Colour, Kind, Place

Array = NDArray[np.float64]
_BESIDE = 4.5  # pixels of 128 within which two actors touch
_BESIDE_IT, _ABOVE_IT = 0.4, 0.75  # of its height is how far what an actor wears and holds may reach
_WOBBLES = 0.4  # radians that what never turns round is turned at most
_SHARED = 0.6  # of the frames must show an actor
_BRIEF, _FADES, _MOVED = 3, 6, 0.1  # frames that a colour is seen, and that it takes to change; picture heights gone
_IN_FOCUS = 0.2  # steepness of its rim: a form that is more blurred than that is none
_CLEAN = 0.025  # unlikeness up to which a form is whole even where it touches another


@dataclass(frozen=True, kw_only=True, eq=False)
class ActorTrack:
    """One actor over T frames. Lengths in picture heights, y down, radians clockwise; NaN where it was not seen whole."""

    colour: Colour
    becomes: Colour | None  # the colour that it changes to
    turned: float  # when it has half changed, seconds
    kind: Kind | None  # None: like no kind that can be read
    seen: NDArray[np.bool_]  # (T,) whether anything of it was seen
    whole: NDArray[np.bool_]  # (T,) whether all of it was seen
    x: Array  # (T,) of its middle
    y: Array
    height: Array  # as the world counts it: of the kind, upright
    turn: Array  # since the first frame, unwrapped; NaN where a form does not show it
    far: Array  # (T,) how unlike its form is to all kinds; infinite where it was not seen
    box: Array  # (T, 4) x0, y0, x1, y1 of what is seen, in fractions
    poses: Array  # (T, actions): of living ones, how unlike the form is to the poses of each action


@dataclass(frozen=True, kw_only=True, eq=False)
class ParsedClip:
    """All that was found in T frames at a rate."""

    actors: tuple[ActorTrack, ...]
    scenery: Scenery
    camera: CameraTraces
    marks: Array  # (T, 3) of the weather
    fps: int
    frames: int
    pixels: int  # height of the picture

    @property
    def times(self) -> Array:  # (T,) seconds
        """When the frames are shown."""
        return np.arange(self.frames) / self.fps


@dataclass(frozen=True, kw_only=True, eq=False)
class _Glimpse:
    """One region in one frame."""

    colour: int
    form: Silhouette
    touches: bool  # another region, or the border
    steep: float  # its rim


def parse_clip(frames: Frames, fps: int, kinds: Sequence[Kind] = READ) -> ParsedClip:
    """What frames (T, H, W, 3) show; `kinds` are those that may come up."""
    pixels = frames.shape[1]
    labels = label_pixels(frames)
    glimpses = [_glimpses(label, frame) for label, frame in zip(labels, frames, strict=True)]
    paths = [
        path
        for colour in range(NOTHING)
        for path in _followed([[g for g in some if g.colour == colour] for some in glimpses], pixels)
    ]
    tracks = [_track(path, pixels, tuple(kinds), fps) for path in _recoloured(paths, pixels)]
    scenery = scenery_of(frames, np.stack([~grown(label != NOTHING, 2) for label in labels]))
    camera = camera_traces(frames, _bare(labels, glimpses), scenery.place or Place.PLAIN, fps)
    marks = weather_marks(frames, _bare(labels, glimpses, flecks=True))
    return ParsedClip(
        actors=tuple(tracks), scenery=scenery, camera=camera, marks=marks, fps=fps, frames=len(frames), pixels=pixels
    )  # fmt: skip


def _bare(
    labels: NDArray[np.uint8], glimpses: Sequence[Sequence[_Glimpse]], flecks: bool = False
) -> NDArray[np.bool_]:  # (T, H, W)
    """Where there is no actor, nor what of one has another colour; with or without what is too small to be an actor."""
    bare = np.stack([np.ones(label.shape, bool) if flecks else ~grown(label != NOTHING, 2) for label in labels])
    for mask, some in zip(bare, glimpses, strict=True):
        for form in (glimpse.form for glimpse in some):
            tall = form.bottom - form.top
            beside, above = _BESIDE_IT * tall + 3, _ABOVE_IT * tall + 3
            rows = slice(max(0, int(form.top - above)), int(form.bottom + above))
            mask[rows, max(0, int(form.left - beside)) : int(form.right + beside)] = False
    return bare


def _glimpses(labels: NDArray[np.uint8], frame: Frames) -> list[_Glimpse]:
    """The regions of a frame that are big and thick enough."""
    height, width = labels.shape
    ink, skin = inked(frame), skins(frame)
    steep = steepness(frame)
    counts = np.bincount(labels.ravel(), minlength=NOTHING + 1)[:NOTHING]
    regions: list[tuple[int, Mask]] = []
    for colour in range(NOTHING):
        if counts[colour] >= 0.5 * SMALLEST * height * width:
            regions += [(colour, mask) for mask in actor_regions(labels, colour)]
    found = []
    for index, (colour, mask) in enumerate(regions):
        form = silhouette(mask, labels == colour, ink, skin)
        if form is None:
            continue
        near = grown(mask, max(1, round(_BESIDE * height / 128)))
        beside = any((near & other).any() for at, (_, other) in enumerate(regions) if at != index)
        border = min(form.left, form.top, width - form.right, height - form.bottom) < 1.5 * height / 128
        found.append(_Glimpse(colour=colour, form=form, touches=beside or border, steep=steepness_of(mask, steep)))
    return found


def _followed(glimpses: list[list[_Glimpse]], pixels: int) -> list[list[_Glimpse | None]]:
    """Regions of one colour joined over time: each goes on as the nearest one of the next frame."""
    paths: list[list[_Glimpse | None]] = []
    for frame, some in enumerate(glimpses):
        free = list(some)
        for path in paths:
            last = next((g for g in reversed(path) if g is not None), None)
            assert last is not None, "a path begins with a region"
            near = sorted(free, key=lambda g: np.hypot(g.form.x - last.form.x, g.form.y - last.form.y))
            reach = 0.3 * pixels
            if near and np.hypot(near[0].form.x - last.form.x, near[0].form.y - last.form.y) < reach:
                path.append(near[0])
                free.remove(near[0])
            else:
                path.append(None)
        paths += [[*[None] * frame, one] for one in free]
    return paths


def _recoloured(paths: list[list[_Glimpse | None]], pixels: int) -> list[list[_Glimpse | None]]:
    """The paths that last; where one ends and another begins of another colour, they are one that changes its colour."""
    paths = [path for path in paths if sum(g is not None for g in path) >= _BRIEF]
    for one, other in permutations(paths, 2):
        last = max(at for at, g in enumerate(one) if g is not None)
        first = min(at for at, g in enumerate(other) if g is not None)
        before, after = one[last], other[first]
        assert before is not None, "a path is seen where it ends"
        assert after is not None, "a path is seen where it begins"
        near = np.hypot(before.form.x - after.form.x, before.form.y - after.form.y) < _MOVED * pixels
        if near and last - 1 <= first <= last + _FADES and before.colour != after.colour:
            rest = [path for path in paths if path is not one and path is not other]
            return _recoloured([*rest, [*one[: last + 1], *other[last + 1 :]]], pixels)
    return [path for path in paths if sum(g is not None for g in path) >= _SHARED * len(path)]


def _track(path: list[_Glimpse | None], pixels: int, kinds: tuple[Kind, ...], fps: int) -> ActorTrack:
    kind, pattern, far, whole = _kind(path, pixels, kinds)
    length = len(path)
    x, y, height = np.full(length, np.nan), np.full(length, np.nan), np.full(length, np.nan)
    box = np.full((length, 4), np.nan)
    turn = _turns(path, whole, pattern)
    poses = np.full((length, len(Action)), np.nan)
    for frame, glimpse in enumerate(path):
        if glimpse is None:
            continue
        form = glimpse.form
        box[frame] = np.array([form.left, form.top, form.right, form.bottom]) / pixels
        if whole[frame]:
            at = 0.0 if np.isnan(turn[frame]) else turn[frame]
            rotation = np.array([[np.cos(at), -np.sin(at)], [np.sin(at), np.cos(at)]])
            nearest, _ = most_like(
                form, pixels, (pattern.kind,), pattern.colour
            )  # small ones show other parts of themselves
            shift = rotation @ nearest.middle * form.span
            x[frame], y[frame] = (form.x + shift[0]) / pixels, (form.y + shift[1]) / pixels
            if kind in LIVING:
                poses[frame] = unlike_actions(form, pixels, kind, pattern.colour)
            height[frame] = nearest.height * form.span / pixels
    shown = [(at, g.colour) for at, g in enumerate(path) if g is not None]
    changes = [(a + b) / 2 / fps for (a, old), (b, new) in pairwise(shown) if old != new]
    kind = kind if np.median([g.steep for g in path if g is not None]) > _IN_FOCUS else None
    return ActorTrack(
        colour=COLOURS[shown[0][1]], becomes=COLOURS[shown[-1][1]] if changes else None,
        turned=changes[-1] if changes else np.nan, kind=kind, far=far, seen=np.array([g is not None for g in path]), whole=whole,
        x=x, y=y, height=height, turn=turn, box=box, poses=poses,
    )  # fmt: skip


def _kind(
    path: list[_Glimpse | None], pixels: int, kinds: tuple[Kind, ...]
) -> tuple[Kind | None, Pattern, Array, NDArray[np.bool_]]:
    """The kind that most frames show; how unlike all kinds each frame is, and in which frames it is seen whole."""
    votes: dict[Kind, float] = {}
    nearest: dict[Kind, tuple[float, Pattern]] = {}
    far = np.full(len(path), np.inf)
    free = np.zeros(len(path), bool)
    for frame, glimpse in enumerate(path):
        if glimpse is None:
            continue
        pattern, off = most_like(glimpse.form, pixels, kinds, COLOURS[glimpse.colour])
        far[frame], free[frame] = off, not glimpse.touches
        votes[pattern.kind] = votes.get(pattern.kind, 0.0) + np.exp(-((off / 0.03) ** 2)) * (4 if free[frame] else 1)
        if pattern.kind not in nearest or off < nearest[pattern.kind][0]:
            nearest[pattern.kind] = off, pattern
    best = max(votes, key=lambda kind: votes[kind])
    whole = free | (far < _CLEAN)
    typical = float(np.median(far[whole])) if whole.any() else float(far.min())
    return (None if unlike(typical) else best), nearest[best][1], far, whole


def _turns(path: list[_Glimpse | None], whole: NDArray[np.bool_], pattern: Pattern) -> Array:
    """The turn in every frame that shows all of it, the way from one to the next taken as the shorter one."""
    symmetry = SYMMETRY[pattern.kind]
    turns_round = bool({Action.SPIN, Action.ROLL} & CAST[pattern.kind].actions)
    turns = np.full(len(path), np.nan)
    near = 0.0
    for frame, glimpse in enumerate(path):
        if glimpse is None or not whole[frame]:
            continue
        form = glimpse.form
        if symmetry:
            if turns_round:
                near = turn_between(form.outline, pattern.seen.outline, symmetry, near)
            else:
                near = turn_between(form.outline, pattern.seen.outline, 1, most=_WOBBLES)
        elif form.hole.any():
            near = turn_between(form.marks, pattern.seen.marks, 1, near)
        else:
            continue
        turns[frame] = near
    return turns
