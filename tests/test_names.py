"""Texts without names: who does what is read alike, whatever it is that does it."""

import pytest
import torch
from torch import Tensor

from mutoscope.conditioning.condition import Condition, encode_condition
from mutoscope.errors import MutoscopeError
from mutoscope.families.hearing import Listener
from mutoscope.language.names import Names, NamesConfig
from mutoscope.language.timeline import parse_timeline
from mutoscope.language.tokens import Tokenizer
from mutoscope.recipes.family_run import tiny_text
from mutoscope.recipes.storybook_text import tiny_storybook_text
from mutoscope.world.storybook.meanings import story_meanings
from mutoscope.world.storybook.world import Storybook

TOKENIZER = Tokenizer(Storybook(stage=1, changes=True).vocabulary)
MEANINGS = story_meanings(1)


def told(*prompts: str) -> Condition:
    return encode_condition(TOKENIZER, [parse_timeline(prompt, 3.0) for prompt in prompts])


def listener() -> Listener:
    torch.manual_seed(0)
    made = Listener(tiny_storybook_text(TOKENIZER, 1), len(MEANINGS), 16)
    torch.nn.init.normal_(made.reader.look.weight)
    return made


def of_kinds(reading: Tensor) -> tuple[Tensor, Tensor]:
    """Columns that say what things are, and all others."""
    kinds = torch.tensor(
        [meaning.split(": ")[1] in ("circle", "square", "triangle", "star", "heart") for meaning in MEANINGS]
    )
    return reading[..., kinds], reading[..., ~kinds]


def test_what_a_thing_does_is_read_alike_whatever_it_is() -> None:
    model = listener()
    heart, star = (model.hear(told(f"a white {name} zigzags to the left")).reading for name in ("heart", "star"))
    kinds, others = zip(of_kinds(heart), of_kinds(star), strict=True)
    assert torch.equal(*others)
    assert not torch.allclose(*kinds)
    slow = model.hear(told("a white heart slowly zigzags to the left")).reading
    assert not torch.allclose(of_kinds(slow)[1], others[0])


def test_things_stand_in_the_order_in_which_they_are_named_first() -> None:
    names = Names(NamesConfig(things=((2, 3), (4,))), words=6, meanings=1)
    ids = torch.tensor([[4, 5, 3, 4, 1], [2, 5, 4, 3, 0]])
    letters = torch.ones(2, 5, 2, dtype=torch.int64)
    stood, left = names(ids, letters)
    assert stood.tolist() == [[6, 5, 7, 6, 1], [6, 5, 7, 6, 0]]  # unknown words and padding stay what they are
    assert left[..., 0].tolist() == [[0, 1, 0, 0, 1], [0, 1, 0, 0, 1]]
    assert ids.tolist() == [[4, 5, 3, 4, 1], [2, 5, 4, 3, 0]]


def test_who_knows_no_names_hears_every_word() -> None:
    plain = Listener(tiny_text(TOKENIZER), len(MEANINGS), 16)
    heart, star = (plain.hear(told(f"a white {name} zigzags")).spoken for name in ("heart", "star"))
    assert not torch.allclose(heart, star)


def test_names_are_words_of_one_kind_alone() -> None:
    config = tiny_storybook_text(TOKENIZER, 1).names
    circle, *_, heart = ({TOKENIZER.vocabulary[number - 2] for number in ids} for ids in config.things)
    assert {"heart", "love", "爱心"} <= heart
    assert {"disc", "圆形"} <= circle
    assert "shape" not in heart | circle
    assert "white" not in heart | circle
    assert [MEANINGS[place] for place in config.meanings[:2]] == ["first: circle", "first: square"]
    spoken = TOKENIZER.encode("一个圆画圆圈")  # what is said of it keeps its word, though a circle is called that, too
    ids, _ = Names(tiny_storybook_text(TOKENIZER, 1).names, TOKENIZER.words, len(MEANINGS))(
        torch.from_numpy(spoken.word_ids)[None], torch.from_numpy(spoken.ngram_ids)[None]
    )
    kept = dict(zip(spoken.words, (ids[0] < TOKENIZER.words).tolist(), strict=True))
    assert kept["圆圈"]
    assert not kept["圆"]


def test_names_of_words_and_meanings_that_there_are_not_are_an_error_that_tells_them() -> None:
    for config, wrong in (
        (NamesConfig(things=((2, 6),)), "things in a NamesConfig has 6"),
        (NamesConfig(things=((-1,),)), "things in a NamesConfig has -1"),
        (NamesConfig(things=((2,),), meanings=(1,)), "meanings in a NamesConfig has 1"),
    ):
        with pytest.raises(MutoscopeError, match=wrong):
            Names(config, words=6, meanings=1)
