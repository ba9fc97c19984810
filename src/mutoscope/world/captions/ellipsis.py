""" "Zooms in, then out", "moves left and then up": one verb for two directions."""

from mutoscope.language.lexicon import modifiers
from mutoscope.language.lexicon.forms import participle, third_person
from mutoscope.world.captions.chinese import ChineseScenes
from mutoscope.world.captions.dice import Dice
from mutoscope.world.captions.english import EnglishScenes
from mutoscope.world.script import CameraMove, Script, SubjectMove

_PAN = ("pan", "pan", "move", "turn", "swing", "look", "shift")
_MOVE = ("move", "move", "slide", "go", "glide", "travel", "fly")
# (the family whose actions may follow one another under one verb, the direction in English, in Chinese)
_DIRECTIONS = {
    "zoom in": ("zoom", "in", "推近"), "zoom out": ("zoom", "out", "拉远"),
    "pan left": ("pan", "left", "左"), "pan right": ("pan", "right", "右"), "tilt up": ("pan", "up", "上"),
    "tilt down": ("pan", "down", "下"),
    "move left": ("move", "left", "左"), "move right": ("move", "right", "右"), "move up": ("move", "up", "上"),
    "move down": ("move", "down", "下"),
    "move up left": ("move", "up and left", "左上"), "move up right": ("move", "up and right", "右上"),
    "move down left": ("move", "down and left", "左下"), "move down right": ("move", "down and right", "右下"),
    "drift left": ("drift", "left", "左"), "drift right": ("drift", "right", "右"),
}  # fmt: skip
_ENGLISH = {"zoom": ("zoom",), "pan": _PAN, "move": _MOVE, "drift": ("drift", "drift", "float")}
_CHINESE = {
    "pan": ("摇", "移动", "平移", "转"),
    "move": ("移动", "移动", "滑动", "移"),
    "drift": ("飘", "漂", "飘动", "漂移"),
}


def elliptic(dice: Dice, scenes: EnglishScenes | ChineseScenes, script: Script) -> str | None:
    """The whole script under one verb, where it is two single moves of one family at one speed; else None."""
    if len(script.scenes) != 2:
        return None
    first, then = script.scenes
    both: tuple[CameraMove | SubjectMove, ...] = (*first.camera, *first.subject, *then.camera, *then.subject)
    if len(both) != 2 or bool(first.camera) != bool(then.camera) or any(move.extent != "normal" for move in both):
        return None
    one, other = (_DIRECTIONS.get(move.action) for move in both)
    if one is None or other is None or one[0] != other[0] or both[0].speed != both[1].speed:
        return None
    slow_or_fast = both[0].speed if both[0].speed != "normal" else None
    if isinstance(scenes, EnglishScenes):
        adverb = f"{dice.pick(modifiers.SPEED_BEFORE[slow_or_fast])} " if slow_or_fast else ""
        return _english(dice, scenes, one, other, adverb, camera=bool(first.camera))
    adverb = dice.pick(modifiers.CHINESE_SPEED[slow_or_fast]) if slow_or_fast else ""
    return _chinese(dice, scenes, one, other, adverb, camera=bool(first.camera))


def _english(
    dice: Dice,
    scenes: EnglishScenes,
    one: tuple[str, str, str],
    other: tuple[str, str, str],
    adverb: str,
    *,
    camera: bool,
) -> str:
    family, direction, _ = one
    verb = dice.pick(_ENGLISH[family])
    joint = dice.pick((", then ", ", then ", " and then ", " then ", ", and then ", ", after that "))
    named = scenes.camera if camera else scenes.subject.first
    if camera and scenes.mood == "imperative" and verb in ("zoom", "pan", "look"):
        spoken = f"{adverb}{verb}"
    elif scenes.mood == "imperative":
        them = "the camera" if camera else scenes.subject.them if named == scenes.subject.it else named
        spoken = f"{dice.pick(('make', 'let', 'have'))} {them} {adverb}{verb}"
    elif scenes.mood == "progressive":
        spoken = f"{named} {'is' if camera else scenes.subject.be} {adverb}{participle(verb)}"
    elif scenes.mood == "telegraphic" and named not in ("he", "she", "it", "they"):
        spoken = f"{named} {adverb}{participle(verb)}"
    else:
        plural = not camera and scenes.subject.plural
        spoken = f"{named} {adverb}{verb if plural else third_person(verb)}"
    return f"{spoken} {direction}{joint}{other[1]}"


def _chinese(
    dice: Dice,
    scenes: ChineseScenes,
    one: tuple[str, str, str],
    other: tuple[str, str, str],
    adverb: str,
    *,
    camera: bool,
) -> str:
    named = scenes.camera if camera else scenes.subject.first
    family, direction, opposite = one[0], one[2], other[2]
    joint = dice.pick(("再", "，再", "，然后", "，接着"))
    if family == "zoom":
        return f"{named}先{adverb}{direction}{joint}{opposite}"
    verb, towards = dice.pick(_CHINESE[family]), dice.pick(("向", "往", "朝"))
    if dice.chance(0.5):
        return f"{named}先{adverb}{towards}{direction}{verb}{joint}{towards}{opposite}{dice.pick((verb, ''))}"
    return f"{named}{adverb}{towards}{direction}{verb}，然后{towards}{opposite}{verb}"
