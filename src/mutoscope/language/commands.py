"""Camera commands in brackets, spelt as the Hailuo (MiniMax) API spells them: "[Push in] the boat drifts right"."""

import difflib
import re
from dataclasses import dataclass

from mutoscope.errors import MutoscopeError
from mutoscope.language.lexicon import modifiers
from mutoscope.language.timeline import find_boundaries, find_cuts
from mutoscope.language.times import find_times
from mutoscope.language.words import has_chinese, plain

MOST_AT_ONCE = 3


@dataclass(frozen=True, kw_only=True)
class Command:
    """A bracketed command: its spellings, what the camera does, and along which `axis` (one at a time)."""

    spelling: str
    chinese_spelling: str
    english: str  # what the camera does, third person
    chinese: str
    axis: str


COMMANDS = tuple(
    Command(spelling=spelling, chinese_spelling=chinese_spelling, english=english, chinese=chinese, axis=axis)
    for spelling, chinese_spelling, english, chinese, axis in (
        # On a photo, travelling sideways and turning sideways look the same: the picture slides by.
        ("Truck left", "左移", "trucks left", "左移", "x"),
        ("Truck right", "右移", "trucks right", "右移", "x"),
        ("Pan left", "左摇", "pans left", "左摇", "x"),
        ("Pan right", "右摇", "pans right", "右摇", "x"),
        ("Push in", "推进", "pushes in", "推进", "zoom"),
        ("Pull out", "拉远", "pulls out", "拉远", "zoom"),
        ("Pedestal up", "上升", "pedestals up", "上升", "y"),
        ("Pedestal down", "下降", "pedestals down", "下降", "y"),
        ("Tilt up", "上摇", "tilts up", "上摇", "y"),
        ("Tilt down", "下摇", "tilts down", "下摇", "y"),
        ("Zoom in", "变焦推近", "zooms in", "变焦推近", "zoom"),
        ("Zoom out", "变焦拉远", "zooms out", "变焦拉远", "zoom"),
        ("Shake", "晃动", "shakes", "晃动", "shake"),
        # Nothing here can follow a subject; the words stay, so that they are reported and not silently replaced.
        ("Tracking shot", "跟随", "does a tracking shot", "跟随", "all"),
        ("Static shot", "固定", "stays still", "固定不动", "all"),
    )
)
_BY_SPELLING = {name: command for command in COMMANDS for name in (command.spelling.lower(), command.chinese_spelling)}
_BY_SPELLING["push out"] = _BY_SPELLING["pull out"]  # the API's own example spells it so

