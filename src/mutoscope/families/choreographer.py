"""The choreographer: from words, and what is known of a clip, to where everyone will be, before anything is drawn."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

import torch
from einops import rearrange, repeat
from torch import Tensor, nn
from torch.nn import functional as F

from mutoscope.codecs.latent_code import CHANNELS as LATENT
from mutoscope.codecs.latent_code import STRIDE
from mutoscope.codecs.scaling import Scaling, scaling_of
from mutoscope.codecs.track_code import (
    ACTORS,
    KIND,
    KINDS,
    MOMENTS,
    PRESENT,
    STEP,
    STEPS,
    as_steps,
    from_steps,
    innermost,
    nearest,
    settled,
)
from mutoscope.conditioning.condition import Condition, Given
from mutoscope.families.denoiser import Denoiser
from mutoscope.families.diffusion import Diffusion, Flow
from mutoscope.families.family import FamilyBatch, Sampling
from mutoscope.families.glance import Glance
from mutoscope.families.hearing import CLOCK, Hearing, meant_by
from mutoscope.families.layout import PLACE, heard_in, patches, places, slots_of
from mutoscope.language.encoder import WordEncoderConfig
from mutoscope.networks.attention import Block, blinders, waves
from mutoscope.seeding import torch_rng

# As of motion codes: steps repeat themselves, so that a glance through much noise shows what they are.
FLOW = Flow(late=1.4, spread=1.4, guided_until=1.0, solver="multistep")

# The most that are rehearsed, and how many at once: mostly one of the first will do.
_REHEARSALS, _AT_ONCE, _ROUGHLY = 8, 2, Sampling(steps=2, guidance=1.0)
_PLAYED = 3  # at most


@dataclass(frozen=True, kw_only=True)
class ChoreographerConfig:
    """Sizes of the network; `patch` latents to a side are one token of what it sees, by convolutions of `eyes` channels.

    Another plan is preferred where actors come nearer than `apart` to each other, in their mean height, or their middles than
    `inside` to the borders of the picture, in half their height. 0: as near as they like. `glance`: channels of what looks where
    everyone begins in a known first frame; 0: nobody does.
    """

    patch: int
    eyes: int
    width: int
    depth: int
    heads: int
    meanings: int
    text: WordEncoderConfig
    apart: float = 0.0
    inside: float = 0.0
    glance: int = 0


class TrackScaling(Scaling):
    """Track codes as a choreographer makes them: by steps, every number about zero with a spread of about one.

    But for the place and size where everyone begins, with a spread of three: all steps go on from there, so that it is
    settled before them and errors of it weigh more.
    """

    @classmethod
    def of(cls, tracks: Tensor) -> "TrackScaling":  # (B,T,N,CHANNELS)
        """The scaling of sample tracks."""
        usual = scaling_of(as_steps(tracks))
        usual.spread[0, MOMENTS.start :].view(STRIDE, STEP)[:, :3] /= 3
        return cls(usual.mean, usual.spread)

    def scaled(self, codes: Tensor) -> Tensor:  # (B,T,N,CHANNELS) -> (B,T,N,STEPS)
        """Tracks as the network sees them."""
        return super().scaled(as_steps(codes))

    def natural(self, codes: Tensor) -> Tensor:  # (B,T,N,STEPS) -> (B,T,N,CHANNELS)
        """Tracks as those see them who draw."""
        return settled(from_steps(super().natural(codes)))


class Choreography(Diffusion):
    """Diffusion on track codes, and a glance that learns beside it, or alone."""

    def __init__(self, denoiser: "Choreographer", scaling: TrackScaling, *, glance_alone: bool = False) -> None:
        super().__init__(denoiser, scaling, FLOW, Sampling(steps=8, guidance=1.25))
        if denoiser.glance is not None:
            self.phases = ("placing",) if glance_alone else ("velocity", "placing")

    @property
    def glance(self) -> Glance | None:
        """What looks at first frames."""
        assert isinstance(self.denoiser, Choreographer)
        return self.denoiser.glance

    def parameters_of(self, phase: str) -> Iterable[nn.Parameter]:
        """The glance's own, or all others."""
        own = set() if self.glance is None else set(self.glance.parameters())
        return [p for p in self.parameters() if (p in own) == (phase == "placing")]

    def loss(self, phase: str, batch: FamilyBatch, rng: torch.Generator) -> tuple[Tensor, Mapping[str, float]]:
        """That of diffusion; or how wrongly a glance at known first frames places everyone."""
        if phase != "placing":
            return super().loss(phase, batch, rng)
        assert self.glance is not None
        seen = begins_known(batch.condition)
        if not seen.any():
            return 0 * torch.stack([p.sum() for p in self.glance.parameters()]).sum(), {}
        return self.glance.error(batch.condition.seen[seen, 0], batch.codes[seen], rng), {}


