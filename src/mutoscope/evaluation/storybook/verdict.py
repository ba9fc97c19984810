"""The verdict on a storybook clip: for each thing that a story says, whether the reading agrees."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise, permutations
from typing import NamedTuple

from mutoscope.evaluation.storybook.patterns import READ
from mutoscope.evaluation.storybook.reading import DIRECTED, ActorReading, ActReading, StoryReading
from mutoscope.world.storybook.pace import shows_speed
from mutoscope.world.storybook.story import Act, Action, Actor, Beat, Camera, Light, Place, Story, Weather

# The actions that can be read so far.
READ_ACTIONS = frozenset(
    {
        Action.STAND, Action.MOVE, Action.ROLL, Action.BOUNCE, Action.SPIN, Action.GROW, Action.SHRINK, Action.RISE,
        Action.FALL, Action.ZIGZAG, Action.CIRCLE, Action.FLOAT, Action.DRIVE, Action.SAIL, Action.FLY,
        Action.WALK, Action.RUN, Action.JUMP, Action.SWIM, Action.DANCE, Action.WAVE,
        Action.CHANGE_COLOUR, Action.CHASE,
    }
)  # fmt: skip
_TIMELY = 0.25  # seconds
_RHYTHMIC = (Action.DANCE, Action.WAVE)  # only the limbs show how fast they are done, which is not read so far


class Answer(StrEnum):
    """What the reading says to one thing that was asked for."""

    RIGHT = "right"
    WRONG = "wrong"
    NOT_READ = "not read"


class Attribute(StrEnum):
    """What a story says about a clip, by sort."""

    NUMBER = "number of actors"
    KIND = "kind"
    COLOUR = "colour"
    SIZE = "size"
    ACTION = "action"
    DIRECTION = "direction"
    SPEED = "speed"
    CAMERA = "camera"
    PLACE = "place"
    LIGHT = "light"
    WEATHER = "weather"
    RELATION = "relation"
    CHANGE = "change"


class Judged(NamedTuple):
    """The answer to one thing that a story says: what it asks for, what was read; of which actor and beat, if of one."""

    attribute: Attribute
    answer: Answer
    asked: object
    found: object
    actor: int | None = None
    beat: int | None = None


@dataclass(frozen=True, kw_only=True)
class StoryVerdict:
    """The answers to all that a story says, in its order."""

    answers: tuple[Judged, ...]

    def of(self, attribute: Attribute) -> tuple[Answer, ...]:
        """The answers about one attribute: one per actor, or per actor and beat."""
        return tuple(judged.answer for judged in self.answers if judged.attribute is attribute)

    @property
    def obeyed(self) -> bool:
        """Everything that the story says was read and is right."""
        return all(judged.answer is Answer.RIGHT for judged in self.answers)

    @property
    def faultless(self) -> bool:
        """Nothing that was read is wrong."""
        return all(judged.answer is not Answer.WRONG for judged in self.answers)


def judge_story(reading: StoryReading, story: Story) -> StoryVerdict:
    """Hold a reading against a story."""
    count, seen_count = len(story.actors), len(reading.actors)
    number = Answer.RIGHT if seen_count == count else Answer.WRONG
    answers = [Judged(Attribute.NUMBER, number, count, seen_count)]
    matched = _matched(reading, story)
    for index, (actor, at) in enumerate(zip(story.actors, matched, strict=True)):
        found = None if at is None else reading.actors[at]
        answers += [judged._replace(actor=index) for judged in _looks(actor, found)]
        for beat, acts in enumerate(story.beats):
            seen = None if found is None else found.acts[beat]
            does = _does(actor, acts, acts.acts[index], seen)
            answers += [judged._replace(actor=index, beat=beat) for judged in does]
    answers += _around(reading, story)
    if story.relation is not None:
        one, other = matched[0], matched[1]
        stands = None if one is None or other is None else reading.relations[one, other]
        answers.append(_same(Attribute.RELATION, story.relation, stands))
    answers += _changes(reading, story)
    return StoryVerdict(answers=tuple(answers))


def _matched(reading: StoryReading, story: Story) -> tuple[int | None, ...]:
    """For every actor of the story which one that was read is most like it; None where there are too few."""
    count = len(story.actors)
    found: list[int | None] = [*range(len(reading.actors)), *[None] * count]

    def likeness(order: tuple[int | None, ...]) -> float:
        pairs = [(a, reading.actors[f]) for a, f in zip(story.actors, order, strict=True) if f is not None]
        return sum(
            2.0 * (a.colour is f.colour) + 1.5 * (a.kind is f.kind) + 0.5 * (a.size is f.size) + 0.1 for a, f in pairs
        )

    return max(permutations(found[: count + 3], count), key=likeness)


def _told(asked: object, found: object, seen: bool) -> Answer:
    """Right if the same; not read if nothing was found, and could not have been."""
    if found == asked:
        return Answer.RIGHT
    return Answer.NOT_READ if found is None and not seen else Answer.WRONG


def _looks(actor: Actor, found: ActorReading | None) -> list[Judged]:
    if found is None:
        looks = {Attribute.KIND: actor.kind, Attribute.COLOUR: actor.colour, Attribute.SIZE: actor.size}
        return [Judged(name, Answer.WRONG, asked, None) for name, asked in looks.items()]
    kind = _told(actor.kind, found.kind, found.seen) if actor.kind in READ else Answer.NOT_READ
    return [
        Judged(Attribute.KIND, kind, actor.kind, found.kind),
        _same(Attribute.COLOUR, actor.colour, found.colour),
        Judged(Attribute.SIZE, _told(actor.size, found.size, seen=False), actor.size, found.size),
    ]


def _does(actor: Actor, beat: Beat, act: Act, found: ActReading | None) -> list[Judged]:
    directed = act.action in DIRECTED or act.direction is not None
    # Hunter and prey are as fast as they have room for.
    hunt = any(each.action is Action.CHASE for each in beat.acts)
    quick = shows_speed(act, beat.end - beat.start) and not hunt
    if act.action not in READ_ACTIONS or actor.kind not in READ or (found is not None and not found.seen):
        action = direction = speed = Answer.NOT_READ
    elif found is None:
        action = direction = speed = Answer.WRONG
    else:
        action = Answer.RIGHT if (found.action, found.colour) == (act.action, act.colour) else Answer.WRONG
        direction = Answer.RIGHT if found.direction is act.direction else Answer.WRONG
        unread = action is Answer.RIGHT and act.action in _RHYTHMIC
        right = action is Answer.RIGHT and found.speed is act.speed
        speed = Answer.NOT_READ if unread else Answer.RIGHT if right else Answer.WRONG
    seen = ActReading(action=None, direction=None, seen=False, speed=None) if found is None else found
    done = seen.colour if act.action is seen.action is Action.CHANGE_COLOUR else seen.action
    answers = [Judged(Attribute.ACTION, action, act.action, done)]
    answers += [Judged(Attribute.DIRECTION, direction, act.direction, seen.direction)] if directed else []
    return answers + ([Judged(Attribute.SPEED, speed, act.speed, seen.speed)] if quick else [])


def _around(reading: StoryReading, story: Story) -> Iterator[Judged]:
    """What is said of place, light, camera and weather.

    What is as it always is (a still camera, a plain colour by clear day) is not said.
    """
    seen = zip(story.beats, reading.camera, reading.light, reading.weather, strict=True)
    for number, (beat, camera, light, weather) in enumerate(seen):
        if beat.camera is not Camera.STILL:
            yield _same(Attribute.CAMERA, beat.camera, camera)._replace(beat=number)
        if beat.light is not Light.DAY:
            yield _same(Attribute.LIGHT, beat.light, light)._replace(beat=number)
        if beat.weather is not Weather.CLEAR:
            yield _same(Attribute.WEATHER, beat.weather, weather)._replace(beat=number)
    if story.place is not Place.PLAIN:
        yield _same(Attribute.PLACE, story.place, reading.place)


def _changes(reading: StoryReading, story: Story) -> Iterator[Judged]:
    """Whether each beat turns into the next when it should; when the camera alone changes cannot be read."""
    for number, ((before, after), seen) in enumerate(zip(pairwise(story.beats), reading.changes, strict=True), 1):
        shown = (before.acts, before.light, before.weather) != (after.acts, after.light, after.weather)
        timely = seen is not None and abs(seen - after.start) <= _TIMELY
        answer = (Answer.RIGHT if timely else Answer.WRONG) if shown else Answer.NOT_READ
        yield Judged(Attribute.CHANGE, answer, after.start, seen, beat=number)


def _same(attribute: Attribute, asked: object, found: object) -> Judged:
    return Judged(attribute, Answer.RIGHT if asked is found else Answer.WRONG, asked, found)
