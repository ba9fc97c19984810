"""Where large models lie: a folder, or what was fetched from the hub before."""

import re
from pathlib import Path

from mutoscope.errors import MutoscopeError
from mutoscope.hub.loaded import diffusers
from mutoscope.hub.model import INDEX, HubModel

_ID = re.compile(r"[\w.-]+/[\w.-]+")


def open_model(name: str) -> HubModel:
    """The model of that folder, or of that id on the hub if it is on this disk. Errors: MutoscopeError if it is not."""
    diffusers()
    folder = Path(name)
    if (folder / INDEX).is_file():
        return HubModel(folder=folder, name=folder.resolve().name)
    if folder.is_dir() or not _ID.fullmatch(name):
        raise MutoscopeError(
            f"There is no large model at {name}.",
            f"A model is an id on the hub, OWNER/NAME, or a folder with a {INDEX} as diffusers saves it.",
            "Write --model hub:Wan-AI/Wan2.2-TI2V-5B-Diffusers, for example; `mutoscope models` lists more.",
        )
    cached = cached_folder(name)
    if cached is None:
        raise not_here(name)
    return HubModel(folder=cached, name=name, revision=cached.name)


def cached_folder(name: str) -> Path | None:
    """Where the hub's own cache holds that id, if it does; nothing is asked of the network."""
    try:
        return Path(diffusers().DiffusionPipeline.download(name, local_files_only=True))
    except (OSError, ValueError):  # the library's ways of saying that something is not there
        return None


def not_here(name: str) -> MutoscopeError:
    """What to say of a model that would have to be fetched."""
    return MutoscopeError(
        f"{name} is not on this disk.",
        "Nothing is fetched unasked.",
        f"Fetch it where there is a network: hf download {name}",
    )
