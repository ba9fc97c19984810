"""Where the bundled choreographer places actors, and as what."""

import pytest
import torch
from torch import Tensor

from mutoscope.checkpoints.bundled import WEIGHTS
from mutoscope.checkpoints.checkpoint import Checkpoint
from mutoscope.checkpoints.choreographer import load_choreographer
from mutoscope.codecs.latent_code import latent_shape
from mutoscope.codecs.track_code import KIND, PRESENT, nearest
from mutoscope.conditioning.condition import Condition, Known, encode_condition
from mutoscope.families.choreographer import Choreographer, sampled_tracks
from mutoscope.families.diffusion import Diffusion
from mutoscope.language.timeline import parse_timeline
from mutoscope.language.tokens import Tokenizer
from mutoscope.world.storybook.held_out import HELD_OUT
from mutoscope.world.storybook.story import Colour, Kind
from mutoscope.world.storybook.world import STORYBOOK

TIMES, *_ = PLACES = latent_shape(STORYBOOK)


@pytest.fixture
def bundled() -> Diffusion:
    return load_choreographer(Checkpoint(WEIGHTS / "choreographer"))


def told(prompt: str) -> Condition:
    tokenizer = Tokenizer(Checkpoint(WEIGHTS / "choreographer").part("vocabulary", list))
    unknown = Known(torch.zeros(1, *PLACES), torch.zeros(1, TIMES, dtype=torch.int64))
    return encode_condition(tokenizer, [parse_timeline(prompt, STORYBOOK.seconds)], known=unknown)


def placed(choreographer: Diffusion, prompt: str) -> Tensor:
    """By eight seeds."""
    return torch.cat([sampled_tracks(choreographer, told(prompt), seed) for seed in range(8)])


def test_nobody_is_placed_over_another_if_there_is_another_place(bundled: Diffusion) -> None:
    prompt = "a big red circle stays still while a blue star moves in a zigzag, then the star spins"
    assert isinstance(bundled.denoiser, Choreographer)
    chosen = placed(bundled, prompt)
    apart, bundled.denoiser.apart = bundled.denoiser.apart, 0.0
    first = placed(bundled, prompt)
    assert chosen[:, :, 1, PRESENT].all()
    assert float(nearest(chosen).min()) > max(0.8 * apart, float(nearest(first).min()))
    kept = nearest(first) > 1.1 * apart
    assert torch.equal(chosen[kept], first[kept])  # who is apart already stays where he is


def test_everyone_is_what_words_call_them_whatever_they_do(bundled: Diffusion) -> None:
    assert (Kind.TRIANGLE, Colour.BROWN) in HELD_OUT
    tracks = placed(bundled, "a brown triangle is moving in a zigzag to the right and a red star stays still")
    for actor, kind in enumerate((Kind.TRIANGLE, Kind.STAR)):
        assert (tracks[:, :, actor, KIND].argmax(dim=-1) == list(Kind).index(kind)).all()
    assert not tracks[:, :, 2].any()
