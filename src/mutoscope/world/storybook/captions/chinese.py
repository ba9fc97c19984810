"""Tells a story in Chinese: one voice for a whole caption."""

from typing import Literal

from mutoscope.world.storybook.captions import chinese_words as words
from mutoscope.world.storybook.captions.english import passable
from mutoscope.world.storybook.captions.telling import Moment, Telling, Told, colour_before, sized
from mutoscope.world.storybook.captions.ways import Voice
from mutoscope.world.storybook.cast import PEOPLE, SPEEDLESS
from mutoscope.world.storybook.story import Action, Camera, Light, Relation, Speed, Story, Weather

Mood = Literal["plain", "progressive", "noun", "there"]

_MOODS: tuple[tuple[Mood, float], ...] = (("plain", 0.46), ("progressive", 0.74), ("noun", 0.87), ("there", 1.0))
_INVERSE = {
    Relation.LEFT_OF: Relation.RIGHT_OF, Relation.RIGHT_OF: Relation.LEFT_OF, Relation.ABOVE: Relation.BELOW,
    Relation.BELOW: Relation.ABOVE, Relation.IN_FRONT_OF: Relation.BEHIND, Relation.BEHIND: Relation.IN_FRONT_OF,
}  # fmt: skip
# What takes no 正在 before it.
_STATES = ("着", "不动", "那里", "那 里", "不停")
_TRAVELS = frozenset({Action.WALK, Action.RUN, Action.DRIVE, Action.ROLL, Action.FLY, Action.MOVE})


