"""Models ready to work: bundled, trained here, or large ones on this disk; and what is there to choose from."""

from functools import lru_cache
from pathlib import Path

from mutoscope.checkpoints.bundled import WEIGHTS, bundled_names
from mutoscope.checkpoints.checkpoint import Checkpoint
from mutoscope.devices import prepare
from mutoscope.errors import MutoscopeError
from mutoscope.health import Check, checks
from mutoscope.hub.listing import Listed, large_models
from mutoscope.hub.offer import Offer, make_offer
from mutoscope.hub.pipeline import HubPipeline
from mutoscope.hub.shelf import find_model, open_model
from mutoscope.pipeline import Pipeline, load_pipeline
from mutoscope.request import HUB

RUNS = Path("runs")  # where `train` leaves what it makes
TRAINED_STORYBOOK = RUNS / "diffusion_storybook" / "checkpoint"
TOWERS = (WEIGHTS / "alignment", RUNS / "alignment" / "checkpoint")  # the bundled ones, or those trained here
_PARTS = ("matte", "latent", "upsampler", "alignment")  # what models work with, and no models themselves


@lru_cache(maxsize=2)
def load(model: str = "motion") -> Pipeline:
    """A model ready to work: a bundled one by name, or one's own by the folder of its checkpoint."""
    folder = Path(model) if (Path(model) / "config.json").is_file() else WEIGHTS / model
    if model == "storybook" and not (folder / "config.json").is_file():
        folder = _trained_storybook()
    if folder.parent == WEIGHTS and model not in (names := bundled_models()):
        cure = "Choose one of them, or give the folder of a checkpoint."
        raise MutoscopeError(f"There is no model {model!r}.", f"Bundled: {', '.join(names)}.", cure)
    prepare()
    return load_pipeline(folder, WEIGHTS / "matte", (WEIGHTS / "upsampler", RUNS / "upsampler" / "checkpoint"))


def _trained_storybook() -> Path:
    """The storybook model that was trained here."""
    folder = TRAINED_STORYBOOK
    if (folder / "config.json").is_file():
        return folder
    raise MutoscopeError(
        "No model that draws without a photo is here: none is bundled yet, and none was trained.",
        f"It is looked for in {folder}.",
        "Train one (`mutoscope train latent`, then `mutoscope train diffusion_storybook`), give its checkpoint with "
        "--model DIR, or move a photo with --photo FILE.",
    )


@lru_cache(maxsize=1)
def load_hub(model: str) -> HubPipeline:
    """A large model by `hub:ID` or `hub:FOLDER`; its weights are read when the first clip is asked for."""
    return HubPipeline(model=open_model(model.removeprefix(HUB)))


def offer(model: str) -> Offer | None:
    """What fetching a large model would mean; None if it is on this disk."""
    name = model.removeprefix(HUB)
    return None if find_model(name) is not None else make_offer(name)


def models() -> list[Listed]:
    """All models: bundled, on this disk, known on the hub; with what they can do and whether they fit here."""
    bundled = [
        Listed(
            name=name, where="bundled", licence="Apache-2.0", excludes="", memory="2 GB, no GPU", fits="yes",
            size=sum(path.stat().st_size for path in (WEIGHTS / name).iterdir()), can=("a photo that moves as words say",),
        )
        for name in bundled_models()
    ]  # fmt: skip
    return [*bundled, *_trained(), *large_models()]


def _trained() -> list[Listed]:
    """The storybook model, where it is not bundled but was trained here."""
    if "storybook" in bundled_names() or not (TRAINED_STORYBOOK / "config.json").is_file():
        return []
    size = sum(path.stat().st_size for path in TRAINED_STORYBOOK.iterdir() if path.is_file())
    return [
        Listed(
            name="storybook", where="on this disk", licence="Apache-2.0", excludes="", memory="2 GB, no GPU",
            fits="yes", size=size, can=("words alone", "a first photo", "a last photo", "a clip that goes on"),
        )
    ]  # fmt: skip


def bundled_models() -> list[str]:
    """The names that `load` knows."""
    return [name for name in bundled_names() if name not in _PARTS]


def doctor() -> list[Check]:
    """What is installed, what works here, and what each missing part would bring; the bundled weights are really loaded."""
    found = checks()
    for name in ("motion", "matte"):
        size = sum(path.stat().st_size for path in (WEIGHTS / name).glob("*.safetensors")) / 1e6
        try:
            load_pipeline(WEIGHTS / "motion", WEIGHTS / "matte")
            digest = Checkpoint(WEIGHTS / name).sha256[:12]
            found.append(Check(name=f"weights: {name}", state="works", seen=f"{size:.1f} MB, sha256 {digest}"))
        except (OSError, MutoscopeError) as error:
            cure = "Install Mutoscope again: its weights come with the package."
            found.append(Check(name=f"weights: {name}", state="broken", seen=str(error), cure=cure))
    return found
