"""The ruler of motion: it reads what was rendered, passes true clips, and fails false ones."""

import math
from dataclasses import replace
from functools import cache
from typing import Literal

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from mutoscope.codecs.motion_code import motion_path
from mutoscope.evaluation.motion import evaluate_motion
from mutoscope.evaluation.questions import Question, draw_questions
from mutoscope.evaluation.ruler import MotionReading, read_motion
from mutoscope.evaluation.scorecard import Rate
from mutoscope.evaluation.timing import change_times
from mutoscope.evaluation.verdict import judge, judge_script
from mutoscope.media.video import Video
from mutoscope.shapes import ClipShape
from mutoscope.vision.flow import dense_flow
from mutoscope.world.clip import render_clips
from mutoscope.world.motions import script_to_codes
from mutoscope.world.script import CameraAction, CameraMove, Scene, Script, SubjectAction, SubjectMove

from test_world_clip import EVERYTHING, codes, layers  # isort: skip

SHAPE = ClipShape(frames=18, height=96, width=120, fps=12)
BOX = (0.35, 0.3, 0.75, 0.74)
Frames = NDArray[np.uint8]
C, S = CameraAction, SubjectAction


def scene(camera: CameraAction | None, subject: SubjectAction | None, start: float = 0, end: float = 1.5) -> Scene:
    """One scene with at most one action each."""
    return Scene(
        start=start,
        end=end,
        camera=(CameraMove(action=camera),) if camera else (),
        subject=(SubjectMove(action=subject),) if subject else (),
    )


@cache
def matte() -> NDArray[np.float32]:
    """Of the ball in frame 0."""
    return np.asarray(layers(SHAPE).matte[0, 0].numpy(), np.float32)


def rendered(rows: torch.Tensor, shape: ClipShape = SHAPE) -> Frames:
    """(T, H, W, 3) frames of codes (1, K, 13)."""
    frames = render_clips(layers(shape), rows, shape).frames[0].permute(0, 2, 3, 1)
    return np.asarray((frames * 255).round().byte().numpy(), np.uint8)


@cache
def filmed(*scenes: Scene) -> Frames:
    """The true clip of scenes."""
    script = Script(scenes=scenes)
    shape = ClipShape(frames=round(script.seconds * 12), height=96, width=120, fps=12)
    truth = script_to_codes(script, BOX, np.random.default_rng(5))
    return rendered(torch.from_numpy(truth)[None], shape)


@cache
def reading(*scenes: Scene) -> MotionReading:
    """What the ruler reads in it."""
    return read_motion(filmed(*scenes), 12, matte())


def test_flow_sees_a_known_shift() -> None:
    """Two pixels right, one up."""
    picture = filmed(scene(None, None))[0]
    moved = np.roll(picture, (-1, 2), axis=(0, 1))
    assert np.median(dense_flow(picture, moved)[8:-8, 8:-8], axis=(0, 1)) == pytest.approx([2, -1], abs=0.05)


def test_the_tracks_are_where_the_path_is_though_everything_moves_at_once() -> None:
    """Within a small part of what moved; the subject's way is as large as the camera shows it."""
    moving = codes(
        **{name: value for name, value in EVERYTHING.items() if not name.endswith(("ripple", "shake", "sway"))}
    )
    found = read_motion(rendered(moving), 12, matte())
    path = motion_path(moving[0], SHAPE)
    for name in ("camera_y", "camera_zoom", "camera_roll", "subject_rotation"):
        assert found[name][-1] == pytest.approx(path[name][-1], rel=0.15, abs=0.003), name
    assert found["subject_y"][-1] == pytest.approx(path["subject_y"][-1] * math.exp(0.5 * 0.15), rel=0.15)
    assert found["subject_scale"][-1] == pytest.approx(path["subject_scale"][-1] + path.pulse[-1], abs=0.02)


CAMERA = [C.STILL, C.PAN_RIGHT, C.TILT_UP, C.ZOOM_OUT, C.ROLL_COUNTERCLOCKWISE, C.ORBIT_RIGHT, C.SHAKE]
SUBJECT = [
    S.MOVE_LEFT, S.MOVE_DOWN_RIGHT, S.RISE, S.FLOAT, S.BOUNCE, S.SWAY, S.SPIN_CLOCKWISE, S.SHRINK, S.PULSE, S.RIPPLE,
]  # fmt: skip


