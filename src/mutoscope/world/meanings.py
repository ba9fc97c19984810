"""What a script means, as a list of yes and no: the truth that a reader of its captions learns."""

import numpy as np
from numpy.typing import NDArray

from mutoscope.world.script import CameraAction, CameraMove, Script, SubjectAction, SubjectMove

# Stillness is the absence of everything else. Speed and extent belong to the camera or to the subject as a whole.
MEANINGS: tuple[str, ...] = (
    *(f"camera: {action}" for action in CameraAction if action is not CameraAction.STILL),
    *(f"subject: {action}" for action in SubjectAction if action is not SubjectAction.STILL),
    *(f"{who}: {manner}" for who in ("camera", "subject") for manner in ("slow", "fast", "little", "much")),
)
_INDEX = {name: index for index, name in enumerate(MEANINGS)}


def meaning_at(script: Script, seconds: float) -> NDArray[np.float32]:
    """(M,) 0 or 1, in the order of `MEANINGS`: what is meant at a moment of the script."""
    meant = np.zeros(len(MEANINGS), np.float32)
    scene = next((scene for scene in script.scenes if seconds < scene.end), script.scenes[-1])
    moves: tuple[CameraMove | SubjectMove, ...] = (*scene.camera, *scene.subject)
    for move in moves:
        who = "camera" if isinstance(move, CameraMove) else "subject"
        for word in (move.action, move.speed, move.extent):
            if (index := _INDEX.get(f"{who}: {word}")) is not None:
                meant[index] = 1
    return meant
