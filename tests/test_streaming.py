"""Frames that are shown while later ones are still being made."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mutoscope import api
from mutoscope.checkpoints.bundled import WEIGHTS
from mutoscope.cli import main
from mutoscope.evaluation.drawing_speed import measure_drawing_speed, speed_table
from mutoscope.media.video import Video, read_manifest
from mutoscope.progress import Step

PROMPT = "a red circle bounces"
SMALL: dict[str, Any] = {"seconds": 1.0, "size": "64x64", "fps": 8}


def test_looking_as_far_as_the_decoder_does_streaming_gives_the_same_frames(
    at_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = api.generate(PROMPT, model="autoregressive", **SMALL).frames
    near = api.stream(PROMPT, model="autoregressive", **SMALL).whole().frames
    assert near.shape == whole.shape
    monkeypatch.setattr("mutoscope.pipeline.AHEAD", 5)
    monkeypatch.setattr("mutoscope.pipeline.BEHIND", 5)
    far = api.stream(PROMPT, model="autoregressive", **SMALL).whole().frames
    assert np.array_equal(far, whole)
    assert np.abs(near.astype(int) - whole).mean() < 3


def test_each_part_of_a_stream_is_decoded_by_the_tracks_of_its_own_times() -> None:
    """Of a whole clip, as far as the bundled decoder looks; other tracks, or none, come within 32 dB."""
    wishes: dict[str, Any] = {"seconds": 3.0, "size": "128x128", "fps": 8, "model": str(WEIGHTS / "autoregressive")}
    whole, near = api.generate(PROMPT, **wishes), api.stream(PROMPT, **wishes).whole()
    square = ((near.frames.astype(float) - whole.frames) / 255) ** 2
    assert -10 * np.log10(square.mean()) > 49


def test_the_first_frames_come_before_the_last_are_made(at_home: Path) -> None:
    steps = list[Step]()
    stream = api.stream(PROMPT, model="autoregressive", on_progress=steps.append, **SMALL)
    next(iter(stream))
    done = [step for step in steps if step.stage == "sample"]
    assert 0 < done[-1].done < done[-1].total


def test_a_short_clip_is_done_before_all_that_could_be_drawn_is(at_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mutoscope.pipeline.AHEAD", 0)
    steps = list[Step]()
    short = api.stream(PROMPT, model="autoregressive", on_progress=steps.append, **SMALL | {"seconds": 0.5}).whole()
    assert len(short.frames) == 4
    assert steps[-1].done < steps[-1].total


def test_what_draws_all_at_once_gives_it_all_at_once(at_home: Path) -> None:
    stream = api.stream(PROMPT, model="diffusion", **SMALL)
    (chunk,) = stream.chunks
    assert np.array_equal(chunk, api.generate(PROMPT, model="diffusion", **SMALL).frames)


def test_the_first_frames_of_a_stream_are_timed_beside_the_whole_clip(at_home: Path) -> None:
    found = {name: api.load(name) for name in ("diffusion", "autoregressive")}
    speeds = measure_drawing_speed(found, PROMPT, rounds=2, **SMALL)
    assert [len(speed.first) for speed in speeds] == [2, 2]
    assert all(took > 0 for speed in speeds for took in (*speed.sampling, *speed.first, *speed.whole))
    table = speed_table(speeds)
    assert "| autoregressive |" in table
    assert "median and span of 2 rounds" in table


def test_a_clip_that_goes_on_is_streamed_from_its_beginning(at_home: Path, tmp_path: Path) -> None:
    clip = api.generate(PROMPT, model="diffusion", **SMALL).save(tmp_path / "clip.mp4")
    wishes: dict[str, Any] = {"extends": str(clip), "seconds": 0.5, "model": "autoregressive"}
    longer = api.stream("a red circle rolls left", **wishes).whole()
    assert np.array_equal(longer.frames[:8], Video.open(clip).frames)
    assert len(longer.frames) == longer.manifest.frames == 12  # type: ignore[union-attr]


def test_a_clip_of_an_odd_rate_goes_on_all_at_once(at_home: Path, tmp_path: Path) -> None:
    clip = api.generate(PROMPT, model="diffusion", **SMALL | {"fps": 9}).save(tmp_path / "clip.mp4")
    wishes: dict[str, Any] = {"extends": str(clip), "seconds": 0.5, "model": "autoregressive"}
    longer = api.stream("a red circle rolls left", **wishes).whole()
    assert len(longer.frames) == longer.manifest.frames  # type: ignore[union-attr]
    assert longer.manifest.rendering == "drawn"  # type: ignore[union-attr]


def test_a_pipe_gets_an_mp4_that_can_be_made_again(
    at_home: Path, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    words = ["--model", "autoregressive", "--seconds", "1", "--size", "64x64", "--fps", "8", "--output", "-"]
    assert main(["generate", PROMPT, *words]) == 0
    clip = tmp_path / "piped.mp4"
    clip.write_bytes(capsysbinary.readouterr().out)
    seen, made = Video.open(clip), api.stream(PROMPT, model="autoregressive", **SMALL).whole()
    saved = Video.open(made.save(tmp_path / "saved.mp4"))  # as encoding leaves them
    assert np.abs(seen.frames.astype(int) - saved.frames).mean() < 6
    assert read_manifest(clip).rendering == "streamed"
    assert np.array_equal(api.replay(clip).frames, made.frames)


@pytest.mark.parametrize(
    ("more", "rule"),
    [(["--json"], "goes to stdout"), (["--variants", "2"], "One clip can be streamed")],
    ids=["json", "variants"],
)
def test_what_does_not_go_with_a_pipe_is_refused(
    at_home: Path, more: list[str], rule: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["generate", PROMPT, "--model", "autoregressive", "--output", "-", *more]) == 2
    told = capsys.readouterr()
    assert rule in told.err
    assert not told.out
