"""Large models that are known by name: licence, whom it excludes, and what they are said to need. `None`: not known."""

from dataclasses import dataclass

from mutoscope.hub.dialects import Dialect, Kind, dialect, siblings

APACHE = "Apache-2.0"
TENCENT = "Tencent Hunyuan Community"
_NOT_THERE = "people in the European Union, the United Kingdom and South Korea"
_LARGE = "companies with 10 million dollars or more a year, unless they pay"


@dataclass(frozen=True, kw_only=True)
class Known:
    """A model on the hub, with facts read in November 2026: docs/models.md says where."""

    id: str
    pipeline: str
    kinds: tuple[Kind, ...]
    licence: str | None = None
    excludes: str | None = None  # whom the licence leaves out; "" if nobody
    gated: bool = False  # whether one must agree to something on its page first
    gpu: float | None = None  # gigabytes of GPU memory that it runs in
    how: str = ""  # in what way it does
    fetched: float | None = None  # gigabytes of denoiser and text encoder; what is smaller comes on top

    @property
    def dialect(self) -> Dialect:
        """The class that it is saved as."""
        found = dialect(self.pipeline)
        assert found
        return found

    def can(self) -> list[str]:
        """What can be asked of it, in words."""
        told = self.dialect
        begins = {"text": "words", "photo": "photo", "last": "photo and last frame"}
        able = [begins[kind] for kind in self.kinds]
        able += ["negative prompt"] if told.negative else []
        able += ["any rate"] if told.rate else []
        able += ["strength of motion"] if told.motion else []
        able += ["sound"] if told.sound else []
        return able + (["shot by shot"] if "photo" in self.kinds and told.prompt else [])


_TEXT: tuple[Kind, ...] = ("text",)
_PHOTO: tuple[Kind, ...] = ("photo",)


def _shared(pipeline: str) -> tuple[Kind, ...]:
    return tuple(known.kind for known in siblings(pipeline))


KNOWN: tuple[Known, ...] = (
    Known(
        id="Wan-AI/Wan2.1-T2V-1.3B-Diffusers", pipeline="WanPipeline", kinds=_TEXT, licence=APACHE, excludes="",
        gpu=11, how="with model offload", fetched=28.4,
    ),
    Known(id="Wan-AI/Wan2.1-T2V-14B-Diffusers", pipeline="WanPipeline", kinds=_TEXT, licence=APACHE, excludes=""),
    Known(
        id="Wan-AI/Wan2.1-I2V-14B-480P-Diffusers", pipeline="WanImageToVideoPipeline", kinds=_PHOTO, licence=APACHE,
        excludes="", gpu=35, how="with model offload",
    ),
    Known(
        id="Wan-AI/Wan2.1-FLF2V-14B-720P-diffusers", pipeline="WanImageToVideoPipeline", kinds=("last",), licence=APACHE,
        excludes="",
    ),
    Known(
        id="Wan-AI/Wan2.2-TI2V-5B-Diffusers", pipeline="WanPipeline", kinds=("text", "photo"), licence=APACHE,
        excludes="", gpu=24, how="with offload",
    ),
    Known(
        id="Wan-AI/Wan2.2-T2V-A14B-Diffusers", pipeline="WanPipeline", kinds=_TEXT, licence=APACHE, excludes="",
        gpu=80, how="without offload",
    ),
    Known(
        id="Wan-AI/Wan2.2-I2V-A14B-Diffusers", pipeline="WanImageToVideoPipeline", kinds=("photo", "last"), licence=APACHE,
        excludes="", gpu=80, how="without offload",
    ),
    Known(
        id="Lightricks/LTX-Video", pipeline="LTXPipeline", kinds=_shared("LTXPipeline"), licence="LTXV Open Weights",
        fetched=26.7,
    ),
    Known(
        id="Lightricks/LTX-2.5-Diffusers", pipeline="LTX2Pipeline", kinds=_shared("LTX2Pipeline"),
        licence="LTX-2.x Community", excludes=_LARGE, gated=True,
    ),
    Known(
        id="THUDM/CogVideoX-2b", pipeline="CogVideoXPipeline", kinds=_TEXT, licence=APACHE, excludes="", gpu=12.5,
        how="with model offload and VAE in tiles",
    ),
    Known(
        id="THUDM/CogVideoX-5b", pipeline="CogVideoXPipeline", kinds=_TEXT, licence="CogVideoX",
        excludes="businesses that have not registered, or with more than a million visits a month", gpu=20.7,
        how="with model offload and VAE in tiles",
    ),
    Known(
        id="THUDM/CogVideoX-5b-I2V", pipeline="CogVideoXImageToVideoPipeline", kinds=_PHOTO, licence="CogVideoX",
        excludes="businesses that have not registered, or with more than a million visits a month",
    ),
    Known(
        id="hunyuanvideo-community/HunyuanVideo-1.5-Diffusers-480p_t2v", pipeline="HunyuanVideo15Pipeline", kinds=_TEXT,
        licence=TENCENT, excludes=_NOT_THERE, gpu=14, how="with model offload",
    ),
    Known(
        id="hunyuanvideo-community/HunyuanVideo-1.5-Diffusers-480p_i2v", pipeline="HunyuanVideo15ImageToVideoPipeline",
        kinds=_PHOTO, licence=TENCENT, excludes=_NOT_THERE, gpu=14, how="with model offload",
    ),
    Known(
        id="stabilityai/stable-video-diffusion-img2vid-xt", pipeline="StableVideoDiffusionPipeline", kinds=_PHOTO,
        licence="Stable Video Diffusion Community",
    ),
    Known(id="genmo/mochi-1-preview", pipeline="MochiPipeline", kinds=_TEXT, licence=APACHE, excludes=""),
)  # fmt: skip


def known_model(name: str) -> Known | None:
    """What is known of an id on the hub."""
    return next((known for known in KNOWN if known.id.lower() == name.lower()), None)