def choreography(config: ChoreographerConfig, scaling: TrackScaling) -> Choreography:
    """The choreographer of a configuration, with random weights."""
    return Choreography(Choreographer(config), scaling)


def begins_known(condition: Condition) -> Tensor:  # (B,)
    """Of which rows the very first frame is in sight."""
    return (condition.given[:, 0] == Given.CODE) & (condition.seen.numel() > 0)


def sampled_tracks(
    choreographer: Diffusion, condition: Condition, seed: int, against: Condition | None = None
) -> Tensor:  # (1,T,N,CHANNELS)
    """Where everyone will be, for one condition, with what is known of its codes in sight; the same seed places all alike.

    Stories keep their actors apart and in the picture, and what draws has hardly seen anything else; but whoever is placed in
    few steps may be placed over another. So noises are rehearsed roughly, and the first is played that keeps all apart. Who leaves
    the picture is seen only then; if somebody does, some others are played. Where the first frame is known, a glance at it says
    where they begin.
    """
    rng, told = torch_rng(seed, "tracks"), condition.looked_at()
    plans = [torch.randn((1, condition.given.shape[1], ACTORS, STEPS), generator=rng) for _ in range(_REHEARSALS)]
    noises = torch.cat(plans).to(condition.seconds.device)
    other = None if against is None else against.looked_at()
    denoiser = choreographer.denoiser
    assert isinstance(denoiser, Choreographer)
    tracks, most = noises.new_empty(0), -torch.inf
    for noise in islice(_rehearsed(choreographer, noises, told), _PLAYED):
        played = choreographer.denoised(noise, told, choreographer.own, against=other)
        room = float(denoiser.room(played))
        if not len(tracks) or room > most:
            tracks, most = played, room
        if most >= 1:
            break
    if denoiser.glance is not None and begins_known(told).all():
        tracks = denoiser.glance.placed(told.seen[:, 0], tracks)
    names = denoiser.names
    if not names.things or (condition.given > 0).any():
        return tracks
    return as_called(tracks, names.called(choreographer.read(condition)))


def _rehearsed(
    choreographer: Diffusion, noises: Tensor, told: Condition
) -> Iterator[Tensor]:  # (P,T,N,STEPS) -> (1,T,N,STEPS)
    """Noises as they come whose rough plans keep all apart; then the others, those that keep them farthest apart first."""
    assert isinstance(choreographer.denoiser, Choreographer)
    if not (apart := choreographer.denoiser.apart):
        yield from torch.split(noises, 1)
        return
    near = list[tuple[float, Tensor]]()
    for some in torch.split(noises, _AT_ONCE):
        rough = choreographer.denoised(some, told.times(len(some)), _ROUGHLY)
        for far, noise in zip(nearest(rough).nan_to_num(0.0).tolist(), torch.split(some, 1), strict=True):
            if far >= apart:
                yield noise
            else:
                near.append((far, noise))
    yield from (noise for _, noise in sorted(near, key=lambda each: -each[0]))


def as_called(tracks: Tensor, called: Tensor) -> Tensor:  # (B,T,N,CHANNELS), (N, at most KINDS) in 0..1 -> the same
    """Tracks of actors that are what words surely call them.

    A plan of all at once also learned which kinds never do what, and may change what somebody is rather than believe it.
    """
    surely, kind = called.max(dim=1)
    told = F.one_hot(kind, KINDS).to(tracks) * tracks[..., PRESENT, None]
    made = tracks.clone()
    made[..., KIND] = torch.where((surely > 0.5)[:, None], told, tracks[..., KIND])
    return made


