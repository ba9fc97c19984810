"""Staging: where actors start and how far they go, so that all stay in the picture, apart, and as their relation says."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mutoscope.world.storybook.pace import SHARED
from mutoscope.world.storybook.plot import RELATIONS, SPEEDS, Mask, Numbers, Plot
from mutoscope.world.storybook.story import Action, Relation, Speed

_MARGIN = 0.02  # kept free at the borders of the picture
_SCALES = np.asarray(
    [1.0, 0.92, 0.85, 0.78, 0.7, 0.55, 0.42, 0.3, 0.2, 0.1, 0.0]
)  # of the travel, the largest that fits is taken
_TRIES = 24
_BEYOND = 0.5  # of its half width is how far one in haste may go beyond the border
_CHASE_GAP = 0.05
Span = tuple[Numbers, Numbers]  # from where to where


@dataclass(frozen=True, kw_only=True, eq=False)
class Paths:
    """What is known of the ways before their start: (B, N, T) unless said; frame units."""

    way_x: Numbers  # from a steady speed; scaled down where there is no room
    way_y: Numbers
    swing_x: Numbers  # to and fro, never scaled
    swing_y: Numbers
    half_width: Numbers
    half_height: Numbers
    camera: Numbers  # (B, T, 3), of clips whose camera does not follow
    follow: Numbers  # (B, T) how strongly the camera follows the first actor
    grounded: Mask  # (B, N)
    line: Numbers  # (B, N): y of the feet of those on the ground
    anchor: NDArray[np.int64]  # (B, N): the frame in which they stand on it
    floor: Numbers  # (B,): how low anyone may come


@dataclass(frozen=True, kw_only=True, eq=False)
class Staging:
    """Where every actor starts and which share of its way it goes, all (B, N); paths of the middle, (B, N, T)."""

    x: Numbers
    y: Numbers
    scale: Numbers


def stage_actors(plot: Plot, paths: Paths, rng: np.random.Generator) -> Staging:
    """Starts and scales: the largest scale that fits, and of random starts the one with least overlap."""
    haste = _in_haste(plot)
    low_x, high_x = _visible(paths, haste, axis=0)
    low_y, high_y = _visible(paths, haste, axis=1)
    high_y = np.minimum(high_y, paths.floor[:, None, None])
    scale = np.minimum(
        _fitting(paths.way_x, paths.swing_x, low_x, high_x, plot), _fitting_y(paths, low_y, high_y, plot)
    )
    together = plot.ever_does(Action.CHASE).any(1, keepdims=True)
    scale = np.where(together, np.where(plot.present, scale, 1.0).min(1, keepdims=True), scale)
    x_range = _starts(paths.way_x * scale[..., None] + paths.swing_x, low_x, high_x)
    y_range = _starts(paths.way_y * scale[..., None] + paths.swing_y, low_y, high_y)
    at_anchor = np.take_along_axis(paths.way_y * scale[..., None] + paths.swing_y, paths.anchor[..., None], 2)[..., 0]
    half_there = np.take_along_axis(paths.half_height, paths.anchor[..., None], 2)[..., 0]
    grounded = paths.line - half_there - at_anchor
    lowest, highest = (np.where(paths.grounded, grounded, bound) for bound in y_range)
    led = np.zeros_like(plot.present)
    led[:, 0] = paths.follow.max(1) > 0.5
    leftmost, rightmost = (np.where(led, 0.5 + side, x) for side, x in zip((-0.03, 0.03), x_range, strict=True))
    return _least_overlap(plot, paths, scale, (leftmost, rightmost), (lowest, highest), rng)


def _in_haste(plot: Plot) -> Mask:  # (B, N)
    """Who needs all the room there is, so as to be seen to be fast."""
    haste: Mask = (plot.speed == SPEEDS[Speed.FAST]).any(2) | plot.ever_does(Action.RUN)
    return haste


def _visible(paths: Paths, haste: Mask, axis: int) -> tuple[Numbers, Numbers]:
    """What the camera sees, in the world, less half the actor: bounds (B, N, T) for its middle."""
    gain = np.exp(paths.camera[..., 2])
    half = ((0.5 - _MARGIN) / gain)[:, None]
    middle = paths.camera[..., axis]
    if axis == 0:  # a camera that follows goes as far as the first actor
        middle = middle + paths.follow * (paths.way_x[:, 0] - middle)
    size = paths.half_width if axis == 0 else paths.half_height
    size = size * np.where(haste, 1 - _BEYOND, 1.0)[..., None]
    centre = 0.5 + middle[:, None]
    return centre - half + size, centre + half - size


def _fitting(way: Numbers, swing: Numbers, low: Numbers, high: Numbers, plot: Plot) -> Numbers:
    """The largest scale (B, N) at which a start is left, and several actors leave room for one another."""
    scales = _SCALES[:, None, None, None]
    path = way * scales + swing
    room = (high - path).min(-1) - (low - path).max(-1)  # (S, B, N)
    beside = way * scales - (low + high) / 2  # as seen by a camera that moves along
    span = beside.max(-1) - beside.min(-1)
    crowded = (plot.present.sum(1) > 1)[:, None]
    haste = _in_haste(plot)
    free = np.maximum((high - low).min(-1), 0.05)
    allowed = free * np.where(crowded & ~haste, SHARED, 1.0)
    # Hunter and prey travel as one, as long as both and what is between them.
    pair = free[:, :2].sum(1, keepdims=True) - (1 - 2 * _MARGIN) - _CHASE_GAP
    chase = plot.ever_does(Action.CHASE).any(1, keepdims=True)
    allowed = np.where(chase, np.maximum(pair, 0.1), allowed)
    fits = (room >= 0) & (span <= allowed)
    chosen: Numbers = _SCALES[np.where(fits.any(0), fits.argmax(0), len(_SCALES) - 1)]
    return chosen


def _fitting_y(paths: Paths, low: Numbers, high: Numbers, plot: Plot) -> Numbers:
    """As above; what stands on the ground has no choice of a start."""
    free = _fitting(paths.way_y, paths.swing_y, low, high, plot)
    scales = _SCALES[:, None, None, None]
    path = paths.way_y * scales + paths.swing_y
    start = paths.line[..., None] - paths.half_height
    path = (
        start - np.take_along_axis(path, np.broadcast_to(paths.anchor[None, ..., None], (*path.shape[:3], 1)), 3) + path
    )
    fits = (path >= low - 0.04).all(-1)
    bound = _SCALES[np.where(fits.any(0), fits.argmax(0), len(_SCALES) - 1)]
    return np.where(paths.grounded, bound, free)


def _starts(path: Numbers, low: Numbers, high: Numbers) -> tuple[Numbers, Numbers]:
    """From where to where a start is possible; the middle of both where none is."""
    first, last = (low - path).max(-1), (high - path).min(-1)
    middle = (first + last) / 2
    return np.where(first <= last, first, middle), np.where(first <= last, last, middle)


def _least_overlap(
    plot: Plot,
    paths: Paths,
    scale: Numbers,
    x_range: Span,
    y_range: Span,
    rng: np.random.Generator,
) -> Staging:
    clips, slots = plot.present.shape
    chance = rng.random((2, clips, _TRIES, slots))
    chance = 0.5 + (chance - 0.5) * np.linspace(0.6, 1.15, _TRIES)[:, None]  # the first tries keep to the middle
    chance = np.clip(chance, 0, 1)
    x, y = (low[:, None] + c * (high - low)[:, None] for c, (low, high) in zip(chance, (x_range, y_range), strict=True))
    x, y = _related(plot, paths, x, y, x_range, y_range)
    some = np.unique(np.linspace(0, paths.way_x.shape[-1] - 1, 5).astype(int))
    at_x = x[..., None] + (paths.way_x[..., some] * scale[..., None] + paths.swing_x[..., some])[:, None]
    at_y = y[..., None] + (paths.way_y[..., some] * scale[..., None] + paths.swing_y[..., some])[:, None]
    wide, high = paths.half_width[..., some][:, None], paths.half_height[..., some][:, None]
    badness = np.zeros((clips, _TRIES))
    for one in range(slots):
        for other in range(one + 1, slots):
            both = (plot.present[:, one] & plot.present[:, other])[:, None]
            beside = 1 - np.abs(at_x[:, :, one] - at_x[:, :, other]) / (wide[:, :, one] + wide[:, :, other])
            above = 1 - np.abs(at_y[:, :, one] - at_y[:, :, other]) / (high[:, :, one] + high[:, :, other])
            badness += both * (np.clip(beside + 0.1, 0, None) * np.clip(above + 0.1, 0, None)).mean(-1)
    badness += _disobedience(plot, paths, x, y)
    best = badness.argmin(1)
    rows = np.arange(clips)
    return Staging(x=x[rows, best], y=y[rows, best], scale=scale)


def _related(plot: Plot, paths: Paths, x: Numbers, y: Numbers, x_range: Span, y_range: Span) -> tuple[Numbers, Numbers]:
    """Starts (B, C, N) in which what is in front of another overlaps with it, and a hunter is right behind its prey."""
    overlaps = np.isin(plot.relation, [RELATIONS[Relation.IN_FRONT_OF], RELATIONS[Relation.BEHIND]])[:, None]
    reach = (paths.half_width[:, :2, 0].sum(1) * 0.42)[:, None]
    beside = np.where(np.arange(_TRIES) % 2 > 0, 1, -1) * reach
    near_x = np.clip(x[..., 1] + beside, x_range[0][:, None, 0], x_range[1][:, None, 0])
    lower = 0.25 * np.minimum(paths.half_height[:, 0, 0], paths.half_height[:, 1, 0])[:, None]
    near_y = np.clip(y[..., 1] + lower, y_range[0][:, None, 0], y_range[1][:, None, 0])
    x, y = x.copy(), y.copy()
    x[..., 0] = np.where(overlaps, near_x, x[..., 0])
    y[..., 0] = np.where(overlaps, near_y, y[..., 0])
    hunts = plot.ever_does(Action.CHASE)
    gap = paths.half_width[:, :2, 0].sum(1) + _CHASE_GAP
    for hunter, prey in ((0, 1), (1, 0)):
        ahead = np.sign(paths.way_x[:, hunter, -1])[:, None]
        bounds_x, bounds_y = ([bound[:, None, hunter] for bound in both] for both in (x_range, y_range))
        least, most = (bound + ahead * gap[:, None] for bound in bounds_x)  # the prey must leave room for its hunter
        least, most = np.maximum(least, x_range[0][:, None, prey]), np.minimum(most, x_range[1][:, None, prey])
        first = np.where(hunts[:, None, hunter], np.clip(x[..., prey], least, np.maximum(least, most)), x[..., prey])
        x[..., prey] = first
        behind = np.clip(first - ahead * gap[:, None], *bounds_x)
        level = np.clip(y[..., prey], *bounds_y)
        x[..., hunter] = np.where(hunts[:, None, hunter], behind, x[..., hunter])
        y[..., hunter] = np.where(hunts[:, None, hunter], level, y[..., hunter])
    return x, y


def _disobedience(plot: Plot, paths: Paths, x: Numbers, y: Numbers) -> Numbers:
    """By how much starts (B, C, N) miss their relation; a chase is one too: the hunter comes behind."""
    gap_x, gap_y = x[..., 1] - x[..., 0], y[..., 1] - y[..., 0]
    wide = paths.half_width[:, :2, 0].sum(1)[:, None]
    high = paths.half_height[:, :2, 0].sum(1)[:, None]

    def missing(relation: Relation, have: Numbers, want: Numbers) -> Numbers:
        asked = (plot.relation == RELATIONS[relation])[:, None]
        lack: Numbers = np.where(asked, np.clip(want - have, 0, None), 0.0)
        return lack

    badness = missing(Relation.LEFT_OF, gap_x, wide + 0.03) + missing(Relation.RIGHT_OF, -gap_x, wide + 0.03)
    badness = badness + missing(Relation.ABOVE, gap_y, high + 0.02) + missing(Relation.BELOW, -gap_y, high + 0.02)
    over = np.isin(plot.relation, [RELATIONS[Relation.ABOVE], RELATIONS[Relation.BELOW]])[:, None]
    badness = badness + np.where(over, 0.5 * np.clip(np.abs(gap_x) - 0.08, 0, None), 0.0)
    level = np.isin(plot.relation, [RELATIONS[Relation.LEFT_OF], RELATIONS[Relation.RIGHT_OF]])[:, None]
    badness = badness + np.where(level, 0.3 * np.clip(np.abs(gap_y) - 0.1, 0, None), 0.0)
    overlap = np.isin(plot.relation, [RELATIONS[Relation.IN_FRONT_OF], RELATIONS[Relation.BEHIND]])[:, None]
    badness = badness + np.where(overlap, np.abs(np.abs(gap_x) - 0.42 * wide), 0.0)
    hunts = plot.ever_does(Action.CHASE)
    ahead = np.sign(paths.way_x[..., -1])
    for hunter, prey in ((0, 1), (1, 0)):
        behind = (x[..., prey] - x[..., hunter]) * ahead[:, None, hunter]
        badness = badness + np.where(
            hunts[:, None, hunter], np.abs(behind - wide - _CHASE_GAP) + 0.5 * np.abs(gap_y), 0.0
        )
    return badness * 30
