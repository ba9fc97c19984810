"""The track code: what every actor of a clip is, and where it is at each moment. A choreographer tells it, a family heeds it.

One row of numbers for each actor and each time of a latent code, which lasts one frame or four.
"""

import math

import torch
from einops import rearrange, repeat
from torch import Tensor
from torch.nn import functional as F

from mutoscope.codecs.latent_code import STRIDE

ACTORS = 3  # that a clip has room for
KINDS = 22  # of things that an actor can be; their order is the world's
MOMENT = 8  # numbers of one moment: x, y, log height, cosine and sine of its turn, red, green, blue
PRESENT, KIND, DEPTH = 0, slice(1, 1 + KINDS), 1 + KINDS  # whether it is there at all; 0 or 1 each; 0 farthest to 1
MOMENTS = slice(2 + KINDS, 2 + KINDS + STRIDE * MOMENT)
CHANNELS = MOMENTS.stop
STEP = 7  # numbers of a step from one frame to the next: of x, y, log height and the angle; and red, green, blue as they are
STEPS = 2 + KINDS + STRIDE * STEP  # numbers of a row that tells steps


def by_times(frames: Tensor) -> Tensor:  # (B,F,N,M) -> (B,T,N,4M)
    """Moments of frames as rows of times; the first time lasts one frame, which it tells four times."""
    first = repeat(frames[:, :1], "b one n m -> b one n (s m)", s=STRIDE)
    later = rearrange(frames[:, 1:], "b (t s) n m -> b t n (s m)", s=STRIDE)
    return torch.cat([first, later], dim=1)


def by_frames(rows: Tensor) -> Tensor:  # (B,T,N,4M) -> (B,F,N,M)
    """The inverse of `by_times`."""
    first = rearrange(rows[:, :1], "b one n (s m) -> b (one s) n m", s=STRIDE)[:, -1:]
    later = rearrange(rows[:, 1:], "b t n (s m) -> b (t s) n m", s=STRIDE)
    return torch.cat([first, later], dim=1)


def as_steps(tracks: Tensor) -> Tensor:  # (B,T,N,CHANNELS) -> (B,T,N,STEPS)
    """Tracks told by steps from frame to frame, where the first time alone says where everyone is.

    A small error of a step is a slow drift, and not a tremble; and a speed is told as plainly as a place.
    """
    moments = by_frames(tracks[..., MOMENTS])
    at = torch.cat([moments[..., :3], torch.atan2(moments[..., 4:5], moments[..., 3:4])], dim=-1)
    moved = at.diff(dim=1)
    turned = torch.remainder(moved[..., 3:] + torch.pi, 2 * torch.pi) - torch.pi
    moved = torch.cat([at[:, :1], torch.cat([moved[..., :3], turned], dim=-1)], dim=1)
    return torch.cat([tracks[..., : MOMENTS.start], by_times(torch.cat([moved, moments[..., 5:]], dim=-1))], dim=-1)


def from_steps(steps: Tensor) -> Tensor:  # (B,T,N,STEPS) -> (B,T,N,CHANNELS)
    """The inverse of `as_steps`."""
    moved = by_frames(steps[..., MOMENTS.start :])
    at = moved[..., :4].cumsum(dim=1)
    moments = torch.cat([at[..., :3], at[..., 3:].cos(), at[..., 3:].sin(), moved[..., 4:]], dim=-1)
    return torch.cat([steps[..., : MOMENTS.start], by_times(moments)], dim=-1)


def nearest(tracks: Tensor) -> Tensor:  # (B,T,N,CHANNELS) -> (B,)
    """How near any two actors ever come, in their mean height; infinite where there are no two."""
    moments = by_frames(tracks[..., MOMENTS])
    one, other = torch.triu_indices(tracks.shape[2], tracks.shape[2], 1)
    there = tracks[..., PRESENT].mean(dim=1) > 0.5
    far = (moments[:, :, one, :2] - moments[:, :, other, :2]).norm(dim=-1)
    height = moments[..., 2].exp()
    gap = (far / ((height[:, :, one] + height[:, :, other]) / 2)).amin(dim=1)
    closest: Tensor = gap.masked_fill(~(there[:, one] & there[:, other]), torch.inf).amin(dim=1)
    return closest


def innermost(tracks: Tensor) -> Tensor:  # (B,T,N,CHANNELS) -> (B,)
    """How far inside the picture everyone's middle stays, in half its height: negative beyond a border, infinite for nobody."""
    x, y, tall = by_frames(tracks[..., MOMENTS])[..., :3].unbind(dim=-1)
    inside = torch.stack([x, 1 - x, y, 1 - y]).amin(dim=0) / (tall.exp() / 2)
    there = tracks[..., PRESENT].mean(dim=1) > 0.5
    least: Tensor = inside.amin(dim=1).masked_fill(~there, torch.inf).amin(dim=1)
    return least


def within(tracks: Tensor, top: float, left: float, height: float, width: float) -> Tensor:
    """The tracks (..., CHANNELS) as told of a part of the picture, which is given in fractions of its sides."""
    moments = rearrange(tracks[..., MOMENTS], "... (s m) -> ... s m", m=MOMENT)
    x, y = (moments[..., 0] - left) / width, (moments[..., 1] - top) / height
    tall = moments[..., 2] - math.log(height)
    seen = torch.cat([torch.stack([x, y, tall], dim=-1), moments[..., 3:]], dim=-1)
    told = rearrange(seen, "... s m -> ... (s m)") * tracks[..., PRESENT, None]
    return torch.cat([tracks[..., : MOMENTS.start], told], dim=-1)


def moved(tracks: Tensor, shift: Tensor) -> Tensor:  # (B,T,N,CHANNELS), (B,N,3) -> as tracks
    """The tracks of actors that lie elsewhere all the time: right, below, and larger in log height."""
    moments = F.pad(shift, (0, MOMENT - 3)).repeat(1, 1, STRIDE)
    return tracks + F.pad(moments, (MOMENTS.start, 0))[:, None].to(tracks) * tracks[..., PRESENT, None]


def settled(tracks: Tensor) -> Tensor:  # (B,T,N,CHANNELS) -> the same
    """Tracks as they are told of true clips: all the time there or not, of one kind and at one depth."""
    what = tracks[..., : MOMENTS.start].mean(dim=1, keepdim=True)
    there = (what[..., PRESENT, None] > 0.5).to(tracks)
    kind = F.one_hot(what[..., KIND].argmax(dim=-1), KINDS)
    depth = what[..., DEPTH, None].clamp(0, 1)
    what = torch.cat([there, kind, depth], dim=-1).expand(-1, tracks.shape[1], -1, -1)
    return torch.cat([what, tracks[..., MOMENTS]], dim=-1) * there
