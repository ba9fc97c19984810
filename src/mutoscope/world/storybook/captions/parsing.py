"""The story that a sentence tells: what the world itself would draw for it."""

import re
from dataclasses import dataclass, field, replace

from mutoscope.errors import MutoscopeError
from mutoscope.language.lexicon import STOP_WORDS
from mutoscope.language.timeline import Segment, parse_timeline
from mutoscope.world.storybook.captions.senses import Phrase, Sense, glue, phrases
from mutoscope.world.storybook.cast import CAST, PEOPLE, STAGES, actions_of, directions_of
from mutoscope.world.storybook.meanings import meant_between, story_meanings
from mutoscope.world.storybook.story import (
    Act,
    Action,
    Actor,
    Beat,
    Camera,
    Colour,
    Direction,
    Kind,
    Light,
    Place,
    Relation,
    Size,
    Speed,
    Story,
    Weather,
)

_MOST = 3  # actors
_NAMES = frozenset(["a", "an", "the", "another", "red"]) | frozenset("一个只颗辆艘枚座棵朵条位的")
# "goes from walking to running", "从走路过渡到跑步": one thing after another, said as a passage.
_PASSAGE = re.compile(
    r"^(?P<who>.+?)\s*(?:\b(?:is\s+)?(?:go|goes|going|change|changes|changing|pass|passes|passing|switch|switches|switching|"
    r"shift|shifts|shifting)\s+from\s+|从|由)(?P<a>.+?)(?:\s+to\s+|过渡到|变成|变为|转入)(?P<b>.+)$",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, kw_only=True)
class ReadStory:
    """A story, the words that said nothing of it, what was replaced or left out, and colours and ways that no word said."""

    story: Story
    unknown: tuple[str, ...]
    notes: tuple[str, ...]
    left_open: tuple[str, ...]

    def report(self) -> list[str]:
        """What was understood, beat by beat in the words of `story_meanings`, and what was not, as lines."""
        names = story_meanings(STAGES)
        lines = []
        for beat in self.story.beats:
            meant = meant_between(self.story, beat.start, beat.end, STAGES)
            asked = ", ".join(name for name, yes in zip(names, meant, strict=True) if yes)
            lines.append(f"understood: {beat.start:g}-{beat.end:g} s {asked}")
        unknown = [f"warning: the word {word!r} is not known." for word in self.unknown]
        chosen = [f"note: No word says the {what}." for what in self.left_open]
        return [*lines, *unknown, *(f"note: {note}" for note in self.notes), *chosen]


@dataclass(kw_only=True)
class _Actor:
    """An actor as far as it is told."""

    kind: Kind
    colour: Colour | None = None
    size: Size = Size.MEDIUM


@dataclass(kw_only=True)
class _Reading:
    """What has been read so far; `acts`: by segment, by actor."""

    actors: list[_Actor] = field(default_factory=list)
    acts: list[dict[int, Act]] = field(default_factory=list)
    air: list[dict[type, Light | Weather | Camera]] = field(default_factory=list)
    place: Place | None = None
    relation: Relation | None = None
    unknown: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_story(sentence: str, seconds: float) -> ReadStory:
    """The story of a sentence in English or Chinese; what it leaves open is as usual. Errors: MutoscopeError."""
    timeline = parse_timeline(_in_order(sentence), seconds)
    reading = _Reading()
    for segment in timeline.segments:
        _read_segment(reading, segment)
    if not reading.actors:
        raise MutoscopeError(
            f"Nobody is in {sentence[:80]!r} whom the storybook knows.",
            f"It draws {', '.join(Kind)}.",
            'Say "a red ball bounces, then rolls left", for example.',
        )
    return _told(reading, timeline.segments)


def _in_order(sentence: str) -> str:
    """A passage from one act to another as one after the other."""
    passage = _PASSAGE.match(sentence)
    if passage is None or not all(_acts(passage[side]) for side in "ab"):
        return sentence
    return f"{passage['who']} {passage['a']}, then {passage['b']}"


