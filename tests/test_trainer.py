import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from mutoscope.errors import MutoscopeError
from mutoscope.networks.attention import Block
from mutoscope.objective import Objective
from mutoscope.recipes.matte import tiny_matte
from mutoscope.recipes.running import train
from mutoscope.seeding import torch_rng
from mutoscope.training.optimiser import OptimiserConfig, orthogonalised
from mutoscope.training.run import Run
from mutoscope.training.trainer import Trainer


class Line(Objective):
    """Learns a linear map: the smallest objective."""

    phases: tuple[str, ...] = ("fit",)

    def __init__(self) -> None:
        super().__init__()
        self.map = nn.Linear(4, 3)

    def loss(self, phase: str, batch: Tensor, rng: torch.Generator) -> tuple[Tensor, Mapping[str, float]]:
        noisy = batch + 0.01 * torch.randn(batch.shape, generator=rng)
        return (self.map(noisy) - batch[:, :3]).square().mean(), {"rows": float(len(batch))}


def batches(step: int) -> Tensor:
    return torch.randn(16, 4, generator=torch_rng(3, f"{step}"))


RUN = Run(
    name="line",
    config={},
    build=Line,
    batches=batches,
    steps=40,
    warmup=2,
    workers=0,
    journal_every=5,
    save_every=10,
    bf16=False,
)


