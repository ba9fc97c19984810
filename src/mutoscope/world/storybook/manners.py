"""Manners: how each action is done, as numbers: speeds, turns, growth, swings to and fro, and gaits."""

import math
from dataclasses import dataclass

import numpy as np

from mutoscope.world.storybook.figures import GAITS
from mutoscope.world.storybook.pace import CADENCE, LONGEST_GROWTH, PACE, RATE, TO_AND_FRO, Triple
from mutoscope.world.storybook.plot import ACTIONS, PLACES, Mask, Numbers, Plot
from mutoscope.world.storybook.story import Action, Direction, Kind, Place
from mutoscope.world.storybook.timing import Beats

_TASTE = 0.10  # by how much seeds vary what words leave open
_TURN = 2 * math.pi
_SWINGS = 1.5  # in one beat at least: fewer are no more than a way up or down
_LEGS = (Kind.MAN, Kind.WOMAN, Kind.CHILD, Kind.CAT, Kind.DOG)
_PEOPLE = (Kind.MAN, Kind.WOMAN, Kind.CHILD)
_WINGS = (Kind.BIRD, Kind.BUTTERFLY)
_MIRRORED = (*_LEGS, Kind.BIRD, Kind.FISH, Kind.CAR, Kind.BOAT)  # they look where they go
_RESTS = (Action.STAND, Action.JUMP, Action.GROW, Action.SHRINK, Action.CHANGE_COLOUR)

_IDLE = {Kind.BIRD: 1.7, Kind.BUTTERFLY: 1.8, Kind.FISH: 1.1, Kind.BALLOON: 0.5, Kind.KITE: 0.7, Kind.BOAT: 0.45,
         Kind.ROCKET: 1.3, Kind.CAT: 0.3, Kind.DOG: 0.6}  # fmt: skip
_WOBBLE = {Kind.BALLOON: 0.06, Kind.KITE: 0.16, Kind.BOAT: 0.05}  # radians
WHEEL = 0.38  # radius of a car's wheel, in half heights

_ACTIONS, _DIRECTIONS = tuple(Action), tuple(Direction)
_VECTORS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}


def _speed_table(table: dict[Action, Triple]) -> Numbers:
    return np.asarray([table.get(action, (0.0, 0.0, 0.0)) for action in _ACTIONS])


def _direction_table() -> Numbers:
    sums = [np.sum([_VECTORS[part] for part in direction.split()], axis=0) for direction in _DIRECTIONS]
    return np.asarray([*(vector / np.linalg.norm(vector) for vector in sums), (0.0, 0.0)])  # the last one is none


def _kind_table(table: dict[Kind, float]) -> Numbers:
    return np.asarray([table.get(kind, 0.0) for kind in Kind])


_PACES, _RATES, _CADENCES = _speed_table(PACE), _speed_table(RATE), _speed_table(CADENCE)
_WAYS, _IDLES, _WOBBLES = _direction_table(), _kind_table(_IDLE), _kind_table(_WOBBLE)


@dataclass(frozen=True, kw_only=True, eq=False)
class Manners:
    """How every act of a plot is done; (B, N, K) where nothing else is said."""

    velocity: Numbers  # (B, N, K, 2) frame units per second
    rate: Numbers  # of what repeats, per second
    side: Numbers  # 1 or -1: which way round
    spin: Numbers  # radians per second
    growth: Numbers  # e-folds per second
    cadence: Numbers  # radians per second
    gait: Numbers  # (B, N, K, G) strengths
    facing: Numbers  # 1 or -1
    tilt: Numbers  # radians, held as long as the act lasts
    wobble: Numbers  # (B, N) radians
    reach: Numbers  # (B, N, K) of bounces, jumps, bobs and circles, in frame units


