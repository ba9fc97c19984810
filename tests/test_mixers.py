"""Convolution that never looks ahead, and mixers that stand in one another's place."""

import shutil
from pathlib import Path

import pytest
import torch
from torch import nn

from mutoscope.checkpoints.checkpoint import Checkpoint
from mutoscope.errors import MutoscopeError
from mutoscope.networks.attention import Attention, Block, blinders
from mutoscope.networks.convolution import CausalConv3d, Padding
from mutoscope.networks.mixers import ConvLSTM, Mixing, mixer_of
from mutoscope.pipeline import load_pipeline
from mutoscope.recipes.running import train
from mutoscope.request import GenerateRequest

MIXERS: tuple[Mixing, ...] = ("attention", "convolution", "recurrence")


def test_full_same_and_valid_are_the_same_convolution_cut_differently() -> None:
    clip = torch.randn(2, 5, 4, 4, 3)

    def made(padding: Padding) -> torch.Tensor:
        torch.manual_seed(0)
        result: torch.Tensor = CausalConv3d(3, 6, padding=padding)(clip)
        return result

    full, same, valid = made("full"), made("same"), made("valid")
    assert [len(made[0]) for made in (full, same, valid)] == [7, 5, 3]
    assert torch.allclose(same, full[:, :5], atol=1e-6)
    assert torch.allclose(valid, full[:, 2:5], atol=1e-6)


@pytest.mark.parametrize("over", [CausalConv3d(3, 3, padding="same"), ConvLSTM(3)])
def test_what_is_near_in_space_matters_and_what_comes_later_does_not(over: nn.Module) -> None:
    clip = torch.randn(1, 4, 5, 5, 3)
    other = clip.clone()
    other[:, 2, 2, 2] += 1
    changed = (over(other) - over(clip)).abs().sum(dim=-1)[0] > 1e-7
    assert not changed[:2].any()
    assert changed[2, 1:4, 1:4].all()
    assert not changed[2, 0].any()
    assert changed[3].any()


def test_attention_is_the_same_while_it_learns() -> None:
    torch.manual_seed(0)
    attention = Attention(16, 2)
    nn.init.normal_(attention.out.weight)
    x, words, mask = torch.randn(2, 5, 16), torch.randn(2, 3, 16), blinders(torch.rand(2, 1, 5, 8) > 0.3)
    mask[..., 0] = 0
    with torch.no_grad():
        used = attention(x, words, mask)
    assert torch.allclose(attention(x, words, mask), used, atol=1e-5)


@pytest.mark.parametrize("mixing", MIXERS)
def test_any_mixer_fits_into_a_block_and_hears_only_the_words_of_its_place(mixing: Mixing) -> None:
    torch.manual_seed(0)
    block = Block(16, 2, mixer_of(mixing, 16, 2))
    for p in block.parameters():
        nn.init.normal_(p, std=0.3)
    x, words = torch.randn(1, 12, 16), torch.randn(1, 3, 16)
    mask = torch.ones(1, 1, 12, 15, dtype=torch.bool)
    mask[..., :6, 14] = False  # the first time does not hear the last word
    one = block(x, words, blinders(mask), grid=(2, 2, 3))
    assert one.shape == x.shape
    louder = words.clone()
    louder[:, 2] += 1
    two = block(x, louder, blinders(mask), grid=(2, 2, 3))
    assert torch.allclose(one[:, :6], two[:, :6], atol=1e-6)
    assert not torch.allclose(one[:, 6:], two[:, 6:], atol=1e-3)
    deaf = blinders(torch.eye(12, 15, dtype=torch.bool)[None, None])
    assert torch.isfinite(block(x, words, deaf, grid=(2, 2, 3))).all()


def test_a_mixer_that_is_not_there_is_refused() -> None:
    with pytest.raises(MutoscopeError, match="attention, convolution, recurrence"):
        mixer_of("magic", 16, 2)  # type: ignore[arg-type]


@pytest.mark.parametrize("mixing", ["convolution", "recurrence"])
def test_a_model_with_another_mixer_is_trained_and_draws(mixing: Mixing, tiny_codec: Path, tmp_path: Path) -> None:
    made = train("tiny_diffusion_storybook", codec=tiny_codec, mixer=mixing, folder=tmp_path)
    assert Checkpoint(made.folder).part("clip_denoiser", dict)["mixer"] == mixing
    request = GenerateRequest(prompt="a red circle bounces", seconds=1.0, size="64x64", fps=8, steps=2)
    assert load_pipeline(made.folder, made.folder).generate(request).frames.shape == (8, 64, 64, 3)


@pytest.mark.skipif(shutil.which("g++") is None, reason="no C++ compiler is here")
@pytest.mark.parametrize("mixing", MIXERS[1:])
def test_a_mixer_that_cannot_be_compiled_is_trained_as_it_is(mixing: Mixing, tiny_codec: Path, tmp_path: Path) -> None:
    made = train("tiny_diffusion_storybook", codec=tiny_codec, mixer=mixing, compiled=True, folder=tmp_path)
    assert made.config["clip_denoiser"]["mixer"] == mixing
