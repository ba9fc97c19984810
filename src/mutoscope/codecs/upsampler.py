"""Clips drawn small are delivered large: more pixels and more frames between, by a light network of our own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from einops import rearrange
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from mutoscope.networks.video import VideoBlock, folded, unfolded
from mutoscope.objective import Objective
from mutoscope.shapes import ClipShape

SPACE, TIME = 2, 3  # times as many pixels to a side, and frames a second
_PATCH = 2  # pixels to the side of what the network sees as one


@dataclass(frozen=True, kw_only=True)
class UpsamplerConfig:
    """Channels and blocks."""

    width: int
    depth: int


class UpsamplerBatch(NamedTuple):
    """Small clips (B, T, 3, H, W) and the same large (B, 3T-2, 3, 2H, 2W), both uint8."""

    small: Tensor
    large: Tensor


class Upsampler(Objective):
    """Adds to what lies between frames and pixels anyway what a straight line between them misses."""

    phases: tuple[str, ...] = ("raising",)

    def __init__(self, config: UpsamplerConfig) -> None:
        super().__init__()
        self.config = config
        self.into = nn.Linear(3 * _PATCH**2, config.width)
        self.blocks = nn.Sequential(*(VideoBlock(config.width, causal=False) for _ in range(config.depth)))
        self.out = nn.Linear(config.width, 3 * TIME * (SPACE * _PATCH) ** 2)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)
        for edge in (self.into, self.out):
            edge.weight._adam = True  # type: ignore[attr-defined]

    def forward(self, small: Tensor) -> Tensor:  # (B, T, 3, H, W) in 0..1 -> (B, 3T-2, 3, 2H, 2W)
        x = self.into(folded(rearrange(small, "b t c h w -> b t h w c"), 1, _PATCH))
        x = self.blocks(x)
        more = unfolded(self.out(F.layer_norm(x, x.shape[-1:])), TIME, SPACE * _PATCH)
        # A frame answers for itself and for a third of the way to each neighbour; beyond the ends is nothing.
        more = rearrange(more[:, 1:-1], "b t h w c -> b t c h w")
        frames, height, width = TIME * (small.shape[1] - 1) + 1, SPACE * small.shape[3], SPACE * small.shape[4]
        return between(small, frames, height, width) + more

    def loss(self, phase: str, batch: UpsamplerBatch, rng: torch.Generator) -> tuple[Tensor, Mapping[str, float]]:
        """Mean absolute error; and in decibels how much better than straight lines that is."""
        small, large = batch.small.float() / 255, batch.large.float() / 255
        loss = (self(small).float() - large).abs().mean()
        with torch.no_grad():
            plain = (between(small, *large.shape[1:2], *large.shape[3:]) - large).abs().mean()
        return loss, {"gain": float(20 * (plain / loss.detach().clamp(min=1e-6)).log10())}


def delivered(drawn: ClipShape) -> ClipShape:
    """The shape that a drawn clip has when it is raised."""
    return ClipShape(
        frames=TIME * (drawn.frames - 1) + 1,
        height=SPACE * drawn.height,
        width=SPACE * drawn.width,
        fps=TIME * drawn.fps,
    )


def between(clip: Tensor, frames: int, height: int, width: int) -> Tensor:  # (B, T, 3, H, W) -> (B, frames, 3, h, w)
    """Straight lines between pixels and between frames; first and last frames stay first and last."""
    sized = clip
    if (height, width) != tuple(clip.shape[3:]):
        flat = rearrange(clip, "b t c h w -> (b t) c h w")
        flat = F.interpolate(flat, (height, width), mode="bilinear", antialias=height < clip.shape[3])
        sized = rearrange(flat, "(b t) c h w -> b t c h w", b=len(clip))
    if frames == clip.shape[1]:
        return sized
    at = torch.linspace(0, clip.shape[1] - 1, frames, device=clip.device)
    before = at.floor().long().clamp(max=max(0, clip.shape[1] - 2))
    after = (before + 1).clamp(max=clip.shape[1] - 1)
    return torch.lerp(sized[:, before], sized[:, after], (at - before).to(sized)[:, None, None, None])


class Raising:
    """From frames as they are drawn to a rate and a size, with a trained upsampler or by straight lines alone."""

    def __init__(self, upsampler: Upsampler | None) -> None:
        self.upsampler = None if upsampler is None else upsampler.to(torch.bfloat16)

    @torch.inference_mode()
    def __call__(self, frames: NDArray[np.uint8], rate: int, wanted: ClipShape) -> NDArray[np.uint8]:
        """Frames (T, H, W, 3) at `rate`, as many as last in the shape that is wanted, from the first one on."""
        clip = rearrange(torch.from_numpy(frames).float() / 255, "t h w c -> 1 t c h w")
        if self.upsampler is not None and (wanted.fps > rate or wanted.height > clip.shape[3]) and len(frames) > 1:
            clip, rate = self.upsampler(clip.to(torch.bfloat16)).float(), rate * TIME
        count = 1 + round((clip.shape[1] - 1) * wanted.fps / rate)
        clip = between(clip, count, wanted.height, wanted.width)[0, : wanted.frames]
        raised: NDArray[np.uint8] = (clip.clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1).contiguous().numpy()
        return raised
