"""The whole path with the bundled weights, small and real."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import mutoscope
from mutoscope import api
from mutoscope.checkpoints.bundled import bundled_names
from mutoscope.checkpoints.checkpoint import Checkpoint
from mutoscope.errors import MutoscopeError
from mutoscope.media.photos import fit_photo, open_photo
from mutoscope.media.video import Video
from mutoscope.request import GenerateRequest
from mutoscope.vision.flow import dense_flow

PHOTO = str(api.SAMPLE)
SMALL: dict[str, Any] = {"size": "240x160", "seconds": 1.0, "fps": 12}
CALM = np.repeat(np.linspace(90, 160, 150).astype(np.uint8)[None, :, None], 100, 0).repeat(3, 2)  # a slope of grey


def made(prompt: str, **wishes: Any) -> Video:
    return api.generate(prompt, photo=PHOTO, **{**SMALL, **wishes})


def drift(video: Video) -> NDArray[np.float64]:
    """(2,) how far the picture went from the first to the last frame, in pixels right and down."""
    first, last = (cv2.cvtColor(video.frames[i], cv2.COLOR_RGB2GRAY) for i in (0, -1))
    return np.asarray(np.median(dense_flow(np.asarray(first, np.uint8), np.asarray(last, np.uint8)), axis=(0, 1)))


def test_the_first_frame_is_the_photo() -> None:
    video = made("the camera zooms in")
    assert video.frames.shape == (12, 160, 240, 3)
    assert np.array_equal(video.frames[0], fit_photo(open_photo(PHOTO), 240, 160))


def test_the_prompt_decides_where_the_camera_goes_in_both_languages() -> None:
    for left, right in (("the camera pans left", "the camera pans right"), ("镜头向左移动", "镜头向右移动")):
        assert drift(made(left))[0] > 3  # the camera goes left, so the picture goes right
        assert drift(made(right))[0] < -3


def test_the_same_seed_gives_the_same_frames_and_another_seed_others() -> None:
    one, again, other = (made("the camera pans left", seed=seed).frames for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_motion_makes_the_same_motion_stronger_or_stops_it() -> None:
    weak, strong = (abs(drift(made("the camera pans left", motion=m))[0]) for m in (0.5, 1.5))
    assert strong > 2 * weak
    assert np.array_equal(*(made("the camera pans left", motion=0).frames[i] for i in (0, -1)))


def test_the_arrow_says_where_the_subject_goes() -> None:
    away = []
    for arrow in ("0.45,0.45:0.25,0.45", "0.45,0.45:0.65,0.45"):
        video = made("the cup moves", drag=arrow, seconds=2.0)
        middle = dense_flow(*(np.asarray(cv2.cvtColor(video.frames[i], cv2.COLOR_RGB2GRAY), np.uint8) for i in (0, -1)))
        away.append(float(np.median(middle[50:90, 90:130, 0])))
    assert away[0] < away[1] - 5


def test_a_mask_is_taken_at_its_word(tmp_path: Path) -> None:
    mask = np.zeros((400, 600), np.uint8)
    mask[100:300, 200:400] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    video = made("the cup rises", mask=str(tmp_path / "mask.png"))
    assert video.manifest is not None
    assert (video.manifest.rendering, video.manifest.subject["source"]) == ("layers", "mask")
    assert video.manifest.subject["box"] == pytest.approx([1 / 3, 0.25, 2 / 3, 0.75], abs=0.02)


def test_replay_makes_the_same_file_bit_for_bit(tmp_path: Path) -> None:
    clip = made("the camera pans left, then zooms in", seed=3).save(tmp_path / "clip.mp4")
    again = mutoscope.replay(clip)
    assert again.stats["same"] is True
    assert again.save(tmp_path / "again.mp4").read_bytes() == clip.read_bytes()


def test_a_clip_saved_many_times_is_always_the_same_file(tmp_path: Path) -> None:
    """Two savings agree even where an encoder is not repeatable; it took dozens to see x264's macroblock tree differ."""
    video = made("the camera pans left, then zooms in", size="600x400", fps=24)
    assert len({video.save(tmp_path / f"{index}.mp4").read_bytes() for index in range(25)}) == 1


def test_replay_asks_for_the_photo_if_it_has_changed(tmp_path: Path) -> None:
    photo = tmp_path / "photo.png"
    Image.open(PHOTO).save(photo)
    clip = api.generate("the camera pans left", photo=photo, **SMALL).save(tmp_path / "clip.mp4")
    Image.new("RGB", (600, 400), "red").save(photo)
    with pytest.raises(MutoscopeError, match="not the one"):
        api.replay(clip)
    assert api.replay(clip, photo=PHOTO).stats["same"] is True


def test_the_manifest_says_which_words_were_not_known() -> None:
    manifest = made("the camera pans left while the zorblax rises").manifest
    assert manifest is not None
    assert [word["word"] for word in manifest.not_understood] == ["zorblax"]


