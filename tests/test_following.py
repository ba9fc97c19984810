"""A model that draws is measured: one that draws the truth passes, one that draws anything does not."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from mutoscope.cli import main
from mutoscope.evaluation.storybook.asking import draw_prompts, says_all
from mutoscope.evaluation.storybook.following import measure_following
from mutoscope.evaluation.storybook.measure import SHAPE
from mutoscope.evaluation.storybook.sheet import save_sheet
from mutoscope.world.storybook.captions.parsing import read_story
from mutoscope.world.storybook.drawing import render_stories
from mutoscope.world.storybook.held_out import is_held_out

Frames = NDArray[np.uint8]


def true_clip(prompt: str, seed: int, first: Frames | None) -> Frames:
    """A model that cannot be better: the world draws what the prompt says, and begins as it is told."""
    frames = render_stories([read_story(prompt, SHAPE.seconds).story], SHAPE, seed).frames[0]
    clip = np.asarray((frames * 255).round().byte().permute(0, 2, 3, 1).numpy())
    return clip if first is None else np.concatenate([first[None], clip[1:]])


def test_prompts_say_all_and_keep_apart_what_training_shows_and_never_shows() -> None:
    for held_out in (False, True):
        prompts = list(draw_prompts(12, 1, SHAPE, held_out=held_out))
        assert [is_held_out(prompt.story) for prompt in prompts] == [held_out] * 12
        assert prompts == list(draw_prompts(12, 1, SHAPE, held_out=held_out))
        assert all(read_story(p.text, SHAPE.seconds).story.actors == p.story.actors for p in prompts)


def test_a_caption_does_not_say_what_the_world_would_have_chosen_alike() -> None:
    for open_, said in (("a red star zigzags", "a red star zigzags right"), ("a star spins", "a red star spins")):
        story = read_story(said, SHAPE.seconds).story
        assert read_story(open_, SHAPE.seconds).story == story
        assert says_all(said, story)
        assert not says_all(open_, story)


@pytest.mark.slow
def test_the_truth_passes_and_other_prompts_clips_do_not() -> None:
    found = measure_following(true_clip, lambda frames: frames // 2 * 2, 8, 1, 1, SHAPE, lambda line: None)
    scores = found.report.scores
    given = ["seen, first frame given", "never seen, first frame given"]
    assert list(scores) == ["true", "seen", given[0], "never seen", given[1], "shuffled prompts"]
    assert found.beginning.drawn == [0.0] * 16
    assert "the codec alone keeps 5" in found.table()  # half of all levels are off by one: 51 dB
    assert scores["seen"].story.asked == scores["never seen"].story.asked == 8
    drawn = scores["seen"].story.right + scores["never seen"].story.right
    assert abs(drawn - scores["true"].story.right) <= 3  # other places and noise, so another few unread
    assert drawn >= 10
    assert scores["seen"].faultless.right >= 7
    assert scores["shuffled prompts"].story.right <= 1
    assert found.sheet().shape == (16 * 110, 6 * 96, 3)


def test_the_command_measures_a_checkpoint_and_shows_what_it_drew(
    tiny_story: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet = tmp_path / "sheet.png"
    words = ["evaluate", "storybook", "--checkpoint", str(tiny_story), "--scenes", "2", "--seeds", "1"]
    assert main([*words, "--sheet", str(sheet)]) == 0
    table = capsys.readouterr().out
    assert "never seen" in table.splitlines()[0]
    assert "whole story" in table
    assert Image.open(sheet).size == (576, 440)


def test_a_sheet_is_written_however_much_is_on_it(tmp_path: Path) -> None:
    """What took minutes to draw is not lost to a limit."""
    noise = np.random.default_rng(0).integers(0, 256, (700, 700, 3)).astype(np.uint8)
    for ending in ("png", "webp"):
        save_sheet(noise, tmp_path / f"sheet.{ending}")
    with Image.open(tmp_path / "sheet.png") as kept:
        assert np.array_equal(np.asarray(kept), noise)
    assert (tmp_path / "sheet.webp").stat().st_size < 1e6 < (tmp_path / "sheet.png").stat().st_size
