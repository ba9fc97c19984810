"""Models side by side: the words that each clip follows, on a page and in a video that need nothing beside themselves."""

import base64
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import mutoscope
from mutoscope import api
from mutoscope.api.loading import FAMILIES
from mutoscope.cli import main
from mutoscope.clock import forget_peak, peak_memory
from mutoscope.errors import MutoscopeError
from mutoscope.evaluation.storybook.colours import Frames
from mutoscope.evaluation.storybook.heeding import heed
from mutoscope.evaluation.storybook.measure import SHAPE
from mutoscope.evaluation.storybook.verdict import Answer
from mutoscope.media.lettering import lines_of
from mutoscope.media.video import Video, read_manifest
from mutoscope.shapes import ClipShape
from mutoscope.world.storybook.captions.parsing import read_story
from mutoscope.world.storybook.drawing import render_stories

PROMPT = "a red circle bounces"
SMALL = ["--size", "64x64", "--seconds", "1", "--fps", "8"]


class Tags(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def sources(self, tag: str) -> list[str]:
        return [source for name, attributes in self.tags if name == tag and (source := attributes.get("src"))]


@pytest.fixture(scope="module")
def rolls() -> Frames:
    """A clip as it is delivered: larger and quicker than the ruler was measured at."""
    story = read_story("a red ball bounces, then rolls left", SHAPE.seconds).story
    frames = render_stories([story], ClipShape(frames=75, height=256, width=256, fps=24), 0).frames[0]
    return np.asarray((frames * 255).round().byte().permute(0, 2, 3, 1).numpy())


@pytest.mark.parametrize(
    ("sentence", "wrong"),
    [
        ("a red ball bounces, then rolls left", []),
        ("一个红色的球弹跳，然后向左滚动", []),
        ("a ball bounces, then rolls", []),  # what is left open is not asked
        (
            "a blue ball bounces, then rolls right",
            ["blue: red seen", "right (1.6-3.1 s): left seen"],
        ),
        ("一个蓝色的球弹跳，然后向左滚动", ["蓝色: red seen"]),
    ],
)
def test_words_that_a_clip_does_not_follow_are_told_as_they_were_written(
    rolls: Frames, sentence: str, wrong: list[str]
) -> None:
    heeding = heed(sentence, rolls, 24, SHAPE, 1)
    assert [str(thing) for thing in heeding.of(Answer.WRONG)] == wrong
    count = len(heeding.things)
    assert heeding.score == f"{count - len(wrong)} of {count} followed"
    assert heeding.unmeasured == ()


@pytest.mark.filterwarnings("error")
def test_parts_of_a_sentence_share_the_seconds_that_a_clip_has(rolls: Frames) -> None:
    heeding = heed("a red ball bounces, then rolls left", rolls[:36], 24, SHAPE, 1)
    assert {thing.where for thing in heeding.things if "-" in thing.where} == {"0.0-0.8 s", "0.8-1.5 s"}


def test_what_cannot_be_measured_is_told(rolls: Frames) -> None:
    heeding = heed("a red ball that is wobbly bounces, then turns blue", rolls, 24, SHAPE, 1)
    assert "wobbly" in heeding.unmeasured
    assert "red" in [thing.words for thing in heeding.of(Answer.RIGHT)]
    assert "turns blue (1.6-3.1 s): roll seen" in [str(thing) for thing in heeding.of(Answer.WRONG)]
    with pytest.raises(MutoscopeError, match="Nobody is in"):
        heed("the camera zooms in", rolls, 24, SHAPE, 1)


def test_all_families_stand_on_one_page_that_needs_nothing_else(
    at_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo, target = tmp_path / "photo.png", tmp_path / "compare.html"
    Image.new("RGB", (80, 64), (200, 60, 60)).save(photo)
    assert (
        main(["compare", PROMPT, "--photo", str(photo), "--seed", "3", *SMALL, "--output", str(target), "--json"]) == 0
    )
    told = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in told["models"]] == list(FAMILIES)
    assert [one["steps"] for one in told["models"]][:2] == [12, 1]
    assert all(one["seconds"]["sample"] > 0 and one["peak_memory"] > 5e7 for one in told["models"])
    page = Tags(target.read_text("utf-8"))
    assert all(name in page.text for name in (PROMPT, *FAMILIES))
    videos = page.sources("video")
    assert len(videos) == 3
    assert len(page.sources("img")) == 1
    assert all(source.startswith("data:") for tag in ("video", "img", "script", "link") for source in page.sources(tag))
    assert not re.findall(r"https?://|url\(", target.read_text("utf-8"))
    for source, family in zip(videos, FAMILIES, strict=True):
        clip = tmp_path / f"{family}.mp4"
        clip.write_bytes(base64.b64decode(source.removeprefix("data:video/mp4;base64,")))
        manifest = read_manifest(clip)
        assert (manifest.request["model"], manifest.request["seed"]) == (family, 3)
        again = api.generate(PROMPT, photo=photo, model=family, seed=3, seconds=1, fps=8, size="64x64").manifest
        assert again is not None
        assert again.frames_sha256 == manifest.frames_sha256


def test_a_model_that_cannot_do_what_is_asked_is_named_with_the_cure(
    tiny_story: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(tiny_story, tmp_path / "runs" / "diffusion_storybook" / "checkpoint")
    assert main(["compare", PROMPT, "--model", "diffusion", "--model", "motion", *SMALL]) == 0
    said = capsys.readouterr()
    assert said.out.strip() == "compare.html"
    page = Tags((tmp_path / "compare.html").read_text("utf-8"))
    assert "--photo" in page.text
    assert "left out: motion." in said.err
    assert main(["compare", PROMPT, "--model", "motion", *SMALL]) == 2
    assert main(["compare", PROMPT, "--output", "compare.txt"]) == 2
    assert main(["compare", "wibble <b>wobble</b>", *SMALL]) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["compare.html", "runs"]


def test_checkpoints_by_folder_share_one_video(at_home: Path, tmp_path: Path) -> None:
    folders = [str(at_home / "runs" / f"{family}_storybook" / "checkpoint") for family in ("diffusion", "gan")]
    found = mutoscope.compare("a red <b>circle</b> & a star bounce", models=folders, seconds=1, fps=8, size="64x64")
    assert [one.name for one in found.contenders] == folders
    assert "<b>" not in found.page()
    film = Video.open(found.save(tmp_path / "compare.mp4"))
    assert len(film.frames) == 8
    again = Video.open(film.save(tmp_path / "again.webm"))
    assert film.mark.startswith("Generated by Mutoscope")
    assert again.mark == film.mark
    height, width = film.frames.shape[1:3]
    assert width >= 2 * 256
    assert height > 256
    for one, left in zip(found.contenders, (16, 16 + 256 + 16), strict=True):
        own = np.stack(
            [np.asarray(Image.fromarray(f).resize((256, 256), Image.Resampling.BICUBIC)) for f in one.video.frames]
        )
        where = found.film().frames[:, :, left : left + 256]
        assert any(np.array_equal(where[:, top : top + 256], own) for top in range(height - 256))


def test_a_model_that_moves_photos_is_shown_and_not_measured(tmp_path: Path) -> None:
    found = mutoscope.compare(
        "the camera zooms in", photo=api.SAMPLE, models=["motion"], seconds=0.5, fps=8, size="96x64"
    )
    assert "the storybook alone" in str(found.contenders[0].heeding)
    assert "the storybook alone" in found.page()
    assert found.save(tmp_path / "one.png").is_file()


def test_memory_of_one_clip_is_told_apart_from_what_came_before() -> None:
    held = np.ones(40_000_000)
    before = peak_memory()
    del held
    if forget_peak():
        assert peak_memory() < before - 200e6
    else:
        assert peak_memory() >= before


def test_lines_are_no_wider_than_they_may_be() -> None:
    assert lines_of("a red ball bounces", 13, 60) == ["a red ball", "bounces"]
    lines = lines_of("一个红色的球弹跳，然后向左滚动", 13, 60)
    assert len(lines) > 1, "with a Chinese font or without"
    assert len("".join(lines)) == 15
