"""The recipes of the two worlds of shapes at a tiny size, and the published protocols on what comes of them."""

import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import torch

from mutoscope import api
from mutoscope.api.loading import folder_of
from mutoscope.api.measuring import drawing_model
from mutoscope.api.shapes import drawer_of, drawing
from mutoscope.checkpoints.checkpoint import Checkpoint
from mutoscope.cli import main
from mutoscope.errors import MutoscopeError
from mutoscope.evaluation.mocogan_shapes import measure_mocogan_shapes
from mutoscope.evaluation.moving_shapes.classifier import ClassifierBatch, ClassifierConfig, ShapeClassifier, shown_of
from mutoscope.evaluation.moving_shapes.measure import asked_stories, true_clips
from mutoscope.networks.mixers import Mixing
from mutoscope.recipes.running import train
from mutoscope.request import GenerateRequest
from mutoscope.seeding import torch_rng
from mutoscope.training.optimiser import Optimiser, OptimiserConfig
from mutoscope.world.mocogan_shapes import CAPTIONS, Drift

WORLDS = ("moving_shapes", "mocogan_shapes")


@pytest.fixture(scope="module")
def shapes_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a codec and each family was trained for a few steps in both worlds, and the classifiers."""
    runs = tmp_path_factory.mktemp("shapes") / "runs"
    for world in WORLDS:
        codec = train(f"tiny_latent_{world}", folder=runs / f"latent_{world}").folder
        train(f"tiny_choreographer_{world}", codec=codec, folder=runs / f"choreographer_{world}")
        teacher = train(f"tiny_diffusion_{world}", codec=codec, folder=runs / f"diffusion_{world}").folder
        distilled = train(
            f"tiny_distilled_{world}", codec=codec, teacher=teacher, start=teacher, folder=runs / f"distilled_{world}"
        ).folder
        train(f"tiny_gan_{world}", codec=codec, start=distilled, folder=runs / f"gan_{world}")
        train(f"tiny_autoregressive_{world}", codec=codec, folder=runs / f"autoregressive_{world}")
    train("tiny_moving_shapes_classifier", folder=runs / "moving_shapes_classifier")
    return runs.parent


@pytest.fixture
def at_shapes(shapes_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in that folder."""
    monkeypatch.chdir(shapes_home)
    api.load.cache_clear()
    return shapes_home


def test_checkpoints_say_of_which_world_they_are(shapes_home: Path) -> None:
    for world in WORLDS:
        checkpoint = Checkpoint(shapes_home / "runs" / f"diffusion_{world}" / "checkpoint")
        assert checkpoint.part("world", str) == world
        assert "stage" not in checkpoint.config
        assert Checkpoint(checkpoint.folder / "codec").sha256 == checkpoint.part("codec", str)


def test_who_draws_is_told_where_the_shape_will_be_by_the_choreographer_of_that_world(
    at_shapes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = folder_of("diffusion", "mocogan_shapes")
    request = GenerateRequest(prompt=CAPTIONS[Drift.UP], size="64x64", seconds=2, fps=8)
    pipeline = api.load(str(model))
    told = pipeline.staged(request, pipeline.conditioner(request, None))
    assert not told.notes
    assert told.condition.tracks.numel()
    alone = shutil.copytree(model, tmp_path / "alone")
    monkeypatch.chdir(tmp_path)
    api.load.cache_clear()
    pipeline = api.load(str(alone))
    told = pipeline.staged(request, pipeline.conditioner(request, None))
    assert "mutoscope train choreographer_mocogan_shapes" in told.notes[0]
    assert not told.condition.tracks.numel()
    said: list[str] = []
    api.evaluate_mocogan_shapes(checkpoint=alone, scenes=2, tell=said.append)
    assert any("mutoscope train choreographer_mocogan_shapes" in line for line in said)


def test_a_missing_gan_of_shapes_is_told_every_command_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MutoscopeError) as refused:
        folder_of("gan", "mocogan_shapes")
    assert re.findall(r"`mutoscope train (\w+)_mocogan_shapes(?: --start (\S+))?`", refused.value.cure) == [
        ("latent", ""),
        ("choreographer", ""),
        ("diffusion", ""),
        ("distilled", "runs/diffusion_mocogan_shapes/checkpoint"),
        ("gan", "runs/distilled_mocogan_shapes/checkpoint"),
    ]


