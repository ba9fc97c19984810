"""Distances of clips: the ladder is climbed, wrong words count, keeping the best is counted right."""

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from mutoscope import api
from mutoscope.alignment.alignment import Alignment
from mutoscope.alignment.ranking import Ranker
from mutoscope.cli import main
from mutoscope.errors import MutoscopeError
from mutoscope.evaluation.storybook.asking import Prompt, asked_prompts, true_clip
from mutoscope.evaluation.storybook.distances import OTHERS, DistanceReport, measure_distances
from mutoscope.evaluation.storybook.following import measure_following
from mutoscope.evaluation.storybook.keeping import Keeping
from mutoscope.evaluation.storybook.ladder import LADDER
from mutoscope.language.tokens import Tokenizer
from mutoscope.recipes.alignment import tiny_alignment
from mutoscope.shapes import ClipShape
from mutoscope.world.storybook.captions import vocabulary
from mutoscope.world.storybook.captions.parsing import read_story

SHAPE = ClipShape(frames=25, height=64, width=64, fps=8)
COUNT = 12

Frames = NDArray[np.uint8]


@pytest.fixture(scope="module")
def ranker() -> Ranker:
    """Towers of random weights: such networks tell sets of pictures apart as well (Naeem et al. 2020, section 4)."""
    torch.manual_seed(0)
    model = tiny_alignment().build()
    assert isinstance(model, Alignment)
    with torch.no_grad():
        for weights in model.clip.parameters():  # blocks begin as nothing, and would stay so
            weights.add_(torch.randn_like(weights) * 0.2)
    return Ranker(model, Tokenizer(vocabulary()))


@pytest.fixture(scope="module")
def prompts() -> list[Prompt]:
    return asked_prompts(2 * COUNT, 1, SHAPE)["seen"]


@pytest.fixture(scope="module")
def report(ranker: Ranker, prompts: list[Prompt]) -> DistanceReport:
    grey = np.full((25, 64, 64, 3), 128, np.uint8)
    drawn = {
        "perfect": [true_clip(prompt.story, SHAPE, 99 + place) for place, prompt in enumerate(prompts[:COUNT])],
        "grey": [grey] * COUNT,
    }
    features = {name: ranker.features(clips).double().numpy() for name, clips in drawn.items()}
    return measure_distances(ranker, prompts[:COUNT], prompts[COUNT:], SHAPE, features)


def test_every_ladder_is_climbed(report: DistanceReport) -> None:
    kernel = 1
    for kind, rungs in LADDER.items():
        values = [report.ladder[name][kernel] for name, _ in rungs]
        if kind not in ("time", "direction"):  # a random network hardly sees time
            assert values == sorted(values), (kind, values)
            assert values[-1] > report.floor[kernel], (kind, values, report.floor)


def test_other_stories_clips_are_far_only_from_the_words(report: DistanceReport) -> None:
    alone, joint = slice(0, 2), slice(2, 4)
    assert report.ladder[OTHERS][alone] == report.floor[alone]
    assert report.ladder[OTHERS][joint] != report.floor[joint]


def test_a_model_that_draws_the_truth_is_near_the_floor_and_one_that_draws_nothing_is_far(
    report: DistanceReport,
) -> None:
    for floor, perfect, grey in zip(report.floor, report.drawn["perfect"], report.drawn["grey"], strict=True):
        assert abs(perfect - floor) < 0.3 * (grey - floor)
    assert report.nearer_rungs("grey")["kernel, clips"]
    told = report.table()
    assert "| **perfect** |" in told
    assert f"| {OTHERS} |" in told
    assert "* grey, kernel, clips: nearer than 0 of 14 rungs; not than blur" in told


def test_spoilt_clips_keep_their_shape_and_differ_more_and_more(prompts: list[Prompt]) -> None:
    clips = [true_clip(prompt.story, SHAPE, 0) for prompt in prompts[:4]]
    for rungs in LADDER.values():
        errors = []
        for _, spoil in rungs:
            spoilt = [spoil(frames, np.random.default_rng(0)) for frames in clips]
            assert all(clip.shape == clips[0].shape and clip.dtype == np.uint8 for clip in spoilt)
            errors.append(float(np.abs(np.subtract(spoilt, clips, dtype=np.int16)).mean()))
        assert errors == sorted(errors)
        assert errors[0] > 0


