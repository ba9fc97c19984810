"""A glance at a known first frame: where those whom a plan names really are in it."""

import torch
from einops import rearrange
from torch import Tensor, nn
from torch.nn import functional as F

from mutoscope.codecs.latent_code import CHANNELS as LATENT
from mutoscope.codecs.track_code import KIND, KINDS, MOMENT, MOMENTS, moved

_POINTS = 5  # to the side of a square of places around an actor that are looked at
_GAP = 0.6  # latents between them
_HIDDEN = 96
_UNIT = 0.05  # of what it says: of the picture's sides, and of log height
# How far plans lie off: up to so much, as a standard deviation, in training; 0.03 in the mean where the glance is meant to help.
_ASTRAY, _GRAIN = 0.06, 0.05
_LOOKS = 2  # one after the other, each from where the last one led
_TELLS = slice(MOMENTS.stop - MOMENT, MOMENTS.stop)  # the last moment of a time, which is the first frame's only one


class Glance(nn.Module):
    """Convolutions over a latent frame, read off at places around where an actor is said to be: by how much he lies elsewhere.

    A plan is made of all that is known at once, and is off by a fortieth of the picture where everyone begins; what is near one
    place in one frame says more of that, and the same everywhere (as a spatial transformer samples, Jaderberg et al. 2015,
    arXiv 1506.02025; refined step by step as boxes are by Carion et al. 2020's descendants, arXiv 2010.04159).
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.latents_in = nn.Conv2d(LATENT, channels, 1)
        self.layers = nn.ModuleList(nn.Conv2d(channels, channels, 3, padding=1) for _ in range(3))
        self.near_in = nn.Linear(_POINTS**2 * channels + KINDS + MOMENT, _HIDDEN)
        self.hidden = nn.Linear(_HIDDEN, _HIDDEN)
        self.out = nn.Linear(_HIDDEN, 3)
        nn.init.zeros_(self.out.weight)
        self.out.weight._adam = True  # type: ignore[attr-defined]

    def forward(self, codes: Tensor, tracks: Tensor) -> Tensor:  # (B,H,W,C), (B,T,N,CHANNELS) -> (B,N,3)
        """By how much each actor of the first frame lies right of, below and is larger (in log height) than the tracks say."""
        x = self.latents_in(rearrange(codes, "b h w c -> b c h w"))
        for layer in self.layers:
            x = x + layer(F.gelu(x))
        first = tracks[:, 0]
        told = first[..., _TELLS]
        ticks = _GAP * (torch.arange(_POINTS, device=x.device) - (_POINTS - 1) / 2)
        around = torch.stack(torch.meshgrid(ticks / x.shape[3], ticks / x.shape[2], indexing="xy"), dim=-1).flatten(
            0, 1
        )
        at = 2 * (told[:, :, None, :2] + around) - 1
        near = F.grid_sample(x, at.to(x), padding_mode="border", align_corners=False)
        near = rearrange(near, "b c n p -> b n (c p)")
        y = F.gelu(self.near_in(torch.cat([near, first[..., KIND].to(near), told.to(near)], dim=-1)))
        shift: Tensor = _UNIT * self.out(y + F.gelu(self.hidden(y)))
        return shift

    @torch.inference_mode()
    def placed(self, codes: Tensor, tracks: Tensor) -> Tensor:  # (B,H,W,C), (B,T,N,CHANNELS) -> as tracks
        """The tracks, begun where the first frame shows everyone."""
        for _ in range(_LOOKS):
            tracks = moved(tracks, self(codes, tracks))
        return tracks

    def error(self, codes: Tensor, tracks: Tensor, rng: torch.Generator) -> Tensor:
        """Mean absolute error at places that lie off by chance, in pictures' sides and log height."""
        far = _ASTRAY * torch.rand((len(tracks), 1, 1), generator=rng)
        off = (far * torch.randn((*tracks.shape[:1], tracks.shape[2], 3), generator=rng)).to(tracks)
        codes = codes + _GRAIN * torch.randn(codes.shape, generator=rng).to(codes)
        there = tracks[:, 0, :, :1]
        wrong = (self(codes, moved(tracks, off)) + off).abs() * there
        mean: Tensor = wrong.sum() / (3 * there.sum()).clamp(min=1)
        return mean
