"""How plans are chosen before anything is drawn, and how strictly words are followed where a plan says it all."""

from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from toy_story import SHAPE, TEXT, nothing, told

from mutoscope import api
from mutoscope.codecs.track_code import ACTORS, KIND, MOMENTS, PRESENT, innermost
from mutoscope.codecs.track_code import nearest as measured
from mutoscope.conditioning.condition import Condition
from mutoscope.families import choreographer as module
from mutoscope.families.choreographer import (
    Choreographer,
    ChoreographerConfig,
    TrackScaling,
    choreography,
    sampled_tracks,
)
from mutoscope.families.diffusion import Diffusion
from mutoscope.families.family import Sampling
from mutoscope.world.storybook.world import Storybook
from mutoscope.world.world import seen_story

WORLD = Storybook(stage=1, changes=True)


def _planner() -> tuple[Diffusion, Choreographer]:
    """A choreographer that has learned nothing, whose plans are as wide as the world's."""
    torch.manual_seed(0)
    rng = np.random.default_rng(5)
    config = ChoreographerConfig(patch=2, eyes=16, width=32, depth=1, heads=1, meanings=2, text=TEXT)
    planner = choreography(config, TrackScaling.of(WORLD.tracks([seen_story(WORLD, rng) for _ in range(40)], 1))).eval()
    network = planner.denoiser
    assert isinstance(network, Choreographer)
    torch.nn.init.normal_(network.out.weight)
    return planner, network


def test_the_first_plan_that_keeps_everyone_apart_is_played_and_no_more_are_rehearsed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    planner, network = _planner()
    planner.scaling.mean[:, PRESENT] = 100  # everybody is there
    asked, seen = told(["dark"], nothing(1)), list[int]()

    def nearest(tracks: Tensor) -> Tensor:
        seen.append(len(tracks))
        return measured(tracks)

    def played(apart: float, at_once: int) -> tuple[Tensor, int]:
        network.apart = apart
        monkeypatch.setattr(module, "_AT_ONCE", at_once)
        seen.clear()
        monkeypatch.setattr(module, "_PLAYED", 1)
        return sampled_tracks(planner, asked, 1), sum(seen) - 1  # the plan that is played is looked at, too

    monkeypatch.setattr(module, "nearest", nearest)
    rehearsed = []
    for apart in (1e-6, 0.1, 0.5, 1.0, 1e6):
        (some, few), (every, most) = played(apart, 2), played(apart, 8)
        assert torch.allclose(some, every, atol=1e-4)
        assert most == 8
        rehearsed.append(few)
    assert rehearsed == sorted(rehearsed)
    assert (rehearsed[0], rehearsed[-1]) == (2, 8)
    assert not torch.allclose(played(1e-6, 2)[0], played(1e6, 2)[0], atol=1e-2)


def test_where_a_plan_leaves_somebody_no_room_when_it_is_played_others_are_played(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    planner, network = _planner()
    network.inside = 1.0
    rooms = dict[int, list[float]]()
    for most in (1, 3):
        monkeypatch.setattr(module, "_PLAYED", most)
        tracks = torch.cat([sampled_tracks(planner, told(["dark"], nothing(1)), seed) for seed in range(20)])
        rooms[most] = network.room(tracks).clamp(max=1).tolist()
    assert all(more >= one for one, more in zip(rooms[1], rooms[3], strict=True))
    assert sum(room == 1 for room in rooms[3]) > sum(room == 1 for room in rooms[1])


def test_no_more_plans_are_played_than_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    planner, network = _planner()
    played = list[Sampling]()

    def denoised(x: Tensor, condition: Condition, sampling: Sampling, **how: Any) -> Tensor:
        played.append(sampling)
        return Diffusion.denoised(planner, x, condition, sampling, **how)

    monkeypatch.setattr(planner, "denoised", denoised)
    for inside, most in ((0.0, 1), (1e6, 3)):
        network.inside = inside
        played.clear()
        sampled_tracks(planner, told(["dark"], nothing(1)), 0)
        assert played == [planner.own] * most


def test_the_nearest_limit_says_how_much_room_a_plan_leaves() -> None:
    _, network = _planner()
    rng = np.random.default_rng(2)
    tracks = WORLD.tracks([seen_story(WORLD, rng) for _ in range(30)], 1)
    assert network.room(tracks).isinf().all()
    network.apart, network.inside = 4.0, 0.9
    assert torch.equal(network.room(tracks), torch.minimum(measured(tracks) / 4, innermost(tracks) / 0.9))
    assert 0 < (network.room(tracks) < innermost(tracks) / 0.9).sum() < len(tracks)


def test_words_are_followed_more_strictly_where_tracks_do_not_say_all_or_something_is_to_be_left_out(
    home: Path,
) -> None:
    pipeline, untold = api.load(str(home / "runs" / "diffusion_storybook" / "checkpoint")), told(["dark"])
    plan = torch.zeros(1, SHAPE[0], ACTORS, MOMENTS.stop)
    plan[:, :, 0, PRESENT] = plan[:, :, 0, KIND.start] = 1
    own, tracked = pipeline.family.own, untold._replace(tracks=plan)
    assert own.guidance > 1
    assert pipeline.sampling(tracked) == replace(own, guidance=1.0)
    assert pipeline.sampling(untold) == pipeline.sampling(untold._replace(tracks=0 * plan)) == own
    assert pipeline.sampling(tracked, untold) == own
    unguided = deepcopy(pipeline)
    unguided.family.own = replace(own, guidance=1.0)
    assert unguided.sampling(untold).guidance == 1
    assert unguided.sampling(untold, tracked).guidance > 1
    later = deepcopy(pipeline)
    later.conditioner.stage = 3  # type: ignore[union-attr]
    assert later.sampling(tracked) == own
