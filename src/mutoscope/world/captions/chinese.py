"""Chinese sentences about what happens in one scene."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mutoscope.language.lexicon import chinese_actions, chinese_nouns, modifiers
from mutoscope.language.lexicon.listing import by_spaces
from mutoscope.language.lexicon.phrases import Form
from mutoscope.world.captions.dice import Dice
from mutoscope.world.captions.english import STILL_CAMERA, STILL_SUBJECT
from mutoscope.world.script import CameraAction, CameraMove, Scene, SubjectAction, SubjectMove

Mood = Literal["plain", "progressive", "causative", "bare"]
Texts = dict[Form, tuple[str, ...]]
Move = CameraMove | SubjectMove

_ROOMS = {
    "camera": chinese_actions.CAMERA, "subject": chinese_actions.SUBJECT, "fast": chinese_actions.FAST,
    "slow": chinese_actions.SLOW,
}  # fmt: skip
PHRASES: dict[bool, dict[tuple[str, str], Texts]] = {
    held: {
        (room, action): entry.choices(held, joined=True)
        for room, table in _ROOMS.items()
        for action, entry in table.items()
    }
    for held in (False, True)
}
_MOODS: tuple[tuple[Mood, float], ...] = (("plain", 0.58), ("bare", 0.76), ("causative", 0.92), ("progressive", 1.0))
_CAMERAS = ("镜头",) * 12 + ("相机", "摄像机", "摄影机", "视角")
_BRACKETS = {
    "pan left": ("左摇", "左移"), "pan right": ("右摇", "右移"), "tilt up": ("上摇", "上升"), "tilt down": ("下摇",
    "下降"),
    "zoom in": ("推进", "变焦推近"), "zoom out": ("拉远", "变焦拉远"), "shake": ("晃动",), "still": ("固定",),
}  # fmt: skip
_NOTHING = (
    "画面静止",
    "画面静止不动",
    "一切静止",
    "什么都不动",
    "全部保持不动",
    "没有东西移动",
    "整个画面不动",
    "一切都保持静止",
    "都不动",
)
_REST = ("其他都不动", "背景不动", "其余部分保持静止", "其他部分不动", "背景保持静止", "其他东西都不动", "只有它在动")
# Phrases that already speak of degree take no further word for it.
_GRADED = ("越来越", "更", "不")
_NO_AMOUNT_BEHIND = by_spaces("起来 下来 上去 下去 过去 边 角 侧 方 空中 地上 跳 缩 胀 一样 去 走 镜头 主体 快摇 急摇")
_NO_AMOUNT_WITH = ("像", "一", "绕", "围", "环绕", "随风")


@dataclass(frozen=True, kw_only=True)
class Named:
    """What the subject is called at first, and again."""

    first: str
    again: str
    it: str


def name_subject(dice: Dice) -> Named:
    """A random name for the subject."""
    throw = dice.throw()
    if throw < 0.18:
        noun = dice.pick(chinese_nouns.GENERIC)
        return Named(first=noun, again=noun, it="它")
    if throw < 0.27:
        it = dice.pick(chinese_nouns.PRONOUNS)
        return Named(first=it, again=it, it=it)
    noun, measure = dice.pick(chinese_nouns.NOUNS)
    it = "他" if noun.endswith(("男人", "男孩", "爸爸", "爷爷", "哥哥", "弟弟", "国王", "王子", "新郎")) else "它"
    if noun.endswith(("女人", "女孩", "妈妈", "奶奶", "姐姐", "妹妹", "王后", "公主", "姑娘", "新娘")):
        it = "她"
    described = noun
    if measure != "位" and dice.chance(0.2):
        adjective = dice.pick(chinese_nouns.ADJECTIVES)
        described = noun if len(adjective) == 1 and len(noun) > 1 and noun[0] in "小大白红" else adjective + noun
    front = dice.pick(("",) * 9 + ("这" + measure, "那" + measure, "一" + measure))
    if not front and dice.chance(0.11):
        front = dice.pick(chinese_nouns.WHERE).replace(" ", "")
    return Named(first=front + described, again=noun, it=it)


class ChineseScenes:
    """Says scenes in Chinese: one voice for a whole caption."""

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
        elided = not first and self.last_actor == actor and self.mood != "causative" and self.dice.chance(0.6)
        self.last_actor = actor
        if elided:
            self.actor_elided = True
            return self._predicate(camera or subject)
        if camera:
            return self._camera_clause(camera)
        clause = self._subject_clause(subject)
        return f"{clause}，{self.dice.pick(_REST)}" if self.dice.chance(0.08) else clause

    def _stillness(self) -> str:
        if self.held_out:
            return f"{self._camera_clause(STILL_CAMERA)}，{self._subject_clause(STILL_SUBJECT)}"
        return self.dice.pick(_NOTHING) if self.dice.chance(0.5) else self._camera_clause(STILL_CAMERA)

    def _both(self, camera: Sequence[CameraMove], subject: Sequence[SubjectMove]) -> str:
        """Camera and subject at once, in either order."""
        dice = self.dice
        subject_first = dice.chance(0.5)
        one, other = self._camera_clause(camera, alone=False), self._subject_clause(subject)
        if subject_first:
            one, other = other, one
        throw = dice.throw()
        if throw < 0.72 or self.mood == "causative" or (not subject_first and self.mood == "bare"):
            return one + dice.pick(("，同时", "，同时", "，", "，", "，", "，与此同时，", "，并且")) + other
        if throw < 0.86:
            return f"{one}的同时，{other}"
        if throw < 0.95:
            return f"{dice.pick(('在', '当', ''))}{one}{dice.pick(('的时候', '时'))}，{other}"
        return f"{one}。{other}"

    def _camera_clause(self, moves: Sequence[CameraMove], *, alone: bool = True) -> str:
        dice = self.dice
        if self.mood == "bare":
            noun = self._noun(moves[0]) if alone and len(moves) == 1 and dice.chance(0.35) else None
            if noun is not None:
                return noun
            bare = self._predicate(moves, "bare")
            if bare:
                plain = len(moves) == 1 and moves[0].speed == "normal" and moves[0].extent == "normal"
                if plain and not self.held_out and moves[0].action in _BRACKETS and dice.chance(0.2):
                    return f"[{dice.pick(_BRACKETS[moves[0].action])}]"
                return bare
        if self.mood == "causative":
            told = self._object_clause(moves[0], self.camera) if len(moves) == 1 and dice.chance(0.4) else None
            return told or f"{dice.pick(('让', '让', '使', '请让'))}{self.camera}{self._predicate(moves)}"
        going = "正在" if self.mood == "progressive" and moves[0].action != "still" else ""
        if not going and dice.chance(0.04) and moves[0].action != "still":
            going = dice.pick(("开始", "应该", "要"))
        return f"{self.camera}{going}{self._predicate(moves)}"

    def _subject_clause(self, moves: Sequence[SubjectMove]) -> str:
        dice = self.dice
        name = self.subject.first
        if self.subject_named:
            name = self.subject.it if dice.chance(0.4) else self.subject.again
        self.subject_named = True
        if self.mood == "causative":
            told = self._object_clause(moves[0], name) if len(moves) == 1 and dice.chance(0.35) else None
            return told or f"{dice.pick(('让', '让', '使', '请让'))}{name}{self._predicate(moves)}"
        going = dice.pick(("正在", "在")) if self.mood == "progressive" and moves[0].action != "still" else ""
        if not going and dice.chance(0.04) and moves[0].action != "still":
            going = dice.pick(("开始", "应该", "要"))
        return f"{name}{going}{self._predicate(moves)}"

    def _predicate(self, moves: Sequence[Move], form: Form = "base") -> str:
        """Verbs with their adverbs; empty if one of them has no phrase of that form."""
        verbs = [self._verb(move, form) for move in moves]
        if not all(verbs):
            return ""
        if len(verbs) == 2:
            throw = self.dice.throw()
            if throw < 0.3:
                return f"一边{verbs[0]}一边{verbs[1]}"
            return verbs[0] + self.dice.pick(("并", "并", "，并", "，同时", "并且")) + verbs[1]
        return "".join(verbs)

    def _verb(self, move: Move, form: Form) -> str:
        dice = self.dice
        text, speedy = self._phrase(move, form)
        if text is None:
            return ""
        if "{o}" in text:
            text = text.replace("{o}", self.subject.again if self.subject_named and dice.chance(0.7) else "主体")
        if move.action == "still":
            return text
        return self._with_manner(move, text, speedy=speedy)

    def _with_manner(self, move: Move, text: str, *, speedy: bool) -> str:
        """Speed and extent before the phrase, or extent behind it."""
        dice, before, after = self.dice, "", ""
        if move.extent != "normal":
            if _takes_amount(text) and dice.chance(0.45):
                options = modifiers.CHINESE_EXTENT_AFTER[move.extent]
                if move.action in modifiers.SHIFTS and move.extent == "much":
                    options = modifiers.CHINESE_SHIFT_AFTER["much"]
                elif move.action in modifiers.SHIFTS and dice.chance(0.3):
                    options = modifiers.CHINESE_SHIFT_AFTER[move.extent]
                elif move.extent == "much" and not text.endswith(("大", "小", "远", "近", "高", "低")):
                    options = ()
                after = dice.pick(options) if options else ""
            if not after:
                before = dice.pick(modifiers.CHINESE_EXTENT_BEFORE[move.extent])
        if move.speed != "normal" and not speedy:
            before = dice.pick(modifiers.CHINESE_SPEED[move.speed]) + before
        elif move.speed == "normal" and not before and dice.chance(0.03):
            before = dice.pick(modifiers.CHINESE_NEUTRAL_SPEED)
        return before + text + after

    def _phrase(self, move: Move, form: Form) -> tuple[str | None, bool]:
        """A phrase in that form and whether it already says the speed."""
        room = "camera" if isinstance(move, CameraMove) else "subject"
        table = PHRASES[self.held_out]
        speedy = table.get((move.speed, move.action)) if move.extent == "normal" else None
        if speedy and form in speedy and self.dice.chance(0.2):
            return self.dice.pick(speedy[form]), True
        texts = table[room, move.action].get(form)
        return (self.dice.pick(texts) if texts else None), False

    def _noun(self, move: CameraMove) -> str | None:
        """ "缓慢的推镜头": a noun with its adjectives."""
        texts = PHRASES[self.held_out]["camera", move.action].get("noun")
        if not texts:
            return None
        noun = self.dice.pick(texts)
        if move.action == "still":
            return noun
        if move.extent != "normal":
            noun = self.dice.pick(modifiers.CHINESE_EXTENT_ADJECTIVE[move.extent]) + noun
        if move.speed != "normal":
            noun = self.dice.pick(modifiers.CHINESE_SPEED_ADJECTIVE[move.speed]) + noun
        return noun

    def _object_clause(self, move: Move, them: str) -> str | None:
        """ "把镜头向左移", "把气球放大": somebody does it to it."""
        room = "camera" if isinstance(move, CameraMove) else "subject"
        texts = PHRASES[self.held_out][room, move.action].get("object")
        if not texts:
            return None
        text = self.dice.pick(texts).replace("{o}", them)
        if move.action == "still":
            return text
        before = ""
        if move.speed != "normal":
            before = self.dice.pick(modifiers.CHINESE_SPEED[move.speed])
        if move.extent != "normal":
            before += self.dice.pick(modifiers.CHINESE_EXTENT_BEFORE[move.extent])
        # Adverbs stand behind what is moved: 把镜头慢慢推近.
        opening, found, rest = text.partition(them)
        return f"{opening}{found}{before}{rest}" if opening in ("把", "将", "让", "使") else f"{before}{text}"


def _takes_amount(text: str) -> bool:
    """Whether 一点 and its kin may stand behind the phrase."""
    if text.endswith(_NO_AMOUNT_BEHIND) or text.startswith(_NO_AMOUNT_WITH):
        return False
    return not any(graded in text for graded in _GRADED)
