"""What a person asks for: the one schema of the command's flags, of HTTP bodies, of web forms and of the manifest."""

import math
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from difflib import get_close_matches
from typing import Any

from mutoscope.errors import MutoscopeError
from mutoscope.shapes import ClipShape

LONGEST_PROMPT = 2000
_LONGEST_TEXT = 4096  # of all other texts: the longest path
SMALLEST_SIDE, LARGEST_SIDE = 64, 3840
MOST_PIXELS = 1_000_000_000  # of all frames together: about 3 GB of memory
SMALLEST_BOX = 0.01
SAMPLED = ("steps", "guidance", "temperature", "top_k", "top_p")  # how a model samples; not every one takes each
DRAWS = "diffusion"  # the model that draws where none is named
HUB = "hub:"  # begins the name of a large model; some of those read no words

Point = tuple[float, float]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, kw_only=True)
class Wish:
    """How one field is told to a person: what it does, what stands for its value, and its range."""

    help: str
    metavar: str
    low: float | None = None
    high: float | None = None


def _wish(help: str, metavar: str, low: float | None = None, high: float | None = None) -> dict[str, Wish]:
    return {"wish": Wish(help=help, metavar=metavar, low=low, high=high)}


@dataclass(frozen=True, kw_only=True)
class GenerateRequest:
    """What should be made. Numbers may come as text, as forms send them; a value that cannot be meant is an error."""

    prompt: str = field(metadata=_wish("what should happen, in English or Chinese", "PROMPT"))
    photo: str | None = field(default=None, metadata=_wish("the photo that is to move", "FILE"))
    last: str | None = field(default=None, metadata=_wish("the photo that the clip ends with", "FILE"))
    extends: str | None = field(
        default=None, metadata=_wish("an earlier clip, which goes on as the prompt says", "CLIP")
    )
    negative: str | None = field(default=None, metadata=_wish("what should not be seen", "TEXT"))
    seed: int = field(default=0, metadata=_wish("another number, another motion of the same kind", "N", 0, 2**63 - 1))
    seconds: float = field(default=3.0, metadata=_wish("playing time", "S", 0.5, 10))
    fps: int = field(default=24, metadata=_wish("frames per second", "N", 8, 60))
    size: str | None = field(
        default=None,
        metadata=_wish(
            "pixels, such as 1280x720; without it the photo's own shape, at most 1280, or 256x256 without a photo",
            "WxH",
        ),
    )
    motion: float = field(default=1.0, metadata=_wish("how strongly things move; 1 is as trained", "X", 0, 2))
    guidance: float | None = field(
        default=None, metadata=_wish("how strictly the words are followed; 1 is loosest", "X", 1, 10)
    )
    steps: int | None = field(default=None, metadata=_wish("sampling steps; more is slower and finer", "N", 1, 200))
    temperature: float | None = field(
        default=None,
        metadata=_wish("how freely a model draws; 1 is as learned, less is surer (autoregressive, gan)", "X", 0.05, 2),
    )
    top_k: int | None = field(
        default=None, metadata=_wish("draw from the N likeliest tokens only (autoregressive)", "N", 1, 4096)
    )
    top_p: float | None = field(
        default=None, metadata=_wish("draw from the likeliest tokens of that share (autoregressive)", "X", 0.01, 1)
    )
    variants: int = field(default=1, metadata=_wish("how many clips, each with the next seed", "N", 1, 16))
    keep: int = field(
        default=0,
        metadata=_wish("of the variants, how many that fit the words best; 0 keeps all", "N", 0, 16),
    )
    subject: str | None = field(
        default=None,
        metadata=_wish("where the subject is: a click x,y or a box x,y:x,y, fractions from the top left", "X,Y"),
    )
    mask: str | None = field(
        default=None, metadata=_wish("a picture of the photo's shape, the subject white on black", "FILE")
    )
    drag: str | None = field(
        default=None, metadata=_wish("an arrow x,y:x,y from the subject to where it should go", "X,Y:X,Y")
    )
    model: str = field(
        default="",
        metadata=_wish(
            "motion, or what draws: diffusion, gan, autoregressive; the folder of a checkpoint; or hub: and a large model's "
            "id or folder; by itself motion with a photo, diffusion without one",
            "NAME",
        ),
    )
    lora: str | None = field(
        default=None,
        metadata=_wish("LoRA files or folders for a large model: a.safetensors, or a:0.8,b:0.5 with weights", "FILES"),
    )

    def __post_init__(self) -> None:
        if self.model == "":
            drawn = self.photo is None or self.last is not None or self.extends is not None
            object.__setattr__(self, "model", DRAWS if drawn else "motion")
        elif self.model == "storybook":  # as clips of earlier versions remember it
            object.__setattr__(self, "model", DRAWS)
        for name, wish in wishes().items():
            object.__setattr__(self, name, _checked(name, kinds()[name], wish, getattr(self, name)))
        _check_prompt(self.prompt, needed=not self.model.startswith(HUB))
        if self.size is not None:
            _check_length(*parse_size(self.size), self)
        if self.subject is not None:
            parse_subject(self.subject)
        if self.drag is not None:
            parse_arrow(self.drag)
        if self.keep > self.variants:
            raise MutoscopeError(
                f"{self.keep} of {self.variants} variants shall be kept.",
                "No more can be kept than are made.",
                f"Write --variants {min(2 * self.keep, 16)} --keep {self.keep}, for example.",
            )
        if self.mask is not None and self.subject is not None:
            raise MutoscopeError(
                f"Both a mask ({_shown(self.mask)}) and a subject ({_shown(self.subject)}) were given.",
                "The subject is shown in one way.",
                "Leave out --mask or --subject.",
            )

    @classmethod
    def from_dict(cls, wanted: Mapping[str, Any]) -> "GenerateRequest":
        """A request from names and values; an unknown name is an error that says the nearest known one."""
        if not isinstance(wanted, Mapping):
            raise MutoscopeError(
                f"The request is {_shown(wanted)}.", "It must be names with values.", "Send an object."
            )
        known = list(wishes())
        for name in wanted:
            if name not in known:
                near = get_close_matches(str(name), known, n=1, cutoff=0.5)
                cure = f"Did you mean {near[0]!r}?" if near else "Leave it out."
                raise MutoscopeError(f"A request has no {_shown(name)}.", f"It may have {', '.join(known)}.", cure)
        return cls(**{"prompt": "", **wanted})

    def to_dict(self) -> dict[str, str | int | float | None]:
        """Every field with its value, ready for JSON; `from_dict` gives the same request again."""
        return asdict(self)

    @property
    def frames(self) -> int:
        """How many frames the clip has."""
        return max(2, round(self.seconds * self.fps))

    def shape(self, width: int, height: int) -> ClipShape:
        """The shape of the clip at a size, which depends on the photo where none was asked."""
        return ClipShape(frames=self.frames, height=height, width=width, fps=self.fps)

    def variant(self, index: int) -> "GenerateRequest":
        """The request for one of the variants: the seed moved on by `index`."""
        return replace(self, seed=self.seed + index, variants=1, keep=0)


