"""When each part of a prompt happens: "A, then B", "先A，然后B", "[0–1.5s] A [1.5–3s] B"."""

import re
import unicodedata
from dataclasses import dataclass, replace

from mutoscope.errors import MutoscopeError
from mutoscope.language.lexicon import has_action, known_words
from mutoscope.language.times import TimeMark, find_times
from mutoscope.language.words import has_chinese, split_words

MOST_SEGMENTS = 6
MOST_CHARACTERS = 2000
_TOLERANCE = 0.05  # seconds that a written time may miss the end of the clip, or of its neighbour
REST = {"en": "nothing moves", "zh": "画面静止"}  # the words of a stretch of time that no part of the prompt speaks of


@dataclass(frozen=True, kw_only=True)
class Segment:
    """A part of a prompt and when it holds, in seconds."""

    text: str
    start: float
    end: float


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """The segments of a clip, in order and without gaps."""

    segments: tuple[Segment, ...]
    seconds: float


@dataclass(frozen=True, kw_only=True)
class _Part:
    """A part as far as it is known; `mark`: the "then" or the time that stands before it and promises words."""

    text: str = ""
    start: float | None = None
    end: float | None = None
    length: float | None = None
    mark: str = ""


_THEN = re.compile(
    r"[\s,;.]*\b(?:and\s+|but\s+)?(?:then|after\s+that|after\s+this(?=\s*,)|afterwards?|subsequently|finally|lastly|at\s+last|in\s+the\s+end)\b"
    r"(?:\s+(?:finally|lastly|next)\b)?\s*,?"
    r"|(?<=[,;.])\s*(?:and\s+)?(?:next\b(?!\s+to\b)|later\b|thirdly\b|secondly\b)\s*,?"
    r"|[\s,;.。、]*(?:并且|并)?(?:然后|接着|紧接着|随后|接下来|后来(?!回)|继而|而后|最后|(?<=[,"
    r";.。、\s])(?:之后|再(?!次|见|度|也)))(?:再(?!次|见|度))?\s*[,:]?",
    re.IGNORECASE,
)
_FIRST_THEN = (
    re.compile(r"先.{0,200}?[^,;.。、\s](再)(?!次|见|度|也)", re.DOTALL),
    re.compile(r"先.{1,200}?(?<![向往朝最先身背之以然随而午])(后)(?![退面方来仰倾撤]|再)", re.DOTALL),
)
_LEADING = re.compile(
    r"^(?:(?:and|but)\b|at\s+first\b|first\s+of\s+all\b|first(?:ly)?\b(?!\s+(?:floor|person))|start(?:s|ing)?\s+by\b|首先|先|并且|[\s,;.:。、!?])+",
    re.IGNORECASE,
)
_TRAILING = re.compile(r"(?:[\s,;.:。、]|\band\b(?=\s*$))+$", re.IGNORECASE)
_WORD = re.compile(r"\w")

# "A before B" and its kin are cut only where both sides ask for a motion ("a beach after sunset" stays whole).
_WEAK: tuple[tuple[re.Pattern[str], bool], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE | re.DOTALL), reverse)
    for pattern, reverse in (
        (r"^(?P<a>.*?)(?:right\s+|just\s+|soon\s+|only\s+)?\bafter\s+(?P<b>[^,]+)$", True),
        (r"^(?:right\s+|just\s+|soon\s+|only\s+)?after\s+(?P<a>.+?),(?P<b>.+)$", False),
        (r"^(?:right\s+|just\s+)?before\s+(?P<a>.+?),(?P<b>.+)$", True),
        (r"^(?P<a>.+?)(?:right\s+|just\s+)?\bbefore\s+(?P<b>.+)$", False),
        (r"^(?P<a>.+?)(?:right\s+|just\s+)?\bafter\s+(?P<b>.+)$", True),
        (r"^(?P<a>.+?),?\s*followed\s+by\s+(?P<b>.+)$", False),
        (r"^(?:在|等)?(?P<a>.+?)(?:之后|以后|(?<![向往朝最先背身王皇太])(?<!(?<![后倒])退)后)\s*,\s*(?P<b>.+)$", False),
        (r"^(?:在|等)?(?P<a>.+?)(?:之后|以后)(?P<b>.+)$", False),
        (r"^在?(?P<a>.+?)(?:之前|以前|(?<![向往朝面眼头先上推])前)\s*,\s*(?P<b>.+)$", True),
        (r"^在?(?P<a>.+?)(?:之前|以前)(?P<b>.+)$", True),
    )
)
# "A photo of a boat, after ...": what comes first is no part of its own.
_SETTING = re.compile(r"^[^,.。]+[,.。]\s*(?=(?:right\s+|just\s+|soon\s+)?(?:after|before)\b|在)", re.IGNORECASE)
_WEAK_HINT = re.compile(r"after|before|followed|后|前", re.IGNORECASE)


