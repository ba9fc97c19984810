"""Training a LoRA on a folder of captioned clips, by peft and accelerate: the model itself stays as it is."""

import math
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

from mutoscope.errors import MutoscopeError
from mutoscope.hub.captioned_clips import CaptionedClip, find_clips, open_clip
from mutoscope.hub.dialects import Dialect
from mutoscope.hub.lessons import TUNABLE, Lesson, lesson, on, velocity_error
from mutoscope.hub.loaded import give_back, load
from mutoscope.hub.loras import SECOND, WEIGHTS
from mutoscope.hub.memory import Setting, out_of_memory, settings, this_machine
from mutoscope.hub.model import HubModel
from mutoscope.request import parse_size

_LAYERS = ["to_q", "to_k", "to_v", "to_out.0"]  # of attention, as LoRAs for these models usually have it
_LEVELS = (0.2, 0.4, 0.6, 0.8)  # of noise, at which the error is told
_SAVED_EVERY = 100  # steps, so that little is lost when a run is ended
_ENCODERS = ("text_encoder", "image_encoder", "vae")


@dataclass(frozen=True, kw_only=True)
class Tuning:
    """What a LoRA training can be told."""

    steps: int = 500
    rank: int = 16
    rate: float = 1e-4  # of learning
    seconds: float | None = None  # how much of each clip is learned; None: what the model was made for
    size: str | None = None
    seed: int = 0
    shown: int = 2  # clips on the sheet, drawn before and after

    def __post_init__(self) -> None:
        ranges = {"steps": (1, 100_000), "rank": (1, 256), "rate": (1e-7, 1e-1), "seconds": (0.1, 60), "shown": (0, 20)}
        for name, (low, high) in ranges.items():
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                raise MutoscopeError(f"{name} is {value}.", f"It is from {low:g} to {high:g}.", f"Choose --{name} so.")


@dataclass(frozen=True, kw_only=True)
class Tuned:
    """A LoRA on disk, the clips to look at it with, and the error of the velocity on them before and after."""

    folder: Path
    dialect: Dialect
    seconds: float
    shown: tuple[CaptionedClip, ...]  # that were kept out of training, if there were enough
    kept_out: bool
    taught: int  # clips
    before: float
    after: float