def wishes() -> dict[str, Wish]:
    """Every field of a request by name, as it is told to a person."""
    return {known.name: known.metadata["wish"] for known in fields(GenerateRequest)}


def kinds() -> dict[str, type[str] | type[int] | type[float]]:
    """What each field holds: text, a whole number or a number."""
    return {
        known.name: next((k for k in (int, float) if known.type in (k, k | None)), str)
        for known in fields(GenerateRequest)
    }


def flag(name: str) -> str:
    """How a field is written on a command line."""
    return f"--{name.replace('_', '-')}"


def parse_size(text: str) -> tuple[int, int]:
    """Width and height of `1280x720`, as written (a clip rounds odd sizes down, and says so)."""
    sides = re.fullmatch(r"\s*(\d{1,6})\s*[xX×*]\s*(\d{1,6})\s*", text)
    width, height = (int(sides[1]), int(sides[2])) if sides else (0, 0)
    if min(width, height) < SMALLEST_SIDE or max(width, height) > LARGEST_SIDE:
        raise MutoscopeError(
            f"The size {_shown(text)} cannot be made.",
            f"A size is WIDTHxHEIGHT, each {SMALLEST_SIDE} to {LARGEST_SIDE} pixels.",
            "Write --size 1280x720, or leave it out to keep the photo's shape.",
        )
    return width, height


def parse_point(text: str) -> Point:
    """A place `x,y` as fractions of width and height."""
    numbers = _fractions(text, 2)
    if numbers is None:
        raise _misplaced("point", text, "A point is x,y: fractions from 0 (left, top) to 1 (right, bottom).", "0.4,0.6")
    return numbers[0], numbers[1]


def parse_box(text: str) -> Box:
    """A box `x0,y0:x1,y1` as fractions: left, top, right, bottom, whichever corners were given."""
    numbers = _fractions(text, 4)
    rule = f"A box is x,y:x,y: two opposite corners as fractions from 0 to 1, at least {SMALLEST_BOX} apart."
    if numbers is None or min(abs(numbers[2] - numbers[0]), abs(numbers[3] - numbers[1])) < SMALLEST_BOX:
        raise _misplaced("box", text, rule, "0.2,0.3:0.7,0.9")
    xs, ys = sorted(numbers[0::2]), sorted(numbers[1::2])
    return xs[0], ys[0], xs[1], ys[1]


