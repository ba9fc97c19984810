"""The run in which a codec's decoder goes on alone: it learns to read codes as a model draws them."""

from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from mutoscope.checkpoints.bundled import WEIGHTS
from mutoscope.checkpoints.checkpoint import Checkpoint, config_from
from mutoscope.checkpoints.latent import codes_of
from mutoscope.codecs.latent import Care, LatentAutoencoder, LatentBatch, LatentConfig
from mutoscope.codecs.latent_code import SIDE
from mutoscope.codecs.sprites import Sprites
from mutoscope.codecs.track_code import within
from mutoscope.families.diffusion import Diffusion
from mutoscope.recipes.encoded_clips import BLOCK
from mutoscope.recipes.family_run import TINY, ClipBatches, clip_batches, displaced, tiny_batches
from mutoscope.recipes.latent import latent
from mutoscope.recipes.teacher import load_teacher
from mutoscope.seeding import numpy_rng, torch_rng
from mutoscope.training.optimiser import OptimiserConfig
from mutoscope.training.run import Run
from mutoscope.training.trainer import to_device
from mutoscope.world.storybook.world import Storybook, tiny_storybook
from mutoscope.world.world import seen_story

_STEPS = 8  # of the teacher from noise alone
_EARLIEST = 0.2  # how much of a clip it is shown at least, so that the ground that it draws is the clip's own
_ASTRAY, _DEAF = 0.15, 0.15  # how often tracks lie beside what a code shows, and how often there are none


@dataclass(frozen=True, kw_only=True, eq=False)
class RedrawnCrops:
    """Batch after batch of crops of clips, whole in time, beside what a teacher makes of their codes when it draws them anew.

    It is shown them through more or less noise, with their words and tracks, so that what it draws is the same clip with its
    own mistakes; who reads that is told the tracks, too, most of the time. `clips` a step, two crops of each, `side` latents
    wide; one of them new, the others of the `window` newest.
    """

    batches: ClipBatches
    teacher: Diffusion
    clips: int
    side: int
    window: int
    kept: dict[int, LatentBatch] = field(default_factory=dict)

    def __call__(self, step: int) -> LatentBatch:
        """The batch of a step."""
        rng = numpy_rng(self.batches.seed, f"redrawn/{step}")
        older = rng.integers(max(0, step + 1 - self.window), step + 1, self.clips - 1)
        crops = [self._crop(int(number), rng, at_actors) for number in (step, *older) for at_actors in (True, False)]
        frames, actors, codes, tracks = (torch.stack(parts) for parts in zip(*crops, strict=True))
        heard = torch.from_numpy(rng.random(len(tracks)) >= _DEAF).to(tracks)
        return LatentBatch(frames, actors, codes, tracks * heard[:, None, None, None])

    def _crop(self, number: int, rng: np.random.Generator, at_actors: bool) -> tuple[Tensor, ...]:
        """Frames, mattes, code and tracks of a part of a clip; rather one with much of an actor, or any that there is."""
        block, index = divmod(number, BLOCK)
        clip = self._redrawn(block)
        frames, actors, codes = clip.frames[index], clip.actors[index], clip.codes[index]  # type: ignore[index]
        shown = F.avg_pool2d(actors.float().mean(dim=0)[None], self.side * SIDE, SIDE)[0]
        odds = (shown if at_actors else torch.ones_like(shown)).flatten().double() + 1e-6
        row, column = divmod(int(rng.choice(len(odds), p=(odds / odds.sum()).numpy())), shown.shape[1])
        rows, columns = (slice(at, at + self.side) for at in (row, column))
        height, width = (slice(at * SIDE, (at + self.side) * SIDE) for at in (row, column))
        down, across = (SIDE / size for size in frames.shape[2:])  # of the picture's sides, a latent's
        tracks = displaced(clip.tracks[[index]], torch.tensor([rng.random() < _ASTRAY]), rng)[0]  # type: ignore[index]
        tracks = within(tracks, row * down, column * across, self.side * down, self.side * across)
        return frames[..., height, width], actors[..., height, width], codes[:, rows, columns], tracks

    @torch.inference_mode()
    def _redrawn(self, block: int) -> LatentBatch:
        if block not in self.kept:
            while len(self.kept) > self.window // BLOCK:
                self.kept.pop(min(self.kept))
            clips, device = self.batches.clips, self.batches.clips.device
            rng = numpy_rng(self.batches.seed, f"redrawn/block/{block}")
            stories = [seen_story(clips.world, rng) for _ in range(BLOCK)]
            seed = int(rng.integers(2**31))
            drawn = clips.world.draw(stories, seed, device, actors=True)
            assert drawn.actors is not None
            frames, actors = ((part.clamp(0, 1) * 255).round().byte() for part in (drawn.frames, drawn.actors))
            tracks = clips.world.tracks(stories, seed)
            condition, _ = self.batches.told(stories, rng, tracks=tracks)
            level = float(rng.uniform(_EARLIEST, 1))
            codes = self.teacher.scaling.scaled(clips.encoder((frames / 255).to(torch.bfloat16)).float())
            noise = torch.randn(codes.shape, generator=torch_rng(seed, "noise")).to(device)
            sampling = replace(self.teacher.own, steps=max(1, round(_STEPS * (1 - level))))
            with torch.autocast(device, torch.bfloat16):
                codes = self.teacher.denoised(
                    level * codes + (1 - level) * noise,
                    to_device(condition, torch.device(device)),
                    sampling,
                    begun=level,
                )
            self.kept[block] = LatentBatch(frames.cpu(), actors.cpu(), codes.float().clamp(-1, 1).cpu(), tracks)
        return self.kept[block]