def test_the_protocol_of_mocogan_measures_every_family_that_is_here(at_shapes: Path) -> None:
    table = api.evaluate_mocogan_shapes(scenes=2, sheet=at_shapes / "sheet.png")
    rows = [line.split("|")[1].strip() for line in table.splitlines() if line.startswith("|")]
    for family in ("diffusion", "gan", "autoregressive"):
        assert family in rows
        assert f"{family}, codec alone" in rows
    assert (at_shapes / "sheet.png").is_file()


def test_the_protocol_of_moving_shapes_tells_unseen_triples_apart(at_shapes: Path) -> None:
    said: list[str] = []
    table = api.evaluate_moving_shapes(model="autoregressive", scenes=2, tell=said.append)
    by_classifiers, by_pixels = table.split("| by the pixel parser")
    for part in (by_classifiers, by_pixels):
        assert "| autoregressive, seen |" in part
        assert "| autoregressive, never seen |" in part
        assert "| autoregressive, codec told tracks |" in part
    assert "| TFGAN, published | 80.22 | 100.00 | 84.33 | 99.90 | 99.95 | 92.88 | – |" in by_classifiers
    assert "TFGAN" not in by_pixels
    assert not any("learn first" in line for line in said)
    true = next(line for line in by_pixels.splitlines() if line.startswith("| true clips |"))
    assert true.count("100.00") == 7


def test_without_a_model_the_ruler_stands_alone_and_says_how_to_get_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said: list[str] = []
    assert "| data | 0.00 |" in api.evaluate_mocogan_shapes(scenes=2, tell=said.append)
    assert sum("mutoscope train latent_mocogan_shapes" in line for line in said) == 3
    with pytest.raises(MutoscopeError, match="mutoscope train gan_mocogan_shapes"):
        api.evaluate_mocogan_shapes(model="gan", scenes=2)
    with pytest.raises(MutoscopeError, match="mutoscope train latent_moving_shapes"):
        train("diffusion_moving_shapes")


def test_mixers_are_compared_after_the_same_training(
    at_shapes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "mixers", "--scenes", "2"]) == 2
    assert "--mixer attention" in capsys.readouterr().err
    codec = at_shapes / "runs" / "latent_moving_shapes" / "checkpoint"
    for mixer in get_args(Mixing):
        folder = at_shapes / "runs" / "mixers" / mixer
        train("tiny_diffusion_moving_shapes", codec=codec, mixer=mixer, folder=folder)
    capsys.readouterr()
    assert main(["evaluate", "mixers", "--scenes", "2"]) == 0
    costs, errors = capsys.readouterr().out.split("| s ahead |")
    rows = {row[1].strip(): row[2:] for row in (line.split("|") for line in costs.splitlines()[2:]) if len(row) > 2}
    assert list(rows) == list(get_args(Mixing))
    assert len({row[0] for row in rows.values()}) > 1
    assert {row[1].strip() for row in rows.values()} == {"4"}
    names = [line.split("|")[1].strip() for line in errors.splitlines()[2:] if line.startswith("|")]
    assert names == ["the codec alone", *get_args(Mixing), "the last frame, held"]


def test_a_streamed_clip_of_a_palette_has_the_same_colours_as_one_that_is_made_at_once(at_shapes: Path) -> None:
    pipeline = api.load(str(folder_of("autoregressive", "mocogan_shapes")))
    request = GenerateRequest(prompt=CAPTIONS[Drift.UP], size="64x64", seconds=2, fps=8)
    streamed = np.concatenate(list(pipeline.stream(request).chunks))
    assert len(np.unique(streamed.reshape(-1, 3), axis=0)) == 2
    assert np.array_equal(streamed, pipeline.generate(request).frames)


