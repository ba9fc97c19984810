"""What several tests share because it is dear: the tiny checkpoints of the storybook, trained once."""

from pathlib import Path

import pytest

from mutoscope.recipes.running import train


@pytest.fixture(scope="session")
def tiny_codec(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A latent codec of a few steps."""
    return train("tiny_latent", folder=tmp_path_factory.mktemp("latent")).folder


@pytest.fixture(scope="session")
def tiny_story(tiny_codec: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A storybook model of a few steps on that codec."""
    return train("tiny_diffusion_storybook", codec=tiny_codec, folder=tmp_path_factory.mktemp("story")).folder