def test_more_prompts_begin_with_the_same_ones() -> None:
    fewer, more = (asked_prompts(count, 1, SHAPE) for count in (3, 6))
    assert {name: asked[:3] for name, asked in more.items()} == fewer


def test_keeping_the_best_is_counted_by_prompt() -> None:
    keeping = Keeping(of=4, kept=[1.0, 1.0, 0.0, 1.0], all=[0.5, 1.0, 0.25, 0.25])
    assert keeping.gain == pytest.approx(0.25)
    assert keeping.error == pytest.approx(1.96 * np.std([0.5, 0, -0.25, 0.75], ddof=1) / 2)
    assert str(keeping).startswith(
        "whole story 50.0 % of all clips, 75.0 % keeping the best 1 of 4 by alignment: +25.0"
    )


def test_the_best_of_each_prompt_stands_beside_all_clips(ranker: Ranker) -> None:
    def draw(prompt: str, seed: int, first: Frames | None) -> Frames:
        true = true_clip(read_story(prompt, SHAPE.seconds).story, SHAPE, seed)
        asked.append((prompt, seed))
        return true if seed % 2 == 0 else np.zeros_like(true)  # the first of two seeds of each prompt is followed

    asked: list[tuple[str, int]] = []
    found = measure_following(draw, lambda frames: frames, 2, 2, 1, SHAPE, lambda line: None, ranker)
    assert sorted(seed for _, seed in asked) == [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3], (
        "no two prompts of a kind share one"
    )
    kinds = [f"{name}{how}" for name in ("seen", "never seen") for how in ("", ", first frame given", ", best of 2")]
    assert list(found.report.scores) == ["true", *kinds, "shuffled prompts"]
    kept = [found.report.scores[f"{name}, best of 2"].story for name in ("seen", "never seen")]
    assert [rate.asked for rate in kept] == [2, 2]
    assert [rate.share for rate in kept] == [np.mean(found.keeping[name].kept) for name in ("seen", "never seen")]
    assert all(max(found.keeping[name].all) <= 0.5 for name in found.keeping)
    prompts = [(2 * index, p) for kind in asked_prompts(2, 1, SHAPE).values() for index, p in enumerate(kind)]
    first = ranker.features([draw(prompt.text, seed, None) for seed, prompt in prompts]).double().numpy()
    assert found.features == pytest.approx(first, abs=1e-5)
    assert "* never seen: whole story" in found.table()


def test_the_sentences_that_are_always_shown_fit_a_document(
    tiny_story: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet = tmp_path / "examples.webp"
    assert main(["evaluate", "examples", "--checkpoint", str(tiny_story), "--seeds", "1", "--sheet", str(sheet)]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[3].startswith("4. “a red ball bounces, then rolls left”")
    assert len(told) == 5
    assert 0 < sheet.stat().st_size <= 1_000_000
    assert main(["evaluate", "examples", "--checkpoint", str(tiny_story), "--sheet", str(tmp_path / "no/x.webp")]) == 2
    assert "There is no folder" in capsys.readouterr().err


def test_curves_are_drawn_from_journals_that_may_still_grow(tmp_path: Path) -> None:
    for name, lines in (
        (
            "one",
            '{"step": 2, "seconds": 1.0, "loss": 3.0}\n{"step": 4, "seconds": 7200.0, "loss": 2.0}\n{"step": 6, "se',
        ),
        ("two", '{"step": 2, "seconds": 1.0, "loss": 3.0, "found": 0.5}\n{"step": 2, "seconds": 2.0, "loss": 1.0}\n'),
        ("new", ""),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "journal.jsonl").write_text(lines)
    pytest.importorskip("matplotlib")
    assert api.draw_learning_curves(tmp_path / "c.png", runs=tmp_path) == [
        "one: 4 steps, 2.00 h",
        "two: 2 steps, 0.00 h",
    ]
    assert (tmp_path / "c.png").stat().st_size > 5000
    (tmp_path / "two" / "journal.jsonl").write_text("no journal\n")
    with pytest.raises(MutoscopeError, match="is no journal"):
        api.draw_learning_curves(tmp_path / "c.png", runs=tmp_path)