def parse_timeline(prompt: str, seconds: float) -> Timeline:
    """The parts of a prompt with their times; parts without times share what is left. Errors: MutoscopeError."""
    if len(prompt) > MOST_CHARACTERS:
        raise MutoscopeError(
            f"The prompt has {len(prompt)} characters.",
            f"At most {MOST_CHARACTERS} are read.",
            "Say it in fewer words.",
        )
    text = unicodedata.normalize("NFKC", prompt).strip()
    parts = [piece for part in _parts(text, seconds) for piece in _weakly_cut(part)]
    parts = _with_words(parts)
    if not parts:
        raise MutoscopeError(
            f"The prompt {prompt!r} has no words.", "It must say what should move.", 'Say "the camera zooms in".'
        )
    if len(parts) > MOST_SEGMENTS:
        raise MutoscopeError(
            f"The prompt has {len(parts)} parts, one after another.", f"At most {MOST_SEGMENTS} fit.", "Leave some out."
        )
    parts = _with_setting_joined(parts, seconds)
    segments = _scheduled(parts, seconds)
    return Timeline(segments=tuple(_without_gaps(segments, seconds, text)), seconds=seconds)


def find_cuts(text: str) -> list[tuple[int, int]]:
    """(start, end) of every "then" and every time in a text."""
    return [(start, end) for start, end, _ in _marks(text, find_times(text))]


def without_cuts(text: str) -> str:
    """The text without its times and "then"s, and without a 先 ("first") that goes with one: what is left should be learned."""
    cuts = find_cuts(text)
    for start, end in reversed(cuts):
        text = f"{text[:start]} {text[end:]}"
    return text.replace("先", " ", 1) if cuts else text


def find_boundaries(text: str) -> list[tuple[int, int]]:
    """(start, end) of everything in a text that parts one stretch of time, or one sentence, from the next."""
    return sorted(
        find_cuts(text) + [match.span() for match in re.finditer(r"[.。;；!！?？](?=\s|$|[㐀-鿿\[【])", text)]
    )


def _parts(text: str, seconds: float) -> list[_Part]:
    """The text cut at its "then"s and times."""
    times = find_times(text)
    trailing = _times_stand_behind(text, times)
    parts, current, place = [], _Part(), 0
    for start, end, mark in _marks(text, times):
        current = replace(current, text=current.text + text[place:start])
        place = end
        if mark is None:
            parts.append(current)
            current = _Part(mark=text[start:end].strip(" ,;.。、"))
        elif mark.kind == "for":
            current = replace(current, length=mark.first)
        elif trailing:
            parts.append(_timed(current, mark, seconds))
            current = _Part()
        elif mark.kind == "at" and not _WORD.search(_clause_after(text, end)):
            before, clause = _last_clause(current.text)
            if before:
                parts.append(replace(current, text=before))
                current = _Part()
            current = _timed(replace(current, text=clause), mark, seconds)
        elif _WORD.search(_LEADING.sub("", current.text)) or current.start is not None or current.end is not None:
            parts.append(current)
            current = _timed(_Part(mark=mark.text), mark, seconds)
        else:
            current = _timed(current, mark, seconds)
    parts.append(replace(current, text=current.text + text[place:]))
    return parts


