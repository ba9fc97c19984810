"""A large model's networks in memory: one pipeline at a time, loaded once, given back when they do not fit."""

import gc
import logging
from dataclasses import dataclass, field
from inspect import signature
from typing import Any

from mutoscope.errors import MutoscopeError
from mutoscope.hub.loras import load_loras
from mutoscope.hub.memory import Machine, Setting, load_options, settle, this_machine
from mutoscope.hub.model import HubModel
from mutoscope.hub.shelf import need_hub

_Key = tuple[Setting, str | None]


@dataclass(eq=False)
class Loaded:
    """The networks that are loaded now, and how; the classes of one model share them."""

    key: _Key | None = None
    before: Machine | None = None  # as it was when nothing was loaded: what lies here is not to be counted twice
    pipes: dict[str, Any] = field(default_factory=dict)

    def pipe(self, model: HubModel, pipeline: str, setting: Setting, loras: str | None) -> Any:
        """That pipeline class of diffusers, with the model's weights in it."""
        if self.key != (setting, loras):
            self.free()
        if pipeline not in self.pipes:
            if setting.placement != "whole":  # the hooks that move networks belong to one pipeline
                self.free()
            machine = this_machine()
            self.pipes[pipeline] = _sibling(self.pipes, pipeline) or load(model, pipeline, setting, machine, loras)
            self.key, self.before = (setting, loras), self.before or machine
        return self.pipes[pipeline]

    def free(self) -> None:
        """Give all memory back."""
        self.key, self.before, self.pipes = None, None, {}
        give_back()


def give_back() -> None:
    """Give the memory of what nothing holds any more back to the system."""
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def diffusers() -> Any:
    """The library, told to be quiet. Errors: MutoscopeError if it is not installed."""
    need_hub()
    for name in ("torchao", "torch.utils._pytree"):  # tell on every start of kernels that other machines have
        logging.getLogger(name).setLevel(logging.ERROR)
    import diffusers
    import transformers

    for library in (diffusers, transformers):
        library.utils.logging.set_verbosity_error()
    diffusers.utils.logging.disable_progress_bar()
    transformers.utils.logging.disable_progress_bar()
    return diffusers


def load(model: HubModel, pipeline: str, setting: Setting, machine: Machine, loras: str | None = None) -> Any:
    """That pipeline class with a model's weights. Errors: MutoscopeError if they are not whole, or of another kind."""
    kind = getattr(diffusers(), pipeline)
    try:
        pipe = kind.from_pretrained(model.folder, local_files_only=True, **load_options(setting, pipeline))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise MutoscopeError(
            f"{model.name} cannot be loaded as a {pipeline} ({str(error).splitlines()[0]}).",
            "Every file that model_index.json names must be there, whole, and of a kind that diffusers knows.",
            "Fetch it again, or update diffusers: pip install --upgrade diffusers",
        ) from error
    pipe.set_progress_bar_config(disable=True)
    load_loras(pipe, loras, model)
    settle(pipe, setting, machine)
    return pipe


def _sibling(pipes: dict[str, Any], pipeline: str) -> Any | None:
    """The class built of networks that are already loaded for another one (`from_pipe` would cast them all to 32 bits)."""
    if not pipes:
        return None
    other = next(iter(pipes.values()))
    kind = getattr(diffusers(), pipeline)
    known = {**other.config, **other.components}
    pipe = kind(**{name: known[name] for name in signature(kind.__init__).parameters if name in known})
    pipe.set_progress_bar_config(disable=True)
    return pipe
