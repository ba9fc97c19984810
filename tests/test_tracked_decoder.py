"""A decoder that is told where everyone is heeds it, and does without where nobody has said it."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from mutoscope.checkpoints.bundled import WEIGHTS
from mutoscope.codecs.latent import Care, LatentAutoencoder, LatentBatch, LatentCodec, LatentConfig, contrast_of
from mutoscope.codecs.latent_code import STRIDE
from mutoscope.codecs.track_code import ACTORS, KIND, MOMENTS, PRESENT
from mutoscope.pipeline import load_pipeline
from mutoscope.recipes import latent_decoder
from mutoscope.recipes.latent_decoder import tiny_latent_decoder
from mutoscope.request import GenerateRequest
from mutoscope.seeding import torch_rng
from mutoscope.shapes import ClipShape
from mutoscope.training.optimiser import Optimiser, OptimiserConfig

CONFIG = LatentConfig(
    seen=16, coarse=16, middle=16, fine=16, encoder_depths=(1, 1), decoder_depths=(1, 1, 1), finest=8, finest_depth=1
)  # fmt: skip
SHAPE = ClipShape(frames=9, height=32, width=48, fps=8)
CODE = torch.zeros(3, 2, 3, 24)


def autoencoder(*, tracks: bool = True) -> LatentAutoencoder:
    torch.manual_seed(0)
    model = LatentAutoencoder(replace(CONFIG, tracks=tracks))
    assert model.decoder.detail is not None
    torch.nn.init.normal_(model.decoder.detail.out.weight)
    return model


def listening(model: LatentAutoencoder) -> LatentAutoencoder:
    """One that has learned to look at tracks."""
    sketch = model.decoder.sketch
    assert sketch is not None
    for weight in (sketch.coarse.weight, *(() if sketch.fine is None else (sketch.fine.weight,))):
        torch.nn.init.normal_(weight)
    return model


def going(start: float, step: float) -> Tensor:
    """Tracks (T',N,C) of one that goes to the right, frame by frame."""
    tracks = torch.zeros(3, ACTORS, MOMENTS.stop)
    tracks[:, 0, PRESENT] = tracks[:, 0, KIND.start] = 1
    frames = [0, 0, 0, 0, *range(1, 9)]
    moments = torch.tensor([[start + step * frame, 0.5, math.log(0.4), 1, 0, 0.9, 0.1, 0.1] for frame in frames])
    tracks[:, 0, MOMENTS] = moments.reshape(3, -1)
    return tracks


def test_a_decoder_that_can_be_told_begins_as_it_was() -> None:
    plain, told = autoencoder(tracks=False), autoencoder()
    told.load_state_dict(plain.state_dict(), strict=False)
    code, tracks = CODE[None], going(0.3, 0.05)[None]
    assert torch.equal(told.decoder(code, tracks), plain.decoder(code))
    for level in ("coarse", "fine"):
        heard = autoencoder()
        torch.nn.init.normal_(getattr(heard.decoder.sketch, level).weight)
        assert not torch.allclose(heard.decoder(code, tracks), plain.decoder(code))


def test_who_is_told_nothing_draws_as_if_nobody_were_there() -> None:
    decoder = listening(autoencoder()).decoder
    assert torch.equal(decoder(CODE[None]), decoder(CODE[None], torch.zeros(1, 3, ACTORS, MOMENTS.stop)))


def test_frames_are_decoded_with_tracks_empty_ones_or_none() -> None:
    codec = LatentCodec(listening(autoencoder()))
    alone, empty = codec.decode(CODE, None, SHAPE), codec.decode(CODE, None, SHAPE, tracks=torch.zeros(0))
    assert np.array_equal(alone, empty)
    assert not np.array_equal(alone, codec.decode(CODE, None, SHAPE, tracks=going(0.3, 0.05)))


def test_tracks_tell_what_a_code_does_not() -> None:
    """Of two clips with one code, each is drawn as its tracks say."""
    tracks = torch.stack([going(0.2, 0.05), going(0.8, -0.05)])
    torch.manual_seed(0)
    model = LatentAutoencoder(replace(CONFIG, tracks=True))
    assert model.decoder.sketch is not None
    shown = model.decoder.sketch.drawn(tracks, 32, 48).flatten(1, 2)[:, STRIDE - 1 :, :1].detach()
    frames = 0.8 - 0.6 * shown.expand(-1, -1, 3, -1, -1)
    batch = LatentBatch((frames * 255).byte(), (shown[:, :, 0] * 255).byte(), CODE.expand(2, -1, -1, -1, -1), tracks)
    optimiser = Optimiser(model.named_parameters(), OptimiserConfig(muon_rate=0.02, adam_rate=3e-3))
    for step in range(100):
        loss, _ = model.loss("reconstruction", batch, torch_rng(0, f"{step}"))
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step(min(1.0, (100 - step) / 50))
    with torch.no_grad():
        told, deaf = (model.decoder(batch.codes, heard) for heard in (tracks, None))
    alike = (frames.mean(dim=0) - frames).square().mean()  # the best that one code alone allows
    assert (told - frames).square().mean() < 0.3 * alike
    assert (deaf - frames).square().mean() > 0.8 * alike


def test_crops_to_learn_from_are_mostly_told_their_own_tracks(
    tiny_codec: Path, tiny_story: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def met() -> float:
        """How often an actor is where its track says, of all that are told in the crop."""
        batches, shown = tiny_latent_decoder(codec=tiny_codec, teacher=tiny_story).batches, list[bool]()
        for step in range(40):
            batch = batches(step)
            for actors, tracks in zip(batch.actors, batch.tracks[:, 0], strict=True):
                for x, y in tracks[tracks[:, PRESENT] > 0, MOMENTS][:, :2]:
                    row, column = int(y * actors.shape[1]), int(x * actors.shape[2])
                    if 0 <= row < actors.shape[1] and 0 <= column < actors.shape[2]:
                        shown.append(bool(actors[0, row, column] > 127))
        assert len(shown) > 10
        return sum(shown) / len(shown)

    assert met() > 0.7
    monkeypatch.setattr(latent_decoder, "_ASTRAY", 0.0)
    right = met()
    assert right > 0.9
    monkeypatch.setattr(latent_decoder, "_ASTRAY", 1.0)
    assert met() < right - 0.1


def test_some_crops_to_learn_from_are_told_no_tracks(tiny_codec: Path, tiny_story: Path) -> None:
    batches = tiny_latent_decoder(codec=tiny_codec, teacher=tiny_story).batches
    told = torch.cat([batches(step).tracks.flatten(1).any(dim=1) for step in range(12)])
    assert 0 < int((~told).sum()) < len(told) / 2


@pytest.mark.parametrize("photo", [False, True])
def test_a_clip_is_decoded_by_the_tracks_that_it_was_drawn_by(tiny_story: Path, photo: bool) -> None:
    pipeline = load_pipeline(tiny_story, WEIGHTS / "matte")
    assert isinstance(pipeline.codec, LatentCodec)
    assert pipeline.choreographer is not None
    pipeline.choreographer.scaling.mean[:, PRESENT] = 100  # somebody is there, whatever it guesses
    own = pipeline.codec.autoencoder
    told = LatentAutoencoder(replace(own.config, tracks=True))
    told.load_state_dict(own.state_dict(), strict=False)
    pipeline = replace(pipeline, codec=LatentCodec(listening(told)))
    request = GenerateRequest(prompt="a red circle bounces", seconds=1.0, fps=8, size="128x128")
    first = np.full((128, 128, 3), 200, np.uint8) if photo else None
    asked = pipeline.staged(request, pipeline.conditioner(request, first))
    codes, tracks = pipeline.codes(request, asked), asked.condition.tracks[0].clone()
    frames = pipeline.generate(request, pixels=first).frames
    if photo:  # a frame that is known shows better where everyone is
        assert tracks[0].any()
        tracks[0] = 0
    assert np.array_equal(frames, pipeline.codec.decode(codes, None, asked.shape, tracks=tracks)[: len(frames)])
    assert not np.array_equal(frames, pipeline.codec.decode(codes, None, asked.shape)[: len(frames)])


def test_a_white_thing_on_a_pale_ground_counts_as_much_as_a_red_one() -> None:
    actors = torch.zeros(3, 5, 16, 16)
    actors[:2, :, 4:8, 4:8] = 1
    frames = torch.full((3, 5, 3, 16, 16), 0.8)
    frames[0, :, :, 4:8, 4:8] = 1.0
    frames[1, :, 1:, 4:8, 4:8] = 0.2
    white, red, nobody = contrast_of(frames, actors).tolist()
    assert [white, red, nobody] == pytest.approx([0.2, 0.4, 1.0])
    plain, careful = (LatentAutoencoder(CONFIG, Care(faint=faint)) for faint in (0.0, 0.4))
    careful.load_state_dict(plain.state_dict())

    def costs(model: LatentAutoencoder, which: int) -> float:
        one = LatentBatch((frames[[which]] * 255).byte(), (actors[[which]] * 255).byte(), torch.zeros(1, 2, 1, 1, 24))
        return float(model.loss("reconstruction", one, torch_rng(0, "one"))[0].detach())

    for which, more in ((0, 2), (1, 1), (2, 1)):
        assert costs(careful, which) == pytest.approx(more * costs(plain, which), rel=0.03)  # in 8 bits
