"""The classifiers of Moving Shapes: five answers about a clip, learned from true ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from einops import rearrange
from torch import Tensor, nn
from torch.nn import functional as F

from mutoscope.checkpoints.checkpoint import Checkpoint, config_from
from mutoscope.evaluation.moving_shapes.parser import Frames, Reading
from mutoscope.networks.video import VideoBlock, folded
from mutoscope.objective import Objective
from mutoscope.world.moving_shapes.story import ATTRIBUTES, MovingShape

_PATCH = 4  # pixels to a side
_AT_ONCE = 32


@dataclass(frozen=True, kw_only=True)
class ClassifierConfig:
    """Channels at a quarter of the side, and at an eighth and a sixteenth, where frames are halved too; clips of `frames`."""

    widths: tuple[int, int, int]
    frames: int
    side: int


class ClassifierBatch(NamedTuple):
    """Clips (B, T, 3, H, W) uint8, and of each attribute which of its values they show (B, 5) int64."""

    frames: Tensor
    shown: Tensor


class ShapeClassifier(Objective):
    """Convolution over space and time; each attribute has a classifier of its own at the end."""

    phases: tuple[str, ...] = ("attributes",)

    def __init__(self, config: ClassifierConfig) -> None:
        super().__init__()
        self.config = config
        near, middle, far = config.widths
        self.patches = nn.Linear(3 * _PATCH**2, near)
        self.blocks = nn.ModuleList(VideoBlock(width, causal=False) for width in config.widths)
        self.downs = nn.ModuleList((nn.Linear(8 * near, middle), nn.Linear(8 * middle, far)))
        places = config.frames // 4 * (config.side // (4 * _PATCH)) ** 2
        self.heads = nn.ModuleList(nn.Linear(places * far, len(kind)) for kind in ATTRIBUTES)
        for edge in (self.patches, *self.heads):
            edge.weight._adam = True

    def forward(self, frames: Tensor) -> list[Tensor]:  # (B, T, 3, H, W) in 0..1 -> 5 x (B, values)
        x = self.patches(folded(rearrange(frames, "b t c h w -> b t h w c") * 2 - 1, 1, _PATCH))
        for block, down in zip(self.blocks, (*self.downs, None), strict=True):
            x = block(x)
            x = x if down is None else down(folded(x, 2, 2))
        seen = F.layer_norm(x, x.shape[-1:]).flatten(1)
        return [head(seen) for head in self.heads]

    def loss(self, phase: str, batch: ClassifierBatch, rng: torch.Generator) -> tuple[Tensor, Mapping[str, float]]:
        """The cross-entropies of all five, together."""
        answers = self(batch.frames.float() / 255)
        asked = batch.shown.unbind(1)
        losses = [F.cross_entropy(answer.float(), value) for answer, value in zip(answers, asked, strict=True)]
        right = [(answer.argmax(1) == value).float().mean() for answer, value in zip(answers, asked, strict=True)]
        names = [kind.__name__.lower() for kind in ATTRIBUTES]
        return torch.stack(losses).sum(), {name: float(share) for name, share in zip(names, right, strict=True)}

    @torch.inference_mode()
    def read(self, clips: Sequence[Frames]) -> list[Reading]:
        """The likeliest value of each attribute of each clip: they never say that nothing is to be seen."""
        readings: list[Reading] = []
        for start in range(0, len(clips), _AT_ONCE):
            part = torch.from_numpy(np.stack(clips[start : start + _AT_ONCE]))
            answers = self(rearrange(part.float() / 255, "b t h w c -> b t c h w"))
            best = torch.stack([answer.argmax(1) for answer in answers], dim=1).tolist()
            readings += [tuple(tuple(kind)[at] for kind, at in zip(ATTRIBUTES, row, strict=True)) for row in best]
        return readings


def shown_of(story: MovingShape) -> list[int]:
    """Which value of each attribute a story has."""
    return [tuple(kind).index(value) for kind, value in zip(ATTRIBUTES, story.values, strict=True)]


def open_classifier(folder: Path) -> ShapeClassifier:
    """The classifiers of a checkpoint folder."""
    checkpoint = Checkpoint(folder)
    classifier = ShapeClassifier(config_from(ClassifierConfig, checkpoint.part("classifier", dict)))
    checkpoint.load_into(classifier)
    return classifier.eval()
