"""Photos are moved into a picture for a person to judge: every photo as often, no pair twice, the same pairs for a seed."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from mutoscope.cli import main
from mutoscope.evaluation.looks import HINTS, SENTENCES, draw_looks
from mutoscope.evaluation.photo_set import open_photo_set
from mutoscope.media.photos import open_mask
from mutoscope.media.video import Video
from mutoscope.request import GenerateRequest


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Two photos of a bright thing on noise, with mattes."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for seed, name in enumerate(("disc", "ring")):
        matte = cv2.circle(np.zeros((90, 120), np.uint8), (60, 45), 20, 255, -1)
        grey = np.random.default_rng(seed).integers(60, 90, (90, 120, 3), dtype=np.uint8)
        Image.fromarray(np.where(matte[..., None] > 0, np.array([220, 60, 40], np.uint8), grey)).save(
            folder / f"{name}.png"
        )
        Image.fromarray(matte).save(folder / f"{name}.matte.png")
    return folder


def test_pairs_are_drawn_by_chance_every_photo_as_often_and_none_twice(photos: Path) -> None:
    asked, seen = list[GenerateRequest](), list[bytes]()

    def generate(request: GenerateRequest, pixels: np.ndarray) -> Video:
        asked.append(request)
        if request.mask is not None:
            seen.append((open_mask(Path(request.mask)) > 127).tobytes())
        return Video(np.repeat(pixels[None], 7, axis=0), 12)

    found = draw_looks(generate, open_photo_set(photos), 2 * len(SENTENCES) * len(HINTS), 3)
    pairs = len(SENTENCES) * len(HINTS)
    assert len(found.clips) == len(set(found.told)) == 2 * pairs
    assert [told.split(",")[0] for told in found.told] == ["disc", "ring"] * pairs
    assert sum(request.subject is None and request.mask is None for request in asked) == 2 * len(SENTENCES)
    assert sum(request.mask is not None for request in asked) == len(seen) == 2 * len(SENTENCES)
    assert set(seen) == {(matte > 0.5).tobytes() for photo in open_photo_set(photos) for matte in photo.mattes}
    once = [replace(request, mask=None) for request in asked]
    some = draw_looks(generate, open_photo_set(photos), 5, 3)
    assert some.told == found.told[:5]
    assert [replace(request, mask=None) for request in asked[-5:]] == once[:5]
    assert draw_looks(generate, open_photo_set(photos), 5, 4).told != some.told
    assert some.sheet().shape == (5 * (192 + 18 + 6), 5 * (256 + 6) + 6, 3)
    assert some.list().splitlines()[4].startswith("5. disc, ")


def test_the_command_draws_a_sheet_to_look_at(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["evaluate", "looks", "--photos", str(photos), "--scenes", "1"]) == 0
    assert capsys.readouterr().out.startswith("1. disc, ")
    assert Image.open("looks.webp").width > 1000
    assert main(["evaluate", "looks"]) == 2
    assert "Write --photos DIR." in capsys.readouterr().err
    assert main(["evaluate", "looks", "--photos", str(photos), "--scenes", "0"]) == 2
    assert main(["evaluate", "looks", "--photos", str(photos), "--scenes", "59"]) == 2
    assert "1 to 58" in capsys.readouterr().err
    (photos / "ring.matte.png").unlink()
    assert main(["evaluate", "looks", "--photos", str(photos), "--scenes", "57"]) == 2
    assert "Write --scenes 56." in capsys.readouterr().err
    assert main(["evaluate", "looks", "--photos", str(photos), "--model", "diffusion"]) == 2
