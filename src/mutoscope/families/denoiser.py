"""What every denoiser shares: how it hears a prompt, and how it is asked for clean codes."""

from abc import abstractmethod
from typing import NamedTuple

import torch
from torch import Tensor, nn

from mutoscope.conditioning.condition import Condition
from mutoscope.language.encoder import TextEncoder, WordEncoder, WordEncoderConfig
from mutoscope.language.reader import Reader
from mutoscope.networks.attention import waves

CLOCK = 5 * 16  # numbers of a `clock`


class Hearing(NamedTuple):
    """What came of the words: vectors (B,L,W), who hears which (B,S,L) bool, and what is read off them (B,S,M) logits."""

    spoken: Tensor
    heard: Tensor
    reading: Tensor


class Denoiser(nn.Module):
    """Predicts clean codes from noisy ones, told by words in two ways.

    By the words themselves, and by what a `Reader` reads off them: the reading is a sum of plain meanings, so that a
    combination that was never seen is one more sum. Codes of a stretch of time hear only the words of its own segment
    (as Prompt Relay routes prompts by time), so that "A, then B" needs no mechanism of its own; how A becomes B is
    learned by looking at what is before and after.
    """

    def __init__(self, text: WordEncoderConfig, meanings: int, width: int) -> None:
        super().__init__()
        self.text: TextEncoder = WordEncoder(text)
        self.reader = Reader(text.width, meanings)
        self.words_in = nn.Linear(text.width, width)
        self.meanings_in = nn.Linear(meanings + 1, width)

    def hear(self, condition: Condition) -> Hearing:
        """What the words of a condition say; it does not change while codes become clean."""
        spoken = self.text(condition.word_ids, condition.ngram_ids, condition.places, condition.word_mask)
        segments = torch.arange(condition.segments.shape[1], device=spoken.device)
        heard = (condition.places[:, None, :, 0] == segments[:, None]) & condition.word_mask[:, None]
        return Hearing(spoken, heard, self.reader(spoken, heard))

    @abstractmethod
    def forward(self, noisy: Tensor, level: Tensor, condition: Condition, hearing: Hearing) -> Tensor:
        """Clean codes (B, T, ..., C) from noisy ones at levels (B,) from 0 (noise) to 1; known codes scaled alike."""

    def meant_by(self, condition: Condition, hearing: Hearing) -> Tensor:  # (B,S,M+1)
        """How likely each segment asks for each meaning, and whether there are words at all; zero where it is deaf."""
        # What the reader says is learned from what was meant alone: to shift it could make no motion truer.
        meant = hearing.reading.detach().sigmoid() * hearing.heard.any(dim=-1, keepdim=True)
        told = condition.word_mask.any(dim=1)[:, None, None]
        return torch.cat([meant, torch.ones_like(meant[..., :1])], dim=-1) * told


def clock(at: Tensor, bounds: Tensor, condition: Condition) -> Tensor:  # (B,T), (B,T,2) -> (B,T,80)
    """Where moments lie, in seconds: in the clip, since their segment began, to its end; its length and the clip's."""
    since, left = at - bounds[..., 0], bounds[..., 1] - at
    total = condition.seconds[:, None].expand_as(at)
    return waves(torch.stack([at, since, left, since + left, total], dim=-1), 8, 20.0).flatten(-2)