_BRACKETS = re.compile(r"[\[【［]([^\[\]【】［］]*)[\]】］]")
_NARROW = str.maketrans("，；：（）［］！？．～　", ",;:()[]!?.~ ")
_WORD = re.compile(r"\w")
_JOINED = re.compile(r"(?:[,，;；]|\b(?:and|while|as|when|then)|同时|并且|并|而|当)\s*$", re.IGNORECASE)
_MANNER = frozenset(
    word
    for table in (
        modifiers.SPEED_BEFORE, modifiers.EXTENT_BEFORE, modifiers.CHINESE_SPEED, modifiers.CHINESE_EXTENT_BEFORE,
    )
    for words in table.values() for word in words
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Group:
    """Adjacent brackets, which act together."""

    start: int
    end: int
    commands: tuple[Command, ...]
    chinese: bool


def expand_commands(prompt: str) -> str:
    """The prompt with its bracketed commands as plain words; times in brackets stay. Errors: MutoscopeError."""
    plain_marks = prompt.translate(_NARROW)  # the same places, so that marks are found in either width
    groups = _groups(plain_marks)
    if not groups:
        return prompt
    outside = _BRACKETS.sub(" ", prompt)
    chinese = has_chinese(outside) if _WORD.search(outside) else groups[0].chinese
    boundaries = find_boundaries(plain_marks)
    text, place = "", 0
    for number, group in enumerate(groups):
        later = number > 0 and not any(
            groups[number - 1].end <= start <= group.start for start, _ in find_cuts(plain_marks)
        )
        left = max([place, *(end for _, end in boundaries if end <= group.start)])
        nearest = groups[number + 1].start if number + 1 < len(groups) else len(prompt)
        right = min([nearest, *(start for start, _ in boundaries if start >= group.end)])
        text += (
            prompt[place : group.start].rstrip()
            if _WORD.search(prompt[left : group.start])
            else prompt[place : group.start]
        )
        text += _said(
            group, before=prompt[left : group.start], after=prompt[group.end : right], chinese=chinese, later=later
        )
        # "[Push in]the boat": what is said is longer than a bracket, and would run into the next word.
        text += " " if not chinese and _WORD.match(prompt[group.end :]) else ""
        place = group.end
    return text + prompt[place:]


def _groups(prompt: str) -> list[_Group]:
    times = [time.place for time in find_times(prompt)]
    groups: list[_Group] = []
    for match in _BRACKETS.finditer(prompt):
        if any(start < match.end() and match.start() < end for start, end in times):
            continue
        commands = tuple(_command(name) for name in re.split(r"[,，、+&/;；]", match[1]))
        if groups and not prompt[groups[-1].end : match.start()].strip(" ,，、+&\t\n"):
            commands = groups[-1].commands + commands
            start = groups.pop().start
        else:
            start = match.start()
        groups.append(
            _Group(start=start, end=match.end(1) + 1, commands=_checked(commands), chinese=has_chinese(match[1]))
        )
    return groups


def _command(name: str) -> Command:
    spelling = " ".join(plain(name).replace("_", " ").replace("-", " ").split())
    if spelling in _BY_SPELLING:
        return _BY_SPELLING[spelling]
    near = difflib.get_close_matches(spelling, _BY_SPELLING, n=1, cutoff=0.0)
    cure = _BY_SPELLING[near[0]] if near else COMMANDS[4]
    shown = cure.chinese_spelling if has_chinese(spelling) else cure.spelling
    known = ", ".join(f"[{command.spelling}]" for command in COMMANDS)
    raise MutoscopeError(
        f"[{name.strip()[:60]}] is not a camera command.",
        f"Commands in brackets are {known}.",
        f"Did you mean [{shown}]?",
    )


def _checked(commands: tuple[Command, ...]) -> tuple[Command, ...]:
    """The commands, each once; at most three, and no two along one axis."""
    unique = tuple(dict.fromkeys(commands))
    shown = ", ".join(command.spelling for command in unique)
    if len(unique) > MOST_AT_ONCE:
        raise MutoscopeError(
            f"[{shown}] asks for {len(unique)} camera moves at once.", f"At most {MOST_AT_ONCE} are combined.",
            'Leave some out, or put "then" between them.',
        )  # fmt: skip
    axes = [command.axis for command in unique]
    if len(unique) > 1 and (len(set(axes)) < len(axes) or "all" in axes):
        raise MutoscopeError(
            f"[{shown}] cannot act at the same time.", "Combined commands must move the camera in different ways.",
            'Put "then" between them: "[Pan left], then [Pan right]".',
        )  # fmt: skip
    return unique


def _said(group: _Group, *, before: str, after: str, chinese: bool, later: bool) -> str:
    """The group in plain words, joined to what stands before and behind it in the same stretch of time.

    `later`: it comes after another group in that stretch, and the API acts on commands in the order of the text.
    """
    open_end = _WORD.search(after) is not None and after.lstrip()[0] not in ",，.。;；:：!！"
    manner = plain(before).strip(" ,，、").removesuffix("地")
    mannered = manner in _MANNER or manner + "地" in _MANNER
    leads = not _WORD.search(before)
    joined = leads or _JOINED.search(before) is not None
    if chinese:
        moves = "并".join(command.chinese for command in group.commands) + ("，" if open_end else "")
        if mannered:
            return moves
        return ("" if joined else "，") + ("然后" if later else "" if joined else "同时") + "镜头" + moves
    moves = "the camera " + _listed([command.english for command in group.commands])
    if joined or mannered:
        return ("" if leads else " ") + ("then " if later else "") + moves + (" while" if open_end else "")
    return (", then " if later else ", while ") + moves + ("," if open_end else "")


def _listed(moves: list[str]) -> str:
    return moves[0] if len(moves) == 1 else f"{', '.join(moves[:-1])} and {moves[-1]}"
