"""Random scripts: what could happen in a clip, drawn so that every action and combination comes up."""

from itertools import pairwise

import numpy as np

from mutoscope.world.script import CameraAction, CameraMove, Extent, Scene, Script, Speed, SubjectAction, SubjectMove

_CAMERA = [action for action in CameraAction if action is not CameraAction.STILL]
_SUBJECT = [action for action in SubjectAction if action is not SubjectAction.STILL]
_SHORTEST = 0.7  # seconds: a scene shorter than that shows nothing
# Camera moves that go together: at most one of each group at a time.
_GROUPS: tuple[set[CameraAction], ...] = (
    {CameraAction.PAN_LEFT, CameraAction.PAN_RIGHT, CameraAction.ORBIT_LEFT, CameraAction.ORBIT_RIGHT},
    {CameraAction.TILT_UP, CameraAction.TILT_DOWN},
    {CameraAction.ZOOM_IN, CameraAction.ZOOM_OUT},
    {CameraAction.ROLL_CLOCKWISE, CameraAction.ROLL_COUNTERCLOCKWISE},
    {CameraAction.SHAKE},
)
_TRAVELS = {action for action in _SUBJECT if action.split()[0] in ("move", "rise", "fall", "drift")}
_EXTRAS = tuple(set(_SUBJECT) - _TRAVELS - {SubjectAction.BOUNCE, SubjectAction.FLOAT})


def sample_script(rng: np.random.Generator, seconds: float, *, scenes: int | None = None) -> Script:
    """A random script: one to three scenes, each with a camera move, a subject's action, both, or stillness."""
    most = max(1, int(seconds / _SHORTEST))
    count = min(most, scenes or int(rng.choice([1, 2, 3], p=[0.5, 0.42, 0.08])))
    cuts = _cuts(rng, seconds, count)
    parts: list[Scene] = []
    for start, end in pairwise(cuts):
        parts.append(_scene(rng, start, end, avoid=parts[-1] if parts else None))
    return Script(scenes=tuple(parts))


def _cuts(rng: np.random.Generator, seconds: float, count: int) -> list[float]:
    """Scene borders: mostly equal parts, sometimes at any tenth of a second, no scene shorter than `_SHORTEST`."""
    equal = [round(seconds * i / count, 3) for i in range(count + 1)]
    if count == 1 or seconds < (count + 0.5) * _SHORTEST or rng.random() < 0.6:
        return equal
    for _ in range(20):
        inner = sorted(np.round(rng.uniform(_SHORTEST, seconds - _SHORTEST, count - 1), 1).tolist())
        cuts = [0.0, *inner, seconds]
        if min(np.diff(cuts)) >= _SHORTEST:
            return cuts
    return equal


def _scene(rng: np.random.Generator, start: float, end: float, avoid: Scene | None) -> Scene:
    while True:
        kind = rng.random()
        camera = _camera(rng) if kind < 0.62 else ()
        subject = _subject(rng) if kind > 0.36 and kind < 0.98 else ()
        scene = Scene(start=start, end=end, camera=camera, subject=subject)
        if avoid is None or _actions(scene) != _actions(avoid):
            return scene


def _camera(rng: np.random.Generator) -> tuple[CameraMove, ...]:
    groups = rng.permutation(len(_GROUPS))[: 2 if rng.random() < 0.15 else 1]
    actions: list[CameraAction] = [_CAMERA[int(rng.integers(len(_CAMERA)))]]
    if len(groups) == 2:
        taken = next(i for i, group in enumerate(_GROUPS) if actions[0] in group)
        other = int(rng.choice([i for i in range(len(_GROUPS)) if i != taken]))
        actions.append(sorted(_GROUPS[other])[int(rng.integers(len(_GROUPS[other])))])
    speed, extent = _manner(rng)
    return tuple(CameraMove(action=action, speed=speed, extent=extent) for action in actions)


def _subject(rng: np.random.Generator) -> tuple[SubjectMove, ...]:
    actions: list[SubjectAction] = [_SUBJECT[int(rng.integers(len(_SUBJECT)))]]
    if rng.random() < 0.12 and actions[0] in _TRAVELS:
        actions.append(sorted(_EXTRAS)[int(rng.integers(len(_EXTRAS)))])
    speed, extent = _manner(rng)
    return tuple(SubjectMove(action=action, speed=speed, extent=extent) for action in actions)


def _manner(rng: np.random.Generator) -> tuple[Speed, Extent]:
    """A speed or an extent, rarely both, mostly neither."""
    speeds: tuple[Speed, ...] = ("slow", "fast")
    extents: tuple[Extent, ...] = ("little", "much")
    draw = rng.random()
    speed: Speed = speeds[int(rng.integers(2))] if draw < 0.3 else "normal"
    extent: Extent = extents[int(rng.integers(2))] if 0.25 < draw < 0.42 else "normal"
    return speed, extent


def _actions(scene: Scene) -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(m.action for m in scene.camera), frozenset(m.action for m in scene.subject)