@pytest.mark.parametrize(
    ("shown", "cure"),
    [(None, "a click on the photo"), ("0.3,0.5", "painted (--mask)"), ("0.2,0.2:0.6,0.8", "painted (--mask)")],
)
def test_who_gets_a_photo_bent_is_told_what_helps_more(tmp_path: Path, shown: str | None, cure: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (120, 160, 3)).astype(np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.png")
    video = api.generate("the subject rises", photo=tmp_path / "noise.png", **SMALL, subject=shown)
    assert video.manifest is not None
    assert sum(cure in note for note in video.manifest.notes) == 1


@pytest.mark.parametrize(
    ("prompt", "drag", "told"),
    [
        ("the camera zooms in", None, False),
        ("the camera zooms in while the subject rises", None, True),
        ("the camera zooms in", "0.5,0.5:0.7,0.5", True),
    ],
)
def test_how_far_a_subject_can_move_is_said_only_where_it_is_to_move(prompt: str, drag: str | None, told: bool) -> None:
    manifest = made(prompt, drag=drag).manifest
    assert manifest is not None
    assert any("bent softly" in note for note in manifest.notes) is told
    assert any("an arrow" in note for note in manifest.notes) is (drag is not None)


def test_a_subject_that_the_edge_cuts_is_said_to_turn_only_a_little(tmp_path: Path) -> None:
    notes = []
    for top, bottom in ((40, 100), (20, 80)):
        mask = Image.new("L", (150, 100))
        mask.paste(255, (50, top, 100, bottom))
        mask.save(tmp_path / "mask.png")
        video = api.generate("the subject spins clockwise", photo=CALM, **SMALL, mask=str(tmp_path / "mask.png"))
        assert video.manifest is not None
        notes.append(" ".join(video.manifest.notes))
    assert "turns only a little" in notes[0]
    assert "turns only a little" not in notes[1]


def test_a_painted_subject_is_cut_out_only_where_what_is_behind_it_can_be_guessed(tmp_path: Path) -> None:
    mask = Image.new("L", (150, 100))
    mask.paste(255, (50, 20, 100, 80))
    mask.save(tmp_path / "mask.png")
    busy = np.random.default_rng(0).integers(0, 255, (100, 150, 3), dtype=np.uint8)
    for photo, rendering, noted in ((CALM, "layers", False), (busy, "soft", True)):
        manifest = api.generate("it moves to the left", photo=photo, **SMALL, mask=str(tmp_path / "mask.png")).manifest
        assert manifest is not None
        assert manifest.rendering == rendering
        assert any("too much to be guessed" in note for note in manifest.notes) == noted


def test_an_array_serves_as_a_photo() -> None:
    pixels = open_photo(PHOTO)
    assert np.array_equal(
        api.generate("the camera pans left", photo=pixels, **SMALL).frames, made("the camera pans left").frames
    )
    with pytest.raises(MutoscopeError, match="uint8"):
        api.generate("the camera pans left", photo=pixels.astype(np.float32), **SMALL)


def test_without_a_photo_the_motion_model_says_what_it_needs() -> None:
    with pytest.raises(MutoscopeError, match="--photo"):
        api.generate("the camera pans left", model="motion")


def test_an_unknown_model_or_recipe_is_named_beside_the_known_ones() -> None:
    with pytest.raises(MutoscopeError, match="Bundled: autoregressive, diffusion, gan, motion"):
        api.generate_request(GenerateRequest(prompt="zoom in", photo=PHOTO, model="nothing"))
    with pytest.raises(MutoscopeError, match="Recipes: motion"):
        api.train("nothing")


def test_a_recipe_ends_in_a_checkpoint_that_generates(tmp_path: Path) -> None:
    checkpoint = api.train("tiny_motion", folder=tmp_path / "run")
    assert isinstance(checkpoint, Checkpoint)
    assert "`mutoscope train tiny_motion`" in (checkpoint.folder / "card.md").read_text()
    video = api.generate("zoom in", photo=PHOTO, size="96x64", seconds=0.5, model=str(checkpoint.folder))
    assert video.frames.shape == (12, 64, 96, 3)
    with pytest.raises(MutoscopeError, match="already holds a run"):
        api.train("tiny_motion", folder=tmp_path / "run")


def test_the_doctor_finds_the_bundled_weights_whole() -> None:
    weights = [check for check in api.doctor() if check.name.startswith("weights")]
    assert [check.name for check in weights] == [f"weights: {name}" for name in bundled_names()]
    assert all(check.state == "works" for check in weights)


def test_both_worlds_show_a_clip_with_its_caption() -> None:
    for world in ("collages", "storybook"):
        caption, video = api.world_clip(3, world)
        assert len(caption) > 5
        assert video.frames.shape == (72, 256, 256, 3)
        assert (video.frames[0] != video.frames[-1]).any()
