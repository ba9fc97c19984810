"""The runs behind the latent codec: crops of clips, drawn while it trains."""

from dataclasses import asdict, dataclass, replace
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from mutoscope.codecs.latent import LatentAutoencoder, LatentBatch, LatentConfig
from mutoscope.seeding import numpy_rng
from mutoscope.training.optimiser import OptimiserConfig
from mutoscope.training.run import Run
from mutoscope.world.storybook.world import Storybook
from mutoscope.world.world import World


@dataclass(frozen=True)
class ClipCrops:
    """Batch after batch of crops of fresh clips of a world: `frames` long and `side` pixels wide.

    Of each clip there are two: one lies where an actor is, as much of a picture is ground; the other anywhere.
    """

    size: int
    frames: int
    side: int
    seed: int
    world: World[Any]

    def afresh(self, seed: int) -> Self:
        """The same of other clips."""
        return replace(self, seed=seed)

    def __call__(self, step: int) -> LatentBatch:
        """The batch of a step, in 8 bits."""
        rng = numpy_rng(self.seed, f"latent/{step}")
        stories = [self.world.sample(rng) for _ in range(self.size // 2)]
        frames, actors = self.world.draw(stories, int(rng.integers(2**31)), actors=True)
        assert actors is not None
        parts = torch.cat([frames, actors.unsqueeze(2)], dim=2)
        crops = [self._cropped(clip, rng, to_actor) for clip in parts for to_actor in (True, False)]
        bytes_ = (torch.stack(crops).clamp(0, 1) * 255).round().byte()
        return LatentBatch(bytes_[:, :, :3].contiguous(), bytes_[:, :, 3].contiguous())

    def _cropped(self, clip: Tensor, rng: np.random.Generator, to_actor: bool) -> Tensor:
        """A part (T', C, side, side) of a clip (T, C, H, W), whose last channel is the actors' matte."""
        shape = self.world.shape
        whole, part = (shape.frames, shape.height, shape.width), (self.frames, self.side, self.side)
        low, high = [0, 0, 0], [a - b for a, b in zip(whole, part, strict=True)]
        shown = torch.nonzero(clip[:, -1] > 0.5) if to_actor else clip.new_zeros(0, 3)
        if len(shown):
            point = shown[int(rng.integers(len(shown)))].tolist()
            low = [max(0, min(at - size + 1, most)) for at, size, most in zip(point, part, high, strict=True)]
            high = [min(at, most) for at, most in zip(point, high, strict=True)]
        start, top, left = (int(rng.integers(a, b + 1)) for a, b in zip(low, high, strict=True))
        return clip[start : start + self.frames, :, top : top + self.side, left : left + self.side]


LATENT = LatentConfig(
    seen=192, coarse=320, middle=192, fine=96, encoder_depths=(2, 2), decoder_depths=(2, 3, 2)
)  # fmt: skip


def latent() -> Run:
    """The bundled latent codec: 25 frames of 128x128 as 7x8x8 latents of 24 numbers."""
    return Run(
        name="latent",
        config={"autoencoder": asdict(LATENT)},
        build=lambda: LatentAutoencoder(LATENT),
        # Whole clips: trained on nine frames at a time, it drew ghosts of what moved in the frames beyond.
        batches=ClipCrops(size=6, frames=25, side=80, seed=1, world=Storybook(stage=1)),
        steps=8000,
        optimiser=OptimiserConfig(muon_rate=0.015, adam_rate=1.5e-3),
        decay=0.55,
        ema=0.998,
        journal_every=50,
        save_every=250,
        eight_bits=True,
    )


def tiny_latent() -> Run:
    """The same at a size for tests: a few seconds."""
    config = replace(LATENT, seen=16, coarse=16, middle=16, fine=16, encoder_depths=(1, 1), decoder_depths=(1, 1, 1))
    return replace(
        latent(),
        name="tiny_latent",
        config={"autoencoder": asdict(config)},
        build=lambda: LatentAutoencoder(config),
        batches=ClipCrops(size=4, frames=5, side=32, seed=1, world=Storybook(stage=4)),
        steps=4,
        warmup=2,
        workers=0,
        journal_every=2,
        save_every=4,
    )
