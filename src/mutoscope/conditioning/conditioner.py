"""From a request to what a model is told: the prompt understood, the photo opened, its subject found."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mutoscope.codecs.layers import is_fillable
from mutoscope.codecs.picture import Picture, Rendering
from mutoscope.conditioning.condition import Condition, encode_condition
from mutoscope.conditioning.hints import arrow_of, hint_of
from mutoscope.conditioning.photo import photo_features
from mutoscope.errors import MutoscopeError
from mutoscope.language.commands import expand_commands
from mutoscope.language.timeline import Segment, Timeline, parse_timeline
from mutoscope.language.tokens import Tokenizer
from mutoscope.language.understanding import Understanding, check_prompt
from mutoscope.manifest import fingerprint
from mutoscope.media.photos import fit_photo, output_size, read_photo
from mutoscope.request import GenerateRequest, flag
from mutoscope.shapes import ClipShape
from mutoscope.vision.finder import find_subject, rendering_for
from mutoscope.vision.matting import MatteNetwork
from mutoscope.vision.subject import Subject, SubjectHint

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True, eq=False)
class Told:
    """A request, ready for a family and a codec, with all that is worth saying about it.

    `shape` is what the codec decodes, `delivered` what a person gets: after `earlier` frames (T,H,W,3) that go on, if any.
    """

    condition: Condition
    against: Condition | None  # what the negative prompt says
    shape: ClipShape
    delivered: ClipShape
    timeline: Timeline
    understanding: Understanding
    notes: tuple[str, ...]
    photo_sha256: str
    picture: Picture | None = None
    subject: Subject | None = None
    earlier: Pixels | None = None
    repeated: int = 0  # of the decoded frames, how many show the end of `earlier` again


class Conditioner:
    """Understands prompts with a vocabulary and finds subjects with a matte network."""

    def __init__(self, tokenizer: Tokenizer, matte: MatteNetwork) -> None:
        self.tokenizer, self.matte = tokenizer, matte
        self._found: tuple[str, Subject] | None = None

    def __call__(self, request: GenerateRequest, pixels: Pixels | None = None) -> Told:
        """The request as conditions; `pixels` (H,W,3) stands for the photo where it is not a file."""
        self.refuse(request, photo=pixels is not None)
        prompt = expand_commands(request.prompt)
        understanding = check_prompt(prompt, self.tokenizer)
        timeline = parse_timeline(prompt, request.seconds)
        photo, photo_notes = (pixels, ()) if pixels is not None else _opened(request.photo or "")
        width, height, notes = output_size((photo.shape[0], photo.shape[1]), request.size)
        image = fit_photo(photo, width, height)
        sizes = (photo.shape[0], photo.shape[1]), (height, width)
        subject = self._subject(image, hint_of(request, *sizes))
        arrow = arrow_of(request, *sizes)
        timelines = [timeline, *avoided(request, request.seconds)]
        count = len(timelines)
        both = encode_condition(self.tokenizer, timelines, [photo_features(subject)] * count, [arrow] * count)
        shape = request.shape(width, height)
        return Told(
            condition=both.row(0),
            against=both.row(1) if count > 1 else None,
            picture=Picture(image=image, matte=subject.matte, rendering=_rendering(image, subject)),
            subject=subject,
            shape=shape,
            delivered=shape,
            timeline=timeline,
            understanding=understanding,
            notes=(*photo_notes, *notes),
            photo_sha256=fingerprint(photo),
        )

    def refuse(self, request: GenerateRequest, *, photo: bool = False) -> None:
        """Errors: MutoscopeError for what the model cannot do, before any work; `photo` says that one was given as pixels."""
        refuse_wishes(request, "The motion model moves one photo.", last=request.last, extends=request.extends)
        refuse_wishes(request, "LoRAs change large models.", lora=request.lora)
        if request.photo is None and not photo:
            raise MutoscopeError(
                "No photo was given.",
                "The motion model moves a photo; it does not draw one.",
                "Add --photo YOUR_PHOTO.jpg.",
                "no_photo",
            )

    def _subject(self, image: Pixels, hint: SubjectHint | None) -> Subject:
        """The subject of a photo; the last one is remembered, as variants and tries ask for the same again."""
        mask = "" if hint is None or hint.mask is None else fingerprint(hint.mask)
        key = f"{fingerprint(image)} {None if hint is None else (hint.point, hint.box)} {mask}"
        if self._found is None or self._found[0] != key:
            self._found = key, find_subject(image, self.matte, hint)
        return self._found[1]


def _rendering(image: Pixels, subject: Subject) -> Rendering:
    """How to move a photo; a subject before what nobody can guess is not cut out, as sure as its matte may be."""
    rendering = rendering_for(subject)
    return "soft" if rendering == "layers" and not is_fillable(image, subject.matte) else rendering


def avoided(request: GenerateRequest, seconds: float) -> list[Timeline]:
    """What the negative prompt says, if there is one, over the whole clip."""
    if request.negative is None:
        return []
    return [Timeline(segments=(Segment(text=request.negative, start=0.0, end=seconds),), seconds=seconds)]


def refuse_wishes(request: GenerateRequest, rule: str, **wishes: object) -> None:
    """Refuse wishes that a model cannot grant; those that are None were not made."""
    if made := [name for name, value in wishes.items() if value is not None]:
        problem = f"The model {request.model!r} takes no {flag(made[0])}."
        raise MutoscopeError(problem, rule, f"Leave out {flag(made[0])}, or choose another --model.", "not_taken")


def _opened(path: str) -> tuple[Pixels, tuple[str, ...]]:
    photo = read_photo(path)
    return photo.pixels, tuple(photo.notes)
