"""The diffusion family: a rectified flow from noise to codes, told by words, photo and arrow."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn

from mutoscope.codecs.motion_code import SCALE
from mutoscope.conditioning.condition import Condition
from mutoscope.families.family import OnStep, Sampling
from mutoscope.language.encoder import TextEncoder, WordEncoder, WordEncoderConfig
from mutoscope.networks.attention import Block, waves
from mutoscope.objective import Objective
from mutoscope.seeding import torch_rng

# Codes repeat themselves over key times, so a glance through much noise shows what they are; only at levels still noisier
# than that do the words matter. Training and sampling both dwell there (the shift of Esser et al. 2024, section 5.3.2).
LATE = 1.6


class MotionBatch(NamedTuple):
    """True codes (B,K,C) in natural units, and what was said about them."""

    codes: Tensor
    condition: Condition


@dataclass(frozen=True, kw_only=True)
class DiffusionConfig:
    """Sizes of the denoiser over a sequence of key times."""

    channels: int
    width: int
    depth: int
    heads: int
    photo: int
    text: WordEncoderConfig


class Denoiser(nn.Module):
    """Predicts clean codes from noisy ones: a transformer over key times that also looks at words, photo and arrow.

    A key time hears only the words of its own segment (as Prompt Relay routes prompts by time), so that
    "A, then B" needs no mechanism of its own; how A becomes B it learns by looking at its neighbours.
    """

    def __init__(self, config: DiffusionConfig) -> None:
        super().__init__()
        width = config.width
        self.text: TextEncoder = WordEncoder(config.text)
        self.words_in = nn.Linear(config.text.width, width)
        self.wishes_in = nn.Sequential(nn.Linear(config.photo + 3, width), nn.GELU(), nn.Linear(width, width))
        self.codes_in = nn.Conv1d(config.channels, width, 3, padding=1)
        self.clock_in = nn.Linear(5 * 16, width)
        self.level_in = nn.Sequential(nn.Linear(32, width), nn.GELU(), nn.Linear(width, 6 * width))
        self.blocks = nn.ModuleList(Block(width, config.heads) for _ in range(config.depth))
        self.norm = nn.LayerNorm(width)
        self.out = nn.Linear(width, config.channels)
        nn.init.zeros_(self.out.weight)
        self.out.weight._adam = True  # type: ignore[attr-defined]

    def forward(self, noisy: Tensor, level: Tensor, condition: Condition) -> Tensor:  # (B,K,C), (B,) -> (B,K,C)
        keys = noisy.shape[1]
        times, owner = key_segments(condition, keys)
        spoken = self.text(condition.word_ids, condition.ngram_ids, condition.places, condition.word_mask)
        wishes = self.wishes_in(torch.cat([condition.photo, condition.arrow * 10], dim=-1))
        context = torch.cat([self.words_in(spoken), wishes.unsqueeze(1)], dim=1)
        heard = (condition.places[:, None, :, 0] == owner[:, :, None]) & condition.word_mask[:, None, :]
        mask = torch.cat([heard.new_ones(len(noisy), keys, keys), heard, heard.new_ones(len(noisy), keys, 1)], dim=2)
        x = self.codes_in(noisy.transpose(1, 2)).transpose(1, 2) + self.clock_in(times)
        modulation = self.level_in(waves(level, 16, 2.0)).unflatten(-1, (6, -1))
        for block in self.blocks:
            x = block(x, context, mask[:, None], modulation)
        out: Tensor = self.out(self.norm(x))
        return out


def key_segments(condition: Condition, keys: int) -> tuple[Tensor, Tensor]:
    """The clock of each key time (B,K,80) (in the clip, in its segment, to both ends), and its segment's index (B,K)."""
    grid = torch.arange(keys, device=condition.seconds.device) + 0.5
    at = grid * (condition.seconds[:, None] / keys)
    start, end = condition.segments[:, None, :, 0], condition.segments[:, None, :, 1]
    owner = ((at[:, :, None] >= start) & (at[:, :, None] < end)).int().argmax(dim=-1)
    bounds = condition.segments.gather(1, owner[..., None].expand(-1, -1, 2))
    since, left = at - bounds[..., 0], bounds[..., 1] - at
    total = condition.seconds[:, None].expand_as(at)
    clock = torch.stack([at, since, left, since + left, total], dim=-1)
    return waves(clock, 8, 20.0).flatten(-2), owner


class Diffusion(Objective):
    """The family: trained by regression on the velocity of the straight path from noise to codes (Liu et al. 2022).

    The network predicts the clean codes themselves (x-prediction, Li & He 2025): most channels are exactly zero
    most of the time, and a last step that returns the prediction keeps what should stand still, still.
    """

    phases: tuple[str, ...] = ("velocity",)

    def __init__(self, config: DiffusionConfig, deaf: float = 0.1) -> None:
        super().__init__()
        self.config, self.deaf = config, deaf
        self.denoiser = Denoiser(config)
        self.register_buffer("scale", SCALE.clone(), persistent=False)
        self.scale: Tensor

    def loss(self, phase: str, batch: MotionBatch, rng: torch.Generator) -> tuple[Tensor, Mapping[str, float]]:
        """Mean squared velocity error at random noise levels."""
        clean = batch.codes / self.scale
        count = len(clean)
        noise = torch.randn(clean.shape, generator=rng).to(clean)
        level = torch.sigmoid(1.2 * torch.randn(count, generator=rng) - LATE).to(clean)
        condition = batch.condition.without_words((torch.rand(count, generator=rng) < self.deaf).to(clean.device))
        at = level[:, None, None]
        noisy = at * clean + (1 - at) * noise
        error = (self.denoiser(noisy, level, condition) - clean) / (1 - at).clamp(min=0.1)
        loss = error.square().mean()
        return loss, {}

    @torch.inference_mode()
    def sample(
        self, shape: tuple[int, ...], condition: Condition, seed: int, sampling: Sampling, on_step: OnStep
    ) -> Tensor:
        """Codes (1, K, C) by Euler steps with classifier-free guidance on the words."""
        x = torch.randn((1, *shape), generator=torch_rng(seed, "codes")).to(self.scale.device)
        x = x.expand(len(condition.seconds), *shape)
        even = torch.linspace(0, 1, sampling.steps + 1)
        levels = (even / (even + math.exp(LATE) * (1 - even))).tolist()
        deaf = condition.without_words(torch.ones(len(x), dtype=torch.bool, device=x.device))
        both = Condition(*(torch.cat(pair) for pair in zip(condition, deaf, strict=True)))
        for done, (now, then) in enumerate(pairwise(levels)):
            level = torch.full((2 * len(x),), now, device=x.device)
            told, untold = self.denoiser(torch.cat([x, x]), level, both).float().chunk(2)
            # Guidance is for the rough shape; near the end it would only magnify what should stay small.
            clean = told + (sampling.guidance - 1) * (told - untold) * (now < 0.8)
            x = x + (then - now) / (1 - now) * (clean - x)
            on_step(done + 1, sampling.steps)
        return x * self.scale
