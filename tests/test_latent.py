"""The latent codec at a tiny size, and its two readings of one code."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from einops import rearrange
from torch import Tensor

from mutoscope import api
from mutoscope.checkpoints.checkpoint import Checkpoint, save_checkpoint
from mutoscope.checkpoints.latent import codec_of, codes_of, load_autoencoder
from mutoscope.codecs.latent import LatentAutoencoder, LatentBatch, LatentCodec, LatentConfig
from mutoscope.codecs.latent_code import (
    CHANNELS,
    LEVELS,
    PER_TOKEN,
    TOKENS,
    code_of,
    jittered,
    latent_shape,
    rounded,
    tokens_of,
)
from mutoscope.codecs.track_code import MOMENTS, PRESENT, by_frames
from mutoscope.errors import MutoscopeError
from mutoscope.networks.video import VideoBlock, folded, unfolded
from mutoscope.recipes.latent import ClipCrops, tiny_latent
from mutoscope.recipes.latent_decoder import tiny_latent_decoder
from mutoscope.recipes.running import train
from mutoscope.seeding import torch_rng
from mutoscope.shapes import ClipShape
from mutoscope.training.optimiser import Optimiser, OptimiserConfig
from mutoscope.world.moving_shapes.world import MovingShapes
from mutoscope.world.storybook.world import Storybook

CONFIG = LatentConfig(seen=32, coarse=32, middle=32, fine=32, encoder_depths=(1, 1), decoder_depths=(1, 1, 1))
SHAPE = ClipShape(frames=9, height=32, width=48, fps=8)


def autoencoder() -> LatentAutoencoder:
    torch.manual_seed(0)
    model = LatentAutoencoder(CONFIG)
    for block in model.modules():  # blocks begin as nothing; here they must do something
        if isinstance(block, VideoBlock):
            torch.nn.init.normal_(block.mix.weight, std=0.1)
    return model


def clips(count: int = 2) -> Tensor:
    return torch.rand(count, SHAPE.frames, 3, SHAPE.height, SHAPE.width, generator=torch.Generator().manual_seed(1))


def test_a_code_has_one_latent_frame_for_the_first_and_one_for_every_four() -> None:
    code = autoencoder().encoder(clips())
    assert code.shape == (2, 3, 2, 3, CHANNELS)
    assert tuple(code.shape[1:]) == latent_shape(SHAPE)
    assert float(code.detach().abs().max()) <= 1


def test_the_encoder_sees_no_later_frames() -> None:
    model, seen = autoencoder(), clips()
    later = seen.clone()
    later[:, 5:] = 0
    first, second = model.encoder(seen), model.encoder(later)
    assert torch.equal(first[:, :2], second[:, :2])
    assert not torch.equal(first[:, 2], second[:, 2])


def test_decoded_clips_have_their_shape_again() -> None:
    model = autoencoder()
    assert model.decoder(model.encoder(clips())).shape == clips().shape


def test_folding_is_undone_by_unfolding() -> None:
    x = torch.rand(2, 4, 6, 8, 5)
    assert torch.equal(unfolded(folded(x, 2, 2), 2, 2), x)
    assert folded(x, 4, 2).shape == (2, 1, 3, 4, 4 * 2 * 2 * 5)


def test_tokens_and_rounded_codes_say_the_same() -> None:
    code = torch.rand(2, 3, CHANNELS, generator=torch.Generator().manual_seed(0)) * 2 - 1
    tokens = tokens_of(code)
    assert tokens.shape == (2, 3, CHANNELS // PER_TOKEN)
    assert 0 <= int(tokens.min()) <= int(tokens.max()) < TOKENS
    assert torch.allclose(code_of(tokens), rounded(code), atol=1e-6)
    assert torch.equal(tokens_of(code_of(tokens)), tokens)
    assert float((code_of(tokens) - code).abs().max()) <= 1 / (LEVELS - 1) + 1e-6


def test_gradients_pass_through_rounding_and_jitter_stays_within_a_step() -> None:
    code = torch.linspace(-1, 1, 24, requires_grad=True)
    rounded(code).sum().backward()  # type: ignore[no-untyped-call]
    assert code.grad is not None
    assert torch.equal(code.grad, torch.ones(24))
    moved = jittered(code.detach(), torch.rand(24)) - code.detach()
    assert float(moved.abs().max()) <= 1 / (LEVELS - 1)


def test_it_overfits_two_clips_of_a_moving_square_in_both_readings() -> None:
    frames = torch.zeros(2, 9, 3, 32, 48)
    for t in range(9):
        frames[0, t, 0, 8:20, 4 + 3 * t : 16 + 3 * t] = 1
        frames[1, t, 1:, 2 + t : 16 + t, 20:36] = 1
    batch = LatentBatch((frames * 255).byte(), (frames.amax(2) * 255).byte())
    model = autoencoder()
    optimiser = Optimiser(model.named_parameters(), OptimiserConfig(muon_rate=0.02, adam_rate=3e-3))
    for step in range(120):
        loss, _ = model.loss("reconstruction", batch, torch_rng(0, f"{step}"))
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step(min(1.0, (120 - step) / 60))
    with torch.no_grad():
        code = model.encoder(frames)
        still = (frames.mean(1, keepdim=True) - frames).square().mean()
        for read in (code, rounded(code)):
            assert (model.decoder(read) - frames).square().mean() < 0.75 * still


def test_the_codec_takes_frames_and_gives_them_back_in_8_bits() -> None:
    codec = LatentCodec(autoencoder())
    frames = (clips(1)[0].permute(0, 2, 3, 1) * 255).byte().numpy()
    code = codec.encode(frames)
    assert tuple(code.shape) == codec.codes_shape(SHAPE)
    shown = codec.decode(code, None, SHAPE)
    assert shown.shape == frames.shape
    assert shown.dtype == np.uint8


def test_a_shape_that_has_no_code_is_refused() -> None:
    for wrong in (replace(SHAPE, frames=8), replace(SHAPE, height=30), replace(SHAPE, width=20)):
        with pytest.raises(AssertionError):
            latent_shape(wrong)


def test_the_crops_of_a_step_are_always_the_same_and_show_actors() -> None:
    source = ClipCrops(size=4, frames=5, side=64, seed=3, world=Storybook(stage=4))
    first, again, other = source(7), source(7), source(8)
    assert first.frames.shape == (4, 5, 3, 64, 64)
    assert first.actors.shape == (4, 5, 64, 64)
    assert torch.equal(first.frames, again.frames)
    assert not torch.equal(first.frames, other.frames)
    assert int(first.actors.max()) == 255


def test_tracks_of_crops_say_where_the_crops_show_the_actor_and_some_say_nothing() -> None:
    source = ClipCrops(size=32, frames=17, side=48, seed=3, world=MovingShapes(), tracks=True)
    batch = source(0)
    assert batch.tracks is not None
    actors, ticks = batch.actors.float() / 255, (torch.arange(48) + 0.5) / 48
    shown = actors.sum((2, 3))
    whole = (shown > 0.999 * shown.amax(1, keepdim=True)).all(1) & (actors[:, :, [0, -1]].sum((1, 2, 3)) == 0)
    heard = batch.tracks[:, 0, 0, PRESENT] > 0
    assert 0 < int(heard.sum()) < len(heard)
    assert not batch.tracks[~heard].any()
    told = by_frames(batch.tracks[..., MOMENTS])[:, :, 0, 0]  # (B, T) right; a triangle's middle lies there, too
    seen = (actors.sum(2) * ticks).sum(2) / shown.clamp(min=1e-3)
    inside = whole & heard & (actors[:, :, :, [0, -1]].sum((1, 2, 3)) == 0)
    assert int(inside.sum()) > 3
    assert torch.allclose(told[inside], seen[inside], atol=0.01)


def test_the_recipe_builds_what_its_config_says() -> None:
    run = tiny_latent()
    model = run.build()
    assert isinstance(model, LatentAutoencoder)
    assert LatentConfig(**run.config["autoencoder"]) == model.config


def test_a_decoder_that_draws_finer_begins_as_it_was() -> None:
    plain = autoencoder()
    finer = LatentAutoencoder(replace(CONFIG, finest=8, finest_depth=1))
    finer.load_state_dict(plain.state_dict(), strict=False)
    code = plain.encoder(clips())
    assert torch.equal(finer.decoder(code), plain.decoder(code))
    assert finer.decoder.detail is not None
    torch.nn.init.normal_(finer.decoder.detail.out.weight)
    assert not torch.allclose(finer.decoder(code), plain.decoder(code))


def with_palette() -> LatentAutoencoder:
    few = LatentAutoencoder(replace(CONFIG, colours=2))
    others = {name: weight for name, weight in autoencoder().state_dict().items() if name in few.state_dict()}
    few.load_state_dict({n: w for n, w in others.items() if not n.startswith("decoder.out.")}, strict=False)
    return few


def pixels_of(model: LatentAutoencoder) -> Tensor:  # (B, pixels, 3)
    pixels: Tensor = rearrange(model.decoder(model.encoder(clips())).detach(), "b t c h w -> b (t h w) c")
    return pixels


def test_while_it_learns_a_decoder_with_a_palette_mixes_two_colours_that_never_change() -> None:
    for model, line in ((with_palette(), True), (autoencoder(), False)):
        pixels = pixels_of(model)
        spread = torch.linalg.svdvals(pixels - pixels.mean(dim=1, keepdim=True))
        # Mixtures of two colours lie on one line of the colour space, and of one only if neither ever changes.
        assert bool((spread[:, 1] < 1e-4 * spread[:, 0]).all()) is line


def test_a_clip_is_made_of_the_colours_of_its_palette_and_another_of_others() -> None:
    first, second = (clip.unique(dim=0) for clip in pixels_of(with_palette().eval()))
    assert len(first) == len(second) == 2
    assert not torch.allclose(first, second, atol=1e-4)


def test_every_part_of_a_palette_learns() -> None:
    few = with_palette()
    assert few.decoder.palette is not None
    frames = (255 * clips()).byte()
    loss, _ = few.loss("reconstruction", LatentBatch(frames, torch.zeros_like(frames[:, :, 0])), torch_rng(0, "few"))
    slopes = torch.autograd.grad(loss, list(few.decoder.palette.parameters()))
    assert all(float(slope.abs().max()) > 1e-5 for slope in slopes)


def test_a_decoder_goes_on_alone_and_reads_the_same_codes(
    tiny_codec: Path, tiny_story: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made = train("tiny_latent_decoder", codec=tiny_codec, teacher=tiny_story, folder=Path("runs") / "latent_decoder")
    before, after = load_autoencoder(tiny_codec), load_autoencoder(made.folder)
    frames = clips()
    assert torch.equal(after.encoder(frames), before.encoder(frames))
    code = before.encoder(frames)
    assert not torch.allclose(after.decoder(code), before.decoder(code))
    assert after.config.finest == 8
    again = train("tiny_latent_decoder", codec=made.folder, teacher=tiny_story, folder=tmp_path / "again")
    assert codes_of(again) == codes_of(made) == Checkpoint(tiny_codec).sha256
    with pytest.raises(MutoscopeError, match="begins with the weights of its codec"):
        train(
            "tiny_latent_decoder",
            codec=tiny_codec,
            teacher=tiny_story,
            start=made.folder,
            folder=tmp_path / "other",
        )
    with pytest.raises(MutoscopeError, match="needs a codec"):
        train("tiny_latent_decoder")


def test_a_model_without_a_codec_of_its_own_draws_with_the_decoder_that_learned_more(
    tiny_codec: Path, tiny_story: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert codec_of(Checkpoint(tiny_story)) == tiny_story / "codec"
    shutil.copytree(tiny_story, "bare", ignore=shutil.ignore_patterns("codec"))
    bare = Checkpoint(Path("bare"))
    with pytest.raises(MutoscopeError, match="is in none of"):
        codec_of(bare)
    made = train("tiny_latent_decoder", codec=tiny_codec, teacher=tiny_story, folder=Path("runs") / "latent_decoder")
    assert codec_of(bare) == made.folder
    digests = {api.load(str(folder)).digest for folder in (tiny_story, Path("bare"))}
    assert len(digests) == 2  # clips of one decoder are no clips of another


def test_a_decoder_goes_on_alone_by_codes_that_a_model_draws_of_the_same_clips(
    tiny_codec: Path, tiny_story: Path
) -> None:
    run = tiny_latent_decoder(codec=tiny_codec, teacher=tiny_story)
    batch, again = run.batches(3), tiny_latent_decoder(codec=tiny_codec, teacher=tiny_story).batches(3)
    assert batch.frames.shape == (4, 9, 3, 32, 32)
    assert batch.codes.shape == (4, 3, 2, 2, CHANNELS)
    assert torch.equal(batch.frames, again.frames)
    assert torch.equal(batch.codes, again.codes)
    model = run.build()
    assert isinstance(model, LatentAutoencoder)
    own = model.encoder(batch.frames.float() / 255)
    wrong = (batch.codes - own).square().mean()
    assert 0 < wrong < (own - own.roll(2, dims=0)).square().mean()  # nearer to its own clip than to the other
    seen = list[Tensor]()
    model.decoder.register_forward_pre_hook(lambda _, told: seen.append(told[0]))
    loss, _ = model.loss("reconstruction", batch, torch_rng(0, "redrawn"))
    loss.backward()  # type: ignore[no-untyped-call]
    assert (seen[0] - batch.codes).abs().max() <= 1 / (LEVELS - 1) + 1e-6  # half of a level, or jitter
    assert all(p.grad is None for p in model.encoder.parameters())


def test_a_model_of_another_codec_does_not_teach_a_decoder(tiny_codec: Path, tiny_story: Path, tmp_path: Path) -> None:
    other = save_checkpoint(
        tmp_path / "other", Checkpoint(tiny_codec).config, tiny_latent().build(), "# other", eight_bits=True
    )
    with pytest.raises(MutoscopeError, match="codes of another codec"):
        train("tiny_latent_decoder", codec=other.folder, teacher=tiny_story, folder=tmp_path / "run")
    with pytest.raises(MutoscopeError, match="needs a teacher"):
        train("tiny_latent_decoder", codec=tiny_codec)
