"""From a request to shots that a large model can make; a wish that it lacks is refused, naming models that have it."""

import math
from dataclasses import dataclass

from mutoscope.errors import MutoscopeError
from mutoscope.hub.dialects import Dialect, Kind, names_with
from mutoscope.hub.model import HubModel
from mutoscope.language.timeline import Segment, parse_timeline
from mutoscope.language.times import find_times
from mutoscope.request import GenerateRequest, flag, parse_size

_ANY_FPS = GenerateRequest(prompt="any").fps  # who leaves --fps out gets the model's own rate


@dataclass(frozen=True, kw_only=True)
class Shot:
    """One call of a pipeline: its words, how many frames of it are kept, and which of them the shot before it gave."""

    text: str
    start: float
    end: float
    frames: int  # that the clip gets from this shot
    handed: bool  # whether it begins with the last frame of the shot before it
    dialect: Dialect

    @property
    def made(self) -> int:
        """How many frames are to be made: as the model's code counts, and one more that was handed on."""
        if self.dialect.exact:
            return self.dialect.frames
        wanted = self.frames + self.handed
        return self.dialect.grid * math.ceil((wanted - 1) / self.dialect.grid) + 1


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All calls for one clip; size None: the pipeline finds it from the photo."""

    shots: tuple[Shot, ...]
    size: tuple[int, int] | None
    fps: int
    notes: tuple[str, ...]

    @property
    def share(self) -> float:
        """Pixels in all frames of the longest shot, of those that the model was made for: memory grows with them."""
        usual = (math.prod((*shot.dialect.size, shot.dialect.frames)) for shot in self.shots)
        made = (math.prod((*(self.size or shot.dialect.size), shot.made)) for shot in self.shots)
        return max(ours / theirs for ours, theirs in zip(made, usual, strict=True))


def plan(request: GenerateRequest, model: HubModel, photo: tuple[int, int] | None) -> Plan:
    """The calls that fulfil a request, for a photo of (height, width). Errors: MutoscopeError for what the model lacks."""
    kind: Kind = "last" if request.last else "photo" if photo else "text"
    dialect = _dialect(kind, request, model, photo is not None)
    _check(request, dialect, model)
    fps, notes = _rate(request, dialect, model)
    size, told = _size(request, dialect, model, photo)
    segments, why = _segments(request, dialect, model)
    shots = _shots(segments, dialect, model, fps)
    notes = [*notes, *told, *why]
    if any(shot.made > dialect.frames for shot in shots):
        notes.append(f"{model.name} was made for {dialect.frames} frames at once; longer clips may drift.")
    return Plan(shots=shots, size=size, fps=fps, notes=tuple(notes))


def _dialect(kind: Kind, request: GenerateRequest, model: HubModel, photo: bool) -> Dialect:
    found = model.dialects.get(kind)
    if kind == "last" and (found is None or not photo):
        if found is None:
            raise _lacks(model, "takes no last frame", "last", "--last")
        raise MutoscopeError(
            "A last frame was given, but no first.",
            f"{model.name} needs both.",
            "Add --photo FILE, or leave out --last.",
        )
    if found is None and kind == "photo" and "last" in model.dialects:
        raise MutoscopeError(
            f"{model.name} needs a last frame too.",
            "It was made to go from one photo to another.",
            "Add --last FILE, or choose another --model.",
        )
    if found is None and kind == "photo":
        raise _lacks(model, "takes no photo", "photo", "--photo")
    if found is None:
        raise MutoscopeError(
            f"{model.name} needs a photo.", f"Words alone are enough for {names_with('text')}.", "Add --photo FILE."
        )
    return found


def _check(request: GenerateRequest, dialect: Dialect, model: HubModel) -> None:
    """Refuse every wish that the class has no argument for."""
    if request.prompt.strip() and not dialect.prompt:
        raise _lacks(model, "reads no words", "prompt", 'the prompt (write "")')
    if not request.prompt.strip() and dialect.prompt:
        raise MutoscopeError("The prompt is empty.", f"{model.name} draws what it says.", "Say what should be seen.")
    if request.negative and not dialect.negative:
        raise _lacks(model, "takes no negative prompt", "negative", "--negative")
    if request.motion != 1 and not dialect.motion:
        raise _lacks(model, "cannot be told how strongly things move", "motion", "--motion")
    if request.steps is not None and request.steps < dialect.least:
        raise MutoscopeError(
            f"steps is {request.steps}.",
            f"{model.name} needs {dialect.least} or more.",
            f"Write --steps {dialect.steps}.",
        )
    if request.motion == 0 and dialect.motion == "motion_speed":
        raise MutoscopeError("motion is 0.", f"For {model.name} it is a speed, above 0.", "Write --motion 0.5.")
    for name in ("temperature", "top_k", "top_p"):
        if getattr(request, name) is not None:
            raise MutoscopeError(
                f"{model.name} takes no {flag(name)}.",
                "It draws no tokens.",
                f"Leave out {flag(name)}, or choose --model autoregressive.",
            )
    if request.extends is not None:
        raise MutoscopeError(
            f"{model.name} cannot be given an earlier clip.",
            "Clips go on by the models that draw: diffusion, gan, autoregressive.",
            "Give its last frame as --photo, or choose one of them with --model.",
        )
    for name in ("subject", "mask", "drag"):
        if getattr(request, name) is not None:
            raise MutoscopeError(
                f"{model.name} cannot be shown the subject.",
                "The bundled model of photos, motion, moves a subject that is pointed at.",
                f"Say it in words, leave out --{name}, or write --model motion.",
            )


def _rate(request: GenerateRequest, dialect: Dialect, model: HubModel) -> tuple[int, list[str]]:
    if request.fps == dialect.fps:
        return dialect.fps, []
    if request.fps == _ANY_FPS:
        return dialect.fps, [f"{model.name} makes {dialect.fps} frames a second."]
    if dialect.rate:
        return request.fps, []
    raise MutoscopeError(
        f"{model.name} makes {dialect.fps} frames a second, not {request.fps}.",
        f"A rate can be chosen for {names_with('rate')}.",
        f"Leave out --fps, write --fps {dialect.fps}, or choose one of them with --model.",
    )


def _size(
    request: GenerateRequest, dialect: Dialect, model: HubModel, photo: tuple[int, int] | None
) -> tuple[tuple[int, int] | None, list[str]]:
    """Width and height: the asked one on the model's grid, or one of the photo's shape and the model's usual area."""
    if dialect.sized and request.size is None:
        return dialect.size if photo is None or dialect.exact else shaped(photo, dialect), []
    if request.size is None:
        return None, []
    wanted = parse_size(request.size)
    if not dialect.sized or (dialect.exact and wanted != dialect.size):
        how = "x".join(map(str, dialect.size)) if dialect.sized else "a size it finds from the photo"
        raise MutoscopeError(
            f"{model.name} makes {how}, not {request.size}.", "Its size cannot be chosen.", "Leave out --size."
        )
    width, height = (side - side % dialect.sides for side in wanted)
    if not width or not height:
        raise MutoscopeError(
            f"The size {request.size} is too small for {model.name}.",
            f"Its sides are multiples of {dialect.sides}.",
            f"Write --size {dialect.size[0]}x{dialect.size[1]}.",
        )
    changed = f"The size {request.size} became {width}x{height}: {model.name} makes multiples of {dialect.sides}."
    return (width, height), [changed] if (width, height) != wanted else []