class Choreographer(Denoiser):
    """A transformer over actors and times, each of which looks at all others, at the words of its time, and at known codes.

    A plan before the picture, as a layout before an image (Hong et al. 2018) and dynamic boxes before a video (Lian et al.
    2024, arXiv 2309.17444), but learned from words to numbers, with no language model. It is small, and its clips cost
    nothing to make: an hour shows it a hundred thousand stories.
    """

    def __init__(self, config: ChoreographerConfig) -> None:
        width = config.width
        super().__init__(config.text, config.meanings, width)
        self.patch, self.apart, self.inside = config.patch, config.apart, config.inside
        self.rows_in = nn.Linear(STEPS, width)
        self.actor_in = nn.Embedding(ACTORS, width)
        self.clock_in = nn.Linear(CLOCK, width)
        self.eyes = Eyes(width, config.patch, config.eyes)
        self.glance = Glance(config.glance) if config.glance else None
        self.level_in = nn.Sequential(nn.Linear(32, width), nn.GELU(), nn.Linear(width, 6 * width))
        self.blocks = nn.ModuleList(Block(width, config.heads) for _ in range(config.depth))
        self.norm = nn.LayerNorm(width)
        self.out = nn.Linear(width, STEPS)
        nn.init.zeros_(self.out.weight)
        for table in (self.out, self.actor_in):
            table.weight._adam = True  # type: ignore[attr-defined]

    def forward(
        self, noisy: Tensor, level: Tensor, condition: Condition, hearing: Hearing
    ) -> Tensor:  # (B,T,N,STEPS), (B,) -> the same
        times, actors = noisy.shape[1:3]
        slots = slots_of(condition, times)
        told = self.clock_in(slots.clock) + self.meanings_in(slots.share @ meant_by(condition, hearing))
        x = self.rows_in(noisy) + told[:, :, None] + self.actor_in.weight[:actors]
        x = rearrange(x, "b t n d -> b (t n) d")
        context, heard = self.words_in(hearing.spoken), heard_in(slots, condition, hearing)
        visible = [
            x.new_ones(len(x), x.shape[1], x.shape[1], dtype=torch.bool),
            repeat(heard, "b t l -> b (t n) l", n=actors),
        ]
        if condition.seen.numel():
            pictures = self.eyes(condition) + self.clock_in(slots.clock)[:, :, None]
            there = repeat(condition.given > 0, "b t -> b (t p)", p=pictures.shape[2])
            context = torch.cat([context, rearrange(pictures, "b t p d -> b (t p) d")], dim=1)
            visible.append(repeat(there, "b p -> b q p", q=x.shape[1]))
        mask = blinders(torch.cat(visible, dim=2))[:, None]
        modulation = self.level_in(waves(level, 16, 2.0)).unflatten(-1, (6, -1))
        for block in self.blocks:
            x = block(x, context, mask, modulation)
        clean: Tensor = rearrange(self.out(self.norm(x)), "b (t n) c -> b t n c", n=actors)
        return clean

    def room(self, tracks: Tensor) -> Tensor:  # (B,T,N,CHANNELS) -> (B,)
        """How much room plans leave everyone; from 1 on it is enough."""
        room = nearest(tracks) / self.apart if self.apart else torch.full_like(tracks[:, 0, 0, 0], torch.inf)
        return torch.minimum(room, innermost(tracks) / self.inside) if self.inside else room


class Eyes(nn.Module):
    """What known codes show, patch by patch: convolutions see edges and corners, from which a place is read exactly."""

    def __init__(self, width: int, patch: int, channels: int) -> None:
        super().__init__()
        self.patch = patch
        self.latents_in = nn.Conv2d(LATENT, channels, 1)
        self.layers = nn.ModuleList(nn.Conv2d(channels, channels, 3, padding=1) for _ in range(4))
        self.out = nn.Linear(patch**2 * channels, width)
        self.given_in = nn.Embedding(len(Given), width)
        self.place_in = nn.Linear(PLACE, width)
        self.given_in.weight._adam = True  # type: ignore[attr-defined]

    def forward(self, condition: Condition) -> Tensor:  # (B,T,P,D)
        """Of every time; only those of which something is known are looked at."""
        seen, known = condition.seen, condition.given > 0
        x = self.latents_in(rearrange(seen[known], "n h w c -> n c h w"))
        for layer in self.layers:
            x = x + layer(F.gelu(x))
        side = self.patch
        found = self.out(patches(rearrange(x, "n c h w -> n 1 h w c"), side))[:, 0]
        where = self.place_in(places(seen.shape[2] // side, seen.shape[3] // side, like=seen))
        tokens = (self.given_in(condition.given)[:, :, None] + where).to(found)
        told: Tensor = tokens.index_put((known,), found, accumulate=True)
        return told
