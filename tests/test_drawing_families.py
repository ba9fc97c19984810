"""Every family that draws, from its recipe to a clip by its name."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import load_file

from mutoscope import api
from mutoscope.api.loading import FAMILIES
from mutoscope.checkpoints.checkpoint import Checkpoint
from mutoscope.checkpoints.family import load_family
from mutoscope.cli import main
from mutoscope.errors import MutoscopeError
from mutoscope.evaluation.storybook.asking import true_clip
from mutoscope.evaluation.storybook.diversity import Spread, apart
from mutoscope.evaluation.storybook.following import measure_following
from mutoscope.evaluation.storybook.measure import SHAPE
from mutoscope.evaluation.storybook.scoreboard import Scoreboard
from mutoscope.media.video import Video
from mutoscope.recipes.autoregressive_storybook import tiny_autoregressive_storybook
from mutoscope.recipes.running import train
from mutoscope.training.trainer import Trainer
from mutoscope.world.storybook.captions.parsing import read_story

Frames = NDArray[np.uint8]
PROMPT = "a red circle bounces"
SMALL: dict[str, Any] = {"seconds": 1.0, "size": "64x64", "fps": 8}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_that_was_trained_here_draws_by_its_name_and_goes_on(
    family: str, at_home: Path, tmp_path: Path
) -> None:
    video = api.generate(PROMPT, model=family, **SMALL)
    assert video.frames.shape == (8, 64, 64, 3)
    photo = np.full((64, 64, 3), 200, np.uint8)
    with_photo = api.generate(PROMPT, model=family, photo=photo, **SMALL)
    assert not np.array_equal(with_photo.frames, video.frames)
    clip = video.save(tmp_path / "clip.mp4")
    longer = api.extend(clip, "a red circle rolls left", seconds=0.5, model=family)
    assert len(longer.frames) == 12
    assert np.array_equal(longer.frames[:8], Video.open(clip).frames)


def test_what_a_family_lacks_is_refused_at_the_door(at_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["generate", PROMPT, "--model", "gan", "--negative", "a star"]) == 2
    assert "--negative" in capsys.readouterr().err
    assert main(["generate", PROMPT, "--model", "diffusion", "--top-k", "5"]) == 2
    assert "--top-k" in capsys.readouterr().err


def test_all_are_measured_by_one_command(at_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet, plot = tmp_path / "sheet.png", tmp_path / "board.png"
    words = ["evaluate", "storybook", "--model", "all", "--scenes", "1", "--seeds", "2", "--sheet", str(sheet)]
    pytest.importorskip("matplotlib")
    assert main([*words, "--plot", str(plot)]) == 0
    told = capsys.readouterr().out
    assert [line for line in told.splitlines() if line.startswith("###")] == [f"### {name}" for name in FAMILIES]
    assert told.count("diversity: ") == 3
    assert sheet.is_file()
    board = told.split("###")[0].splitlines()
    assert [line.split(" | ")[0] for line in board[2:5]] == [f"| {name}" for name in FAMILIES]
    assert Image.open(plot).width == 1000


def test_a_scoreboard_shows_who_follows_at_what_cost() -> None:
    def right(prompt: str, seed: int, first: Frames | None) -> Frames:
        return true_clip(read_story(prompt, SHAPE.seconds).story, SHAPE, seed)

    def wrong(prompt: str, seed: int, first: Frames | None) -> Frames:
        return np.zeros((SHAPE.frames, SHAPE.height, SHAPE.width, 3), np.uint8)

    models = {
        name: measure_following(draw, lambda frames: frames, 2, 1, 1, SHAPE, lambda line: None)
        for name, draw in (("right", right), ("wrong", wrong))
    }
    told = Scoreboard(models=models).table().splitlines()
    assert told[2].startswith("| right | 100.0 % (2/2")
    assert told[3].startswith("| wrong | 0.0 % (0/2")
    assert told[2].endswith(f"| – | {models['right'].seconds:.2f} |")
    assert "| points, same prompts | right − wrong |" in told
    assert "| seen | +100.0 (+100.0 to +100.0) * |" in told


def test_what_is_no_family_is_told_which_there_are() -> None:
    with pytest.raises(MutoscopeError, match="autoregressive, diffusion, gan, motion"):
        api.load("gam")


def test_a_gan_may_begin_with_what_diffusion_learned(at_home: Path, tiny_codec: Path, tmp_path: Path) -> None:
    start = at_home / "runs" / "diffusion_storybook" / "checkpoint"
    made = train("tiny_gan_storybook", codec=tiny_codec, start=start, contest="classical", folder=tmp_path)
    assert "Started with" in (made.folder / "card.md").read_text("utf-8")
    assert {name.split(".")[0] for name in load_file(made.folder / "model.safetensors")} == {"denoiser"}


def test_a_model_of_tokens_may_begin_with_all_that_diffusion_learned(
    at_home: Path, tiny_codec: Path, tmp_path: Path
) -> None:
    start = at_home / "runs" / "diffusion_storybook" / "checkpoint"
    trainer = Trainer(tiny_autoregressive_storybook(codec=tiny_codec), tmp_path)
    fresh = {name: value.clone() for name, value in trainer.objective.kept().state_dict().items()}
    lent = trainer.begin_with(Checkpoint(start))
    changed = {
        name for name, value in trainer.objective.kept().state_dict().items() if not torch.equal(value, fresh[name])
    }
    assert lent == len(load_family(Checkpoint(start)).state_dict())  # all of it: the two are one network
    assert lent < len(fresh)
    assert any("text" in name for name in changed)
    assert not any("chain" in name for name in changed)


def test_diversity_tells_a_model_that_draws_the_same_every_time() -> None:
    rng = np.random.default_rng(0)
    one, two = (rng.integers(0, 256, (4, 8, 8, 3), dtype=np.uint8) for _ in range(2))
    assert apart([one, one]) == 0
    assert apart([one, two]) == pytest.approx(np.abs(one.astype(float) - two).mean())
    spread = Spread()
    spread.add([one], [one, two])
    assert spread.share() is None
    spread.add([one, one], [one, two])
    spread.add([one, two], [one, two])
    assert spread.share() == pytest.approx(0.5)
    low, high = spread.interval()
    assert (low, high) == pytest.approx((0, 1))  # of two prompts both drawn may be the first, or the second
    for _ in range(40):
        spread.add([one, two], [one, two])
    assert 0.9 < spread.interval()[0] < 0.98 < spread.interval()[1] == pytest.approx(1)
    assert str(spread) == "0.98 (0.93–1.00)"
    assert str(Spread()) == "–"
