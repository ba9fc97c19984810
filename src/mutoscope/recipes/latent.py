"""The runs behind the latent codec: crops of clips, drawn while it trains."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from mutoscope.codecs.latent import LatentAutoencoder, LatentBatch, LatentConfig
from mutoscope.codecs.track_code import within
from mutoscope.seeding import numpy_rng
from mutoscope.training.optimiser import OptimiserConfig
from mutoscope.training.run import Run
from mutoscope.world.storybook.world import Storybook
from mutoscope.world.world import World

_DEAF = 0.15  # how often no tracks are told to a decoder that can be told them: what is known is decoded without


@dataclass(frozen=True)
class ClipCrops:
    """Batch after batch of crops of fresh clips of a world: `frames` long and `side` pixels wide.

    Of each clip there are two: one lies where an actor is, as much of a picture is ground; the other anywhere.
    `tracks`: most of them with where everyone is, of clips that are whole in time.
    """

    size: int
    frames: int
    side: int
    seed: int
    world: World[Any]
    tracks: bool = False

    def afresh(self, seed: int) -> Self:
        """The same of other clips."""
        return replace(self, seed=seed)

    def __call__(self, step: int) -> LatentBatch:
        """The batch of a step, in 8 bits."""
        rng = numpy_rng(self.seed, f"latent/{step}")
        stories = [self.world.sample(rng) for _ in range(self.size // 2)]
        seed = int(rng.integers(2**31))
        frames, actors = self.world.draw(stories, seed, actors=True)
        assert actors is not None
        parts = torch.cat([frames, actors.unsqueeze(2)], dim=2).repeat_interleave(2, dim=0)
        places = [self._place(clip, rng, index % 2 == 0) for index, clip in enumerate(parts)]
        crops = [clip[time, :, down, across] for clip, (time, down, across) in zip(parts, places, strict=True)]
        bytes_ = (torch.stack(crops).clamp(0, 1) * 255).round().byte()
        tracks = self._tracks(stories, seed, places, rng) if self.tracks else None
        return LatentBatch(bytes_[:, :, :3].contiguous(), bytes_[:, :, 3].contiguous(), tracks=tracks)

    def _tracks(
        self, stories: Sequence[Any], seed: int, places: Sequence[tuple[slice, ...]], rng: np.random.Generator
    ) -> Tensor:
        """Who is where in the crops, two of each clip; of some nothing is told."""
        shape = self.world.shape
        assert self.frames == shape.frames, "tracks are told of whole clips"
        told = self.world.tracks(stories, seed)
        height, width = self.side / shape.height, self.side / shape.width
        crops = [
            within(tracks, down.start / shape.height, across.start / shape.width, height, width)
            for tracks, (_, down, across) in zip(told.repeat_interleave(2, dim=0), places, strict=True)
        ]
        heard = torch.from_numpy(rng.random(len(crops)) >= _DEAF).to(told)
        return torch.stack(crops) * heard[:, None, None, None]

    def _place(self, clip: Tensor, rng: np.random.Generator, to_actor: bool) -> tuple[slice, ...]:
        """When, how far down and how far across a part of a clip (T, C, H, W) lies, whose last channel is the actors' matte."""
        shape = self.world.shape
        whole, part = (shape.frames, shape.height, shape.width), (self.frames, self.side, self.side)
        low, high = [0, 0, 0], [a - b for a, b in zip(whole, part, strict=True)]
        shown = torch.nonzero(clip[:, -1] > 0.5) if to_actor else clip.new_zeros(0, 3)
        if len(shown):
            point = shown[int(rng.integers(len(shown)))].tolist()
            low = [max(0, min(at - size + 1, most)) for at, size, most in zip(point, part, high, strict=True)]
            high = [min(at, most) for at, most in zip(point, high, strict=True)]
        begins = (int(rng.integers(a, b + 1)) for a, b in zip(low, high, strict=True))
        return tuple(slice(begin, begin + size) for begin, size in zip(begins, part, strict=True))


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
