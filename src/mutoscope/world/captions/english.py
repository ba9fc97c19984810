"""English sentences about what happens in one scene."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mutoscope.language.lexicon import english_actions, english_nouns, modifiers
from mutoscope.language.lexicon.listing import by_spaces
from mutoscope.language.lexicon.phrases import Form
from mutoscope.world.captions.dice import Dice
from mutoscope.world.script import CameraAction, CameraMove, Scene, SubjectAction, SubjectMove

Mood = Literal["finite", "progressive", "imperative", "telegraphic", "modal"]
Texts = dict[Form, tuple[str, ...]]
Move = CameraMove | SubjectMove

_ROOMS = {
    "camera": english_actions.CAMERA, "subject": english_actions.SUBJECT, "fast": english_actions.FAST,
    "slow": english_actions.SLOW,
}  # fmt: skip
PHRASES: dict[bool, dict[tuple[str, str], Texts]] = {
    held: {(room, action): entry.choices(held) for room, table in _ROOMS.items() for action, entry in table.items()}
    for held in (False, True)
}
_CAMERAS = ("the camera",) * 16 + ("the view", "the view", "the shot", "the lens", "our camera")
_HE = frozenset(
    by_spaces(
        "man boy gentleman king prince groom fisherman soldier knight monk father brother grandfather policeman wizard"
    )
)
_SHE = frozenset(by_spaces("woman girl lady queen princess bride mother sister grandmother witch"))
_BRACKETS = {
    "pan left": ("Pan left", "Truck left"), "pan right": ("Pan right", "Truck right"), "tilt up": ("Tilt up",
    "Pedestal up"),
    "tilt down": ("Tilt down", "Pedestal down"), "zoom in": ("Zoom in", "Push in"), "zoom out": ("Zoom out",
    "Pull out"),
    "shake": ("Shake",), "still": ("Static shot",),
}  # fmt: skip
_JOINTS = (" while ",) * 3 + (" as ",) * 2 + (" and ",) * 2 + (", while ", ", and ", ", ", ". ")
STILL_CAMERA = (CameraMove(action=CameraAction.STILL),)
STILL_SUBJECT = (SubjectMove(action=SubjectAction.STILL),)
_MOODS: tuple[tuple[Mood, float], ...] = (  # with the share of captions up to and including them
    ("finite", 0.5), ("imperative", 0.72), ("telegraphic", 0.86), ("progressive", 0.94), ("modal", 1.0),
)  # fmt: skip
_PRONOUNS = ("it", "he", "she", "they")
_NOTHING = (
    "nothing moves", "nothing moves", "everything stays still", "everything is still", "all stays still",
    "the picture stays still",
    "nothing moves at all", "a still picture", "the whole scene stays still", "nothing is moving",
)  # fmt: skip
_REST = (
    "nothing else moves", "nothing else is moving", "everything else stays still", "the rest stays still",
    "the background stays still",
    "the rest of the picture stays still", "the background does not move", "the rest of the scene stays still",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Named:
    """What the subject is called, first and again; `plural` decides the verb's form."""

    first: str
    again: str
    it: str
    them: str
    plural: bool

    @property
    def be(self) -> str:
        """is or are."""
        return "are" if self.plural else "is"


def name_subject(dice: Dice) -> Named:
    """A random name for the subject."""
    throw = dice.throw()
    if throw < 0.16:
        noun = dice.pick(english_nouns.GENERIC)
        return Named(first=f"the {noun}", again=f"the {noun}", it="it", them="it", plural=False)
    if throw < 0.26:
        it, them = dice.pick(
            (("it", "it"), ("it", "it"), ("it", "it"), ("he", "him"), ("she", "her"), ("they", "them"))
        )
        return Named(first=it, again=it, it=it, them=them, plural=it == "they")
    if throw < 0.34:
        noun = dice.pick(english_nouns.PLURALS)
        first = noun if noun[:3] in ("two", "som") else f"{dice.pick(('the', 'the', 'some', 'these'))} {noun}"
        return Named(first=first, again=f"the {noun.removeprefix('some ')}", it="they", them="them", plural=True)
    kind = dice.throw()
    noun = dice.pick(
        english_nouns.PEOPLE if kind < 0.2 else english_nouns.ANIMALS if kind < 0.45 else english_nouns.THINGS
    )
    last = noun.rsplit(" ", 1)[-1]
    it, them = ("he", "him") if last in _HE else ("she", "her") if last in _SHE else ("it", "it")
    described = f"{dice.pick(english_nouns.ADJECTIVES)} {noun}" if kind >= 0.2 and dice.chance(0.3) else noun
    article = dice.pick(("the",) * 9 + ("this", "my", article_of(described), article_of(described)))
    where = f" {dice.pick(english_nouns.WHERE)}" if dice.chance(0.08) else ""
    return Named(first=f"{article} {described}{where}", again=f"the {noun}", it=it, them=them, plural=False)