def _marks(text: str, times: list[TimeMark]) -> list[tuple[int, int, TimeMark | None]]:
    """(start, end, time or None for a "then") in order and without overlaps; times win."""
    found: list[tuple[int, int, TimeMark | None]] = [(*time.place, time) for time in times]
    thens = [match.span() for match in _THEN.finditer(text)]
    if "先" in text:
        thens += [match.span(1) for pattern in _FIRST_THEN for match in pattern.finditer(text)]
    for start, end in thens:
        if start < end and not any(start < other_end and other < end for other, other_end, _ in found):
            found.append((start, end, None))
    return sorted(found, key=lambda item: item[0])


def _times_stand_behind(text: str, times: list[TimeMark]) -> bool:
    """Whether ranges are written behind their parts: "zoom in (0-1s), pan left (1-3s)"."""
    ranges = [time for time in times if time.kind in ("range", "first", "last")]
    return (
        bool(ranges)
        and not _WORD.search(text[ranges[-1].place[1] :])
        and bool(_WORD.search(text[: ranges[0].place[0]]))
    )


def _clause_after(text: str, place: int) -> str:
    """What follows up to the next comma, full stop or "then"."""
    rest = text[place:]
    then = _THEN.search(rest)
    return re.split(r"[,;.。]", rest[: then.start()] if then else rest, maxsplit=1)[0]


def _last_clause(text: str) -> tuple[str, str]:
    """The text up to its last comma, and what stands behind it."""
    cut = max(text.rfind(mark) for mark in ",;.。")
    return (text[:cut], text[cut + 1 :]) if _WORD.search(text[: max(cut, 0)]) else ("", text)


def _timed(part: _Part, mark: TimeMark, seconds: float) -> _Part:
    if mark.kind == "at":
        _require(mark.first < seconds, f'"{mark.text}" is no moment of the clip', seconds)
        return replace(part, start=mark.first, mark=part.mark or mark.text)
    first, second = mark.first, mark.second
    if mark.kind == "first":
        first, second = 0.0, mark.first
    elif mark.kind == "last":
        first, second = seconds - mark.first, seconds
    if second <= first or first < 0:
        raise MutoscopeError(
            f'The time "{mark.text}" goes from {first:g} to {second:g} seconds.',
            f"It must go forward, between 0 and {seconds:g}.",
            "Write the earlier time first, as in [0-1.5s].",
        )
    return replace(part, start=first, end=second, mark=part.mark or mark.text)


def _weakly_cut(part: _Part) -> list[_Part]:
    """The part cut at "before", "after", "followed by", where they part two motions."""
    if not _WEAK_HINT.search(part.text):
        return [part]
    text = _TRAILING.sub("", _LEADING.sub("", part.text))
    setting = _SETTING.match(text)
    if setting and not _asks(setting.group()):
        cut = _weakly_cut(replace(part, text=text[setting.end() :]))
        return [replace(cut[0], text=setting.group() + cut[0].text), *cut[1:]] if len(cut) > 1 else [part]
    for pattern, reverse in _WEAK:
        match = pattern.match(text)
        if match and _asks(match["a"]) and _asks(match["b"]):
            first, second = (match["b"], match["a"]) if reverse else (match["a"], match["b"])
            return [
                *_weakly_cut(replace(part, text=first, end=None, length=None)),
                *_weakly_cut(replace(part, text=second, start=None, length=None)),
            ]
    return [part]


def _asks(text: str) -> bool:
    return has_action(split_words(text, known_words()))


def _with_words(parts: list[_Part]) -> list[_Part]:
    """Parts with their texts trimmed; a part that a mark promised must have words."""
    kept = []
    for number, part in enumerate(parts):
        text = _TRAILING.sub("", part.text.strip())
        text = _LEADING.sub("", text) if len(parts) > 1 or not _WORD.match(text) else text
        if _WORD.search(text):
            kept.append(replace(part, text=text.strip()))
        elif kept or (part.mark and part.start is not None) or (number and part.mark and number + 1 < len(parts)):
            if not part.mark:
                continue
            raise MutoscopeError(
                f'Nothing is said after "{part.mark}".',
                "Every part of the prompt must say what moves.",
                "Say it, or leave it out.",
            )
    return kept


