"""Words for how fast and how far, in both languages; all of them are shown in training."""

from mutoscope.language.lexicon.listing import by_spaces

# English adverbs: BEFORE a verb ("slowly zooms in") and AFTER it ("zooms in slowly"); adjectives stand before nouns.
SPEED_BEFORE = {
    "slow": ("slowly", "slowly", "slowly", "gently", "gradually", "softly", "calmly", "very slowly", "unhurriedly"),
    "fast": ("quickly", "quickly", "rapidly", "swiftly", "speedily", "very quickly", "briskly", "suddenly"),
}
SPEED_AFTER = {
    "slow": (
        "slowly", "slowly", "gently", "gradually", "softly", "very slowly", "in slow motion", "at a slow pace",
        "at low speed",
    ),
    "fast": (
        "quickly", "quickly", "fast", "fast", "rapidly", "swiftly", "very fast", "at high speed", "really fast",
        "at a fast pace",
    ),
}  # fmt: skip
SPEED_ADJECTIVE = {
    "slow": ("slow", "slow", "gentle", "gradual", "soft", "very slow", "calm"),
    "fast": ("fast", "quick", "rapid", "swift", "very fast", "brisk"),
}
NEUTRAL_SPEED = ("steadily", "at a steady pace", "at normal speed", "smoothly")
EXTENT_BEFORE = {"little": ("slightly",), "much": ("strongly",)}
EXTENT_AFTER = {
    "little": (
        "a little",
        "a little",
        "slightly",
        "a bit",
        "a little bit",
        "just a little",
        "a tiny bit",
        "just a bit",
    ),
    "much": ("a lot", "a lot", "a great deal", "very much"),
}
# Some moves have a length, others a strength.
SHIFT_AFTER = {
    "little": ("a short way", "a short distance"),
    "much": ("far", "a long way", "very far", "a long distance"),
}
STRENGTH_AFTER = {"little": ("weakly", "faintly"), "much": ("strongly", "hard", "violently", "wildly")}
EXTENT_ADJECTIVE = {
    "little": ("slight", "small", "little", "subtle", "tiny"),
    "much": ("big", "large", "strong", "huge", "long"),
}
COMPARATIVE_BEFORE = {"little": ("a little", "a bit", "slightly"), "much": ("much", "a lot", "far")}
COMPARATIVES = frozenset(by_spaces("closer nearer bigger larger smaller farther further"))

CHINESE_SPEED = {
    "slow": (
        "慢慢", "慢慢", "慢慢地", "缓缓", "缓缓地", "缓慢", "缓慢地", "轻轻", "轻轻地", "徐徐", "逐渐", "渐渐",
        "渐渐地", "平缓地", "柔和地", "很慢地",
    ),
    "fast": (
        "快速", "快速", "快速地", "迅速", "迅速地", "飞快", "飞快地", "很快地", "急速", "高速", "快快地", "猛地",
    ),
}  # fmt: skip
CHINESE_NEUTRAL_SPEED = ("匀速", "平稳地", "稳稳地", "正常地")
CHINESE_EXTENT_BEFORE = {
    "little": ("稍微", "略微", "微微", "稍稍", "小幅", "小幅度", "轻微地", "稍"),
    "much": ("大幅", "大幅度", "大幅度地", "大大地", "明显地"),
}
CHINESE_EXTENT_AFTER = {"little": ("一点", "一点点", "一些", "一点儿"), "much": ("很多", "许多", "不少")}
CHINESE_SHIFT_AFTER = {"little": ("一小段", "一小段距离"), "much": ("很远", "一大段", "好远")}
CHINESE_SPEED_ADJECTIVE = {"slow": ("缓慢的", "慢速", "平缓的", "慢慢的"), "fast": ("快速的", "快速", "急速", "迅速的")}
CHINESE_EXTENT_ADJECTIVE = {"little": ("轻微的", "小幅度的", "小幅"), "much": ("大幅度的", "大幅", "明显的")}

# Actions by the kind of extent they have.
SHIFTS = frozenset(
    ["pan left", "pan right", "tilt up", "tilt down", "rise", "fall", "drift left", "drift right"]
    + [f"move {way}" for way in ("left", "right", "up", "down", "up left", "up right", "down left", "down right")]
)
STRENGTHS = frozenset(["shake", "bounce", "sway", "pulse", "ripple"])
