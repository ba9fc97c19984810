"""LoRAs for large models: one, several, how much of each; and what is none is told."""

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from peft import LoraConfig
from peft.utils import get_peft_model_state_dict
from tiny_hub import Tiny, request
from tiny_models import TINY

from mutoscope.errors import MutoscopeError
from mutoscope.hub.loras import parse_loras
from mutoscope.hub.pipeline import HubPipeline

pytestmark = pytest.mark.slow  # minutes; make test-all runs them


def _trained(name: str, folder: Path, seed: int) -> Path:
    """A LoRA as training leaves it: of the right keys and shapes, its numbers drawn by chance."""
    pipe = TINY[name]()
    pipe.transformer.add_adapter(LoraConfig(r=2, lora_alpha=2, target_modules=["to_q", "to_k", "to_v"]))
    rng = torch.Generator().manual_seed(seed)
    layers = {
        key: torch.randn(value.shape, generator=rng)
        for key, value in get_peft_model_state_dict(pipe.transformer).items()
    }
    type(pipe).save_lora_weights(folder, transformer_lora_layers=layers)
    return folder / "pytorch_lora_weights.safetensors"


def _frames(pipeline: HubPipeline, lora: str | None) -> NDArray[np.uint8]:
    return pipeline.generate(request("a corgi", lora=lora)).frames


@pytest.mark.parametrize("name", ["wan-t2v", "ltx"])
def test_a_lora_changes_the_clip_by_as_much_as_is_asked(name: str, pipeline: Tiny, tmp_path: Path) -> None:
    model = pipeline(name)
    one, other = _trained(name, tmp_path / "one", 1), _trained(name, tmp_path / "other", 2)
    plain, whole = _frames(model, None), _frames(model, str(one))
    assert not np.array_equal(plain, whole)
    assert np.array_equal(whole, _frames(model, f"{one.parent}:1"))  # the folder stands for the file
    assert np.array_equal(plain, _frames(model, f"{one}:0"))
    both = _frames(model, f"{one}:0.5,{other}:0.5")
    assert not np.array_equal(both, whole)
    assert not np.array_equal(both, _frames(model, f"{one}:0.5"))
    assert np.array_equal(plain, _frames(model, None))


def test_a_lora_of_another_model_is_refused(pipeline: Tiny, tmp_path: Path) -> None:
    foreign = _trained("ltx", tmp_path, 1)
    with pytest.raises(MutoscopeError, match="made for the same model"):
        _frames(pipeline("wan-t2v"), str(foreign))


def test_what_is_no_lora_is_refused(pipeline: Tiny, tmp_path: Path) -> None:
    text = tmp_path / "style.safetensors"
    text.write_text("This is no LoRA.")
    with pytest.raises(MutoscopeError, match="cannot be loaded"):
        _frames(pipeline("wan-t2v"), str(text))
    with pytest.raises(MutoscopeError, match="takes no LoRA"):
        _frames(pipeline("hunyuan15"), str(text))


def test_loras_are_read_as_people_write_them(tmp_path: Path) -> None:
    style = tmp_path / "a:b.safetensors"
    style.touch()
    assert [lora.weight for lora in parse_loras(f"{style}, {style}:0.5,{style}:-1")] == [1.0, 0.5, -1.0]
    for wrong in (f"{style}:nan", "nowhere.safetensors", f"{style}:0.5:0.5"):
        with pytest.raises(MutoscopeError, match="no LoRA"):
            parse_loras(wrong)
