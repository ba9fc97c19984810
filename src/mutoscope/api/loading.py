"""Models ready to work: bundled, trained here, or large ones on this disk; and what is there to choose from."""

from functools import lru_cache
from pathlib import Path

from mutoscope.checkpoints.bundled import WEIGHTS, bundled_names
from mutoscope.checkpoints.checkpoint import Checkpoint
from mutoscope.checkpoints.latent import BUNDLED
from mutoscope.codecs.motion import MotionCodec
from mutoscope.devices import prepare
from mutoscope.errors import MutoscopeError
from mutoscope.health import Check, checks
from mutoscope.hub.listing import Listed, large_models
from mutoscope.hub.offer import Offer, make_offer
from mutoscope.hub.pipeline import HubPipeline
from mutoscope.hub.shelf import find_model, need_hub, open_model
from mutoscope.pipeline import Pipeline, load_pipeline
from mutoscope.request import HUB

RUNS = Path("runs")  # where `train` leaves what it makes
TOWERS = (WEIGHTS / "alignment", RUNS / "alignment" / "checkpoint")  # the bundled ones, or those trained here
UPSAMPLERS = (WEIGHTS / "upsampler", RUNS / "upsampler" / "checkpoint")
FAMILIES = ("diffusion", "gan", "autoregressive")  # those that draw; each is trained by the recipe FAMILY_storybook
DRAWS = "diffusion"  # the one that `storybook` stands for
_PARTS = ("matte", "latent", "upsampler", "alignment")  # what models work with, and no models themselves


@lru_cache(maxsize=2)
def load(model: str = "motion") -> Pipeline:
    """A model ready to work: by the folder of its checkpoint, a bundled one by name, or a family that was trained here."""
    prepare()
    return load_pipeline(folder_of(model), WEIGHTS / "matte", UPSAMPLERS)


def folder_of(model: str) -> Path:
    """The checkpoint that a model's name stands for; an error that says how to get one where there is none."""
    family = DRAWS if model == "storybook" else model
    trained = RUNS / f"{family}_storybook" / "checkpoint"
    places = [Path(model), WEIGHTS / family, *([trained] if family in FAMILIES else [])]
    found = next((place for place in places if (place / "config.json").is_file()), None)
    if found is not None and (found.name not in _PARTS or found.parent != WEIGHTS):
        return found
    if family in FAMILIES:
        raise MutoscopeError(
            f"No {family} model, which draws without a photo, is here: none is bundled, and none was trained.",
            f"It is looked for in {trained}.",
            f"Train one (`mutoscope train latent`, then `mutoscope train {family}_storybook`), give its checkpoint with "
            "--model DIR, or move a photo with --photo FILE.",
        )
    known = f"Bundled: {', '.join(bundled_models())}. Trained here: {', '.join(FAMILIES)}."
    raise MutoscopeError(
        f"There is no model {model!r}.", known, "Choose one of them, or give the folder of a checkpoint."
    )


@lru_cache(maxsize=1)
def load_hub(model: str) -> HubPipeline:
    """A large model by `hub:ID` or `hub:FOLDER`; its weights are read when the first clip is asked for."""
    return HubPipeline(model=open_model(model.removeprefix(HUB)))


def export(model: str, folder: Path) -> Path:
    """Save one of our models as a diffusers pipeline, which `DiffusionPipeline.from_pretrained` loads; the folder."""
    need_hub()
    from mutoscope.hub.exported import export as save

    pipeline, checkpoint = load(model), folder_of(model)
    if isinstance(pipeline.codec, MotionCodec):
        return save(pipeline, checkpoint, {"matte": WEIGHTS / "matte"}, folder)
    upsampler = next((place for place in UPSAMPLERS if (place / "config.json").is_file()), None)
    parts: dict[str, Path] = {"upsampler": upsampler} if upsampler else {}
    if not (checkpoint / "codec").is_dir():
        parts["codec"] = BUNDLED
    return save(pipeline, checkpoint, parts, folder)


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
    """The families that draw, where they are not bundled but were trained here; `storybook` stands for one of them."""
    found = []
    for family in FAMILIES:
        folder = RUNS / f"{family}_storybook" / "checkpoint"
        if family in bundled_names() or not (folder / "config.json").is_file():
            continue
        last = () if family == "autoregressive" else ("a last photo",)
        listed = Listed(
            name="storybook" if family == DRAWS else family, where="on this disk", licence="Apache-2.0", excludes="",
            memory="2 GB, no GPU", fits="yes", size=sum(path.stat().st_size for path in folder.iterdir() if path.is_file()),
            can=("words alone", "a first photo", *last, "a clip that goes on"),
        )  # fmt: skip
        found.append(listed)
    return found


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
