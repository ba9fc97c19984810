"""Our own models as diffusers pipelines: loaded by `DiffusionPipeline.from_pretrained`, they make the same frames."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import DiffusionPipeline
from PIL import Image

from mutoscope import api
from mutoscope.cli import main

SMALL: dict[str, Any] = {"num_frames": 4, "frame_rate": 8, "num_inference_steps": 2}


@pytest.fixture(autouse=True)
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where diffusers copies the code of pipelines."""
    monkeypatch.setattr("diffusers.utils.dynamic_modules_utils.HF_MODULES_CACHE", str(tmp_path / "modules"))
    monkeypatch.syspath_prepend(str(tmp_path / "modules"))


def _loaded(folder: Path) -> Any:
    pipe = DiffusionPipeline.from_pretrained(folder, trust_remote_code=True)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def test_the_motion_model_is_loaded_by_diffusers_and_makes_the_same_frames(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "motion"
    assert main(["export", "motion", "--output", str(folder)]) == 0
    assert capsys.readouterr().out.strip() == str(folder)
    photo = Image.open(api.SAMPLE).convert("RGB").resize((96, 96))
    pipe = _loaded(folder)
    assert sum(weight.numel() for weight in pipe.model.parameters()) > 1e6
    told = {"image": photo, "width": 64, "height": 64, **SMALL, "generator": torch.Generator().manual_seed(7)}
    made = pipe("the camera zooms in", output_type="np", **told)
    same = api.generate("the camera zooms in", photo=photo, seed=7, seconds=0.5, fps=8, steps=2, size="64x64")
    assert np.array_equal((made.frames[0] * 255).round().astype(np.uint8), same.frames)
    pipe.save_pretrained(tmp_path / "again")
    (frames,) = _loaded(tmp_path / "again")("the camera zooms in", return_dict=False, **told)
    assert np.array_equal(np.stack([np.asarray(frame) for frame in frames[0]]), same.frames)
    assert main(["export", "motion", "--output", str(folder)]) == 2
    assert "is not empty" in capsys.readouterr().err
    assert {path.name for path in tmp_path.iterdir()} == {"motion", "again", "modules"}


def test_a_storybook_model_brings_its_codec(tmp_path: Path, tiny_story: Path) -> None:
    pipe = _loaded(api.export(str(tiny_story), tmp_path / "story"))
    made = pipe("a red circle bounces", **SMALL)
    same = api.generate("a red circle bounces", model=str(tiny_story), seconds=0.5, fps=8, steps=2)
    assert np.array_equal(np.stack([np.asarray(frame) for frame in made.frames[0]]), same.frames)
    assert made.fps == 8
