"""What happens in a clip of the world: moves of the camera and of the subject, one after another."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class CameraAction(StrEnum):
    """What a camera can do to a photo."""

    STILL = "still"
    PAN_LEFT = "pan left"
    PAN_RIGHT = "pan right"
    TILT_UP = "tilt up"
    TILT_DOWN = "tilt down"
    ZOOM_IN = "zoom in"
    ZOOM_OUT = "zoom out"
    ROLL_CLOCKWISE = "roll clockwise"
    ROLL_COUNTERCLOCKWISE = "roll counterclockwise"
    ORBIT_LEFT = "orbit left"
    ORBIT_RIGHT = "orbit right"
    SHAKE = "shake"


class SubjectAction(StrEnum):
    """What a subject can do as a whole: no limbs, no expressions."""

    STILL = "still"
    MOVE_LEFT = "move left"
    MOVE_RIGHT = "move right"
    MOVE_UP = "move up"
    MOVE_DOWN = "move down"
    MOVE_UP_LEFT = "move up left"
    MOVE_UP_RIGHT = "move up right"
    MOVE_DOWN_LEFT = "move down left"
    MOVE_DOWN_RIGHT = "move down right"
    RISE = "rise"
    FALL = "fall"
    FLOAT = "float"  # hovers: slow bobbing in place
    DRIFT_LEFT = "drift left"
    DRIFT_RIGHT = "drift right"
    BOUNCE = "bounce"
    SWAY = "sway"
    SPIN_CLOCKWISE = "spin clockwise"
    SPIN_COUNTERCLOCKWISE = "spin counterclockwise"
    GROW = "grow"
    SHRINK = "shrink"
    PULSE = "pulse"  # breathes
    RIPPLE = "ripple"


Speed = Literal["slow", "normal", "fast"]
Extent = Literal["little", "normal", "much"]
Language = Literal["en", "zh"]


@dataclass(frozen=True, kw_only=True)
class CameraMove:
    """One camera action with its speed and extent."""

    action: CameraAction
    speed: Speed = "normal"
    extent: Extent = "normal"


@dataclass(frozen=True, kw_only=True)
class SubjectMove:
    """One subject action with its speed and extent."""

    action: SubjectAction
    speed: Speed = "normal"
    extent: Extent = "normal"


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One stretch of time, in seconds: what camera (up to two actions at once) and subject do; nothing said means still."""

    start: float
    end: float
    camera: tuple[CameraMove, ...] = ()
    subject: tuple[SubjectMove, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Script:
    """The scenes of one clip, in order and without gaps."""

    scenes: tuple[Scene, ...]

    @property
    def seconds(self) -> float:
        """Length of the clip."""
        return self.scenes[-1].end
