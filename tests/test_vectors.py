"""Word vectors of others: read from tiny files, put into a table."""

from pathlib import Path

import numpy as np
import pytest
import torch

from mutoscope.alignment.alignment import Alignment
from mutoscope.errors import MutoscopeError
from mutoscope.language.encoder import WordEncoder
from mutoscope.language.vectors import read_vectors, start_words
from mutoscope.recipes.alignment import tiny_alignment
from mutoscope.world.storybook.captions import vocabulary

WORD2VEC = "4 3\nred 1 0 0\nblue 0.5 0.5 -1e-1\nzebra 0 0 1\n红 0 1 0\n"
GLOVE = "red 1 0 0\nblue 0.5 0.5 -0.1\n. . zebra 0 0 1\n红 0 1 0\nRed 9 9 9\n"


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "vectors.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize("text", [WORD2VEC, GLOVE], ids=["word2vec", "GloVe"])
def test_both_formats_give_the_wanted_words(tmp_path: Path, text: str) -> None:
    found = read_vectors(write(tmp_path, text), {"red", "blue", "红", "green"})
    assert set(found) == {"red", "blue", "红"}
    assert found["red"].tolist() == [1, 0, 0]
    assert found["blue"].tolist() == pytest.approx([0.5, 0.5, -0.1])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("5 3\nred 1 0 0\n", "promises 5 words, and it holds 1"),
        ("red 1 0 0\nblue 1 0\n", "line 2 has 2 numbers, where 3 belong"),
        ("red 1 0 x\n", "line 1 holds something that is no number"),
        ("red 1 0 nan\n", "not finite"),
        ("zebra 1 0 0\n", "knows none of the 2 words"),
        ("", "knows none of the 2 words"),
        ("red\n", "line 1 has 0 numbers"),
        (b"3 2\nred \xff\xfe\x80", "binary"),
    ],
)
def test_bad_files_are_told(tmp_path: Path, text: str | bytes, told: str) -> None:
    with pytest.raises(MutoscopeError, match=told):
        read_vectors(write(tmp_path, text), {"red", "blue"})


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(MutoscopeError, match="No such file"):
        read_vectors(tmp_path / "none.txt", {"red"})


def test_a_recipe_starts_its_table_from_a_file_and_keeps_what_is_alike_alike(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    words = vocabulary()[100:200]
    vectors = dict(zip(words, rng.normal(size=(100, 40)), strict=True))
    vectors[words[1]] = vectors[words[0]] + 0.01  # wider than the table, and two words that mean the same
    path = write(tmp_path, "".join(f"{w} {' '.join(map(str, v))}\n" for w, v in vectors.items()))
    model = tiny_alignment(vectors=path).build()
    assert isinstance(model, Alignment)
    assert isinstance(model.text.encoder, WordEncoder)
    table = model.text.encoder.word.weight.detach()
    first, second, third = (table[vocabulary().index(word) + 2] for word in words[:3])
    assert (first - second).norm() < 0.1 * (first - third).norm()
    started = table[[vocabulary().index(word) + 2 for word in words]]
    assert float(started.std()) == pytest.approx(0.5, rel=0.05)
    assert tiny_alignment(vectors=path).config["started"] == "100 words from vectors.txt"
    assert not torch.equal(table, tiny_alignment().build().state_dict()["text.encoder.word.weight"])


def test_narrow_vectors_leave_the_rest_of_a_row_zero() -> None:
    model = tiny_alignment().build()
    assert isinstance(model, Alignment)
    encoder = model.text.encoder
    assert isinstance(encoder, WordEncoder)
    before = encoder.word.weight.detach().clone()
    start_words(
        encoder, vocabulary(), {vocabulary()[3]: np.ones(2, np.float32), vocabulary()[4]: -np.ones(2, np.float32)}
    )
    after = encoder.word.weight.detach()
    assert after[5].tolist() == pytest.approx([0.5, 0.5] + [0.0] * 14)
    untouched = [index for index in range(len(before)) if index not in (5, 6)]
    assert torch.equal(before[untouched], after[untouched])


def test_vectors_and_an_encoder_of_others_exclude_each_other(tmp_path: Path) -> None:
    with pytest.raises(MutoscopeError, match="Leave out --vectors or --encoder"):
        tiny_alignment(vectors=write(tmp_path, GLOVE), encoder="somewhere")
