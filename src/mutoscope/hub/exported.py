"""Our own checkpoints as diffusers pipelines: saved as a folder that `DiffusionPipeline.from_pretrained` loads."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from diffusers import DiffusionPipeline, ModelMixin
from diffusers import __version__ as diffusers_version
from diffusers.utils import BaseOutput
from numpy.typing import NDArray
from PIL import Image

from mutoscope.errors import MutoscopeError
from mutoscope.hub.model import INDEX
from mutoscope.manifest import Manifest
from mutoscope.pipeline import Pipeline, load_pipeline
from mutoscope.progress import Step
from mutoscope.request import GenerateRequest

_PARTS = (
    "matte",
    "codec",
    "upsampler",
    "choreographer",
)  # what models work with, each in a folder inside the model's own
# Two files of one line let diffusers find the classes; it runs them where it is told `trust_remote_code=True`.
_CODE = {
    "pipeline.py": "from mutoscope.hub.exported import MutoscopePipeline as MutoscopePipeline\n",
    "model/checkpoint_model.py": "from mutoscope.hub.exported import CheckpointModel as CheckpointModel\n",
}
_README = """---
license: apache-2.0
library_name: diffusers
pipeline_tag: {task}
---

# {name}, as a diffusers pipeline

```python
from diffusers import DiffusionPipeline

pipe = DiffusionPipeline.from_pretrained("THIS_FOLDER", trust_remote_code=True)
frames = pipe({example}).frames[0]
```

It needs `pip install mutoscope`, which holds the code; the weights are here. `model/card.md` tells how they were trained.
"""


class CheckpointModel(ModelMixin):  # type: ignore[misc]
    """A checkpoint as one component of a diffusers pipeline: its folder holds what `mutoscope train` left, parts inside."""

    def __init__(self, folder: Path, pipeline: Pipeline) -> None:
        super().__init__()
        self.folder, self.pipeline = folder, pipeline
        networks = {
            "family": pipeline.family,
            "matte": getattr(pipeline.conditioner, "matte", None),
            "codec": getattr(pipeline.codec, "autoencoder", None),
            "upsampler": getattr(pipeline.raising, "upsampler", None),
            "choreographer": pipeline.choreographer,
        }
        for name, network in networks.items():
            if isinstance(network, torch.nn.Module):
                self.add_module(name, network)

    @classmethod
    def from_pretrained(cls, folder: str | Path, **told: Any) -> "CheckpointModel":
        """The model of a folder; it computes in 32 bits on the CPU, whatever diffusers was told."""
        folder = Path(folder)
        return cls(folder, load_pipeline(folder, folder / "matte", [folder / "upsampler"]))

    def save_pretrained(self, folder: str | Path, **told: Any) -> None:
        """Copy the checkpoint with its parts."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)


class MutoscopeOutput(BaseOutput):  # type: ignore[misc]
    """Frames of one clip, [PIL images] or (1, T, H, W, 3) in 0..1, their rate, and how they were made."""

    frames: list[list[Image.Image]] | NDArray[np.float32]
    fps: int
    manifest: Manifest | None


class MutoscopePipeline(DiffusionPipeline):  # type: ignore[misc]
    """A model of this project, called as video pipelines of diffusers are."""

    def __init__(self, model: CheckpointModel) -> None:
        super().__init__()
        self.register_modules(model=model)

    @torch.no_grad()
    def __call__(
        self,
        prompt: str,
        image: Image.Image | NDArray[np.uint8] | None = None,
        *,
        negative_prompt: str | None = None,
        height: int | None = None,
        width: int | None = None,
        num_frames: int = 72,
        frame_rate: int = 24,
        num_inference_steps: int | None = None,
        guidance_scale: float | None = None,
        motion: float = 1.0,
        generator: torch.Generator | None = None,
        output_type: str = "pil",
        return_dict: bool = True,
    ) -> MutoscopeOutput | tuple[Any]:
        """A clip of `prompt`, in which `image` moves if there is one; the seed of `generator` chooses among all."""
        wanted = {
            "prompt": prompt, "negative": negative_prompt, "seconds": num_frames / frame_rate, "fps": frame_rate,
            "size": f"{width}x{height}" if width and height else None, "steps": num_inference_steps,
            "guidance": guidance_scale, "motion": motion, "seed": generator.initial_seed() % 2**63 if generator else 0,
            "model": self.model.pipeline.name,
        }  # fmt: skip
        if output_type not in ("pil", "np"):
            raise MutoscopeError(f"output_type is {output_type!r}.", "It is pil or np.", "Choose one of them.")
        if self.device.type != "cpu":
            raise MutoscopeError(f"The pipeline is on {self.device}.", "It works on the CPU.", 'Write pipe.to("cpu").')
        pixels = np.asarray(image.convert("RGB")) if isinstance(image, Image.Image) else image
        with self.progress_bar(total=100) as bar:
            video = self.model.pipeline.generate(GenerateRequest.from_dict(wanted), _moving(bar), pixels=pixels)
        frames = [[Image.fromarray(frame) for frame in video.frames]]
        made = frames if output_type == "pil" else (video.frames[None] / 255).astype(np.float32)
        return MutoscopeOutput(frames=made, fps=video.fps, manifest=video.manifest) if return_dict else (made,)

    def save_pretrained(self, folder: str | Path, **told: Any) -> None:
        """Write the whole pipeline: weights, the lines that find its code, and how to load it."""
        folder, model = Path(folder), self.model.pipeline
        self.model.save_pretrained(folder / "model")
        for name, code in _CODE.items():
            (folder / name).write_text(code, "utf-8")
        moves = not model.raising
        example = '"the camera zooms in", image=photo' if moves else '"a red circle bounces"'
        task = "image-to-video" if moves else "text-to-video"
        (folder / "README.md").write_text(_README.format(name=model.name, task=task, example=example), "utf-8")
        index = {
            "_class_name": ["pipeline", "MutoscopePipeline"],
            "_diffusers_version": diffusers_version,
            "model": ["checkpoint_model", "CheckpointModel"],
        }
        (folder / INDEX).write_text(json.dumps(index, indent=2) + "\n", "utf-8")


def export(pipeline: Pipeline, checkpoint: Path, parts: dict[str, Path], folder: Path) -> Path:
    """Save a checkpoint with the parts it works with as a diffusers pipeline; the folder, which must be new or empty."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise MutoscopeError(
            f"{folder} is not empty.", "What is there is not overwritten.", "Name another folder: --output DIR"
        )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder.parent) as draft:
            whole = Path(draft) / "model"
            shutil.copytree(checkpoint, whole)
            for name, source in parts.items():
                assert name in _PARTS, name
                shutil.copytree(source, whole / name, dirs_exist_ok=True)
            MutoscopePipeline(CheckpointModel(whole, pipeline)).save_pretrained(Path(draft) / "saved")
            (Path(draft) / "saved").rename(folder)
    except OSError as error:
        raise MutoscopeError(
            f"{folder} cannot be written ({error}).", "The weights are copied there.", "Choose another --output."
        ) from error
    return folder


def _moving(bar: Any) -> Callable[[Step], None]:
    """Moves the bar of diffusers: sampling is its first half, frames are the second."""

    def tell(step: Step) -> None:
        half = {"sample": 0, "decode": 50}.get(step.stage)
        if half is not None:
            bar.update(max(0, half + 50 * step.done // max(1, step.total) - bar.n))

    return tell
