"""The whole path: words and a photo go in, a video comes out."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mutoscope.checkpoints.checkpoint import Checkpoint, config_from
from mutoscope.checkpoints.choreographer import choreographer_for, load_choreographer
from mutoscope.checkpoints.family import drawing_config, load_family
from mutoscope.checkpoints.latent import codec_of, codes_of, load_autoencoder
from mutoscope.clock import Clock
from mutoscope.codecs.codec import Codec
from mutoscope.codecs.latent import LatentCodec
from mutoscope.codecs.latent_code import STRIDE
from mutoscope.codecs.motion import MotionCodec
from mutoscope.codecs.motion_code import arriving
from mutoscope.codecs.upsampler import Raising, Upsampler, UpsamplerConfig
from mutoscope.conditioning.condition import Condition
from mutoscope.conditioning.conditioner import Conditioner, Told, refuse_wishes
from mutoscope.conditioning.limits import notes_on
from mutoscope.conditioning.story_conditioner import StoryConditioner
from mutoscope.errors import MutoscopeError
from mutoscope.families.choice import StoryConfig
from mutoscope.families.choreographer import sampled_tracks
from mutoscope.families.diffusion import Diffusion
from mutoscope.families.family import Family, OnStep, Sampling, Streaming
from mutoscope.families.motion_denoiser import MotionDenoiserConfig, motion_diffusion
from mutoscope.language.encoder import WordEncoderConfig
from mutoscope.language.tokens import Tokenizer
from mutoscope.manifest import Manifest, fingerprint
from mutoscope.media.stream import Stream
from mutoscope.media.video import Video
from mutoscope.progress import OnProgress, Step, ignore
from mutoscope.request import SAMPLED, GenerateRequest, flag
from mutoscope.shapes import ClipShape
from mutoscope.version import __version__
from mutoscope.vision.matting import MatteConfig, MatteNetwork
from mutoscope.vision.subject import Subject
from mutoscope.world.storybook.cast import STAGES

Pixels = NDArray[np.uint8]
# Of a clip that is streamed, how many times after one, and before it, its frames are decoded with: then they come within 49 dB
# of what they are in the whole clip, 63 on average. Three and six would be all that the decoder sees.
AHEAD, BEHIND = 1, 2
_UNTOLD = (
    "No choreographer of this model's words, length and codec is here: the model places everyone by itself, less well. "
    "Train one: mutoscope train {recipe}."
)
_AVOIDING = 2.0  # the least guidance that leads away from something
Asked = tuple[tuple[int, ...], Condition, int, Sampling, OnStep, Condition | None]


@dataclass(frozen=True, kw_only=True, eq=False)
class Pipeline:
    """A model ready to work: what understands, what fills codes, what makes frames of them."""

    conditioner: Conditioner | StoryConditioner
    family: Family
    codec: Codec
    name: str
    digest: str  # of the weights, for the manifest; of all, where a choreographer or a decoder has weights of its own
    meanings: tuple[str, ...]  # what the model can read off words
    raising: Raising | None = None  # where clips are drawn smaller than they are delivered
    choreographer: Diffusion | None = None  # what tells a family where everyone will be, where it heeds that

    def generate(
        self, request: GenerateRequest, on_progress: OnProgress = ignore, *, pixels: Pixels | None = None
    ) -> Video:
        """A video of what the request asks; `pixels` (H,W,3) stands for the photo where it is not a file."""
        clock = Clock(on_progress)
        refuse_lacking(request, self.family)
        with clock.stage("condition"):
            told = self.conditioner(request, pixels)
        with clock.stage("sample"):
            told = self.staged(request, told)
            codes = self.codes(request, told, on_progress)
            understood = self.understood(told)
        with clock.stage("decode"):
            frames = self.codec.decode(
                codes, told.picture, told.shape, on_progress, tracks=told.condition.shown_tracks()
            )
            moving = told.picture is not None and request.motion > 0 and any(understood)
            check_frames(frames, moving=moving)
        if self.raising is not None:
            with clock.stage("raise"):
                frames = _joined(told, self.raising(frames, told.shape.fps, _lasting(told)))
        manifest = self.manifest(request, told, understood, frames)
        return Video(frames, told.delivered.fps, manifest=manifest, stats=clock.stats())

    def stream(
        self, request: GenerateRequest, on_progress: OnProgress = ignore, *, pixels: Pixels | None = None
    ) -> Stream:
        """The same clip, its frames given away while later ones are still being made.

        That needs a family that makes one time after another, a codec that reads parts of codes, and half seconds of whole
        frames; else all come at the end.
        The decoder would look further ahead than `AHEAD`: what is shown differs by less than is seen from what `generate` makes.
        """
        if not isinstance(self.family, Streaming) or self.raising is None or self.codec.reads_whole:
            return Stream.of(self.generate(request, on_progress, pixels=pixels))
        refuse_lacking(request, self.family)
        told = self.conditioner(request, pixels)
        if told.delivered.fps % 2:  # of a clip that goes on, that is its own rate
            return Stream.of(self.generate(request, on_progress, pixels=pixels))
        told = self.staged(request, told)
        codes = self.family.stream(*self._asked(request, told, on_progress))
        manifest = self.manifest(request, told, self.understood(told), None)
        return Stream(chunks=self._shown(told, codes, self.raising), manifest=manifest)

    def _shown(self, told: Told, codes: Iterator[Tensor], raising: Raising) -> Iterator[Pixels]:
        """Frames as soon as the codes of `AHEAD` times after them are there, decoded beside `BEHIND` times before them."""
        if told.earlier is not None:
            yield told.earlier
        wanted, times = _lasting(told), self.codec.codes_shape(told.shape)[0]
        made, settled, shown = list[Tensor](), 0, wanted.frames - told.delivered.frames
        for code in codes:
            made.append(code[0])
            first, last = max(0, settled - BEHIND), len(made) - (0 if len(made) == times else AHEAD)
            if last <= settled:
                continue
            part = replace(told.shape, frames=1 + STRIDE * (len(made) - 1 - first))
            tracks = told.condition.shown_tracks()[first : len(made)]
            frames = self.codec.decode(torch.cat(made[first:]), None, part, tracks=tracks)
            frames = raising(frames, told.shape.fps, wanted)
            begin = first * STRIDE * wanted.fps // told.shape.fps
            end = min(wanted.frames, (last - 1) * STRIDE * wanted.fps // told.shape.fps + 1)
            if end > shown:
                yield frames[shown - begin : end - begin]
            settled, shown = last, max(shown, end)
            if shown == wanted.frames:
                return

    def refuse(self, request: GenerateRequest, *, photo: bool = False) -> None:
        """Errors: MutoscopeError for what the model cannot do, before any work; `photo`: one will be given."""
        refuse_lacking(request, self.family)
        self.conditioner.refuse(request, photo=photo)

    def understood(self, told: Told) -> list[list[str]]:
        """What each segment was read to ask for, such as "camera: pan left"; nothing means stillness."""
        likely = (self.family.read(told.condition) > 0.5).tolist()
        return [[name for name, asked in zip(self.meanings, row, strict=True) if asked] for row in likely]

    def codes(self, request: GenerateRequest, told: Told, on_progress: OnProgress = ignore) -> Tensor:
        """The codes of a clip that is `staged`, without the batch; `motion` makes the same motion weaker or stronger."""
        codes = self.family.sample(*self._asked(request, told, on_progress))[0]
        if not bool(torch.isfinite(codes).all()):
            raise MutoscopeError(
                "The model made numbers that are not finite.",
                "Codes must be finite.",
                "Leave out --guidance, or raise --steps.",
            )
        if told.picture is None:
            return codes
        given, right, down = told.condition.arrow[0].tolist()
        if given:  # the model has learned what arrows mean; a drawn one is then met exactly
            codes = arriving(codes, told.shape.seconds, (right, down))
        return codes * request.motion

    def _asked(self, request: GenerateRequest, told: Told, on_progress: OnProgress) -> Asked:
        """What a family is asked with."""
        own = {name: value for name in SAMPLED if (value := getattr(request, name)) is not None}

        def on_step(done: int, total: int, made: Callable[[], Tensor]) -> None:
            look = partial(self._look, made, told) if told.picture is None else None
            on_progress(Step(stage="sample", done=done, total=total, look=look))

        sampling = replace(self.sampling(told.condition, told.against), **own)
        return self.codec.codes_shape(told.shape), told.condition, request.seed, sampling, on_step, told.against

    def sampling(self, condition: Condition, against: Condition | None = None) -> Sampling:
        """How the family samples where nothing else is asked: without guidance where tracks say all that words do.

        Words are followed as well then, and guidance leads away from how true clips are spread. To leave something out takes some.
        """
        own, conditioner = self.family.own, self.conditioner
        if against is not None:
            return replace(own, guidance=max(own.guidance, _AVOIDING))
        tracked = isinstance(conditioner, StoryConditioner) and conditioner.told_by_tracks
        return replace(own, guidance=1.0) if tracked and condition.tracks.any() else own

    def staged(self, request: GenerateRequest, told: Told) -> Told:
        """The same, told where everyone will be."""
        condition, against = self.choreographed(told.condition, request.seed, told.against)
        return replace(told, condition=condition, against=against)

    def choreographed(
        self, condition: Condition, seed: int, against: Condition | None = None
    ) -> tuple[Condition, Condition | None]:
        """Conditions told where everyone will be, where there is somebody to say so; what is led away from is not told.

        The choreographer has a guidance and steps of its own: those of a request are for what draws. It sees what is known.
        """
        if self.choreographer is None:
            return condition, against
        tracks = sampled_tracks(self.choreographer, condition, seed, against)
        told = condition._replace(tracks=tracks)
        return told, None if against is None else against._replace(tracks=torch.zeros_like(tracks))

    def _look(self, made: Callable[[], Tensor], told: Told) -> Pixels:
        """The frame in the middle of a drawn clip, as far as its codes are known."""
        frames: Pixels = self.codec.decode(made()[0], told.picture, told.shape, tracks=told.condition.shown_tracks())
        middle: Pixels = frames[len(frames) // 2]
        return middle

    def manifest(
        self, request: GenerateRequest, told: Told, understood: list[list[str]], frames: Pixels | None
    ) -> Manifest:
        """All that is needed to make the same frames again, and what was (not) understood; None: they are still to come."""
        drawn = "drawn" if frames is not None else "streamed"
        earlier = 0 if told.earlier is None else len(told.earlier)
        return Manifest(
            version=__version__,
            model=self.name,
            checkpoint=self.digest,
            request=request.to_dict(),
            photo_sha256=told.photo_sha256,
            frames=earlier + told.delivered.frames,
            fps=told.delivered.fps,
            width=told.delivered.width,
            height=told.delivered.height,
            rendering=drawn if told.picture is None else told.picture.rendering,
            subject={} if told.subject is None else _described(told.subject),
            timeline=[
                {**asdict(segment), "understood": asked}
                for segment, asked in zip(told.timeline.segments, understood, strict=True)
            ],
            not_understood=[asdict(word) for word in told.understanding.unknown],
            impossible=[asdict(word) for word in told.understanding.impossible],
            notes=[*told.notes, *_limits(told, understood)],
            frames_sha256="" if frames is None else fingerprint(frames),
            torch=torch.__version__,
        )


def _described(subject: Subject) -> dict[str, Any]:
    told = {"source": subject.source, "confidence": round(subject.confidence, 3), "box": list(subject.box)}
    return {**told, "plain": subject.plain}


def _lasting(told: Told) -> ClipShape:
    """What is delivered, with the frames before it that show the end of an earlier clip again."""
    again = max(0, told.repeated - 1) * told.delivered.fps / told.shape.fps + (told.repeated > 0)
    return replace(told.delivered, frames=round(again) + told.delivered.frames)


def _joined(told: Told, frames: Pixels) -> Pixels:
    """The earlier clip, if there is one, and what comes after it."""
    if told.earlier is None:
        return frames
    return np.concatenate([told.earlier, frames[_lasting(told).frames - told.delivered.frames :]])


def refuse_lacking(request: GenerateRequest, family: Family) -> None:
    """Refuse what the model's family cannot be told."""
    lacking = {name: getattr(request, name) for name in (*SAMPLED, "negative", "last") if name not in family.takes}
    refuse_wishes(request, f"It can be told {', '.join(map(flag, sorted(family.takes)))}.", **lacking)
    if request.negative is not None and request.guidance == 1:
        raise MutoscopeError(
            "A guidance of 1 leaves nothing out.",
            "What --negative names is led away from by a guidance above 1.",
            "Leave out --guidance, or raise it.",
            "not_taken",
        )


