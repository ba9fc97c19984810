"""The whole path without a photo, with a tiny model: whatever it draws, the path is the real one."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from mutoscope import api
from mutoscope.checkpoints.bundled import WEIGHTS
from mutoscope.cli import main
from mutoscope.conditioning.story_conditioner import StoryConditioner
from mutoscope.errors import MutoscopeError
from mutoscope.language.tokens import Tokenizer
from mutoscope.language.understanding import check_words
from mutoscope.media.photos import fit_photo, open_photo
from mutoscope.media.video import Video, read_manifest
from mutoscope.pipeline import load_pipeline
from mutoscope.request import GenerateRequest
from mutoscope.world.storybook.world import stage_vocabulary

PROMPT = "a red circle bounces"
SHORT: dict[str, Any] = {"seconds": 1.0, "steps": 2}


def made(model: Path, prompt: str = PROMPT, **wishes: Any) -> Video:
    return api.generate(prompt, model=str(model), **{**SHORT, **wishes})


def test_text_alone_becomes_a_clip_as_large_and_as_quick_as_asked(tiny_story: Path) -> None:
    video = made(tiny_story)
    assert video.frames.shape == (24, 256, 256, 3)
    assert video.fps == 24
    assert made(tiny_story, size="128x128", fps=12).frames.shape == (12, 128, 128, 3)
    assert set(video.stats["seconds"]) >= {"condition", "sample", "decode", "raise"}


def test_the_same_seed_gives_the_same_frames_and_other_wishes_others(tiny_story: Path) -> None:
    first = made(tiny_story).frames
    assert np.array_equal(first, made(tiny_story).frames)
    for other in ({"seed": 1}, {"prompt": "a blue star spins"}, {"negative": "a blue star"}, {"guidance": 5}):
        assert not np.array_equal(first, made(tiny_story, **other).frames), other


def test_the_manifest_says_what_was_not_learned_and_replay_needs_no_photo(tiny_story: Path, tmp_path: Path) -> None:
    clip = made(tiny_story, "a red circle bounces over a zebra").save(tmp_path / "clip.mp4")
    manifest = read_manifest(clip)
    assert [word["word"] for word in manifest.not_understood] == ["zebra"]
    assert (manifest.rendering, manifest.subject, manifest.photo_sha256) == ("drawn", {}, "")
    again = api.replay(clip)
    assert again.stats["same"] is True
    assert again.save(tmp_path / "again.mp4").read_bytes() == clip.read_bytes()


def test_words_are_cut_as_the_model_learned_them_and_unknown_characters_stay_together() -> None:
    tokenizer = Tokenizer(stage_vocabulary(1))
    assert check_words("一个蓝色的星形慢慢地向左移动", tokenizer).unknown == ()
    assert [word.word for word in check_words("一只犀牛向左移动", tokenizer).unknown if word.word != "只"] == ["犀牛"]


@pytest.mark.parametrize(
    "prompt",
    [
        "a red circle bounces, then rolls left",
        "一个红色的圆形先弹跳，然后向左滚",
        "[0-1s] a red circle rises [1-3s] a red circle falls",
    ],
)
def test_what_parts_a_prompt_in_time_need_not_be_learned(prompt: str) -> None:
    assert check_words(prompt, Tokenizer(stage_vocabulary(1))).unknown == ()


def test_a_first_frame_is_shown_as_well_as_the_codec_can(tiny_story: Path, tmp_path: Path) -> None:
    pipeline = load_pipeline(tiny_story, WEIGHTS / "matte")
    with_photo = made(tiny_story, photo=str(api.SAMPLE), size="64x64", fps=8)
    codec = pipeline.codec
    photo = fit_photo(open_photo(api.SAMPLE), 128, 128)
    told = GenerateRequest(prompt=PROMPT, photo=str(api.SAMPLE), model=str(tiny_story), **SHORT)
    codes = pipeline.codes(told, pipeline.staged(told, pipeline.conditioner(told)))
    assert np.allclose(codes[:1], codec.encode(photo[None]), atol=1e-5)  # type: ignore[attr-defined]
    assert not np.array_equal(with_photo.frames, made(tiny_story, size="64x64", fps=8).frames)
    last = made(tiny_story, photo=str(api.SAMPLE), last=str(api.SAMPLE), size="64x64", fps=8)
    assert not np.array_equal(with_photo.frames, last.frames)


def test_parts_of_a_prompt_share_the_seconds_that_are_asked_for(tiny_story: Path, tmp_path: Path) -> None:
    conditioner = api.load(str(tiny_story)).conditioner
    assert isinstance(conditioner, StoryConditioner)
    whole = conditioner.drawn.seconds
    prompt = "a red circle bounces, then rolls left"
    told = conditioner(GenerateRequest(prompt=prompt, seconds=1, fps=8, size="64x64"))
    assert told.condition.segments.flatten().tolist() == pytest.approx([0, 0.5, 0.5, whole])
    assert [part.end for part in told.timeline.segments] == [0.5, 1]
    clip = api.generate(prompt, model=str(tiny_story), seconds=1, fps=8, size="64x64").save(tmp_path / "clip.mp4")
    longer = conditioner(GenerateRequest(prompt=prompt, seconds=0.5, extends=str(clip)))
    change = (longer.repeated - 1) / conditioner.drawn.fps + 0.25
    assert longer.condition.segments.flatten().tolist() == pytest.approx([0, change, change, whole])


def test_a_model_that_learned_one_thing_at_a_time_says_so(tiny_story: Path) -> None:
    conditioner = api.load(str(tiny_story)).conditioner
    assert isinstance(conditioner, StoryConditioner)
    prompts = ("a red circle bounces", "a red circle bounces, then rolls left")
    told = [conditioner(GenerateRequest(prompt=prompt, **SHORT)).notes for prompt in prompts]
    assert told[0] == ()
    assert "one thing at a time" in told[1][0]


@pytest.mark.parametrize(
    ("noted", "learned"),
    [
        ({"changes": True}, True),
        ({"changes": False}, False),
        ({"changes": None}, False),
        ({"changes": None, "stage": 4}, True),
    ],
)
def test_a_checkpoint_says_whether_it_learned_one_thing_after_another(
    tiny_story: Path, tmp_path: Path, noted: dict[str, Any], learned: bool
) -> None:
    """One of before says nothing; then its stage does."""
    copy = Path(shutil.copytree(tiny_story, tmp_path / "copy"))
    config = json.loads((copy / "config.json").read_text("utf-8")) | noted
    (copy / "config.json").write_text(json.dumps({k: v for k, v in config.items() if v is not None}), "utf-8")
    conditioner = load_pipeline(copy, WEIGHTS / "matte").conditioner
    told = conditioner(GenerateRequest(prompt="a red circle bounces, then rolls left", **SHORT))
    assert any("one thing at a time" in note for note in told.notes) is not learned


def test_an_earlier_clip_goes_on_unchanged_and_grows_by_the_seconds_asked(tiny_story: Path, tmp_path: Path) -> None:
    clip = made(tiny_story, size="64x64").save(tmp_path / "clip.mp4")
    earlier = Video.open(clip).frames
    for seconds, frames in ((1.0, 24), (0.5, 12)):
        longer = api.extend(clip, "a red circle rolls left", seconds=seconds, steps=2, model=str(tiny_story))
        assert longer.frames.shape == (24 + frames, 64, 64, 3)
        assert np.array_equal(longer.frames[:24], earlier)
    again = longer.save(tmp_path / "longer.mp4")
    assert api.replay(again).stats["same"] is True
    wished = api.extend(clip, "a red circle rolls left", seconds=0.5, steps=2, model=str(tiny_story), size="128x128")
    assert wished.frames.shape[1:3] == (64, 64)
    notes = [found.manifest.notes for found in (longer, wished) if found.manifest is not None]
    assert notes[0] == []
    assert "its own size and rate: 64x64, 24" in notes[1][0]


@pytest.mark.parametrize(
    ("wishes", "told"),
    [
        ({"seconds": 5.0}, "mutoscope extend"),
        ({"size": "320x240"}, "512x512"),
        ({"prompt": "zebra giraffe"}, "zebra"),
        ({"drag": "0.1,0.1:0.5,0.5"}, "--drag"),
        ({"extends": "nowhere.mp4"}, "nowhere.mp4"),
    ],
)
def test_what_cannot_be_drawn_is_told_with_a_cure(tiny_story: Path, wishes: dict[str, Any], told: str) -> None:
    with pytest.raises(MutoscopeError) as caught:
        made(tiny_story, **wishes)
    assert told in str(caught.value)


def test_the_motion_model_takes_no_last_frame_but_a_negative_prompt() -> None:
    moving: dict[str, Any] = {"photo": str(api.SAMPLE), "model": "motion", "size": "96x64", "seconds": 0.5}
    with pytest.raises(MutoscopeError, match="--last"):
        api.generate("the camera zooms in", last=str(api.SAMPLE), **moving)
    plain, away = (
        api.generate("the camera moves", guidance=4, negative=negative, **moving).frames
        for negative in (None, "the camera pans left")
    )
    assert not np.array_equal(plain, away)


def test_the_command_draws_and_extends(
    tiny_story: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    model = ("--model", str(tiny_story), "--steps", "2", "--seconds", "1")
    assert main(["generate", "一个红色的圆形向左滚", "--output", "clip.mp4", "--size", "64x64", *model]) == 0
    assert main(["extend", "clip.mp4", PROMPT, *model]) == 0
    assert len(Video.open("clip-longer.mp4").frames) == 48
    assert "understood:" in capsys.readouterr().err


def test_a_codec_that_is_not_the_models_is_refused(tiny_story: Path, tmp_path: Path) -> None:
    for name in ("config.json", "model.safetensors"):
        (tmp_path / name).write_bytes((tiny_story / name).read_bytes())
    with pytest.raises(MutoscopeError, match="codec"):
        api.load(str(tmp_path))


def test_a_photo_of_any_kind_is_taken_as_first_frame(tiny_story: Path) -> None:
    pixels = np.full((80, 120, 3), 200, np.uint8)
    assert np.array_equal(made(tiny_story, photo=Image.fromarray(pixels)).frames, made(tiny_story, photo=pixels).frames)