def manners_of(plot: Plot, height: Numbers, rng: np.random.Generator) -> Manners:
    """How the acts of a plot are done by actors of a height (B, N); the rng varies what words leave open."""
    taste = rng.uniform(1 - _TASTE, 1 + _TASTE, (4, *plot.action.shape))
    side = rng.choice([-1.0, 1.0], plot.action.shape)
    velocity = _hunted(plot, _velocities(plot) * taste[0][..., None])
    length = np.where(np.isfinite(plot.start), plot.end - np.where(np.isfinite(plot.start), plot.start, 0), 1.0)
    rate = _rates(plot, length[:, None]) * np.where(plot.does(Action.SPIN), taste[1], 1.0)
    growth = np.where(plot.does(Action.GROW, Action.SHRINK), rate, 0.0)
    growth = np.minimum(growth, LONGEST_GROWTH / length[:, None]) * np.where(plot.does(Action.SHRINK), -1.0, 1.0)
    facing = _facing(plot, velocity, side[..., 0])
    return Manners(
        velocity=velocity,
        rate=rate,
        side=side,
        spin=np.where(plot.does(Action.SPIN), side * _TURN * rate, 0.0),
        growth=growth,
        cadence=_TURN * _cadences(plot) * taste[2],
        gait=_gaits(plot),
        facing=facing,
        tilt=_tilts(plot, velocity, facing),
        wobble=_WOBBLES[plot.kind],
        reach=_reaches(plot, height) * taste[3],
    )


def swings(plot: Plot, manners: Manners, beats: Beats) -> tuple[Numbers, Numbers, Numbers]:
    """What goes to and fro: offsets x and y (frame units, the feet's lift included) and strength of a jump, (B, N, K, T)."""
    clock = beats.clock()[:, None]  # (B, 1, K, T)
    turns = manners.rate[..., None] * clock
    reach, side = manners.reach[..., None], manners.side[..., None]

    def when(*actions: Action) -> Numbers:
        return plot.does(*actions)[..., None].astype(float)

    hop = np.clip((turns % 1 - 0.2) / 0.7, 0, 1) * when(Action.JUMP)
    arc = 4 * hop * (1 - hop)
    ball = turns % 1
    wave = np.sin(_TURN * turns)
    x = (side * reach * (when(Action.CIRCLE) + 0.25 * when(Action.FLOAT))) * wave
    y = when(Action.FLOAT) * wave - arc - (4 * when(Action.BOUNCE)) * (ball * (1 - ball))
    y += side * when(Action.ZIGZAG) * _triangle(turns) - when(Action.CIRCLE) * (1 - np.cos(_TURN * turns))
    length = np.where(np.isfinite(plot.start), plot.end - np.where(np.isfinite(plot.start), plot.start, 0), 1.0)
    inside = np.clip(clock, 0, length[:, None, :, None])
    gain = 0.65 * (inside * inside / length[:, None, :, None] - inside)  # what falls gathers speed
    return x, reach * y + when(Action.FALL) * manners.velocity[..., 1, None] * gain, np.sqrt(arc)


def _triangle(turns: Numbers) -> Numbers:
    """A zigzag between -1 and 1 that begins at 0 and goes up."""
    wave: Numbers = np.abs((turns - 0.25) % 1 * 4 - 2) - 1
    return wave


def _velocities(plot: Plot) -> Numbers:
    pace = _PACES[plot.action, plot.speed]
    way = _WAYS[plot.direction].copy()
    way[plot.does(Action.RISE)] = (0.0, -1.0)
    way[plot.does(Action.FALL)] = (0.0, 1.0)
    return pace[..., None] * way


def _hunted(plot: Plot, velocity: Numbers) -> Numbers:
    """Who goes after another, of the first two, is as fast as the other."""
    other = velocity[:, [1, 0, *range(2, velocity.shape[1])]]
    follows = plot.does(Action.CHASE)[..., None] & (np.abs(other) > 0).any(-1, keepdims=True)
    return np.where(follows, other, velocity)


def _rates(plot: Plot, length: Numbers) -> Numbers:
    """Swings enough to be seen as such; and whole ones before a cut, so that they end where they began. The last beat may
    end anywhere.
    """
    rate = _RATES[plot.action, plot.speed]
    repeats = np.isin(plot.action, [ACTIONS[action] for action in TO_AND_FRO])
    halves = np.where(plot.does(Action.FLOAT, Action.ZIGZAG), 2, 1)  # half of these ends where it began, too
    rate = np.where(repeats, np.maximum(rate, np.where(plot.does(Action.CIRCLE), 1.0, _SWINGS) / length), rate)
    whole = np.maximum(np.round(halves * rate * length), 1) / halves / length
    ends: Numbers = np.where(repeats & ~plot.last[:, None], whole, rate)
    return ends