def test_a_clip_that_shows_nothing_counts_against_its_model_and_ends_no_evaluation(at_shapes: Path) -> None:
    drawer = drawer_of(folder_of("diffusion", "mocogan_shapes"), "mocogan_shapes")
    palette = drawer.codec.autoencoder.decoder.palette
    assert palette is not None
    with torch.no_grad():
        palette.out.zero_()
    draw, keep = drawing(drawer)
    assert len(np.unique(draw(CAPTIONS[Drift.UP], 0).reshape(-1, 3), axis=0)) == 1
    report = measure_mocogan_shapes({"empty": (lambda prompt, seed: 0 * draw(prompt, seed), keep)}, 2, 0, print)
    assert report.scores["empty"].one.share == 0
    api.load.cache_clear()


def test_a_pupil_without_a_teacher_is_told_how_to_get_one(at_shapes: Path) -> None:
    codec = at_shapes / "runs" / "latent_mocogan_shapes" / "checkpoint"
    with pytest.raises(MutoscopeError, match="mutoscope train diffusion_mocogan_shapes"):
        train("tiny_distilled_mocogan_shapes", codec=codec, teacher=at_shapes / "nobody", folder=at_shapes / "pupil")


def test_a_model_of_one_world_is_refused_by_the_protocol_of_another(at_shapes: Path) -> None:
    moving = folder_of("diffusion", "moving_shapes")
    with pytest.raises(MutoscopeError, match="draws no mocogan shapes"):
        api.evaluate_mocogan_shapes(checkpoint=moving, scenes=2)
    with pytest.raises(MutoscopeError, match="draws no stories"):
        drawing_model(moving)
    places = at_shapes / "runs" / "choreographer_mocogan_shapes" / "checkpoint"
    with pytest.raises(MutoscopeError, match="tells of mocogan shapes"):
        api.evaluate_choreographer(checkpoint=places, scenes=2)
    with pytest.raises(MutoscopeError, match="holds no choreographer"):
        api.evaluate_choreographer(checkpoint=moving, scenes=2)


def test_what_shall_be_left_out_counts_with_a_model_that_draws_unguided(at_shapes: Path) -> None:
    pipeline = api.load(str(folder_of("autoregressive", "mocogan_shapes")))
    request = GenerateRequest(prompt=CAPTIONS[Drift.UP], size="64x64", seconds=2, fps=8)
    assert pipeline.family.own.guidance == 1
    avoiding = replace(request, negative=CAPTIONS[Drift.LEFT])
    told = pipeline.staged(avoiding, pipeline.conditioner(avoiding))
    assert told.against is not None
    assert pipeline.sampling(told.condition).guidance == 1
    assert pipeline.sampling(told.condition, told.against).guidance > 1
    with pytest.raises(MutoscopeError, match="leaves nothing out"):
        pipeline.generate(replace(avoiding, guidance=1.0))


def test_the_command_draws_a_clip_of_the_model_and_of_the_world(at_shapes: Path) -> None:
    model = str(folder_of("gan", "moving_shapes"))
    sentence = "A small red circle is moving in a straight line towards north"
    clip = api.generate(sentence, model=model, size="64x64", seconds=2, fps=8)
    assert clip.frames.shape == (16, 64, 64, 3)
    caption, shown = api.world_clip(3, "moving-shapes")
    assert caption.startswith("A ")
    assert shown.frames.shape == (17, 64, 64, 3)


def test_classifiers_can_learn_a_few_clips_by_heart() -> None:
    stories = asked_stories(6, False, np.random.default_rng(0))
    clips = true_clips(stories, seed=0)
    frames = torch.from_numpy(np.stack(clips)).permute(0, 1, 4, 2, 3).contiguous()
    batch = ClassifierBatch(frames, torch.tensor([shown_of(story) for story in stories]))
    torch.manual_seed(0)
    model = ShapeClassifier(ClassifierConfig(widths=(16, 16, 32), frames=16, side=64))
    optimiser = Optimiser(model.named_parameters(), OptimiserConfig(muon_rate=0.02, adam_rate=3e-3))
    for step in range(40):
        loss, _ = model.loss("attributes", batch, torch_rng(0, f"{step}"))
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step(min(1.0, (40 - step) / 20))
    assert model.eval().read(clips) == [story.values for story in stories]
