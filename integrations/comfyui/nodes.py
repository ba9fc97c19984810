"""The nodes: what is asked of Mutoscope, with ComfyUI's pictures and videos. No logic: they call `mutoscope.api`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar
from uuid import uuid4

from mutoscope.progress import STAGES, OnProgress, Step
from mutoscope.request import GenerateRequest, kinds, wishes

_ELSEWHERE = {
    "photo",
    "last",
    "mask",
    "extends",
    "variants",
    "keep",
    "prompt",
}  # told by sockets, by ComfyUI's batches, or above
_EXTENDING = ("seconds", "seed", "steps", "guidance", "negative", "model")
_COMPARING = ("seed", "seconds", "fps", "size")
_LONG = ("prompt", "negative")  # texts of several lines


class MutoscopeGenerate:
    """Words, and perhaps a photo, become a clip."""

    CATEGORY = "video/Mutoscope"
    DESCRIPTION = (
        "Words, and perhaps a photo, become a short clip. Without a card, or by a large model (hub:OWNER/NAME)."
    )
    FUNCTION = "generate"
    RETURN_TYPES: ClassVar = ("IMAGE", "VIDEO")
    RETURN_NAMES: ClassVar = ("frames", "video")

    @classmethod
    def INPUT_TYPES(cls) -> dict[str, dict[str, Any]]:  # noqa: N802
        """One widget for each field of a request, one socket for each picture."""
        names = [name for name in wishes() if name not in _ELSEWHERE]
        pictures = {"image": ("IMAGE",), "last_image": ("IMAGE",), "mask": ("MASK",)}
        return {
            "required": {"prompt": _widget("prompt")},
            "optional": {**pictures, **{name: _widget(name) for name in names}},
        }

    def generate(
        self, prompt: str, image: Any = None, last_image: Any = None, mask: Any = None, **widgets: Any
    ) -> tuple[Any, Any]:
        """The clip's frames (T, H, W, 3) in 0..1, and the clip as a video that remembers how it was made."""
        from mutoscope import api

        with TemporaryDirectory() as folder:
            given = {"photo": image, "last": last_image, "mask": mask}
            files = {name: _saved(picture, Path(folder) / f"{name}.png") for name, picture in given.items()}
            request = GenerateRequest.from_dict({"prompt": prompt, **_asked(widgets), **_given(files)})
            with _watched() as on_progress:
                return _told(api.generate_request(request, on_progress))


class MutoscopeExtend:
    """An earlier clip goes on as words say."""

    CATEGORY = "video/Mutoscope"
    DESCRIPTION = "An earlier clip goes on as words say."
    FUNCTION = "extend"
    RETURN_TYPES: ClassVar = ("IMAGE", "VIDEO")
    RETURN_NAMES: ClassVar = ("frames", "video")

    @classmethod
    def INPUT_TYPES(cls) -> dict[str, dict[str, Any]]:  # noqa: N802
        """The clip, what should happen next, and the fields of a request that then matter."""
        return {
            "required": {"video": ("VIDEO",), "prompt": _widget("prompt")},
            "optional": {name: _widget(name) for name in _EXTENDING},
        }

    def extend(self, video: Any, prompt: str, **widgets: Any) -> tuple[Any, Any]:
        """The longer clip, as frames and as a video."""
        from mutoscope import api

        with TemporaryDirectory() as folder, _watched() as on_progress:
            clip = Path(folder) / "clip.mp4"
            video.save_to(str(clip))
            return _told(api.extend(clip, prompt, on_progress=on_progress, **_asked(widgets)))


