"""The denoiser of whole clips: a transformer over patches of the latent code in space and time."""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from einops import rearrange, repeat
from torch import Tensor, nn

from mutoscope.codecs.latent_code import CHANNELS, STRIDE
from mutoscope.codecs.scaling import Scaling
from mutoscope.conditioning.condition import Condition, Given
from mutoscope.families.denoiser import CLOCK, Denoiser, Hearing, clock
from mutoscope.families.diffusion import Diffusion, Flow
from mutoscope.language.encoder import WordEncoderConfig
from mutoscope.networks.attention import Block, waves

# What is where, and what it does, is decided while little is to be seen; colours and edges come by themselves.
FLOW = Flow(late=1.0, spread=1.2, guided_until=1.0, solver="multistep")


@dataclass(frozen=True, kw_only=True)
class ClipDenoiserConfig:
    """Sizes of the denoiser; `patch` latents to a side make one token."""

    patch: int
    width: int
    depth: int
    heads: int
    meanings: int
    text: WordEncoderConfig


class Slots(NamedTuple):
    """Stretches of time that a latent frame stands for: their clock (B,T,80), and how much of each segment they are (B,T,S)."""

    clock: Tensor
    share: Tensor


def clip_diffusion(config: ClipDenoiserConfig, scaling: Scaling) -> Diffusion:
    """The diffusion family on the latent codec."""
    return Diffusion(ClipDenoiser(config), scaling, FLOW)


class ClipDenoiser(Denoiser):
    """Every patch looks at every other of the clip, in every layer, and at the words of its time.

    Known codes lie beside the noisy ones in each patch, with how well they are known: so a first frame, a last one, an earlier
    clip and keyframes are one mechanism, and without any it is text alone.
    """

    def __init__(self, config: ClipDenoiserConfig) -> None:
        width, inside = config.width, config.patch**2 * CHANNELS
        super().__init__(config.text, config.meanings, width)
        self.patch = config.patch
        self.codes_in = nn.Linear(inside, width)
        self.known_in = nn.Linear(inside, width, bias=False)
        self.given_in = nn.Embedding(len(Given), width)
        self.clock_in = nn.Linear(CLOCK, width)
        self.place_in = nn.Linear(2 * 16, width)
        self.level_in = nn.Sequential(nn.Linear(32, width), nn.GELU(), nn.Linear(width, 6 * width))
        self.blocks = nn.ModuleList(Block(width, config.heads) for _ in range(config.depth))
        self.norm = nn.LayerNorm(width)
        self.out = nn.Linear(width, inside)
        nn.init.zeros_(self.out.weight)
        for table in (self.out, self.given_in):
            table.weight._adam = True  # type: ignore[attr-defined]

    def forward(
        self, noisy: Tensor, level: Tensor, condition: Condition, hearing: Hearing
    ) -> Tensor:  # (B,T,H,W,C), (B,) -> the same
        patch = self.patch
        rows, columns = noisy.shape[2] // patch, noisy.shape[3] // patch
        slots = slots_of(condition, noisy.shape[1])
        x = self.codes_in(patches(noisy, patch))
        if condition.known.numel():
            given = self.given_in(condition.given)
            x = x + self.known_in(patches(condition.known, patch)) * (condition.given > 0)[..., None, None]
            x = x + given[:, :, None]
        x = x + self.place_in(places(rows, columns, like=noisy))
        meant = self.meanings_in(slots.share @ self.meant_by(condition, hearing))
        x = x + (self.clock_in(slots.clock) + meant)[:, :, None]
        x = rearrange(x, "b t p d -> b (t p) d")
        context, heard = self.words_in(hearing.spoken), heard_in(slots, condition, hearing)
        heard = repeat(heard, "b t l -> b (t p) l", p=rows * columns)
        mask = torch.cat([heard.new_ones(len(x), x.shape[1], x.shape[1]), heard], dim=2)
        modulation = self.level_in(waves(level, 16, 2.0)).unflatten(-1, (6, -1))
        for block in self.blocks:
            x = block(x, context, mask[:, None], modulation)
        clean: Tensor = rearrange(
            self.out(self.norm(x)), "b (t h w) (i j c) -> b t (h i) (w j) c", h=rows, w=columns, i=patch, j=patch
        )
        return clean


def patches(codes: Tensor, side: int) -> Tensor:  # (B,T,H,W,C) -> (B, T, H/s W/s, s s C)
    """Neighbouring latents as one row of numbers."""
    return rearrange(codes, "b t (h i) (w j) c -> b t (h w) (i j c)", i=side, j=side)


def places(rows: int, columns: int, like: Tensor) -> Tensor:  # (P,32)
    """Where in the picture each patch lies, in fractions of its sides."""
    down, across = ((torch.arange(count, device=like.device) + 0.5) / count for count in (rows, columns))
    where = torch.stack(torch.meshgrid(down, across, indexing="ij"), dim=-1)
    return waves(rearrange(where, "h w two -> (h w) two"), 8, 4.0).flatten(-2)


def slots_of(condition: Condition, times: int) -> Slots:
    """The stretch of time of each latent frame: the first is one frame, every other four."""
    frame = condition.seconds[:, None] / (STRIDE * (times - 1) + 1)
    ends = (torch.arange(times, device=frame.device) * STRIDE + 1) * frame
    starts = torch.cat([torch.zeros_like(frame), ends[:, :-1]], dim=1)
    begin, finish = condition.segments[:, None, :, 0], condition.segments[:, None, :, 1]
    within = torch.minimum(ends[..., None], finish) - torch.maximum(starts[..., None], begin)
    share = within.clamp(min=0) * (finish > begin)
    share = share / share.sum(dim=-1, keepdim=True).clamp(min=1e-6)
    bounds = condition.segments.gather(1, share.argmax(dim=-1)[..., None].expand(-1, -1, 2))
    return Slots(clock((starts + ends) / 2, bounds, condition), share)


def heard_in(slots: Slots, condition: Condition, hearing: Hearing) -> Tensor:  # (B,T,L) bool
    """Which words each latent frame hears: those of every segment that it is partly in."""
    told = condition.word_mask.any(dim=1)[:, None, None]
    return ((slots.share > 0.05).float() @ hearing.heard.float() > 0) & told
