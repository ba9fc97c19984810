"""What is seen of attention is what attention did, and to look changes nothing."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from toy_story import CONFIGS, DENOISER, SHAPE, THEN, beginning, sampled, scaling, taught, told

from mutoscope import api
from mutoscope.api.loading import FAMILIES
from mutoscope.cli import main
from mutoscope.codecs.latent_code import tokens_of
from mutoscope.errors import MutoscopeError
from mutoscope.evaluation.attention import WordAttention
from mutoscope.families.autoregressive import Autoregressive
from mutoscope.families.choice import open_family
from mutoscope.families.layout import patches
from mutoscope.families.looking import looking
from mutoscope.families.order import order_of
from mutoscope.families.token_chain import DIGITS
from mutoscope.media.lettering import in_chinese, lettered
from mutoscope.networks.attention import Attention, blinders, watched


def test_the_weights_that_are_seen_are_those_that_mix() -> None:
    torch.manual_seed(0)
    attention, seen = Attention(8, 2), dict[int, torch.Tensor]()
    nn.init.normal_(attention.out.weight)
    x, context = torch.randn(1, 3, 8), torch.randn(1, 2, 8)
    mask = torch.rand(1, 1, 3, 5) > 0.3
    mask[..., 0] = True
    # Without its own sequence all that is mixed is the context, so that weights and values give the outcome again.
    with watched([attention], seen.__setitem__):
        out = attention.look(x, context, blinders(mask[..., :2]))
    _, values = attention.keys_values(context)
    again = attention.out((seen[0] @ values).transpose(1, 2).flatten(2))
    assert torch.allclose(out, again, atol=1e-5)
    assert torch.equal(seen[0] == 0, ~mask[..., :2].expand_as(seen[0]))
    with watched([attention], seen.__setitem__):
        attention(x, context, blinders(mask))
    assert seen[0].shape == (1, 2, 3, 2)
    assert bool((seen[0].sum(dim=-1) < 1).all())
    assert attention.see is None


@pytest.mark.parametrize("name", CONFIGS)
def test_each_stretch_of_time_is_seen_to_look_at_its_own_words(name: str) -> None:
    family, condition = taught(name), told([THEN])
    plain = sampled(name, family, condition)
    with looking(family, condition.word_ids.shape[1]) as looks:
        assert torch.equal(sampled(name, family, condition), plain)
    shares = looks.shares(SHAPE)
    assert shares.shape == (3, 2, 2, 2)  # times, rows, columns; "dark" and "light"
    first, last = shares[0], shares[-1]
    assert bool((first[..., 0] > 0).all())
    assert bool((first[..., 1] == 0).all())
    assert bool((last[..., 0] == 0).all())
    assert bool((last[..., 1] > 0).all())
    assert bool((shares.sum(dim=-1) <= 1).all())
    assert all(module.see is None for module in family.modules() if isinstance(module, Attention))


def test_what_is_drawn_place_by_place_is_seen_as_if_all_at_once() -> None:
    family = taught("autoregressive")
    assert isinstance(family, Autoregressive)
    condition = told(["a ball light"])
    with looking(family, 3) as looks:
        codes = sampled("autoregressive", family, condition)
    one_by_one = looks.shares(SHAPE)
    with torch.inference_mode(), looking(family, 3) as looks:
        asked = family.network.ask(condition, family.network.hear(condition), 3, 2, 2)
        family.network.told(family._seen(tokens_of(patches(codes, 2), DIGITS)), asked, order_of(3, 2, 2))
    assert torch.allclose(looks.shares(SHAPE), one_by_one, atol=1e-4)


def test_who_goes_on_from_a_first_frame_is_seen_there_too() -> None:
    family, condition = taught("autoregressive"), told(["a ball light"], beginning(0.3))
    with looking(family, 3) as looks:
        sampled("autoregressive", family, condition)
    shares = looks.shares(SHAPE)
    assert shares.shape == (3, 2, 2, 3)
    assert bool((shares.sum(dim=-1) > 0).all())


@pytest.mark.parametrize("mixer", ["convolution", "recurrence"])
def test_other_mixers_look_at_words_as_well(mixer: str) -> None:
    torch.manual_seed(0)
    family = open_family(replace(DENOISER, mixer=mixer), scaling()).eval()  # type: ignore[arg-type]
    condition = told([THEN])
    with looking(family, 2) as looks:
        sampled("diffusion", family, condition)
    shares = looks.shares(SHAPE)
    assert shares.shape == (3, 2, 2, 2)
    assert bool((shares[0, ..., 1] == 0).all())
    assert bool((shares[0, ..., 0] > 0).all())


def test_a_picture_shows_each_word_where_it_is_looked_at(tmp_path: Path) -> None:
    shares = np.zeros((2, 4, 4, 2), np.float32)
    shares[0, :2, :2, 0], shares[1, 2:, 2:, 0], shares[..., 1] = 0.5, 0.5, 0.1
    frames = np.full((2, 64, 64, 3), 128, np.uint8)
    attention = WordAttention(
        sentence="红色 ball",
        model="diffusion",
        words=("红色", "ball"),
        shares=shares,
        frames=frames,
        seconds=[0.0, 0.5],
    )
    assert attention.of_words() == pytest.approx([0.125 / 0.225, 0.1 / 0.225])
    assert attention.on_words() == pytest.approx(0.225)
    picture = np.asarray(Image.open(attention.save(tmp_path / "attention.png"))).astype(int)
    assert np.array_equal(picture, attention.picture())
    # Margin 16 and label 132, then two cells of 112 beside each other; title, times and the frames above.
    rows = [picture[top : top + 112, 148:376] for top in (16 + 26 + 28 + 116, 16 + 26 + 28 + 2 * 116)]
    bright = [[row[20, 20], row[90, 90], row[20, 136], row[90, 206]] for row in rows]
    assert [bool(pixel.sum() > 500) for pixel in bright[0]] == [True, False, False, True]
    assert all(pixel.sum() > 500 for pixel in bright[1])  # looked at everywhere alike


def test_a_chinese_sentence_is_explained_in_chinese_where_a_font_can_write_it() -> None:
    assert in_chinese("红色 ball") == (lettered("红色", 12)[0] == "红色")
    assert not in_chinese("red ball")


@pytest.mark.parametrize("family", FAMILIES)
def test_the_command_draws_what_a_model_looks_at(
    family: str, at_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "attention.webp"
    words = ["look", "a red circle bounces, then rolls left", "--model", family, "--output", str(target), "--json"]
    assert main(words) == 0
    told = capsys.readouterr()
    assert "understood: 0-" in told.err
    found = json.loads(told.out)
    assert found["words"] == ["a", "red", "circle", "bounces", "rolls", "left"]
    assert sum(found["shares"]) == pytest.approx(1)
    assert 0 < found["on_words"] < 1
    width, height = Image.open(target).size
    assert width > 112 * 3
    assert height > 112 * 7


def test_what_has_no_parts_of_frames_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(MutoscopeError, match="seconds"):
        api.look("a red circle bounces", seconds=1)
    for words in (["--model", "motion"], ["--model", "hub:a/b"], ["--output", str(tmp_path / "clip.mp4")]):
        assert main(["look", "the camera zooms in", *words]) == 2
    assert "cannot be looked into" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
