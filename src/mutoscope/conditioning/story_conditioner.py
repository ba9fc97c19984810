"""From a request to what a model is told that draws whole clips: the prompt, and codes of what is known beforehand."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from mutoscope.codecs.latent import LatentCodec
from mutoscope.codecs.latent_code import STRIDE, latent_shape
from mutoscope.conditioning.condition import Given, Known, encode_condition
from mutoscope.conditioning.conditioner import Told, avoided, refuse_wishes
from mutoscope.errors import MutoscopeError
from mutoscope.language.commands import expand_commands
from mutoscope.language.timeline import Timeline, parse_timeline
from mutoscope.language.tokens import Tokenizer
from mutoscope.language.understanding import check_words
from mutoscope.manifest import fingerprint
from mutoscope.media.photos import fit_photo, open_photo
from mutoscope.media.video import Video
from mutoscope.request import GenerateRequest, parse_size
from mutoscope.shapes import ClipShape

Pixels = NDArray[np.uint8]
_SIDE = 256  # pixels that are delivered where nothing else is asked


class StoryConditioner:
    """Understands prompts with a world's vocabulary; photos and earlier clips become codes that are known.

    `world`: the name of what is drawn; `stage`: of the storybook, None elsewhere; `changes`: whether it learned one thing
    after another; `remarks`: what is worth saying of every clip.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        codec: LatentCodec,
        drawn: ClipShape,
        world: str,
        stage: int | None,
        *,
        changes: bool = False,
        remarks: tuple[str, ...] = (),
    ) -> None:
        self.tokenizer, self.codec, self.drawn = tokenizer, codec, drawn
        self.world, self.stage, self.changes, self.remarks = world, stage, changes, remarks

    @property
    def told_by_tracks(self) -> bool:
        """Whether tracks say all that words do: of later stages of the storybook neither limbs nor places nor the camera."""
        return self.stage in (None, 1)

    def __call__(self, request: GenerateRequest, pixels: Pixels | None = None) -> Told:
        """The request as conditions; `pixels` (H,W,3) stands for the photo where it is not a file."""
        self.refuse(request, photo=pixels is not None)
        prompt = expand_commands(request.prompt)
        understanding = check_words(prompt, self.tokenizer)
        timeline = parse_timeline(prompt, request.seconds)
        if pixels is None and request.photo is not None:
            pixels = open_photo(request.photo)
        earlier = _even(Video.open(request.extends)) if request.extends is not None else None
        known, repeated = self._known(request, pixels, earlier)
        begin = max(0, repeated - 1) / self.drawn.fps
        timelines = [self._spread(one, begin) for one in (timeline, *avoided(request, request.seconds))]
        rows = len(timelines)
        for_each = Known(known.codes.repeat(rows, 1, 1, 1, 1), known.given.repeat(rows, 1))
        both = encode_condition(self.tokenizer, timelines, known=for_each)
        seen = [pixels] if pixels is not None else [earlier.frames] if earlier is not None else []
        return Told(
            condition=both.row(0),
            against=both.row(1) if rows > 1 else None,
            shape=self.drawn,
            delivered=self._delivered(request, earlier),
            timeline=timeline,
            understanding=understanding,
            notes=tuple(self._notes(request, timeline, earlier)),
            photo_sha256=fingerprint(seen[0]) if seen else "",
            earlier=None if earlier is None else earlier.frames,
            repeated=repeated,
        )

    def _notes(self, request: GenerateRequest, timeline: Timeline, earlier: Video | None) -> Iterator[str]:
        """What is worth saying about what will be drawn."""
        yield from self.remarks
        if len(timeline.segments) > 1 and self.stage is not None and not self.changes:
            yield "The model has learned one thing at a time, and may not draw what comes after the first."
        if earlier is None:
            return
        height, width = earlier.frames.shape[1:3]
        if earlier.fps != request.fps or (request.size and parse_size(request.size) != (width, height)):
            yield f"A clip goes on at its own size and rate: {width}x{height}, {earlier.fps} frames a second."

    def _spread(self, timeline: Timeline, begin: float) -> Timeline:
        """A timeline of the seconds that are asked for, as one of all that is drawn: the new ones begin at `begin`.

        What comes before is the end of an earlier clip, and what comes after them is cut off: they count to the first and
        the last part.
        """
        parts = [replace(part, start=part.start + begin, end=part.end + begin) for part in timeline.segments]
        parts[0] = replace(parts[0], start=0.0)
        parts[-1] = replace(parts[-1], end=self.drawn.seconds)
        return Timeline(segments=tuple(parts), seconds=self.drawn.seconds)

    def refuse(self, request: GenerateRequest, *, photo: bool = False) -> None:
        """Errors: MutoscopeError for what the model cannot do, before any work; `photo` says that one was given as pixels."""
        rule = "Only the motion model finds a subject in a photo and moves it."
        strength = request.motion if request.motion != 1 else None
        pointed = {"subject": request.subject, "mask": request.mask, "drag": request.drag, "motion": strength}
        refuse_wishes(request, rule, **pointed)
        refuse_wishes(request, "LoRAs change large models.", lora=request.lora)
        if request.extends is None:
            self._delivered(request, None)
        else:
            self._room(request.seconds)
            if photo or request.photo is not None:
                raise MutoscopeError(
                    "Both a photo and a clip to go on were given.", "One begins the clip.", "Leave out one."
                )

    def _known(self, request: GenerateRequest, first: Pixels | None, earlier: Video | None) -> tuple[Known, int]:
        """The codes that are known, and how many of the drawn frames show the earlier clip's end."""
        shape = latent_shape(self.drawn)
        codes, given = torch.zeros(1, *shape), torch.zeros(1, shape[0], dtype=torch.int64)
        frames = 0
        if earlier is not None:
            last = self._last_frames(earlier, request.seconds)
            code, frames = self.codec.encode(last), len(last)
            codes[0, : len(code)], given[0, : len(code)] = code, Given.CODE
        elif first is not None:
            codes[0, :1], given[0, 0] = self._picture(first), Given.CODE
        if request.last is not None:
            codes[0, -1:], given[0, -1] = self._picture(open_photo(request.last)), Given.PICTURE
        return Known(codes, given), frames

    def _picture(self, photo: Pixels) -> torch.Tensor:
        return self.codec.encode(fit_photo(photo, self.drawn.width, self.drawn.height)[None])

    def _last_frames(self, earlier: Video, seconds: float) -> Pixels:
        """The last frames of a clip as the model draws: as many as leave room for what is to come."""
        room = self._room(seconds)
        # One frame, or one and some fours: what the codec can take; more than a second says nothing new.
        count = 1 + STRIDE * min((room - 1) // STRIDE, 2)
        back = np.arange(count)[::-1] * earlier.fps / self.drawn.fps
        frames = earlier.frames[np.maximum(len(earlier.frames) - 1 - np.round(back).astype(int), 0)]
        return np.stack([fit_photo(frame, self.drawn.width, self.drawn.height) for frame in frames])

    def _room(self, seconds: float) -> int:
        """How many of the drawn frames may show the end of an earlier clip."""
        room = self.drawn.frames - round(seconds * self.drawn.fps)
        if room < 1:
            longest = (self.drawn.frames - 1) / self.drawn.fps
            raise MutoscopeError(
                f"{seconds:g} seconds more were asked for.",
                f"At most {longest:g} are drawn at once.",
                "Extend the longer clip again.",
                "too_long",
            )
        return room

    def _delivered(self, request: GenerateRequest, earlier: Video | None) -> ClipShape:
        """What a person gets: the size, the rate and the length that were asked for."""
        if earlier is not None:
            height, width = earlier.frames.shape[1:3]
            drawn = ClipShape(frames=1, height=height, width=width, fps=earlier.fps)
            return replace(drawn, frames=max(1, round(request.seconds * earlier.fps)))
        longest = self.drawn.seconds
        if request.seconds > longest:
            raise MutoscopeError(
                f"{request.seconds:g} seconds were asked for.",
                f"The model {request.model!r} draws {longest:.3g} seconds at once.",
                f"Write --seconds {int(longest)}, and make the clip longer with `mutoscope extend`.",
                "too_long",
            )
        width, height = parse_size(request.size) if request.size else (_SIDE, _SIDE)
        if width * self.drawn.height != height * self.drawn.width:
            raise MutoscopeError(
                f"The size {request.size} has another shape than what is drawn.",
                f"The model {request.model!r} draws {self.drawn.width}x{self.drawn.height} and raises that.",
                "Write --size 512x512, for example.",
                "other_shape",
            )
        return request.shape(width - width % 2, height - height % 2)


def _even(video: Video) -> Video:
    """The same with even sides, as the longer video needs them: without its last row or column, if need be."""
    height, width = (side - side % 2 for side in video.frames.shape[1:3])
    return replace(video, frames=video.frames[:, :height, :width])
