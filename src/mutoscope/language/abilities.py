"""What people ask for and a photo that moves as a whole cannot do: why not, and what to say instead."""

from dataclasses import dataclass
from functools import cache

from mutoscope.language.lexicon.forms import all_forms


@dataclass(frozen=True, kw_only=True)
class Inability:
    """Why something cannot be done, and what comes nearest to it."""

    reason: str
    instead: str

    def __str__(self) -> str:
        return f"{self.reason}; {self.instead}"


@dataclass(frozen=True, kw_only=True)
class _Group:
    """Verbs (comma separated) that fail for one reason."""

    reason: str
    instead: str
    chinese_reason: str
    chinese_instead: str
    english: str = ""
    chinese: str = ""
    forms: str = ""  # further English words, as they are: irregular forms, nouns


_GROUPS = (
    _Group(
        reason="legs do not walk: the subject moves as a whole", instead='say "moves left" or "moves right"',
        chinese_reason="腿不会迈步，主体只能整体移动", chinese_instead="可以说“向左移动”或“向右移动”",
        english="run, walk, jog, march, stroll, stride, trot, gallop, limp, sprint, tiptoe, wander, kneel, "
            "kick, stomp, chase",
        forms="ran, walked, jogged, galloped, gait, footsteps",
        chinese="跑, 跑步, 奔跑, 走, 走路, 行走, 散步, 踏步, 奔腾, 踢, 跨步, 追, 追逐, 迈步, 跪下, 跑动, 走动",
    ),
    _Group(
        reason="arms and hands do not move: the subject moves as a whole", instead='say "sways" or "bounces"',
        chinese_reason="手和胳膊不会动，主体只能整体移动", chinese_instead="可以说“摇摆”或“弹跳”",
        english="clap, grab, throw, catch, hug, point at, reach, pick up, hold hands, wave its hand, wave hands, "
            "punch, salute, knit, "
        "write, paint, play, type, shake hands, lift its arm, raise his hand, raise her hand, wave goodbye, "
        "wave hello",
        forms="threw, caught, gesture, gestures, gesturing, waves at, waving at, wave at",
        chinese="挥手, 招手, 鼓掌, 拥抱, 抓, 扔, 举手, 握手, 写字, 画画, 弹琴, 拿起, 伸手, 比心, 拍手, 打字, 演奏",
    ),
    _Group(
        reason="a body does not bend at its joints: the subject moves as a whole", instead='say "sways" or "bounces"',
        chinese_reason="身体不会在关节处弯曲，主体只能整体移动", chinese_instead="可以说“摇摆”或“弹跳”",
        english="dance, sit down, stand up, crouch, nod, shrug, stretch, bow, swim, flap, somersault, wrestle, fight, "
        "wag its tail, turn its head, turn his head, turn her head, shake its head, shake his head, shake her head",
        forms="danced, dancing, sits, sitting down, swam, fights, wings flap, tail wags, wagging",
        chinese="跳舞, 舞蹈, 起舞, 坐下, 站起来, 蹲下, 点头, 摇头, 转头, 回头, 鞠躬, 游泳, 拍打翅膀, 扇动翅膀, "
            "摇尾巴, 打架, 翻跟头, 伸懒腰",
    ),
    _Group(
        reason="a face does not change: the photo's own pixels are moved, none are drawn",
        instead='say "the camera zooms in on the face" or "breathes"',
        chinese_reason="表情不会变：只移动照片里已有的像素，不会新画", chinese_instead="可以说“镜头推近”或“脉动”",
        english="smile, laugh, cry, weep, frown, grin, wink, blink, yawn, talk, speak, sing, say, shout, scream, "
            "whisper, kiss, eat, drink, "
        "chew, bite, lick, bark, meow, roar, sneeze, cough, sleep, wake up, stare, listen",
        forms="smiled, laughed, spoke, sang, said, ate, drank, lipsync, expression, expressions, tears",
        chinese="微笑, 笑, 大笑, 哭, 流泪, 皱眉, 眨眼, 眨眼睛, 打哈欠, 说话, 讲话, 说, 唱歌, 唱, 喊, 亲吻, 吃, 喝, "
            "咀嚼, 舔, 叫, 吼叫, 打喷嚏, 睡觉, 醒来, 表情, 张嘴, 闭眼, 睁眼",
    ),
    _Group(
        reason="nothing is drawn that the photo does not show: things keep their shape and material",
        instead='say "grows", "shrinks" or "ripples"',
        chinese_reason="照片里没有的不会画出来：东西保持原来的形状和材质", chinese_instead="可以说“变大”、“缩小”或“泛起涟漪”",
        english="explode, burst, break, shatter, melt, burn, ignite, transform, morph, turn into, change into, "
            "dissolve, crumble, collapse, "
        "split, crack, erupt, bloom, blossom, age, freeze over, evaporate, crash, unfold, tear, pour, spill, splash",
        forms="explosion, explosions, broke, transformation, sparks, smoke, fire",
        chinese="爆炸, 破裂, 破碎, 碎裂, 融化, 燃烧, 着火, 变成, 变身, 变形, 溶解, 崩塌, 倒塌, 裂开, 喷发, 开花, "
            "绽放, 盛开, 变老, 蒸发, 倒水, 溅起, 撕裂, 冒烟",
    ),
    _Group(
        reason="nothing comes into the picture or leaves it by itself: only what the photo shows is moved",
        instead='say "moves left" to carry the subject towards the edge',
        chinese_reason="没有东西会自己进入或离开画面：只移动照片里已有的", chinese_instead="可以说“向左移动”，让主体移向边缘",
        english="appear, disappear, vanish, emerge, enter, exit, arrive, fade in, fade out, fade away, materialize, "
            "reveal, spawn, multiply, hide",
        forms="vanishing, entrance, reveals, revealing",
        chinese="出现, 消失, 浮现, 进入, 离去, 到来, 淡入, 淡出, 隐藏, 显现, 冒出来, 分裂",
    ),
    _Group(
        reason="doors, eyes and lids do not open or close: things move as a whole", instead='say "the camera moves '
        'closer"',
        chinese_reason="门、眼睛和盖子不会开合，东西只能整体移动", chinese_instead="可以说“镜头推近”",
        english="open, unlock, close its eyes, close the door, close his eyes, close her eyes, shut",
        forms="opened, closes its, closing its, eyes close, door closes, close eyes",
        chinese="打开, 张开, 关上, 合上, 关闭, 闭上, 睁开",
    ),
    _Group(
        reason="weather, light and time of day stay as they are in the photo", instead='say "the camera pans right" '
        'or "the clouds drift left"',
        chinese_reason="天气、光线和时间保持照片里的样子", chinese_instead="可以说“镜头向右移动”或“云向左飘”",
        english="shine, glow, sparkle, twinkle, flash, flicker, glitter, darken, brighten, get dark, lightning "
            "strike, glisten",
        forms="raining, rains, snowing, snows, hailing, rainfall, snowfall, sunrise happens, sunset happens, "
        "thunder, lightning, glowing, it rain, it snow, timelapse, time-lapse",
        chinese="下雨, 下雪, 闪电, 打雷, 发光, 闪烁, 闪光, 变亮, 变暗, 天黑, 天亮, 日出, 日落, 刮风, 起雾, 延时",
    ),
    _Group(
        reason="the photo shows one side only: nothing can turn its other side to the camera",
        instead='say "spins clockwise" (on the screen) or "the camera orbits to the left"',
        chinese_reason="照片只拍到一面，另一面转不过来", chinese_instead="可以说“顺时针旋转”（在画面里），或“镜头向左环绕”",
        english="turn around to face, look back, face the camera, flip over, turn over, flip",
        forms="somersaults, backflip, 3d rotation",
        chinese="转身, 转过身, 翻面, 翻过来, 背过身, 面向镜头, 翻身",
    ),
    _Group(
        reason="the camera does not follow a subject: its path is set before the clip is made",
        instead="name the way it should go: [Truck left], [Truck right], [Push in]",
        chinese_reason="镜头不会跟着主体：路线在生成之前就定好了", chinese_instead="请说出镜头该怎么走：[左移]、[右移]、[推进]",
        english="follow, track the subject, chase after",
        forms="tracking shot, following shot, dolly zoom, rack focus, focus pull, crossfade, jump cut, cut to, cuts "
        "to, transition to",
        chinese="跟随, 跟拍, 跟踪, 追踪拍摄, 追踪, 切换到, 转场, 变焦对焦",
    ),
    _Group(
        reason="a clip of a photo has no sound", instead="add sound in a video editor",
        chinese_reason="照片变成的短片没有声音", chinese_instead="请用视频编辑软件加上声音",
        forms="music, sound, soundtrack, voice, voiceover, narration, audio", chinese="音乐, 声音, 配音, 旁白, 音效",
    ),
)  # fmt: skip


@cache
def inabilities() -> dict[str, Inability]:
    """Every word or phrase (lower case; up to four words) that cannot be done, and why, in its own language."""
    found: dict[str, Inability] = {}
    for group in _GROUPS:
        english = Inability(reason=group.reason, instead=group.instead)
        chinese = Inability(reason=group.chinese_reason, instead=group.chinese_instead)
        for verb in filter(None, group.english.split(", ")):
            found.update(dict.fromkeys(all_forms(verb), english))
        for listing, inability in ((group.forms, english), (group.chinese, chinese)):
            found.update(dict.fromkeys(filter(None, listing.split(", ")), inability))
    return found