def shaped(photo: tuple[int, int], dialect: Dialect) -> tuple[int, int]:
    """Width and height: the shape of a photo (height, width) with about the pixels that the model was made for."""
    tall, wide = photo
    scale = math.sqrt(dialect.size[0] * dialect.size[1] / (tall * wide))
    width, height = (max(1, round(side * scale / dialect.sides)) * dialect.sides for side in (wide, tall))
    return width, height


def _segments(request: GenerateRequest, dialect: Dialect, model: HubModel) -> tuple[tuple[Segment, ...], list[str]]:
    """The stretches of a timed prompt, each a shot where a frame can be handed on; else the prompt as it is, and why."""
    whole = (Segment(text=request.prompt, start=0.0, end=request.seconds),)
    if not dialect.prompt:
        return whole, []
    timed = bool(find_times(request.prompt))
    try:
        segments = parse_timeline(request.prompt, request.seconds).segments
    except MutoscopeError:
        if timed:
            raise
        return whole, []  # a long description, in which "then" and "after" are no cuts
    if len(segments) == 1:
        return whole if not timed else segments, []
    if "photo" in model.dialects:
        told = f"{model.name} has no timeline: {len(segments)} shots, each begun with the last frame of the one before."
        return segments, [told]
    if timed:
        raise _lacks(model, "has no timeline, and takes no photo to go on from", ("photo", "prompt"), "the times")
    return whole, [f"{model.name} has no timeline and takes no photo: it was told the whole prompt at once."]


def _shots(segments: tuple[Segment, ...], dialect: Dialect, model: HubModel, fps: int) -> tuple[Shot, ...]:
    going_on = model.dialects.get("photo", dialect)
    first = dialect if len(segments) == 1 or dialect.kind != "last" else going_on
    shots = []
    for number, segment in enumerate(segments):
        ends = number + 1 == len(segments) and dialect.kind == "last"
        speaks = dialect if ends else going_on if number else first
        frames = max(1 if number else 2, round(segment.end * fps) - round(segment.start * fps))
        shot = Shot(
            text=segment.text, start=segment.start, end=segment.end, frames=frames, handed=number > 0, dialect=speaks
        )
        most = speaks.frames - shot.handed
        if speaks.longest and shot.frames > most:
            raise MutoscopeError(
                f"{frames} frames at {fps} a second are more than {model.name} can make.",
                f"It makes at most {most}: {most / fps:.1f} seconds.",
                f"Write --seconds {math.floor(most / fps * 10) / 10:g}, or choose another --model.",
            )
        shots.append(shot)
    return tuple(shots)


def _lacks(model: HubModel, what: str, abilities: str | tuple[str, ...], flag: str) -> MutoscopeError:
    able = names_with(*([abilities] if isinstance(abilities, str) else abilities))
    return MutoscopeError(
        f"{model.name} {what}.", f"These models do: {able}.", f"Choose one of them, or leave out {flag}."
    )


def strength(request: GenerateRequest, dialect: Dialect) -> dict[str, float]:
    """How strongly things move, in the model's own measure (SVD: a bucket, usually 127, at most 255)."""
    match dialect.motion:
        case "motion_bucket_id":
            return {"motion_bucket_id": min(255, round(127 * request.motion))}
        case "motion_speed" if request.motion != 1:
            return {"motion_speed": request.motion}
        case _:
            return {}
