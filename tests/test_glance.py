"""Where everyone begins in a known first frame: seen at a glance, and the plan is moved there."""

from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor
from toy_story import TEXT, nothing, told

from mutoscope.checkpoints.checkpoint import Checkpoint
from mutoscope.codecs.track_code import ACTORS, CHANNELS, KIND, MOMENT, MOMENTS, PRESENT, moved
from mutoscope.conditioning.condition import Given, Known
from mutoscope.families.choreographer import ChoreographerConfig, TrackScaling, choreography, sampled_tracks
from mutoscope.families.family import FamilyBatch
from mutoscope.families.glance import Glance
from mutoscope.recipes.running import train
from mutoscope.seeding import torch_rng
from mutoscope.training.optimiser import Optimiser, OptimiserConfig

TIMES = 3


def spots(count: int, seed: int) -> tuple[Tensor, Tensor]:
    """Frames (B,8,8,C) that are bright where somebody is, and tracks that say so; nobody else is there."""
    rng = torch_rng(seed, "spots")
    tracks = torch.zeros(count, TIMES, ACTORS, CHANNELS)
    tracks[:, :, 0, PRESENT] = tracks[:, :, 0, KIND.start] = 1
    at = 0.2 + 0.6 * torch.rand((count, 2), generator=rng)
    moments = torch.zeros(count, MOMENT)
    moments[:, :2], moments[:, 2], moments[:, 3] = at, -1.5, 1
    tracks[:, :, 0, MOMENTS] = moments.repeat(1, 4)[:, None]
    ticks = (torch.arange(8) + 0.5) / 8
    far = (ticks - at[:, None, None, :1].squeeze(-1)) ** 2 + (ticks[:, None] - at[:, None, None, 1:].squeeze(-1)) ** 2
    codes = torch.zeros(count, 8, 8, 24)
    codes[..., 0] = torch.exp(-far / 0.02)
    return codes, tracks


def offset(tracks: Tensor, others: Tensor) -> Tensor:
    """How far the first actors lie apart at every time."""
    apart = (tracks - others)[:, :, 0, MOMENTS].reshape(*tracks.shape[:2], 4, MOMENT)[..., :2]
    return apart.square().sum(-1).sqrt()


def learned_glance() -> Glance:
    torch.manual_seed(0)
    glance = Glance(16)
    optimiser = Optimiser(list(glance.named_parameters()), OptimiserConfig(muon_rate=0.01, adam_rate=3e-3))
    for step in range(150):
        glance.error(*spots(64, step), torch_rng(step, "off")).backward()  # type: ignore[no-untyped-call]
        optimiser.step(min(1.0, (150 - step) / 100))
    return glance.eval()


def test_a_glance_moves_a_whole_plan_to_where_the_frame_shows_who_is_there() -> None:
    glance = learned_glance()
    codes, true = spots(64, 1000)
    off = torch.zeros(64, ACTORS, 3)
    off[:, :, :2] = 0.04 * torch.randn((64, ACTORS, 2), generator=torch_rng(0, "planned"))
    planned = moved(true, off)
    placed = glance.placed(codes, planned)
    assert float(offset(planned, true).mean()) > 0.04
    assert float(offset(placed, true).mean()) < 0.01
    assert float((offset(placed, planned) - offset(placed, planned)[:, :1]).abs().max()) < 1e-5  # at all times alike
    assert not placed[:, :, 1:].any()  # nobody is still nobody


def test_a_plan_is_moved_only_where_the_first_frame_is_known() -> None:
    _, tracks = spots(8, 3)
    config = ChoreographerConfig(patch=2, eyes=16, width=32, depth=1, heads=1, meanings=2, text=TEXT, glance=16)
    planner = choreography(config, TrackScaling.of(tracks)).eval()
    assert planner.glance is not None
    planner.scaling.mean[:, PRESENT] = 100  # everybody is there
    torch.nn.init.constant_(planner.glance.out.bias, 1.0)

    def begun(known: Known) -> Tensor:
        return sampled_tracks(planner, told(["dark"], known), 0)[0, 0, 0, MOMENTS.start : MOMENTS.start + 3]

    for given in (Given.NOTHING, Given.PICTURE, Given.CODE):
        known = Known(torch.zeros(1, TIMES, 8, 8, 24), torch.zeros(1, TIMES, dtype=torch.int64))
        known.given[0, 0 if given is Given.CODE else 1] = given
        with_glance = begun(known)
        network, glance = planner.denoiser, planner.glance
        network.glance = None  # type: ignore[assignment]
        shift = with_glance - begun(known)
        network.glance = glance
        assert torch.allclose(shift, torch.full((3,), 0.1 if given is Given.CODE else 0.0), atol=1e-5)


def test_a_choreographer_without_a_glance_has_nothing_to_learn_of_it() -> None:
    _, tracks = spots(8, 4)
    config = ChoreographerConfig(patch=2, eyes=16, width=32, depth=1, heads=1, meanings=2, text=TEXT)
    assert choreography(config, TrackScaling.of(tracks)).phases == ("velocity",)
    both = choreography(replace(config, glance=16), TrackScaling.of(tracks))
    assert both.phases == ("velocity", "placing")
    parts = [set(both.parameters_of(phase)) for phase in both.phases]
    assert not parts[0] & parts[1]
    assert parts[0] | parts[1] == set(both.parameters())
    unseen = FamilyBatch(tracks, told(["dark"] * 8, nothing(8)).looked_at(), torch.zeros(8, 1, 2))
    assert (
        float(both.loss("placing", unseen, torch_rng(0, "none"))[0].detach()) == 0
    )  # nothing is known, nothing is wrong


def test_a_glance_that_learns_alone_leaves_the_rest_of_a_choreographer_as_it_is(
    tiny_codec: Path, tiny_choreographer: Path, tmp_path: Path
) -> None:
    taught = train("tiny_glance", codec=tiny_codec, start=tiny_choreographer, folder=tmp_path / "glance")
    before, after = ({**load(folder)} for folder in (tiny_choreographer, taught.folder))
    assert before.keys() == after.keys()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed
    assert all(".glance." in name for name in changed)


def load(folder: Path) -> dict[str, Tensor]:
    """The weights of a checkpoint, unpacked."""
    return Checkpoint(folder)._weights()
