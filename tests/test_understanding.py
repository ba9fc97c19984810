"""What of a prompt is understood, and the lexicon that decides it."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mutoscope.errors import MutoscopeError
from mutoscope.language.abilities import inabilities
from mutoscope.language.commands import expand_commands
from mutoscope.language.lexicon import HELD_OUT, chinese_actions, doing_phrases, english_actions, has_action, seen_words
from mutoscope.language.tokens import Tokenizer
from mutoscope.language.understanding import check_prompt, understand

KNOWN = seen_words()
TOKENIZER = Tokenizer(sorted(KNOWN))

FRAGMENTS = st.lists(
    st.sampled_from(
        [
            "then",
            "the camera zooms in",
            "气球上升",
            "zorblax",
            "跳舞",
            "runs",
            "don't",
            "不要",
            "pan",
            "，",
            "[0-1s]",
            "的",
            "é",
            "\x00",
        ]
    ),
    max_size=14,
)


def test_a_plain_prompt_is_understood_wholly() -> None:
    for prompt in (
        "the camera slowly zooms in, then pans left",
        "镜头慢慢推近，然后向左移动",
        "[0–1.5s] make it bigger [1.5–3s] nothing moves",
    ):
        understanding = check_prompt(prompt, TOKENIZER)
        assert understanding.unknown == ()
        assert understanding.impossible == ()


def test_an_unknown_word_is_named_with_near_ones_of_its_script() -> None:
    understanding = check_prompt("the camera panz left while the zorgle rises", TOKENIZER)
    assert [word.word for word in understanding.unknown] == ["panz", "zorgle"]
    assert "pans" in understanding.unknown[0].near
    assert all(near.isascii() for word in understanding.unknown for near in word.near)


def test_what_cannot_be_done_is_said_with_reason_and_alternative() -> None:
    understanding = check_prompt("the horse runs left as the camera zooms in", TOKENIZER)
    assert understanding.impossible[0].word == "runs"
    assert "legs do not walk" in understanding.impossible[0].reason
    assert 'say "moves left"' in understanding.impossible[0].reason
    laughing = understand("猫在笑，镜头拉远", TOKENIZER).impossible[0]
    assert laughing.word == "笑"
    assert laughing.reason.startswith("表情不会变")
    with pytest.raises(MutoscopeError, match=r"表情不会变.*可以说“镜头推近”"):
        check_prompt("猫在笑", TOKENIZER)


def test_what_is_advised_instead_can_be_done() -> None:
    advised = {said for told in inabilities().values() for said in re.findall('"(.+?)"|“(.+?)”', told.instead)}
    assert len(advised) > 15
    for english, chinese in advised:
        understanding = check_prompt(f"the cup {english}" if english else f"杯子{chinese}", TOKENIZER)
        assert (understanding.impossible, understanding.unknown) == ((), ()), english + chinese


@pytest.mark.parametrize(
    ("prompt", "denied"),
    [
        ("don't pan left, zoom in", "don't pan"),
        ("zoom in without shaking", "without shaking"),
        ("镜头不要推近，小船向右漂", "不要推近"),
    ],
)
def test_a_motion_that_is_denied_is_said_to_be_not_understood(prompt: str, denied: str) -> None:
    found = understand(prompt, TOKENIZER).impossible
    assert [word.word for word in found] == [denied]
    assert ("leave it out" if denied.isascii() else "去掉") in found[0].reason


@pytest.mark.parametrize(
    "prompt", ["do not move the camera, the boat drifts right", "the cat is not moving", "镜头不动"]
)
def test_to_deny_any_motion_is_to_ask_for_stillness(prompt: str) -> None:
    assert understand(prompt, TOKENIZER).impossible == ()


def test_doable_phrases_are_not_taken_for_impossible_ones() -> None:
    for prompt in ("the camera closes in", "the fire engine rises", "the camera steps back", "the balloon takes off"):
        assert understand(prompt, TOKENIZER).impossible == ()
    assert not doing_phrases() & set(inabilities())


@pytest.mark.parametrize(
    ("prompt", "named"),
    [
        ("", "empty"), ("  \n", "empty"), ("x" * 10_000, "10000 characters"), ("asdf qwer", "asdf, qwer"),
        ("魑魅魍魉", "魑魅魍魉"),
        ("the horse runs", '"runs"'), ("[Tracking shot] a fox", "tracking shot"), ("a cat", "does not say what "
            "should move"), ("?!", "no words"),
        ("一张猫的照片", "does not say what should move"), ("女孩跳舞", "跳舞"),
    ],
)  # fmt: skip
def test_prompts_without_anything_doable_are_refused(prompt: str, named: str) -> None:
    with pytest.raises(MutoscopeError) as caught:
        check_prompt(expand_commands(prompt), TOKENIZER)
    assert named in str(caught.value)
    assert caught.value.cure


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.text(max_size=120), FRAGMENTS.map(" ".join)))
def test_any_prompt_is_understood_or_refused_and_no_word_is_lost(prompt: str) -> None:
    try:
        understanding = check_prompt(prompt, TOKENIZER)
    except MutoscopeError:
        return
    said = {*understanding.known, *(u.word for u in understanding.unknown), *(i.word for i in understanding.impossible)}
    assert said


# the lexicon


def test_every_action_has_phrasings_and_held_out_ones_in_both_languages() -> None:
    for table in (english_actions.CAMERA, english_actions.SUBJECT, chinese_actions.CAMERA, chinese_actions.SUBJECT):
        for action, phrasings in table.items():
            assert len(phrasings.seen) >= 9, action
            assert len(phrasings.held_out) >= 3, action
            assert {"base", "third", "ing"} <= set(phrasings.choices(True)), action


def test_no_held_out_phrase_is_a_seen_one_of_the_same_actor() -> None:
    for language, tables in (("en", english_actions), ("zh", chinese_actions)):
        for actor, table in (("camera", tables.CAMERA), ("subject", tables.SUBJECT)):
            seen = {text for phrasings in table.values() for text in phrasings.seen}
            held = {text for room, _, text in HELD_OUT if room == f"{language} {actor}"}
            assert not seen & held


def test_no_phrase_means_two_actions_of_the_same_actor() -> None:
    for tables in (english_actions, chinese_actions):
        for table in (tables.CAMERA, tables.SUBJECT):
            said: dict[str, str] = {}
            for action, phrasings in table.items():
                for text in phrasings.seen | phrasings.held_out:
                    assert said.setdefault(text, action) == action, text


def test_every_phrase_asks_for_something() -> None:
    for tables in (english_actions, chinese_actions):
        for table in (tables.CAMERA, tables.SUBJECT):
            for phrasings in table.values():
                for phrase in phrasings.phrases:
                    assert has_action(phrase.words) or phrase.form == "object", phrase.text
