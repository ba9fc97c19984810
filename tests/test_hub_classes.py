"""Every class of large models, one after the other: asked, watched, stopped, starved of memory and asked for too much."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from tiny_hub import Folder, Tiny
from tiny_models import TINY

from mutoscope import api
from mutoscope.cli import main
from mutoscope.errors import MutoscopeError
from mutoscope.hub.dialects import DIALECTS
from mutoscope.hub.pipeline import HubPipeline
from mutoscope.media.video import Video
from mutoscope.progress import Step, ignore
from mutoscope.request import GenerateRequest

NEEDS_PHOTO = ("wan-i2v", "wan-flf", "wan22-i2v", "cogvideox-i2v", "hunyuan15-i2v", "svd")
SIZED_BY_ITSELF = ("cogvideox-i2v", "hunyuan15-i2v")
pytestmark = pytest.mark.usefixtures("one_thread")
every_class = pytest.mark.parametrize("name", TINY)


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A photo of noise on a slope of grey."""
    path = tmp_path_factory.mktemp("photo") / "photo.png"
    noise = np.random.default_rng(0).integers(0, 120, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(noise + np.linspace(0, 130, 64).astype(np.uint8)[:, None, None]).save(path)
    return str(path)


def _asked(name: str, photo: str, **more: Any) -> GenerateRequest:
    """The least that a class can be asked for."""
    wishes: dict[str, Any] = {"prompt": "" if name == "svd" else "a corgi surfs", "model": "hub:tiny", "steps": 3}
    wishes["seconds"] = 1 if "cogvideox" in name else 0.5
    wishes |= {} if name in SIZED_BY_ITSELF else {"size": "64x64"}
    wishes |= {"photo": photo} if name in NEEDS_PHOTO else {}
    wishes |= {"last": photo} if name == "wan-flf" else {}
    return GenerateRequest.from_dict(wishes | more)


@every_class
def test_it_answers_the_command(
    name: str, tiny: Folder, tmp_path: Path, photo: str, capsys: pytest.CaptureFixture[str]
) -> None:
    api.load_hub.cache_clear()
    asked = _asked(name, photo, steps=2)
    words = ["generate", asked.prompt, "--model", f"hub:{tiny(name)}", "--json", "--output", str(tmp_path / "clip.mp4")]
    for wish in ("steps", "seconds", "size", "photo", "last"):
        words += [f"--{wish}", str(getattr(asked, wish))] if getattr(asked, wish) is not None else []
    assert main(words) == 0
    told = json.loads(capsys.readouterr().out)
    video = Video.open(tmp_path / "clip.mp4")
    assert video.manifest
    saved = json.loads((tiny(name) / "model_index.json").read_text("utf-8"))["_class_name"]
    assert video.manifest.hub["pipelines"] == told["hub"]["pipelines"] == [saved]
    assert video.manifest.hub["settings"][0] in ("bf16", "fp32")
    assert len(video.frames) == told["frames"] == round(told["fps"] * asked.seconds)
    assert video.frames.shape[1:3] == (64, 64)


@every_class
def test_who_waits_hears_of_every_step_and_may_look_and_a_seed_gives_the_same_again(
    name: str, tiny: Folder, photo: str
) -> None:
    api.load_hub.cache_clear()
    asked = _asked(name, photo, model=f"hub:{tiny(name)}")
    steps: list[Step] = []
    first = api.generate_request(asked, steps.append)
    sampled = [step for step in steps if step.look]
    assert [(step.done, step.total) for step in sampled] == [(1, 3), (2, 3), (3, 3)]
    look = sampled[-1].look
    assert look
    seen = look()
    assert seen.dtype == np.uint8
    assert seen.shape[2] == 3
    assert seen.std() > 0
    assert np.array_equal(api.generate_request(asked).frames, first.frames)


@every_class
def test_ctrl_c_ends_the_work_at_the_next_step(name: str, pipeline: Tiny, photo: str) -> None:
    model, steps = pipeline(name), 0

    def stop(step: Step) -> None:
        nonlocal steps
        if step.look:
            steps += 1
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        model.generate(_asked(name, photo, steps=5), stop)
    assert steps == 1
    assert all(type(pipe.scheduler).__name__ != "Watched" for pipe in model.loaded.pipes.values())  # it is itself again
    assert model.generate(_asked(name, photo)).frames.any()


@every_class
def test_out_of_memory_is_tried_once_more_with_the_next_frugal_setting(
    name: str, pipeline: Tiny, photo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = pipeline(name)
    model.loaded.free()
    made: Any = HubPipeline._made
    tried = 0

    def starved(self: Any, *given: Any) -> Any:
        nonlocal tried
        tried += 1
        *before, _ = given
        return made(self, *before, _eat_all if tried == 1 else ignore)

    monkeypatch.setattr(HubPipeline, "_made", starved)
    video = model.generate(_asked(name, photo))
    assert tried == 2
    assert video.manifest
    assert "VAE in pieces" in video.manifest.hub["settings"]
    again = model.generate(_asked(name, photo))  # what ran out once is not tried again
    assert tried == 3
    assert again.manifest
    assert again.manifest.frames_sha256 == video.manifest.frames_sha256
    model.loaded.free()


def _eat_all(step: Step) -> None:
    if step.look:
        torch.empty(2**60, dtype=torch.uint8)  # the allocator itself refuses


@every_class
def test_what_a_class_lacks_is_refused_with_models_that_have_it_and_what_it_has_is_not(
    name: str, pipeline: Tiny, photo: str
) -> None:
    model = pipeline(name)
    kinds = model.model.dialects
    told = next(iter(kinds.values()))
    has = {
        "negative": told.negative,
        "motion": told.motion is not None,
        "fps": told.rate is not None,
        "photo": "photo" in kinds or name == "wan-flf",
        "last": "last" in kinds,
        "subject": False,
        "drag": False,
        "extends": False,
        "temperature": False,
    }
    asks: dict[str, Any] = {
        "negative": "blurred", "motion": 1.5, "fps": 12, "photo": photo, "last": photo, "subject": "0.5,0.5",
        "drag": "0.4,0.4:0.6,0.6", "extends": photo, "temperature": 0.5,
    }  # fmt: skip
    for wish, able in has.items():
        given = {wish: asks[wish], **({"photo": photo} if wish == "last" else {})}
        asked = replace(_asked(name, photo, steps=2), **given)
        if able:
            assert model.generate(asked).frames.any(), wish
        else:
            with pytest.raises(MutoscopeError) as refused:
                model.generate(asked)
            assert refused.value.rule, wish
            assert refused.value.cure, wish


def test_the_models_that_a_refusal_names_have_what_was_asked(pipeline: Tiny, photo: str) -> None:
    timed = _asked("mochi", photo, prompt="[0-0.2s] a cat sits [0.2-0.5s] it runs")
    with pytest.raises(MutoscopeError) as refused:
        pipeline("mochi").generate(timed)
    assert "Stable Video Diffusion" not in refused.value.rule, "it reads no words"
    assert "FLF2V" not in refused.value.rule, "it needs a last frame, too"
    with pytest.raises(MutoscopeError) as refused:
        pipeline("svd").generate(_asked("svd", photo, prompt="a cat"))
    assert {known.name for known in DIALECTS if known.prompt} <= set(_listed(refused.value))
    assert {"Wan TI2V", "Wan FLF2V", "Wan 2.2 I2V"} <= set(_listed(refused.value))


def _listed(error: MutoscopeError) -> list[str]:
    return error.rule.removeprefix("These models do: ").removesuffix(".").split(", ")


def test_too_few_steps_are_refused(pipeline: Tiny, photo: str) -> None:
    with pytest.raises(MutoscopeError, match="steps is 1"):
        pipeline("mochi").generate(_asked("mochi", photo, steps=1))
