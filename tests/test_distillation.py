"""A generator of one pass learns what a diffusion model makes of the same noise."""

import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from toy_story import CONFIGS, SHAPE, lesson, scaling

from mutoscope.checkpoints.checkpoint import Checkpoint
from mutoscope.checkpoints.family import load_family
from mutoscope.errors import MutoscopeError
from mutoscope.families.diffusion import Diffusion
from mutoscope.families.distillation import Distillation, TaughtBatch
from mutoscope.families.gan import GanConfig, Generator
from mutoscope.recipes.distilled_storybook import tiny_distilled_storybook
from mutoscope.recipes.running import train
from mutoscope.seeding import torch_rng
from mutoscope.training.optimiser import Optimiser, OptimiserConfig


def taught() -> TaughtBatch:
    """Clips that hang on their noise: each is as bright as its first latent's first number says, beside what words say."""
    drawn = lesson()
    noise = torch.randn(drawn.codes.shape, generator=torch_rng(0, "noise"))
    codes = (drawn.codes + 0.3 * noise[:, :1, :1, :1, :1].sign()).expand(-1, *SHAPE).clone()
    return TaughtBatch(noise, drawn._replace(codes=codes))


def test_what_hangs_on_the_noise_is_learned_as_well_as_what_words_say() -> None:
    torch.manual_seed(0)
    config = CONFIGS["gan"]
    assert isinstance(config, GanConfig)
    model, batch = Distillation(config, scaling()), taught()
    optimiser = Optimiser(list(model.named_parameters()), OptimiserConfig(muon_rate=0.02, adam_rate=3e-3))
    squared = []
    for _ in range(60):
        loss, numbers = model.loss("imitation", batch, torch_rng(0, "unused"))
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step(1.0)
        squared.append(numbers["squared"])
    assert squared[-1] < 0.15 * squared[0]
    assert model.kept() is model.generator


def test_a_teacher_draws_a_batch_once_and_the_same_again(at_home: Path, tiny_codec: Path) -> None:
    teacher = at_home / "runs" / "diffusion_storybook" / "checkpoint"
    batches, again = (tiny_distilled_storybook(codec=tiny_codec, teacher=teacher).batches for _ in range(2))
    first, newest, later = batches(0), batches(2), batches(3)
    assert torch.equal(batches(0).noise, first.noise)
    assert any(torch.equal(later.noise, one.noise) for one in (first, newest, batches(1)))
    lessons = [batch.drawn.lesson for batch in (first, batches(1), newest, later)]
    assert len({lesson.condition.word_ids.sum().item() for lesson in lessons if lesson is not None}) == 4
    assert not torch.equal(first.noise, newest.noise)
    assert torch.equal(again(2).drawn.codes, newest.drawn.codes)
    model = load_family(Checkpoint(teacher))
    assert isinstance(model, Diffusion)
    known = newest.drawn.condition.given == 2
    held = newest.drawn.codes[known] - newest.drawn.condition.known[known]
    assert known.any()
    assert float(held.abs().max()) < 1e-4


def test_only_a_diffusion_model_teaches(at_home: Path, tiny_codec: Path, tmp_path: Path) -> None:
    runs = at_home / "runs"
    with pytest.raises(MutoscopeError, match="holds no diffusion model"):
        tiny_distilled_storybook(codec=tiny_codec, teacher=runs / "gan_storybook" / "checkpoint").batches(0)
    with pytest.raises(MutoscopeError, match="no model that draws clips"):
        tiny_distilled_storybook(codec=tiny_codec, teacher=tiny_codec).batches(0)
    teacher = runs / "diffusion_storybook" / "checkpoint"
    with pytest.raises(MutoscopeError, match="knows other words"):
        tiny_distilled_storybook(codec=tiny_codec, teacher=teacher, changes=True).batches(0)


def test_a_gan_begins_with_what_was_distilled(at_home: Path, tiny_codec: Path, tmp_path: Path) -> None:
    teacher = at_home / "runs" / "diffusion_storybook" / "checkpoint"
    pupil = train(
        "tiny_distilled_storybook", codec=tiny_codec, teacher=teacher, start=teacher, folder=tmp_path / "pupil"
    )
    assert isinstance(load_family(pupil), Generator)
    made = train("tiny_gan_storybook", codec=tiny_codec, start=pupil.folder, folder=tmp_path / "gan")
    assert pupil.sha256[:12] in (made.folder / "card.md").read_text("utf-8")


def test_a_pupil_that_is_told_tracks_learns_from_nobody_who_goes_by_none(
    tiny_story: Path, tiny_codec: Path, tmp_path: Path
) -> None:
    teacher = Path(shutil.copytree(tiny_story, tmp_path / "teacher"))
    weights = load_file(teacher / "model.safetensors")
    save_file({n: w for n, w in weights.items() if "tracks_in" not in n}, teacher / "model.safetensors")
    config = (teacher / "config.json").read_text().replace('"sha256"', '"before"')
    (teacher / "config.json").write_text(
        config.replace('"tracks": true', '"tracks": false').replace('"sketch": true', '"sketch": false')
    )
    with pytest.raises(MutoscopeError, match="heeds no tracks"):
        tiny_distilled_storybook(codec=tiny_codec, teacher=teacher).batches(0)
