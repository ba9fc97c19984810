"""What each diffusers pipeline class takes, and under which names: all differences between the large models in one table."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "photo", "last"]  # what a clip begins from: words; a photo; a photo and a last frame


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """One pipeline class of diffusers. Numbers are those that its models were made for, where their files tell no others."""

    pipeline: str  # the class in diffusers
    name: str  # as people call its models
    kind: Kind
    size: tuple[int, int]  # width, height
    sides: int  # which sides must be multiples of
    fps: int
    frames: int  # of the clips that it was trained on
    grid: int  # how many frames a step of its code holds: clips have grid * k + 1 frames
    steps: int
    least: int = 1  # steps that it can be told
    guidance: str = "guidance_scale"  # the argument; "guider" is a component instead
    prompt: bool = True
    negative: bool = True
    tokens: int | None = None  # how much of a prompt it reads; None: its tokenizer tells
    rate: str | None = None  # the argument that takes frames per second; None: the rate is fixed
    motion: str | None = None  # the argument that says how strongly things move
    sound: bool = False
    sized: bool = True  # False: the class finds width and height itself, from the photo
    longest: bool = False  # True: more than `frames` cannot be made at all
    code: str = "b c t h w"  # how its latents lie in memory, as einops writes it
    chunks: bool = False  # whether it can be told to decode few frames at once
    exact: bool = False  # True: only clips of just `size` and `frames` can be made; what is not wanted is cut off


_WAN = {"sides": 16, "fps": 16, "frames": 81, "grid": 4, "steps": 50, "size": (832, 480), "tokens": 512}
_LTX = {
    "sides": 32, "fps": 24, "frames": 161, "grid": 8, "steps": 50, "size": (704, 512), "rate": "frame_rate",
    "code": "b (t h w) c",
}  # fmt: skip
_LTX2 = {
    "sides": 32, "fps": 24, "frames": 121, "grid": 8, "steps": 30, "size": (768, 512), "rate": "frame_rate",
    "tokens": 1024, "motion": "motion_speed", "sound": True, "code": "b (t h w) c",
}  # fmt: skip
_COG = {
    "sides": 16, "fps": 8, "frames": 49, "grid": 4, "steps": 50, "size": (720, 480), "tokens": 226,
    "code": "b t c h w",
}  # fmt: skip
_HUNYUAN = {"sides": 16, "fps": 24, "frames": 121, "grid": 4, "steps": 50, "tokens": 1000, "guidance": "guider"}


def _dialect(pipeline: str, name: str, kind: Kind, shared: dict[str, object], **own: object) -> Dialect:
    return Dialect(pipeline=pipeline, name=name, kind=kind, **{**shared, **own})  # type: ignore[arg-type]


DIALECTS: tuple[Dialect, ...] = (
    _dialect("WanPipeline", "Wan T2V", "text", _WAN),
    _dialect("WanImageToVideoPipeline", "Wan I2V", "photo", _WAN),
    _dialect("LTXPipeline", "LTX-Video", "text", _LTX, tokens=128),
    _dialect("LTXImageToVideoPipeline", "LTX-Video", "photo", _LTX, tokens=128),
    _dialect("LTXConditionPipeline", "LTX-Video", "last", _LTX, tokens=256),
    _dialect("LTX2Pipeline", "LTX-2", "text", _LTX2),
    _dialect("LTX2ImageToVideoPipeline", "LTX-2", "photo", _LTX2),
    _dialect("LTX2ConditionPipeline", "LTX-2", "last", _LTX2),
    _dialect("CogVideoXPipeline", "CogVideoX", "text", _COG),
    _dialect("CogVideoXImageToVideoPipeline", "CogVideoX I2V", "photo", _COG),
    _dialect("HunyuanVideo15Pipeline", "HunyuanVideo 1.5", "text", _HUNYUAN, size=(848, 480)),
    _dialect("HunyuanVideo15ImageToVideoPipeline", "HunyuanVideo 1.5 I2V", "photo", _HUNYUAN, size=(848, 480), sized=False),
    Dialect(
        pipeline="StableVideoDiffusionPipeline", name="Stable Video Diffusion", kind="photo", size=(1024, 576), sides=64,
        fps=7, frames=25, grid=1, steps=25, guidance="max_guidance_scale", prompt=False, negative=False, rate="fps",
        motion="motion_bucket_id", longest=True, code="b t c h w", chunks=True,
    ),
    Dialect(
        pipeline="AnimateDiffPipeline", name="AnimateDiff", kind="text", size=(512, 512), sides=8, fps=8, frames=32,
        grid=1, steps=50, longest=True, chunks=True,
    ),
    Dialect(
        pipeline="MochiPipeline", name="Mochi", kind="text", size=(848, 480), sides=16, fps=30, frames=163, grid=6,
        steps=64, least=2, tokens=256,
    ),
)  # fmt: skip

# Weights that serve several classes: the class in model_index.json to the class for each kind of beginning.
# What some weights of Wan can do beyond others of the same class is read off their files: see `model.py`.
_SHARED: tuple[tuple[str, ...], ...] = (
    ("LTXPipeline", "LTXImageToVideoPipeline", "LTXConditionPipeline"),
    ("LTX2Pipeline", "LTX2ImageToVideoPipeline", "LTX2ConditionPipeline"),
)


def dialect(pipeline: str) -> Dialect | None:
    """The dialect of a class, if it is one of those known here."""
    return next((known for known in DIALECTS if known.pipeline == pipeline), None)


def siblings(pipeline: str) -> tuple[Dialect, ...]:
    """The dialects that the weights of a class can be loaded for, itself first."""
    group = next((names for names in _SHARED if pipeline in names), (pipeline,))
    ordered = sorted(group, key=lambda name: name != pipeline)
    return tuple(known for name in ordered if (known := dialect(name)))


def names_with(*abilities: str) -> str:
    """The models that have all of some abilities (kinds, or fields of `Dialect`), for the words of a refusal."""
    able = {name: {*kinds, "prompt", "negative"} for name, kinds in _SOME_WAN.items()}
    for known in DIALECTS:
        fields = {field for field in ("prompt", "negative", "rate", "motion", "sound") if getattr(known, field)}
        able.setdefault(known.name, set()).update({known.kind}, fields)
    return ", ".join(sorted(name for name, found in able.items() if found.issuperset(abilities)))


_SOME_WAN: dict[str, tuple[Kind, ...]] = {
    "Wan TI2V": ("text", "photo"),
    "Wan FLF2V": ("last",),
    "Wan 2.2 I2V": ("photo", "last"),
}
