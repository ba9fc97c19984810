"""How large models are fitted into memory: the setting that is chosen, one retry after running out, and then a cure."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import pytest
import torch
from tiny_hub import Folder, request

from mutoscope.cli import main
from mutoscope.errors import MutoscopeError
from mutoscope.hub import memory
from mutoscope.hub import pipeline as hub_pipeline
from mutoscope.hub.memory import Machine, Setting, can_quantise, fitting, needed, settings
from mutoscope.hub.pipeline import HubPipeline
from mutoscope.hub.shelf import open_model

pytestmark = pytest.mark.slow  # minutes; make test-all runs them

GB = 10**9
FIVE_BILLION = {"text_encoder": int(11.4 * GB), "transformer": 10 * GB, "vae": GB}  # about Wan 2.2 TI2V 5B in 16 bits
CARD = Machine(accelerator="cuda", free=24 * GB, host=64 * GB, bf16=True)


def _starved(monkeypatch: pytest.MonkeyPatch, *, always: bool) -> list[bool]:
    """Wan's decoder takes far more memory than there is, unless it works in tiles; every attempt is noted."""
    tried: list[bool] = []
    decode = diffusers.AutoencoderKLWan._decode

    def hungry(self: Any, *given: Any, **named: Any) -> Any:
        tried.append(self.use_tiling)
        if always or not self.use_tiling:
            torch.empty(2**60, dtype=torch.uint8)  # the allocator itself refuses
        return decode(self, *given, **named)

    monkeypatch.setattr(diffusers.AutoencoderKLWan, "_decode", hungry)
    return tried


