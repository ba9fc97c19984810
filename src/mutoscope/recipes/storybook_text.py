"""The text encoder of the storybook's models, which knows the names of its things."""

from collections import Counter
from dataclasses import replace

from mutoscope.language.encoder import WordEncoderConfig
from mutoscope.language.names import NamesConfig
from mutoscope.language.tokens import UNKNOWN, Tokenizer
from mutoscope.recipes.family_run import tiny_text, usual_text
from mutoscope.world.storybook.captions import names_of
from mutoscope.world.storybook.cast import stage_of_kind
from mutoscope.world.storybook.meanings import meanings_of_kinds
from mutoscope.world.storybook.story import Kind


def storybook_text(tokenizer: Tokenizer, stage: int) -> WordEncoderConfig:
    """The usual one, with names."""
    return replace(usual_text(tokenizer), names=_names(tokenizer, stage))


def tiny_storybook_text(tokenizer: Tokenizer, stage: int) -> WordEncoderConfig:
    """The same at a size for tests."""
    return replace(tiny_text(tokenizer), names=_names(tokenizer, stage))


def _names(tokenizer: Tokenizer, stage: int) -> NamesConfig:
    """The words that stand in the names of one kind alone: "heart", but not "shape"."""
    kinds = [kind for kind in Kind if stage_of_kind(kind) <= stage]
    each = [{int(id_) for name in names_of(kind) for id_ in tokenizer.encode(name).word_ids} for kind in kinds]
    kinds_of = Counter(id_ for ids in each for id_ in ids)
    things = tuple(tuple(sorted(id_ for id_ in ids if id_ != UNKNOWN and kinds_of[id_] == 1)) for ids in each)
    return NamesConfig(things=things, meanings=meanings_of_kinds(stage))
