"""What a figure is made of: a pose that says how it holds itself, and layers that are painted one over another."""

from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor

GAITS = ("walk", "run", "jump", "dance", "wave", "swim", "fly")
Rgb = tuple[float, float, float]
INK: Rgb = (0.27, 0.22, 0.33)  # of outlines, eyes and wheels: dark, but as far from black as from brown


@dataclass(frozen=True, kw_only=True, eq=False)
class Pose:
    """How instances hold themselves: phase of the gait in radians, strengths 0..1 of each gait, all (I,); rgb (I, 3)."""

    phase: Tensor
    walk: Tensor
    run: Tensor
    jump: Tensor
    dance: Tensor
    wave: Tensor
    swim: Tensor
    fly: Tensor
    sway: Tensor  # how far the wind bends it, in half heights at its top
    rgb: Tensor


@dataclass(frozen=True, kw_only=True, eq=False)
class Layer:
    """One colour of a figure: distance (I, h, w) in half heights, a colour for all or one for each (I, 3).

    The figure as a whole has an outline; an `inked` layer has one where it lies over others too.
    """

    distance: Tensor
    colour: Tensor | Rgb
    inked: bool = False


@cache
def paint(rgb: Rgb, device: torch.device) -> Tensor:
    """A colour (1, 3) on a device; kept there, since sending it anew each time costs more than painting with it."""
    return torch.tensor([rgb], device=device)


def darker(rgb: Tensor, share: float) -> Tensor:
    """Colours (I, 3) with a share of ink in them."""
    return torch.lerp(rgb, paint(INK, rgb.device), share)


def pale(rgb: Tensor, share: float) -> Tensor:
    """A colour (I, 3) as it is where paint is thin: towards a grey-white, white towards a middle grey; none of the ten."""
    return rgb * (1 - share) + share * torch.where(rgb.amin(1, keepdim=True) > 0.9, 0.5, 0.93)
