"""Which large models there are, and how one comes to this disk: nothing is fetched before its licence and size are told."""

import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from small_hub import COMMIT, small_hub
from tiny_hub import Folder, cached

from mutoscope import api
from mutoscope.cli import main
from mutoscope.errors import MutoscopeError
from mutoscope.hub.catalogue import KNOWN
from mutoscope.hub.dialects import DIALECTS
from mutoscope.hub.memory import Machine
from mutoscope.hub.model import HubModel
from mutoscope.hub.offer import Offer, wanted
from mutoscope.hub.shelf import find_model
from mutoscope.media.video import Video
from mutoscope.request import GenerateRequest

NAME, GATED = "tiny/wan", "tiny/gated"
Hub = tuple[str, list[str]]


@pytest.fixture(scope="module")
def repository(tiny: Folder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository as people publish them: the pipeline, and much beside it that nobody needs."""
    folder = shutil.copytree(tiny("wan22-ti2v"), tmp_path_factory.mktemp("repository") / "wan")
    (folder / "README.md").write_text("---\nlicense: apache-2.0\n---\n")
    (folder / "wan-single-file.safetensors").write_bytes(b"x" * 1000)
    (folder / "transformer" / "diffusion_pytorch_model.fp16.safetensors").write_bytes(b"x" * 1000)
    (folder / "vae" / "diffusion_pytorch_model.bin").write_bytes(b"x" * 1000)
    (folder / "assets").mkdir()
    (folder / "assets" / "demo.mp4").write_bytes(b"x" * 1000)
    return folder


@pytest.fixture
def hub(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """The client of the hub turned to one on this machine, with an empty cache."""
    from huggingface_hub import constants

    with small_hub({NAME: repository, GATED: repository}, {GATED}, {"license": "apache-2.0"}) as (address, asked):
        monkeypatch.setattr(constants, "ENDPOINT", address)
        places = address + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", places)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        api.load_hub.cache_clear()
        yield address, asked


def test_what_a_model_lacks_is_told_before_anything_is_fetched(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = tmp_path / "p.png"
    Image.new("RGB", (64, 64)).save(photo)
    lacking = ["--photo", str(photo), "--last", str(photo), "--yes", "--output", str(tmp_path / "clip.mp4")]
    assert main(_words(*lacking)) == 2
    assert "takes no last frame" in capsys.readouterr().err
    assert main(["train", "lora", "--model", f"hub:{NAME}", "--clips", str(tmp_path), "--yes"]) == 2
    assert [path for path in hub[1] if "safetensors" in path] != []  # that one can be taught


@pytest.fixture
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No network, and an empty cache."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))


def _words(*more: str) -> list[str]:
    return [
        "generate",
        "a corgi surfs",
        "--model",
        f"hub:{NAME}",
        "--steps",
        "2",
        "--seconds",
        "0.5",
        "--size",
        "64x64",
        *more,
    ]


def test_licence_size_room_and_memory_are_told_before_anything_is_fetched(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))  # a script: nobody to ask
    assert main(_words("--output", str(tmp_path / "clip.mp4"))) == 2
    told = capsys.readouterr().err
    for word in (
        "apache-2.0",
        "excludes nobody",
        "to fetch: ",
        "are free",
        "memory: about",
        "it would run with",
        "--yes",
    ):
        assert word in told
    assert [path for path in hub[1] if "safetensors" in path] == []
    assert not (tmp_path / "clip.mp4").exists()


def test_yes_fetches_what_the_pipeline_loads_and_no_more_and_then_needs_no_network(
    hub: Hub, repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(_words("--yes", "--output", str(tmp_path / "clip.mp4"), "--json")) == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out)["hub"]["revision"] == COMMIT
    fetched = {
        path.split("/resolve/")[1].split("/", 1)[1] for path in hub[1] if path.startswith("GET") and "/resolve/" in path
    }
    assert {"transformer/diffusion_pytorch_model.safetensors", "vae/config.json", "model_index.json"} <= fetched
    assert not any("single-file" in path or "fp16" in path or ".bin" in path or "assets" in path for path in fetched)
    asked = len(hub[1])
    video = api.generate_request(
        GenerateRequest(prompt="a corgi", model=f"hub:{NAME}", steps=2, seconds=0.5, size="64x64")
    )
    assert video.manifest
    assert video.manifest.model == f"hub:{NAME}"
    assert len(hub[1]) == asked  # nothing more was asked of the network
    listed = {model.name: model for model in api.models()}
    assert listed[f"hub:{NAME}"].where == "on this disk"
    assert listed[f"hub:{NAME}"].fits.startswith("with ")


def test_who_is_asked_may_say_no(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal("n\n"))
    assert main(["models", "--fetch", NAME]) == 2
    assert "was not fetched" in capsys.readouterr().err
    monkeypatch.setattr(sys, "stdin", Terminal("y\n"))
    assert main(["models", "--fetch", NAME]) == 0


def test_a_gated_model_tells_how_to_get_access(hub: Hub) -> None:
    with pytest.raises(MutoscopeError) as refused:
        api.offer(f"hub:{GATED}")
    assert f"https://huggingface.co/{GATED}" in refused.value.cure
    assert "hf auth login" in refused.value.cure


def test_a_model_that_is_not_there_is_told(hub: Hub) -> None:
    with pytest.raises(MutoscopeError, match="no model tiny/nothing"):
        api.offer("hub:tiny/nothing")


def test_without_room_nothing_is_fetched(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mutoscope.hub.offer.shutil.disk_usage", lambda path: type("Usage", (), {"free": 1000})())
    with pytest.raises(MutoscopeError, match="All of it must fit"):
        api.offer(f"hub:{NAME}")
    assert [path for path in hub[1] if "safetensors" in path] == []


def test_an_offer_tells_what_gpu_and_host_need_and_have(tmp_path: Path) -> None:
    card = Machine(accelerator="cuda", free=12 * 10**9, host=64 * 10**9, bf16=True)
    files = {"text_encoder/a.safetensors": 11 * 10**9, "transformer/a.safetensors": 6 * 10**9}
    offered = Offer(
        name=NAME, revision="", licence="x", excludes="", pipeline="WanPipeline", files=files, free=10**12, machine=card,
        size=(832, 480), model=HubModel(folder=tmp_path, name=NAME),
    )  # fmt: skip
    told = "\n".join(offered.told())
    assert "GPU memory: about " in told
    assert "12.0 GB are free" in told
    assert "host memory: 17.0 GB for what waits, 64.0 GB are free" in told
    little = "\n".join(replace(offered, machine=replace(card, free=10**9)).told())
    assert "most likely fail" in little
    assert "a clip of 576x320 would fit, with bf16, group offload" in little


def test_offline_it_is_told_what_to_fetch_and_how(
    offline: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = "hub:Wan-AI/Wan2.2-TI2V-5B-Diffusers"
    assert main(["generate", "a corgi", "--model", model, "--output", str(tmp_path / "clip.mp4")]) == 2
    told = capsys.readouterr().err
    assert "cannot be reached" in told
    assert "Apache-2.0, which excludes nobody" in told
    assert "mutoscope models --fetch Wan-AI/Wan2.2-TI2V-5B-Diffusers" in told
    with pytest.raises(MutoscopeError, match="is not on this disk"):
        api.generate("a corgi", model=model)


def test_the_list_tells_of_every_model_and_does_without_a_network(
    offline: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", "--json"]) == 0
    listed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {model["name"] for model in listed} >= {"motion", *(f"hub:{known.id}" for known in KNOWN)}
    assert all(model["fits"] and model["can"] for model in listed)
    assert main(["models"]) == 0
    shown = capsys.readouterr().out
    assert "bundled:" in shown
    assert "excludes people in the European Union" in shown
    assert "not known" in shown
    assert "Wan2.1-T2V-1.3B-Diffusers, 28.4 GB and more to fetch" in shown
    assert "Wan2.2-TI2V-5B-Diffusers, its size is told before it is fetched" in shown


def test_what_others_left_in_the_cache_stops_no_list(
    offline: None, tmp_path: Path, tiny: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = cached(tmp_path / "cache", "tiny/whole")
    shutil.copytree(tiny("wan22-ti2v"), whole, dirs_exist_ok=True)
    (cached(tmp_path / "cache", "gpt2") / "config.json").write_text("{}")  # an old id, without an owner
    (cached(tmp_path / "cache", "some/broken") / "model_index.json").write_text("no JSON")
    parts = cached(tmp_path / "cache", "some/parts")
    (parts / "model_index.json").write_text((whole / "model_index.json").read_text())
    assert main(["models"]) == 0
    shown = capsys.readouterr().out
    assert "hub:tiny/whole" in shown
    assert not any(name in shown for name in ("gpt2", "some/broken", "some/parts"))
    assert find_model("some/parts") is None


@pytest.mark.parametrize("name", ["./tiyn", "../tiny", "a--b/c", "gpt2"])
def test_what_can_be_no_model_is_refused(
    offline: None, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = str(tmp_path / "clip.mp4")
    assert main(["generate", "a corgi", "--model", f"hub:{name}", "--output", output]) == 2
    assert f"There is no large model at {name}" in capsys.readouterr().err
    assert main(["models", "--fetch", name]) == 2
    assert f"There is no large model at {name}" in capsys.readouterr().err


def test_a_clip_goes_on_by_a_large_model_only_if_it_is_here(
    offline: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clip = tmp_path / "clip.mp4"
    Video(np.zeros((4, 32, 32, 3), np.uint8), 24).save(clip)
    assert main(["extend", str(clip), "it goes on", "--model", f"hub:{NAME}"]) == 2
    assert "cannot be reached" in capsys.readouterr().err


def test_every_class_has_a_known_model_or_is_a_sibling_of_one() -> None:
    saved = {known.pipeline for known in KNOWN}
    alone = {told.pipeline for told in DIALECTS} - saved
    assert alone == {
        "AnimateDiffPipeline", "LTXImageToVideoPipeline", "LTXConditionPipeline", "LTX2ImageToVideoPipeline",
        "LTX2ConditionPipeline",
    }  # fmt: skip


def test_only_what_a_pipeline_loads_is_wanted() -> None:
    index: dict[str, Any] = {"_class_name": "X", "vae": ["diffusers", "VAE"], "image_encoder": [None, None]}
    kept = {"model_index.json", "vae/config.json", "vae/a.safetensors", "vae/a-00001-of-00002.safetensors"}
    left = {
        "vae/a.bf16.safetensors",
        "vae/a.bin",
        "b.safetensors",
        "image_encoder/a.safetensors",
        "vae/deep/a.safetensors",
    }
    assert set(wanted(dict.fromkeys(kept | left, 1), index)) == kept


def test_nobody_who_needs_no_large_model_pays_for_them() -> None:
    code = "import mutoscope; from mutoscope import api; from mutoscope.cli import build_parser"
    code += "; build_parser().format_help()"
    code += "; import sys; print(sorted({'diffusers', 'transformers', 'peft', 'huggingface_hub'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.fixture
def missing(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def hide(library: str) -> None:
        monkeypatch.setattr("mutoscope.hub.shelf.find_spec", lambda name: None if name == library else object())

    return hide


def test_without_the_extra_it_is_told_how_to_install_it(missing: Callable[[str], None]) -> None:
    missing("diffusers")
    with pytest.raises(MutoscopeError, match=r"mutoscope\[hub\]"):
        api.generate("a corgi", model="hub:tiny/wan")
