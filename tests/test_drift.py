"""Clips that go on and on: who stays true is told apart from who forgets, at the second when it happens."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from mutoscope.checkpoints.latent import codec_folder, load_autoencoder
from mutoscope.cli import main
from mutoscope.codecs.latent import LatentCodec
from mutoscope.evaluation.storybook.asking import draw_prompts, true_clip
from mutoscope.evaluation.storybook.colours import Frames
from mutoscope.evaluation.storybook.drift import LENGTHS, gone_on, lasts, measure_drift
from mutoscope.evaluation.storybook.measure import SHAPE
from mutoscope.shapes import ClipShape

SMALL = ClipShape(frames=9, height=64, width=64, fps=8)


@pytest.fixture(scope="module")
def codec() -> LatentCodec:
    return LatentCodec(load_autoencoder(codec_folder()))


def test_a_clip_goes_on_from_its_own_end(codec: LatentCodec) -> None:
    asked: list[tuple[int, int]] = []

    def predict(sentence: str, known: Tensor, seed: int) -> Frames:
        asked.append((len(known), seed))
        codes = torch.cat([known, torch.full((3 - len(known), 4, 4, 24), 0.1 * len(asked) / 50)])
        return codec.decode(codes, None, SMALL)

    frames = gone_on(predict, codec, "a red circle spins", SMALL, 7)
    assert len(frames) >= 24 * 8
    assert asked[:3] == [(0, 7000), (2, 7001), (2, 7002)]
    assert len(asked) == 1 + (len(frames) - 9) // 4


def test_who_forgets_is_found_out_when_it_happens(codec: LatentCodec) -> None:
    """One repeats the true clip; another one does so for six seconds, and then shows nothing."""
    prompts = {
        p.text: true_clip(p.story, SHAPE, i)
        for i, p in enumerate(draw_prompts(2, 1, SHAPE, held_out=False, such=lasts))
    }
    true = {text: codec.decode(codec.encode(frames), None, SHAPE) for text, frames in prompts.items()}
    plain = codec.decode(codec.encode(np.full((25, 128, 128, 3), 220, np.uint8)), None, SHAPE)
    report = measure_drift(
        {
            "faithful": lambda sentence, known, seed: true[sentence],
            "forgetful": lambda sentence, known, seed: true[sentence] if seed % 1000 < 3 else plain,
        },
        codec, SHAPE, 1, 2, 1, lambda line: None,
    )  # fmt: skip
    faithful, forgetful = (list(rates.values()) for rates in report.found.values())
    assert report.true.share > 0.7
    assert faithful[0] == forgetful[0]
    assert faithful[0].share > 0.7
    assert [rate.share for rate in forgetful[2:]] == [0, 0]
    assert faithful[0].asked == faithful[3].asked > 0
    assert report.table().splitlines()[2] == f"| seconds | {' | '.join(map(str, LENGTHS))} |"


def test_every_prompt_goes_on_with_seeds_of_its_own(codec: LatentCodec) -> None:
    asked = []

    def predict(sentence: str, known: Tensor, seed: int) -> Frames:
        asked.append((sentence, seed))
        return np.full((25, 128, 128, 3), 220, np.uint8)

    report = measure_drift({"still": predict}, codec, SHAPE, 1, 2, 3, lambda line: None)
    begun = [(sentence, seed // 1000) for sentence, seed in asked if seed % 1000 == 0]
    assert [seed for _, seed in begun] == list(range(6))
    assert len({sentence for sentence, _ in begun}) == 2
    assert "2 prompts with 3 seeds each" in report.table()
    assert report.found["still"][3].asked == 3 * report.true.asked


def test_only_what_can_last_is_asked() -> None:
    stories = [prompt.story for prompt in draw_prompts(6, 1, SHAPE, held_out=False, such=lasts)]
    assert all(len(story.beats) == 1 and all(act.direction is None for act in story.beats[0].acts) for story in stories)
    usual = list(draw_prompts(6, 1, SHAPE, held_out=False))
    assert not all(lasts(prompt.story) for prompt in usual)


def test_the_command_draws_the_curve(at_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = tmp_path / "drift.png"
    assert main(["evaluate", "drift", "--model", "gan", "--scenes", "1", "--sheet", str(sheet)]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("| gan | ")
    assert Image.open(sheet).width > 400
    assert main(["evaluate", "drift", "--scenes", "0"]) == 2