def _cadences(plot: Plot) -> Numbers:
    own, idle = _CADENCES[plot.action, plot.speed], _IDLES[plot.kind][..., None]
    busy = plot.is_a(*_LEGS)[..., None]
    faster = np.asarray([0.8, 1.0, 1.3])[plot.speed]
    slower = np.where(_perched(plot), 0.0, 1.0)
    cadence: Numbers = np.where(busy & (own > 0), own, idle * faster * slower)
    return cadence


def _perched(plot: Plot) -> Mask:  # (B, N, K)
    """Where a bird sits: wherever there is something to sit on."""
    airy = np.isin(plot.place, [PLACES[Place.SEA], PLACES[Place.SPACE]])
    perched: Mask = plot.is_a(Kind.BIRD)[..., None] & plot.does(*_RESTS) & ~airy[:, None, None]
    return perched


def _gaits(plot: Plot) -> Numbers:
    """Strengths (B, N, K, G) in the order of GAITS."""
    legs, wings = plot.is_a(*_LEGS)[..., None], plot.is_a(*_WINGS)[..., None]
    fish, rocket = plot.is_a(Kind.FISH)[..., None], plot.is_a(Kind.ROCKET)[..., None]
    folded = _perched(plot)
    afloat = plot.does(Action.FLOAT) & legs
    strength = {
        "walk": plot.does(Action.WALK) & legs,
        "run": plot.does(Action.RUN, Action.CHASE) & legs,
        "jump": (plot.does(Action.JUMP) & legs) + 0.35 * afloat,
        "dance": plot.does(Action.DANCE),
        "wave": plot.does(Action.WAVE),
        "swim": plot.does(Action.SWIM) | (fish & ~plot.does(Action.FLOAT)),
        "fly": (wings & ~folded) | (rocket & plot.does(Action.RISE, Action.FLY)),
    }
    return np.stack([np.asarray(strength[name], float) for name in GAITS], axis=-1)


def _facing(plot: Plot, velocity: Numbers, first: Numbers) -> Numbers:
    """Where each act looks: where it goes, or as the act before it."""
    mirrored = plot.is_a(*_MIRRORED)
    before = np.where(mirrored, first, 1.0)
    facing = np.empty(plot.action.shape)
    for beat in range(plot.action.shape[2]):
        ahead = velocity[:, :, beat, 0]
        before = np.where(mirrored & (np.abs(ahead) > 1e-6), np.sign(ahead), before)
        facing[:, :, beat] = before
    return facing


def _tilts(plot: Plot, velocity: Numbers, facing: Numbers) -> Numbers:
    climb = np.arctan2(-velocity[..., 1], np.abs(velocity[..., 0]) + 1e-9) * (np.abs(velocity[..., 0]) > 1e-6)
    nose = -0.45 * climb * facing * plot.is_a(Kind.BIRD, Kind.FISH)[..., None]
    rocket = plot.is_a(Kind.ROCKET)[..., None] & plot.does(Action.FLY)
    ahead = np.arctan2(velocity[..., 0], -velocity[..., 1])
    stroke = plot.is_a(*_PEOPLE)[..., None] & plot.does(Action.SWIM)
    runs = plot.is_a(Kind.BALLOON)[..., None] * 0.8 * velocity[..., 0]
    return np.where(rocket, ahead, nose) + np.where(stroke, 1.2 * facing, 0.0) + runs


def _reaches(plot: Plot, height: Numbers) -> Numbers:
    reach = np.zeros(plot.action.shape)
    tall = np.clip(height, 0.12, 0.45)[..., None]
    for action, value in (
        (Action.BOUNCE, 0.10 + 0.35 * tall), (Action.JUMP, 0.05 + 0.28 * tall), (Action.ZIGZAG, 0.065),
        (Action.CIRCLE, 0.10), (Action.FLOAT, 0.022),
    ):  # fmt: skip
        reach = np.where(plot.does(action), value, reach)
    on_waves = plot.is_a(Kind.BOAT)[..., None] & plot.does(Action.FLOAT)
    still = (plot.place == PLACES[Place.ROOM])[:, None, None] & plot.does(Action.BOUNCE)
    return np.where(on_waves, 0.010, reach) * np.where(still, 0.9, 1.0)
