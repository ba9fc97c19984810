"""Words, timelines, commands and what of a prompt is understood."""

import zlib

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mutoscope.errors import MutoscopeError
from mutoscope.language.commands import COMMANDS, expand_commands
from mutoscope.language.lexicon import chinese_actions, english_actions, seen_words
from mutoscope.language.lexicon.forms import all_forms
from mutoscope.language.timeline import Timeline, parse_timeline
from mutoscope.language.times import find_times, without_times
from mutoscope.language.tokens import NGRAM_BUCKETS, NGRAMS_PER_WORD, UNKNOWN, Tokenizer
from mutoscope.language.words import split_words

KNOWN = seen_words()
TOKENIZER = Tokenizer(sorted(KNOWN))

FRAGMENTS = st.lists(
    st.sampled_from(
        [
            "then", "after", "before", "[0-1s]", "[1.5–3s]", "at 2s", "for 1 second", "the camera zooms in",
            "气球上升", "先", "然后",
            "再", "之后", "，", ",", "。", "[Push in]", "[", "]", "(", "0:01-", "前1秒", "后两秒", "first",
            "finally", ";", "-1s", "next",
            "[Tracking shot]", "99999999999999999999s", "é", "\x00", "runs", "in the last",
        ]
    ),
    max_size=14,
)  # fmt: skip


def spans(timeline: Timeline) -> list[tuple[str, float, float]]:
    return [(segment.text, segment.start, segment.end) for segment in timeline.segments]


# words


def test_english_words_are_lower_case_and_without_punctuation() -> None:
    assert split_words("The camera's VIEW: zooms-in, slowly!", KNOWN) == [
        "the",
        "camera",
        "view",
        "zooms",
        "in",
        "slowly",
    ]


def test_a_hyphenated_word_is_one_word_if_it_is_known_so() -> None:
    assert split_words("counter-clockwise, close-up", KNOWN) == ["counterclockwise", "close", "up"]
    assert split_words("don’t move", KNOWN) == ["don't", "move"]


def test_chinese_is_cut_at_the_longest_known_words_and_else_into_characters() -> None:
    assert split_words("镜头慢慢向左移动，魑魅", KNOWN) == ["镜头", "慢慢", "向左", "移动", "魑", "魅"]


def test_traditional_characters_and_wide_letters_are_read_as_plain_ones() -> None:
    assert split_words("鏡頭緩緩拉遠", KNOWN) == split_words("镜头缓缓拉远", KNOWN)
    assert split_words("ＺＯＯＭ　ｉｎ", KNOWN) == ["zoom", "in"]


def test_verbs_are_inflected_as_english_does() -> None:
    assert all_forms("spin around") == ("spin around", "spins around", "spinning around")
    assert all_forms("push in") == ("push in", "pushes in", "pushing in")
    assert all_forms("glide")[2] == "gliding"
    assert all_forms("fly up")[1] == "flies up"


# timelines


@pytest.mark.parametrize(
    "prompt",
    [
        "{a}, then {b}", "{a} and then {b}", "{a}. Then {b}.", "{a}; after that {b}", "first {a}, then {b}",
        "{a} before {b}",
        "after {a}, {b}", "{b} after {a}", "before {b}, {a}", "{a}, finally {b}", "{a} followed by {b}",
        "[0–1.5s] {a} [1.5–3s] {b}",
        "0-1.5s: {a}; 1.5-3s: {b}", "{a} (0-1.5s), {b} (1.5-3s)", "from 0 to 1.5 seconds {a}, from 1.5 to 3 "
        "seconds {b}",
        "{a} for 1.5 seconds, then {b}", "{a}, then at 1.5s {b}", "{a}, {b} at 1.5 seconds", "[00:00-00:01.5] {a} "
        "[00:01.5-00:03] {b}",
        "in the first 1.5 seconds {a}, in the last 1.5 seconds {b}", "[0-1.5s] {a}, then {b}",
    ],
)  # fmt: skip
def test_english_order_is_understood(prompt: str) -> None:
    a, b = "the camera zooms in", "the ball falls"
    assert spans(parse_timeline(prompt.format(a=a, b=b), 3.0)) == [(a, 0.0, 1.5), (b, 1.5, 3.0)]


