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
from mutoscope.devices import left_in_container
from mutoscope.errors import MutoscopeError
from mutoscope.hub import loaded, memory
from mutoscope.hub import pipeline as hub_pipeline
from mutoscope.hub.memory import Machine, Setting, fitting, needed, out_of_memory, settings
from mutoscope.hub.pipeline import HubPipeline
from mutoscope.hub.shelf import open_model

pytestmark = pytest.mark.slow  # minutes; make test-all runs them

GB = 10**9
FIVE_BILLION = {"text_encoder": int(11.4 * GB), "transformer": 10 * GB, "vae": GB}  # about Wan 2.2 TI2V 5B in 16 bits
CARD = Machine(accelerator="cuda", free=24 * GB, host=64 * GB, bf16=True)


def _starved(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Wan's decoder takes far more memory than there is; every attempt is noted, and whether it works in tiles."""
    tried: list[bool] = []
    decode = diffusers.AutoencoderKLWan._decode

    def hungry(self: Any, *given: Any, **named: Any) -> Any:
        tried.append(self.use_tiling)
        torch.empty(2**60, dtype=torch.uint8)  # the allocator itself refuses
        return decode(self, *given, **named)

    monkeypatch.setattr(diffusers.AutoencoderKLWan, "_decode", hungry)
    return tried


def test_out_of_memory_twice_ends_with_a_cure_and_gives_the_memory_back(
    tiny: Folder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tried = _starved(monkeypatch)
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


def test_four_bits_are_tried_on_no_cpu_where_bitsandbytes_does_not_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "find_spec", lambda library: library)
    assert not any(setting.bits == 4 for setting in settings(replace(CARD, accelerator="cpu"), "WanPipeline"))


def test_what_is_loaded_is_not_counted_twice(tiny: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    model = HubPipeline(model=open_model(str(tiny("wan-t2v"))))
    vars(model.model)["bytes_of"] = FIVE_BILLION
    held = int(22.4 * GB)

    def now() -> Machine:
        free = 32 * GB - (held if model.loaded.pipes else 0)
        return Machine(accelerator="cpu", free=free, host=free, bf16=False)

    for module in (hub_pipeline, loaded):
        monkeypatch.setattr(module, "this_machine", now)
    clips = [model.generate(request(seed=seed)).manifest for seed in (1, 2, 1)]
    assert [clip.hub["settings"] for clip in clips if clip] == [["fp32"]] * 3
    assert clips[0]
    assert clips[2]
    assert clips[0].frames_sha256 == clips[2].frames_sha256


def test_larger_clips_need_more_beside_the_weights() -> None:
    small, usual, large = (
        fitting(FIVE_BILLION, replace(CARD, free=14 * GB), "WanPipeline", share) for share in (0.2, 1, 4)
    )
    assert [ladder[0].placement for ladder in (small, usual, large)] == [
        "model offload",
        "group offload",
        "group offload",
    ]
    assert needed(FIVE_BILLION, large[0], 4) > needed(FIVE_BILLION, large[0])


def test_in_a_container_its_limit_holds(tmp_path: Path) -> None:
    assert left_in_container(tmp_path) is None
    told = {"memory.max": "max\n", "memory.current": "3000\n", "memory.stat": "anon 1000\ninactive_file 1500\n"}
    for name, text in told.items():
        (tmp_path / name).write_text(text)
    assert left_in_container(tmp_path) is None
    (tmp_path / "memory.max").write_text("8000\n")
    assert left_in_container(tmp_path) == 8000 - 3000 + 1500


def test_a_library_that_cannot_allocate_is_out_of_memory() -> None:
    assert out_of_memory(RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"))
    assert not out_of_memory(RuntimeError("CUDA error: an illegal instruction was encountered"))


def test_precision_follows_the_machine() -> None:
    assert settings(CARD, "WanPipeline")[0].precision == "bf16"
    assert settings(replace(CARD, bf16=False), "WanPipeline")[0].precision == "fp16"
    assert settings(replace(CARD, bf16=False, accelerator="cpu"), "WanPipeline")[0].precision == "fp32"


MEASURES = [
    Setting(precision="fp32"),
    Setting(precision="fp32", cached=True),
    Setting(precision="fp32", pieces=True),
    Setting(precision="fp32", placement="model offload", pieces=True),
    Setting(precision="fp32", placement="group offload", cached=True),
    Setting(precision="bf16", pieces=True, bits=8),
]


@pytest.mark.parametrize("name", ["wan-t2v", "wan22-i2v", "ltx", "mochi"])
def test_every_measure_works_and_the_result_stays_near(
    name: str, tiny: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = HubPipeline(model=open_model(str(tiny(name))))
    photo = np.linspace(0, 255, 64 * 64 * 3).astype(np.uint8).reshape(64, 64, 3) if name == "wan22-i2v" else None
    clips = []
    for setting in MEASURES:
        monkeypatch.setattr(hub_pipeline, "fitting", lambda *told, setting=setting: (setting,))
        video = model.generate(request(steps=4), pixels=photo)
        assert video.manifest
        assert video.manifest.hub["settings"] == setting.names()
        clips.append(video.frames.astype(int))
    assert all(abs(clip - clips[0]).mean() < 12 for clip in clips)
    kinds = {str(part.dtype) for part in (model.loaded.pipes.popitem()[1].transformer,)}
    assert kinds == {"torch.bfloat16"}


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