def tune(
    model: HubModel, clips: Path, wishes: Tuning, folder: Path, start: Path | None, tell: Callable[[str], None]
) -> Tuned:
    """Train a LoRA on the clips of a folder and leave it in `folder`; `start`: a LoRA whose weights are the first ones."""
    check_output(folder)
    dialect = tunable(model)
    found = find_clips(clips)
    size = parse_size(wishes.size) if wishes.size else None
    longest = min(dialect.frames, round(wishes.seconds * dialect.fps) + 1) if wishes.seconds else dialect.frames
    try:
        pipe = _pipe(model, dialect, start)
        lessons = _lessons(pipe, found, dialect, size, longest, tell)
        held = slice(len(found) - max(1, len(found) // 10), None) if len(found) >= 5 else slice(0, None)
        taught = lessons[: held.start] or lessons
        tuner = _Tuner(pipe, wishes)
        before = tuner.error(lessons[held])
        for step, loss in tuner.learn(taught):
            if step % max(1, wishes.steps // 20) == 0:
                tell(f"step {step} of {wishes.steps}: error {loss:.4f}")
            if step % _SAVED_EVERY == 0 or step == wishes.steps:
                tuner.save(folder)
        after = tuner.error(lessons[held])
    except (MemoryError, RuntimeError) as error:
        if not out_of_memory(error):
            raise
        raise MutoscopeError(
            "Memory ran out.", f"{model.name} was trained at {longest} frames.", "Lower --size, --seconds or --rank."
        ) from error
    del pipe, tuner
    give_back()
    return Tuned(
        folder=folder, dialect=dialect, seconds=longest / dialect.fps, shown=found[held], kept_out=held.start > 0,
        taught=len(taught), before=before, after=after,
    )  # fmt: skip


def check_output(folder: Path) -> None:
    """Errors: MutoscopeError if a LoRA lies there already, or if what trains it is not installed."""
    for library in ("peft", "accelerate"):
        if find_spec(library) is None:
            raise MutoscopeError(
                f"Training a LoRA needs {library}.",
                "It is an optional extra.",
                "Install it: pip install 'mutoscope[hub]'",
            )
    if (folder / WEIGHTS).exists():
        raise MutoscopeError(
            f"{folder} already holds a LoRA.", "It is not overwritten.", f"Go on from it: --start {folder} --output DIR"
        )


def tunable(model: HubModel) -> Dialect:
    """The class to train with: the one that needs the least to begin from. Errors: MutoscopeError if there is none."""
    kinds = [told for told in model.dialects.values() if told.pipeline in TUNABLE]
    if model.index.get("expand_timesteps"):  # one set of weights for words and photos
        kinds = [told for told in kinds if told.pipeline == "WanPipeline"]
    if not kinds:
        raise MutoscopeError(
            f"No LoRA can be trained for {model.name}: it is a {model.pipeline}.",
            f"Those that can be trained are {', '.join(TUNABLE)}: Wan and LTX-Video.",
            "Choose one of them with --model.",
        )
    return kinds[0]


def _pipe(model: HubModel, dialect: Dialect, start: Path | None) -> Any:
    """The pipeline in the host's memory: its parts go to the accelerator one after the other."""
    machine = this_machine()
    setting = Setting(precision=settings(machine, dialect.pipeline)[0].precision, placement="host")
    return load(model, dialect.pipeline, setting, machine, f"{start}" if start else None)


def _lessons(
    pipe: Any, found: Sequence[CaptionedClip], dialect: Dialect, size: tuple[int, int] | None, longest: int,
    tell: Callable[[str], None],
) -> list[Lesson]:  # fmt: skip
    """Every clip encoded; what encodes is dropped then, as nothing else needs it."""
    encoders = [name for name in _ENCODERS if isinstance(getattr(pipe, name, None), torch.nn.Module)]
    for name in encoders:
        getattr(pipe, name).to(_device())
    lessons = []
    for number, clip in enumerate(found, start=1):
        frames = open_clip(clip, dialect, size, longest)
        made = lesson(pipe, frames, clip.caption, dialect.fps, ends=dialect.kind == "last")
        lessons.append(on(torch.device("cpu"), made))
        height, width = frames.shape[1:3]
        tell(f"clip {number} of {len(found)}: {clip.path.name}, {len(frames)} frames of {width}x{height}")
    for name in encoders:
        setattr(pipe, name, None)
    give_back()
    return lessons


class _Tuner:
    """The adapters of a pipeline's denoisers, and how they learn."""

    def __init__(self, pipe: Any, wishes: Tuning) -> None:
        from accelerate import Accelerator
        from diffusers.training_utils import cast_training_params
        from peft import LoraConfig

        self.pipe, self.wishes = pipe, wishes
        self.boundary = getattr(pipe.config, "boundary_ratio", None)
        self.accelerator = Accelerator(mixed_precision="no")  # the model is in 16 bits as it is, the LoRA stays in 32
        names = [name for name in ("transformer", "transformer_2") if getattr(pipe, name, None) is not None]
        self.denoisers = {name: getattr(pipe, name) for name in names}
        torch.manual_seed(wishes.seed)
        for denoiser in self.denoisers.values():
            denoiser.requires_grad_(False)
            if not getattr(denoiser, "peft_config", {}):
                denoiser.add_adapter(LoraConfig(r=wishes.rank, lora_alpha=wishes.rank, target_modules=_LAYERS))
            for name, weight in denoiser.named_parameters():
                weight.requires_grad_("lora_" in name)
            cast_training_params(denoiser)
            if self.accelerator.device.type != "cpu":
                denoiser.enable_gradient_checkpointing()
        self.weights = [
            weight for part in self.denoisers.values() for weight in part.parameters() if weight.requires_grad
        ]
        optimiser = torch.optim.AdamW(self.weights, lr=wishes.rate)
        *parts, self.optimiser = self.accelerator.prepare(*self.denoisers.values(), optimiser)
        self.prepared = dict(zip(self.denoisers, parts, strict=True))

    def learn(self, lessons: Sequence[Lesson]) -> Iterator[tuple[int, float]]:
        """After every step its number and the mean error of the last ones."""
        rng = torch.Generator().manual_seed(self.wishes.seed)
        shift = self._shift()
        mean = math.nan
        for step in range(1, self.wishes.steps + 1):
            chosen = lessons[int(torch.randint(len(lessons), (), generator=rng))]
            drawn = float(
                torch.sigmoid(torch.randn((), generator=rng))
            )  # logit-normal (Esser et al. 2024, section 3.1)
            loss = self._error(chosen, shift * drawn / (1 + (shift - 1) * drawn), rng)
            if not bool(loss.isfinite()):
                raise MutoscopeError(f"The error at step {step} is not finite.", "It must be.", "Write a lower --rate.")
            self.accelerator.backward(loss)
            self.accelerator.clip_grad_norm_(self.weights, 1.0)
            self.optimiser.step()
            self.optimiser.zero_grad()
            now = float(loss.detach())
            mean = now if math.isnan(mean) else 0.95 * mean + 0.05 * now
            yield step, mean

    @torch.no_grad()
    def error(self, lessons: Sequence[Lesson]) -> float:
        """The mean error on lessons, always with the same noise."""
        rng = torch.Generator().manual_seed(self.wishes.seed + 1)
        errors = [float(self._error(one, level, rng)) for one in lessons for level in _LEVELS]
        return sum(errors) / len(errors)

    def save(self, folder: Path) -> None:
        """Write the LoRA as diffusers reads it; that of a second denoiser lies in a folder of its own."""
        from peft.utils import get_peft_model_state_dict

        for name, denoiser in self.denoisers.items():
            place = folder / SECOND if name == SECOND else folder
            with _whole(place) as draft:
                (adapter,) = denoiser.peft_config
                layers = get_peft_model_state_dict(denoiser, adapter_name=adapter)
                layers = {key: value.detach().cpu().contiguous() for key, value in layers.items()}
                type(self.pipe).save_lora_weights(draft, transformer_lora_layers=layers)

    def _error(self, chosen: Lesson, level: float, rng: torch.Generator) -> torch.Tensor:
        noise = torch.randn(chosen.latents.shape, generator=rng)
        device = self.accelerator.device
        second = self.boundary is not None and level < self.boundary and SECOND in self.prepared
        return velocity_error(
            self.prepared[SECOND if second else "transformer"], on(device, chosen), level, noise.to(device)
        )

    def _shift(self) -> float:
        """By how much the model's own sampling dwells on more noise (Esser et al. 2024, equation 23)."""
        told = self.pipe.scheduler.config
        return float(told.get("flow_shift") or told.get("shift") or 1.0)


def _device() -> torch.device:
    return torch.device(this_machine().accelerator)


@contextmanager
def _whole(folder: Path) -> Iterator[Path]:
    """A folder to write into whose files then take their place in `folder`, each at once."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder) as draft:
            yield Path(draft)
            for path in Path(draft).iterdir():
                os.replace(path, folder / path.name)
    except OSError as error:
        free = shutil.disk_usage(folder).free / 1e6 if folder.exists() else 0
        raise MutoscopeError(
            f"{folder} cannot be written to ({error}).", f"{free:,.0f} MB are free.", "Choose another --output."
        ) from error
