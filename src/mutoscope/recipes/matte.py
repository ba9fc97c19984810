"""The run behind the bundled matte network: collages drawn while it trains, and no photo ever."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Self

import torch

from mutoscope.seeding import torch_rng
from mutoscope.training.optimiser import OptimiserConfig
from mutoscope.training.run import Run
from mutoscope.vision.matting import BUNDLED, SIDE, MatteBatch, MatteConfig, MatteObjective
from mutoscope.world.collage import draw_collages
from mutoscope.world.crops import read_crops


@dataclass(frozen=True)
class CollageBatches:
    """Batch after batch of fresh collages, half of them before crops of the photos in a folder, if one is given."""

    size: int
    seed: int
    photos: Path | None = None

    def afresh(self, seed: int) -> Self:
        """The same of other scenes."""
        return replace(self, seed=seed)

    def __call__(self, step: int) -> MatteBatch:
        """The batch of a step, in 8 bits as photos are."""
        photos = () if self.photos is None else read_crops(self.photos)
        drawn = draw_collages(self.size, SIDE, torch_rng(self.seed, f"matte/{step}"), photos=photos)
        return MatteBatch(*((part * 255 + 0.5).to(torch.uint8) for part in (drawn.picture, drawn.matte)))


def matte(*, photos: Path | None = None) -> Run:
    """The bundled matte network; `photos`: a folder of photos whose crops stand behind half of the collages.

    The bundled weights themselves saw their collages through a pool that a second process refilled, each about twice,
    on a schedule by the clock; their card has the numbers.
    """
    if photos is not None:
        read_crops(photos)  # a folder without any is told before the work begins
    return Run(
        name="matte",
        config={"network": asdict(BUNDLED)},
        build=lambda: MatteObjective(BUNDLED),
        batches=CollageBatches(size=64, seed=1, photos=photos),
        steps=5000,
        optimiser=OptimiserConfig(muon_rate=0.02, adam_rate=2e-3),
        decay=0.6,
        ema=0.998,
        eight_bits=True,
    )


def tiny_matte(*, photos: Path | None = None) -> Run:
    """The same at a size for tests: a few seconds."""
    config = MatteConfig(fine=16, middle=16, coarse=16)
    return replace(
        matte(photos=photos),
        name="tiny_matte",
        config={"network": asdict(config)},
        build=lambda: MatteObjective(config),
        batches=CollageBatches(size=8, seed=1, photos=photos),
        steps=4,
        warmup=2,
        workers=0,
        journal_every=2,
        save_every=4,
    )
