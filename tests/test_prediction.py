"""What follows given frames: the truth errs least, a frame that is held errs more and more, and a baseline learns."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from mutoscope.checkpoints.checkpoint import Checkpoint
from mutoscope.checkpoints.forecaster import open_forecaster
from mutoscope.checkpoints.latent import codec_folder, load_autoencoder
from mutoscope.cli import main
from mutoscope.codecs.latent import LatentCodec
from mutoscope.codecs.latent_code import CHANNELS
from mutoscope.codecs.scaling import Scaling
from mutoscope.errors import MutoscopeError
from mutoscope.evaluation.prediction import Frames, PredictionReport, Predictor, measure_prediction
from mutoscope.evaluation.storybook.asking import draw_prompts, true_clip
from mutoscope.families.forecaster import Forecaster, ForecasterBatch, ForecasterConfig
from mutoscope.networks.mixers import ConvLSTM
from mutoscope.recipes.running import train
from mutoscope.seeding import torch_rng
from mutoscope.shapes import ClipShape
from mutoscope.training.optimiser import Optimiser, OptimiserConfig

SHAPE = ClipShape(frames=13, height=64, width=64, fps=8)


def forecaster() -> Forecaster:
    torch.manual_seed(0)
    nothing = torch.zeros(1, CHANNELS)
    return Forecaster(ForecasterConfig(width=16, depth=1), Scaling(nothing, nothing + 1))


def moving(count: int, times: int = 6) -> Tensor:
    """Codes of a bright column that goes one place to the right at each time."""
    codes = torch.zeros(count, times, 4, 8, CHANNELS)
    for row in range(count):
        for time in range(times):
            codes[row, time, :, (row + time) % 8] = 0.8
    return codes


def test_one_step_after_another_is_the_whole_sequence_at_once() -> None:
    torch.manual_seed(0)
    lstm, clip = ConvLSTM(3), torch.randn(2, 4, 5, 5, 3)
    state, told = None, []
    for frame in clip.permute(1, 0, 4, 2, 3):
        state = lstm.step(frame, state)
        told.append(state.said)
    assert torch.allclose(torch.stack(told, dim=1).permute(0, 1, 3, 4, 2), lstm(clip), atol=1e-6)


def test_the_baseline_begins_by_holding_the_last_frame_and_learns_to_go_on() -> None:
    learner, codes = forecaster(), moving(8)
    held = learner.predict(codes[0, :3], 6)
    assert torch.equal(held[:3], codes[0, :3])
    assert torch.allclose(held[3:], codes[0, 2:3].expand(3, -1, -1, -1), atol=1e-6)
    optimiser = Optimiser(list(learner.named_parameters()), OptimiserConfig(muon_rate=0.02, adam_rate=5e-3))
    for step in range(150):
        loss, _ = learner.loss("forecast", ForecasterBatch(codes), torch_rng(0, f"{step}"))
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step(1.0)
    new = learner.predict(codes[3, :3], 6)
    assert torch.equal(learner.predict(codes[3, :3], 6), new)
    error, of_holding = ((guess - codes[3, 3:]).square().mean() for guess in (new[3:], held[3:] * 0 + codes[3, 2]))
    assert error < 0.3 * of_holding


@pytest.fixture(scope="module")
def report() -> PredictionReport:
    """One who knows the truth, and one of whose futures the second is true, with the bundled codec."""
    codec = LatentCodec(load_autoencoder(codec_folder()))
    prompts = draw_prompts(3, 1, SHAPE, held_out=False)
    clips = [(p.text, true_clip(p.story, SHAPE, index)) for index, p in enumerate(prompts)]
    truth = {caption: codec.encode(true) for caption, true in clips}

    def held(sentence: str, known: Tensor, seed: int) -> Frames:
        assert torch.allclose(known, truth[sentence][: len(known)])
        return codec.decode(torch.cat([known, known[-1:].expand(4 - len(known), -1, -1, -1)]), None, SHAPE)

    def true(sentence: str, known: Tensor, seed: int) -> Frames:
        return codec.decode(truth[sentence], None, SHAPE)

    predictors = {
        "seer": Predictor(predict=true, seeds=1),
        "guesser": Predictor(predict=lambda s, k, seed: (true if seed % 2 else held)(s, k, seed), seeds=2),
    }
    return measure_prediction(predictors, codec, SHAPE, clips, 5, lambda line: None)


def test_errors_grow_for_who_stands_still_and_not_for_who_knows(report: PredictionReport) -> None:
    assert list(report.errors) == [
        "the codec alone", "seer", "guesser, mean of 2", "guesser, best of 2", "the last frame, held",
    ]  # fmt: skip
    assert report.seconds == [0.5, 1.0]
    alone, seer, mean, best, held = (np.array(errors) for errors in report.errors.values())
    assert np.array_equal(alone, seer)
    assert np.allclose(best, alone)
    assert (mean > best).all()
    assert held[1] > held[0] > alone[0]
    assert report.table().splitlines()[2] == "| seconds ahead | 0.5 | 1.0 |"


def test_the_command_measures_all_families_beside_the_baseline(
    at_home: Path, tiny_codec: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["evaluate", "prediction", "--scenes", "2", "--seeds", "2", "--given", "5"]
    assert main(words) == 0
    assert "mutoscope train forecaster" in capsys.readouterr().err
    folder = train("tiny_forecaster", codec=tiny_codec, folder=tmp_path / "run").folder
    capsys.readouterr()
    assert main([*words, "--forecaster", str(folder)]) == 0
    rows = [line.split(" | ")[0].removeprefix("| ") for line in capsys.readouterr().out.splitlines() if "|" in line][2:]
    families = [f"{name}, {of} of 2" for name in ("diffusion", "gan", "autoregressive") for of in ("mean", "best")]
    assert rows == ["the codec alone", *families, "ConvLSTM", "the last frame, held"]
    assert main([*words[:-1], "4"]) == 2
    assert "1, 5" in capsys.readouterr().err
    assert Checkpoint(folder).config["forecaster"] == {"width": 16, "depth": 1}
    with pytest.raises(MutoscopeError, match="another codec"):
        open_forecaster(folder, "0" * 64)
