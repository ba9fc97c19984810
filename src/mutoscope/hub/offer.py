"""What fetching a large model would mean, told before anything is fetched: licence, size, room, memory, and how it would run."""

import shutil
from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from mutoscope.errors import MutoscopeError
from mutoscope.hub.catalogue import Known, known_model
from mutoscope.hub.memory import DENOISERS, Machine, Setting, fitting, needed, needed_in_host, settings, this_machine
from mutoscope.hub.model import INDEX, HubModel
from mutoscope.hub.plan import plan
from mutoscope.hub.shelf import need_hub
from mutoscope.media.photos import photo_size
from mutoscope.progress import OnProgress, Step
from mutoscope.request import GenerateRequest

_WEIGHTS = (".safetensors", ".bin", ".pt", ".msgpack", ".h5", ".onnx", ".onnx_data", ".ckpt", ".gguf")


@dataclass(frozen=True, kw_only=True)
class Offer:
    """One model on the hub, as the hub tells of it now."""

    name: str
    revision: str
    licence: str
    excludes: str
    pipeline: str
    files: dict[str, int]  # path to bytes: only what the pipeline loads
    free: int  # bytes on the disk where they would lie
    machine: Machine
    size: tuple[int, int]  # of the clip, width and height
    model: HubModel  # described, not here: without weights
    share: float = 1  # its pixels in all frames, of those that the model was made for

    @property
    def setting(self) -> Setting | None:
        """How it would run; None: it does not fit."""
        return self._setting(self.share)

    def _setting(self, share: float) -> Setting | None:
        return next(iter(fitting(weights(self.files), self.machine, self.pipeline, share)), None)

    @property
    def bytes(self) -> int:
        """To fetch."""
        return sum(self.files.values())

    def told(self) -> list[str]:
        """What a person should know before saying yes."""
        fits = self.setting
        setting = fits or settings(self.machine, self.pipeline)[-1]
        needs = _gigabytes(needed(weights(self.files), setting, self.share))
        where = "memory" if self.machine.accelerator == "cpu" else "GPU memory"
        names = ", ".join(setting.names())
        how = (
            f"it would run with {names}"
            if fits
            else f"too little: it would most likely fail, even with {names}{self._smaller()}"
        )
        waiting = needed_in_host(weights(self.files), setting)
        host = f"host memory: {_gigabytes(waiting)} for what waits, {_gigabytes(self.machine.host)} are free"
        return [
            f"{self.name} is not on this disk.",
            f"licence: {self.licence}; {f'it excludes {self.excludes}' if self.excludes else 'whom it excludes: see its page'}",
            f"to fetch: {_gigabytes(self.bytes)}; on the disk {_gigabytes(self.free)} are free",
            f"{where}: about {needs} for {'x'.join(map(str, self.size))}, {_gigabytes(self.machine.free)} are free; {how}",
            *([host] if waiting else []),
        ]

    def _smaller(self) -> str:
        """The largest of some smaller sizes at which it would fit, if there is one."""
        for part in (0.75, 0.5):
            setting = self._setting(self.share * part**2)
            if setting:
                width, height = (max(64, int(side * part) // 64 * 64) for side in self.size)
                return f"; a clip of {width}x{height} would fit, with {', '.join(setting.names())}"
        return ""


def make_offer(name: str, request: GenerateRequest | None = None) -> Offer:
    """Ask the hub for an offer, for a request if there is one.

    Errors: MutoscopeError without a network or access, without room, for no pipeline that can be used, or for a wish that
    it lacks.
    """
    need_hub()
    from huggingface_hub import HfApi, constants

    with _teaching(name):
        info = HfApi().model_info(name, files_metadata=True)
        sizes = {file.rfilename: file.size or 0 for file in info.siblings or ()}
        if INDEX not in sizes:
            raise MutoscopeError(
                f"{name} has no {INDEX}.",
                "Only whole pipelines, as diffusers saves them, can be used.",
                "Choose another --model.",
            )
        model = _described(name, info.sha, sizes)
    usual = next(iter(model.dialects.values()))
    planned = plan(request, model, _shape(request.photo)) if request else None
    card, known = info.card_data or {}, known_model(name)
    files = wanted(sizes, model.index)
    cache = Path(constants.HF_HUB_CACHE)
    free = shutil.disk_usage(next(folder for folder in (cache, *cache.parents) if folder.exists())).free
    if sum(files.values()) > free:
        raise MutoscopeError(
            f"{name} has {_gigabytes(sum(files.values()))}, and {_gigabytes(free)} are free on the disk of {cache}.",
            "All of it must fit.",
            "Free some space, or set HF_HOME to a folder on a larger disk.",
        )
    licence = card.get("license_name") or card.get("license") or (known.licence if known else None) or "not known"
    return Offer(
        name=name,
        revision=str(info.sha),
        licence=str(licence),
        excludes=_excluded(str(licence), known),
        pipeline=model.pipeline,
        files=files,
        free=free,
        machine=this_machine(),
        size=planned.size if planned and planned.size else usual.size,
        share=planned.share if planned else 1,
        model=model,
    )


def fetch(offered: Offer, on_progress: OnProgress) -> Path:
    """Fetch what was offered, file by file; interrupted, it goes on where it stopped. The folder."""
    from huggingface_hub import HfApi

    hub, done = HfApi(), 0
    with _teaching(offered.name):
        for path, size in sorted(offered.files.items(), key=lambda item: item[1]):
            hub.hf_hub_download(offered.name, path, revision=offered.revision)
            done += size
            on_progress(Step(stage="load", done=done, total=max(1, offered.bytes)))
        # The name `main` in the cache, by which it is found without a network.
        return Path(hub.hf_hub_download(offered.name, INDEX)).parent


def wanted(sizes: dict[str, int], index: Mapping[str, Any]) -> dict[str, int]:
    """Of all files of a repository those that its pipeline loads: no other precisions, frameworks or single-file copies."""
    kept: dict[str, int] = {}
    for path, size in sizes.items():
        place = PurePosixPath(path)
        if path == INDEX:
            kept[path] = size
        elif len(place.parts) == 2 and place.parts[0] in index and index[place.parts[0]] != [None, None]:
            variant = place.suffix in _WEIGHTS and "." in place.stem
            if not variant and (place.suffix not in _WEIGHTS or place.suffix == ".safetensors"):
                kept[path] = size
    return kept


def weights(files: dict[str, int]) -> dict[str, int]:
    """Bytes of weights by component."""
    found: dict[str, int] = {}
    for path, size in files.items():
        if path.endswith(".safetensors"):
            component = path.split("/")[0]
            found[component] = found.get(component, 0) + size
    return found


def _described(name: str, revision: str | None, files: Container[str]) -> HubModel:
    """The model with the small files that tell what it can do, and none of its weights."""
    from huggingface_hub import HfApi

    for part in (*DENOISERS, "motion_adapter"):
        if (config := f"{part}/config.json") in files:
            HfApi().hf_hub_download(name, config, revision=revision)
    return HubModel(folder=Path(HfApi().hf_hub_download(name, INDEX, revision=revision)).parent, name=name)


def _shape(photo: str | None) -> tuple[int, int] | None:
    return photo_size(photo) if photo else None


def _excluded(licence: str, known: Known | None) -> str:
    if known and known.excludes is not None:
        return known.excludes or "nobody"
    return "nobody" if licence.lower() in ("apache-2.0", "mit") else ""


@contextmanager
def _teaching(name: str) -> Iterator[None]:
    """The hub's errors as ones that say what to do."""
    from huggingface_hub.errors import GatedRepoError, HTTPError, OfflineModeIsEnabled, RepositoryNotFoundError

    try:
        yield
    except GatedRepoError as error:
        raise MutoscopeError(
            f"{name} is given only to people who agreed to its terms.",
            "The hub must know who you are.",
            f"Open https://huggingface.co/{name}, agree there, then log in here: hf auth login",
        ) from error
    except RepositoryNotFoundError as error:
        raise MutoscopeError(
            f"The hub has no model {name}, or does not show it to you.",
            "It is an id, OWNER/NAME.",
            "Check the name; for a private model log in first: hf auth login",
        ) from error
    except (OfflineModeIsEnabled, HTTPError, OSError) as error:
        known = known_model(name)
        whom = f", which excludes {known.excludes or 'nobody'}" if known and known.excludes is not None else ""
        size = f" They have {known.fetched:g} GB and more." if known and known.fetched else ""
        facts = size + (f" Its licence is {known.licence}{whom}." if known and known.licence else "")
        raise MutoscopeError(
            f"{name} is not on this disk, and the hub cannot be reached.",
            f"Its weights must be fetched once.{facts}",
            f"Where there is a network: mutoscope models --fetch {name}; then bring the folder that it tells, and write "
            "--model hub:FOLDER.",
        ) from error


def _gigabytes(size: float) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 5e7 else f"{size / 1e6:.1f} MB"
