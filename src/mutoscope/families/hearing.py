"""How every network of a family hears a prompt: by its words, and by what is read off them; and how it tells the time."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from mutoscope.conditioning.condition import Condition
from mutoscope.families.family import FamilyBatch
from mutoscope.language.encoder import TextEncoder, WordEncoder, WordEncoderConfig
from mutoscope.language.names import Names
from mutoscope.language.reader import Reader, reading_loss
from mutoscope.networks.attention import waves

CLOCK = 5 * 16  # numbers of a `clock`


class Hearing(NamedTuple):
    """What came of the words: vectors (B,L,W), who hears which (B,S,L) bool, and what is read off them (B,S,M) logits."""

    spoken: Tensor
    heard: Tensor
    reading: Tensor


class Listener(nn.Module):
    """A network that is told by words in two ways.

    By the words themselves, and by what a `Reader` reads off them: the reading is a sum of plain meanings, so that a
    combination that was never seen is one more sum; but for what things are, all is heard and read without their names,
    where it is known which words are names. Codes of a stretch of time hear only the words of its own segment
    (as Prompt Relay routes prompts by time), so that "A, then B" needs no mechanism of its own; how A becomes B is
    learned by looking at what is before and after.
    """

    rows: Tensor | None = None  # for who looks on: which patches its last pass was about; None: all, in their order

    def __init__(self, text: WordEncoderConfig, meanings: int, width: int) -> None:
        super().__init__()
        self.text: TextEncoder = WordEncoder(text)
        self.names = Names(text.names, text.words, meanings)
        self.reader = Reader(text.width, meanings)
        self.words_in = nn.Linear(text.width, width)
        self.meanings_in = nn.Linear(meanings + 1, width)

    def hear(self, condition: Condition) -> Hearing:
        """What the words of a condition say; it does not change while codes are made."""
        words, letters, places, mask = condition.word_ids, condition.ngram_ids, condition.places, condition.word_mask
        spoken = self.text(words, letters, places, mask)
        segments = torch.arange(condition.segments.shape[1], device=spoken.device)
        heard = (places[:, None, :, 0] == segments[:, None]) & mask[:, None]
        reading = self.reader(spoken, heard)
        if self.names.things:
            nameless, letters = self.names(words, letters)
            spoken = self.text(nameless, letters, places, mask)
            reading = torch.where(self.names.named, reading, self.reader(spoken, heard))
        return Hearing(spoken, heard, reading)

    def reading_loss(self, hearing: Hearing, batch: FamilyBatch) -> Tensor:
        """How wrongly a batch's words were read, and those of its lesson."""
        wrong = reading_loss(hearing.reading, batch.meant, hearing.heard)
        if batch.lesson is None:
            return wrong
        lesson = self.hear(batch.lesson.condition)
        return (wrong + reading_loss(lesson.reading, batch.lesson.meant, lesson.heard)) / 2

    @torch.inference_mode()
    def read(self, condition: Condition) -> Tensor:
        """(S, M) how likely (0..1) each segment of one condition asks for each meaning; 0 where there are no words."""
        _, heard, reading = self.hear(condition)
        return (reading.sigmoid() * heard.any(dim=-1, keepdim=True))[0]


def guided_by(listener: Listener, condition: Condition, against: Condition | None) -> tuple[Condition, Hearing]:
    """A condition and what guidance leads away from, as one batch: another condition, or the same without words."""
    hearing = listener.hear(condition)
    # Without words of its own, what guidance leads away from hears nothing of what it is told.
    other = hearing if against is None else listener.hear(against)
    away = condition.without_words() if against is None else against
    both = Condition(*(torch.cat(pair) for pair in zip(condition, away, strict=True)))
    return both, Hearing(*(torch.cat(pair) for pair in zip(hearing, other, strict=True)))


def meant_by(condition: Condition, hearing: Hearing) -> Tensor:  # (B,S,M+1)
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
