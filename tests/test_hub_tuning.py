"""LoRAs trained on a folder of captioned clips: they learn, they load again, and what cannot be learned from is told."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.torch import load_file
from tiny_hub import Folder, Tiny, request

from mutoscope import api
from mutoscope.api.tuning import train_lora
from mutoscope.cli import main
from mutoscope.errors import MutoscopeError
from mutoscope.hub.loras import SECOND, WEIGHTS
from mutoscope.hub.tuning import Tuning
from mutoscope.media.photos import open_photo
from mutoscope.media.video import Video

pytestmark = pytest.mark.slow  # minutes; make test-all runs them

QUICK = Tuning(steps=3, rank=2, seconds=0.5, size="64x64", shown=0)


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five clips of half a second, in which a bright square crosses a slope, each with its caption."""
    folder = tmp_path_factory.mktemp("clips")
    for number in range(5):
        Video(_crossing(number), 24).save(folder / f"{number}.mp4")
        (folder / f"{number}.txt").write_text(f"a square crosses\nrow {number} 方块\n", "utf-8")
    return folder


def _crossing(number: int) -> NDArray[np.uint8]:
    frames = np.zeros((16, 48, 64, 3), np.uint8) + np.linspace(0, 120, 64).astype(np.uint8)[:, None]
    for time, frame in enumerate(frames):
        frame[8 * number : 8 * number + 12, 3 * time : 3 * time + 12] = (250, 200, 40 * number)
    return frames


def _errors(folder: Path) -> tuple[float, float]:
    told = re.search(r"([\d.]+) before, ([\d.]+) after", (folder / "card.md").read_text("utf-8"))
    assert told
    return float(told[1]), float(told[2])


@pytest.mark.parametrize("name", ["wan22-ti2v", "ltx"])
def test_a_lora_learns_its_clips_and_loads_again(
    name: str, tiny: Folder, clips: Path, tmp_path: Path, pipeline: Tiny
) -> None:
    wishes = Tuning(steps=30, rank=8, rate=0.03, seconds=0.4, size="64x64", shown=1)
    heard: list[str] = []
    folder = tmp_path / "lora"
    train_lora(f"hub:{tiny(name)}", clips, wishes=wishes, folder=folder, sampling=2, tell=heard.append)
    before, after = _errors(folder)
    assert after < 0.99 * before
    assert sum(line.startswith("clip ") for line in heard) == 5
    plain, changed = (
        pipeline(name).generate(request("a square crosses", lora=lora)).frames for lora in (None, str(folder))
    )
    assert not np.array_equal(plain, changed)
    sheet = open_photo(folder / "sheet.png")
    assert sheet.std() > 10
    assert "1 clips that it was not trained on" in (folder / "card.md").read_text("utf-8")
    assert f"--model hub:{tiny(name)} " in (folder / "card.md").read_text("utf-8")


@pytest.mark.parametrize("name", ["wan-i2v", "wan-flf", "wan22-i2v"])
def test_every_kind_of_wan_can_be_taught(name: str, tiny: Folder, clips: Path, tmp_path: Path) -> None:
    two = name == "wan22-i2v"  # a denoiser for much noise, which few steps meet, and one for little
    wishes = replace(QUICK, steps=40) if two else QUICK
    folder = train_lora(f"hub:{tiny(name)}", clips, wishes=wishes, folder=tmp_path / "lora", tell=lambda line: None)
    assert (folder / SECOND / WEIGHTS).exists() == two
    for place in (folder, folder / SECOND) if two else (folder,):
        assert any(bool(value.any()) for key, value in load_file(place / WEIGHTS).items() if "lora_B" in key)


def test_the_command_trains_and_goes_on(
    tiny: Folder, clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["train", "lora", "--model", f"hub:{tiny('ltx')}", "--clips", str(clips), "--steps", "2", "--rank", "2"]
    words += ["--size", "64x64", "--seconds", "0.4", "--shown", "0"]
    first, second = tmp_path / "first", tmp_path / "second"
    assert main([*words, "--output", str(first)]) == 0
    assert capsys.readouterr().out.strip() == str(first)
    assert main([*words, "--output", str(first)]) == 2
    assert "already holds a LoRA" in capsys.readouterr().err
    assert main([*words, "--output", str(second), "--start", str(first), "--rate", "0.01"]) == 0
    was, now = load_file(first / WEIGHTS), load_file(second / WEIGHTS)
    assert was.keys() == now.keys()
    assert any(not bool((was[key] == now[key]).all()) for key in was)
    assert _errors(second)[0] == pytest.approx(_errors(first)[1], abs=2e-3)


def test_what_cannot_be_learned_from_is_told(tiny: Folder, clips: Path, tmp_path: Path) -> None:
    def told(folder: Path, model: str = "ltx", **wishes: object) -> str:
        with pytest.raises(MutoscopeError) as refused:
            train_lora(f"hub:{tiny(model)}", folder, wishes=Tuning(**wishes), folder=tmp_path / "lora")  # type: ignore[arg-type]
        assert not (tmp_path / "lora").exists()
        return str(refused.value)

    assert "no folder" in told(tmp_path / "nowhere")
    (empty := tmp_path / "empty").mkdir()
    assert "no clips" in told(empty)
    Video(_crossing(0)[:3], 24).save(empty / "short.mp4")
    assert "1 of 1 clips have no caption: short.mp4" in told(empty)
    (empty / "short.txt").write_text("a square")
    assert "short.mp4 is too short" in told(empty)
    (empty / "short.txt").write_bytes(b"\xff\xfe\x00")
    assert "UTF-8" in told(empty)
    assert "Wan and LTX-Video" in told(clips, "svd")
    assert "rank is 0" in told(clips, rank=0)


def test_flags_of_recipes_and_of_loras_do_not_mix(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "motion", "--rank", "3"]) == 2
    assert "takes no rank" in capsys.readouterr().err
    assert main(["train", "lora", "--stage", "1"]) == 2
    assert "takes no stage" in capsys.readouterr().err
    assert main(["train", "lora", "--clips", "x"]) == 2
    assert "needs a model and clips" in capsys.readouterr().err
    assert api.Tuning().rank == 16