def _limits(told: Told, understood: list[list[str]]) -> tuple[str, ...]:
    """What is asked of a photo and understood, but can be shown only in part."""
    if told.picture is None or told.subject is None:
        return ()
    asked = {name for part in understood for name in part}
    return notes_on(told.picture.rendering, told.subject, asked, drawn=bool(told.condition.arrow[0, 0]))


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


def load_pipeline(
    folder: Path,
    matte_folder: Path,
    upsampler_folders: Sequence[Path] = (),
    choreographer_folders: Sequence[Path] = (),
) -> Pipeline:
    """The model of a checkpoint folder: one that moves photos, or one that draws clips of the storybook."""
    model = Checkpoint(folder)
    config = drawing_config(model)
    if config is not None:
        return _story_pipeline(model, config, upsampler_folders, choreographer_folders)
    return _motion_pipeline(model, matte_folder)


def _motion_pipeline(model: Checkpoint, matte_folder: Path) -> Pipeline:
    """The motion model, with the matte network that finds its subjects."""
    finder = Checkpoint(matte_folder)
    config = config_from(MotionDenoiserConfig, model.part("denoiser", dict))
    family = motion_diffusion(config)
    tokenizer = _tokenizer(model, config.text)
    model.load_into(family)
    matte = MatteNetwork(config_from(MatteConfig, finder.part("network", dict)))
    finder.load_into(matte)
    return Pipeline(
        conditioner=Conditioner(tokenizer, matte.eval()),
        family=family.eval(),
        codec=MotionCodec(),
        name=model.folder.name,
        digest=model.sha256,
        meanings=tuple(model.part("meanings", list)),
    )


