"""The upsampler: what straight lines between frames and pixels miss, and where the rest goes."""

from pathlib import Path

import numpy as np
import pytest
import torch

from mutoscope.cli import main
from mutoscope.codecs.upsampler import Raising, Upsampler, UpsamplerBatch, UpsamplerConfig, between, delivered
from mutoscope.pipeline import load_upsampler
from mutoscope.recipes.running import train
from mutoscope.recipes.upsampler import SmallAndLarge, tiny_upsampler
from mutoscope.seeding import torch_rng
from mutoscope.shapes import ClipShape
from mutoscope.training.optimiser import Optimiser, OptimiserConfig


def moving_bar() -> UpsamplerBatch:
    """A bar with sharp edges that goes right by two large pixels a large frame."""
    large = torch.zeros(1, 13, 3, 32, 32)
    for t in range(13):
        large[0, t, :, 8:24, 2 * t + 2 : 2 * t + 6] = 1
    small = torch.nn.functional.avg_pool2d(large[0, ::3], 2)[None]
    return UpsamplerBatch((small * 255).byte(), (large * 255).byte())


def test_straight_lines_keep_the_ends_and_meet_in_the_middle() -> None:
    clip = torch.zeros(1, 2, 3, 2, 2)
    clip[:, 1] = 1
    raised = between(clip, 5, 4, 4)
    assert raised.shape == (1, 5, 3, 4, 4)
    assert torch.allclose(raised[0, :, 0, 0, 0], torch.tensor([0, 0.25, 0.5, 0.75, 1]))
    assert torch.equal(between(clip[:, :1], 1, 2, 2), clip[:, :1])


def test_an_untrained_upsampler_draws_straight_lines() -> None:
    batch = moving_bar()
    torch.manual_seed(0)
    small = batch.small.float() / 255
    raised = Upsampler(UpsamplerConfig(width=16, depth=1))(small)
    assert torch.equal(raised, between(small, 13, 32, 32))


def test_it_learns_what_straight_lines_miss() -> None:
    torch.manual_seed(0)
    model, batch = Upsampler(UpsamplerConfig(width=32, depth=2)), moving_bar()
    optimiser = Optimiser(model.named_parameters(), OptimiserConfig(muon_rate=0.02, adam_rate=3e-3))
    for step in range(80):
        loss, numbers = model.loss("raising", batch, torch_rng(0, f"{step}"))
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step(min(1.0, (80 - step) / 40))
    assert numbers["gain"] > 6  # decibels: half of the error


def test_pairs_show_the_same_small_and_large_and_an_actor() -> None:
    source = SmallAndLarge(clips=1, crops=4, frames=3, side=16, seed=1, stage=1)
    first, again = source(2), source(2)
    assert torch.equal(first.small, again.small)
    assert first.small.shape == (4, 3, 3, 16, 16)
    assert first.large.shape == (4, 7, 3, 32, 32)
    shrunk = torch.nn.functional.avg_pool2d(first.large[:, ::3].float().flatten(0, 1), 2).view(4, 3, 3, 16, 16)
    assert float((shrunk - first.small.float()).abs().mean()) < 12  # blur and noise, of 255
    assert (first.large.float().flatten(1).std(dim=1) > 10).all()
    assert delivered(ClipShape(frames=25, height=128, width=128, fps=8)) == ClipShape(
        frames=73, height=256, width=256, fps=24
    )


def test_frames_are_raised_to_any_rate_and_size(tmp_path: Path) -> None:
    trained = load_upsampler(train("tiny_upsampler", folder=tmp_path).folder)
    frames = np.random.default_rng(0).integers(0, 256, (9, 64, 64, 3), dtype=np.uint8)
    for upsampler in (None, trained):
        for wanted in (
            ClipShape(frames=25, height=128, width=128, fps=24),
            ClipShape(frames=20, height=200, width=200, fps=30),
            ClipShape(frames=9, height=64, width=64, fps=8),
        ):
            raised = Raising(upsampler)(frames, 8, wanted)
            assert raised.shape == (wanted.frames, wanted.height, wanted.width, 3)
    same = ClipShape(frames=9, height=64, width=64, fps=8)
    assert np.array_equal(Raising(trained)(frames, 8, same), frames)


def test_the_tiny_recipe_is_what_its_config_says() -> None:
    run = tiny_upsampler()
    model = run.build()
    assert isinstance(model, Upsampler)
    assert UpsamplerConfig(**run.config["upsampler"]) == model.config


def test_what_raising_gains_is_measured_on_true_clips_and_through_the_codec(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = train("tiny_upsampler", folder=tmp_path).folder
    capsys.readouterr()  # what training told
    assert main(["evaluate", "raising", "--scenes", "1", "--checkpoint", str(folder)]) == 0
    told = capsys.readouterr().out
    assert [line.split(" | ")[0] for line in told.splitlines()[2:]] == [
        "| true clips, made small", "| the same through the codec", "| seconds a clip",
    ]  # fmt: skip
    assert main(["evaluate", "raising", "--scenes", "1", "--checkpoint", str(tmp_path / "none")]) == 2
    assert "There is no upsampler" in capsys.readouterr().err