def _acts(text: str) -> bool:
    return any(isinstance(sense[0], Action) for phrase in phrases(text) for sense in phrase.senses)


def _read_segment(reading: _Reading, segment: Segment) -> None:
    reading.acts.append({})
    reading.air.append({})
    clause = _Clause(reading)
    for phrase in phrases(segment.text):
        clause.take(phrase)
    clause.end()


class _Clause:
    """Reads the phrases of a segment: what describes stands before who, direction and speed beside what is done."""

    def __init__(self, reading: _Reading) -> None:
        self.reading = reading
        self.who = 0  # who was spoken of last
        self.colour: Colour | None = None
        self.size = Size.MEDIUM
        self.way: Direction | None = None
        self.speed: Speed | None = None
        self.chased = False
        self.before = ""

    def take(self, phrase: Phrase) -> None:
        """One phrase."""
        sense = self._meant(phrase)
        match sense:
            case None:
                if phrase.text not in glue() and phrase.text not in STOP_WORDS and not phrase.text[0].isdigit():
                    self.reading.unknown.append(phrase.text)
            case (Kind() as kind,):
                self._meet(kind)
            case (Action.CHANGE_COLOUR, Colour() as colour):
                self._act(Act(action=Action.CHANGE_COLOUR, colour=colour))
            case (Action() as action, Direction() as way):
                self._act(Act(action=action, direction=way))
            case (Action() as action,):
                self._act(Act(action=action))
            case (Colour() as colour,):
                self._tint(colour)
            case (Size() as size,):
                self.size = size
            case (Direction() as way,):
                self.way = way
                self._dress()
            case (Speed() as speed,):
                self.speed = speed
                self._dress()
            case (Place() as place,):
                self.reading.place = self.reading.place or place
            case (Relation() as relation,):
                self.reading.relation = self.reading.relation or relation
            case (Light() | Weather() | Camera() as value,):
                self.reading.air[-1][type(value)] = value
        self.before = phrase.text

    def end(self) -> None:
        """The clause is over: what was left to be said of an act is said of the last one."""
        if self.colour is not None and self.reading.actors and self.reading.actors[self.who].colour is None:
            self.reading.actors[self.who].colour = self.colour

    def _meant(self, phrase: Phrase) -> Sense | None:
        """Of the senses of a phrase the one that fits: a name behind an article, else what the actor can do."""
        senses = phrase.senses
        if len(senses) < 2:
            return senses[0] if senses else None
        names = [sense for sense in senses if isinstance(sense[0], Kind)]
        named = self.before in _NAMES or self.colour is not None or not self.reading.actors
        if names and (named or self.before in set(Colour) | set(Size)):
            return names[0]
        deeds = [sense for sense in senses if isinstance(sense[0], Action)]
        if deeds and self.reading.actors:
            able = CAST[self.reading.actors[self.who].kind].actions
            return next((deed for deed in deeds if deed[0] in able), deeds[0])
        return senses[0]

    def _meet(self, kind: Kind) -> None:
        """An actor is named: one that is known, or a new one."""
        actors = self.reading.actors
        like = [i for i, a in enumerate(actors) if a.kind is kind and self.colour in (None, a.colour)]
        if like and self.before != "another":
            self.who = like[0]
        elif len(actors) == _MOST:
            self.reading.notes.append(f"A fourth one ({kind}) is left out: at most three are drawn.")
            return
        else:
            actors.append(_Actor(kind=kind, colour=self.colour, size=self.size))
            self.who = len(actors) - 1
        self.colour, self.size = None, Size.MEDIUM

    def _tint(self, colour: Colour) -> None:
        """A colour belongs to who comes next; behind a person it is that of clothes."""
        actors = self.reading.actors
        if actors and actors[self.who].kind in PEOPLE and actors[self.who].colour is None and self.before not in _NAMES:
            actors[self.who].colour = colour
        else:
            self.colour = colour

    def _act(self, act: Act) -> None:
        """What the actor does: the first thing that is said of it in this stretch of time."""
        acts = self.reading.acts[-1]
        if self.who not in acts:
            acts[self.who] = replace(act, direction=act.direction or self.way, speed=self.speed or Speed.NORMAL)
            self.way = self.speed = None

    def _dress(self) -> None:
        """A direction or a speed behind an act belongs to it."""
        acts = self.reading.acts[-1]
        if (act := acts.get(self.who)) is None:
            return
        if self.way is not None and act.direction is None:
            acts[self.who], self.way = replace(act, direction=self.way), None
        if self.speed is not None and act.speed is Speed.NORMAL:
            acts[self.who], self.speed = replace(acts[self.who], speed=self.speed), None


