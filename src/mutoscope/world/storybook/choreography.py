"""Choreography: from stories to tracks, smoothly and within the picture."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from mutoscope.codecs.track_code import ACTORS
from mutoscope.seeding import numpy_rng
from mutoscope.shapes import ClipShape
from mutoscope.world.storybook.cast import CAST, HEIGHT, RGB
from mutoscope.world.storybook.figures import GAITS
from mutoscope.world.storybook.manners import WHEEL, Manners, manners_of, swings
from mutoscope.world.storybook.pace import LARGEST, SMALLEST
from mutoscope.world.storybook.places import ground_of
from mutoscope.world.storybook.plot import CAMERAS, PLACES, RELATIONS, WEATHERS, Mask, Numbers, Plot, plot_stories
from mutoscope.world.storybook.staging import Paths, stage_actors
from mutoscope.world.storybook.story import (
    Action,
    Camera,
    Colour,
    Kind,
    Light,
    Place,
    Relation,
    Size,
    Story,
    Weather,
)
from mutoscope.world.storybook.timing import Beats
from mutoscope.world.storybook.tracks import Tracks

_FADE = 0.3  # seconds between what one beat does and what the next one does
_CAMERA_FADE = 0.5
_PAN, _ZOOM = 0.055, 0.09  # frame widths and e-folds per second
_CHANGE = 0.55  # seconds that a change of colour takes
_RESTING = (Action.STAND, Action.SPIN, Action.GROW, Action.SHRINK, Action.CHANGE_COLOUR)
_LOW = (Action.ROLL, Action.BOUNCE)
_RGB = np.asarray([RGB[colour] for colour in Colour])
_TALL = np.asarray([CAST[kind].tall for kind in Kind])
_BROAD = np.asarray([CAST[kind].broad for kind in Kind])
_GROUNDED = np.asarray([CAST[kind].grounded for kind in Kind])
_HEIGHTS = np.asarray([HEIGHT[size] for size in Size])
_NO_GROUND = 0.84  # where a plain colour is stood on


def choreography_rng(seed: int) -> np.random.Generator:
    """What chooses the tracks of the clips of a seed."""
    return numpy_rng(seed, "choreography")


def choreograph(stories: Sequence[Story], shape: ClipShape, rng: np.random.Generator) -> Tracks:
    """The tracks of a batch of stories; the rng chooses where they begin and what else words leave open."""
    plot = plot_stories(stories, ACTORS)
    times = np.arange(shape.frames) / shape.fps
    beats = Beats(start=plot.start, end=plot.end, last=plot.last, times=times, fade=_FADE)
    weight, elapsed = beats.weight()[:, None], beats.elapsed()[:, None]  # (B, 1, K, T)
    start_height = _HEIGHTS[plot.size] * _TALL[plot.kind] * rng.uniform(0.95, 1.05, plot.kind.shape)
    manners = manners_of(plot, start_height, rng)
    height = _heights(start_height, (manners.growth[..., None] * elapsed).sum(2))
    swing_x, swing_y, leap = swings(plot, manners, beats)
    swing_x, swing_y = ((weight * swing).sum(2) for swing in (swing_x, swing_y))
    ways = [(manners.velocity[..., axis, None] * elapsed).sum(2) for axis in (0, 1)]
    fixed, follow = _camera(plot, times)
    ground = _ground(plot, beats, rng)
    rising = np.where(
        ground[0][..., None], (height[..., :1] - height) / 2, 0.0
    )  # what grows on the ground grows upwards
    broad = _BROAD[plot.kind][..., None]
    flat = (plot.ever_does(Action.SWIM) & plot.is_a(Kind.MAN, Kind.WOMAN, Kind.CHILD))[..., None]
    paths = Paths(
        way_x=ways[0], way_y=ways[1], swing_x=swing_x, swing_y=swing_y + rising,
        half_width=height / 2 * np.where(flat, 1.0, broad), half_height=height / 2,
        camera=fixed, follow=follow, grounded=ground[0], line=ground[1], anchor=ground[2], floor=ground[3],
    )  # fmt: skip
    staging = stage_actors(plot, paths, rng)
    scale = staging.scale[..., None]
    x = staging.x[..., None] + scale * paths.way_x + paths.swing_x
    y = staging.y[..., None] + scale * paths.way_y + paths.swing_y
    calm = staging.x[:, 0, None] - 0.5 + scale[:, 0] * paths.way_x[:, 0]
    fixed[..., 0] += follow * (calm - fixed[..., 0])
    bodies = _bodies(plot, manners, scale[..., None], elapsed, weight, height, leap)
    bodies |= {"x": x, "y": y, "height": height, "lift": -np.minimum(swing_y, 0) * ground[0][..., None]}
    bodies["sway"] = _sway(plot, beats, rng)
    tracks = {name: np.swapaxes(value, 1, 2) for name, value in bodies.items()}
    tracks["rgb"] = _colours(plot, beats).transpose(0, 2, 1, 3)
    tracks |= {"camera": fixed, "light": _light(plot, beats), "weather": _weather(plot, weight[:, 0])}
    return Tracks(
        **{name: torch.from_numpy(np.ascontiguousarray(value, np.float32)) for name, value in tracks.items()},
        present=torch.from_numpy(plot.present),
        order=torch.from_numpy(_order(plot, paths, y, rng)),
        kind=torch.from_numpy(plot.kind),
        place=torch.from_numpy(plot.place),
    )


def _heights(start: Numbers, growth: Numbers) -> Numbers:
    """Heights (B, N, T): growth stops short of the largest and the smallest, as far from it as it takes to be smooth."""
    least, most = growth.min(-1, keepdims=True), growth.max(-1, keepdims=True)
    room_up = np.log(np.maximum(LARGEST / start, 1.05))[..., None]
    room_down = np.log(np.maximum(start / SMALLEST, 1.05))[..., None]
    share = np.minimum(1.0, np.minimum(room_up / np.maximum(most, 1e-6), room_down / np.maximum(-least, 1e-6)))
    heights: Numbers = start[..., None] * np.exp(growth * share)
    return heights


def _camera(plot: Plot, times: Numbers) -> tuple[Numbers, Numbers]:
    """The path (B, T, 3) of cameras that pan and zoom, and how strongly others follow the first actor (B, T)."""
    beats = Beats(start=plot.start, end=plot.end, last=plot.last, times=times, fade=_CAMERA_FADE)
    weight, elapsed = beats.weight(), beats.elapsed()

    def total(values: Numbers, *cameras: tuple[Camera, float]) -> Numbers:
        signs = sum(sign * (plot.camera == CAMERAS[camera]) for camera, sign in cameras)
        path: Numbers = (np.asarray(signs, float)[..., None] * values).sum(1)
        return path

    x = _PAN * total(elapsed, (Camera.PAN_RIGHT, 1.0), (Camera.PAN_LEFT, -1.0))
    zoom = _ZOOM * total(elapsed, (Camera.ZOOM_IN, 1.0), (Camera.ZOOM_OUT, -1.0))
    return np.stack([x, np.zeros_like(x), zoom], axis=-1), total(weight, (Camera.FOLLOW, 1.0))


def _ground(plot: Plot, beats: Beats, rng: np.random.Generator) -> tuple[Mask, Numbers, NDArray[np.int64], Numbers]:
    """Who stands on the ground, at which line and in which frame; and how low others may come."""
    lines = np.asarray([ground_of(place) or np.nan for place in Place])[plot.place]
    plain = plot.place == PLACES[Place.PLAIN]
    has_ground = ~np.isnan(lines) | plain
    sea = plot.place == PLACES[Place.SEA]
    line = np.where(plain | np.isnan(lines), _NO_GROUND, lines)[:, None]
    line = np.where(sea[:, None], line + 0.035, np.clip(line + rng.uniform(-0.03, 0.03, plot.kind.shape), 0.80, 0.89))
    behind = plot.is_a(Kind.HOUSE, Kind.TREE) & ~sea[:, None]
    line = np.where(behind, np.minimum(line, 0.83), line)
    nearer = np.isin(plot.relation, [RELATIONS[Relation.IN_FRONT_OF]])
    farther = np.isin(plot.relation, [RELATIONS[Relation.BEHIND]])
    line[:, 0] = np.where(nearer, 0.88, np.where(farther, 0.81, line[:, 0]))
    line[:, 1] = np.where(nearer, 0.82, np.where(farther, 0.88, line[:, 1]))
    # A bird or rocket that rests, and whatever rolls or bounces where there is ground, is on it while it does so.
    lands = plot.does(*_RESTING, Action.JUMP) & plot.is_a(Kind.BIRD, Kind.ROCKET)[..., None]
    lands |= plot.does(*_LOW) & ~plain[:, None, None]
    lands |= plot.does(Action.STAND) & (plot.is_a(Kind.BALL) & ~plain[:, None])[..., None]
    lands |= (plot.does(Action.RISE) & plot.is_a(Kind.ROCKET)[..., None]) & (np.arange(lands.shape[2]) == 0)
    lands &= np.isfinite(plot.start)[:, None] & ~sea[:, None, None]
    always = _GROUNDED[plot.kind]
    grounded = (always | lands.any(2)) & has_ground[:, None]
    first = np.take_along_axis(np.where(np.isfinite(plot.start), plot.start, 0.0), lands.argmax(2), 1)
    moment = np.where(always, 0.0, first + np.where(first > 0, 0.5 * _FADE, 0.0))
    anchor = np.abs(beats.times - moment[..., None]).argmin(-1)
    floor = np.where(has_ground & ~plain, np.minimum(line.max(1), 0.88), 0.98)
    return grounded, line, anchor, np.where(sea, 0.92, floor)


def _bodies(
    plot: Plot, manners: Manners, scale: Numbers, elapsed: Numbers, weight: Numbers, height: Numbers, leap: Numbers
) -> dict[str, Numbers]:
    """How bodies turn, look and move their limbs, each (B, N, T)."""
    ahead = manners.velocity[..., 0, None] * scale  # (B, N, K, 1)
    spin = np.where(plot.does(Action.ROLL)[..., None], ahead / (height[:, :, None, :1] / 2), manners.spin[..., None])
    wheels = np.abs(ahead) / (WHEEL * height[:, :, None, :1] / 2)
    cadence = np.where(plot.is_a(Kind.CAR)[..., None, None], wheels, manners.cadence[..., None])
    phase = (cadence * elapsed).sum(2)
    # Where two acts look to different sides, the turn is taken in the middle of the fade.
    facing = np.where((weight * manners.facing[..., None]).sum(2) >= 0, 1.0, -1.0)
    wobble = manners.wobble[..., None] * np.sin(phase)
    turn = (spin * elapsed).sum(2) + (weight * manners.tilt[..., None]).sum(2) + wobble
    jumps = np.where(plot.does(Action.JUMP)[..., None], leap, 1.0)
    bodies = {"phase": phase, "turn": turn, "facing": facing}
    for index, name in enumerate(GAITS):
        strength = manners.gait[..., index, None] * (jumps if name == "jump" else 1.0)
        bodies[name] = (weight * strength).sum(2)
    return bodies


def _colours(plot: Plot, beats: Beats) -> Numbers:
    """(B, N, T, 3): from colour to colour; a change that fills the clip comes after a third of it."""
    colour = np.repeat(_RGB[plot.colour][:, :, None], len(beats.times), axis=2)
    length = np.where(np.isfinite(plot.start), plot.end - np.where(np.isfinite(plot.start), plot.start, 0.0), 1.0)
    delay = np.where(plot.start > 0, -0.1, 0.35 * length)
    share = np.clip((beats.clock() - delay[..., None]) / _CHANGE, 0, 1)
    share = share * share * (3 - 2 * share)
    for beat in range(plot.action.shape[2]):
        changes = plot.does(Action.CHANGE_COLOUR)[:, :, beat] & (plot.target[:, :, beat] >= 0)
        goal = _RGB[plot.target[:, :, beat]][:, :, None]
        amount = np.where(changes[..., None], share[:, None, beat], 0.0)[..., None]
        colour = colour + amount * (goal - colour)
    return colour


def _light(plot: Plot, beats: Beats) -> Numbers:
    """(B, T, 3): each beat ends in its light, and the first one begins in it too."""
    lights = np.eye(len(Light))[plot.light]
    progress = beats.progress(0.85)
    light = np.repeat(lights[:, :1], len(beats.times), axis=1)
    for beat in range(1, lights.shape[1]):
        light = light + progress[:, beat, :, None] * (lights[:, beat, None] - light)
    return light


def _weather(plot: Plot, weight: Numbers) -> Numbers:
    """(B, T, 4)."""
    weather: Numbers = np.einsum("bkt,bkw->btw", weight, np.eye(len(Weather))[plot.weather])
    return weather


def _sway(plot: Plot, beats: Beats, rng: np.random.Generator) -> Numbers:
    """How far the wind bends what stands (B, N, T): to one side, in gusts."""
    wind = _weather(plot, beats.weight())[..., WEATHERS[Weather.WIND]]
    start = rng.uniform(0, 2 * np.pi, plot.kind.shape)[..., None]
    gusts = 0.38 + 0.22 * np.sin(2 * np.pi * 0.8 * beats.times + start) + 0.08 * np.sin(9.5 * beats.times + start)
    sway: Numbers = wind[:, None] * gusts
    return sway


def _order(plot: Plot, paths: Paths, y: Numbers, rng: np.random.Generator) -> NDArray[np.int64]:
    """(B, N) depth: what stands lower is nearer; what flies is in front of or behind it, as it happens."""
    depth = np.where(paths.grounded, paths.line, rng.uniform(0.79, 0.90, plot.kind.shape))
    nearer, farther = (plot.relation == RELATIONS[r] for r in (Relation.IN_FRONT_OF, Relation.BEHIND))
    depth[:, 0] = np.where(nearer, depth[:, 1] + 0.01, np.where(farther, depth[:, 1] - 0.01, depth[:, 0]))
    depth = np.where(plot.present, depth, 9.0)
    return depth.argsort(1).argsort(1)