def test_training_lowers_the_loss_and_keeps_a_journal(tmp_path: Path) -> None:
    Trainer(RUN, tmp_path).train()
    rows = [json.loads(line) for line in (tmp_path / "journal.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == list(range(5, 41, 5))
    assert rows[-1]["fit"] < 0.3 * rows[0]["fit"]
    assert all(row["rows"] == 16 for row in rows)


def test_a_run_killed_and_resumed_ends_like_an_unbroken_one_to_the_last_digit(tmp_path: Path) -> None:
    whole = Trainer(RUN, tmp_path / "whole")
    whole.train()
    Trainer(RUN, tmp_path / "broken").train(until=17)
    second = Trainer(RUN, tmp_path / "broken")
    assert second.resume()
    assert second.step == 17
    second.train()
    for name, value in whole.objective.state_dict().items():
        assert torch.equal(value, second.objective.state_dict()[name]), name
    for name, value in whole.ema.items():
        assert torch.equal(value, second.ema[name]), name


def test_batches_made_by_a_worker_process_are_the_same_batches(tmp_path: Path) -> None:
    ends = []
    for workers in (0, 1):
        trainer = Trainer(replace(RUN, steps=6, workers=workers), tmp_path / str(workers))
        trainer.train()
        ends.append(trainer.objective.state_dict()["map.weight"])
    assert torch.equal(*ends)


def test_a_run_can_begin_with_the_weights_of_a_checkpoint(tmp_path: Path) -> None:
    first = train("tiny_matte", folder=tmp_path / "first")
    trainer = Trainer(tiny_matte(), tmp_path / "second")
    trainer.begin_with(first)
    fresh = tiny_matte().build().kept()
    first.load_into(fresh)
    for name, value in fresh.state_dict().items():
        assert torch.equal(trainer.objective.kept().state_dict()[name], value)
    train("tiny_matte", folder=tmp_path / "third", start=first.folder)
    again = train("tiny_matte", folder=tmp_path / "third", resume=True)
    assert first.sha256[:12] in (again.folder / "card.md").read_text("utf-8")


def test_a_phase_learns_in_its_own_way_and_from_its_own_time(tmp_path: Path) -> None:
    moved = []
    still = {"fit": OptimiserConfig(muon_rate=0.0, adam_rate=0.0)}
    one = replace(RUN, steps=1)
    late = replace(RUN, waits={"fit": 1})
    for number, run in enumerate((one, replace(one, optimisers=still), replace(late, steps=1), replace(late, steps=2))):
        trainer = Trainer(run, tmp_path / str(number))
        before = trainer.objective.state_dict()["map.weight"].clone()
        trainer.train()
        moved.append(not torch.equal(before, trainer.objective.state_dict()["map.weight"]))
    assert moved == [True, False, False, True]


def test_a_phase_that_waited_goes_on_to_the_last_digit(tmp_path: Path) -> None:
    run = replace(RUN, steps=8, waits={"fit": 2}, warmup=4)
    whole, first = Trainer(run, tmp_path / "whole"), Trainer(run, tmp_path / "halves")
    whole.train()
    first.train(until=5)
    second = Trainer(run, tmp_path / "halves")
    assert second.resume()
    second.train()
    for name, p in whole.objective.state_dict().items():
        assert torch.equal(p, second.objective.state_dict()[name]), name


def test_the_journal_tells_the_mean_over_the_steps_in_which_a_phase_learned(tmp_path: Path) -> None:
    Trainer(replace(RUN, steps=4, journal_every=4, waits={"fit": 3}), tmp_path).train()
    assert json.loads((tmp_path / "journal.jsonl").read_text())["rows"] == 16


def test_a_run_goes_on_as_it_was_begun(tmp_path: Path) -> None:
    trainer = Trainer(RUN, tmp_path / "line")
    trainer.flags = "--changes"
    trainer.train(until=2)
    other = Trainer(RUN, tmp_path / "line")
    other.flags = ""
    with pytest.raises(MutoscopeError, match=r"begun with --changes.*same flags"):
        other.resume()
    other.flags = "--changes"
    assert other.resume()


def test_a_state_of_another_network_is_refused_with_a_cure(tmp_path: Path) -> None:
    class Wider(Line):
        def __init__(self) -> None:
            super().__init__()
            self.map = nn.Linear(4, 5)

    Trainer(RUN, tmp_path).train(until=2)
    with pytest.raises(MutoscopeError, match=r"another network.*--start"):
        Trainer(replace(RUN, build=Wider), tmp_path).resume()


def test_there_is_nothing_to_resume_in_an_empty_folder(tmp_path: Path) -> None:
    assert not Trainer(RUN, tmp_path).resume()


def test_orthogonalised_matrices_have_singular_values_near_one() -> None:
    matrix = torch.randn(24, 8, generator=torch_rng(0, "matrix"))
    values = torch.linalg.svdvals(orthogonalised(matrix).float())
    assert values.min() > 0.5
    assert values.max() < 1.5


def test_training_needs_no_video_library(tmp_path: Path) -> None:
    """A machine lent for training may lack PyAV."""
    words = "import sys; sys.modules['av'] = None; from mutoscope.recipes.running import train; train('tiny_motion')"
    done = subprocess.run([sys.executable, "-c", words], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "runs" / "tiny_motion" / "checkpoint" / "model.safetensors").is_file()


class Watching(Line):
    """The same through a block of attention, which is what `compiled` compiles."""

    def __init__(self) -> None:
        super().__init__()
        self.block = Block(4, 1)

    def loss(self, phase: str, batch: Tensor, rng: torch.Generator) -> tuple[Tensor, Mapping[str, float]]:
        seen = self.block(batch[None], None, torch.zeros(1, 1, len(batch), len(batch)))[0]
        return (self.map(seen) - batch[:, :3]).square().mean(), {}


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("g++") is None, reason="no C++ compiler is here")
def test_a_compiled_run_learns_what_a_plain_one_does(tmp_path: Path) -> None:
    run = replace(RUN, build=Watching)
    plain, compiled = Trainer(run, tmp_path / "plain"), Trainer(run, tmp_path / "compiled", compiled=True)
    plain.train(10)
    compiled.train(10)
    for (name, one), (_, other) in zip(
        plain.objective.named_parameters(), compiled.objective.named_parameters(), strict=True
    ):
        assert torch.allclose(one, other, atol=1e-3), name


def test_compiling_without_a_compiler_is_refused_with_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(MutoscopeError, match=r"g\+\+"):
        train("tiny_matte", compiled=True)


def test_a_slower_pace_slows_every_step_and_stands_on_the_card(tmp_path: Path) -> None:
    slower = replace(RUN, pace=0.25)
    assert [slower.rate(step, "line") for step in range(RUN.steps)] == [
        0.25 * RUN.rate(step, "line") for step in range(RUN.steps)
    ]
    made = train("tiny_upsampler", pace=0.5, folder=tmp_path / "slow")
    assert "tiny_upsampler --pace 0.5`" in (made.folder / "card.md").read_text()
    for wrong in (0.0, -1.0, 11.0, float("nan")):
        with pytest.raises(MutoscopeError, match="pace"):
            train("tiny_upsampler", pace=wrong, folder=tmp_path / "wrong")
    assert not (tmp_path / "wrong").exists()
    with pytest.raises(MutoscopeError, match="begun with"):
        train("tiny_upsampler", pace=0.7, resume=True, folder=tmp_path / "slow")


def test_where_training_alone_is_installed_a_wrong_wish_ends_in_words() -> None:
    command = [sys.executable, "-m", "mutoscope.recipes", "tiny_matte", "--stage", "2"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "takes no stage" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("wishes", "told"),
    [
        ({"start": Path("nowhere")}, "nowhere"),
        ({"stage": 9}, "Stage 9"),
        ({"steps": 0}, "0 steps"),
    ],
)
def test_what_no_run_can_begin_with_is_told(wishes: dict[str, object], told: str, tmp_path: Path) -> None:
    with pytest.raises(MutoscopeError, match=told):
        train("tiny_alignment", folder=tmp_path / "run", **wishes)  # type: ignore[arg-type]
    assert not (tmp_path / "run").exists()


def test_a_damaged_state_is_told(tmp_path: Path) -> None:
    (tmp_path / "state.safetensors").write_bytes(b"not a state")
    with pytest.raises(MutoscopeError, match="is damaged"):
        train("tiny_matte", folder=tmp_path, resume=True)
