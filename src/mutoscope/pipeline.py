"""The whole path: words and a photo go in, a video comes out."""

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mutoscope.checkpoints.checkpoint import Checkpoint, config_from
from mutoscope.clock import Clock
from mutoscope.codecs.anatomy import find_anatomy
from mutoscope.codecs.codec import Codec
from mutoscope.codecs.motion import MotionCodec
from mutoscope.codecs.motion_code import arriving
from mutoscope.conditioning.conditioner import Conditioner, Told
from mutoscope.errors import MutoscopeError
from mutoscope.families.diffusion import Diffusion, DiffusionConfig
from mutoscope.families.family import Family, Sampling
from mutoscope.language.tokens import Tokenizer
from mutoscope.manifest import Manifest, fingerprint
from mutoscope.media.video import Video
from mutoscope.progress import OnProgress, Step, ignore
from mutoscope.request import HUB, GenerateRequest
from mutoscope.version import __version__
from mutoscope.vision.matting import MatteConfig, MatteNetwork

Pixels = NDArray[np.uint8]
OWN = Sampling(steps=16, guidance=1.5)  # of the motion model, where nothing else is asked


@dataclass(frozen=True, kw_only=True, eq=False)
class Pipeline:
    """A model ready to work: what understands, what fills codes, what makes frames of them."""

    conditioner: Conditioner
    family: Family
    codec: Codec
    name: str
    digest: str  # of the weights, for the manifest
    meanings: tuple[str, ...]  # what the model can read off words

    def generate(
        self, request: GenerateRequest, on_progress: OnProgress = ignore, *, pixels: Pixels | None = None
    ) -> Video:
        """A video of what the request asks; `pixels` (H,W,3) stands for the photo where it is not a file."""
        _check_wishes(request)
        clock = Clock(on_progress)
        with clock.stage("condition"):
            told = self.conditioner(request, pixels)
        with clock.stage("sample"):
            codes = self.codes(request, told, on_progress)
            understood = self.understood(told)
        with clock.stage("decode"):
            frames = self.codec.decode(codes, told.picture, told.shape, on_progress)
            check_frames(frames, moving=request.motion > 0 and any(understood))
        manifest = self.manifest(request, told, understood, frames)
        return Video(frames, request.fps, manifest=manifest, stats=clock.stats())

    def understood(self, told: Told) -> list[list[str]]:
        """What each segment was read to ask for, such as "camera: pan left"; nothing means stillness."""
        likely = (self.family.read(told.condition) > 0.5).tolist()
        return [[name for name, asked in zip(self.meanings, row, strict=True) if asked] for row in likely]

    def codes(self, request: GenerateRequest, told: Told, on_progress: OnProgress = ignore) -> Tensor:
        """The clip's codes, without the batch; `motion` makes the same motion weaker or stronger."""
        sampling = Sampling(steps=request.steps or OWN.steps, guidance=request.guidance or OWN.guidance)
        codes = self.family.sample(
            self.codec.codes_shape(told.shape),
            told.condition,
            request.seed,
            sampling,
            lambda done, total: on_progress(Step(stage="sample", done=done, total=total)),
        )[0]
        if not bool(torch.isfinite(codes).all()):
            raise MutoscopeError(
                "The model made numbers that are not finite.",
                "Codes must be finite.",
                "Lower --guidance or raise --steps.",
            )
        given, right, down = told.condition.arrow[0].tolist()
        if given:  # the model has learned what arrows mean; a drawn one is then met exactly
            codes = arriving(codes, told.shape.seconds, (right, down))
        return codes * request.motion

    def manifest(self, request: GenerateRequest, told: Told, understood: list[list[str]], frames: Pixels) -> Manifest:
        """All that is needed to make the same frames again, and what was (not) understood."""
        return Manifest(
            version=__version__,
            model=self.name,
            checkpoint=self.digest,
            request=request.to_dict(),
            photo_sha256=told.photo_sha256,
            frames=len(frames),
            fps=request.fps,
            width=told.shape.width,
            height=told.shape.height,
            rendering=told.picture.rendering,
            subject={
                "source": told.subject.source,
                "confidence": round(told.subject.confidence, 3),
                "box": list(told.subject.box),
            },
            timeline=[
                {**asdict(segment), "understood": asked}
                for segment, asked in zip(told.timeline.segments, understood, strict=True)
            ],
            not_understood=[asdict(word) for word in told.understanding.unknown],
            impossible=[asdict(word) for word in told.understanding.impossible],
            notes=[*told.notes, *_limits(told, understood)],
            frames_sha256=fingerprint(frames),
            torch=torch.__version__,
        )


def _limits(told: Told, understood: list[list[str]]) -> tuple[str, ...]:
    """What is asked and understood, but can be shown only in part on this photo."""
    matte, asked = told.picture.matte, {name for part in understood for name in part}
    if (
        matte is None
        or told.picture.rendering != "layers"
        or not any(name.startswith("subject: spin") for name in asked)
    ):
        return ()
    anatomy = find_anatomy(matte)
    if anatomy is None or not anatomy.cut:
        return ()
    return ("The picture's edge cuts the subject, so it turns only a little: what lies beyond the edge is not known.",)


def _check_wishes(request: GenerateRequest) -> None:
    """Refuse what only large models can be asked for."""
    for name in ("last", "negative", "lora"):
        if getattr(request, name) is not None:
            raise MutoscopeError(
                f"The model {request.model} takes no --{name}.",
                "Some large models do.",
                f"Leave it out, or choose one: mutoscope models lists them (--model {HUB}OWNER/NAME).",
            )


def check_frames(frames: Pixels, *, moving: bool) -> None:
    """Refuse a clip that is one flat colour, or that stands still although motion was understood."""
    if (frames[0] == frames[0, 0, 0]).all() and (frames[-1] == frames[-1, 0, 0]).all():
        raise MutoscopeError(
            "Every pixel of the clip has the same colour.",
            "A clip must show something.",
            "Take a photo with something in it.",
        )
    if moving and np.array_equal(frames[0], frames[-1]) and np.array_equal(frames[0], frames[len(frames) // 2]):
        raise MutoscopeError(
            "Nothing moves in the clip.", "Motion was asked for.", "Raise --motion, or name a subject with --subject."
        )


def load_pipeline(folder: Path, matte_folder: Path) -> Pipeline:
    """The motion model of a checkpoint folder, with the matte network that finds its subjects."""
    model, finder = Checkpoint(folder), Checkpoint(matte_folder)
    config = config_from(DiffusionConfig, model.part("denoiser", dict))
    tokenizer = Tokenizer(model.part("vocabulary", list))
    if tokenizer.words != config.text.words:
        raise MutoscopeError(
            f"{folder} has {tokenizer.words} words in its vocabulary, but a network for {config.text.words}.",
            "Vocabulary and network belong together.",
            "Take the bundled model.",
        )
    family = Diffusion(config)
    model.load_into(family)
    matte = MatteNetwork(config_from(MatteConfig, finder.part("network", dict)))
    finder.load_into(matte)
    return Pipeline(
        conditioner=Conditioner(tokenizer, matte.eval()),
        family=family.eval(),
        codec=MotionCodec(),
        name=folder.name,
        digest=model.sha256,
        meanings=tuple(model.part("meanings", list)),
    )