def _told(reading: _Reading, segments: tuple[Segment, ...]) -> ReadStory:
    """The reading as a story that can be drawn."""
    notes, left_open = reading.notes, list[str]()
    kinds = [actor.kind for actor in reading.actors]
    place = reading.place or next((p for p in Place if all(p in CAST[k].places for k in kinds)), Place.PLAIN)
    for kind in kinds:
        if place not in CAST[kind].places:
            notes.append(f"A {kind} is never seen there ({place}) in the storybook.")
    colours = [colour for colour in Colour if colour not in {actor.colour for actor in reading.actors}]
    actors = tuple(
        Actor(kind=actor.kind, colour=actor.colour or colours[index], size=actor.size)
        for index, actor in enumerate(reading.actors)
    )
    uncoloured = (actor for actor, told in zip(actors, reading.actors, strict=True) if told.colour is None)
    left_open += [f"colour of the {actor.kind}: it is {actor.colour}" for actor in uncoloured]
    beats, last, air = [], dict[int, Act](), dict[type, Light | Weather | Camera]()
    for segment, acts, said in zip(segments, reading.acts, reading.air, strict=True):
        for who, act in acts.items():
            last[who] = done = _possible(kinds[who], act, place, notes)
            if act.direction is None and done.direction is not None:
                left_open.append(f"way of the {kinds[who]} that will {done.action}: it goes {done.direction}")
        air |= said
        light, weather, camera = air.get(Light), air.get(Weather), air.get(Camera)
        beats.append(
            Beat(
                start=segment.start,
                end=segment.end,
                acts=tuple(last.get(who, _resting(actor.kind, place)) for who, actor in enumerate(actors)),
                light=light if isinstance(light, Light) else Light.DAY,
                weather=weather if isinstance(weather, Weather) else Weather.CLEAR,
                camera=camera if isinstance(camera, Camera) else Camera.STILL,
            )
        )
    relation = reading.relation if len(actors) > 1 else None
    story = Story(actors=actors, beats=tuple(beats), place=place, relation=relation)
    unknown, replaced, chosen = (tuple(dict.fromkeys(lines)) for lines in (reading.unknown, notes, left_open))
    return ReadStory(story=story, unknown=unknown, notes=replaced, left_open=chosen)


def _possible(kind: Kind, act: Act, place: Place, notes: list[str]) -> Act:
    """The act, if the kind can do it there; else the nearest that it can."""
    if act.action not in actions_of(kind, place):
        instead = _resting(kind, place)
        notes.append(f"A {kind} cannot {act.action} there ({place}); it will {instead.action}.")
        return instead
    ways = directions_of(kind, act.action)
    if act.direction in ways:
        return act
    if act.direction is not None:
        notes.append(f"A {kind} cannot {act.action} {act.direction}.")
    return replace(act, direction=ways[-1] if None not in ways else None)


def _resting(kind: Kind, place: Place) -> Act:
    able = actions_of(kind, place)
    action = next(a for a in (Action.STAND, Action.FLOAT, *Action) if a in able and a is not Action.CHANGE_COLOUR)
    ways = directions_of(kind, action)
    return Act(action=action, direction=None if None in ways else ways[0])
