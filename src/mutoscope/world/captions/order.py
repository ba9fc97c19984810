"""How scenes are put one after another in words, with and without times; the parser of timelines reads all of it."""

from collections.abc import Sequence

from mutoscope.world.captions.dice import Dice

Span = tuple[float, float]


def clock(seconds: float) -> str:
    """A time in as few digits as say it to a millisecond."""
    return f"{seconds:.3f}".rstrip("0").rstrip(".")


def ranges(dice: Dice, texts: Sequence[str], spans: Sequence[Span], language: str) -> str:
    """Every scene behind (or before) its range: "[0–1.5s] A [1.5–3s] B"."""
    unit = dice.pick(("s", "s", "s", " s", " seconds")) if language == "en" else dice.pick(("秒", "秒", "s"))
    dash = dice.pick(("–", "-", "-"))
    throw = dice.throw()
    if throw < 0.6:
        gap = dice.pick((" ", " ", ", ", ". ", "; ")) if language == "en" else dice.pick((" ", "，", "。", ""))
        return gap.join(f"[{clock(a)}{dash}{clock(b)}{unit}] {text}" for text, (a, b) in zip(texts, spans, strict=True))
    if throw < 0.75:
        gap, colon = ("; ", ": ") if language == "en" else ("；", "：")
        return gap.join(
            f"{clock(a)}{dash}{clock(b)}{unit}{colon}{text}" for text, (a, b) in zip(texts, spans, strict=True)
        )
    if throw < 0.85:
        if language == "en":
            return ", ".join(
                f"{text} ({clock(a)}{dash}{clock(b)}{unit})" for text, (a, b) in zip(texts, spans, strict=True)
            )
        return "，".join(
            f"{text}（{clock(a)}{dash}{clock(b)}{unit}）" for text, (a, b) in zip(texts, spans, strict=True)
        )
    if language == "en":
        return ", ".join(
            f"from {clock(a)} to {clock(b)} seconds {text}" for text, (a, b) in zip(texts, spans, strict=True)
        )
    return "，".join(f"从{clock(a)}到{clock(b)}秒{text}" for text, (a, b) in zip(texts, spans, strict=True))


def timed(dice: Dice, texts: Sequence[str], spans: Sequence[Span], language: str) -> str:
    """Scenes in order with times that say when each begins, how long it lasts, or both."""
    throw = dice.throw()
    if len(texts) == 1 or throw < 0.6:
        return ranges(dice, texts, spans, language)
    english = language == "en"
    if throw < 0.8:  # when the later ones begin
        unit = dice.pick(("s", " seconds")) if english else "秒"
        later = [
            (f", then at {clock(a)}{unit} {text}" if english else f"，然后在{clock(a)}秒时{text}")
            for text, (a, _) in zip(texts[1:], spans[1:], strict=True)
        ]
        return texts[0] + "".join(later)
    lengths = [clock(b - a) for a, b in spans]  # how long each lasts
    if english:
        units = ["second" if length == "1" else "seconds" for length in lengths]
        return ", then ".join(
            f"{text} for {length} {unit}" for text, length, unit in zip(texts, lengths, units, strict=True)
        )
    if len(texts) == 2 and dice.chance(0.5):
        return f"前{lengths[0]}秒{texts[0]}，后{lengths[1]}秒{texts[1]}"
    return "，然后".join(f"{text}，持续{length}秒" for text, length in zip(texts, lengths, strict=True))


def in_order(dice: Dice, texts: Sequence[str], language: str, *, clauses: bool, names: tuple[str, ...]) -> str:
    """Scenes of equal length, one after another.

    `clauses`: each is one plain clause, so that "before" and "after" may join them.
    `names`: who acts; 再 does not precede one.
    """
    if language == "en":
        return _english_order(dice, texts, clauses)
    return _chinese_order(dice, texts, clauses, names)


def _english_order(dice: Dice, texts: Sequence[str], clauses: bool) -> str:
    first, *rest = texts
    if len(texts) == 2 and clauses and dice.chance(0.14):
        one, other = texts
        return dice.pick(
            (
                f"after {one}, {other}",
                f"{one} before {other}",
                f"{other} after {one}",
                f"before {other}, {one}",
                f"{one} before {other}",
            )
        )
    joints = (", then ", ", then ", ", then ", " and then ", ", and then ", " then ", "; then ", ". then ",
    "; after that, ", ", after that ",
              ". after that, ", ", afterwards ", ". next, ", ", next ", ", and after that ")  # fmt: skip
    lasts = (", then ", " and then ", ", finally ", ", and finally ", ". finally, ", ", and then ", ", lastly ")
    opening = dice.pick(("first ", "first ", "first, ", "at first ")) if dice.chance(0.25) else ""
    last = rest.pop()
    middle = "".join(f"{dice.pick(joints)}{text}" for text in rest)
    joint = dice.pick(lasts if len(texts) > 2 or opening else joints)
    return f"{opening}{first}{middle}{joint}{last}"


def _chinese_order(dice: Dice, texts: Sequence[str], clauses: bool, names: tuple[str, ...]) -> str:
    first, *rest = texts
    if len(texts) == 2 and clauses and dice.chance(0.16):
        one, other = texts
        return dice.pick(
            (
                f"{one}之后，{other}",
                f"在{one}之后，{other}",
                f"{one}后，{other}",
                f"在{other}之前，{one}",
                f"{one}以后，{other}",
            )
        )
    joints = ("，然后", "，然后", "，然后", "，接着", "，随后", "，之后", "，接下来", "，紧接着", "。然后", "；接着")
    lasts = ("，最后", "，最后", "，然后", "，接着")
    opening = dice.pick(("先", "先", "首先", "首先，")) if dice.chance(0.35) else ""
    last = rest.pop()
    middle = "".join(_chinese_joint(dice, joints, text, names) + text for text in rest)
    return f"{opening}{first}{middle}{_chinese_joint(dice, lasts if len(texts) > 2 else joints, last, names)}{last}"


def _chinese_joint(dice: Dice, joints: tuple[str, ...], text: str, names: tuple[str, ...]) -> str:
    again: tuple[str, ...] = () if text.startswith(names) else ("，然后再", "，再", "，再")
    return dice.pick((*joints, *again))