def _story_pipeline(
    model: Checkpoint, config: StoryConfig, upsampler_folders: Sequence[Path], choreographer_folders: Sequence[Path]
) -> Pipeline:
    """A model that draws, with the codec that its codes were made by; the storybook's with an upsampler if there is one.

    A family that heeds tracks draws without them where no choreographer knows its words, and the clip's notes say so.
    """
    source = Checkpoint(codec_of(model))
    codec = LatentCodec(load_autoencoder(source.folder))
    tokenizer = _tokenizer(model, config.text)
    world = model.config.get("world", "storybook")  # models of before there were other worlds name none
    stage = model.part("stage", int) if world == "storybook" else None
    changes = bool(model.config.get("changes", stage == STAGES))  # models of before say nothing of them
    raisers = () if stage is None else upsampler_folders
    found = next((folder for folder in raisers if (folder / "config.json").is_file()), None)
    drawn = config_from(ClipShape, model.part("shape", dict))
    folders = (model.folder / "choreographer", *choreographer_folders)
    tells = choreographer_for(model, folders) if config.tracks else None
    recipe = "choreographer" if stage is not None else f"choreographer_{world}"
    remarks = (_UNTOLD.format(recipe=recipe),) if config.tracks and tells is None else ()
    return Pipeline(
        conditioner=StoryConditioner(tokenizer, codec, drawn, world, stage, changes=changes, remarks=remarks),
        family=load_family(model),
        codec=codec,
        name=model.folder.name,
        digest=_all_of(model, tells, source),
        meanings=tuple(model.part("meanings", list)),
        raising=Raising(None if found is None else load_upsampler(found)),
        choreographer=None if tells is None else load_choreographer(tells),
    )


def _all_of(model: Checkpoint, choreographer: Checkpoint | None, codec: Checkpoint) -> str:
    """One digest of all weights that a clip depends on. That of a model tells its codec, but for what a decoder learned since."""
    parts = [part.sha256 for part in (model, choreographer) if part is not None]
    parts += [codec.sha256] if codec.sha256 != codes_of(codec) else []
    return parts[0] if len(parts) == 1 else hashlib.sha256("".join(parts).encode()).hexdigest()


def load_upsampler(folder: Path) -> Upsampler:
    """The upsampler of a checkpoint folder."""
    checkpoint = Checkpoint(folder)
    upsampler = Upsampler(config_from(UpsamplerConfig, checkpoint.part("upsampler", dict)))
    checkpoint.load_into(upsampler)
    return upsampler.eval()


def _tokenizer(model: Checkpoint, text: WordEncoderConfig) -> Tokenizer:
    tokenizer = Tokenizer(model.part("vocabulary", list))
    if tokenizer.words != text.words:
        raise MutoscopeError(
            f"{model.folder} has {tokenizer.words} words in its vocabulary, but a network for {text.words}.",
            "Vocabulary and network belong together.",
            "Take the bundled model.",
        )
    return tokenizer
