"""The autoregressive family: the discrete code, time after time and a few patches at once, each told by all before it."""

from collections.abc import Iterator, Mapping
from functools import partial

import torch
from einops import rearrange, repeat
from torch import Tensor
from torch.nn import functional as F

from mutoscope.codecs.latent_code import CHANNELS, code_of, tokens_of
from mutoscope.codecs.scaling import Scaling
from mutoscope.conditioning.condition import Condition, Given
from mutoscope.errors import MutoscopeError
from mutoscope.families.family import READING, FamilyBatch, OnStep, Sampling, deafened
from mutoscope.families.hearing import guided_by
from mutoscope.families.layout import patches, unpatched
from mutoscope.families.next_patches import Asked, AutoregressiveConfig, NextPatches
from mutoscope.families.order import Order, order_of
from mutoscope.families.token_chain import DIGITS, KINDS
from mutoscope.objective import Objective
from mutoscope.seeding import torch_rng

# Of the tokens that it sees in training, up to this share is any other, so that mistakes do not lead it astray (as GameNGen,
# Valevski et al. 2024, section 3.2, does with noise).
MISSEEN = 0.2
AT_ONCE = 4  # clips of a batch whose tokens are told together in training


class Autoregressive(Objective):
    """The family: trained by cross-entropy on the next token. To go on from what is known is all that it ever does."""

    phases: tuple[str, ...] = ("tokens",)
    takes = frozenset({"guidance", "negative", "temperature", "top_k", "top_p"})

    def __init__(self, config: AutoregressiveConfig, scaling: Scaling) -> None:
        super().__init__()
        self.network, self.scaling, self.patch = NextPatches(config), scaling, config.denoiser.patch
        self.own = Sampling(guidance=config.guidance, temperature=config.temperature)
        # How its own mistakes are drawn in training, however it samples else: those that it makes when it is sure.
        self.mistaking = Sampling(temperature=0.3)

    def loss(self, phase: str, batch: FamilyBatch, rng: torch.Generator) -> tuple[Tensor, Mapping[str, float]]:
        """Mean cross-entropy of a token in nats, and what the reader has read wrongly."""
        tokens = tokens_of(patches(batch.codes, self.patch), DIGITS)
        hearing = self.network.hear(batch.condition)
        times, rows, columns = batch.codes.shape[1], *(side // self.patch for side in batch.codes.shape[2:4])
        asked = self.network.ask(deafened(batch.condition, rng), hearing, times, rows, columns)
        order = order_of(times, rows, columns)
        known = _begun(batch.condition, times)
        seen = misseen(self._mistaken(tokens, asked, order, rng), rng)
        seen = torch.where(known[..., None, None], tokens, seen)
        lost, right = self._lost(*self._told(seen, asked, order), tokens, ~known)
        reading = self.network.reading_loss(hearing, batch)
        numbers = {"tokens": float(lost.detach()), "right": right, "reading": float(reading.detach())}
        return lost + READING * reading, numbers

    def _told(self, seen: Tensor, asked: Asked, order: Order) -> tuple[Tensor, Tensor]:  # (B,T,P,K) -> (B,N,D), (B,N,C)
        """The state of every patch, and a guess of its codes in natural units."""
        state, guess = self.network.told(self._seen(seen), asked, order)
        return state, self._guessed(rearrange(guess, "b (t p) n -> b t p n", t=seen.shape[1])).flatten(1, 2)

    @torch.no_grad()
    def _mistaken(self, tokens: Tensor, asked: Asked, order: Order, rng: torch.Generator) -> Tensor:  # (B,T,P,K)
        """Tokens in which some patches are as it would draw them itself after the true ones: in each clip another share.

        So it learns to go on from its own mistakes (scheduled sampling, Bengio et al. 2015, arXiv 1506.03099; in two passes, as
        Mihaylova & Martins 2019, arXiv 1906.07651, do it).
        """
        state, guess = self._told(tokens, asked, order)
        luck = gumbel((state.shape[1], self.network.chain.count), rng).to(guess)
        own = self._patches(state, guess, luck, self.mistaking, len(tokens))
        share = torch.rand(len(tokens), 1, 1, generator=rng)
        drawn = torch.rand(tokens.shape[:3], generator=rng) < share
        return torch.where(drawn.to(tokens.device)[..., None], own.view_as(tokens), tokens)

    def _lost(
        self, state: Tensor, guess: Tensor, tokens: Tensor, asked_for: Tensor
    ) -> tuple[Tensor, float]:  # (B,N,D), (B,N,C), (B,T,P,K), (B,T) bool
        """Mean cross-entropy of the tokens that were asked for, and the share of them that were the likeliest.

        A few clips at a time: a state for every token of a whole batch fills more memory than an allocator keeps at hand,
        and asking the system for it anew costs more than the sums.
        """
        lost, right = state.new_zeros((), dtype=torch.float32), 0
        counts, tokens = (
            repeat(asked_for, "b t -> b (t p k)", p=tokens.shape[2], k=tokens.shape[3]),
            tokens.flatten(1, 2),
        )
        for some, near, theirs, count in zip(
            *(torch.split(rows, AT_ONCE) for rows in (state, guess, tokens, counts)), strict=True
        ):
            logits = self.network.chain(some, near, theirs).float().flatten(0, -2)
            wrong = F.cross_entropy(logits, theirs.flatten(), reduction="none")
            lost = lost + (wrong * count.flatten()).sum()
            right += int(((logits.detach().argmax(dim=-1) == theirs.flatten()) & count.flatten()).sum())
        return lost / counts.sum(), right / int(counts.sum())

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
        times, rows, columns = shape[0], shape[1] // self.patch, shape[2] // self.patch
        count, known, row = len(condition.seconds), _known_times(condition), rows * columns
        if sampling.guidance != 1:
            both, hearing = guided_by(self.network, condition, against)
        else:
            both, hearing = condition, self.network.hear(condition)
        asked = self.network.ask(both, hearing, times, rows, columns)
        inside = self.network.chain.count
        tokens = torch.zeros(len(both.seconds), times, row, inside, dtype=torch.int64, device=asked.wishes.device)
        if known:
            tokens[:, :known] = tokens_of(patches(both.known[:, :known], self.patch), DIGITS)
            yield from torch.split(condition.known[:, :known], 1, dim=1)
        order, memories = order_of(times, rows, columns), self.network.memories(asked)
        before, now = torch.arange(0), torch.arange(known * row)
        groups = [order.groups(time) for time in range(known, times)]
        done, steps = 0, sum(map(len, groups))
        for time, group in enumerate(groups, start=known):
            luck = gumbel((row, inside), torch_rng(seed, f"tokens/{time}")).to(asked.wishes)
            for then in group:
                seen = self._seen(tokens)[:, now]
                state, guess = self.network.go_on(seen, asked, order, memories, before, now, then)
                before, now = torch.cat([before, now]), then
                guess, here = self._guessed(guess[:, None], time)[:, 0], then - time * row
                tokens[:, time, here] = self._patches(state, guess, luck[here], sampling, count)
                done += 1
                on_step(done, steps, partial(self._codes, tokens[:count], rows))
            yield self._codes(tokens[:count, time : time + 1], rows)

    def _patches(
        self, state: Tensor, guess: Tensor, luck: Tensor, sampling: Sampling, count: int
    ) -> Tensor:  # (B,n,D), (B,n,C), (n,K,kinds) -> (B,n,K)
        """The tokens of some patches: those of the first `count` rows, which all rows are then told."""
        alone, made = self.network.chain.alone(state, guess), []
        for index in range(self.network.chain.count):
            logits = self.network.chain.next(state, alone, index)
            if len(logits) > count:
                told, untold = logits.log_softmax(dim=-1).chunk(2)
                logits = untold + sampling.guidance * (told - untold)
            token = chosen(logits, luck[:, index], sampling).repeat(len(state) // count, 1)
            state = state + self.network.chain.telling(index, token)
            made.append(token)
        return torch.stack(made, dim=-1)

    def read(self, condition: Condition) -> Tensor:
        """(S, M) how likely (0..1) each segment of one condition asks for each meaning."""
        return self.network.read(condition)

    def _seen(self, tokens: Tensor) -> Tensor:  # (B,T,P,K) -> (B, T P, N)
        """Tokens as the network sees them: as the numbers that they stand for."""
        numbers = rearrange(code_of(tokens, DIGITS), "b t p (k c) -> b t p k c", c=CHANNELS)
        return self.scaling.scaled(numbers).flatten(3).flatten(1, 2)

    def _guessed(self, guess: Tensor, first: int = 0) -> Tensor:  # (B,T,P,N) -> the same
        """What the network guesses of times from `first` on, in natural units."""
        numbers = rearrange(guess.float(), "b t p (k c) -> b t p k c", c=CHANNELS)
        return self.scaling.since(first).natural(numbers).flatten(3)

    def _codes(self, tokens: Tensor, rows: int) -> Tensor:  # (B,T,P,K) -> (B,T,H,W,C)
        return unpatched(code_of(tokens, DIGITS), self.patch, rows * self.patch)


def _begun(condition: Condition, times: int) -> Tensor:  # (B,T) bool
    """Which times training takes as known, so that they are not asked for: those that are, and the first of every clip of which
    anything is. Tracks lie beside what is known by chance (`displaced`), and a first time could not tell by how much."""
    if not condition.given.numel():
        return torch.zeros(len(condition.seconds), times, dtype=torch.bool, device=condition.seconds.device)
    known = condition.given == Given.CODE
    known[:, 0] |= (condition.given > 0).any(dim=1)
    return known


def misseen(tokens: Tensor, rng: torch.Generator) -> Tensor:  # (B,...) -> the same
    """Tokens of which some are others, by chance: in each clip another share, up to `MISSEEN`."""
    share = MISSEEN * torch.rand(len(tokens), *[1] * (tokens.ndim - 1), generator=rng)
    wrong = torch.rand(tokens.shape, generator=rng) < share
    others = torch.randint(KINDS, tokens.shape, generator=rng)
    return torch.where(wrong.to(tokens.device), others.to(tokens.device), tokens)


def gumbel(places: tuple[int, ...], rng: torch.Generator) -> Tensor:  # -> (*places, kinds)
    """Noise by which a token is drawn: the likeliest one with it is one by chance (Gumbel 1954)."""
    even = torch.rand((*places, KINDS), generator=rng)
    return -(-even.clamp(1e-7, 1 - 1e-7).log()).log()


def chosen(logits: Tensor, luck: Tensor, sampling: Sampling) -> Tensor:  # (B,n,kinds), (n,kinds) -> (B,n)
    """One token of each row, drawn by Gumbel noise (`luck`) from what temperature, top-k and top-p leave."""
    logits = logits / sampling.temperature
    if 0 < sampling.top_k < KINDS:
        least = logits.topk(sampling.top_k, dim=-1).values[..., -1:]
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
    assert bool((condition.given == given).all()), "clips of one batch go on from the same time"
    known = int((given == Given.CODE).long().cumprod(dim=0).sum())
    if bool((given[known:] != Given.NOTHING).any()):
        raise MutoscopeError(
            "Something is known of a time that comes after times of which nothing is.",
            "An autoregressive model goes on from what came before; it cannot head for what is to come.",
            "Leave out --last, or choose --model diffusion.",
        )
    return known
