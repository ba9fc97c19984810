"""A large model on this disk: a folder as diffusers saves it, read without loading its weights."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from mutoscope.errors import MutoscopeError
from mutoscope.hub.dialects import DIALECTS, Dialect, Kind, dialect, siblings

INDEX = "model_index.json"
_END = 2**20  # bytes at either end of a file that its fingerprint covers


@dataclass(frozen=True, kw_only=True)
class HubModel:
    """The folder of a pipeline, the name that people use for it, and the commit it was fetched at, if it was."""

    folder: Path
    name: str
    revision: str | None = None

    @cached_property
    def index(self) -> Mapping[str, Any]:
        """`model_index.json`: the class, and the class of every component."""
        return self.config(".", INDEX)

    @cached_property
    def pipeline(self) -> str:
        """The class that the folder was saved from."""
        name = self.index.get("_class_name")
        return str(name) if name else "pipeline of no class"

    @property
    def known(self) -> bool:
        """Whether it is of a class that can be used here."""
        return dialect(self.pipeline) is not None

    @property
    def complete(self) -> bool:
        """Whether every component that the index names has a folder: what was fetched halfway lacks some."""
        named = (name for name, made in self.index.items() if isinstance(made, list) and made and made[0])
        return all((self.folder / name).is_dir() for name in named)

    @cached_property
    def dialects(self) -> dict[Kind, Dialect]:
        """The class to load for each kind of beginning, with the numbers that the model's own files tell."""
        if not self.known:
            listed = ", ".join(known.pipeline for known in DIALECTS)
            raise MutoscopeError(
                f"{self.name} is a {self.pipeline}.", f"Known are {listed}.", "Choose a model of one of these classes."
            )
        found: dict[Kind, Dialect] = {}
        for known in (*siblings(self.pipeline), *self._taught()):
            found.setdefault(known.kind, self._with_own_numbers(known))
        if self.pipeline == "WanImageToVideoPipeline" and self._two_photos():
            del found["photo"]
        return found

    def _taught(self) -> tuple[Dialect, ...]:
        """What these weights of Wan can do beyond the class that they are saved as."""
        other = dialect("WanImageToVideoPipeline")
        assert other
        if self.pipeline == "WanPipeline" and self.index.get("expand_timesteps"):  # TI2V
            return (replace(other, kind="photo"),)
        if self.pipeline == "WanImageToVideoPipeline" and not self.index.get("expand_timesteps"):
            one = self.config("transformer").get("image_dim") is not None and not self._two_photos()
            return () if one else (replace(other, kind="last"),)
        return ()

    def _two_photos(self) -> bool:
        """Whether the encoder through which Wan 2.1 sees was made for two photos (FLF2V), and for no fewer."""
        return self.config("transformer").get("pos_embed_seq_len") is not None

    def _with_own_numbers(self, known: Dialect) -> Dialect:
        match known.name:
            case "Wan T2V" | "Wan I2V" if self.index.get("expand_timesteps"):
                return replace(known, size=(1280, 704), sides=32, fps=24, frames=121)
            case "CogVideoX" | "CogVideoX I2V":
                own = self.config("transformer")
                size = (own.get("sample_width", 90) * 8, own.get("sample_height", 60) * 8)
                newer = own.get("patch_size_t") is not None  # CogVideoX 1.5
                fixed = bool(own.get("use_learned_positional_embeddings"))
                frames = own.get("sample_frames", known.frames)
                return replace(known, size=size, frames=frames, fps=16 if newer else 8, longest=fixed, exact=fixed)
            case "HunyuanVideo 1.5" if self.config("transformer").get("target_size", 640) >= 960:
                return replace(known, size=(1280, 720))
            case "Stable Video Diffusion":
                return replace(known, frames=self.config("unet").get("num_frames", known.frames))
            case "AnimateDiff":
                return replace(known, frames=self.config("motion_adapter").get("motion_max_seq_length", known.frames))
            case _:
                return known

    def config(self, component: str, name: str = "config.json") -> Mapping[str, Any]:
        """The configuration of a component."""
        path = self.folder / component / name
        try:
            config = json.loads(path.read_text("utf-8"))
            if isinstance(config, dict):
                return config
            raise ValueError("it is no object")
        except (OSError, ValueError) as error:
            raise MutoscopeError(
                f"{path} cannot be read ({error}).",
                "A large model is a folder as diffusers saves it, with a model_index.json.",
                "Fetch it again, or choose another --model.",
            ) from error

    @cached_property
    def bytes_of(self) -> dict[str, int]:
        """How large the weights of each component are on this disk."""
        sizes: dict[str, int] = {}
        for path in self.folder.glob("*/*.safetensors"):
            if len(path.suffixes) == 1:  # not a variant such as .fp16.safetensors, which is not loaded
                sizes[path.parent.name] = sizes.get(path.parent.name, 0) + path.stat().st_size
        return sizes

    @cached_property
    def digest(self) -> str:
        """A fingerprint for the manifest: sha256 over names, sizes and both ends of every file (weights are too large for more)."""
        digest = hashlib.sha256()
        for path in sorted(path for path in self.folder.rglob("*") if path.is_file()):
            size = path.stat().st_size
            digest.update(f"{path.relative_to(self.folder).as_posix()} {size}\n".encode())
            with path.open("rb") as file:
                digest.update(file.read(_END))
                file.seek(max(0, size - _END))
                digest.update(file.read(_END))
        return digest.hexdigest()
