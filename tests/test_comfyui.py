"""The nodes for ComfyUI, without ComfyUI: what of it they call is stood in for, what they make is real."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from tiny_hub import Folder

from mutoscope import api
from mutoscope.errors import MutoscopeError
from mutoscope.media.video import Video, read_manifest
from mutoscope.request import wishes

FOLDER = Path(__file__).resolve().parents[1] / "integrations" / "comfyui"
TINY = {"seconds": 0.5, "fps": 8, "size": "64x64", "steps": 2}


@pytest.fixture(scope="module")
def nodes() -> ModuleType:
    """The package as ComfyUI imports it: a folder by its path."""
    spec = importlib.util.spec_from_file_location(
        "mutoscope_nodes", FOLDER / "__init__.py", submodule_search_locations=[str(FOLDER)]
    )
    assert spec
    assert spec.loader
    package = importlib.util.module_from_spec(spec)
    sys.modules["mutoscope_nodes"] = package
    spec.loader.exec_module(package)
    return package


class Comfy:
    """What the nodes ask of ComfyUI."""

    def __init__(self, folder: Path) -> None:
        self.bars: list[tuple[int, Any]] = []
        self.stopped = False
        self.folder = folder

    def modules(self) -> dict[str, Any]:
        """Its modules by name."""
        bar = SimpleNamespace(update_absolute=lambda at, total=None, preview=None: self.bars.append((at, preview)))
        management = SimpleNamespace(throw_exception_if_processing_interrupted=self._stop)
        file = SimpleNamespace(VideoFromFile=lambda path: SimpleNamespace(path=path, save_to=_copier(path)))
        return {
            "comfy": SimpleNamespace(model_management=management, utils=SimpleNamespace(ProgressBar=lambda total: bar)),
            "folder_paths": SimpleNamespace(get_temp_directory=lambda: str(self.folder)),
            "comfy_api.latest": SimpleNamespace(InputImpl=file),
            "comfy_api": SimpleNamespace(),
        }

    def _stop(self) -> None:
        if self.stopped:
            raise InterruptedError


def _copier(path: str) -> Any:
    return lambda target: Path(target).write_bytes(Path(path).read_bytes())


@pytest.fixture
def comfy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Comfy:
    stand_in = Comfy(tmp_path)
    for name, module in stand_in.modules().items():
        monkeypatch.setitem(sys.modules, name, module)
    return stand_in


def _photo() -> torch.Tensor:
    pixels = np.array(Image.open(api.SAMPLE).convert("RGB").resize((96, 96)))
    return torch.from_numpy(pixels)[None].float() / 255


def test_the_nodes_tell_comfyui_what_they_take_and_give(nodes: ModuleType) -> None:
    assert nodes.NODE_CLASS_MAPPINGS.keys() == nodes.NODE_DISPLAY_NAME_MAPPINGS.keys()
    for node in nodes.NODE_CLASS_MAPPINGS.values():
        assert node.RETURN_TYPES == ("IMAGE", "VIDEO")
        assert callable(getattr(node, node.FUNCTION))
        inputs = node.INPUT_TYPES()
        for name, (kind, *told) in {**inputs["required"], **inputs["optional"]}.items():
            assert kind in ("STRING", "INT", "FLOAT", "IMAGE", "MASK", "VIDEO"), name
            if kind in ("INT", "FLOAT"):
                assert told[0]["min"] <= told[0]["default"] <= told[0]["max"], name
    generate = nodes.NODE_CLASS_MAPPINGS["MutoscopeGenerate"].INPUT_TYPES()
    assert generate["optional"]["image"] == ("IMAGE",)
    by_socket = {"photo", "last", "extends", "variants", "keep"}
    assert set(wishes()) - by_socket == set(generate["optional"]) - {"image", "last_image"} | {"prompt"}
    assert nodes.NODE_CLASS_MAPPINGS["MutoscopeExtend"].INPUT_TYPES()["required"]["video"] == ("VIDEO",)


def test_a_photo_becomes_frames_and_a_video_that_remembers(nodes: ModuleType, comfy: Comfy) -> None:
    node = nodes.NODE_CLASS_MAPPINGS["MutoscopeGenerate"]
    unsaid = {
        name: told["default"] for name, (kind, *rest) in node.INPUT_TYPES()["optional"].items() for told in rest
        if kind in ("STRING", "INT", "FLOAT")
    }  # fmt: skip
    frames, video = node().generate("the camera zooms in", image=_photo(), **{**unsaid, **TINY, "seed": 7})
    assert frames.shape == (4, 64, 64, 3)
    assert 0 <= float(frames.min()) < float(frames.max()) <= 1
    assert not torch.equal(frames[0], frames[-1])
    manifest = read_manifest(video.path)
    assert (manifest.request["seed"], manifest.request["guidance"]) == (7, None)
    assert Video.open(video.path).frames.shape == (4, 64, 64, 3)
    ats = [at for at, _ in comfy.bars]
    assert ats == sorted(ats)
    assert ats[-1] > 0


def test_a_large_model_goes_from_one_picture_to_another(nodes: ModuleType, comfy: Comfy, tiny: Folder) -> None:
    node = nodes.NODE_CLASS_MAPPINGS["MutoscopeGenerate"]()
    told = {**TINY, "model": f"hub:{tiny('ltx')}", "image": _photo(), "fps": 24}
    frames, video = node.generate("a corgi surfs", **told)
    ending, _ = node.generate("a corgi surfs", **told, last_image=_photo().flip(2))
    assert frames.shape == ending.shape == (12, 64, 64, 3)
    assert not torch.equal(frames, ending)
    assert read_manifest(video.path).hub["pipelines"] == ["LTXImageToVideoPipeline"]
    assert any(look is not None for _, look in comfy.bars)


def test_a_clip_goes_on(nodes: ModuleType, comfy: Comfy, tiny_story: Path) -> None:
    generate, extend = (nodes.NODE_CLASS_MAPPINGS[f"Mutoscope{name}"]() for name in ("Generate", "Extend"))
    told = {"model": str(tiny_story), "steps": 2, "seconds": 0.5}
    short, video = generate.generate("a red circle bounces", fps=8, **told)
    longer, _ = extend.extend(video, "the circle rolls left", **told)
    assert len(longer) > len(short)
    assert longer.shape[1:] == short.shape[1:]


def test_models_are_compared_side_by_side(nodes: ModuleType, comfy: Comfy, tiny_story: Path, at_home: Path) -> None:
    node = nodes.NODE_CLASS_MAPPINGS["MutoscopeCompare"]()
    told = {"seconds": 1.0, "fps": 8, "size": "64x64"}
    one, _ = node.compare("a red circle bounces", models=f"{tiny_story}\n", **told)
    two, video = node.compare("a red circle bounces", models=f"{tiny_story}\n\ngan\n", **told)
    assert two.shape[2] > one.shape[2]
    assert Video.open(video.path).frames.shape == tuple(two.shape)


def test_the_stop_button_and_bad_wishes_end_the_node(nodes: ModuleType, comfy: Comfy, tmp_path: Path) -> None:
    node = nodes.NODE_CLASS_MAPPINGS["MutoscopeGenerate"]()
    with pytest.raises(MutoscopeError, match="prompt is empty"):
        node.generate("", image=_photo())
    comfy.stopped = True
    with pytest.raises(InterruptedError):
        node.generate("the camera zooms in", image=_photo(), **TINY)
    assert list(tmp_path.glob("*.mp4")) == []
