"""A checkpoint: a folder with `config.json`, `model.safetensors` and `card.md` that together say what it is."""

import dataclasses
import difflib
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from mutoscope.errors import MutoscopeError

SCHEMA = 1
_CURE = "Take the bundled model, or write the checkpoint again with `mutoscope train`."

Config = TypeVar("Config")


@dataclass(frozen=True)
class Checkpoint:
    """A folder of weights, read when asked."""

    folder: Path

    @cached_property
    def config(self) -> dict[str, Any]:
        """The architecture and whatever else the model needs to know (its vocabulary, say)."""
        path = self.folder / "config.json"
        try:
            config = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise MutoscopeError(
                f"{path} cannot be read as a checkpoint ({error}).", "It must be JSON.", _CURE
            ) from error
        if not isinstance(config, dict) or config.get("schema") != SCHEMA:
            found = config.get("schema") if isinstance(config, dict) else None
            raise MutoscopeError(f"{path} has schema {found!r}.", f"This version reads schema {SCHEMA}.", _CURE)
        return config

    @cached_property
    def sha256(self) -> str:
        """Digest of the weights file, hexadecimal."""
        return hashlib.sha256((self.folder / "model.safetensors").read_bytes()).hexdigest()

    def load_into(self, module: nn.Module) -> None:
        """Copy the weights into a module, strictly: the same names and shapes."""
        path = self.folder / "model.safetensors"
        try:
            tensors = load_file(path)
            module.load_state_dict(unpacked(tensors), strict=True)
        except (OSError, SafetensorError, RuntimeError, ValueError) as error:
            first_line = str(error).splitlines()[0]
            problem = f"{path} does not fit its configuration or is damaged ({first_line})."
            raise MutoscopeError(problem, "Weights and config.json must belong together.", _CURE) from error


def save_checkpoint(folder: Path, config: Mapping[str, Any], module: nn.Module, card: str) -> Checkpoint:
    """Write a checkpoint folder; weights in bf16, each file atomically."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: value.to(torch.bfloat16).contiguous() for name, value in module.state_dict().items()}
    draft = folder / "model.safetensors.part"
    save_file(tensors, draft)
    os.replace(draft, folder / "model.safetensors")
    for name, text in (
        ("config.json", json.dumps({"schema": SCHEMA, **config}, ensure_ascii=False, indent=1)),
        ("card.md", card),
    ):
        (folder / f"{name}.part").write_text(text + "\n", "utf-8")
        os.replace(folder / f"{name}.part", folder / name)
    return Checkpoint(folder)


def unpacked(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Stored tensors in the precision that a module computes in."""
    return {name: value.float() if value.is_floating_point() else value for name, value in tensors.items()}


def config_from(kind: type[Config], values: Mapping[str, Any]) -> Config:
    """A configuration dataclass from plain values; unknown and missing keys are errors that name the nearest."""
    assert dataclasses.is_dataclass(kind)
    fields = {field.name: field for field in dataclasses.fields(kind)}
    for key in values:
        if key not in fields:
            near = difflib.get_close_matches(key, fields, 1)
            hint = f"Did you mean {near[0]!r}?" if near else f"Known keys: {', '.join(fields)}."
            raise MutoscopeError(f"Unknown key {key!r} in a {kind.__name__}.", hint, _CURE)
    if missing := [name for name in fields if name not in values]:
        raise MutoscopeError(f"{kind.__name__} lacks {', '.join(missing)}.", "All keys must be given.", _CURE)
    ready = {
        name: config_from(field.type, values[name]) if dataclasses.is_dataclass(field.type) else values[name]  # type: ignore[arg-type]
        for name, field in fields.items()
    }
    return kind(**ready)
