"""Clips of a world as codes: drawn and encoded while a family trains, each shown a few times with new captions."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import torch
from einops import rearrange
from torch import Tensor

from mutoscope.checkpoints.latent import load_autoencoder
from mutoscope.codecs.latent import LatentEncoder
from mutoscope.codecs.latent_code import STRIDE
from mutoscope.seeding import numpy_rng
from mutoscope.world.world import World, seen_story

BLOCK = 8  # clips that are drawn together, so that a clip is the same whenever it is asked for


@dataclass(frozen=True, kw_only=True, eq=False)
class EncodedClip:
    """A story, its code and its tracks; `picture_at`: two times of it, and the codes of their last frames alone."""

    story: Any
    code: Tensor  # (T, H, W, C)
    picture_at: tuple[int, int]
    pictures: Tensor  # (2, H, W, C)
    tracks: Tensor  # (T, N, C)


@dataclass(frozen=True, kw_only=True, eq=False)
class EncodedClips:
    """Clips by number, of stories that are not held out; the newest ones stay in memory."""

    codec: Path
    world: World[Any]
    seed: int
    window: int  # how many clips are kept
    device: str = "cpu"
    kept: dict[int, list[EncodedClip]] = field(default_factory=dict)

    def afresh(self, seed: int) -> Self:
        """The same of other stories."""
        return replace(self, seed=seed, kept={})

    def __getitem__(self, number: int) -> EncodedClip:
        """The clip of a number, drawn again if it has been forgotten."""
        block, index = divmod(number, BLOCK)
        if block not in self.kept:
            while len(self.kept) > self.window // BLOCK:
                self.kept.pop(min(self.kept))
            self.kept[block] = self._drawn(block)
        return self.kept[block][index]

    @cached_property
    def encoder(self) -> LatentEncoder:
        """The codec's encoder, in bf16, where it is nearly twice as fast and loses less than the codec's own steps."""
        return load_autoencoder(self.codec).encoder.to(self.device, torch.bfloat16)

    @torch.inference_mode()
    def _drawn(self, block: int) -> list[EncodedClip]:
        rng = numpy_rng(self.seed, f"clips/{block}")
        stories = [seen_story(self.world, rng) for _ in range(BLOCK)]
        seed = int(rng.integers(2**31))
        clips, tracks = self.world.draw(stories, seed, self.device).frames, self.world.tracks(stories, seed)
        frames = ((clips.clamp(0, 1) * 255).round() / 255).to(torch.bfloat16)
        codes = self.encoder(frames).float().cpu()
        times = codes.shape[1]
        at = [(int(rng.integers(1, times)), times - 1) for _ in stories]
        last = torch.tensor(at, device=frames.device) * STRIDE
        shown = frames[torch.arange(BLOCK, device=frames.device)[:, None], last]
        pictures = rearrange(
            self.encoder(rearrange(shown, "b k c h w -> (b k) 1 c h w")), "(b k) 1 h w c -> b k h w c", k=2
        )
        return [
            EncodedClip(story=story, code=code, picture_at=where, pictures=pair, tracks=track)
            for story, code, where, pair, track in zip(stories, codes, at, pictures.float().cpu(), tracks, strict=True)
        ]
