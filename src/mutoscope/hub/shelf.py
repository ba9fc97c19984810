"""Where large models lie: a folder, or what was fetched from the hub before. Nothing is fetched unasked."""

from importlib.util import find_spec
from pathlib import Path

from mutoscope.errors import MutoscopeError
from mutoscope.hub.model import INDEX, HubModel


def need_hub() -> None:
    """Errors: MutoscopeError if the libraries for large models are not installed."""
    for library in ("diffusers", "transformers", "huggingface_hub"):
        if find_spec(library) is None:
            raise MutoscopeError(
                f"Large models need {library}, which is not installed.",
                "They run through diffusers, an optional extra.",
                "Install it: pip install 'mutoscope[hub]'",
            )


def find_model(name: str) -> HubModel | None:
    """The model of that folder, or of that id on the hub if it is on this disk. Errors: MutoscopeError if it can be neither."""
    need_hub()
    folder = Path(name)
    if (folder / INDEX).is_file():
        return HubModel(folder=folder, name=folder.resolve().name)
    if folder.is_dir() or not _is_id(name):
        raise MutoscopeError(
            f"There is no large model at {name}.",
            f"A model is an id on the hub, OWNER/NAME, or a folder with a {INDEX} as diffusers saves it.",
            "Write --model hub:Wan-AI/Wan2.2-TI2V-5B-Diffusers, for example; `mutoscope models` lists more.",
        )
    from huggingface_hub import snapshot_download

    try:
        folder = Path(snapshot_download(name, local_files_only=True))
    except (OSError, ValueError):  # the library's ways of saying that it is not there
        return None
    if not (folder / INDEX).is_file():
        return None
    model = HubModel(folder=folder, name=name, revision=folder.name)
    return model if model.complete else None


def open_model(name: str) -> HubModel:
    """The same. Errors: MutoscopeError if it is not on this disk."""
    model = find_model(name)
    if model is None:
        raise MutoscopeError(
            f"{name} is not on this disk.",
            "Nothing is fetched unasked.",
            f"Fetch it, after a look at its licence and size: mutoscope models --fetch {name}",
        )
    return model


def models_here() -> tuple[HubModel, ...]:
    """Every pipeline in the hub's cache on this disk that can be used here."""
    from huggingface_hub import CacheNotFound, constants, scan_cache_dir

    try:
        names = sorted(
            repo.repo_id for repo in scan_cache_dir(constants.HF_HUB_CACHE).repos if repo.repo_type == "model"
        )
    except CacheNotFound:
        return ()
    return tuple(model for name in names if (model := _usable(name)))


def _usable(name: str) -> HubModel | None:
    """A model of the cache, which other programs fill, too: with what is no video model, or is not whole."""
    try:
        model = find_model(name)
        return model if model and model.known and model.dialects else None
    except MutoscopeError:
        return None


def _is_id(name: str) -> bool:
    """Whether the hub could have a model of that name."""
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import validate_repo_id

    try:
        validate_repo_id(name)
    except HFValidationError:
        return False
    return "/" in name