@pytest.mark.parametrize(
    "prompt",
    [
        "{a}，然后{b}", "先{a}，然后{b}", "先{a}，再{b}", "先{a}再{b}", "{a}。接着{b}。", "{a}，随后{b}",
        "{a}，之后{b}", "{a}之后，{b}", "{a}后，{b}",
        "在{b}之前，{a}", "{a}，最后{b}", "[0–1.5秒] {a} [1.5–3秒] {b}", "0-1.5秒：{a}；1.5-3秒：{b}",
        "前1.5秒{a}，后1.5秒{b}", "从0到1.5秒{a}，从1.5到3秒{b}",
        "{a}，然后在1.5秒时{b}", "{a}，1.5秒后{b}", "{a}，持续1.5秒，然后{b}",
    ],
)  # fmt: skip
def test_chinese_order_is_understood(prompt: str) -> None:
    a, b = "镜头推近", "气球上升"
    assert spans(parse_timeline(prompt.format(a=a, b=b), 3.0)) == [(a, 0.0, 1.5), (b, 1.5, 3.0)]


@pytest.mark.parametrize(
    "prompt",
    [
        "the camera zooms in while the ball falls and the boat drifts left, slowly",
        "一边推近一边左移，同时气球上升", "a beach after sunset, the camera pans left",
        "the house next to the lake rises", "a man followed by a dog, the camera pans left", "2-3 birds fly left",
        "画面前方的猫上升", "镜头退后，小狗上升",
        "the first floor rises",
    ],
)  # fmt: skip
def test_what_happens_at_once_is_one_segment(prompt: str) -> None:
    assert spans(parse_timeline(prompt, 3.0)) == [(parse_timeline(prompt, 3.0).segments[0].text, 0.0, 3.0)]


def test_three_parts_share_the_time_equally() -> None:
    assert spans(parse_timeline("first zoom in, then pan left, and finally tilt up", 3.0)) == [
        ("zoom in", 0.0, 1.0), ("pan left", 1.0, 2.0), ("tilt up", 2.0, 3.0),
    ]  # fmt: skip


def test_parts_without_times_share_what_the_timed_ones_leave() -> None:
    assert spans(parse_timeline("[0-1s] zoom in, then pan left, then tilt up", 3.0)) == [
        ("zoom in", 0.0, 1.0), ("pan left", 1.0, 2.0), ("tilt up", 2.0, 3.0),
    ]  # fmt: skip


def test_a_queen_is_no_afterwards() -> None:
    assert len(parse_timeline("上方的王后来回摇晃，镜头向左移动", 3.0).segments) == 1


def test_what_precedes_a_time_that_is_zero_belongs_to_it() -> None:
    segments = parse_timeline("a boat on the left. [0-1s] it rises [1-3s] zoom in", 3.0).segments
    assert [segment.start for segment in segments] == [0.0, 1.0]


def test_in_time_of_which_nothing_is_said_nothing_moves() -> None:
    assert spans(parse_timeline("[0-1s] zoom in [2-3s] pan left", 3.0))[1] == ("nothing moves", 1.0, 2.0)
    assert spans(parse_timeline("气球上升，持续1秒", 3.0))[1] == ("画面静止", 1.0, 3.0)


def test_a_setting_before_the_first_time_belongs_to_the_first_part() -> None:
    assert spans(parse_timeline("A photo of a boat. [0-1.5s] it rises [1.5-3s] it falls", 3.0))[0] == (
        "A photo of a boat, it rises",
        0.0,
        1.5,
    )


