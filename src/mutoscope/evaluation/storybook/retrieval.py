"""Retrieval: of many captions the one that is true of a clip, and of many clips the one of which a caption is true."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from mutoscope.alignment.ranking import Ranker
from mutoscope.evaluation.scorecard import Rate
from mutoscope.evaluation.storybook.measure import SHAPE
from mutoscope.seeding import numpy_rng
from mutoscope.world.storybook.drawing import render_stories
from mutoscope.world.storybook.pairs import LANGUAGES, ToldStory, sample_apart


@dataclass(frozen=True, kw_only=True)
class Retrieval:
    """How often the first choice is the true one."""

    clip_of_caption: Rate
    caption_of_clip: Rate

    def __add__(self, other: "Retrieval") -> "Retrieval":
        return Retrieval(
            clip_of_caption=_sum(self.clip_of_caption, other.clip_of_caption),
            caption_of_clip=_sum(self.caption_of_clip, other.caption_of_clip),
        )


@dataclass(frozen=True, kw_only=True)
class RetrievalReport:
    """Retrieval by what was asked, among `clips` that no caption confuses; `shuffled`: captions of other clips."""

    clips: int
    scores: Mapping[str, Retrieval]

    def table(self) -> str:
        """The report as a Markdown table."""
        rows = [f"| 1 of {self.clips} | the caption's clip | the clip's caption |", "| --- | --- | --- |"]
        rows += [
            f"| {name} | {score.clip_of_caption} | {score.caption_of_clip} |" for name, score in self.scores.items()
        ]
        rows.append(f"| chance | {100 / self.clips:.1f} % | {100 / self.clips:.1f} % |")
        return "\n".join(rows)


def measure_retrieval(ranker: Ranker, clips: int, galleries: int, stage: int, seed: int) -> RetrievalReport:
    """Retrieval in several galleries of fresh clips, of seen compositions and of those that training never shows.

    No caption of a gallery is true of two of its clips, so that there is one right answer each time.
    """
    scores: dict[str, Retrieval] = {}
    for kind, held_out in (("seen compositions", False), ("never seen together", True)):
        for gallery in range(galleries):
            rng = numpy_rng(seed, f"retrieval/{kind}/{gallery}")
            told = sample_apart(rng, clips, SHAPE.seconds, stage=stage, held_out=held_out)
            pictures = _clip_vectors(ranker, told, int(rng.integers(2**31)))
            others = torch.arange(clips).roll(1)
            for number, language in enumerate(LANGUAGES):
                texts = ranker.embed_texts([one.captions[number] for one in told], SHAPE.seconds)
                for name, words in ((f"{kind}, {language}", texts), (f"{kind}, shuffled", texts[others])):
                    found = retrieve(words @ pictures.T)
                    scores[name] = scores[name] + found if name in scores else found
    return RetrievalReport(clips=clips, scores=dict(sorted(scores.items(), key=lambda item: "shuffled" in item[0])))


def retrieve(similar: Tensor) -> Retrieval:  # (captions, clips), true pairs on the diagonal
    """How often the most similar one is the true one, both ways."""
    right = torch.arange(len(similar))
    return Retrieval(
        clip_of_caption=Rate(int((similar.argmax(dim=1) == right).sum()), len(right)),
        caption_of_clip=Rate(int((similar.argmax(dim=0) == right).sum()), len(right)),
    )


def _clip_vectors(ranker: Ranker, told: Sequence[ToldStory], seed: int) -> Tensor:  # -> (clips, D)
    """Vectors of the stories' clips, drawn at the ruler's size, as variants are ranked at the size they have."""
    vectors = []
    for first in range(0, len(told), 16):
        drawn = render_stories([one.story for one in told[first : first + 16]], SHAPE, seed + first)
        frames = (drawn.frames.clamp(0, 1) * 255).round().byte().permute(0, 1, 3, 4, 2)
        vectors.append(ranker.embed_clips([clip.numpy() for clip in frames]))
    return torch.cat(vectors)


def _sum(one: Rate, other: Rate) -> Rate:
    return Rate(one.right + other.right, one.asked + other.asked)