def _with_setting_joined(parts: list[_Part], seconds: float) -> list[_Part]:
    """ "A photo of a boat on the left. [0-1s] it rises": what precedes a time that is 0 can only belong to that part."""
    if len(parts) < 2 or parts[0].start is not None or parts[0].end is not None or parts[0].length is not None:
        return parts
    if parts[1].start is not None and parts[1].start <= _TOLERANCE:
        return [replace(parts[1], text=f"{parts[0].text}, {parts[1].text}"), *parts[2:]]
    return parts


def _scheduled(parts: list[_Part], seconds: float) -> list[Segment]:
    """Every part with start and end; runs of parts between two known times share the time between them."""
    segments: list[Segment] = []
    now, first = 0.0, 0
    while first < len(parts):
        start = parts[first].start
        if start is not None:
            _require(
                start >= now - 0.011,
                f"{_name(parts[first])} starts at {start:g} s, before the part before it has ended",
                seconds,
            )
            now = start
        last = first
        while parts[last].end is None and last + 1 < len(parts) and parts[last + 1].start is None:
            last += 1
        run = parts[first : last + 1]
        limit = parts[last].end
        if limit is None:
            limit = seconds if last + 1 == len(parts) else parts[last + 1].start
        assert limit is not None
        _require(limit <= seconds + _TOLERANCE, f"{_name(parts[last])} lasts until {limit:g} s", seconds)
        limit = min(limit, seconds)
        for part, length in zip(run, _lengths(run, limit - now, seconds), strict=True):
            segments.append(Segment(text=part.text, start=round(now, 4), end=round(now + length, 4)))
            now += length
        if parts[last].end is not None:
            now = limit
            segments[-1] = replace(segments[-1], end=round(limit, 4))
        first = last + 1
    return segments


def _lengths(run: list[_Part], room: float, seconds: float) -> list[float]:
    """How long each part of a run lasts within `room` seconds."""
    said = sum(part.length or 0.0 for part in run)
    free = sum(part.length is None for part in run)
    _require(room > 1e-3, f"{_name(run[0])} has no time left", seconds)
    _require(
        room - said > -_TOLERANCE,
        f"{_name(run[-1])} needs {said:g} s where {room:g} s are left",
        seconds,
    )
    share = (room - said) / free if free else 0.0
    lengths = [share if part.length is None else part.length for part in run]
    if not free and said > room:
        lengths[-1] -= said - room
    for part, length in zip(run, lengths, strict=True):
        _require(length > 1e-3, f"{_name(part)} has no time left", seconds)
    return lengths


def _name(part: _Part) -> str:
    return f'The part "{part.text[:60]}"'


def _require(holds: bool, problem: str, seconds: float) -> None:
    if not holds:
        raise MutoscopeError(
            f"{problem}.",
            f"Times must follow one another between 0 and {seconds:g} seconds, the length of the clip.",
            f"Write them as in [0-{seconds / 2:g}s] ... [{seconds / 2:g}-{seconds:g}s] ..., or leave them out.",
        )


def _without_gaps(segments: list[Segment], seconds: float, text: str) -> list[Segment]:
    """Small gaps closed; in larger ones, of which nothing is said, nothing moves."""
    rest = REST["zh" if has_chinese(text) else "en"]
    filled: list[Segment] = []
    now = 0.0
    for segment in segments:
        if segment.start - now > _TOLERANCE:
            filled.append(Segment(text=rest, start=now, end=segment.start))
        filled.append(replace(segment, start=now) if abs(segment.start - now) <= _TOLERANCE else segment)
        now = segment.end
    if seconds - now > _TOLERANCE:
        filled.append(Segment(text=rest, start=now, end=seconds))
    else:
        filled[-1] = replace(filled[-1], end=seconds)
    return filled
