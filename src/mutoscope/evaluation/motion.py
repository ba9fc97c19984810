"""Evaluation of motion: does what is shown obey what was asked, for a model, for true clips, and by chance."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mutoscope.evaluation.questions import Question
from mutoscope.evaluation.ruler import MotionReading, read_motion
from mutoscope.evaluation.scorecard import MotionScore, MotionScorecard, rate
from mutoscope.evaluation.timing import change_times
from mutoscope.evaluation.verdict import Verdict, judge, judge_script
from mutoscope.media.video import Video
from mutoscope.world.script import CameraAction, Scene, Script, SubjectAction

IN_TIME, PROMPTLY = 0.2, 0.1  # seconds

Frames = NDArray[np.uint8]
# Prompt, photo (H, W, 3), matte (H, W) and seed in; a video of any size and rate out: the model under test.
Animate = Callable[[str, Frames, NDArray[np.float32], int], Video]
Told = Callable[[int], None]


@dataclass(frozen=True, kw_only=True, eq=False)
class MeasuredClip:
    """What one clip did with its script: a verdict per scene, the errors of its changes in seconds, whether the order is right."""

    prompt: str
    script: Script
    verdicts: tuple[Verdict, ...]
    change_errors: tuple[float, ...]
    in_order: bool | None  # None without a "then"

    @property
    def obeyed(self) -> bool:
        """Every scene's camera and subject right."""
        return all(verdict.obeyed for verdict in self.verdicts)


def evaluate_motion(
    questions: Iterable[Question], fps: int, animate: Animate | None = None, on_question: Told = lambda done: None
) -> MotionScorecard:
    """Measure a model on questions, beside their true clips and the true clips of each question's neighbour.

    Questions are consumed one by one; only readings are kept. `on_question` hears how many are done.
    """
    asked: list[tuple[str, Script]] = []
    true_readings: list[MotionReading] = []
    shown: list[MeasuredClip] = []
    for question in questions:
        asked.append((question.prompt, question.script))
        true_readings.append(read_motion(question.truth, fps, question.matte))
        if animate is not None:
            video = animate(question.prompt, question.photo, question.matte, question.seed)
            seen = read_motion(video.frames, video.fps, question.matte)
            shown.append(measure_clip(seen, question.script, question.prompt))
        on_question(len(asked))
    own = [measure_clip(r, script, text) for r, (text, script) in zip(true_readings, asked, strict=True)]
    others = [measure_clip(r, script, text) for r, (text, script) in zip(true_readings, _shuffled(asked), strict=True)]
    return MotionScorecard(
        true=score_clips(own), shuffled=score_clips(others), model=score_clips(shown) if animate is not None else None
    )


def measure_clip(reading: MotionReading, script: Script, prompt: str = "") -> MeasuredClip:
    """Hold a reading against a script."""
    several = len(script.scenes) > 1
    changes = change_times(reading, script) if several else ()
    asked = (scene.start for scene in script.scenes[1:])
    return MeasuredClip(
        prompt=prompt,
        script=script,
        verdicts=judge_script(reading, script),
        change_errors=tuple(found - wanted for found, wanted in zip(changes, asked, strict=True)),
        in_order=_in_order(reading, script) if several else None,
    )


def score_clips(clips: Sequence[MeasuredClip]) -> MotionScore:
    """The score of many clips."""
    verdicts = [verdict for clip in clips for verdict in clip.verdicts]
    by_action: dict[str, list[bool]] = defaultdict(list)
    for clip in clips:
        for scene, verdict in zip(clip.script.scenes, clip.verdicts, strict=True):
            for name, right in _right_by_action(scene, verdict):
                by_action[name].append(right)
    errors = [abs(error) for clip in clips for error in clip.change_errors]
    return MotionScore(
        camera=rate([verdict.camera for verdict in verdicts]),
        subject=rate([verdict.subject for verdict in verdicts if verdict.subject is not None]),
        caption=rate([clip.obeyed for clip in clips]),
        order=rate([clip.in_order for clip in clips if clip.in_order is not None]),
        change=rate([error <= IN_TIME + 1e-6 for error in errors]),
        prompt_change=rate([error <= PROMPTLY + 1e-6 for error in errors]),
        timing_error=float(np.mean(errors)) if errors else float("nan"),
        by_action={name: rate(answers) for name, answers in sorted(by_action.items())},
        wrong=tuple(f"{clip.prompt}: {'; '.join(v.wrong)}" for clip in clips for v in clip.verdicts if not v.obeyed),
    )


def _right_by_action(scene: Scene, verdict: Verdict) -> list[tuple[str, bool]]:
    camera = [move.action for move in scene.camera] or [CameraAction.STILL]
    subject = [move.action for move in scene.subject] or [SubjectAction.STILL]
    named = [(f"camera: {action}", verdict.camera) for action in camera]
    if verdict.subject is not None:
        named += [(f"subject: {action}", verdict.subject) for action in subject]
    return named


def _in_order(reading: MotionReading, script: Script) -> bool:
    """Whether more of the scenes are right where they belong than in the turned-round order."""
    scenes = script.scenes
    there = sum(_right(judge(reading, scene)) for scene in scenes)
    swapped = [
        Scene(start=place.start, end=place.end, camera=other.camera, subject=other.subject)
        for place, other in zip(scenes, reversed(scenes), strict=True)
    ]
    return there > sum(_right(judge(reading, scene)) for scene in swapped)


def _right(verdict: Verdict) -> int:
    return int(verdict.camera) + int(verdict.subject is not False)


def _shuffled(asked: Sequence[tuple[str, Script]]) -> list[tuple[str, Script]]:
    """Each clip is asked for what the next one shows."""
    return [*asked[1:], *asked[:1]]
