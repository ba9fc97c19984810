"""One way to make random numbers: every draw names its purpose, so that adding a draw never shifts another."""

import zlib

import numpy as np
import torch


def torch_rng(seed: int, purpose: str) -> torch.Generator:
    """A CPU generator for one purpose: the same seed and purpose always give the same numbers."""
    return torch.Generator().manual_seed(_mixed(seed, purpose))


def numpy_rng(seed: int, purpose: str) -> np.random.Generator:
    """A numpy generator for one purpose: the same seed and purpose always give the same numbers."""
    return np.random.default_rng(_mixed(seed, purpose))


def seeds_of(index: int, count: int) -> range:
    """The seeds of a prompt: each has its own, as one noise for all prompts would make their clips more alike than true ones."""
    return range(index * count, (index + 1) * count)


def _mixed(seed: int, purpose: str) -> int:
    return (seed * 1_000_003 + zlib.crc32(purpose.encode())) % 2**63
