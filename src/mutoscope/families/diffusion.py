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
from mutoscope.language.reader import Reader, reading_loss
from mutoscope.networks.attention import Block, waves
from mutoscope.objective import Objective
from mutoscope.seeding import torch_rng

# Codes repeat themselves over key times, so a glance through much noise shows what they are; only at levels still noisier
# than that do the words matter. Training and sampling both dwell there (the shift of Esser et al. 2024, section 5.3.2).
LATE = 1.6
# The share of the reader in the loss: at the end its cross-entropies are about as large as the velocities' error.
READING = 0.1


class MotionBatch(NamedTuple):
    """True codes (B,K,C) in natural units, what was said about them, and what each segment of it meant (B,S,M), 0 or 1."""

    codes: Tensor
    condition: Condition
    meant: Tensor


class Hearing(NamedTuple):
    """What came of the words: vectors (B,L,W), who hears which (B,S,L) bool, and what is read off them (B,S,M) logits."""

    spoken: Tensor
    heard: Tensor
    reading: Tensor


@dataclass(frozen=True, kw_only=True)
class DiffusionConfig:
    """Sizes of the denoiser over a sequence of key times."""

    channels: int
    width: int
    depth: int
    heads: int
    photo: int
    meanings: int
    text: WordEncoderConfig


class Denoiser(nn.Module):
    """Predicts clean codes from noisy ones: a transformer over key times that also looks at words, photo and arrow.

    A key time hears only the words of its own segment (as Prompt Relay routes prompts by time), so that
    "A, then B" needs no mechanism of its own; how A becomes B it learns by looking at its neighbours.
    It is told twice: by the words themselves, and by what a `Reader` reads off them. The reading is a sum of plain meanings,
    so that a combination that was never seen is one more sum.
    """

    def __init__(self, config: DiffusionConfig) -> None:
        super().__init__()
        width = config.width
        self.text: TextEncoder = WordEncoder(config.text)
        self.reader = Reader(config.text.width, config.meanings)
        self.words_in = nn.Linear(config.text.width, width)
        self.meanings_in = nn.Linear(config.meanings + 1, width)
        self.wishes_in = nn.Sequential(nn.Linear(config.photo + 3, width), nn.GELU(), nn.Linear(width, width))
        self.codes_in = nn.Conv1d(config.channels, width, 3, padding=1)
        self.clock_in = nn.Linear(5 * 16, width)
        self.level_in = nn.Sequential(nn.Linear(32, width), nn.GELU(), nn.Linear(width, 6 * width))
        self.blocks = nn.ModuleList(Block(width, config.heads) for _ in range(config.depth))
        self.norm = nn.LayerNorm(width)
        self.out = nn.Linear(width, config.channels)
        nn.init.zeros_(self.out.weight)
        self.out.weight._adam = True  # type: ignore[attr-defined]

    def hear(self, condition: Condition) -> Hearing:
        """What the words of a condition say; it does not change while codes become clean."""
        spoken = self.text(condition.word_ids, condition.ngram_ids, condition.places, condition.word_mask)
        segments = torch.arange(condition.segments.shape[1], device=spoken.device)
        heard = (condition.places[:, None, :, 0] == segments[:, None]) & condition.word_mask[:, None]
        return Hearing(spoken, heard, self.reader(spoken, heard))

    def forward(
        self, noisy: Tensor, level: Tensor, condition: Condition, hearing: Hearing
    ) -> Tensor:  # (B,K,C), (B,) -> (B,K,C)
        keys = noisy.shape[1]
        times, owner = key_segments(condition, keys)
        wishes = self.wishes_in(torch.cat([condition.photo, condition.arrow * 10], dim=-1))
        context = torch.cat([self.words_in(hearing.spoken), wishes.unsqueeze(1)], dim=1)
        told = condition.word_mask.any(dim=1)[:, None, None]
        heard = at_keys(hearing.heard, owner) & told
        mask = torch.cat([heard.new_ones(len(noisy), keys, keys), heard, heard.new_ones(len(noisy), keys, 1)], dim=2)
        # What the reader says is learned from what was meant alone: to shift it could make no motion truer.
        meant = hearing.reading.detach().sigmoid() * hearing.heard.any(dim=-1, keepdim=True)
        meant = torch.cat([meant, torch.ones_like(meant[..., :1])], dim=-1) * told
        x = self.codes_in(noisy.transpose(1, 2)).transpose(1, 2)
        x = x + self.clock_in(times) + at_keys(self.meanings_in(meant), owner)
        modulation = self.level_in(waves(level, 16, 2.0)).unflatten(-1, (6, -1))
        for block in self.blocks:
            x = block(x, context, mask[:, None], modulation)
        out: Tensor = self.out(self.norm(x))
        return out


def at_keys(values: Tensor, owner: Tensor) -> Tensor:
    """What belongs to segments (B,S,X), at the key times (B,K) that they own: (B,K,X)."""
    return values.gather(1, owner.unsqueeze(-1).expand(-1, -1, values.shape[-1]))


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
        """Mean squared velocity error at random noise levels, and what the reader has read wrongly."""
        clean = batch.codes / self.scale
        count = len(clean)
        noise = torch.randn(clean.shape, generator=rng).to(clean)
        level = torch.sigmoid(1.2 * torch.randn(count, generator=rng) - LATE).to(clean)
        hearing = self.denoiser.hear(batch.condition)
        condition = batch.condition.without_words((torch.rand(count, generator=rng) < self.deaf).to(clean.device))
        at = level[:, None, None]
        noisy = at * clean + (1 - at) * noise
        error = (self.denoiser(noisy, level, condition, hearing) - clean) / (1 - at).clamp(min=0.1)
        velocity = error.square().mean()
        reading = reading_loss(hearing.reading, batch.meant, hearing.heard)
        return velocity + READING * reading, {"velocity": float(velocity.detach()), "reading": float(reading.detach())}

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
        hearing = self.denoiser.hear(condition)
        hearing = Hearing(*(torch.cat([said, said]) for said in hearing))
        for done, (now, then) in enumerate(pairwise(levels)):
            level = torch.full((2 * len(x),), now, device=x.device)
            told, untold = self.denoiser(torch.cat([x, x]), level, both, hearing).float().chunk(2)
            # Guidance is for the rough shape; near the end it would only magnify what should stay small.
            clean = told + (sampling.guidance - 1) * (told - untold) * (now < 0.8)
            x = x + (then - now) / (1 - now) * (clean - x)
            on_step(done + 1, sampling.steps)
        return x * self.scale

    @torch.inference_mode()
    def read(self, condition: Condition) -> Tensor:
        """(S, M) how likely (0..1) each segment of one condition asks for each meaning; 0 where there are no words."""
        _, heard, reading = self.denoiser.hear(condition)
        return (reading.sigmoid() * heard.any(dim=-1, keepdim=True))[0]
