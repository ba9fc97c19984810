"""Combinations that training never shows, so that a test can ask for what was never seen together."""

import zlib
from itertools import product

from mutoscope.world.script import Scene, Script

_SHARE = 15  # per cent


def is_held_out(script: Script) -> bool:
    """Whether the script has a held-out pair: camera and subject action at once, or one action after another.

    What follows is asked of camera after camera and subject after subject; where a scene has the other only, across.
    """
    at_once = (
        _pair("while", c.action, s.action) for scene in script.scenes for c, s in product(scene.camera, scene.subject)
    )
    after = (
        _pair("then", *pair)
        for first, then in zip(script.scenes, script.scenes[1:], strict=False)
        for pair in _steps(first, then)
    )
    return any(at_once) or any(after)


def _steps(first: Scene, then: Scene) -> list[tuple[str, str]]:
    """Which action follows which: the main action of the camera, and that of the subject."""
    steps = []
    if first.camera and then.camera:
        steps.append((f"camera {first.camera[0].action}", f"camera {then.camera[0].action}"))
    if first.subject and then.subject:
        steps.append((f"subject {first.subject[0].action}", f"subject {then.subject[0].action}"))
    if not steps and (first.camera or first.subject) and (then.camera or then.subject):
        one = f"camera {first.camera[0].action}" if first.camera else f"subject {first.subject[0].action}"
        other = f"camera {then.camera[0].action}" if then.camera else f"subject {then.subject[0].action}"
        steps.append((one, other))
    return steps


def _pair(link: str, one: str, other: str) -> bool:
    return zlib.crc32(f"{one} {link} {other}".encode()) % 100 < _SHARE
