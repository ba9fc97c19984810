"""The commands that make clips: generate, extend, replay."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from mutoscope.bars import Bars
from mutoscope.cli.ctrl_c import CTRL_C
from mutoscope.cli.files import check_files, free_path, save_clip, signing, targets_of
from mutoscope.cli.models import have_on_disk
from mutoscope.cli.telling import say, tell, warn
from mutoscope.errors import MutoscopeError
from mutoscope.request import HUB, GenerateRequest, wishes

if TYPE_CHECKING:
    from mutoscope.media.video import Video

PIPE = "-"  # as an output: stdout


def generate(wanted: argparse.Namespace) -> None:
    """Make the clips that a request asks for, and tell of each."""
    given = vars(wanted)
    request = GenerateRequest.from_dict({name: given[name] for name in wishes() if name in given})
    if wanted.output == PIPE:
        _stream(wanted, request)
        return
    targets = targets_of(wanted.output, request)
    check_files(
        [request.photo, request.last, request.mask], targets, Path(request.extends) if request.extends else None
    )
    credentials = signing(wanted, targets)

    from mutoscope import api

    if request.model.startswith(HUB):
        have_on_disk(request.model, yes=wanted.yes, request=request)
    else:
        expected = api.estimate(request)
        clips = "clips" if request.variants > 1 else "clip"
        say(
            f"{request.variants} {clips} of {expected.width}x{expected.height}, {request.frames} frames: "
            f"about {expected.seconds:.0f} s and {expected.memory_bytes / 1e9:.1f} GB of memory."
        )
    for index, (target, video) in enumerate(zip(targets, _made(request), strict=True)):
        with Bars(CTRL_C.heed) as bars:
            seconds = save_clip(video, target, bars.on_progress, credentials)
        if index == 0:  # the others are told the same words
            warn(video.manifest)
        tell(video, target, seconds, as_json=wanted.json)


def _stream(wanted: argparse.Namespace, request: GenerateRequest) -> None:
    """Write a clip to stdout while it is made."""
    taken = {"--json": wanted.json, "--certificate": wanted.certificate, "--private-key": wanted.private_key}
    if other := next((name for name, value in taken.items() if value), None):
        raise MutoscopeError(
            f"{other} and --output {PIPE} were given.", "The clip itself goes to stdout.", f"Leave out {other}."
        )
    if sys.stdout.isatty():
        rule = "It would fill the terminal."
        raise MutoscopeError("The clip would go to the terminal.", rule, f"Write: --output {PIPE} | ffplay -")
    check_files([request.photo, request.last, request.mask], [], Path(request.extends) if request.extends else None)

    from mutoscope import api

    if request.model.startswith(HUB):
        have_on_disk(request.model, yes=wanted.yes, request=request)
    with Bars(CTRL_C.heed) as bars:
        made = api.stream_request(request, bars.on_progress)
        warn(made.manifest)
        made.write(sys.stdout.buffer)


def _made(request: GenerateRequest) -> Iterator["Video"]:
    """One variant after another, so that each is saved before the next is made; or, of all, those that are kept."""
    from mutoscope import api

    if request.keep:
        with Bars(CTRL_C.heed) as bars:
            best = api.generate_best(request, bars.on_progress)
        yield from best
        return
    for index in range(request.variants):
        with Bars(CTRL_C.heed) as bars:
            video = api.generate_request(request.variant(index), bars.on_progress)
        yield video


def extend(wanted: argparse.Namespace) -> None:
    """Let an earlier clip go on."""
    clip = Path(wanted.clip)
    wanted.extends = wanted.clip
    wanted.output = wanted.output or str(free_path(clip.with_name(f"{clip.stem}-longer{clip.suffix}")))
    generate(wanted)


def replay(wanted: argparse.Namespace) -> None:
    """Make the frames of a clip again."""
    clip = Path(wanted.clip)
    target = Path(wanted.output) if wanted.output else free_path(clip.with_name(f"{clip.stem}-again{clip.suffix}"))
    check_files([wanted.photo], [target], clip)
    credentials = signing(wanted, [target])

    from mutoscope import api

    with Bars(CTRL_C.heed) as bars:
        video = api.replay(clip, wanted.photo, bars.on_progress)
        seconds = save_clip(video, target, bars.on_progress, credentials)
    if not video.stats.get("same", True):
        say("warning: the frames differ from those of the clip: another machine, or other versions, made it.")
    warn(video.manifest)
    tell(video, target, seconds, as_json=wanted.json)
