"""Tracks: where everything of a batch of clips is at every frame, and how it holds itself."""

from dataclasses import dataclass, fields, replace

import torch
from torch import Tensor


@dataclass(frozen=True, kw_only=True, eq=False)
class Tracks:
    """What happens in B clips of T frames with N slots for actors. Lengths in frame units, y down, angles clockwise.

    Of an actor: `x`, `y` of its middle and its `height`, in the world (a camera at c with log zoom z sees a point p at
    (p - 0.5 - c) exp(z) + 0.5); `lift` of its feet above where it stands; `turn`, after it was mirrored where `facing`
    is -1; `phase` of its gait, which runs with its speed, and the strengths 0..1 of `walk` … `fly`; `sway` by the wind.
    """

    x: Tensor  # (B, T, N), as all of an actor's that are not said to be otherwise
    y: Tensor
    height: Tensor
    turn: Tensor
    facing: Tensor  # 1 to the right, -1 to the left
    phase: Tensor
    walk: Tensor
    run: Tensor
    jump: Tensor
    dance: Tensor
    wave: Tensor
    swim: Tensor
    fly: Tensor
    sway: Tensor
    lift: Tensor
    rgb: Tensor  # (B, T, N, 3)
    present: Tensor  # (B, N) bool
    order: Tensor  # (B, N) long: 0 is farthest away
    camera: Tensor  # (B, T, 3): x and y of the middle of the view less 0.5, log zoom
    light: Tensor  # (B, T, 3): weights of day, sunset, night
    weather: Tensor  # (B, T, 4): weights of clear, rain, snow, wind
    kind: Tensor  # (B, N) long: index into tuple(Kind)
    place: Tensor  # (B,) long: index into tuple(Place)

    def to(self, device: torch.device | str) -> "Tracks":
        """The same on another device."""
        moved = {field.name: getattr(self, field.name).to(device, non_blocking=True) for field in fields(self)}
        return replace(self, **moved)

    def seen(self) -> tuple[Tensor, Tensor, Tensor]:
        """x and y of the middle, and the height, of every actor on the screen; each (B, T, N), in frame units."""
        gain = self.camera[..., 2:].exp()
        x = (self.x - 0.5 - self.camera[..., :1]) * gain + 0.5
        y = (self.y - 0.5 - self.camera[..., 1:2]) * gain + 0.5
        return x, y, self.height * gain