@pytest.mark.parametrize(
    ("prompt", "named"),
    [
        ("[0-2s] zoom in [1-3s] pan left", "starts at 1 s"), ("[2-1s] zoom in", "from 2 to 1"), ("[1-1s] zoom in",
        "from 1 to 1"),
        ("[0-4s] zoom in", "until 4 s"), ("at 7s zoom in", "at 7s"), ("zoom in for 5 seconds", "5 s"),
        ("zoom in, then", '"then"'),
        ("[0-1.5s] [1.5-3s] pan left", "[0-1.5s]"), ("zoom in, then, then pan left", '"then"'), ("", "no words"),
        (" ,. ", "no words"),
        ("a, then b, then c, then d, then e, then f, then g", "7 parts"), ("[0-3s] zoom in, then pan left", "pan left"),
        ("zoom " * 3000, "15000 characters"),
    ],
)  # fmt: skip
def test_impossible_times_are_refused_by_name(prompt: str, named: str) -> None:
    with pytest.raises(MutoscopeError) as caught:
        parse_timeline(prompt, 3.0)
    assert named in str(caught.value)


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=200), FRAGMENTS.map(" ".join), FRAGMENTS.map("".join)), st.floats(0.5, 10.0))
@example("[0–1.5s] [Push in] [1.5–3s] [Pan left] go", 3.0)
def test_any_text_gives_a_whole_timeline_or_a_clear_error(prompt: str, seconds: float) -> None:
    try:
        timeline = parse_timeline(expand_commands(prompt), seconds)
    except MutoscopeError:
        return
    assert timeline.segments[0].start == 0.0
    assert timeline.segments[-1].end == pytest.approx(seconds)
    for one, other in zip(timeline.segments, timeline.segments[1:], strict=False):
        assert one.start < one.end == pytest.approx(other.start)


def test_times_can_be_taken_out_of_a_text() -> None:
    assert without_times("[0–1.5s] zoom in, at 2s pan left").split() == ["zoom", "in,", "pan", "left"]
    assert [mark.kind for mark in find_times("[0-1s] a for 2 seconds, 前一秒 b，2秒后 c")] == [
        "range",
        "for",
        "first",
        "at",
    ]


# commands


def test_all_fifteen_commands_are_known_in_both_languages_and_any_case() -> None:
    assert len(COMMANDS) == 15
    for command in COMMANDS:
        assert expand_commands(f"[{command.spelling.upper()}]") == f"the camera {command.english}"
        assert expand_commands(f"[{command.chinese_spelling}]") == f"镜头{command.chinese}"


def test_what_commands_are_expanded_to_is_taught_in_training() -> None:
    taught = {
        text
        for table in (english_actions.CAMERA, chinese_actions.CAMERA)
        for entry in table.values()
        for text in entry.seen
    }
    taught = {text.replace(" ", "") for text in taught}
    for command in COMMANDS:
        if command.spelling != "Tracking shot":
            assert command.english.replace(" ", "") in taught
            assert command.chinese in taught


@pytest.mark.parametrize(
    ("prompt", "plain"),
    [
        (
            "[Push in] [Pan left] the boat drifts right",
            "the camera pushes in and pans left while the boat drifts right",
        ),
        ("[Pan left,Pedestal up]", "the camera pans left and pedestals up"),
        ("the boat drifts right [Push in]", "the boat drifts right, while the camera pushes in"),
        (
            "the boat rises [Push in], then slowly [Pull out]",
            "the boat rises, while the camera pushes in, then slowly the camera pulls out",
        ),
        ("[Push in] the boat rises [Pan left]", "the camera pushes in while the boat rises, then the camera pans left"),
        ("[推进]小船向右漂", "镜头推进，小船向右漂"),
        ("[左摇]，之后小船上升，同时[右摇]", "镜头左摇，之后小船上升，同时镜头右摇"),
        ("the boat rises and [Pan left]", "the boat rises and the camera pans left"),
        ("the boat rises, [Pan left]", "the boat rises, the camera pans left"),
        ("小船向右漂[左摇][上摇]", "小船向右漂，同时镜头左摇并上摇"),
        ("[0–1.5s] [Push in] [1.5–3s] it rises", "[0–1.5s] the camera pushes in [1.5–3s] it rises"),
        ("no commands here", "no commands here"),
    ],
)
def test_commands_become_plain_words(prompt: str, plain: str) -> None:
    assert expand_commands(prompt) == plain


