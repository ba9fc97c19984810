"""LoRAs for a large model: small changes of its weights, each with how much of it is wanted."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mutoscope.errors import MutoscopeError
from mutoscope.hub.model import HubModel

WEIGHTS = "pytorch_lora_weights.safetensors"  # as diffusers names it
SECOND = "transformer_2"  # Wan 2.2's denoiser for little noise; in a folder, where the part of a LoRA for it lies


@dataclass(frozen=True, kw_only=True)
class Lora:
    """A file or folder in the format of diffusers or peft, and how strongly it counts."""

    path: Path
    weight: float


def parse_loras(text: str) -> tuple[Lora, ...]:
    """`a.safetensors`, or several: `a.safetensors:0.8,b:0.5`. Errors: MutoscopeError for what cannot be one."""
    loras = []
    for part in (part.strip() for part in text.split(",")):
        name, _, number = part.rpartition(":")
        try:
            weight = float(number) if name else 1.0
        except ValueError:  # a colon of the path itself
            name, weight = part, 1.0
        path = Path(name or part)
        if not part or not math.isfinite(weight) or not path.exists():
            raise MutoscopeError(
                f"There is no LoRA {part!r}.",
                "It is a .safetensors file or its folder on this disk, with a number behind a colon if wanted.",
                "Write --lora style.safetensors:0.8.",
            )
        loras.append(Lora(path=path, weight=weight))
    return tuple(loras)


def load_loras(pipe: Any, text: str | None, model: HubModel) -> None:
    """Load every LoRA into a pipeline, together."""
    loras = parse_loras(text) if text else ()
    if loras and not hasattr(pipe, "load_lora_weights"):
        raise MutoscopeError(
            f"{model.name} takes no LoRA: diffusers' {type(pipe).__name__} cannot load any.",
            "Wan, LTX-Video, LTX-2, CogVideoX, Mochi and AnimateDiff can.",
            "Choose one of them, or leave out --lora.",
        )
    names = [f"lora{number}" for number in range(len(loras))]
    for name, lora in zip(names, loras, strict=True):
        try:
            for path, second in _parts(lora.path, pipe):
                where: dict[str, Any] = {"weight_name": path.name} if path.is_file() else {}
                where |= {"load_into_transformer_2": True} if second else {}
                folder = path.parent if path.is_file() else path
                pipe.load_lora_weights(folder, adapter_name=name, local_files_only=True, **where)
            if name not in _adapters(pipe):  # keys of another model are skipped with no more than a warning
                raise ValueError("none of its weights belongs to this model")
        except (OSError, ValueError, RuntimeError, KeyError) as error:
            raise MutoscopeError(
                f"The LoRA {lora.path} cannot be loaded into {model.name} ({str(error).splitlines()[0]}).",
                "It must be made for the same model.",
                "Choose another --lora.",
            ) from error
    if loras:
        pipe.set_adapters(names, [lora.weight for lora in loras])


def _parts(path: Path, pipe: Any) -> Iterator[tuple[Path, bool]]:
    """The files of a LoRA, and which go to a second denoiser: those in a folder of its name, those said to be for little
    noise, and those that say nothing of noise (made for Wan 2.1, which has one) to both.
    """
    if getattr(pipe, SECOND, None) is None:
        yield path, False
        return
    apart = (path / SECOND).is_dir()
    low, high = (re.search(rf"{word}[-_ ]?noise|[-_.]{word[0]}n[-_.]", path.name.lower()) for word in ("low", "high"))
    if apart or not low:
        yield path, False
    if apart or not high:
        yield (path / SECOND if apart else path), True


def _adapters(pipe: Any) -> set[str]:
    return {name for names in pipe.get_list_adapters().values() for name in names}
