"""A checkpoint: a folder with `config.json`, `model.safetensors` and `card.md` that together say what it is."""

import dataclasses
import difflib
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
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
Part = TypeVar("Part")


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

    def part(self, key: str, kind: type[Part]) -> Part:
        """One part of the configuration, of the kind that it must have."""
        value = self.config.get(key)
        if not isinstance(value, kind):
            problem = f"{self.folder / 'config.json'} has no {key!r} that could be used ({type(value).__name__})."
            raise MutoscopeError(problem, f"It must be a {kind.__name__}.", _CURE)
        return value

    @cached_property
    def sha256(self) -> str:
        """Digest of the weights file, hexadecimal."""
        try:
            return hashlib.sha256((self.folder / "model.safetensors").read_bytes()).hexdigest()
        except OSError as error:
            raise self._unfit(error) from error

    def load_into(self, module: nn.Module) -> None:
        """Copy the weights into a module, strictly: the same names and shapes."""
        loaded = self._weights()
        try:
            module.load_state_dict(loaded, strict=True)
        except RuntimeError as error:
            raise self._unfit(error) from error

    def lend_to(self, module: nn.Module, vocabulary: Sequence[str] = ()) -> int:
        """Copy those weights that a module has as well: the same place in its network, the same shape. How many they are.

        The network itself may have another name: a transformer that told noise from codes lends its blocks, its reader and its
        words to one that tells the next token. With the module's `vocabulary` every word that both know brings its own vector.
        """
        own, lent = _within(module.state_dict()), _within(self._weights())
        known = self.config.get("vocabulary", ())
        for inside, (_, table) in own.items():
            if inside.endswith(_WORDS) and inside in lent and vocabulary and known:
                name, theirs = lent[inside]
                lent[inside] = name, _moved(table, theirs, vocabulary, known)
        fits = {
            name: lent[inside][1]
            for inside, (name, value) in own.items()
            if inside in lent and lent[inside][1].shape == value.shape
        }
        if not fits:
            problem = f"Nothing of {self.folder} fits into this model."
            raise MutoscopeError(
                problem, "What a run starts with must share weights with it.", "Choose another --start."
            )
        module.load_state_dict(fits, strict=False)
        return len(fits)

    def _weights(self) -> dict[str, Tensor]:
        """All tensors, as they were before they were packed."""
        try:
            # A flipped bit is a number like any other: a model goes on with it, and does nothing, or something else.
            if self.config.get("sha256", self.sha256) != self.sha256:
                raise ValueError("it is not what was saved")
            loaded = unpacked(load_file(self.folder / "model.safetensors"))
            if not all(bool(value.isfinite().all()) for value in loaded.values()):
                raise ValueError("some weights are not finite")
        except (OSError, SafetensorError, RuntimeError, ValueError) as error:
            raise self._unfit(error) from error
        return loaded

    def _unfit(self, error: Exception) -> MutoscopeError:
        first_line = str(error).splitlines()[0]
        problem = f"{self.folder / 'model.safetensors'} does not fit its configuration or is damaged ({first_line})."
        return MutoscopeError(problem, "Weights and config.json must belong together.", _CURE)


def _moved(table: Tensor, lent: Tensor, vocabulary: Sequence[str], known: Sequence[str]) -> Tensor:
    """A table of words (2 + V + N, E) with the lent vectors of those that both vocabularies have, wherever they stand there, and
    of the N stand-ins for names."""
    if table.shape[1:] != lent.shape[1:]:
        return lent
    moved, places = table.clone(), {word: place for place, word in enumerate(known, start=2)}
    both = [(own, places[word]) for own, word in enumerate(vocabulary, start=2) if word in places]
    here, there = zip((0, 0), (1, 1), *both, strict=True)  # padding and unknown words come first in all
    moved[list(here)] = lent[list(there)].to(moved)
    ours, theirs = moved[2 + len(vocabulary) :], lent[2 + len(known) :]
    both_have = min(len(ours), len(theirs))
    ours[:both_have] = theirs[:both_have].to(moved)
    return moved