def test_out_of_memory_is_tried_once_more_with_the_next_frugal_setting(
    tiny: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = _starved(monkeypatch, always=False)
    video = HubPipeline(model=open_model(str(tiny("wan-t2v")))).generate(request())
    assert tried == [False, True]
    assert video.manifest
    assert "VAE in pieces" in video.manifest.hub["settings"]


def test_out_of_memory_twice_ends_with_a_cure_and_gives_the_memory_back(
    tiny: Folder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tried = _starved(monkeypatch, always=True)
    starved = HubPipeline(model=open_model(str(tiny("wan-t2v"))))
    with pytest.raises(MutoscopeError) as error:
        starved.generate(request())
    assert tried == [False, True]
    assert "then with" in error.value.problem
    assert "VAE in pieces" in error.value.problem
    assert "--size" in error.value.cure
    assert starved.loaded.pipes == {}
    words = [
        "generate",
        "a corgi",
        "--model",
        f"hub:{tiny('wan-t2v')}",
        "--steps",
        "2",
        "--seconds",
        "0.5",
        "--size",
        "64x64",
    ]
    assert main([*words, "--output", str(tmp_path / "clip.mp4")]) == 2
    assert "Memory ran out with" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_other_failures_are_not_taken_for_a_lack_of_memory(tiny: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Any, *given: Any, **named: Any) -> Any:
        raise RuntimeError("the shapes do not match")

    monkeypatch.setattr(diffusers.AutoencoderKLWan, "_decode", broken)
    with pytest.raises(RuntimeError, match="shapes"):
        HubPipeline(model=open_model(str(tiny("wan-t2v")))).generate(request())


@pytest.mark.parametrize(
    ("free", "placement"), [(80, "whole"), (24, "model offload"), (15, "model offload"), (4, "group offload")]
)
def test_the_roomiest_setting_that_fits_is_chosen(free: int, placement: str) -> None:
    chosen = fitting(FIVE_BILLION, replace(CARD, free=free * GB), "WanPipeline")[0]
    assert chosen.placement == placement


def test_offloading_needs_the_host_s_memory() -> None:
    assert fitting(FIVE_BILLION, replace(CARD, host=8 * GB), "WanPipeline") == ()
    assert fitting(FIVE_BILLION, replace(CARD, host=8 * GB, free=80 * GB), "WanPipeline") != ()


@pytest.mark.parametrize("accelerator", ["cuda", "mps", "cpu"])
def test_each_setting_needs_no_more_than_the_one_before(accelerator: Any) -> None:
    machine = replace(CARD, accelerator=accelerator)
    ladder = settings(machine, "WanPipeline")
    needs = [needed(FIVE_BILLION, setting) for setting in ladder]
    assert needs == sorted(needs, reverse=True)
    assert len({tuple(setting.names()) for setting in ladder}) == len(ladder)
    if accelerator != "cuda":  # there is nowhere to offload to
        assert all(setting.placement == "whole" for setting in ladder)


def test_quantising_comes_before_weights_cross_the_bus_at_every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "find_spec", lambda library: library)
    ladder = [", ".join(setting.names()) for setting in settings(CARD, "WanPipeline")]
    assert ladder[3:] == [
        "bf16, model offload, VAE in pieces, 8-bit denoiser",
        "bf16, model offload, VAE in pieces, 4-bit denoiser",
        "bf16, group offload, VAE in pieces, first-block cache",
    ]
    monkeypatch.setattr(memory, "find_spec", lambda library: None)
    assert not any(setting.bits for setting in settings(CARD, "WanPipeline"))


def test_precision_follows_the_machine() -> None:
    assert settings(CARD, "WanPipeline")[0].precision == "bf16"
    assert settings(replace(CARD, bf16=False), "WanPipeline")[0].precision == "fp16"
    assert settings(replace(CARD, bf16=False, accelerator="cpu"), "WanPipeline")[0].precision == "fp32"


MEASURES = [
    Setting(precision="fp32"),
    Setting(precision="fp32", cached=True),
    Setting(precision="fp32", pieces=True),
    Setting(precision="fp32", placement="group offload", cached=True),
    Setting(precision="bf16", pieces=True, bits=8),
    Setting(precision="bf16", bits=4),
]


@pytest.mark.parametrize("name", ["wan-t2v", "wan22-i2v", "ltx", "mochi"])
def test_every_measure_works_and_the_result_stays_near(
    name: str, tiny: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = HubPipeline(model=open_model(str(tiny(name))))
    photo = np.linspace(0, 255, 64 * 64 * 3).astype(np.uint8).reshape(64, 64, 3) if name == "wan22-i2v" else None
    clips = []
    for setting in MEASURES:
        if setting.bits and not can_quantise(setting.bits):
            continue
        monkeypatch.setattr(hub_pipeline, "fitting", lambda *told, setting=setting: (setting,))
        video = model.generate(request(steps=4), pixels=photo)
        assert video.manifest
        assert video.manifest.hub["settings"] == setting.names()
        clips.append(video.frames.astype(int))
    assert all(abs(clip - clips[0]).mean() < 12 for clip in clips)
    kinds = {str(part.dtype) for part in (model.loaded.pipes.popitem()[1].transformer,)}
    assert kinds == ({"torch.bfloat16"} if can_quantise(8) or can_quantise(4) else {"torch.float32"})


def test_a_decoder_without_tiles_decodes_few_frames_at_once(tiny: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    counts: list[int] = []
    decode = diffusers.AutoencoderKLTemporalDecoder.decode

    def counting(self: Any, latents: Any, num_frames: int, **named: Any) -> Any:
        counts.append(num_frames)
        return decode(self, latents, num_frames=num_frames, **named)

    monkeypatch.setattr(diffusers.AutoencoderKLTemporalDecoder, "decode", counting)
    monkeypatch.setattr(hub_pipeline, "fitting", lambda *told: (Setting(precision="fp32", pieces=True),))
    photo = np.linspace(0, 255, 64 * 64 * 3).astype(np.uint8).reshape(64, 64, 3)
    HubPipeline(model=open_model(str(tiny("svd")))).generate(request(""), pixels=photo)
    assert counts == [2, 2]
