"""The autoregressive family: the discrete code, patch after patch and time after time, each told by all before it."""

from collections.abc import Iterator, Mapping
from functools import partial

import torch
from einops import rearrange
from torch import Tensor
from torch.nn import functional as F

from mutoscope.codecs.latent_code import code_of, tokens_of
from mutoscope.codecs.scaling import Scaling
from mutoscope.conditioning.condition import Condition, Given
from mutoscope.errors import MutoscopeError
from mutoscope.families.family import READING, FamilyBatch, OnStep, Sampling, deafened
from mutoscope.families.hearing import guided_by
from mutoscope.families.layout import patches, unpatched
from mutoscope.families.next_patch import DIGITS, KINDS, AutoregressiveConfig, NextPatch
from mutoscope.objective import Objective
from mutoscope.seeding import torch_rng

# Of what it sees in training, up to this share is wrong, so that its own mistakes do not lead it astray (as GameNGen,
# Valevski et al. 2024, section 3.2, does with noise).
MISSEEN = 0.2
AT_ONCE = 4  # clips of a batch whose tokens are told together in training


class Autoregressive(Objective):
    """The family: trained by cross-entropy on the next token. To go on from what is known is all that it ever does."""

    phases: tuple[str, ...] = ("tokens",)
    takes = frozenset({"guidance", "negative", "temperature", "top_k", "top_p"})
    own = Sampling(guidance=2.0, temperature=0.3)  # it is young: what it finds unlikely is mostly wrong

    def __init__(self, config: AutoregressiveConfig, scaling: Scaling) -> None:
        super().__init__()
        self.network, self.scaling, self.patch = NextPatch(config), scaling, config.patch

    def loss(self, phase: str, batch: FamilyBatch, rng: torch.Generator) -> tuple[Tensor, Mapping[str, float]]:
        """Mean cross-entropy of a token in nats, and what the reader has read wrongly."""
        tokens = tokens_of(patches(batch.codes, self.patch), DIGITS)
        hearing = self.network.hear(batch.condition)
        times, height, width = batch.codes.shape[1:4]
        asked = self.network.ask(
            deafened(batch.condition, rng), hearing, times, height // self.patch, width // self.patch
        )
        state = self.network(self._seen(misseen(tokens, rng), height), asked, tokens.shape[2])
        lost, right = self._told(state, rearrange(tokens, "b t p k -> b (t p) k"))
        reading = self.network.reading_loss(hearing, batch)
        numbers = {"tokens": float(lost.detach()), "right": right, "reading": float(reading.detach())}
        return lost + READING * reading, numbers

    def _told(self, state: Tensor, tokens: Tensor) -> tuple[Tensor, float]:  # (B,N,D), (B,N,K)
        """Mean cross-entropy of the tokens, and the share of them that were the likeliest.

        A few clips at a time: a state for every token of a whole batch fills more memory than an allocator keeps at hand,
        and asking the system for it anew costs more than the sums.
        """
        lost, right = state.new_zeros((), dtype=torch.float32), 0
        for some, theirs in zip(torch.split(state, AT_ONCE), torch.split(tokens, AT_ONCE), strict=True):
            logits = self.network.chain(some, theirs).float().flatten(0, -2)
            lost = lost + F.cross_entropy(logits, theirs.flatten(), reduction="sum")
            right += int((logits.detach().argmax(dim=-1) == theirs.flatten()).sum())
        return lost / tokens.numel(), right / tokens.numel()

    @torch.inference_mode()
    def sample(
        self,
        shape: tuple[int, ...],
        condition: Condition,
        seed: int,
        sampling: Sampling,
        on_step: OnStep,
        against: Condition | None = None,
    ) -> Tensor:
        """Codes (B, *shape) with classifier-free guidance away from `against`, or from no words at all."""
        return torch.cat(list(self.stream(shape, condition, seed, sampling, on_step, against)), dim=1)

    @torch.inference_mode()
    def stream(
        self,
        shape: tuple[int, ...],
        condition: Condition,
        seed: int,
        sampling: Sampling,
        on_step: OnStep,
        against: Condition | None = None,
    ) -> Iterator[Tensor]:
        """Codes (B,1,H,W,C) of one time after another, as soon as they are made; those that are known come first."""
        times, height, width, _ = shape
        count, known = len(condition.seconds), _known_times(condition)
        if sampling.guidance != 1:
            both, hearing = guided_by(self.network, condition, against)
        else:
            both, hearing = condition, self.network.hear(condition)
        asked = self.network.ask(both, hearing, times, height // self.patch, width // self.patch)
        row, inside = asked.wishes.shape[1] // times, self.network.chain.count
        tokens = torch.zeros(len(both.seconds), times, row, inside, dtype=torch.int64, device=asked.wishes.device)
        if known:
            tokens[:, :known] = tokens_of(patches(both.known[:, :known], self.patch), DIGITS)
            yield from torch.split(condition.known[:, :known], 1, dim=1)
        memories, begin = self.network.memories(asked), 0
        for time in range(known, times):
            even = torch.rand((row, inside, KINDS), generator=torch_rng(seed, f"tokens/{time}")).to(asked.wishes)
            luck = -(-even.clamp(1e-7, 1 - 1e-7).log()).log()
            for place in range(row):
                end = time * row + place + 1
                seen = self._seen(tokens[:, : time + 1], height)
                state = self.network.go_on(seen, asked, row, memories, begin, end)[:, -1]
                begin = end
                tokens[:, time, place] = self._patch(state, luck[place], sampling, count)
                on_step(end - known * row, (times - known) * row, partial(self._codes, tokens[:count], height))
            yield self._codes(tokens[:count, time : time + 1], height)

    def _patch(
        self, state: Tensor, luck: Tensor, sampling: Sampling, count: int
    ) -> Tensor:  # (B,D), (K,kinds) -> (B,K)
        """The tokens of one patch: those of the first `count` rows, which all rows are then told."""
        made = []
        for index in range(self.network.chain.count):
            logits = self.network.chain.next(state, index)
            if len(logits) > count:
                told, untold = logits.log_softmax(dim=-1).chunk(2)
                logits = untold + sampling.guidance * (told - untold)
            token = chosen(logits, luck[index], sampling).repeat(len(state) // count)
            state = state + self.network.chain.telling(index, token)
            made.append(token)
        return torch.stack(made, dim=-1)

    def read(self, condition: Condition) -> Tensor:
        """(S, M) how likely (0..1) each segment of one condition asks for each meaning."""
        return self.network.read(condition)

    def _seen(self, tokens: Tensor, height: int) -> Tensor:  # (B,T,P,K) -> (B, T P, N)
        """Tokens as the network sees them: as the numbers that they stand for."""
        codes = self.scaling.scaled(self._codes(tokens, height))
        return rearrange(patches(codes, self.patch), "b t p n -> b (t p) n")

    def _codes(self, tokens: Tensor, height: int) -> Tensor:  # (B,T,P,K) -> (B,T,H,W,C)
        return unpatched(code_of(tokens, DIGITS), self.patch, height)


def misseen(tokens: Tensor, rng: torch.Generator) -> Tensor:  # (B,...) -> the same
    """Tokens of which some are others, by chance: in each clip another share, up to `MISSEEN`."""
    share = MISSEEN * torch.rand(len(tokens), *[1] * (tokens.ndim - 1), generator=rng)
    wrong = torch.rand(tokens.shape, generator=rng) < share
    others = torch.randint(KINDS, tokens.shape, generator=rng)
    return torch.where(wrong.to(tokens.device), others.to(tokens.device), tokens)


def chosen(logits: Tensor, luck: Tensor, sampling: Sampling) -> Tensor:  # (B,kinds), (kinds,) -> (B,)
    """One token of each row, drawn by Gumbel noise (`luck`) from what temperature, top-k and top-p leave."""
    logits = logits / sampling.temperature
    if 0 < sampling.top_k < KINDS:
        least = logits.topk(sampling.top_k, dim=-1).values[:, -1:]
        logits = logits.masked_fill(logits < least, -torch.inf)
    if sampling.top_p < 1:
        ranked, order = logits.softmax(dim=-1).sort(dim=-1, descending=True)
        beyond = ranked.cumsum(dim=-1) - ranked >= sampling.top_p
        logits = logits.masked_fill(beyond.scatter(-1, order, beyond), -torch.inf)
    return (logits + luck).argmax(dim=-1)


def _known_times(condition: Condition) -> int:
    """How many of the first times are known; nothing can be known of what comes later."""
    if not condition.known.numel():
        return 0
    given = condition.given[0]
    known = int((given == Given.CODE).long().cumprod(dim=0).sum())
    if bool((given[known:] != Given.NOTHING).any()):
        raise MutoscopeError(
            "Something is known of a time that comes after times of which nothing is.",
            "An autoregressive model goes on from what came before; it cannot head for what is to come.",
            "Leave out --last, or choose --model diffusion.",
        )
    return known
