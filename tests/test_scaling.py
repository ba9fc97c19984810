"""Codes as networks see them, of all times of a clip or of some."""

import torch

from mutoscope.codecs.scaling import Scaling
from mutoscope.seeding import torch_rng


def test_times_by_themselves_are_scaled_as_within_their_clip() -> None:
    rng = torch_rng(0, "scaling")
    scaling = Scaling(torch.randn(2, 5, generator=rng), torch.rand(2, 5, generator=rng) + 0.5)
    codes = torch.randn(3, 4, 2, 2, 5, generator=rng)
    whole = scaling.scaled(codes)
    for first in range(4):
        assert torch.equal(scaling.since(first).scaled(codes[:, first:]), whole[:, first:])
        assert torch.allclose(scaling.since(first).natural(whole[:, first:]), codes[:, first:], atol=1e-5)
    assert not torch.allclose(scaling.since(1).scaled(codes), whole)
