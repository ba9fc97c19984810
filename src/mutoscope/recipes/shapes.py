"""The runs behind the models of the two worlds of shapes: for each a codec, the three families, and what its GAN begins with."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from mutoscope.codecs.latent import Care, LatentAutoencoder, LatentConfig
from mutoscope.families.autoregressive import Autoregressive
from mutoscope.families.choreographer import ChoreographerConfig
from mutoscope.families.clip_denoiser import ClipDenoiserConfig, clip_diffusion
from mutoscope.families.gan import Contest, GanConfig
from mutoscope.families.judge import JudgeConfig
from mutoscope.families.next_patches import AutoregressiveConfig
from mutoscope.language.encoder import WordEncoderConfig
from mutoscope.language.tokens import Tokenizer
from mutoscope.networks.mixers import Mixing
from mutoscope.recipes.choreographer import TrackBatches, choreographer_run
from mutoscope.recipes.distilled_storybook import TaughtBatches, distillation_run
from mutoscope.recipes.family_run import (
    TINY,
    ClipBatches,
    clip_batches,
    family_run,
    tiny_batches,
    tiny_text,
    usual_text,
)
from mutoscope.recipes.gan_storybook import gan_run
from mutoscope.recipes.latent import ClipCrops
from mutoscope.recipes.teacher import load_teacher
from mutoscope.training.optimiser import OptimiserConfig
from mutoscope.training.run import Run
from mutoscope.world.mocogan_shapes import MocoganShapes
from mutoscope.world.moving_shapes.world import MovingShapes
from mutoscope.world.world import World

_PATCH = 1  # of codes of 4x4 latents each counts


@dataclass(frozen=True, kw_only=True)
class ShapeRecipes:
    """What is trained for a world of shapes, at a size. `tiny`: a few seconds each, for tests.

    Models are told where the shape will be, by a choreographer of that world.
    """

    world: World[Any]
    autoencoder: LatentConfig
    care: Care  # what the codec counts more
    width: int
    depth: int
    judge: int  # width of the discriminator
    steps: Mapping[str, int]
    tiny: bool = False

    def by_name(self) -> dict[str, Callable[..., Run]]:
        """The recipes by their names."""
        recipes: tuple[Callable[..., Run], ...] = (
            self.latent, self.choreographer, self.diffusion, self.distilled, self.gan, self.autoregressive,
        )  # fmt: skip
        return {self._name(recipe.__name__): recipe for recipe in recipes}

    def latent(self, *, steps: int | None = None) -> Run:
        """The codec: 17 frames of 64x64 as 5x4x4 latents of 24 numbers."""
        size, side = (4, 32) if self.tiny else (8, 48)
        return Run(
            name=self._name("latent"),
            config={"autoencoder": asdict(self.autoencoder)},
            build=lambda: LatentAutoencoder(self.autoencoder, self.care),
            batches=ClipCrops(
                size=size,
                frames=self.world.shape.frames,
                side=side,
                seed=1,
                world=self.world,
                tracks=self.autoencoder.tracks,
            ),
            optimiser=OptimiserConfig(muon_rate=0.015, adam_rate=1.5e-3),
            ema=0.998,
            eight_bits=True,
            **{"journal_every": 50, "save_every": 250} | self._how("latent", steps),
        )

    def choreographer(self, *, codec: Path | None = None, steps: int | None = None) -> Run:
        """What tells the families where the shape will be; it sees known frames by that codec."""
        clips = replace(self._batches(codec), repeats=1 if self.tiny else 16)
        config = ChoreographerConfig(
            patch=2, eyes=self.width // 2, width=self.width, depth=self.depth, heads=max(1, self.width // 64),
            meanings=len(self.world.meanings), text=self._text(clips.tokenizer),
        )  # fmt: skip
        batches = TrackBatches(clips=clips, unseen=8 if self.tiny else 64)
        return choreographer_run(self._name("choreographer"), config, batches, **self._how("choreographer", steps))

    def diffusion(self, *, codec: Path | None = None, mixer: Mixing = "attention", steps: int | None = None) -> Run:
        """The diffusion family on that codec. Another `mixer` for comparison."""
        batches = self._batches(codec)
        config = replace(self._denoiser(batches.tokenizer), mixer=mixer)
        build, how = lambda scaling: clip_diffusion(config, scaling), self._how("diffusion", steps)
        return family_run(self._name("diffusion"), config, batches, build, **how)

    def distilled(self, *, codec: Path | None = None, teacher: Path | None = None, steps: int | None = None) -> Run:
        """The GAN's generator before its contest, taught by that diffusion model; best begun with its weights."""
        batches = self._batches(codec)
        model = load_teacher(teacher or Path("runs") / self._name("diffusion") / "checkpoint", batches)
        model.own = replace(model.own, guidance=1.0)  # as it draws for people (`Pipeline.sampling`)
        taught = TaughtBatches(batches=batches, teacher=model, first=24, repeats=16, window=192)
        config = GanConfig(denoiser=self._denoiser(batches.tokenizer))
        return distillation_run(self._name("distilled"), config, taught, **self._how("distilled", steps))

    def gan(self, *, codec: Path | None = None, contest: Contest = "relativistic", steps: int | None = None) -> Run:
        """The GAN on that codec; its contest is short, as it begins with what was distilled (`--start`)."""
        batches = self._batches(codec)
        config = GanConfig(denoiser=self._denoiser(batches.tokenizer))
        judge = JudgeConfig(
            width=self.judge, heads=max(1, self.judge // 64), depths=(2, 2), words=config.text.width,
            meanings=config.denoiser.meanings, tracks=True,
        )  # fmt: skip
        return gan_run(self._name("gan"), config, judge, batches, contest, **self._how("gan", steps))

    def autoregressive(self, *, codec: Path | None = None, steps: int | None = None) -> Run:
        """The autoregressive family on that codec."""
        batches = self._batches(codec)
        # Where a shape begins no caption says: by words alone, the likeliest is nowhere.
        config = AutoregressiveConfig(denoiser=self._denoiser(batches.tokenizer), guidance=1.0, temperature=1.0)
        build, how = lambda scaling: Autoregressive(config, scaling), self._how("autoregressive", steps)
        return family_run(self._name("autoregressive"), config, batches, build, **how)

    def at_tiny_size(self) -> "ShapeRecipes":
        """The same for tests."""
        autoencoder = replace(_TINY_AUTOENCODER, colours=self.autoencoder.colours, tracks=self.autoencoder.tracks)
        return replace(self, autoencoder=autoencoder, width=32, depth=1, judge=16, tiny=True)

    def _name(self, what: str) -> str:
        return f"{'tiny_' if self.tiny else ''}{what}_{self.world.name}"

    def _how(self, what: str, steps: int | None) -> dict[str, Any]:
        return dict(TINY) if self.tiny else {"steps": steps or self.steps[what]}

    def _batches(self, codec: Path | None) -> ClipBatches:
        if self.tiny:
            return tiny_batches(self.world, codec=codec)
        return clip_batches(self.world, codec=codec, size=32, lessons=64)

    def _denoiser(self, tokenizer: Tokenizer) -> ClipDenoiserConfig:
        return ClipDenoiserConfig(
            patch=_PATCH, width=self.width, depth=self.depth, heads=max(1, self.width // 64),
            meanings=len(self.world.meanings), text=self._text(tokenizer), tracks=True, sketch=True,
        )  # fmt: skip

    def _text(self, tokenizer: Tokenizer) -> WordEncoderConfig:
        return (tiny_text if self.tiny else usual_text)(tokenizer)


_MOVING = ShapeRecipes(
    world=MovingShapes(),
    autoencoder=LatentConfig(
        seen=128, coarse=192, middle=128, fine=64, encoder_depths=(2, 2), decoder_depths=(2, 2, 2), tracks=True
    ),
    care=Care(actors=16.0, edges=0.0, outlines=30.0),  # most edges here are the ground's
    width=128,
    depth=4,
    judge=64,
    steps={
        "latent": 4000,
        "choreographer": 3000,
        "diffusion": 3000,
        "distilled": 1200,
        "gan": 400,
        "autoregressive": 1600,
    },
)
_MOCOGAN = ShapeRecipes(
    world=MocoganShapes(),
    autoencoder=LatentConfig(
        seen=96, coarse=128, middle=96, fine=48, encoder_depths=(1, 2), decoder_depths=(2, 2, 2), colours=2
    ),
    care=Care(actors=8.0, edges=10.0),
    width=128,
    depth=4,
    judge=64,
    steps={
        "latent": 6000,
        "choreographer": 3000,
        "diffusion": 3000,
        "distilled": 1200,
        "gan": 400,
        "autoregressive": 1600,
    },
)
_TINY_AUTOENCODER = LatentConfig(
    seen=16, coarse=16, middle=16, fine=16, encoder_depths=(1, 1), decoder_depths=(1, 1, 1)
)

SHAPE_RECIPES: dict[str, Callable[..., Run]] = {
    name: recipe
    for whole in (_MOVING, _MOCOGAN)
    for size in (whole, whole.at_tiny_size())
    for name, recipe in size.by_name().items()
}