def article_of(text: str) -> str:
    """a or an."""
    return "an" if text[0] in "aeiou" and not text.startswith(("uni", "one", "ufo")) else "a"


class EnglishScenes:
    """Says scenes in English: one voice for a whole caption."""

    def __init__(self, dice: Dice, *, held_out: bool) -> None:
        self.dice, self.held_out = dice, held_out
        self.subject = name_subject(dice)
        self.camera = dice.pick(_CAMERAS)
        throw = dice.throw()
        self.mood: Mood = next(mood for mood, share in _MOODS if throw < share)
        self.subject_named = False
        self.last_actor = ""
        self.actor_elided = False  # whether any scene left out who acts

    def say(self, scene: Scene, *, first: bool) -> str:
        """The scene in words; later scenes may leave out who was named before."""
        camera = tuple(move for move in scene.camera if move.action != CameraAction.STILL)
        subject = tuple(move for move in scene.subject if move.action != SubjectAction.STILL)
        if not camera and not subject:
            self.last_actor = ""
            return self._stillness()
        said_still_camera = not camera and self.dice.chance(0.6 if scene.camera else 0.16)
        said_still_subject = not subject and self.dice.chance(0.6 if scene.subject else 0.07)
        if said_still_camera or said_still_subject:
            camera, subject = camera or STILL_CAMERA, subject or STILL_SUBJECT
        if camera and subject:
            self.last_actor = ""
            return self._both(camera, subject)
        actor = "camera" if camera else "subject"
        elided = (
            not first and self.last_actor == actor and self.mood in ("finite", "progressive") and self.dice.chance(0.6)
        )
        self.last_actor = actor
        if elided:
            self.actor_elided = True
            return self._predicate(camera or subject, "third" if self.mood == "finite" else "ing", again=True)
        if camera:
            return self._camera_clause(camera, self.mood)
        clause = self._subject_clause(subject, self.mood)
        if self.dice.chance(0.08):
            return clause + self.dice.pick((", ", ", ", " and ", " while ")) + self.dice.pick(_REST)
        return clause

    def _stillness(self) -> str:
        if self.held_out:
            return f"{self._camera_clause(STILL_CAMERA, 'finite')} and {self._subject_clause(STILL_SUBJECT, 'finite')}"
        if self.dice.chance(0.5):
            return self.dice.pick(_NOTHING)
        return self._camera_clause(STILL_CAMERA, self.mood if self.mood != "modal" else "finite")

    def _both(self, camera: Sequence[CameraMove], subject: Sequence[SubjectMove]) -> str:
        """Camera and subject at once, in either order."""
        dice, mood = self.dice, self.mood
        subject_first = dice.chance(0.5)
        if mood == "imperative":
            asked = dice.chance(0.6)
            one, other = self._camera_clause(camera, mood), self._subject_clause(subject, mood if asked else "finite")
            joint = dice.pick(
                (" and ", " and ", ", ", ", and ") if asked else (", ",) if subject_first else (" while ", " as ", ", ")
            )
            return joint.join((other, one) if subject_first else (one, other))
        if mood == "telegraphic":
            one = self._camera_clause(camera, mood)
            other = self._subject_clause(subject, mood if dice.chance(0.6) else "finite")
            return dice.pick((", ", ", ", " and ", ". ")).join((other, one) if subject_first else (one, other))
        if dice.chance(0.12):  # "the boat drifts right with the camera zooming in"
            with_camera = f"with {self._camera_participle(camera, named='the camera')}"
            clause = self._subject_clause(subject, mood)
            return f"{with_camera}, {clause}" if dice.chance(0.3) else f"{clause}, {with_camera}"
        one, other = self._camera_clause(camera, mood), self._subject_clause(subject, mood)
        if subject_first:
            one, other = other, one
        throw = dice.throw()
        if throw < 0.66:
            return one + dice.pick(_JOINTS) + other
        if throw < 0.84:
            return f"{dice.pick(('while', 'as', 'while', 'as'))} {one}, {other}"
        if throw < 0.92:
            return f"{one} and {dice.pick(('at the same time', 'meanwhile'))} {other}"
        return f"{one} and {other} at the same time"

    def _camera_clause(self, moves: Sequence[CameraMove], mood: Mood) -> str:
        dice = self.dice
        if mood == "imperative" or (mood == "telegraphic" and dice.chance(0.25)):
            bare = self._joined(moves, "bare")
            if bare is not None and dice.chance(0.7):
                return self._with_brackets(moves, bare)
            told = self._object_clause(moves[0], "the camera") if len(moves) == 1 else None
            if told is not None and dice.chance(0.6):
                return told
            return f"{dice.pick(('make', 'let', 'have'))} the camera {self._predicate(moves, 'base')}"
        if mood == "telegraphic":
            noun = self._noun(moves[0]) if len(moves) == 1 else None
            if noun is not None and dice.chance(0.75):
                return noun if dice.chance(0.6) else f"{article_of(noun)} {noun}"
            return self._camera_participle(moves, named=dice.pick(("camera", "the camera")))
        if mood == "progressive":
            return f"{self.camera} is {self._predicate(moves, 'ing')}"
        if mood == "modal":
            opening = dice.pick(("should", "will", "starts to", "begins to", "must"))
            return f"{self.camera} {opening} {self._predicate(moves, 'base')}"
        if dice.chance(0.06) and len(moves) == 1 and (noun := self._noun(moves[0])) is not None:
            return f"{dice.pick(('there is', 'we see', 'i want'))} {article_of(noun)} {noun}"
        return f"{self.camera} {self._predicate(moves, 'third')}"

    def _camera_participle(self, moves: Sequence[CameraMove], *, named: str) -> str:
        return f"{named} {self._predicate(moves, 'ing')}"

    def _with_brackets(self, moves: Sequence[CameraMove], bare: str) -> str:
        """Now and then a bracketed command in the place of plain words; commands know no speed."""
        plain = all(move.speed == "normal" and move.extent == "normal" for move in moves)
        if (
            self.held_out
            or not plain
            or len(moves) > 1
            or moves[0].action not in _BRACKETS
            or not self.dice.chance(0.2)
        ):
            return bare
        return f"[{self.dice.pick(_BRACKETS[moves[0].action])}]"

    def _subject_clause(self, moves: Sequence[SubjectMove], mood: Mood) -> str:
        dice = self.dice
        name = self._subject_name(pronoun=moves[0].action != SubjectAction.STILL)
        if mood == "imperative":
            them = self.subject.them if name == self.subject.it else name
            told = self._object_clause(moves[0], them) if len(moves) == 1 else None
            if told is not None and dice.chance(0.4):
                return told
            return f"{dice.pick(('make', 'make', 'let', 'have'))} {them} {self._predicate(moves, 'base')}"
        if mood == "telegraphic" and name not in _PRONOUNS:
            return f"{name} {self._predicate(moves, 'ing')}"
        if mood == "progressive" and moves[0].action != SubjectAction.STILL:
            return f"{name} {self.subject.be} {self._predicate(moves, 'ing')}"
        if mood == "modal":
            opening = dice.pick(("should", "will", "start to" if self.subject.plural else "starts to", "must"))
            if dice.chance(0.2):
                them = self.subject.them if name == self.subject.it else name
                return f"i want {them} to {self._predicate(moves, 'base')}"
            return f"{name} {opening} {self._predicate(moves, 'base')}"
        return f"{name} {self._predicate(moves, 'base' if self.subject.plural else 'third')}"

    def _subject_name(self, *, pronoun: bool) -> str:
        """The name at first, later the name again or a pronoun (which beside a camera could be taken for it)."""
        if not self.subject_named:
            self.subject_named = True
            return self.subject.first
        return self.subject.it if pronoun and self.dice.chance(0.6 if self.last_actor else 0.25) else self.subject.again

    def _predicate(self, moves: Sequence[Move], form: Form, *, again: bool = False) -> str:
        """Verbs with their adverbs: "slowly zooms in and pans left a little"."""
        if form == "third" and isinstance(moves[0], SubjectMove) and self.subject.plural and again:
            form = "base"
        joined = self._joined(moves, form)
        assert joined is not None
        return joined

    def _joined(self, moves: Sequence[Move], form: Form) -> str | None:
        verbs = [self._verb(move, form) for move in moves]
        said = [verb for verb in verbs if verb is not None]
        if len(said) < len(moves):
            return None
        if len(said) == 2 and form != "ing" and self.dice.chance(0.2):
            return f"{said[0]} while {self._verb(moves[1], 'ing')}"
        return " and ".join(said)

    def _verb(self, move: Move, form: Form) -> str | None:
        """One verb phrase in the given form, with speed and extent; None if no phrase has that form."""
        dice = self.dice
        text, speedy = self._phrase(move, form)
        if text is None:
            return None
        if "{o}" in text:
            text = text.replace("{o}", self._looked_at())
        if move.action == "still":
            return text
        before, after = "", ""
        if move.extent != "normal":
            text, before, after = self._with_extent(move, text)
        if move.speed != "normal" and not speedy:
            if (after or before or dice.chance(0.5)) and not before:
                before = dice.pick(modifiers.SPEED_BEFORE[move.speed])
            elif before:  # "slightly" is taken: "slowly, slightly" would be clumsy
                before, after = (
                    dice.pick(modifiers.SPEED_BEFORE[move.speed]),
                    dice.pick(modifiers.EXTENT_AFTER[move.extent]),
                )
            else:
                after = dice.pick(modifiers.SPEED_AFTER[move.speed])
        elif move.speed == "normal" and not after and dice.chance(0.03):
            after = dice.pick(modifiers.NEUTRAL_SPEED)
        if before and text.startswith("not "):
            before = ""
        return f"{before} {text} {after}".strip()

    def _with_extent(self, move: Move, text: str) -> tuple[str, str, str]:
        """The text, and words before and after it that say how far."""
        dice, extent = self.dice, move.extent
        words = text.split(" ")
        for place, word in enumerate(words):
            if word in modifiers.COMPARATIVES:
                words.insert(place, dice.pick(modifiers.COMPARATIVE_BEFORE[extent]))
                return " ".join(words), "", ""
        if move.speed == "normal" and extent == "little" and dice.chance(0.25):
            return text, "slightly", ""
        options = modifiers.EXTENT_AFTER[extent]
        if move.action in modifiers.SHIFTS and dice.chance(0.5):
            options = modifiers.SHIFT_AFTER[extent]
        elif move.action in modifiers.STRENGTHS and dice.chance(0.5):
            options = modifiers.STRENGTH_AFTER[extent]
        return text, "", dice.pick(options)

    def _phrase(self, move: Move, form: Form) -> tuple[str | None, bool]:
        """A phrase in that form and whether it already says the speed."""
        room = "camera" if isinstance(move, CameraMove) else "subject"
        table = PHRASES[self.held_out]
        speedy = table.get((move.speed, move.action)) if move.extent == "normal" else None
        if speedy and form in speedy and self.dice.chance(0.2):
            return self.dice.pick(speedy[form]), True
        texts = table[room, move.action].get(form)
        return (self.dice.pick(texts) if texts else None), False

    def _looked_at(self) -> str:
        """What the camera goes to: the subject by name."""
        vague = self.subject.first in _PRONOUNS or (not self.subject_named and self.dice.chance(0.4))
        return "the subject" if vague else self.subject.again

    def _noun(self, move: CameraMove) -> str | None:
        """ "slow zoom in": a noun with its adjectives."""
        texts = PHRASES[self.held_out]["camera", move.action].get("noun")
        if not texts:
            return None
        noun = self.dice.pick(texts).replace("{o}", self._looked_at())
        if move.action == "still":
            return noun
        if move.extent != "normal":
            noun = f"{self.dice.pick(modifiers.EXTENT_ADJECTIVE[move.extent])} {noun}"
        if move.speed != "normal":
            noun = f"{self.dice.pick(modifiers.SPEED_ADJECTIVE[move.speed])} {noun}"
        return noun

    def _object_clause(self, move: Move, them: str) -> str | None:
        """ "move the camera to the left", "spin the ball clockwise": somebody does it to it."""
        room = "camera" if isinstance(move, CameraMove) else "subject"
        texts = PHRASES[self.held_out][room, move.action].get("object")
        if not texts:
            return None
        text = self.dice.pick(texts).replace("{o}", them)
        if move.action == "still":
            return text
        if move.extent != "normal":
            text, _, after = self._with_extent(move, text)
            if not after and move.extent == "little" and _unmarked(text):
                after = "slightly"
            text = f"{text} {after}".strip()
        if move.speed != "normal":
            adverb = self.dice.pick(modifiers.SPEED_BEFORE[move.speed])
            return f"{adverb} {text}" if move.extent != "normal" or self.dice.chance(0.5) else f"{text} {adverb}"
        return text


def _unmarked(text: str) -> bool:
    """Whether no comparative in the text carries an extent already."""
    return modifiers.COMPARATIVES.isdisjoint(text.split(" "))
