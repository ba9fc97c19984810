"""Speed on this machine, beside the tool that people would otherwise use for a camera move: ffmpeg's zoompan."""

import json
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from statistics import median
from typing import Any

import av
import numpy as np
import torch
from numpy.typing import NDArray

from mutoscope.devices import cores
from mutoscope.evaluation.drawing_speed import DrawingSpeed
from mutoscope.evaluation.peers import PeerBench
from mutoscope.evaluation.ruler import read_motion
from mutoscope.evaluation.verdict import judge
from mutoscope.media.photos import fit_photo, open_photo
from mutoscope.media.video import Video
from mutoscope.world.script import CameraAction, CameraMove, Scene

WIDTH, HEIGHT, FRAMES, FPS = 1280, 720, 72, 24
PROMPTS = {
    CameraAction.ZOOM_IN: "the camera zooms in",
    CameraAction.ZOOM_OUT: "the camera zooms out",
    CameraAction.PAN_LEFT: "the camera pans left",
    CameraAction.PAN_RIGHT: "the camera pans right",
    CameraAction.TILT_UP: "the camera tilts up",
    CameraAction.TILT_DOWN: "the camera tilts down",
}


@dataclass(frozen=True, kw_only=True)
class Bench:
    """Medians over runs: seconds of the whole command and by stage, peak memory, and the peer's seconds; who obeyed."""

    machine: str
    command: float
    stages: dict[str, float]
    peak_memory: int
    peer: float
    ours_right: int
    peer_right: int
    ours_start_as_photo: int
    peer_starts_as_photo: int  # moves whose first frame is the whole photo
    moves: int
    drawing: PeerBench | None = None  # the family that draws whole clips
    families: Sequence[DrawingSpeed] = ()  # those that are here

    @property
    def after_load(self) -> float:
        """Seconds from a loaded model to a finished file."""
        return sum(seconds for stage, seconds in self.stages.items() if stage != "load")


def bench(photo: Path, runs: int = 3) -> Bench:
    """Time the command and zoompan on the same photo at 1280x720, 72 frames; no other work should run beside it."""
    reports = [_command(photo, "the camera slowly zooms in while the subject rises") for _ in range(runs)]
    picture = fit_photo(open_photo(photo), WIDTH, HEIGHT)
    peers = []
    ours_right = peer_right = ours_start = peer_start = 0
    with tempfile.TemporaryDirectory() as folder:
        for action, prompt in PROMPTS.items():
            started = time.perf_counter()
            frames = zoompan(picture, action)
            Video(frames, FPS).save(Path(folder) / "peer.mp4")
            peers.append(time.perf_counter() - started)
            peer_right += _right(frames, action)
            peer_start += _same(frames[0], picture)
            clip = Path(folder) / "ours.mp4"
            _command(photo, prompt, clip)
            ours = Video.open(clip).frames
            ours_right += _right(ours, action)
            ours_start += _same(ours[0], picture)
    stages = reports[0][1]["seconds"].keys()
    return Bench(
        machine=f"{platform.machine()}, {cores()} cores, Python {platform.python_version()}, torch {torch.__version__}",
        command=median(seconds for seconds, _ in reports),
        stages={stage: median(report["seconds"][stage] for _, report in reports) for stage in stages},
        peak_memory=max(report["peak_memory"] for _, report in reports),
        peer=median(peers),
        ours_right=ours_right,
        peer_right=peer_right,
        ours_start_as_photo=ours_start,
        peer_starts_as_photo=peer_start,
        moves=len(PROMPTS),
    )


def zoompan(picture: NDArray[np.uint8], action: CameraAction) -> NDArray[np.uint8]:
    """Frames (T, H, W, 3) of a camera move by ffmpeg's zoompan filter, with the usual recipes for it.

    The filter can only show what lies inside the picture, so its pans and tilts are made inside a fixed crop, and
    zooming out begins in one.
    """
    last = FRAMES - 1
    centre_x, centre_y, margin = "iw/2-(iw/zoom/2)", "ih/2-(ih/zoom/2)", "1.18"
    zoom, x, y = {
        CameraAction.ZOOM_IN: (f"1+0.2*on/{last}", centre_x, centre_y),
        CameraAction.ZOOM_OUT: (f"1.2-0.2*on/{last}", centre_x, centre_y),
        CameraAction.PAN_RIGHT: (margin, f"(iw-iw/zoom)*on/{last}", centre_y),
        CameraAction.PAN_LEFT: (margin, f"(iw-iw/zoom)*(1-on/{last})", centre_y),
        CameraAction.TILT_DOWN: (margin, centre_x, f"(ih-ih/zoom)*on/{last}"),
        CameraAction.TILT_UP: (margin, centre_x, f"(ih-ih/zoom)*(1-on/{last})"),
    }[action]
    height, width = picture.shape[:2]
    graph = av.filter.Graph()
    source = graph.add_buffer(width=width, height=height, format=av.VideoFormat("rgb24"), time_base=Fraction(1, FPS))
    options = f"z='{zoom}':x='{x}':y='{y}':d={FRAMES}:s={width}x{height}:fps={FPS}"
    pan, convert, sink = graph.add("zoompan", options), graph.add("format", "rgb24"), graph.add("buffersink")
    for before, after in ((source, pan), (pan, convert), (convert, sink)):
        before.link_to(after)
    graph.configure()
    frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
    frame.pts, frame.time_base = 0, Fraction(1, FPS)
    graph.push(frame)
    graph.push(None)
    pulled = (graph.pull() for _ in range(FRAMES))
    return np.stack([f.to_ndarray(format="rgb24") for f in pulled if isinstance(f, av.VideoFrame)])


def _command(photo: Path, prompt: str, output: Path | None = None) -> tuple[float, dict[str, Any]]:
    """Seconds of the whole command, start to file, and its report."""
    with tempfile.TemporaryDirectory() as folder:
        clip = output or Path(folder) / "clip.mp4"
        words = [sys.executable, "-m", "mutoscope", "generate", prompt, "--photo", str(photo), "--output", str(clip)]
        started = time.perf_counter()
        done = subprocess.run(
            [*words, "--size", f"{WIDTH}x{HEIGHT}", "--json"], capture_output=True, text=True, check=True
        )
        return time.perf_counter() - started, json.loads(done.stdout.splitlines()[-1])


def _same(frame: NDArray[np.uint8], picture: NDArray[np.uint8]) -> bool:
    """Whether a frame is the photo, but for what an encoder changes."""
    return float(np.abs(frame.astype(np.int16) - picture).mean()) < 2


def _right(frames: NDArray[np.uint8], action: CameraAction) -> bool:
    scene = Scene(start=0, end=FRAMES / FPS, camera=(CameraMove(action=action),))
    return judge(read_motion(frames, FPS, None), scene).camera
