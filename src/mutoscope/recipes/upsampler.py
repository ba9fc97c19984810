"""The run behind the upsampler: storybook clips as they are delivered, and the same made small."""

from dataclasses import asdict, dataclass, replace
from typing import Self

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from mutoscope.codecs.upsampler import SPACE, TIME, Upsampler, UpsamplerBatch, UpsamplerConfig, delivered
from mutoscope.seeding import numpy_rng
from mutoscope.shapes import ClipShape
from mutoscope.training.optimiser import OptimiserConfig
from mutoscope.training.run import Run
from mutoscope.world.storybook.drawing import render_stories
from mutoscope.world.storybook.sampling import sample_story
from mutoscope.world.storybook.world import STORYBOOK


@dataclass(frozen=True, kw_only=True)
class SmallAndLarge:
    """Batch after batch of crops of fresh clips, `crops` of each, `frames` long and `side` pixels wide when small.

    Small clips are as soft as a codec leaves them, so blur and a little noise belong to them.
    """

    clips: int
    crops: int
    frames: int
    side: int
    seed: int
    stage: int
    shape: ClipShape = STORYBOOK

    def afresh(self, seed: int) -> Self:
        """The same of other clips."""
        return replace(self, seed=seed)

    def __call__(self, step: int) -> UpsamplerBatch:
        """The batch of a step, in 8 bits."""
        rng = numpy_rng(self.seed, f"upsampler/{step}")
        stories = [sample_story(rng, self.shape.seconds, stage=self.stage) for _ in range(self.clips)]
        clips = render_stories(stories, delivered(self.shape), int(rng.integers(2**31)), mattes=True)
        assert clips.mattes is not None
        pairs = []
        for large, matte in zip(clips.frames, clips.mattes.amax(1), strict=True):
            small = F.avg_pool2d(large[::TIME], SPACE)
            shown = torch.nonzero(F.avg_pool2d(matte[::TIME], SPACE) > 0.5)
            pairs += [self._cropped(small, large, shown, rng) for _ in range(self.crops)]
        return UpsamplerBatch(*((torch.stack(part) * 255).round().byte() for part in zip(*pairs, strict=True)))

    def _cropped(self, small: Tensor, large: Tensor, shown: Tensor, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        """A part of both, about an actor: elsewhere nothing moves, and straight lines are right."""
        point = shown[int(rng.integers(len(shown)))].tolist() if len(shown) else [0, 0, 0]
        sizes = (self.frames, self.side, self.side)
        whole = (self.shape.frames, self.shape.height, self.shape.width)
        t, y, x = (
            int(rng.integers(max(0, min(at - size + 1, full - size)), min(at, full - size) + 1))
            for at, size, full in zip(point, sizes, whole, strict=True)
        )
        rows, columns = slice(y, y + self.side), slice(x, x + self.side)
        crop = small[t : t + self.frames, :, rows, columns]
        soft = F.avg_pool2d(crop, 3, stride=1, padding=1, count_include_pad=False)
        crop = torch.lerp(crop, soft, float(rng.uniform(0, 0.6)))
        noise = torch.from_numpy(rng.standard_normal(crop.shape, dtype=np.float32)) * float(rng.uniform(0, 0.02))
        wide, high = (slice(SPACE * s.start, SPACE * s.stop) for s in (columns, rows))
        return (crop + noise).clamp(0, 1), large[TIME * t : TIME * (t + self.frames - 1) + 1, :, high, wide].clamp(0, 1)


def upsampler(*, stage: int = 1, steps: int = 1500) -> Run:
    """From 25 frames of 128x128, 8 a second, to 73 of 256x256, 24 a second."""
    config = UpsamplerConfig(width=64, depth=3)
    return Run(
        name="upsampler",
        config={"upsampler": asdict(config)},
        build=lambda: Upsampler(config),
        batches=SmallAndLarge(clips=2, crops=8, frames=5, side=32, seed=1, stage=stage),
        steps=steps,
        optimiser=OptimiserConfig(muon_rate=0.01, adam_rate=1e-3),
        ema=0.998,
        journal_every=50,
        save_every=250,
        eight_bits=True,
    )


def tiny_upsampler(*, stage: int = 1) -> Run:
    """The same at a size for tests: a few seconds."""
    config = UpsamplerConfig(width=16, depth=1)
    shape = ClipShape(frames=9, height=64, width=64, fps=8)
    return replace(
        upsampler(stage=stage),
        name="tiny_upsampler",
        config={"upsampler": asdict(config)},
        build=lambda: Upsampler(config),
        batches=SmallAndLarge(clips=1, crops=2, frames=3, side=16, seed=1, stage=stage, shape=shape),
        steps=4,
        warmup=2,
        workers=0,
        journal_every=2,
        save_every=4,
    )