def parse_subject(text: str) -> Point | Box:
    """A click `x,y` or a box `x0,y0:x1,y1`."""
    return parse_box(text) if re.search("[:：]", text) else parse_point(text)


def parse_arrow(text: str) -> Box:
    """An arrow `x0,y0:x1,y1` as fractions: from, to."""
    numbers = _fractions(text, 4)
    if numbers is None or numbers[:2] == numbers[2:]:
        rule = "An arrow is x,y:x,y: from and to, two different places, as fractions from 0 to 1."
        raise _misplaced("arrow", text, rule, "0.4,0.6:0.7,0.6")
    return numbers[0], numbers[1], numbers[2], numbers[3]


def _fractions(text: str, count: int) -> list[float] | None:
    """`count` fractions, pairs split by `,` and points by `:` (or their full-width forms); else None."""
    points = [point.split(",") for point in text.replace("，", ",").replace("：", ":").split(":")]
    if len(points) != count // 2 or any(len(point) != 2 for point in points):
        return None
    try:
        numbers = [float(part) for point in points for part in point]
    except ValueError:
        return None
    return numbers if all(0 <= number <= 1 for number in numbers) else None  # nan is in no range


def _misplaced(what: str, text: str, rule: str, example: str) -> MutoscopeError:
    return MutoscopeError(f"The {what} {_shown(text)} cannot be read.", rule, f"Write it like {example}.")


def _checked(name: str, kind: type, wish: Wish, value: Any) -> str | int | float | None:
    if kind is str:
        return _text(name, value)
    if value is None and name in SAMPLED:  # the model's own
        return None
    number = _number(name, kind, value)
    if wish.low is not None and wish.high is not None and not wish.low <= number <= wish.high:
        raise MutoscopeError(
            f"{name} is {_shown(value)}.",
            f"It must be from {wish.low:.15g} to {wish.high:.15g}.",
            f"Choose {flag(name)} in that range.",
        )
    return number


def _text(name: str, value: Any) -> str | None:
    if value is None and name not in ("prompt", "model"):
        return None
    text = os.fspath(value) if isinstance(value, os.PathLike) else value
    # A path of this system may hold bytes that are no text; neither JSON nor an MP4 could carry them.
    if isinstance(text, str) and not re.search(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]", text):
        if name != "prompt" and len(text) > _LONGEST_TEXT:
            rule, cure = f"It may have {_LONGEST_TEXT:,}.", "Make it shorter."
            raise MutoscopeError(f"{name} has {len(text):,} characters.", rule, cure)
        if text or name == "prompt":  # a prompt that is empty or too long has an error of its own
            return text
        problem = f"{name} is empty."
    else:
        problem = f"{name} is {_shown(value)}."
    raise MutoscopeError(problem, "It must be plain text.", f"Write some, or leave {name} out.")


def _number(name: str, kind: type, value: Any) -> int | float:
    what = "a whole number" if kind is int else "a number"
    try:
        if isinstance(value, bool):
            raise TypeError
        number = kind(value) if isinstance(value, str) else float(value)
        if kind is int and int(value) != number:  # 2.5 is not silently 2
            raise ValueError
        if math.isfinite(number):
            return int(value) if kind is int else number
    except (TypeError, ValueError, OverflowError):
        pass
    raise MutoscopeError(
        f"{name} is {_shown(value)}.", f"It must be {what}.", f"Write {flag(name)} {'7' if kind is int else '2.5'}."
    )


def _check_prompt(prompt: str, *, needed: bool) -> None:
    if needed and not prompt.strip():
        raise MutoscopeError(
            "The prompt is empty.",
            "It says what should happen.",
            'Write one, such as "the camera slowly zooms in".',
            "empty_prompt",
        )
    if len(prompt) > LONGEST_PROMPT:
        raise MutoscopeError(
            f"The prompt has {len(prompt):,} characters.", f"It may have {LONGEST_PROMPT:,}.", "Say it shorter."
        )


def _check_length(width: int, height: int, request: GenerateRequest) -> None:
    pixels = width * height * request.frames
    if pixels > MOST_PIXELS:
        raise MutoscopeError(
            f"{request.frames} frames of {width}x{height} are {pixels / 1e6:,.0f} million pixels.",
            f"A clip may have {MOST_PIXELS / 1e6:,.0f} million.",
            "Choose a smaller --size, fewer --seconds, or a lower --fps.",
            "clip_too_large",
        )


def _shown(value: Any) -> str:
    """A value as a person would recognise it, but never a page of it."""
    try:
        text = repr(value)
    except Exception:  # an object, or a number too long to print, whose repr fails is still to be named
        text = f"a {type(value).__name__}"
    return text if len(text) <= 60 else f"{text[:40]}… ({len(text):,} characters)"