class MutoscopeCompare:
    """Several models draw the same words, side by side."""

    CATEGORY = "video/Mutoscope"
    DESCRIPTION = "Several models draw the same words from the same picture and seed: one video, each clip measured."
    FUNCTION = "compare"
    RETURN_TYPES: ClassVar = ("IMAGE", "VIDEO")
    RETURN_NAMES: ClassVar = ("frames", "video")

    @classmethod
    def INPUT_TYPES(cls) -> dict[str, dict[str, Any]]:  # noqa: N802
        """The words, which models, and the fields of a request that all of them are told."""
        models = {"default": "", "multiline": True, "tooltip": "one name a line; nothing: all families that draw"}
        return {
            "required": {"prompt": _widget("prompt")},
            "optional": {
                "image": ("IMAGE",),
                "models": ("STRING", models),
                **{name: _widget(name) for name in _COMPARING},
            },
        }

    def compare(self, prompt: str, image: Any = None, models: str = "", **widgets: Any) -> tuple[Any, Any]:
        """The clips side by side with what is said under each, as frames and as a video."""
        from mutoscope import api

        with TemporaryDirectory() as folder, _watched() as on_progress:
            photo = _saved(image, Path(folder) / "photo.png")
            named = [line.strip() for line in models.splitlines() if line.strip()]
            comparison = api.compare(prompt, photo=photo, models=named, on_progress=on_progress, **_asked(widgets))
            return _told(comparison.film())


def _widget(name: str) -> tuple[str, dict[str, Any]]:
    """A field of a request as ComfyUI's widget, with its range. What may be left out, is: by 0 or by nothing written."""
    wish, kind = wishes()[name], kinds()[name]
    default = GenerateRequest.__dataclass_fields__[name].default
    if kind is str:
        return "STRING", {"default": default or "", "multiline": name in _LONG, "tooltip": wish.help}
    left_out = default is None
    told = {"default": default or 0, "min": 0 if left_out else wish.low, "max": wish.high}
    step = {} if kind is int else {"step": 0.1}
    tooltip = f"{wish.help}{'; 0: as the model has it' if left_out else ''}"
    return "INT" if kind is int else "FLOAT", {**told, **step, "tooltip": tooltip}


def _asked(widgets: dict[str, Any]) -> dict[str, Any]:
    """What was really chosen: not the widgets that say nothing."""
    unsaid = {name for name in widgets if GenerateRequest.__dataclass_fields__[name].default in (None, "")}
    return {name: value for name, value in widgets.items() if not (name in unsaid and value in ("", 0))}


def _given(files: dict[str, Path | None]) -> dict[str, str]:
    return {name: str(path) for name, path in files.items() if path is not None}


def _saved(picture: Any, path: Path) -> Path | None:
    """The first picture of a batch, (B, H, W, C) or (B, H, W) in 0..1, as a file."""
    if picture is None:
        return None
    from PIL import Image

    pixels = (picture[0].detach().cpu().clamp(0, 1) * 255).round().byte().numpy()
    Image.fromarray(pixels).convert("RGB").save(path)
    return path


def _told(video: Any) -> tuple[Any, Any]:
    """A video as ComfyUI passes it on. As a file it keeps its manifest and its sound, also where it is saved again."""
    import folder_paths
    import torch
    from comfy_api.latest import InputImpl

    path = video.save(Path(folder_paths.get_temp_directory()) / f"mutoscope-{uuid4().hex}.mp4")
    return torch.from_numpy(video.frames).float() / 255, InputImpl.VideoFromFile(str(path))


@contextmanager
def _watched() -> Iterator[OnProgress]:
    """ComfyUI's bar, preview and stop button."""
    from comfy import model_management, utils
    from PIL import Image

    bar = utils.ProgressBar(100 * len(STAGES))

    def on_progress(step: Step) -> None:
        model_management.throw_exception_if_processing_interrupted()
        preview = ("JPEG", Image.fromarray(step.look()), 512) if step.look else None
        at = 100 * (STAGES.index(step.stage) + step.done / max(1, step.total))
        bar.update_absolute(int(at), preview=preview)

    yield on_progress


NODE_CLASS_MAPPINGS = {
    "MutoscopeGenerate": MutoscopeGenerate,
    "MutoscopeExtend": MutoscopeExtend,
    "MutoscopeCompare": MutoscopeCompare,
}
NODE_DISPLAY_NAME_MAPPINGS = {
    name: f"Mutoscope: {name.removeprefix('Mutoscope').lower()}" for name in NODE_CLASS_MAPPINGS
}
