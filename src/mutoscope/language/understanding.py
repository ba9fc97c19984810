"""What of a prompt is understood: unknown words are named with near known ones, impossible ones with the reason."""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from mutoscope.errors import MutoscopeError
from mutoscope.language.abilities import Inability, inabilities
from mutoscope.language.lexicon import STOP_WORDS, action_words, doing_phrases, has_action, known_words, noun_words
from mutoscope.language.timeline import MOST_CHARACTERS, without_cuts
from mutoscope.language.times import without_times
from mutoscope.language.tokens import Tokenizer
from mutoscope.language.words import has_chinese, split_words

_LONGEST_PHRASE = 5
_NEGATIONS = frozenset(("don't", "not", "never", "no", "without", "不要", "不", "别"))
_ANY_MOTION = frozenset(
    ("move", "moves", "moving", "动", "移动")
)  # "do not move" asks for stillness, which can be done
_NEGATED = Inability(
    reason="what should not happen is not understood: every motion that is named is done",
    instead="leave it out, and say only what should move",
)
_NEGATED_CHINESE = Inability(reason="听不懂“不要发生什么”：说到的动作都会做", instead="请把它去掉，只说该怎么动")
_EXAMPLES = '"the camera zooms in", "the balloon floats up, then the camera pans left" or "镜头慢慢推近"'


@dataclass(frozen=True, kw_only=True)
class UnknownWord:
    """A word that the model has not learned, and up to three known words that look like it."""

    word: str
    near: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ImpossibleWord:
    """A word for something that a photo moving as a whole cannot do; the reason ends with what to say instead."""

    word: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Understanding:
    """The words of a prompt by what became of them, each once, in order of appearance."""

    known: tuple[str, ...]
    unknown: tuple[UnknownWord, ...]
    impossible: tuple[ImpossibleWord, ...]


def understand(prompt: str, tokenizer: Tokenizer) -> Understanding:
    """Which words of a prompt are known to the tokenizer, unknown, or known to be impossible."""
    words = split_words(without_times(prompt), _split_vocabulary())
    impossible: dict[str, ImpossibleWord] = {}
    known: dict[str, None] = {}
    unknown: list[str] = []
    place = 0
    while place < len(words):
        length, inability = _impossible_at(words, place)
        if inability is not None:
            phrase = _joined(words[place : place + length])
            impossible[phrase] = ImpossibleWord(word=phrase, reason=str(inability))
            place += length
            continue
        for word in words[place : place + length]:
            _sort(word, tokenizer, known, unknown)
        place += length
    return _understanding(known, unknown, impossible, tokenizer)


def _sort(word: str, tokenizer: Tokenizer, known: dict[str, None], unknown: list[str]) -> None:
    """Put a word to the known or the unknown ones; unknown Chinese characters side by side are one word."""
    if tokenizer.knows(word) or word in STOP_WORDS or word[0].isdigit():
        known[word] = None
        unknown.append("")  # parts runs of unknown Chinese characters
    elif has_chinese(word) and unknown and unknown[-1] and has_chinese(unknown[-1]):
        unknown[-1] += word
    else:
        unknown.append(word)


def _understanding(
    known: Iterable[str], unknown: Iterable[str], impossible: Mapping[str, ImpossibleWord], tokenizer: Tokenizer
) -> Understanding:
    return Understanding(
        known=tuple(known),
        unknown=tuple(
            UnknownWord(word=word, near=near_words(word, tokenizer)) for word in dict.fromkeys(filter(None, unknown))
        ),
        impossible=tuple(impossible.values()),
    )


def near_words(word: str, tokenizer: Tokenizer) -> tuple[str, ...]:
    """Up to three words of the vocabulary, of the same script, that look like the given one; the nearest first."""
    chinese = has_chinese(word)
    candidates = _candidates(tokenizer.vocabulary, chinese)
    found = difflib.get_close_matches(word[:40], candidates, n=8, cutoff=0.5 if chinese else 0.72)
    # A motion that looks alike is more likely to be meant than a thing that does.
    found.sort(key=lambda near: -difflib.SequenceMatcher(None, word, near).ratio() - 0.05 * (near in action_words()))
    return tuple(found[:3])