class Chinese:
    """The sentences of one caption."""

    def __init__(self, voice: Voice, story: Story, telling: Telling) -> None:
        self.voice, self.story, self.telling = voice, story, telling
        throw = voice.dice.throw()
        self.mood: Mood = next(mood for mood, share in _MOODS if throw < share)
        measured = [voice.pick(words.NOUNS[actor.kind]).split(" ", 1) for actor in story.actors]
        self.measures, self.nouns = [pair[0] for pair in measured], [pair[1] for pair in measured]
        self.described = [self._described(index) for index in range(len(story.actors))]
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
            camera = f"镜头{always}{self._camera_verb(telling.camera)}"
            if timed:
                texts[0] = f"{camera}，{texts[0]}"
            else:
                texts[-1] += voice.dice.pick(("。", "，", "；")) + camera
        if len(texts) == 1 and not timed and texts[0].startswith("一") and voice.chance(0.06):
            texts[0] = voice.pick(words.OPENINGS) + texts[0]
        return [text.replace(" ", "") for text in texts]

    def _passage(self) -> str | None:
        """ "一个男人从走路过渡到跑步": two acts of one actor, where that is all that there is to tell."""
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
        first, last = (self._verb(told) for told in acts)
        passes = self.voice.act(words.PASSES).format(a=first, b=last)
        return self._with_setting(f"{self._name(0)}{self._where()}{passes}", one)

    # Who is there.

    def _described(self, index: int) -> str:
        """What stands between the measure word and the end of the noun."""
        actor, noun, voice = self.story.actors[index], self.nouns[index], self.voice
        size = voice.pick(words.SIZES[actor.size]) if sized(self.story, index) else ""
        if not self.telling.coloured[index]:
            return f"{size}{noun}"
        short, full = words.COLOURS[actor.colour], voice.pick(words.FULL_COLOURS[actor.colour])
        if actor.kind in PEOPLE:
            clothes = voice.pick(words.CLOTHES).format(c=full, s=short)
            return f"{clothes}{size}{noun}" if clothes.endswith("的") else f"{size}{clothes}{noun}"
        throw = voice.dice.throw()
        if len(size) == 1:  # 大黑猫, 黑色的大猫
            return f"{size}{short}{noun}" if throw < 0.3 and not voice.held_out else f"{full} 的 {size}{noun}"
        if throw < 0.16 and not voice.held_out:
            return f"{size}{short}{noun}"
        return f"{size}{full} 的 {noun}" if throw < 0.75 else f"{size}{full}{noun}"

    def _name(self, index: int) -> str:
        """An actor at its first mention, or again."""
        if self.named[index]:
            return self._again(index)
        self.named[index] = True
        twins = [other for other in range(len(self.nouns)) if other != index and self._alike(index, other)]
        if any(self.named[other] for other in twins):
            return f"另一{self.measures[index]}{self.described[index]}"
        bare = not twins and self.mood in ("plain", "progressive") and self.voice.chance(0.1)
        return self.described[index] if bare else f"一{self.measures[index]}{self.described[index]}"

    def _alike(self, one: int, other: int) -> bool:
        """Whether two actors are told apart by no word."""
        first, second = self.story.actors[one], self.story.actors[other]
        return first.kind == second.kind and first.colour == second.colour

    def _again(self, index: int) -> str:
        kinds = [actor.kind for actor in self.story.actors]
        if kinds.count(kinds[index]) == 1:
            front = f"那{self.measures[index]}" if self.voice.chance(0.15) else ""
            return f"{front}{self.nouns[index]}"
        others = [other for other in range(len(kinds)) if other != index]
        changes = any(act.colour for beat in self.story.beats for act in beat.acts)
        if changes or any(self._alike(index, other) for other in others):
            return f"第{'一二三'[kinds[:index].count(kinds[index])]}{self.measures[index]}{self.nouns[index]}"
        return f"那{self.measures[index]}{self.described[index]}"

    # What they do.

    def _verb(self, told: Told) -> str:
        """A verb with direction, object and adverb; spaces part its words."""
        voice, act, kind = self.voice, told.act, self.story.actors[told.actor].kind
        way = voice.pick(words.DIRECTIONS[act.direction]) if told.directed and act.direction is not None else ""
        if told.chased is not None:
            return way + voice.act(words.CHASES).format(o=self._name(told.chased))
        if act.action is Action.CHANGE_COLOUR and act.colour is not None:
            return self._recolouring(told)
        table = words.GOES if told.directed else words.DOES
        text = voice.act(words.OWN.get((kind, act.action, told.directed)) or table[act.action]).format(d=way)
        if act.speed is Speed.NORMAL or act.action in SPEEDLESS:
            return text
        # 快速越来越大 would not do.
        return voice.pick(words.SPEEDS[act.speed]) + text.replace("越来越 ", "变")

    def _recolouring(self, told: Told) -> str:
        assert told.act.colour is not None
        after = told.act.colour
        before = words.FULL_COLOURS[colour_before(self.story, told.actor, told.act)]
        choice = words.RECOLOURS if self.voice.chance(0.35) else words.TURNS
        colour = self.voice.pick(words.FULL_COLOURS[after])
        return self.voice.act(choice).format(b=self.voice.pick(before), c=colour, s=words.COLOURS[after])

    def _predicate(self, told: Told, *, going: bool | None = None, near: bool = False) -> str:
        """What stands behind the name and, `near` it, the place: 在沙滩上在走 would not do."""
        text = self._verb(told)
        if told.again:
            return self.voice.dice.pick(("继续", "继续", "仍然")) + text
        progressive = self.mood == "progressive" if going is None else going
        if not progressive or text.endswith(_STATES) or text.startswith("越来越"):
            return text
        return ("正在" if near else self.voice.dice.pick(("正在", "正在", "在"))) + text

    def _clause(self, told: Told, *, alone: bool) -> str:
        """One actor's act; `alone`: nobody else acts in this moment."""
        actor, voice = told.actor, self.voice
        if told.chased is not None and not told.again and voice.chance(0.25):
            name, hunter = self._name(told.chased), self._name(told.actor)
            way = ""
            if told.directed and told.act.direction is not None:
                way = voice.pick(words.DIRECTIONS[told.act.direction])
            return f"{name}{self._where()}{voice.act(words.CHASED).format(o=hunter)}" if not way else (
                f"{name}{self._where()}被{hunter}{way}追赶"
            )  # fmt: skip
        if self.named[actor] and alone and len(self.story.actors) == 1:
            throw = voice.dice.throw()
            if throw < 0.5:
                self.elided = True
                return self._predicate(told, going=False)
            it = words.IT.get(self.story.actors[actor].kind, "它")
            return f"{it if throw < 0.75 else self._again(actor)}{self._predicate(told)}"
        if not self.named[actor] and told.act.action is Action.STAND and voice.chance(0.4):
            there = "" if self.placed else f"{self._place()}"
            return f"{there}有{self._name(actor)}"
        where = "" if self.named[actor] else self._where()
        going = False if where and voice.chance(0.4) else None
        return f"{self._name(actor)}{where}{self._predicate(told, going=going, near=bool(where))}"

    # One moment.

    def _moment(self, moment: Moment) -> str:
        first = moment.start == 0
        if first and self.story.relation is not None and len(self.story.actors) > 1:
            said = self._related(moment, self.story.relation)
        elif first and self.mood == "noun" and (noun := self._as_noun(moment)):
            said = noun
        elif first and self.mood == "there" and (there := self._there(moment)):
            said = there
        else:
            said = self._joined([self._clause(told, alone=len(moment.acts) == 1) for told in moment.acts])
        sides = self._sides(moment)
        if not said:
            return "，".join(sides)
        if first:
            if not self.placed:
                said = f"{self.voice.dice.pick(('', '在'))}{self._place()}，{said}"
            said = self._with_setting(said, moment)
        # 雨停了，雨中一个人跳舞 would not do.
        contrary = moment.light is not Light.DAY or moment.weather is not Weather.CLEAR
        for side in sides:
            said = self._beside(said, side, behind=contrary)
        return said

    def _joined(self, clauses: list[str]) -> str:
        said = clauses[0] if clauses else ""
        for clause in clauses[1:]:
            joint = "，还" if clause.startswith("有") else self.voice.dice.pick(words.JOINTS)
            said += joint + clause
        return said

    def _as_noun(self, moment: Moment) -> str | None:
        """ "一只在太空漫步的猫": all of it before the noun, where one actor does one thing."""
        if len(self.telling.moments) > 1 or len(moment.acts) != 1 or len(self.story.actors) > 1:
            return None
        told, index = moment.acts[0], 0
        self.named[0] = True
        verb = self._predicate(told, going=self.voice.chance(0.35))
        where = self._where()
        if where and verb.startswith("在"):
            verb = verb.removeprefix("在")
        return f"一{self.measures[index]}{where}{verb}的{self.described[index]}"

    def _there(self, moment: Moment) -> str | None:
        """ "沙滩上有一个男人在跑步"."""
        if not moment.acts or moment.acts[0].chased is not None or self.placed:
            return None
        told, *rest = moment.acts
        there = f"{self._place()}有{self._name(told.actor)}"
        if told.act.action is not Action.STAND or self.voice.chance(0.3):
            there += self._predicate(told, going=True)
        return self._joined([there, *(self._clause(act, alone=False) for act in rest)])

    def _related(self, moment: Moment, relation: Relation) -> str:
        """The first moment, with how the first actor stands to the second."""
        told = {act.actor: act for act in moment.acts}
        chasing = any(act.chased is not None for act in moment.acts)
        throw = self.voice.dice.throw()
        still = 1 in told and told[1].act.action is Action.STAND
        if 0 in told and 1 in told and not chasing and throw < 0.5:
            # Other words for the place of the first actor than that of the story.
            where = f"在{{o}}的{self.voice.pick(words.RELATIONS[relation])}"
            name = self._name(0)
            said = [f"{name}{where.format(o=self._name(1))}{self._predicate(told[0], going=False)}"]
            if not still or self.voice.chance(0.3):
                said.append(f"{self._again(1)}{self._predicate(told[1])}")
            rests = [self._clause(act, alone=False) for index, act in told.items() if index > 1]
            return self._joined([*said, *rests])
        one, other = (0, 1) if self.voice.chance(0.7) else (1, 0)
        where = self.voice.pick(words.RELATIONS[relation if one == 0 else _INVERSE[relation]])
        place = "" if self.placed or self.voice.chance(0.6) else f"{self._place()}，"
        if self.voice.chance(0.3):
            opening = f"{place}{self._name(other)}的{where}有{self._name(one)}"
        else:
            opening = f"{place}{self._name(one)}在{self._name(other)}的{where}"
        rest = [act for act in moment.acts if act.act.action is not Action.STAND or not self.voice.chance(0.5)]
        clauses = self._joined([self._clause(act, alone=False) for act in rest])
        return f"{opening}{self.voice.dice.pick(('，', '，', '。'))}{clauses}" if clauses else opening

    # Where and when.

    def _place(self) -> str:
        """Where it is, said once."""
        self.placed = True
        return self.voice.pick(words.PLACES[self.story.place])

    def _where(self) -> str:
        """ "在沙滩上" before a verb, if it is not said elsewhere."""
        if self.placed or self.voice.chance(0.25):
            return ""
        place, acts = self.story.place, self.telling.moments[0].acts
        goes = len(acts) == 1 and acts[0].act.action in _TRAVELS and not acts[0].directed
        if goes and place in words.ALONG and self.voice.chance(0.25):
            self.placed = True
            return self.voice.pick(words.ALONG[place])
        return f"在{self._place()}"

    def _with_setting(self, said: str, moment: Moment) -> str:
        """With the place, the light and the weather that it begins with."""
        voice = self.voice
        if not self.placed:
            said = f"在{self._place()}，{said}"
        light: Light | None = moment.light if moment.light is not Light.DAY else None
        weather: Weather | None = moment.weather if moment.weather is not Weather.CLEAR else None
        if light is None and moment.new_light is None and voice.chance(0.03):
            light = Light.DAY
        if moment.new_light == (Light.NIGHT, Light.DAY) and voice.chance(0.6):
            light = None
        if moment.new_weather is not None and moment.new_weather[1] is Weather.CLEAR and voice.chance(0.5):
            weather = None
        if weather is not None:
            if voice.chance(0.45):
                state = voice.pick(words.IT_IS[weather])
                said = f"{said}，{state}" if voice.chance(0.5) else f"{state}，{said}"
            else:
                said = f"{voice.pick(words.WEATHERS[weather])}，{said}"
        if light is not None:
            said = f"{voice.pick(words.LIGHTS[light])}{voice.dice.pick(('，', '，', ''))}{said}"
        return said

    # What else changes, and the camera.

    def _sides(self, moment: Moment) -> list[str]:
        sides = []
        if moment.new_light is not None:
            sides.append(self.voice.act(words.NEW_LIGHT[moment.new_light]))
        if moment.new_weather is not None:
            sides.append(self._weather_change(*moment.new_weather))
        if moment.camera is not Camera.STILL:
            sides.append(f"镜头{self._camera_verb(moment.camera)}")
        elif moment.start == 0 and self.telling.camera is Camera.STILL and self.voice.chance(0.03):
            sides.append(f"镜头{self._camera_verb(Camera.STILL)}")
        return sides

    def _weather_change(self, before: Weather, after: Weather) -> str:
        act = self.voice.act
        if before is Weather.CLEAR:
            return act(words.BEGINS[after])
        if after is Weather.CLEAR:
            return act(words.ENDS[before])
        if Weather.WIND not in (before, after) and self.voice.chance(0.5):
            return f"{words.WEATHER_NOUNS[before]}变成{words.WEATHER_NOUNS[after]}"
        return f"{act(words.ENDS[before])}，{act(words.BEGINS[after])}"

    def _camera_verb(self, camera: Camera) -> str:
        single = len(self.story.actors) == 1
        it = words.IT.get(self.story.actors[0].kind, "它")
        seen = it if single and self.voice.chance(0.6) else self._again(0)
        return self.voice.act(words.CAMERAS[camera]).format(o=seen)

    def _beside(self, said: str, side: str, *, behind: bool) -> str:
        """What goes on, and what changes or what the camera does at the same time."""
        throw = self.voice.dice.throw()
        if throw < 0.6:
            return said + self.voice.dice.pick(("，同时", "，", "，与此同时，")) + side
        if throw < 0.8 and "镜头" not in side and not behind:
            return f"{side}，{said}"
        if throw < 0.9 and "镜头" not in side and "。" not in said:
            return f"{said}的同时，{side}"
        return f"{said}，{side}"
