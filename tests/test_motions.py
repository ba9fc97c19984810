import numpy as np
import pytest

from mutoscope.codecs.motion_code import INDEX
from mutoscope.world.motions import script_to_codes
from mutoscope.world.sampling import sample_script
from mutoscope.world.script import CameraAction, CameraMove, Scene, Script, SubjectAction, SubjectMove

BOX = (0.35, 0.3, 0.65, 0.7)


def travel(script: Script, channel: str, seed: int = 0, box: tuple[float, float, float, float] = BOX) -> float:
    codes = script_to_codes(script, box, np.random.default_rng(seed))
    return float(codes[:, INDEX[channel]].sum() * script.seconds / len(codes))


def camera(action: CameraAction, **manner: str) -> Script:
    return Script(scenes=(Scene(start=0, end=3, camera=(CameraMove(action=action, **manner),)),))  # type: ignore[arg-type]


def subject(action: SubjectAction) -> Script:
    return Script(scenes=(Scene(start=0, end=3, subject=(SubjectMove(action=action),)),))


@pytest.mark.parametrize(
    ("action", "channel", "sign"),
    [
        (CameraAction.PAN_LEFT, "camera_x", -1),
        (CameraAction.TILT_DOWN, "camera_y", 1),
        (CameraAction.ZOOM_OUT, "camera_zoom", -1),
        (CameraAction.ROLL_CLOCKWISE, "camera_roll", 1),
        (CameraAction.ORBIT_RIGHT, "camera_orbit", 1),
        (CameraAction.SHAKE, "camera_shake", 1),
    ],
)
def test_a_camera_action_moves_its_own_channel_only(action: CameraAction, channel: str, sign: int) -> None:
    codes = script_to_codes(camera(action), BOX, np.random.default_rng(0))
    assert sign * codes[:, INDEX[channel]].sum() > 0
    assert np.count_nonzero(np.abs(codes).sum(axis=0)) == 1


def test_every_subject_action_but_still_moves_something() -> None:
    for action in SubjectAction:
        codes = script_to_codes(subject(action), BOX, np.random.default_rng(0))
        assert (np.abs(codes).max() > 0) == (action is not SubjectAction.STILL), action


def test_quickly_goes_further_than_slowly() -> None:
    slow, fast = (abs(travel(camera(CameraAction.PAN_LEFT, speed=speed), "camera_x")) for speed in ("slow", "fast"))
    assert fast > 2 * slow


def test_a_subject_with_no_room_moves_less() -> None:
    free = travel(subject(SubjectAction.MOVE_RIGHT), "subject_x")
    cramped = travel(subject(SubjectAction.MOVE_RIGHT), "subject_x", box=(0.75, 0.3, 0.98, 0.7))
    assert 0 < cramped < free


def test_a_bounce_ends_where_it_began() -> None:
    assert abs(travel(subject(SubjectAction.BOUNCE), "subject_y")) < 0.01


def test_what_comes_second_does_not_begin_before_its_time() -> None:
    first = Scene(start=0, end=1.5, camera=(CameraMove(action=CameraAction.ZOOM_IN),))
    second = Scene(start=1.5, end=3, camera=(CameraMove(action=CameraAction.PAN_LEFT),))
    codes = script_to_codes(Script(scenes=(first, second)), BOX, np.random.default_rng(0))
    assert np.all(codes[:12, INDEX["camera_x"]] == 0)
    assert np.all(codes[12:, INDEX["camera_zoom"]] == 0)


def test_seeds_vary_the_size_but_never_the_direction() -> None:
    travels = [travel(camera(CameraAction.TILT_UP), "camera_y", seed) for seed in range(8)]
    assert max(travels) < 0
    assert max(travels) - min(travels) > 0.005


def test_random_scripts_have_no_gaps_and_every_scene_differs_from_the_one_before() -> None:
    rng = np.random.default_rng(0)
    for _ in range(300):
        script = sample_script(rng, 3.0)
        ends = [scene.end for scene in script.scenes]
        assert [scene.start for scene in script.scenes] == [0.0, *ends[:-1]]
        assert ends[-1] == 3.0
        assert len({(scene.camera, scene.subject) for scene in script.scenes}) == len(script.scenes)
