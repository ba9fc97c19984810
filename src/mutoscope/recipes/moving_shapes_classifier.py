"""The run behind the classifiers that judge Moving Shapes: true clips, drawn while they learn."""

from dataclasses import asdict, dataclass, replace
from typing import Self

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from mutoscope.evaluation.moving_shapes.classifier import ClassifierBatch, ClassifierConfig, ShapeClassifier, shown_of
from mutoscope.seeding import numpy_rng
from mutoscope.training.optimiser import OptimiserConfig
from mutoscope.training.run import Run
from mutoscope.world.moving_shapes.world import MOVING_SHAPES, PUBLISHED, MovingShapes

_SOFT = 0.5  # how often clips are made soft


@dataclass(frozen=True, kw_only=True)
class ShownShapes:
    """Batch after batch of fresh clips, held-out ones too. Half of them are a little soft, as any model's clips are:
    else softness, which true clips never have, would mean something by accident."""

    size: int
    seed: int

    def afresh(self, seed: int) -> Self:
        """The same of other clips."""
        return replace(self, seed=seed)

    def __call__(self, step: int) -> ClassifierBatch:
        """The batch of a step, in 8 bits."""
        world, rng = MovingShapes(), numpy_rng(self.seed, f"classifier/{step}")
        stories = [world.sample(rng) for _ in range(self.size)]
        clips = world.draw(stories, int(rng.integers(2**31))).frames[:, :PUBLISHED]
        shown = [_softened(clip, rng) if rng.random() < _SOFT else clip for clip in clips]
        frames = (torch.stack(shown).clamp(0, 1) * 255).round().byte()
        return ClassifierBatch(frames, torch.tensor([shown_of(story) for story in stories]))


def _softened(clip: Tensor, rng: np.random.Generator) -> Tensor:  # (T, 3, H, W)
    """The clip between itself and its blur."""
    soft = F.avg_pool2d(clip, 3, stride=1, padding=1, count_include_pad=False)
    return torch.lerp(clip, soft, float(rng.uniform(0, 1)))


def moving_shapes_classifier(*, steps: int = 1000) -> Run:
    """Shape, colour, size, motion and direction of clips of Moving Shapes; some minutes of one core."""
    config = ClassifierConfig(widths=(48, 96, 128), frames=PUBLISHED, side=MOVING_SHAPES.height)
    return Run(
        name="moving_shapes_classifier",
        config={"classifier": asdict(config)},
        build=lambda: ShapeClassifier(config),
        batches=ShownShapes(size=32, seed=1),
        steps=steps,
        optimiser=OptimiserConfig(muon_rate=0.02, adam_rate=2e-3),
        warmup=50,
        ema=0.99,
        journal_every=50,
        save_every=250,
    )


def tiny_moving_shapes_classifier() -> Run:
    """The same at a size for tests: a few seconds."""
    config = ClassifierConfig(widths=(8, 16, 16), frames=PUBLISHED, side=MOVING_SHAPES.height)
    return replace(
        moving_shapes_classifier(steps=4),
        name="tiny_moving_shapes_classifier",
        config={"classifier": asdict(config)},
        build=lambda: ShapeClassifier(config),
        batches=ShownShapes(size=4, seed=1),
        warmup=2,
        workers=0,
        journal_every=2,
        save_every=4,
    )