@pytest.mark.parametrize(
    ("prompt", "named"),
    [
        ("[Pussh in] a boat", "Did you mean [Push in]?"), ("[推近远] 船", "is not a camera command"), ("[] a boat",
        "is not a camera command"),
        ("[Pan left][Tilt up][Zoom in][Shake]", "4 camera moves"), ("[Pan left, Pan right]", "at the same time"),
        ("[Static shot, Push in]", "at the same time"),
    ],
)  # fmt: skip
def test_commands_that_cannot_be_are_refused(prompt: str, named: str) -> None:
    with pytest.raises(MutoscopeError) as caught:
        expand_commands(prompt)
    assert named in str(caught.value)


# tokens


def test_known_words_have_ids_and_unknown_ones_still_have_letters() -> None:
    tokens = TOKENIZER.encode("the camera zoomified")
    assert tokens.word_ids[2] == UNKNOWN
    assert min(tokens.word_ids[:2]) > UNKNOWN
    assert tokens.ngram_ids.shape == (3, NGRAMS_PER_WORD)
    assert tokens.ngram_ids.min() >= 0
    assert tokens.ngram_ids.max() < NGRAM_BUCKETS
    shared = set(tokens.ngram_ids[2]) & set(TOKENIZER.encode("zooms").ngram_ids[0]) - {0}
    assert len(shared) >= 3


def test_letters_that_no_known_word_has_say_nothing() -> None:
    few = Tokenizer(("zooms", "推近"))
    assert not few.encode("qxv 螽").ngram_ids.any()
    assert few.encode("zoomify").ngram_ids[0].any()


def test_chinese_ngrams_are_characters_and_pairs() -> None:
    one, other = TOKENIZER.encode("推近").ngram_ids[0], TOKENIZER.encode("推进").ngram_ids[0]
    assert (one > 0).sum() == 3
    assert 1 + zlib.crc32("推".encode()) % (NGRAM_BUCKETS - 1) in set(one) & set(other)


def test_an_empty_text_has_no_tokens() -> None:
    assert TOKENIZER.encode("...").ngram_ids.shape == (0, NGRAMS_PER_WORD)
    assert TOKENIZER.encode("").word_ids.dtype == np.int64


def test_the_vocabulary_alone_rebuilds_the_tokenizer() -> None:
    again = Tokenizer(list(TOKENIZER.vocabulary))
    text = "镜头推近 and the unheardof boat drifts"
    assert (again.encode(text).word_ids == TOKENIZER.encode(text).word_ids).all()
    assert again.words == len(KNOWN) + 2


@pytest.mark.parametrize(
    ("prompt", "parts"),
    [
        ("先推近后左移", ["推近", "左移"]),
        ("先推近，后左移", ["推近", "左移"]),
        ("先后退再推近", ["后退", "推近"]),
        ("先向后移再左移", ["向后移", "左移"]),
        ("先看身后的山，再推近", ["看身后的山", "推近"]),
    ],
)
def test_first_and_then_are_told_by_one_word_in_chinese(prompt: str, parts: list[str]) -> None:
    assert [segment.text for segment in parse_timeline(prompt, 3).segments] == parts


def test_a_command_that_touches_the_next_word_does_not_run_into_it() -> None:
    assert expand_commands("[Push in]the boat drifts") == expand_commands("[Push in] the boat drifts")
    assert expand_commands("[推进]小船向右漂") == "镜头推进，小船向右漂"