@pytest.mark.parametrize("action", CAMERA)
def test_a_true_camera_is_passed_and_its_opposite_or_stillness_is_not(action: CameraAction) -> None:
    """Every kind of camera action, over a subject that stands."""
    assert judge(reading(scene(action, None)), scene(action, None)).obeyed
    other = C.PAN_LEFT if action is C.STILL else C.STILL
    assert not judge(reading(scene(action, None)), scene(other, None)).camera


@pytest.mark.parametrize("action", SUBJECT)
def test_a_true_subject_is_passed_and_stillness_is_not(action: SubjectAction) -> None:
    """Every kind of subject action, before a camera that stands."""
    verdict = judge(reading(scene(None, action)), scene(None, action))
    assert verdict.obeyed, verdict.wrong
    assert not judge(reading(scene(None, action)), scene(None, S.STILL)).subject


@pytest.mark.parametrize("action", [a for a in CameraAction if a is not C.STILL])
def test_a_frozen_clip_fails_every_camera_but_still(action: CameraAction) -> None:
    """Nothing moves, so nothing asked is done."""
    frozen = reading(scene(None, None))
    assert judge(frozen, scene(C.STILL, S.STILL)).obeyed
    assert not judge(frozen, scene(action, None)).camera


@pytest.mark.parametrize("action", [a for a in SubjectAction if a is not S.STILL])
def test_a_frozen_clip_fails_every_subject_but_still(action: SubjectAction) -> None:
    """Nothing moves, so nothing asked is done."""
    assert not judge(reading(scene(None, None)), scene(None, action)).subject


@pytest.mark.parametrize("action", [C.PAN_RIGHT, C.TILT_UP, C.ZOOM_OUT, C.ROLL_COUNTERCLOCKWISE, C.ORBIT_RIGHT])
def test_a_clip_run_backwards_fails_its_direction(action: CameraAction) -> None:
    """Measured without a matte, as on a photo whose subject nobody knows."""
    backwards = read_motion(filmed(scene(action, None))[::-1], 12, None)
    assert not judge(backwards, scene(action, None)).camera


def test_without_a_matte_the_subject_is_not_measured() -> None:
    """Not right, not wrong: unknown."""
    verdict = judge(read_motion(filmed(scene(C.PAN_LEFT, None)), 12, None), scene(C.PAN_LEFT, S.RISE))
    assert verdict.subject is None
    assert verdict.obeyed


def test_an_action_that_nobody_asked_for_is_a_fault() -> None:
    """A pan is right, the zoom beside it wrong, and the subject's rise too."""
    both = read_motion(rendered(codes(camera_x=0.06, camera_zoom=0.15, subject_y=-0.1)), 12, matte())
    verdict = judge(both, scene(C.PAN_RIGHT, None))
    assert not verdict.camera
    assert not verdict.subject
    assert any("zoom" in fault for fault in verdict.wrong)


THEN: list[tuple[tuple[CameraAction | None, SubjectAction | None], ...]] = [
    ((C.ZOOM_IN, None), (C.PAN_LEFT, None)),
    ((None, S.RISE), (None, S.MOVE_RIGHT)),
    ((C.STILL, None), (None, S.SPIN_CLOCKWISE)),
    ((None, S.BOUNCE), (C.TILT_DOWN, None)),
]


@pytest.mark.parametrize(("parts", "cut"), [*zip(THEN, (1.0, 1.5, 0.8, 1.2), strict=True)])
def test_the_change_is_found_when_it_happens(
    parts: tuple[tuple[CameraAction | None, SubjectAction | None], ...], cut: float
) -> None:
    """To within a sixth of a second, and the order told from its reverse."""
    first, second = scene(*parts[0], 0, cut), scene(*parts[1], cut, 2.5)
    script = Script(scenes=(first, second))
    found = reading(first, second)
    assert change_times(found, script) == pytest.approx([cut], abs=0.17)
    assert all(verdict.obeyed for verdict in judge_script(found, script))
    turned = Script(scenes=(scene(*parts[1], 0, cut), scene(*parts[0], cut, 2.5)))
    assert not any(verdict.obeyed for verdict in judge_script(found, turned))