def _within(weights: Mapping[str, Tensor]) -> dict[str, tuple[str, Tensor]]:
    """Weights and their whole names by the names that they have within the one network that holds them all, if one does."""
    alone = len({name.partition(".")[0] for name in weights}) == 1
    return {name.partition(".")[2] if alone else name: (name, value) for name, value in weights.items()}


def save_checkpoint(
    folder: Path, config: Mapping[str, Any], module: nn.Module, card: str, *, eight_bits: bool = False
) -> Checkpoint:
    """Write a checkpoint folder, each file atomically; weights in bf16, or their matrices in 8 bits with scales."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = packed(module.state_dict(), eight_bits=eight_bits)
    draft = folder / "model.safetensors.part"
    save_file(tensors, draft)
    os.replace(draft, folder / "model.safetensors")
    told = {"schema": SCHEMA, "sha256": "", **config}
    told["sha256"] = Checkpoint(folder).sha256  # a configuration taken from another checkpoint brings that one's
    for name, text in (
        ("config.json", json.dumps(told, ensure_ascii=False, indent=1)),
        ("card.md", card),
    ):
        (folder / f"{name}.part").write_text(text + "\n", "utf-8")
        os.replace(folder / f"{name}.part", folder / name)
    return Checkpoint(folder)


_SCALE = ".scale-of-8-bits"
_WORDS = "text.word.weight"  # the table whose rows are words


def packed(tensors: Mapping[str, Tensor], *, eight_bits: bool) -> dict[str, Tensor]:
    """Tensors as they are stored: bf16, or int8 with a float32 scale per row for what has two dimensions or more."""
    stored: dict[str, Tensor] = {}
    for name, value in tensors.items():
        if eight_bits and value.ndim >= 2:
            rows = value.detach().float().flatten(1)
            scale = rows.abs().amax(dim=1, keepdim=True).clamp(min=1e-12) / 127
            stored[name] = (rows / scale).round().to(torch.int8).view(value.shape).contiguous()
            stored[name + _SCALE] = scale.contiguous()
        else:
            stored[name] = value.detach().to(torch.bfloat16).contiguous()
    return stored


def unpacked(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Stored tensors in the precision that a module computes in."""
    loaded = {name: value.float() for name, value in tensors.items() if not name.endswith(_SCALE)}
    for name, value in loaded.items():
        if (scale := tensors.get(name + _SCALE)) is not None:
            loaded[name] = (value.flatten(1) * scale).view(value.shape)
    return loaded


def config_from(kind: type[Config], values: Mapping[str, Any]) -> Config:
    """A configuration dataclass from plain values; unknown and missing keys are errors that name the nearest.

    Only a field that came later has a default: what checkpoints were before it.
    """
    assert dataclasses.is_dataclass(kind)
    fields = {field.name: field for field in dataclasses.fields(kind)}
    for key in values:
        if key not in fields:
            near = difflib.get_close_matches(key, fields, 1)
            hint = f"Did you mean {near[0]!r}?" if near else f"Known keys: {', '.join(fields)}."
            raise MutoscopeError(f"Unknown key {key!r} in a {kind.__name__}.", hint, _CURE)
    if missing := [n for n, f in fields.items() if n not in values and f.default is dataclasses.MISSING]:
        raise MutoscopeError(f"{kind.__name__} lacks {', '.join(missing)}.", "All keys must be given.", _CURE)
    given = {name: field for name, field in fields.items() if name in values}
    for name, field in given.items():
        wanted = dict if dataclasses.is_dataclass(field.type) else field.type
        if isinstance(wanted, type) and not isinstance(values[name], wanted):
            problem = f"{name} in a {kind.__name__} is {values[name]!r}."
            raise MutoscopeError(problem, f"It must be of the kind {wanted.__name__}.", _CURE)
    ready = {
        name: config_from(field.type, values[name]) if dataclasses.is_dataclass(field.type) else values[name]  # type: ignore[arg-type]
        for name, field in given.items()
    }
    return kind(**ready)
