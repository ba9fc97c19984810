"""Large models behind the command: every class of pipelines, tiny and with random weights, loaded from a folder, offline."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from tiny_hub import Folder, Tiny, request

from mutoscope import api
from mutoscope.cli import main
from mutoscope.errors import MutoscopeError
from mutoscope.hub.dialects import dialect
from mutoscope.hub.output import check_frames, sound_of
from mutoscope.hub.pipeline import HubPipeline
from mutoscope.hub.plan import Shot
from mutoscope.hub.shelf import open_model
from mutoscope.media.video import Video, read_manifest

Pixels = NDArray[np.uint8]
pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def photo(tmp_path: Path) -> str:
    """A photo of noise on a slope of grey."""
    path = tmp_path / "photo.png"
    Image.fromarray(_picture(0)).save(path)
    return str(path)


def _picture(seed: int) -> Pixels:
    noise = np.random.default_rng(seed).integers(0, 120, (64, 64, 3), dtype=np.uint8)
    return noise + np.linspace(0, 130, 64).astype(np.uint8)[:, None, None]


def _frames(pipeline: HubPipeline, **wishes: Any) -> Pixels:
    return pipeline.generate(request(**wishes)).frames


@pytest.mark.parametrize(
    ("wish", "one", "other"),
    [
        ("prompt", "a corgi surfs", "一只柯基在冲浪"),
        ("seed", 1, 2),
        ("guidance", 1.5, 9),
        ("steps", 2, 3),
        ("negative", "blurred", "夜晚"),
    ],
)
def test_every_wish_reaches_the_model(wish: str, one: Any, other: Any, pipeline: Tiny) -> None:
    wan = pipeline("wan22-ti2v")
    assert not np.array_equal(_frames(wan, **{wish: one}), _frames(wan, **{wish: other}))


def test_the_same_wishes_give_the_same_frames(pipeline: Tiny) -> None:
    wan = pipeline("wan22-ti2v")
    wishes = {"seed": 3, "guidance": 2, "negative": "blurred"}
    assert np.array_equal(_frames(wan, **wishes), _frames(wan, **wishes))


@pytest.mark.parametrize("name", ["svd", "hunyuan15"])
def test_guidance_reaches_classes_that_name_it_otherwise(name: str, pipeline: Tiny) -> None:
    told = {"prompt": "" if name == "svd" else "a corgi"}
    pixels = _picture(0) if name == "svd" else None
    loose, strict = (
        pipeline(name).generate(request(**told, guidance=scale, seconds=0.5), pixels=pixels).frames for scale in (1, 9)
    )
    assert not np.array_equal(loose, strict)


@pytest.mark.parametrize("name", ["wan22-ti2v", "ltx", "ltx2"])
def test_one_set_of_weights_draws_from_words_from_a_photo_and_to_a_last_frame(
    name: str, pipeline: Tiny, tmp_path: Path
) -> None:
    ends = [tmp_path / f"{number}.png" for number in range(3)]
    for number, path in enumerate(ends):
        Image.fromarray(_picture(number)).save(path)
    model = pipeline(name)
    clips = [_frames(model), _frames(model, photo=ends[0]), _frames(model, photo=ends[1])]
    if "last" in model.model.dialects:
        clips += [_frames(model, photo=ends[1], last=ends[last]) for last in (0, 2)]
    pairs = [(a, b) for number, a in enumerate(clips) for b in clips[number + 1 :]]
    assert all(not np.array_equal(a, b) for a, b in pairs)
    (loaded,) = {id(pipe.transformer) for pipe in model.loaded.pipes.values()}  # the classes share one set
    assert loaded
    kinds = {pipe.transformer.dtype for pipe in model.loaded.pipes.values()}
    assert len(kinds) == 1


def test_speed_and_rate_reach_the_classes_that_take_them(pipeline: Tiny) -> None:
    ltx = pipeline("ltx")
    assert ltx.generate(request(fps=16)).fps == 16
    svd = pipeline("svd")
    gentle, strong = (svd.generate(request("", motion=much), pixels=_picture(0)).frames for much in (0.2, 1.8))
    assert not np.array_equal(gentle, strong)


@pytest.mark.parametrize(
    ("name", "wishes", "problem", "names"),
    [
        ("svd", {"prompt": "a corgi"}, "reads no words", "Wan T2V"),
        ("svd", {"prompt": "", "negative": "x"}, "takes no negative prompt", "LTX-Video"),
        ("svd", {"prompt": "", "seconds": 9}, "more than svd can make", "at most 25"),
        ("mochi", {"last": "photo"}, "takes no last frame", "LTX-2"),
        ("mochi", {"photo": "photo"}, "takes no photo", "Wan I2V"),
        ("mochi", {"fps": 12}, "makes 30 frames a second, not 12", "LTX-Video"),
        ("mochi", {"motion": 1.5}, "cannot be told how strongly", "Stable Video Diffusion"),
        ("mochi", {"prompt": "[0-0.2s] a cat sits [0.2-0.5s] it runs"}, "has no timeline", "Wan TI2V"),
        ("mochi", {"prompt": ""}, "prompt is empty", "draws what it says"),
        ("wan-i2v", {}, "needs a photo", "Mochi"),
        ("wan-i2v", {"photo": "photo", "last": "photo"}, "takes no last frame", "Wan FLF2V"),
        ("wan-flf", {"photo": "photo"}, "needs a last frame too", "--last"),
        ("ltx", {"last": "photo"}, "but no first", "--photo"),
        ("ltx", {"subject": "0.5,0.5"}, "cannot be shown the subject", "--model"),
        ("ltx2", {"motion": 0}, "motion is 0", "--motion 0.5"),
        ("cogvideox-i2v", {"photo": "photo", "size": "128x64"}, "makes 64x64", "--size"),
        ("wan22-ti2v", {"lora": "nowhere.safetensors"}, "no LoRA 'nowhere", ".safetensors"),
        ("wan22-ti2v", {"lora": ","}, "no LoRA ''", ".safetensors"),
    ],
)  # fmt: skip
def test_what_a_model_lacks_is_refused_with_the_models_that_have_it(
    name: str, wishes: dict[str, Any], problem: str, names: str, pipeline: Tiny, photo: str
) -> None:
    filled = {wish: photo if value == "photo" else value for wish, value in wishes.items()}
    given = _picture(0) if name == "svd" else None
    with pytest.raises(MutoscopeError) as refused:
        pipeline(name).generate(request(**filled), pixels=given)
    assert problem in refused.value.problem
    assert names in f"{refused.value.rule} {refused.value.cure}"


def test_the_bundled_model_refuses_a_lora(photo: str) -> None:
    with pytest.raises(MutoscopeError, match="large models"):
        api.generate("the camera pans left", photo=photo, lora=photo)


def test_a_timed_prompt_is_done_shot_by_shot_with_the_last_frame_handed_on(
    pipeline: Tiny,
) -> None:
    wan = pipeline("wan22-ti2v")
    video = wan.generate(request("[0-0.5s] a corgi surfs [0.5-1s] it sleeps", seconds=1))
    assert video.manifest
    assert video.manifest.hub["pipelines"] == ["WanPipeline", "WanImageToVideoPipeline"]
    assert [(shot["text"], shot["start"], shot["end"]) for shot in video.manifest.timeline] == [
        ("a corgi surfs", 0.0, 0.5), ("it sleeps", 0.5, 1.0),
    ]  # fmt: skip
    assert len(video.frames) == 24
    first = wan.generate(request("a corgi surfs", seconds=0.5)).frames
    second = wan.generate(request("it sleeps", seconds=13 / 24), pixels=first[-1]).frames
    assert np.array_equal(video.frames, np.concatenate([first, second[1:]]))
    assert any("2 shots" in note for note in video.manifest.notes)


def test_prompts_go_through_as_they_are(pipeline: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    ltx = pipeline("ltx")
    ltx.generate(request())
    heard: list[str] = []
    kind = type(ltx.loaded.pipes["LTXPipeline"].tokenizer)
    plain = kind.__call__

    def listening(self: Any, text: list[str], **told: Any) -> Any:
        heard.extend(text)
        return plain(self, text, **told)

    monkeypatch.setattr(kind, "__call__", listening)
    long = "一只柯基在夕阳下冲浪，浪花飞溅，镜头缓缓推近，" * 40
    video = ltx.generate(request(long))
    assert heard[0] == long
    assert video.manifest
    assert any("reads the first 128" in note for note in video.manifest.notes)  # and what it cannot hold is told


def test_a_clip_of_a_large_model_is_replayed(tiny: Folder, tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    wanted = request(model=f"hub:{tiny('wan22-ti2v')}", negative="blur", guidance=4.0)
    api.generate_request(wanted).save(clip)
    assert read_manifest(clip).photo_sha256 == ""
    assert api.replay(clip).stats["same"]


def test_what_is_no_model_is_told(tmp_path: Path, tiny: Folder) -> None:
    with pytest.raises(MutoscopeError, match=r"model_index\.json"):
        open_model(str(tmp_path))
    (tmp_path / "model_index.json").write_text('{"_class_name": "StableDiffusionPipeline"}')
    with pytest.raises(MutoscopeError, match="is a StableDiffusionPipeline"):
        HubPipeline(model=open_model(str(tmp_path))).generate(request())
    (tmp_path / "model_index.json").write_text("{}")
    with pytest.raises(MutoscopeError, match="is a pipeline of no class"):
        HubPipeline(model=open_model(str(tmp_path))).generate(request())
    (tmp_path / "model_index.json").write_text("no json")
    with pytest.raises(MutoscopeError, match="cannot be read"):
        HubPipeline(model=open_model(str(tmp_path))).generate(request())


def test_half_a_model_is_told(tiny: Folder, tmp_path: Path) -> None:
    (whole := tiny("wan-t2v")).rename(tmp_path / "half")
    try:
        weights = tmp_path / "half" / "vae" / "diffusion_pytorch_model.safetensors"
        kept = weights.read_bytes()
        weights.unlink()
        with pytest.raises(MutoscopeError, match="Fetch it again"):
            HubPipeline(model=open_model(str(tmp_path / "half"))).generate(request())
        weights.write_bytes(kept)
    finally:
        (tmp_path / "half").rename(whole)


def test_sound_is_heard_for_as_long_as_the_clip_is_seen(pipeline: Tiny, tmp_path: Path) -> None:
    video = pipeline("ltx2").generate(request("[0-0.5s] a bell rings [0.5-1s] it stops", seconds=1))
    assert video.sound
    assert video.sound.samples.shape == (video.sound.rate, 2)
    assert video.sound.samples.any()
    for name, codec in (("clip.mp4", "aac"), ("clip.webm", "opus")):
        with av.open(str(video.save(tmp_path / name))) as container:
            (stream,) = container.streams.audio
            heard = np.concatenate([frame.to_ndarray() for frame in container.decode(stream)], axis=1)
            assert stream.codec_context.name.startswith(codec)
            assert heard.shape[1] / stream.rate == pytest.approx(1, abs=0.1)
            assert abs(heard).max() > 0
        assert len(Video.open(tmp_path / name).frames) == 24


def test_black_and_still_clips_are_refused() -> None:
    moving = np.stack([_picture(0), _picture(1), _picture(2)])
    check_frames(moving, moving=True)
    black = np.zeros_like(moving)
    check_frames(np.concatenate([black[:2], moving]), moving=True)  # a fade
    for flat in (black, np.concatenate([moving, black, black])):
        with pytest.raises(MutoscopeError, match="one flat colour"):
            check_frames(flat, moving=True)
    still = moving[[0, 0, 0]]
    still[1, 0, 0] ^= 1  # no eye sees that
    check_frames(still, moving=False)
    with pytest.raises(MutoscopeError, match="Nothing moves"):
        check_frames(still, moving=True)


def test_numbers_that_are_not_finite_are_refused(tiny: Folder) -> None:
    broken = HubPipeline(model=open_model(str(tiny("wan-t2v"))))
    broken.generate(request())
    decoder = broken.loaded.pipes["WanPipeline"].vae.decoder
    decoder.conv_out.weight.data.fill_(torch.nan)
    with pytest.raises(MutoscopeError, match="not finite"):
        broken.generate(request())
    told = dialect("LTX2Pipeline")
    assert told
    shot = Shot(text="", start=0, end=1, frames=9, handed=False, dialect=told)
    with pytest.raises(MutoscopeError, match="not finite"):
        sound_of(None, SimpleNamespace(audio=[torch.full((9, 2), torch.nan)]), shot, 9)


@pytest.mark.slow
def test_a_large_model_is_measured_by_the_same_ruler(tiny: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    api.load_hub.cache_clear()
    words = ["evaluate", "motion", "--model", f"hub:{tiny('wan22-ti2v')}", "--scenes", "1", "--size", "64x64"]
    assert main([*words, "--steps", "1", "--seed", "1"]) == 0
    told = capsys.readouterr().out
    assert "## Held-out scenes: combinations never trained on" in told
    assert "true clips 100 %" in told
    assert "Speed" not in told, "that is measured of the bundled model"


def test_a_size_is_only_asked_of_a_large_model(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "motion", "--scenes", "1", "--size", "64x64"]) == 2
    assert "The bundled model has its own." in capsys.readouterr().err