def test_a_scorecard_holds_the_model_against_truth_and_chance() -> None:
    """A model that shows the truth for the first question and the photo alone for the second."""
    scripts = [
        Script(scenes=(scene(*THEN[0][0], 0, 1.0), scene(*THEN[0][1], 1.0, 2.5))),
        Script(scenes=(scene(None, S.RISE),)),
    ]
    asked = [
        Question(
            prompt=str(number), script=script, photo=filmed(*script.scenes)[0], matte=matte(),
            truth=filmed(*script.scenes), seed=number,
        )
        for number, script in enumerate(scripts)
    ]  # fmt: skip

    def animate(prompt: str, photo: Frames, matte: NDArray[np.float32], seed: int) -> Video:
        return Video(asked[0].truth if prompt == "0" else np.stack([photo] * len(asked[seed].truth)), 12)

    told: list[int] = []
    card = evaluate_motion(asked, 12, animate, told.append)
    assert told == [1, 2]
    assert (card.true.caption, card.true.order, card.true.change) == (Rate(2, 2), Rate(1, 1), Rate(1, 1))
    assert card.shuffled.caption == Rate(0, 2)
    assert card.model is not None
    assert (card.model.caption, card.model.camera, card.model.subject) == (Rate(1, 2), Rate(3, 3), Rate(2, 3))
    assert card.model.by_action["subject: rise"] == Rate(0, 1)
    assert [line.split(":")[0] for line in card.model.wrong] == ["1"]
    assert "| whole caption | 50.0 % (1/2, 9–91) | 100.0 % (2/2, 34–100) | 0.0 % (0/2, 0–66) |" in card.table()


@pytest.mark.parametrize("kind", ["combinations", "synonyms"])
def test_questions_are_drawn_again_alike(kind: Literal["combinations", "synonyms"]) -> None:
    """The same seed asks the same; both languages; the photo is the true clip's first frame."""
    shape = ClipShape(frames=12, height=64, width=64, fps=4)
    first, again = (list(draw_questions(2, kind, shape, seed=4)) for _ in range(2))
    assert [q.prompt for q in first] == [q.prompt for q in again]
    assert [q.prompt for q in first] != [q.prompt for q in draw_questions(2, kind, shape, seed=5)]
    for question, same in zip(first, again, strict=True):
        assert np.array_equal(question.truth, same.truth)
        assert np.array_equal(question.photo, question.truth[0])
        assert question.script.seconds == pytest.approx(3)


def test_the_interval_of_a_rate_is_wilsons() -> None:
    """95 of 100: 0.888 to 0.978; nothing asked: anything."""
    assert Rate(95, 100).interval == pytest.approx((0.888, 0.978), abs=0.001)
    assert Rate(0, 0).interval == (0.0, 1.0)
    assert math.isnan(Rate(0, 0).share)


def test_only_a_subject_that_an_edge_cuts_may_grow_about_that_edge() -> None:
    times = np.arange(13) / 12
    tracks = np.zeros((13, 11))
    tracks[:, 7] = 0.3 * times  # log scale
    tracks[:, 6] = -0.12 * times  # its middle rises: it stands on the edge
    free = MotionReading(times=times, tracks=tracks, aspect=1.0, radius=0.25, has_subject=True)
    grows = scene(None, S.GROW, 0, 1)
    assert not judge(free, grows).subject
    assert judge(replace(free, held=True), grows).subject
    tracks[:, 6] = -0.2 * times  # further than growth about an edge can carry it
    assert not judge(replace(free, held=True), grows).subject


def test_a_subject_slides_before_a_ground_that_goes_along_as_one_walks_around_it() -> None:
    times = np.arange(13) / 12
    tracks = np.zeros((13, 11))
    tracks[:, 5] = -0.05 * times  # the near goes left
    tracks[:, 0] = -0.03 * times  # the far goes right, by parallax alone: the ground's own slip is not to be seen
    orbit = MotionReading(times=times, tracks=tracks, aspect=1.0, radius=0.25, has_subject=True)
    assert judge(orbit, scene(C.ORBIT_RIGHT, None, 0, 1)).obeyed
    assert not judge(orbit, scene(C.ORBIT_LEFT, None, 0, 1)).camera
    assert not judge(orbit, scene(C.PAN_LEFT, None, 0, 1)).subject  # that would be the subject's own way
    tracks[:, 0] = 0  # over a ground that stays, it is the subject that goes
    assert not judge(orbit, scene(C.ORBIT_RIGHT, None, 0, 1)).camera


def test_a_broad_cut_is_seen_on_the_matte_and_a_touch_is_not() -> None:
    frames = np.zeros((4, 60, 60, 3), np.uint8)
    standing, apart = np.zeros((60, 60), np.float32), np.zeros((60, 60), np.float32)
    standing[30:, 20:40], apart[20:50, 20:40] = 1, 1
    assert read_motion(frames, 12, standing).held
    assert not read_motion(frames, 12, apart).held
    assert not read_motion(frames, 12, None).held
