"""What is installed, what works on this machine, and what each missing part would bring."""

import platform
import shlex
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path
from typing import Literal

import numpy as np

from mutoscope.devices import cores, cpu_flags, memory
from mutoscope.media.video import Video
from mutoscope.version import __version__

State = Literal["works", "missing", "broken"]  # what is missing is optional; what is broken is needed
PACKAGES = ("torch", "numpy", "av", "opencv-python-headless", "pillow", "safetensors")
NEEDED_MEMORY, NEEDED_DISK = 2 * 2**30, 100 * 2**20
OPTIONAL_PACKAGES = (
    ("pillow_heif", "pillow-heif", "photos in HEIC, as iPhones take them"),
    ("diffusers", "mutoscope[hub]", "large open models: mutoscope models lists them"),
    ("c2pa", "mutoscope[c2pa]", "clips signed as generated: mutoscope generate --certificate FILE --private-key FILE"),
    ("matplotlib", "mutoscope[plots]", "pictures of learning curves: mutoscope evaluate curves"),
)


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that was looked at: its name, how it is, what was seen, and, where it is wanting, what to do."""

    name: str
    state: State
    seen: str
    cure: str = ""


def checks() -> list[Check]:
    """Everything but the weights, which `api.doctor` adds."""
    return [*_packages(), _h264(), *_machine(), *_optional()]


def _packages() -> Iterator[Check]:
    yield Check(name="mutoscope", state="works", seen=__version__)
    yield Check(name="Python", state="works", seen=f"{platform.python_version()} on {platform.platform()}")
    for package in PACKAGES:
        try:
            yield Check(name=package, state="works", seen=metadata.version(package))
        except metadata.PackageNotFoundError:
            yield Check(name=package, state="broken", seen="not installed", cure=f"pip install '{package}'")


def _h264() -> Check:
    """A clip is really written and read again: the version alone does not say which encoders a build carries."""
    grey = np.full((4, 64, 64, 3), 128, np.uint8)
    try:
        with tempfile.TemporaryDirectory() as folder:
            back = Video.open(Video(grey, 24).save(Path(folder) / "clip.mp4"))
    except Exception as error:  # whatever fails here is what the doctor is asked for
        return Check(name="H.264", state="broken", seen=str(error), cure="pip install --force-reinstall av")
    near = back.frames.shape == grey.shape and bool(abs(back.frames.astype(int) - grey).max() <= 3)
    return Check(name="H.264", state="works" if near else "broken", seen="a clip was written and read again")


def _machine() -> Iterator[Check]:
    flags = cpu_flags()
    fast = [
        name for name, flag in (("AMX", "amx_bf16"), ("AVX-512 bf16", "avx512_bf16"), ("AVX2", "avx2")) if flag in flags
    ]
    yield Check(
        name="processor", state="works", seen=f"{cores()} cores, {platform.machine()} {', '.join(fast)}".rstrip()
    )
    free = memory()
    enough = free is None or free >= NEEDED_MEMORY
    yield Check(
        name="memory",
        state="works" if enough else "broken",
        seen="unknown" if free is None else f"{free / 2**30:.1f} GiB free",
        cure="" if enough else "Close other programs: a clip needs up to 2 GiB.",
    )
    room = shutil.disk_usage(Path.cwd()).free
    yield Check(
        name="disk",
        state="works" if room >= NEEDED_DISK else "broken",
        seen=f"{room / 2**30:.1f} GiB free in {Path.cwd()}",
        cure="" if room >= NEEDED_DISK else "Free some space.",
    )


def _optional() -> Iterator[Check]:
    for module, package, brings in OPTIONAL_PACKAGES:
        if util.find_spec(module):
            yield Check(name=package, state="works", seen=brings)
        else:
            yield Check(
                name=package, state="missing", seen=f"would bring {brings}", cure=f"pip install {shlex.quote(package)}"
            )
