"""The request: what is accepted, what is refused, and that whatever is fed to it, the answer is of use."""

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutoscope.errors import MutoscopeError
from mutoscope.request import (
    GenerateRequest,
    parse_arrow,
    parse_box,
    parse_point,
    parse_size,
    parse_subject,
    wishes,
)

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
near_numbers = st.text(string.digits + ".,:x×-+e，： nainf١２", max_size=24)


def refused(**wanted: Any) -> MutoscopeError:
    """The error that this request meets."""
    with pytest.raises(MutoscopeError) as caught:
        GenerateRequest.from_dict({"prompt": "the camera zooms in", **wanted})
    return caught.value


@given(st.dictionaries(st.sampled_from([*wishes(), "sed", "重"]) | st.text(), anything | near_numbers))
def test_the_parser_is_fed_anything_and_only_ever_teaches(wanted: dict[str, Any]) -> None:
    try:
        request = GenerateRequest.from_dict(wanted)
    except MutoscopeError as error:
        problem = error
    else:
        assert GenerateRequest.from_dict(request.to_dict()) == request
        return
    assert all((problem.problem, problem.rule, problem.cure))
    assert len(str(problem)) < 600


@given(near_numbers | st.text())
def test_places_and_sizes_are_fed_anything_and_only_ever_teach(text: str) -> None:
    for parse in (parse_size, parse_point, parse_box, parse_subject, parse_arrow):
        try:
            numbers = parse(text)
        except MutoscopeError:
            continue
        assert all(0 <= number <= (3840 if parse is parse_size else 1) for number in numbers)


def test_a_request_of_a_prompt_alone_has_sensible_wishes() -> None:
    request = GenerateRequest(prompt="the camera zooms in")
    assert (request.seed, request.seconds, request.fps, request.frames, request.model) == (0, 3.0, 24, 72, "diffusion")


def test_the_model_follows_from_what_is_given() -> None:
    photo = {"prompt": "zoom in", "photo": "p.jpg"}
    assert GenerateRequest.from_dict(photo).model == "motion"
    assert GenerateRequest.from_dict({**photo, "last": "q.jpg"}).model == "diffusion"
    assert GenerateRequest.from_dict({"prompt": "go on", "extends": "clip.mp4"}).model == "diffusion"
    assert GenerateRequest(prompt="a star", model="storybook").model == "diffusion"  # its name in earlier versions
    assert GenerateRequest.from_dict({**photo, "model": "runs/mine"}).model == "runs/mine"


def test_what_is_left_to_the_model_is_none() -> None:
    request = GenerateRequest(prompt="zoom in", guidance="2")  # type: ignore[arg-type]
    assert (request.guidance, request.steps) == (2.0, None)


def test_numbers_may_come_as_text_as_forms_send_them() -> None:
    request = GenerateRequest.from_dict({"prompt": "zoom in", "seconds": "4", "seed": "7", "motion": "0.5"})
    assert (request.seconds, request.seed, request.motion) == (4.0, 7, 0.5)
    assert type(request.seconds) is float
    assert type(request.seed) is int


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seconds", 0), ("seconds", 1000), ("seconds", "nan"), ("seconds", float("inf")), ("seconds", True),
        ("seed", -1), ("seed", 2.5), ("seed", "9" * 5000), ("fps", 7), ("fps", 61), ("motion", -0.1), ("motion", 2.1),
        ("variants", 0), ("variants", 17), ("steps", 0), ("guidance", 10**400),
    ],
)  # fmt: skip
def test_a_number_out_of_range_is_refused_with_value_rule_and_cure(name: str, value: Any) -> None:
    error = refused(**{name: value})
    assert name in error.problem
    assert repr(value)[:30] in error.problem or "int" in error.problem
    assert name in error.cure


@pytest.mark.parametrize("prompt", ["", "   ", "\n", "a" * 10_000, "zoom\x00in", "\ud800", None, 7])
def test_a_prompt_that_says_nothing_or_too_much_is_refused(prompt: Any) -> None:
    assert "prompt" in refused(prompt=prompt).problem


def test_an_unknown_name_is_refused_and_the_nearest_known_one_named() -> None:
    assert "'seconds'" in refused(second=3).cure


@pytest.mark.parametrize("size", ["1280", "1280x", "x720", "0x0", "63x720", "1280x9999", "-1280x720", "12.5x720", ""])
def test_a_size_that_cannot_be_made_is_refused(size: str) -> None:
    refused(size=size)


def test_a_size_is_read_in_every_way_that_people_write_it() -> None:
    assert {parse_size(text) for text in ("1280x720", "1280X720", " 1280 × 720", "1280*720")} == {(1280, 720)}


def test_a_clip_too_large_for_memory_is_refused_before_any_work() -> None:
    assert "million" in refused(size="3840x2160", seconds=10, fps=60).problem


def test_places_are_read_with_plain_or_chinese_punctuation() -> None:
    assert parse_subject("0.4,0.6") == parse_subject("0.4，0.6") == (0.4, 0.6)
    assert parse_subject("0.2,0.3:0.7,0.9") == parse_subject("0.2，0.3：0.7，0.9") == (0.2, 0.3, 0.7, 0.9)
    assert parse_arrow("0.7,0.6:0.4,0.5") == (0.7, 0.6, 0.4, 0.5)


def test_a_box_may_be_drawn_from_any_corner() -> None:
    assert parse_box("0.7,0.3:0.2,0.9") == (0.2, 0.3, 0.7, 0.9)


@pytest.mark.parametrize(
    "text", ["", "0.5", "0.5,1.1", "-0.1,0.5", "nan,0.5", "0.5,0.5,0.5", "a,b", "0.1,0.1:0.105,0.9"]
)
def test_a_place_outside_the_photo_is_refused(text: str) -> None:
    refused(subject=text)


def test_an_arrow_that_goes_nowhere_is_refused() -> None:
    refused(drag="0.4,0.6:0.4,0.6")


def test_a_mask_and_a_subject_together_are_refused() -> None:
    refused(mask="m.png", subject="0.5,0.5")


def test_each_variant_has_the_next_seed() -> None:
    request = GenerateRequest(prompt="zoom in", seed=5, variants=3)
    assert [request.variant(index).seed for index in range(3)] == [5, 6, 7]
    assert request.variant(1).variants == 1
