"""The denoiser of motion codes: a transformer over key times, told by words, photo and arrow."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mutoscope.codecs.motion_code import CAMERA, SCALE, SUBJECT
from mutoscope.codecs.scaling import Scaling
from mutoscope.conditioning.condition import Condition
from mutoscope.families.denoiser import Denoiser
from mutoscope.families.diffusion import Diffusion, Flow
from mutoscope.families.family import Sampling
from mutoscope.families.hearing import CLOCK, Hearing, clock, meant_by
from mutoscope.language.encoder import WordEncoderConfig
from mutoscope.networks.attention import Block, blinders, waves

# Codes repeat themselves over key times, so a glance through much noise shows what they are; only at levels still noisier
# than that do the words matter. Guidance is for the rough shape; near the end it would only magnify what should stay small.
FLOW = Flow(late=1.6, spread=1.2, guided_until=0.8, solver="euler")


@dataclass(frozen=True, kw_only=True)
class MotionDenoiserConfig:
    """Sizes of the denoiser over a sequence of key times. `of_camera`: which meanings ask something of the camera."""

    channels: int
    width: int
    depth: int
    heads: int
    photo: int
    meanings: int
    of_camera: tuple[int, ...]
    text: WordEncoderConfig


def motion_diffusion(config: MotionDenoiserConfig) -> Diffusion:
    """The diffusion family on the motion codec."""
    scaling = Scaling(torch.zeros(1, len(SCALE)), SCALE[None])
    return Diffusion(MotionDenoiser(config), scaling, FLOW, Sampling(steps=10, guidance=1.5))


class MotionDenoiser(Denoiser):
    """A transformer over key times that also looks at words, photo and arrow; asked twice, for camera and subject.

    Either time it sees one half of the code and is told what was read for that half. So a spin while the camera shakes, which
    it never saw, is little else than the spin and the shake that it knows.
    """

    shown: Tensor  # (2,1,1,C) 0 or 1: which codes either half is
    meant: Tensor  # (2,1,1,M+1) 0 or 1: what is told to it

    def __init__(self, config: MotionDenoiserConfig) -> None:
        width = config.width
        super().__init__(config.text, config.meanings, width)
        self.wishes_in = nn.Sequential(nn.Linear(config.photo + 3, width), nn.GELU(), nn.Linear(width, width))
        self.codes_in = nn.Conv1d(config.channels, width, 3, padding=1)
        self.clock_in = nn.Linear(CLOCK, width)
        self.level_in = nn.Sequential(nn.Linear(32, width), nn.GELU(), nn.Linear(width, 6 * width))
        self.blocks = nn.ModuleList(Block(width, config.heads) for _ in range(config.depth))
        self.norm = nn.LayerNorm(width)
        self.out = nn.Linear(width, config.channels)
        nn.init.zeros_(self.out.weight)
        self.out.weight._adam = True  # type: ignore[attr-defined]
        shown, meant = torch.zeros(2, config.channels), torch.zeros(2, config.meanings + 1)
        shown[0, CAMERA] = shown[1, SUBJECT] = 1
        meant[0, list(config.of_camera)] = 1
        meant[1] = 1 - meant[0]
        meant[:, -1] = 1  # whether there are words at all
        self.register_buffer("shown", shown[:, None, None], persistent=False)
        self.register_buffer("meant", meant[:, None, None], persistent=False)

    def forward(
        self, noisy: Tensor, level: Tensor, condition: Condition, hearing: Hearing
    ) -> Tensor:  # (B,K,C), (B,) -> (B,K,C)
        keys = noisy.shape[1]
        times, owner = key_segments(condition, keys)
        wishes = self.wishes_in(torch.cat([condition.photo, condition.arrow * 10], dim=-1))
        context = torch.cat([self.words_in(hearing.spoken), wishes.unsqueeze(1)], dim=1)
        told = condition.word_mask.any(dim=1)[:, None, None]
        heard = at_keys(hearing.heard, owner) & told
        seen = torch.cat([heard.new_ones(len(noisy), keys, keys), heard, heard.new_ones(len(noisy), keys, 1)], dim=2)
        modulation = self.level_in(waves(level, 16, 2.0)).unflatten(-1, (6, -1))
        both = (self.clock_in(times), owner, context, blinders(seen)[:, None], modulation)
        clocks, owner, context, mask, modulation = (torch.cat([each, each]) for each in both)
        codes = (noisy * self.shown).flatten(0, 1)
        meant = (meant_by(condition, hearing) * self.meant).flatten(0, 1)
        x = self.codes_in(codes.transpose(1, 2)).transpose(1, 2)
        x = x + clocks + at_keys(self.meanings_in(meant), owner)
        for block in self.blocks:
            x = block(x, context, mask, modulation)
        halves = self.out(self.norm(x)).unflatten(0, (2, -1))
        out: Tensor = (halves * self.shown).sum(dim=0)
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
    return clock(at, bounds, condition), owner
