"""The contract of a family, held by diffusion on the motion codec at a tiny size."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from mutoscope.checkpoints.checkpoint import Checkpoint, save_checkpoint
from mutoscope.codecs.motion_code import CAMERA, CHANNELS, SUBJECT, key_count
from mutoscope.conditioning.condition import Condition, encode_condition
from mutoscope.conditioning.photo import GRID, features_of
from mutoscope.families.diffusion import Diffusion
from mutoscope.families.family import FamilyBatch, Sampling
from mutoscope.families.motion_denoiser import MotionDenoiser, MotionDenoiserConfig, motion_diffusion
from mutoscope.language.encoder import WordEncoderConfig
from mutoscope.language.reader import Reader, reading_loss
from mutoscope.language.timeline import parse_timeline
from mutoscope.language.tokens import NGRAM_BUCKETS, Tokenizer
from mutoscope.seeding import torch_rng
from mutoscope.training.optimiser import Optimiser, OptimiserConfig

TOKENIZER = Tokenizer(("camera", "in", "left", "pans", "right", "the", "zooms"))
CONFIG = MotionDenoiserConfig(
    channels=len(CHANNELS),
    width=48,
    depth=2,
    heads=2,
    photo=13 + GRID * GRID,
    meanings=2,
    of_camera=(0, 1),
    text=WordEncoderConfig(
        words=TOKENIZER.words, ngrams=NGRAM_BUCKETS, embedding=16, width=32, depth=1, heads=2, reach=4
    ),
)
SHAPE = (key_count(3), len(CHANNELS))
BOTH = "[0-1.5s] the camera pans {} [1.5-3s] the camera pans {}"
FEW = Sampling(steps=8, guidance=1.0)


def photo(left: float = 0.3) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return features_of(np.zeros((GRID, GRID), np.float32), (left, 0.3, left + 0.3, 0.7), 1.5)


def told(prompt: str, left: float = 0.3) -> Condition:
    return encode_condition(TOKENIZER, [parse_timeline(prompt, 3.0)], [photo(left)], [None])


def family(seed: int = 0) -> Diffusion:
    torch.manual_seed(seed)
    return motion_diffusion(CONFIG)


def sampled(model: Diffusion, condition: Condition, seed: int = 0) -> Tensor:
    return model.sample(SHAPE, condition, seed, FEW, lambda *_: None)


def pair() -> FamilyBatch:
    """Two prompts and two photos: left or right, and twice as far where the subject is on the right; and one change."""
    truth = torch.zeros(5, *SHAPE)
    truth[0, :, 0], truth[1, :, 0] = -0.035, 0.035
    truth[2], truth[3] = 2 * truth[0], 2 * truth[1]
    truth[4, :12, 0], truth[4, 12:, 0] = truth[1, 0, 0], truth[0, 0, 0]
    prompts = ["the camera pans left", "the camera pans right"] * 2 + [BOTH.format("right", "left")]
    photos = [photo(0.1), photo(0.1), photo(0.6), photo(0.6), photo(0.1)]
    timelines = [parse_timeline(prompt, 3.0) for prompt in prompts]
    left, right = [1.0, 0.0], [0.0, 1.0]
    meant = torch.tensor([[left, [0, 0]], [right, [0, 0]], [left, [0, 0]], [right, [0, 0]], [right, left]])
    return FamilyBatch(truth, encode_condition(TOKENIZER, timelines, photos, [None] * 5), meant)


@pytest.fixture(scope="module")
def overfitted() -> Diffusion:
    model = family()
    optimiser = Optimiser(model.named_parameters(), OptimiserConfig(muon_rate=0.01, adam_rate=3e-3))
    for step in range(240):
        loss, _ = model.loss("velocity", pair(), torch_rng(0, f"{step}"))
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step(min(1.0, (240 - step) / 100))
    return model.eval()


def test_codes_have_the_asked_shape_and_are_finite() -> None:
    codes = sampled(family(), told("the camera pans left"))
    assert codes.shape == (1, *SHAPE)
    assert torch.isfinite(codes).all()


def test_the_loss_is_finite_and_reaches_every_parameter() -> None:
    model = family()
    for p in model.parameters():  # a zero output layer would hide the rest at the first step
        torch.nn.init.normal_(p, std=0.1)
    loss, _ = model.loss("velocity", pair(), torch_rng(0, "loss"))
    loss.backward()  # type: ignore[no-untyped-call]
    assert torch.isfinite(loss)
    assert [n for n, p in model.named_parameters() if p.grad is None] == []


def test_the_same_seed_gives_the_same_codes_and_another_seed_others() -> None:
    model, condition = family(), told("the camera pans left")
    assert torch.equal(sampled(model, condition, 5), sampled(model, condition, 5))
    assert not torch.equal(sampled(model, condition, 5), sampled(model, condition, 6))


def test_it_overfits_one_batch_and_obeys_the_prompt(overfitted: Diffusion) -> None:
    left = sampled(overfitted, told("the camera pans left", 0.1))[0, :, 0].mean()
    right = sampled(overfitted, told("the camera pans right", 0.1))[0, :, 0].mean()
    assert left == pytest.approx(-0.035, abs=0.015)
    assert right == pytest.approx(0.035, abs=0.015)


def test_the_photo_matters(overfitted: Diffusion) -> None:
    near, far = (sampled(overfitted, told("the camera pans left", at))[0, :, 0].mean() for at in (0.1, 0.6))
    assert far < near - 0.015


def test_what_is_asked_of_the_camera_changes_nothing_of_the_subject() -> None:
    model = MotionDenoiser(replace(CONFIG, of_camera=(0,)))
    for p in model.parameters():
        torch.nn.init.normal_(p, std=0.1)
    condition, codes, level = told("the camera pans left"), torch.randn(1, *SHAPE), torch.full((1,), 0.5)
    hearing = model.hear(condition)
    plain, of_camera, of_subject = (
        model(codes, level, condition, hearing._replace(reading=hearing.reading + torch.tensor(more)))
        for more in ([0.0, 0.0], [2.0, 0.0], [0.0, 2.0])
    )
    assert torch.equal(of_camera[..., SUBJECT], plain[..., SUBJECT])
    assert torch.equal(of_subject[..., CAMERA], plain[..., CAMERA])
    assert not torch.allclose(of_camera[..., CAMERA], plain[..., CAMERA], atol=1e-3)
    assert not torch.allclose(of_subject[..., SUBJECT], plain[..., SUBJECT], atol=1e-3)


def test_words_act_in_their_own_segment(overfitted: Diffusion) -> None:
    codes = sampled(overfitted, told(BOTH.format("right", "left"), 0.1))[0, :, 0]
    assert codes[:8].mean() > 0.01
    assert codes[-8:].mean() < -0.01


def test_the_reader_says_what_each_segment_asks_for(overfitted: Diffusion) -> None:
    condition = told(BOTH.format("right", "left"))
    assert ((overfitted.denoiser.hear(condition).reading[0] > 0).int().tolist()) == [[0, 1], [1, 0]]


def test_a_segment_is_read_by_its_own_words_and_one_without_words_says_nothing() -> None:
    reader = Reader(4, 3)
    torch.nn.init.normal_(reader.look.weight)
    spoken, heard = torch.randn(1, 5, 4), torch.tensor([[[True, True, False, False, False], [False] * 5]])
    changed = spoken.clone()
    changed[:, 2:] += 1  # words of no segment
    assert torch.equal(reader(spoken, heard)[:, 0], reader(changed, heard)[:, 0])
    meant = torch.zeros(1, 2, 3)
    alone = reading_loss(reader(spoken, heard)[:, :1], meant[:, :1], heard[:, :1])
    assert torch.allclose(reading_loss(reader(spoken, heard), meant, heard), alone)


def test_a_prompt_that_guidance_silences_is_still_finite() -> None:
    deaf = told("the camera pans left").without_words(torch.tensor([True]))
    assert not deaf.word_mask.any()
    assert torch.isfinite(sampled(family(), deaf)).all()


def test_saved_and_loaded_it_samples_the_same(tmp_path: Path, overfitted: Diffusion) -> None:
    condition = told("the camera pans left")
    save_checkpoint(tmp_path, {}, overfitted, "")
    one, two = (motion_diffusion(CONFIG) for _ in range(2))
    Checkpoint(tmp_path).load_into(one)
    Checkpoint(tmp_path).load_into(two)
    assert torch.equal(sampled(one, condition), sampled(two, condition))
    assert torch.allclose(sampled(one, condition), sampled(overfitted, condition), atol=0.01)


def test_codes_are_drawn_anew_from_the_noise_that_is_over_them(overfitted: Diffusion) -> None:
    seen = list[tuple[Tensor, float]]()

    def look(_: object, asked: tuple[Tensor, ...]) -> None:
        seen.append((asked[0], float(asked[1][0])))

    noisy = torch.randn(1, *SHAPE, generator=torch_rng(0, "anew"))
    with overfitted.denoiser.register_forward_pre_hook(look):
        overfitted.denoised(noisy, told("the camera pans left"), FEW, begun=0.6)
    assert torch.equal(seen[0][0], noisy)
    levels = [level for _, level in seen]
    assert levels[0] == pytest.approx(0.6)
    assert levels == sorted(levels)
    assert len(levels) == FEW.steps
    late = overfitted.flow.levels(8)[3:]
    assert overfitted.flow.levels(5, late[0]) == pytest.approx(late)
