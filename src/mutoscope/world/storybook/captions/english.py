"""Tells a story in English: one voice for a whole caption."""

from typing import Literal

from mutoscope.world.storybook.captions import english_words as words
from mutoscope.world.storybook.captions.telling import Moment, Telling, Told, colour_before, sized
from mutoscope.world.storybook.captions.ways import Forms, Voice
from mutoscope.world.storybook.cast import PEOPLE, SPEEDLESS
from mutoscope.world.storybook.story import Action, Camera, Kind, Light, Place, Relation, Speed, Story, Weather

Mood = Literal["finite", "progressive", "noun"]

_MOODS: tuple[tuple[Mood, float], ...] = (("finite", 0.52), ("progressive", 0.78), ("noun", 1.0))
_TRAVELS = frozenset(
    {Action.WALK, Action.RUN, Action.DRIVE, Action.ROLL, Action.SWIM, Action.FLY, Action.MOVE, Action.SAIL}
)
_THINGS_THAT_STAND = (Kind.HOUSE, Kind.TREE, Kind.FLOWER)


class English:
    """The sentences of one caption."""

    def __init__(self, voice: Voice, story: Story, telling: Telling) -> None:
        self.voice, self.story, self.telling = voice, story, telling
        throw = voice.dice.throw()
        self.mood: Mood = next(mood for mood, share in _MOODS if throw < share)
        self.nouns = [voice.pick(words.NOUNS[actor.kind]) for actor in story.actors]
        self.colours = [voice.pick(words.COLOURS[actor.colour]) for actor in story.actors]
        self.sizes = [voice.pick(words.SIZES[actor.size]) for actor in story.actors]
        self.clothes = voice.pick(words.CLOTHES)
        self.named = [False] * len(story.actors)
        self.placed = not telling.placed
        self.elided = False

    def say(self, *, timed: bool) -> list[str]:
        """A text for every moment; one for all of them where they are told as a passage from one to the next."""
        telling, voice = self.telling, self.voice
        passage = None if timed or telling.camera is not Camera.STILL else self._passage()
        texts = [passage] if passage else [self._moment(moment) for moment in telling.moments]
        if telling.camera is not Camera.STILL:
            always = voice.pick(words.ALL_THE_TIME)
            if timed:
                texts[0] = f"with {self._camera(telling.camera, 'noun', named=False)} {always}, {texts[0]}"
            else:
                end = f"{self._camera(telling.camera, 'finite')} {always}"
                texts[-1] += voice.dice.pick((". ", ". ", "; ", ", ")) + end
        if (
            self.mood == "noun"
            and len(texts) == 1
            and not timed
            and voice.chance(0.2)
            and texts[0].startswith(("a ", "an "))
        ):
            texts[0] = f"{voice.pick(words.OPENINGS)} {texts[0]}"
        return texts

    def _passage(self) -> str | None:
        """ "a man goes from walking to running": two acts of one actor, where that is all that there is to tell."""
        moments = self.telling.moments
        if len(moments) != 2 or len(self.story.actors) > 1 or not self.voice.chance(0.2):
            return None
        one, other = moments
        quiet = other.new_light is None and other.new_weather is None and other.camera is one.camera is Camera.STILL
        acts = (*one.acts, *other.acts)
        if not quiet or len(acts) != 2 or acts[1].again:
            return None
        if any(told.directed or not passable(told) for told in acts) or acts[0].act.action == acts[1].act.action:
            return None
        steps = [self._doing(told)[2] for told in acts]
        _, third, ing = self.voice.act(words.PASSES)
        form = {"finite": third, "progressive": f"is {ing}", "noun": ing}[self.mood]
        said = f"{self._name(0)} {form.format(a=steps[0], b=steps[1])}"
        return self._with_setting(self._with_place(said), one)

    # Who is there.

    def _name(self, index: int) -> str:
        """An actor at its first mention, or again."""
        if self.named[index]:
            return self._again(index)
        self.named[index] = True
        described = self._described(index)
        same = [other for other in range(index) if self.named[other] and self._described(other) == described]
        return f"another {described}" if same else f"{_article(described)} {described}"

    def _described(self, index: int, *, size: bool = True) -> str:
        actor, noun = self.story.actors[index], self.nouns[index]
        front = [self.sizes[index]] if size and sized(self.story, index) else []
        if not self.telling.coloured[index]:
            return " ".join((*front, noun))
        if actor.kind in PEOPLE:
            return f"{' '.join((*front, noun))} {self.clothes.format(c=self.colours[index])}"
        return " ".join((*front, self.colours[index], noun))

    def _again(self, index: int) -> str:
        kinds = [actor.kind for actor in self.story.actors]
        if kinds.count(kinds[index]) == 1:
            return f"the {self.nouns[index]}"
        changes = any(beat.acts[other].colour for beat in self.story.beats for other in range(len(kinds)))
        if changes or self.story.actors[index].colour in [
            actor.colour for other, actor in enumerate(self.story.actors) if other != index
        ]:
            return f"the {words.ORDINALS[kinds[:index].count(kinds[index])]} {self.nouns[index]}"
        return f"the {self._described(index, size=False)}"

    # What they do.

    def _doing(self, told: Told) -> Forms:
        """A verb in its forms, with direction, adverb and object."""
        voice, act, kind = self.voice, told.act, self.story.actors[told.actor].kind
        if told.chased is not None:
            forms = _with(voice.act(words.CHASES), self._name(told.chased))
        elif act.action is Action.CHANGE_COLOUR and act.colour is not None:
            forms = self._recolouring(told)
        else:
            table = words.GOES if told.directed else words.DOES
            forms = voice.act(words.OWN.get((kind, act.action, told.directed)) or table[act.action])
        if told.directed and act.direction is not None:
            forms = _with(forms, self._way(told))
        if act.speed is Speed.NORMAL or act.action in SPEEDLESS:
            return forms
        if voice.chance(0.5):
            adverb = voice.pick(words.BEFORE[act.speed])
            return f"{adverb} {forms[0]}", f"{adverb} {forms[1]}", f"{adverb} {forms[2]}"
        return _with(forms, voice.pick(words.AFTER[act.speed]))

    def _way(self, told: Told) -> str:
        """Where to; behind a noun "right" could be taken for something else, so it is "to the right" there."""
        assert told.act.direction is not None
        way = self.voice.pick(words.DIRECTIONS[told.act.direction])
        return f"to the {way}" if told.chased is not None and way in ("left", "right") else way

    def _recolouring(self, told: Told) -> Forms:
        assert told.act.colour is not None
        before, after = colour_before(self.story, told.actor, told.act), told.act.colour
        colours = {"b": self.voice.pick(words.COLOURS[before]), "c": self.voice.pick(words.COLOURS[after])}
        choice = words.RECOLOURS if self.voice.chance(0.35) else words.TURNS
        base, third, ing = self.voice.act(choice)
        return base.format(**colours), third.format(**colours), ing.format(**colours)

    def _predicate(self, told: Told) -> str:
        """What stands behind the name, in the caption's mood."""
        base, third, ing = self._doing(told)
        if told.again:
            if self.mood == "progressive" or (self.mood == "noun" and self.voice.chance(0.5)):
                return f"{'is ' if self.mood == 'progressive' else ''}still {ing}"
            if self.mood == "noun":
                return f"still {ing}"
            keeps = self.voice.pick(words.ACTS_AGAIN)[1]
            return f"continues to {base}" if self.voice.chance(0.3) and not self.voice.held_out else f"{keeps} {ing}"
        if self.mood == "finite":
            return third
        return f"is {ing}" if self.mood == "progressive" else ing

    def _clause(self, told: Told, *, alone: bool) -> str:
        """One actor's act; `alone`: nobody else acts in this moment."""
        actor, voice = told.actor, self.voice
        if told.chased is not None and not told.again and voice.chance(0.25):
            return self._chased(told, told.chased)
        again = self.named[actor]
        if not again and told.act.action is Action.STAND and self._stands_there(actor):
            return self._name(actor) if self.mood == "noun" else f"there is {self._name(actor)}"
        if again and alone and len(self.story.actors) == 1:
            throw = voice.dice.throw()
            if throw < 0.5:
                self.elided = True
                return self._predicate(told).removeprefix("is ")
            name = self._it(actor) if throw < 0.75 else self._again(actor)
            if self.mood == "noun":
                name = f"{name} is"
        else:
            name = self._name(actor)
        return f"{name} {self._predicate(told)}"

    def _stands_there(self, actor: int) -> bool:
        likely = 0.55 if self.story.actors[actor].kind in _THINGS_THAT_STAND else 0.2
        return self.voice.chance(likely)

    def _chased(self, told: Told, chased: int) -> str:
        """The same from the other side: "a cat is chased by a dog"."""
        name, hunter = self._name(chased), self._name(told.actor)
        way = ""
        if told.directed and told.act.direction is not None:
            way = f" {self._way(told)}"
        if self.voice.chance(0.4):
            _, third, ing = self.voice.act(words.FLEES)
            forms = {"finite": third, "progressive": f"is {ing}", "noun": ing}
            return f"{name} {forms[self.mood]} {hunter}{way}"
        return f"{name} {words.PASSIVES[self.mood]} {hunter}{way}"

    def _it(self, index: int, case: int = 0) -> str:
        kind = self.story.actors[index].kind
        return self._again(index) if kind is Kind.CHILD else words.IT.get(kind, ("it", "it"))[case]

    # One moment.

    def _moment(self, moment: Moment) -> str:
        first = moment.start == 0
        if first and self.story.relation is not None and len(self.story.actors) > 1:
            said = self._related(moment, self.story.relation)
        else:
            said = self._joined([self._clause(told, alone=len(moment.acts) == 1) for told in moment.acts], moment)
        sides = self._sides(moment)
        if not said:
            return " and ".join(sides)
        if first:
            over = [side for side in sides if side in words.SUN_MOVES]
            if over and not self.placed and self.story.place in words.OVER and self.voice.chance(0.4):
                where = self.voice.pick(words.OVER[self.story.place])
                sides = [f"{side} {where}" if side in over else side for side in sides]
                self.placed = True
            said = self._with_setting(self._with_place(said), moment)
        # "The rain stops while ... in the rain" would not do.
        contrary = moment.light is not Light.DAY or moment.weather is not Weather.CLEAR
        return self._beside(said, sides, first=first, behind=contrary)

    def _joined(self, clauses: list[str], moment: Moment) -> str:
        """Clauses side by side; a single one may take the way along a place."""
        if len(clauses) == 1 and not self.placed and moment.start == 0:
            told, place = moment.acts[0], self.story.place
            boat = self.story.actors[told.actor].kind is Kind.BOAT
            goes = told.act.action in _TRAVELS and (place is not Place.SEA or not boat)
            if goes and place in words.ALONG and self.voice.chance(0.4):
                self.placed = True
                return f"{clauses[0]} {self.voice.pick(words.ALONG[place])}"
        if len(clauses) < 2:
            return clauses[0] if clauses else ""
        if len(clauses) == 2:
            joint = self.voice.dice.pick((" and ", " and ", ", ") if self.mood == "noun" else words.JOINTS)
            return joint.join(clauses)
        return f"{clauses[0]}, {clauses[1]}{self.voice.dice.pick((' and ', ', and ', ' while '))}{clauses[2]}"

    def _related(self, moment: Moment, relation: Relation) -> str:
        """The first moment, with how the first actor stands to the second."""
        told = {act.actor: act for act in moment.acts}
        rests = [act for index, act in told.items() if index > 1]
        chasing = any(act.chased is not None for act in moment.acts)
        throw = self.voice.dice.throw()
        sideways = relation in (Relation.LEFT_OF, Relation.RIGHT_OF)
        clear = 0 in told and not chasing and not (sideways and told[0].directed)
        still = 1 in told and told[1].act.action is Action.STAND
        if clear and 1 in told and throw < 0.6:
            where = self.voice.pick(words.RELATIONS[relation])
            if throw < 0.3:  # "a ball bounces above a car"
                said = [f"{self._clause_without_stand(told[0])} {where} {self._name(1)}"]
            else:  # "a ball above a car bounces"
                said = [f"{self._name(0)} {where} {self._name(1)} {self._predicate(told[0])}"]
            if not still or self.voice.chance(0.3):
                said.append(f"{self._again(1)} {self._predicate(told[1])}")
            return self._joined([*said, *(self._clause(act, alone=False) for act in rests)], moment)
        one, other = (0, 1) if self.voice.chance(0.75) else (1, 0)
        where = self.voice.pick(words.RELATIONS[relation if one == 0 else words.INVERSE[relation]])
        is_there = "" if self.mood == "noun" else "is "
        opening = f"{self._name(one)} {is_there}{where} {self._name(other)}"
        if not self.placed and self.voice.chance(0.5):
            opening = f"{opening} {self._place()}"
        rest = [act for act in moment.acts if act.act.action is not Action.STAND or not self.voice.chance(0.5)]
        clauses = self._joined([self._clause(act, alone=False) for act in rest], moment)
        joint = self.voice.dice.pick((". ", ". ", "; ") if self.mood != "noun" else (", ", ". "))
        return f"{opening}{joint}{clauses}" if clauses else opening

    def _clause_without_stand(self, told: Told) -> str:
        return f"{self._name(told.actor)} {self._predicate(told)}"

    # Where and when.

    def _place(self) -> str:
        """Where it is, said once."""
        self.placed = True
        place = self.story.place
        boats = any(actor.kind is Kind.BOAT for actor in self.story.actors)
        table = words.OVER if place is Place.SEA and not boats else words.PLACES
        return self.voice.pick(table[place])

    def _with_place(self, said: str) -> str:
        if self.placed:
            return said
        if self.mood == "noun" or self.voice.chance(0.62):
            return f"{said} {self._place()}" if "." not in said and ";" not in said else f"{self._place()}, {said}"
        return f"{self._place()}, {said}"

    def _with_setting(self, said: str, moment: Moment) -> str:
        """With the light and the weather that it begins with."""
        light: Light | None = moment.light if moment.light is not Light.DAY else None
        weather: Weather | None = moment.weather if moment.weather is not Weather.CLEAR else None
        if light is None and moment.new_light is None and self.voice.chance(0.03):
            light = Light.DAY
        if moment.new_light == (Light.NIGHT, Light.DAY) and self.voice.chance(0.6):
            light = None
        if moment.new_weather is not None and moment.new_weather[1] is Weather.CLEAR and self.voice.chance(0.5):
            weather = None
        for state, table in ((light, words.LIGHTS), (weather, words.WEATHERS)):
            if state is not None:
                said = self._with_state(said, state, self.voice.pick(table[state]))  # type: ignore[index]
        return said

    def _with_state(self, said: str, state: Light | Weather, phrase: str) -> str:
        throw = self.voice.dice.throw()
        if throw < 0.14 and state in words.IT_IS and self.mood != "noun":
            joints = (". ", " and ", ". ") if _names_first(said) else (". ",)
            return f"{self.voice.pick(words.IT_IS[state])}{self.voice.dice.pick(joints)}{said}"
        if throw < 0.4 and not said.startswith(("while", "it ")):
            return f"{phrase}, {said}"
        return f"{said}{', ' if phrase.startswith('while') and self.voice.chance(0.3) else ' '}{phrase}"

    # What else changes, and the camera.

    def _sides(self, moment: Moment) -> list[str]:
        sides = []
        if moment.new_light is not None:
            sides.append(self.voice.act(words.NEW_LIGHT[moment.new_light]))
        if moment.new_weather is not None:
            sides.append(self._weather_change(*moment.new_weather))
        if moment.camera is not Camera.STILL:
            sides.append(self._camera(moment.camera, "progressive" if self.mood == "progressive" else "finite"))
        elif moment.start == 0 and self.telling.camera is Camera.STILL and self.voice.chance(0.03):
            sides.append(self._camera(Camera.STILL, "finite"))
        return sides

    def _weather_change(self, before: Weather, after: Weather) -> str:
        act = self.voice.act
        if before is Weather.CLEAR:
            return act(words.BEGINS[after])
        if after is Weather.CLEAR:
            return act(words.ENDS[before])
        if Weather.WIND not in (before, after) and self.voice.chance(0.5):
            return f"{words.WEATHER_NOUNS[before]} turns into {words.WEATHER_NOUNS[after].removeprefix('the ')}"
        return f"{act(words.ENDS[before])} and {act(words.BEGINS[after])}"

    def _camera(self, camera: Camera, mood: Mood, *, named: bool = True) -> str:
        """What the camera does; `named`: its subject has been named already."""
        _, third, ing = self.voice.act(words.CAMERAS[camera])
        single = len(self.story.actors) == 1
        seen = self._it(0, 1) if named and single and self.voice.chance(0.6) else self._again(0)
        said = {"finite": third, "progressive": f"is {ing}", "noun": ing}[mood]
        return f"the camera {said}".replace("{o}", seen)

    def _beside(self, said: str, sides: list[str], *, first: bool, behind: bool) -> str:
        """What goes on, and what changes or what the camera does at the same time."""
        for side in sides:
            throw = self.voice.dice.throw()
            in_front = "the camera" not in side and self.mood != "noun" and not behind
            if " over " in side:  # the sun, which brings the place along, comes first
                throw = 0.4 + 0.6 * throw
            if "." in said or ";" in said:
                said = f"{said} while {side}"
            elif throw < 0.45:
                said = f"{said}{self.voice.dice.pick((' while ', ' as ', ', while '))}{side}"
            elif throw < (0.5 if " over " in side else 0.65) and in_front:
                said = f"{self.voice.dice.pick(('as', 'while'))} {side}, {said}"
            elif throw < 0.85 and in_front and first and _names_first(said):
                said = f"{side} {self.voice.dice.pick(('while', 'as'))} {said}"
            else:
                said = f"{said}{self.voice.dice.pick((' and ', ', and '))}{side}"
        return said


def passable(told: Told) -> bool:
    """Whether an act has a name of its own: walking, but not turning blue."""
    plain = told.act.action not in (Action.STAND, Action.CHANGE_COLOUR, Action.CHASE)
    return plain and told.act.speed is Speed.NORMAL


def _with(forms: Forms, rest: str) -> Forms:
    return f"{forms[0]} {rest}", f"{forms[1]} {rest}", f"{forms[2]} {rest}"


def _names_first(said: str) -> bool:
    """Whether a sentence begins with who acts, and not with a place or a time."""
    return said.startswith(("a ", "an ", "there "))


def _article(text: str) -> str:
    return "an" if text[0] in "aeiou" else "a"
