"""The diffusion family beside networks of diffusers: as many tokens and steps, about as many parameters, in turn."""

from importlib.util import find_spec

import pytest
import torch

from mutoscope import api
from mutoscope.codecs.latent_code import CHANNELS
from mutoscope.evaluation import peers
from mutoscope.evaluation.peers import PeerBench, Timing, ltx, parameters, unet
from mutoscope.families.clip_denoiser import ClipDenoiserConfig
from mutoscope.families.family import Sampling
from mutoscope.language.tokens import Tokenizer
from mutoscope.recipes.diffusion_storybook import denoiser_config
from mutoscope.shapes import ClipShape

SHAPE = ClipShape(frames=9, height=64, width=64, fps=8)
STEPS = Sampling(steps=2, guidance=3.0)


def small(tokenizer: Tokenizer, stage: int) -> ClipDenoiserConfig:
    return denoiser_config(tokenizer, stage, width=64, depth=1)


@pytest.mark.skipif(find_spec("diffusers") is None, reason="diffusers is not installed")
def test_the_peers_are_as_large_and_draw_as_much() -> None:
    config = denoiser_config(Tokenizer(("star",)), 1, width=128, depth=2)
    network, run = ltx(config, 7, STEPS, SHAPE)
    tokens = 3 * 2 * 2  # 9 frames of 64x64 by the latent codec, two latents to a side
    assert run().shape == (1, tokens, config.patch**2 * CHANNELS)
    assert len(network.transformer_blocks) == config.depth  # type: ignore[arg-type]
    assert network.transformer_blocks[0].attn1.to_q.weight.shape == (128, 128)  # type: ignore[index, union-attr]
    wanted = 10_000_000
    network, run = unet(wanted, config.text.width, 7, STEPS, SHAPE)
    assert 0.75 * wanted < parameters(network) < 1.33 * wanted
    made = run()
    assert made.shape == (1, 4, 9, 8, 8)
    assert torch.isfinite(made).all()
    assert torch.equal(made, run())


def test_without_diffusers_the_family_is_timed_alone_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "find_spec", lambda name: None)
    found = api.bench_drawing(rounds=2, recipe=small)
    assert [timing.name for timing in found.timings] == ["diffusion family"]
    assert len(found.timings[0].seconds) == 2
    assert found.tokens == 7 * 4 * 4
    assert "pip install 'mutoscope[hub]'" in found.table()


def test_the_table_compares_medians() -> None:
    timings = [
        Timing(name="ours", parameters=2_000_000, seconds=[0.1, 0.2, 9.0]),
        Timing(name="peer", parameters=3_000_000, seconds=[0.5, 0.4, 0.3]),
    ]
    told = PeerBench(steps=12, guidance=3.0, tokens=112, shape=SHAPE, timings=timings).table()
    assert "| peer | 3.0 M | 0.40 s | 0.30 – 0.50 s | 2.00 x |" in told
    assert "No peers" not in told
