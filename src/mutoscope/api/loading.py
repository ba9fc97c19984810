"""Models ready to work: bundled, trained here, or large ones on this disk; and what is there to choose from."""

from functools import lru_cache
from pathlib import Path

from mutoscope.checkpoints.alignment import open_ranker
from mutoscope.checkpoints.bundled import WEIGHTS, bundled_names
from mutoscope.checkpoints.checkpoint import Checkpoint
from mutoscope.checkpoints.choreographer import choreographer_for, load_choreographer
from mutoscope.checkpoints.latent import codec_of, load_autoencoder
from mutoscope.codecs.motion import MotionCodec
from mutoscope.devices import prepare
from mutoscope.errors import MutoscopeError
from mutoscope.health import Check, checks
from mutoscope.hub.listing import Listed, Where, large_models
from mutoscope.hub.offer import Offer, make_offer
from mutoscope.hub.pipeline import HubPipeline
from mutoscope.hub.shelf import find_model, need_hub, open_model
from mutoscope.pipeline import Pipeline, load_pipeline, load_upsampler
from mutoscope.request import DRAWS, HUB, GenerateRequest
from mutoscope.world.mocogan_shapes import MocoganShapes
from mutoscope.world.moving_shapes.world import MovingShapes

RUNS = Path("runs")  # where `train` leaves what it makes
# What was trained here goes before what is bundled, so that who trains all of them sees their own at work.
TOWERS = (RUNS / "alignment" / "checkpoint", WEIGHTS / "alignment")
UPSAMPLERS = (RUNS / "upsampler" / "checkpoint", WEIGHTS / "upsampler")
STORY_CHOREOGRAPHERS = (RUNS / "choreographer" / "checkpoint", WEIGHTS / "choreographer")
CHOREOGRAPHERS = (
    *STORY_CHOREOGRAPHERS,
    *(RUNS / f"choreographer_{world}" / "checkpoint" for world in (MocoganShapes.name, MovingShapes.name)),
)
FAMILIES = ("diffusion", "gan", "autoregressive")  # those that draw; each is trained by the recipe FAMILY_storybook
# What models work with, and no models themselves.
_PARTS = ("matte", "latent", "upsampler", "alignment", "choreographer")


@lru_cache(maxsize=2)
def load(model: str = "motion") -> Pipeline:
    """A model ready to work: by the folder of its checkpoint, or by name one that was trained here or is bundled."""
    prepare()
    return load_pipeline(folder_of(model), WEIGHTS / "matte", UPSAMPLERS, CHOREOGRAPHERS)


def folder_of(model: str, world: str = "storybook") -> Path:
    """The checkpoint that a model's name stands for, in a world; an error that says how to get one where there is none."""
    family = DRAWS if model == "storybook" else model  # as earlier versions called it
    trained = RUNS / f"{family}_{world}" / "checkpoint"
    bundled = [WEIGHTS / family] if world == "storybook" else []
    places = [Path(model), *([trained] if family in FAMILIES else []), *bundled]
    found = next((place for place in places if (place / "config.json").is_file()), None)
    if found is not None and (found.name not in _PARTS or found.parent != WEIGHTS):
        return found
    if family in FAMILIES and world != "storybook":
        raise MutoscopeError(
            f"No {family} model of {world.replace('_', ' ')} is here.",
            f"It is looked for in {trained}.",
            f"Train one ({_training(family, world)}), or give its checkpoint with --checkpoint DIR.",
        )
    raise MutoscopeError(
        f"There is no model {model!r}.",
        f"Bundled: {', '.join(bundled_models())}.",
        "Choose one of them, or give the folder of a checkpoint.",
    )


def _training(family: str, world: str) -> str:
    """The commands by which a family comes to draw a world of shapes."""
    before = ("latent", "choreographer", *(("diffusion", "distilled") if family == "gan" else ()))
    begins_with = {"distilled": "diffusion", "gan": "distilled"}

    def command(part: str) -> str:
        start = f" --start {RUNS / f'{begins_with[part]}_{world}' / 'checkpoint'}" if part in begins_with else ""
        return f"`mutoscope train {part}_{world}{start}`"

    return f"{', '.join(map(command, before))}, then {command(family)}"


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
    if pipeline.choreographer is not None and not (checkpoint / "choreographer").is_dir():
        tells = choreographer_for(Checkpoint(checkpoint), CHOREOGRAPHERS)
        parts |= {"choreographer": tells.folder} if tells else {}
    if not (checkpoint / "codec").is_dir():
        parts["codec"] = codec_of(Checkpoint(checkpoint))
    return save(pipeline, checkpoint, parts, folder)


def offer(model: str, request: GenerateRequest | None = None) -> Offer | None:
    """What fetching a large model would mean, for a request if there is one; None if it is on this disk."""
    name = model.removeprefix(HUB)
    return None if find_model(name) is not None else make_offer(name, request)


def models() -> list[Listed]:
    """All models: bundled, on this disk, known on the hub; with what they can do and whether they fit here."""
    bundled = [_ours(name, WEIGHTS / name, "bundled") for name in bundled_models()]
    trained = {family: RUNS / f"{family}_storybook" / "checkpoint" for family in FAMILIES}
    here = [_ours(name, place, "on this disk") for name, place in trained.items() if (place / "config.json").is_file()]
    return [*bundled, *here, *large_models()]


def _ours(name: str, folder: Path, where: Where) -> Listed:
    last = () if name == "autoregressive" else ("a last photo",)
    draws = ("words alone", "a first photo", *last, "a clip that goes on")
    return Listed(
        name=name, where=where, licence="Apache-2.0", excludes="", memory="2 GB, no GPU", fits="yes",
        size=sum(path.stat().st_size for path in folder.iterdir() if path.is_file()),
        can=draws if name in FAMILIES else ("a photo that moves as words say",),
    )  # fmt: skip


def bundled_models() -> list[str]:
    """The names that `load` knows."""
    return [name for name in bundled_names() if name not in _PARTS]


def doctor() -> list[Check]:
    """What is installed, what works here, and what each missing part would bring; the bundled weights are really loaded."""
    found = checks()
    for name in bundled_names():
        size = sum(path.stat().st_size for path in (WEIGHTS / name).glob("*.safetensors")) / 1e6
        try:
            digest = _opened(name).sha256[:12]
            found.append(Check(name=f"weights: {name}", state="works", seen=f"{size:.1f} MB, sha256 {digest}"))
        except (OSError, MutoscopeError) as error:
            cure = "Install Mutoscope again: its weights come with the package."
            found.append(Check(name=f"weights: {name}", state="broken", seen=str(error), cure=cure))
    return found


def _opened(name: str) -> Checkpoint:
    """A bundled checkpoint, of which everything was read."""
    match name:
        case "alignment":
            open_ranker(WEIGHTS / name)
        case "latent":
            load_autoencoder(WEIGHTS / name)
        case "choreographer":
            load_choreographer(Checkpoint(WEIGHTS / name))
        case "upsampler":
            load_upsampler(WEIGHTS / name)
        case "matte":
            load_pipeline(WEIGHTS / "motion", WEIGHTS / name)
        case _:
            load_pipeline(WEIGHTS / name, WEIGHTS / "matte", UPSAMPLERS[1:], STORY_CHOREOGRAPHERS[1:])
    return Checkpoint(WEIGHTS / name)
