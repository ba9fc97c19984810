"""What scripts mean, as yes and no."""

from mutoscope.world.meanings import MEANINGS, meaning_at
from mutoscope.world.script import CameraAction, CameraMove, Scene, Script, SubjectAction, SubjectMove

TWO = Script(
    scenes=(
        Scene(start=0, end=1.5, camera=(CameraMove(action=CameraAction.PAN_LEFT, speed="slow", extent="much"),)),
        Scene(
            start=1.5,
            end=3,
            camera=(CameraMove(action=CameraAction.STILL),),
            subject=(SubjectMove(action=SubjectAction.RISE), SubjectMove(action=SubjectAction.SPIN_CLOCKWISE)),
        ),
    )
)


def names(seconds: float) -> set[str]:
    return {name for name, meant in zip(MEANINGS, meaning_at(TWO, seconds), strict=True) if meant}


def test_every_scene_means_its_own_moves_and_manner() -> None:
    assert names(0.2) == {"camera: pan left", "camera: slow", "camera: much"}
    assert names(1.5) == names(2.9) == {"subject: rise", "subject: spin clockwise"}


def test_a_moment_after_the_end_belongs_to_the_last_scene() -> None:
    assert names(3.0) == names(2.9)


def test_stillness_is_meant_by_nothing_else() -> None:
    still = Script(scenes=(Scene(start=0, end=1, camera=(CameraMove(action=CameraAction.STILL),)),))
    assert not meaning_at(still, 0.5).any()
    assert len(set(MEANINGS)) == len(MEANINGS)