def latent_decoder(
    *,
    codec: Path | None = None,
    teacher: Path | None = None,
    finest: int = 32,
    finest_depth: int = 2,
    steps: int = 2400,
) -> Run:
    """The decoder of a trained codec goes on, with more to draw fine things by; its codes stay what they are.

    So what was taught by those codes still goes with it. `teacher`: the diffusion model (the bundled one) whose codes it is to
    read.
    """
    # Stories in parts: there is less time for each, so that things go faster.
    batches = clip_batches(Storybook(stage=1, changes=True), codec=codec)
    # Begun with what an earlier run taught, it would else see the clips that taught that.
    batches = batches.afresh(int(Checkpoint(batches.clips.codec).sha256[:8], 16))
    model = load_teacher(teacher or WEIGHTS / "diffusion", batches)
    crops = RedrawnCrops(batches=batches, teacher=model, clips=3, side=5, window=192)
    return _decoder_run("latent_decoder", crops, finest, finest_depth, steps=steps)


def tiny_latent_decoder(*, codec: Path, teacher: Path) -> Run:
    """The same at a size for tests, on a codec such as `tiny_latent` gives and a model that was trained with it."""
    batches = tiny_batches(tiny_storybook(1, False), codec=codec)
    crops = RedrawnCrops(batches=batches, teacher=load_teacher(teacher, batches), clips=2, side=2, window=8)
    return _decoder_run("tiny_latent_decoder", crops, 8, 1, **TINY)


def _decoder_run(name: str, crops: RedrawnCrops, finest: int, depth: int, **how: Any) -> Run:
    trained = Checkpoint(crops.batches.clips.codec)
    config = config_from(LatentConfig, trained.part("autoencoder", dict))
    config = replace(config, finest=config.finest or finest, finest_depth=config.finest_depth or depth, tracks=True)

    def build() -> LatentAutoencoder:
        autoencoder = LatentAutoencoder(config, Care(faint=0.4), decoder_alone=True)
        for form in crops.teacher.modules():  # what the teacher knows of forms is a beginning
            if isinstance(form, Sprites) and autoencoder.decoder.sketch is not None:
                autoencoder.decoder.sketch.load_state_dict(form.state_dict(), strict=False)
        trained.lend_to(autoencoder)
        return autoencoder

    run = replace(
        latent(),
        name=name,
        config={"autoencoder": asdict(config), "codes": codes_of(trained)},
        build=build,
        batches=crops,
        optimiser=OptimiserConfig(muon_rate=0.008, adam_rate=8e-4),
        workers=0 if crops.batches.clips.device == "cuda" else 1,
    )
    return replace(run, **how)