def check_prompt(prompt: str, tokenizer: Tokenizer) -> Understanding:
    """The understanding of a prompt that asks for something doable. Errors: MutoscopeError for any other prompt."""
    if len(prompt) > MOST_CHARACTERS:
        raise MutoscopeError(
            f"The prompt has {len(prompt)} characters.",
            f"At most {MOST_CHARACTERS} are read.",
            f"Shorten it to what should move: {_EXAMPLES}.",
        )
    if not prompt.strip():
        raise MutoscopeError(
            "The prompt is empty.", "It must say what should move.", f"Try {_EXAMPLES}.", "empty_prompt"
        )
    understanding = understand(prompt, tokenizer)
    content = [word for word in understanding.known if word not in STOP_WORDS and not word[0].isdigit()]
    shown = ", ".join(word.word for word in understanding.unknown[:8])
    if understanding.impossible and not _doable(understanding):
        first = understanding.impossible[0]
        raise MutoscopeError(
            f'The prompt asks only for what cannot be done: "{first.word}".',
            f"{_sentence(first.reason.partition('; ')[0])}.",
            f"{_sentence(first.reason.partition('; ')[2])}, for example {_EXAMPLES}.",
            "impossible_motion",
        )
    if not content and not has_action(_lexicon_words(understanding)):
        problem = (
            f"No word of the prompt is known ({shown})."
            if shown
            else f"The prompt {prompt.strip()[:80]!r} has no words."
        )
        raise MutoscopeError(
            problem,
            "The motion model understands English and Chinese words for camera and subject.",
            f"Try {_EXAMPLES}.",
            "unknown_words",
        )
    if not _doable(understanding):
        unknown = f" (unknown: {shown})" if shown else ""
        raise MutoscopeError(
            f"The prompt {prompt.strip()[:80]!r} does not say what should move{unknown}.", "It must name a motion of "
            "the camera or of the subject.",
            f"Try {_EXAMPLES}.",
            "no_motion",
        )  # fmt: skip
    return understanding


def check_words(prompt: str, tokenizer: Tokenizer) -> Understanding:
    """Which words of a prompt a model has learned that draws whole clips: nothing is impossible there, only unknown."""
    known: dict[str, None] = {}
    unknown: list[str] = []
    for word in tokenizer.split(without_cuts(prompt)):
        _sort(word, tokenizer, known, unknown)
    understanding = _understanding(known, unknown, {}, tokenizer)
    if all(word in STOP_WORDS or word[0].isdigit() for word in known):
        shown = ", ".join(word.word for word in understanding.unknown[:8])
        raise MutoscopeError(
            f"No word of the prompt is known ({shown})." if shown else f"The prompt {prompt[:80]!r} has no words.",
            f"This model has learned {len(tokenizer.vocabulary)} words of the storybook.",
            'Try "a red circle bounces" or "一个蓝色的星星向左移动".',
            "unknown_words",
        )
    return understanding


def _doable(understanding: Understanding) -> bool:
    """Whether a motion is asked for, in known words or in ones that look much like known motions."""
    if has_action(understanding.known) or has_action(_lexicon_words(understanding)):
        return True
    return any(has_action(word.near) for word in understanding.unknown)


def _lexicon_words(understanding: Understanding) -> list[str]:
    """The unknown words, cut as the whole lexicon cuts them: it has motions that the model was not taught."""
    return [part for word in understanding.unknown for part in split_words(word.word, known_words())]


def _impossible_at(words: list[str], place: int) -> tuple[int, Inability | None]:
    """How many words from here belong together, and why they cannot be done (None: they can)."""
    table = inabilities()
    for length in range(min(_LONGEST_PHRASE, len(words) - place), 0, -1):
        phrase = _joined(words[place : place + length])
        if phrase in doing_phrases():
            return length, None
        if phrase in table and not _a_thing(words, place, length):
            return length, table[phrase]
    if words[place] in _NEGATIONS and place + 1 < len(words):
        denied = words[place + 1]
        if denied in action_words() and denied not in _ANY_MOTION:
            return 2, _NEGATED_CHINESE if has_chinese(denied) else _NEGATED
    return 1, None


def _a_thing(words: list[str], place: int, length: int) -> bool:
    """Whether a single word stands where a name stands ("the smoke") or begins one ("fire engine")."""
    if length > 1 or words[place] not in noun_words():
        return False
    named = place > 0 and words[place - 1] in ("a", "an", "the", "my", "his", "her")
    return named or (place + 1 < len(words) and words[place + 1] in noun_words())


def _joined(words: list[str]) -> str:
    return ("" if has_chinese(words[0]) else " ").join(words)


@cache
def _split_vocabulary() -> frozenset[str]:
    """Everything that ends a Chinese word: the lexicon and the impossible words."""
    return known_words() | frozenset(word for word in inabilities() if " " not in word)


@cache
def _candidates(vocabulary: tuple[str, ...], chinese: bool) -> tuple[str, ...]:
    return tuple(
        word for word in vocabulary if has_chinese(word) == chinese and (chinese or len(re.sub(r"\W", "", word)) > 2)
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
