"""Alignment: the two towers, trained together to tell true pairs from all others (CLIP, Radford et al. 2021)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, assert_never

import torch
from einops import rearrange
from torch import Tensor, nn
from torch.nn import functional as F

from mutoscope.alignment.towers import ClipTower, ClipTowerConfig, TextTower
from mutoscope.language.encoder import TextEncoder, WordEncoder, WordEncoderConfig
from mutoscope.language.pretrained import PretrainedConfig, PretrainedEncoder
from mutoscope.language.spoken import Spoken
from mutoscope.objective import Objective

TextConfig = WordEncoderConfig | PretrainedConfig
_HOTTEST = math.log(100.0)  # the scale of similarities is kept below, as in CLIP


@dataclass(frozen=True, kw_only=True)
class AlignmentConfig:
    """The clip tower, the size of the space where both meet, and the heads that pool words."""

    clip: ClipTowerConfig
    space: int
    heads: int


class AlignmentBatch(NamedTuple):
    """B clips (B,T,3,H,W) uint8 that differ in what they show, and N captions of each: clip after clip, (B N) prompts."""

    frames: Tensor
    spoken: Spoken


class Alignment(Objective):
    """Both towers and the learnt temperature."""

    phases: tuple[str, ...] = ("contrast",)

    def __init__(self, config: AlignmentConfig, text: TextConfig) -> None:
        super().__init__()
        self.config = config
        self.text = TextTower(text_encoder(text), config.heads, config.space)
        self.clip = ClipTower(config.clip, config.space)
        self.scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))

    def embed_text(self, spoken: Spoken) -> Tensor:
        """Vectors (B,D) of length 1."""
        return F.normalize(self.text(spoken).float(), dim=-1)

    def embed_clips(self, frames: Tensor) -> Tensor:
        """Vectors (B,D) of length 1 of clips (B,T,3,H,W) uint8 of the shape `SEEN`."""
        return F.normalize(self.clip(frames).float(), dim=-1)

    def loss(self, phase: str, batch: AlignmentBatch, rng: torch.Generator) -> tuple[Tensor, Mapping[str, float]]:
        """The symmetric cross-entropy of every caption's clip and every clip's caption (Radford et al. 2021, figure 3)."""
        clips = self.embed_clips(batch.frames)
        texts = rearrange(self.embed_text(batch.spoken), "(b n) d -> n b d", b=len(clips))
        with torch.autocast(clips.device.type, enabled=False):  # bf16 would round away what tells near ones apart
            similar = self.scale.clamp(max=_HOTTEST).exp() * texts @ clips.T  # (N, B captions, B clips)
        right = torch.arange(len(clips), device=clips.device).expand(len(texts), -1)
        by_text = F.cross_entropy(similar.flatten(0, 1), right.flatten())
        by_clip = F.cross_entropy(similar.mT.flatten(0, 1), right.flatten())
        with torch.no_grad():
            found = (similar.argmax(-1) == right).float().mean()
        return (by_text + by_clip) / 2, {"found": float(found), "scale": float(self.scale.detach().exp())}


def text_encoder(config: TextConfig) -> TextEncoder:
    """Our own text encoder, untrained, or one of others."""
    match config:
        case WordEncoderConfig():
            return WordEncoder(config)
        case PretrainedConfig():
            return PretrainedEncoder(config)
        case _:
            assert_never(config)
