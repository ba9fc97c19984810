"""The whole path of a large model, behind the same interface as the bundled one: a request goes in, a video comes out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from numpy.typing import NDArray

from mutoscope.clock import Clock
from mutoscope.errors import MutoscopeError
from mutoscope.hub.call import arguments, unread
from mutoscope.hub.loaded import Loaded
from mutoscope.hub.memory import Machine, Setting, fitting, out_of_memory, settings, this_machine
from mutoscope.hub.model import HubModel
from mutoscope.hub.output import check_frames, pixels_of, sound_of
from mutoscope.hub.plan import Plan, Shot, plan
from mutoscope.hub.preview import preview
from mutoscope.hub.watching import watched
from mutoscope.manifest import Manifest, fingerprint
from mutoscope.media.photos import open_photo
from mutoscope.media.sound import Sound, joined
from mutoscope.media.video import Video
from mutoscope.progress import OnProgress, Step, ignore
from mutoscope.request import GenerateRequest
from mutoscope.version import __version__

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Clip:
    """What a shot became: frames (T, H, W, 3), sound if the model makes it, and what is to be said of its words."""

    frames: Pixels
    sound: Sound | None
    unread: str | None


@dataclass(frozen=True, kw_only=True, eq=False)
class HubPipeline:
    """A large model on this disk; its weights are loaded when the first clip is asked for, and kept."""

    model: HubModel
    loaded: Loaded = field(default_factory=Loaded)

    def generate(
        self, request: GenerateRequest, on_progress: OnProgress = ignore, *, pixels: Pixels | None = None
    ) -> Video:
        """A video of what the request asks; `pixels` (H,W,3) stands for the photo where it is not a file."""
        clock = Clock(on_progress)
        with clock.stage("condition"):
            photo = pixels if pixels is not None else open_photo(request.photo) if request.photo else None
            last = open_photo(request.last) if request.last else None
            planned = plan(request, self.model, photo.shape[:2] if photo is not None else None)
        setting, made = self._made_to_fit(planned, request, photo, last, clock, on_progress)
        frames = np.concatenate([clip.frames for clip in made])
        check_frames(frames, moving=request.motion > 0)
        sounds = [clip.sound for clip in made if clip.sound]
        planned = replace(planned, notes=(*planned.notes, *(clip.unread for clip in made if clip.unread)))
        manifest = self._manifest(request, planned, setting, photo, frames)
        sound = joined(sounds) if sounds else None
        return Video(frames, planned.fps, manifest=manifest, stats=clock.stats(), sound=sound)

    def _made_to_fit(
        self, planned: Plan, request: GenerateRequest, photo: Pixels | None, last: Pixels | None, clock: Clock,
        on_progress: OnProgress,
    ) -> tuple[Setting, list[_Clip]]:  # fmt: skip
        """The clip of every shot, and the setting they were made with: the one that should fit, or after running out the next."""
        machine = self.loaded.before or this_machine()
        ladder = fitting(self.model.bytes_of, machine, self.model.pipeline, planned.share)
        if not ladder:
            ladder = settings(machine, self.model.pipeline)[-1:]  # what is said to be too little may yet be enough
        if self.loaded.key and (now := self.loaded.key[0]) in ladder:  # after running out once, not to run out again
            ladder = ladder[ladder.index(now) :]
        tried = ladder[:2]
        for setting in tried:
            try:
                return setting, self._made(planned, request, setting, photo, last, clock, on_progress)
            except (MemoryError, RuntimeError) as error:
                if not out_of_memory(error):
                    raise
            self.loaded.free()  # outside of the handler: the error holds on to what was half made
        raise _too_large(self.model, planned, machine, tried)

    def _made(
        self, planned: Plan, request: GenerateRequest, setting: Setting, photo: Pixels | None, last: Pixels | None,
        clock: Clock, on_progress: OnProgress,
    ) -> list[_Clip]:  # fmt: skip
        """Every shot in turn, each begun with the last frame of the one before."""
        clips: list[_Clip] = []
        for number, shot in enumerate(planned.shots):
            with clock.stage("load"):
                pipe = self.loaded.pipe(self.model, shot.dialect.pipeline, setting, request.lora)
            first = clips[-1].frames[-1] if shot.handed else photo
            ending = last if number + 1 == len(planned.shots) else None
            told = arguments(pipe, shot, planned, request, first, ending, pieces=setting.pieces)
            with clock.stage("sample"), watched(pipe, _teller(number, planned, on_progress)):
                made = pipe(**told)
            frames = pixels_of(made.frames[0])[shot.handed :][: shot.frames]
            clips.append(_Clip(frames=frames, sound=sound_of(pipe, made, shot, planned.fps), unread=unread(pipe, shot)))
        return clips

    def _manifest(
        self, request: GenerateRequest, planned: Plan, setting: Setting, photo: Pixels | None, frames: Pixels
    ) -> Manifest:
        import diffusers

        return Manifest(
            version=__version__,
            model=f"hub:{self.model.name}",
            checkpoint=self.model.digest,
            request=request.to_dict(),
            photo_sha256=fingerprint(photo) if photo is not None else "",
            frames=len(frames),
            fps=planned.fps,
            width=frames.shape[2],
            height=frames.shape[1],
            rendering="drawn",
            subject={},
            timeline=[{"text": shot.text, "start": shot.start, "end": shot.end} for shot in planned.shots],
            not_understood=[],
            impossible=[],
            notes=list(planned.notes),
            frames_sha256=fingerprint(frames),
            torch=torch.__version__,
            hub={
                "pipelines": list(dict.fromkeys(shot.dialect.pipeline for shot in planned.shots)),
                "revision": self.model.revision,
                "settings": setting.names(),
                "diffusers": diffusers.__version__,
            },
        )


def _teller(number: int, planned: Plan, on_progress: OnProgress) -> Callable[[int, int, torch.Tensor], None]:
    """Tells of the steps of one shot as a part of all, with a look at what is being made."""
    shot, of = planned.shots[number], len(planned.shots)

    def tell(done: int, total: int, latents: torch.Tensor) -> None:
        def look() -> Pixels:
            return preview(latents, shot.dialect.code, *_packed(shot, planned))

        on_progress(Step(stage="sample", done=number * total + done, total=of * total, look=look))

    return tell


def _packed(shot: Shot, planned: Plan) -> tuple[int, int, int]:
    """Frames, height and width of a shot in its code, for the classes that pack it."""
    width, height = planned.size or (0, 0)
    return (shot.made - 1) // shot.dialect.grid + 1, height // shot.dialect.sides, width // shot.dialect.sides


def _too_large(model: HubModel, planned: Plan, machine: Machine, tried: Sequence[Setting]) -> MutoscopeError:
    size = "x".join(map(str, planned.size)) if planned.size else "this size"
    frames = max(shot.made for shot in planned.shots)
    weights = sum(model.bytes_of.values()) / 1e9
    return MutoscopeError(
        f"Memory ran out with {'; then with '.join(', '.join(setting.names()) for setting in tried)}.",
        f"{model.name} has {weights:.1f} GB of weights, {machine.free / 1e9:.1f} GB were free, and {frames} frames of {size} "
        "come on top.",
        "Write a smaller --size or fewer --seconds, close other programs, or choose a smaller model: mutoscope models.",
    )
