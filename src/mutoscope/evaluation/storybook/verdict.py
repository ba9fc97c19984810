"""The verdict on a storybook clip: for each thing that a story says, whether the reading agrees."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise, permutations

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


@dataclass(frozen=True, kw_only=True)
class StoryVerdict:
    """The answers to all that a story says, in its order."""

    answers: tuple[tuple[Attribute, Answer], ...]

    def of(self, attribute: Attribute) -> tuple[Answer, ...]:
        """The answers about one attribute: one per actor, or per actor and beat."""
        return tuple(answer for name, answer in self.answers if name is attribute)

    @property
    def obeyed(self) -> bool:
        """Everything that the story says was read and is right."""
        return all(answer is Answer.RIGHT for _, answer in self.answers)

    @property
    def faultless(self) -> bool:
        """Nothing that was read is wrong."""
        return all(answer is not Answer.WRONG for _, answer in self.answers)


def judge_story(reading: StoryReading, story: Story) -> StoryVerdict:
    """Hold a reading against a story."""
    number = Answer.RIGHT if len(reading.actors) == len(story.actors) else Answer.WRONG
    answers = [(Attribute.NUMBER, number)]
    matched = _matched(reading, story)
    for index, (actor, at) in enumerate(zip(story.actors, matched, strict=True)):
        found = None if at is None else reading.actors[at]
        answers += _looks(actor, found)
        for beat, acts in enumerate(story.beats):
            seen = None if found is None else found.acts[beat]
            answers += _does(actor, acts, acts.acts[index], seen)
    answers += _around(reading, story)
    if story.relation is not None:
        one, other = matched[0], matched[1]
        stands = None if one is None or other is None else reading.relations[one, other]
        answers.append((Attribute.RELATION, _same(story.relation, stands)))
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


def _looks(actor: Actor, found: ActorReading | None) -> list[tuple[Attribute, Answer]]:
    if found is None:
        return [(name, Answer.WRONG) for name in (Attribute.KIND, Attribute.COLOUR, Attribute.SIZE)]
    kind = _told(actor.kind, found.kind, found.seen) if actor.kind in READ else Answer.NOT_READ
    colour = Answer.RIGHT if found.colour is actor.colour else Answer.WRONG
    size = _told(actor.size, found.size, seen=False)
    return [(Attribute.KIND, kind), (Attribute.COLOUR, colour), (Attribute.SIZE, size)]


def _does(actor: Actor, beat: Beat, act: Act, found: ActReading | None) -> list[tuple[Attribute, Answer]]:
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
    answers = [(Attribute.ACTION, action)]
    answers += [(Attribute.DIRECTION, direction)] if directed else []
    return answers + ([(Attribute.SPEED, speed)] if quick else [])


def _around(reading: StoryReading, story: Story) -> Iterator[tuple[Attribute, Answer]]:
    """What is said of place, light, camera and weather.

    What is as it always is (a still camera, a plain colour by clear day) is not said.
    """
    seen = zip(story.beats, reading.camera, reading.light, reading.weather, strict=True)
    for beat, camera, light, weather in seen:
        if beat.camera is not Camera.STILL:
            yield Attribute.CAMERA, _same(beat.camera, camera)
        if beat.light is not Light.DAY:
            yield Attribute.LIGHT, _same(beat.light, light)
        if beat.weather is not Weather.CLEAR:
            yield Attribute.WEATHER, _same(beat.weather, weather)
    if story.place is not Place.PLAIN:
        yield Attribute.PLACE, _same(story.place, reading.place)


def _changes(reading: StoryReading, story: Story) -> Iterator[tuple[Attribute, Answer]]:
    """Whether each beat turns into the next when it should; when the camera alone changes cannot be read."""
    for (before, after), seen in zip(pairwise(story.beats), reading.changes, strict=True):
        shown = (before.acts, before.light, before.weather) != (after.acts, after.light, after.weather)
        timely = seen is not None and abs(seen - after.start) <= _TIMELY
        yield Attribute.CHANGE, (Answer.RIGHT if timely else Answer.WRONG) if shown else Answer.NOT_READ


def _same(asked: object, found: object) -> Answer:
    return Answer.RIGHT if asked is found else Answer.WRONG
