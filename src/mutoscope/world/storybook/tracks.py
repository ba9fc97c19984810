"""Tracks: where everything of a batch of clips is at every frame, and how it holds itself."""

from dataclasses import dataclass, fields, replace

import torch
from torch import Tensor
from torch.nn import functional as F

from mutoscope.codecs.track_code import ACTORS, DEPTH, KIND, KINDS, MOMENTS, PRESENT, by_frames, by_times

_GAITS = ("walk", "run", "jump", "dance", "wave", "swim", "fly")


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

    @classmethod
    def of_code(cls, code: Tensor) -> "Tracks":  # (B,T,N,CHANNELS)
        """Tracks that look like a code of shapes: by day, in front of a still camera, with no limbs that move."""
        moments = by_frames(code[..., MOMENTS])
        x, y, tall, cos, sin = moments[..., :5].unbind(dim=-1)
        still = {name: torch.zeros_like(x) for name in ("phase", *_GAITS, "sway", "lift")}
        constant = x.new_zeros(*x.shape[:2], 1)
        return cls(
            **still,
            x=x, y=y, height=tall.exp(), turn=torch.atan2(sin, cos), facing=torch.ones_like(x), rgb=moments[..., 5:],
            present=code[:, 0, :, PRESENT] > 0.5,
            order=code[:, 0, :, DEPTH].argsort(dim=1).argsort(dim=1),
            camera=constant.expand(-1, -1, 3),
            light=F.pad(constant + 1, (0, 2)),
            weather=F.pad(constant + 1, (0, 3)),
            kind=code[:, :, :, KIND].mean(dim=1).argmax(dim=-1),
            place=torch.zeros(len(code), dtype=torch.int64),
        )  # fmt: skip

    def code(self) -> Tensor:  # (B, 1 + (T - 1) / 4, N, CHANNELS)
        """The track code of all actors, as they are seen on the screen; zeros for those that are not there."""
        x, y, height = self.seen()
        at = torch.stack([x, y, height.clamp(min=1e-3).log(), self.turn.cos(), self.turn.sin()], dim=-1)
        moments = by_times(torch.cat([at, self.rgb], dim=-1))
        depth = self.order / (ACTORS - 1)
        what = torch.cat([torch.ones_like(depth)[..., None], F.one_hot(self.kind, KINDS), depth[..., None]], dim=-1)
        rows = torch.cat([what[:, None].expand(-1, moments.shape[1], -1, -1), moments], dim=-1)
        return rows * self.present[:, None, :, None]
