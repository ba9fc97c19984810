"""The manifest: the same every time, whole again from its JSON, and refused when damaged or too new."""

import json
from typing import Any

import numpy as np
import pytest

from mutoscope.errors import MutoscopeError
from mutoscope.manifest import Manifest, fingerprint


def manifest(**changed: Any) -> Manifest:
    """A manifest as a pipeline writes it."""
    facts: dict[str, Any] = {
        "version": "0.2.0",
        "model": "motion",
        "checkpoint": "ab" * 32,
        "request": {"prompt": "镜头慢慢推近", "seed": 7},
        "photo_sha256": "cd" * 32,
        "frames": 72,
        "fps": 24,
        "width": 1280,
        "height": 720,
        "rendering": "layers",
        "subject": {"source": "found", "confidence": 0.8, "box": [0.1, 0.2, 0.6, 0.9]},
        "timeline": [{"text": "镜头慢慢推近", "start": 0.0, "end": 3.0}],
        "not_understood": [{"word": "zoomify", "near": ["zoom"]}],
        "impossible": [],
        "notes": [],
        "frames_sha256": "ef" * 32,
        "torch": "2.13.0",
    }
    return Manifest(**facts | changed)


def test_a_manifest_comes_back_from_its_json() -> None:
    assert Manifest.from_json(manifest().to_json()) == manifest()


def test_a_clip_from_before_variants_were_ranked_can_still_be_read() -> None:
    older = json.loads(manifest().to_json())
    del older["alignment"]
    assert Manifest.from_json(json.dumps(older)) == manifest()


def test_what_is_put_in_is_held_as_it_will_be_read() -> None:
    held = manifest(
        timeline=({"text": "zoom in", "end": 3.0},), not_understood=[{"word": "zoomify", "near": ("zoom",)}]
    )
    assert held.timeline == [{"text": "zoom in", "end": 3.0}]
    assert Manifest.from_json(held.to_json()) == held


def test_the_json_is_one_readable_line_and_does_not_depend_on_the_order_of_keys() -> None:
    line = manifest(request={"seed": 7, "prompt": "镜头慢慢推近"}).to_json()
    assert line == manifest().to_json()
    assert "\n" not in line
    assert "镜头慢慢推近" in line


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        "no json",
        "[]",
        "{}",
        '{"schema":1}',
        "[" * 100_000,
        manifest().to_json()[:-9],
        manifest().to_json().replace("72", '"72"'),
    ],
    ids=range(8),
)
def test_a_damaged_manifest_is_refused(damaged: str) -> None:
    with pytest.raises(MutoscopeError, match="damaged"):
        Manifest.from_json(damaged)


def test_a_manifest_with_more_than_is_known_is_refused() -> None:
    with pytest.raises(MutoscopeError, match="sparkle"):
        Manifest.from_json(json.dumps(json.loads(manifest().to_json()) | {"sparkle": 1}))


def test_a_newer_manifest_asks_for_an_update() -> None:
    with pytest.raises(MutoscopeError, match="Update"):
        Manifest.from_json(json.dumps(json.loads(manifest().to_json()) | {"schema": 2, "sparkle": 1}))


def test_a_fingerprint_tells_shapes_and_pixels_apart_and_not_memory_layouts() -> None:
    pixels = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    assert fingerprint(pixels) == fingerprint(np.asfortranarray(pixels))
    assert len({fingerprint(pixels), fingerprint(pixels.reshape(4, 2, 3)), fingerprint(pixels[::-1])}) == 3
