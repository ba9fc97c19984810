"""The one trainer: batches in, smoothed weights out, resumable to the last digit."""

import json
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from mutoscope.checkpoints.checkpoint import Checkpoint
from mutoscope.errors import MutoscopeError
from mutoscope.networks.attention import Attention, Block
from mutoscope.objective import Objective
from mutoscope.seeding import torch_rng
from mutoscope.training.optimiser import Optimiser
from mutoscope.training.run import BatchSource, Run


class Trainer:
    """Trains a run in a folder, where `journal.jsonl` grows and `state.safetensors` lets it resume.

    `compiled`: by torch.compile, which needs a C++ compiler, takes a minute or two, and rounds otherwise.
    """

    def __init__(self, run: Run, folder: Path, device: torch.device | str = "cpu", *, compiled: bool = False) -> None:
        self.run, self.folder, self.device = run, folder, torch.device(device)
        torch.manual_seed(run.seed)
        self.objective: Objective = run.build().to(self.device)
        if compiled:
            # Blocks alone, as there most of the time goes, and each is compiled once for all lengths of a prompt. Those that mix
            # by something other than attention are not: torch's compiler fails on their reshapes where lengths may change.
            for module in self.objective.modules():
                if isinstance(module, Block) and isinstance(module.attention, Attention):
                    module.compile(dynamic=True)
        named = {id(p): n for n, p in self.objective.named_parameters()}
        self.optimisers = {
            phase: Optimiser(
                [(named[id(p)], p) for p in self.objective.parameters_of(phase)],
                run.optimisers.get(phase, run.optimiser),
            )
            for phase in self.objective.phases
        }
        self.ema = self._copied()
        self.step = 0
        self.seconds = 0.0
        self.origin = ""  # digest of the weights that it began with, if it did
        self.flags: str | None = None  # how the run was asked for; None: nobody said

    def begin_with(self, checkpoint: Checkpoint) -> int:
        """Take what fits of a checkpoint for the first weights, instead of random ones. How many tensors that are."""
        lent = checkpoint.lend_to(self.objective.kept(), self.run.config.get("vocabulary", ()))
        self.ema = self._copied()
        self.origin = checkpoint.sha256
        return lent

    def _copied(self) -> dict[str, Tensor]:
        return {n: p.detach().clone() for n, p in self.objective.named_parameters()}

    def train(self, until: int | None = None) -> None:
        """Go on from `self.step` to `until` (all steps if not given), saving on the way and at the end."""
        end = min(self.run.steps, until if until is not None else self.run.steps)
        self.folder.mkdir(parents=True, exist_ok=True)
        told: dict[str, list[float]] = {}
        last_saved, started = self.step, time.monotonic() - self.seconds
        for batch in batches_of(self.run, self.step, end):
            for name, value in self._one_step(to_device(batch, self.device)).items():
                told.setdefault(name, []).append(value)
            self.step += 1
            self.seconds = time.monotonic() - started
            if self.step % self.run.journal_every == 0 or self.step == end:
                # A phase that waited has told less than the others.
                self._write_journal({name: sum(values) / len(values) for name, values in told.items()})
                told = {}
            if self.step - last_saved >= self.run.save_every or self.step == end:
                self.save()
                last_saved = self.step

    def _one_step(self, batch: Any) -> dict[str, float]:
        numbers: dict[str, float] = {}
        for phase, optimiser in self.optimisers.items():
            if self.run.learned(self.step, phase) < 0:
                continue
            rng = torch_rng(self.run.seed, f"{self.run.name}/{phase}/{self.step}")
            with torch.autocast(self.device.type, torch.bfloat16, enabled=self.run.bf16):
                loss, extra = self.objective.loss(phase, batch, rng)
            # What belongs to another phase must not find this one's gradients when its turn comes.
            mine = [p for p in self.objective.parameters_of(phase) if p.requires_grad]
            loss.backward(inputs=mine)  # type: ignore[no-untyped-call]
            optimiser.step(self.run.rate(self.step, phase))
            numbers |= {phase: float(loss.detach()), **extra}
        # A young average follows closely, so that a short run is not stuck near its random start.
        keep = min(self.run.ema, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for name, p in self.objective.named_parameters():
                self.ema[name].lerp_(p, 1 - keep)
        return numbers

    def save(self) -> None:
        """Write all that an exact resume needs, atomically."""
        tensors = {f"weights/{n}": p.detach() for n, p in self.objective.named_parameters()}
        tensors |= {f"ema/{n}": p for n, p in self.ema.items()}
        for phase, optimiser in self.optimisers.items():
            tensors |= {f"optimiser/{phase}/{n}": value for n, value in optimiser.state.items()}
        draft = self.folder / "state.safetensors.part"
        metadata = {"name": self.run.name, "step": str(self.step), "seconds": repr(self.seconds), "origin": self.origin}
        metadata |= {} if self.flags is None else {"flags": self.flags}
        save_file({n: t.contiguous() for n, t in tensors.items()}, draft, {"run": json.dumps(metadata)})
        os.replace(draft, self.folder / "state.safetensors")

    def resume(self) -> bool:
        """Take up the folder's saved state; False if there is none. Errors: MutoscopeError where it was begun in another way."""
        path = self.folder / "state.safetensors"
        if not path.exists():
            return False
        metadata = _told_of(path)
        begun = metadata.get("flags")
        if None not in (begun, self.flags) and begun != self.flags:
            raise MutoscopeError(
                f"The run in {self.folder} was begun with {begun or 'no flags'}, and shall go on with {self.flags or 'none'}.",
                "A run goes on as it was begun; only --steps may change.",
                "Write the same flags, or begin another run with --output.",
            )
        state = load_file(path, device=str(self.device))
        own = {name: p.shape for name, p in self.objective.named_parameters()}
        if any(
            f"weights/{name}" not in state or state[f"weights/{name}"].shape != shape for name, shape in own.items()
        ):
            raise MutoscopeError(
                f"The state in {self.folder} is of another network than the one that shall go on.",
                "A run goes on with the recipe, the sizes and the words that it was begun with.",
                "Go on with the version that began it, or begin another run with --start and its checkpoint.",
            )
        with torch.no_grad():
            for name, p in self.objective.named_parameters():
                p.copy_(state[f"weights/{name}"])
                self.ema[name].copy_(state[f"ema/{name}"])
        self.step, self.seconds = int(metadata["step"]), float(metadata["seconds"])
        self.origin = metadata.get("origin", "")
        self.flags = begun if self.flags is None else self.flags
        for phase, optimiser in self.optimisers.items():
            optimiser.load(with_prefix(state, f"optimiser/{phase}/"), max(0, self.run.learned(self.step, phase)))
        return True

    def use_ema(self) -> Objective:
        """The objective with its smoothed weights in place (training does not go on from here)."""
        self.objective.load_state_dict(self.ema, strict=False)
        return self.objective.eval()

    def _write_journal(self, numbers: Mapping[str, float]) -> None:
        row = {"step": self.step, "seconds": round(self.seconds, 1), **{n: round(v, 5) for n, v in numbers.items()}}
        with (self.folder / "journal.jsonl").open("a") as journal:
            journal.write(json.dumps(row) + "\n")
        print("  ".join(f"{name} {value}" for name, value in row.items()), flush=True)


def origin_of(folder: Path) -> str:
    """The digest of the weights that a folder's run began with; empty if it began with random ones, or there is none."""
    path = folder / "state.safetensors"
    return str(_told_of(path).get("origin", "")) if path.exists() else ""


def _told_of(state: Path) -> dict[str, Any]:
    try:
        with safe_open(state, "pt") as file:
            told: dict[str, Any] = json.loads(file.metadata()["run"])
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise MutoscopeError(
            f"{state} is damaged ({error}).",
            "A run goes on from the state that it saved last.",
            "Move the folder away and begin again, with --start and its checkpoint where there is one.",
        ) from error
    return told


class _Steps(Dataset[Any]):
    def __init__(self, source: BatchSource) -> None:
        self.source = source

    def __getitem__(self, step: int) -> Any:
        return self.source(step)


def batches_of(run: Run, start: int, end: int) -> Iterator[Any]:
    """The batches of steps `start` to `end`, made ahead in worker processes, in order."""
    if run.workers == 0:
        yield from map(run.batches, range(start, end))
    else:
        loader = DataLoader(
            _Steps(run.batches), batch_size=None, sampler=range(start, end), num_workers=run.workers, prefetch_factor=4
        )
        yield from loader


def to_device(batch: Any, device: torch.device) -> Any:
    """The batch with every tensor in it on `device`."""
    if isinstance(batch, Tensor):
        return batch.to(device, non_blocking=True)
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):
        return type(batch)(*(to_device(value, device) for value in batch))
    if isinstance(batch, dict):
        return {name: to_device(value, device) for name, value in batch.items()}
    return batch


def with_prefix(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The entries whose names begin with `prefix`, without it."""
    return {name[len(prefix) :]: value for name, value in tensors.items() if name.startswith(prefix)}
