"""A world small enough to be learned in seconds: clips that are dark, light, or first one and then the other."""

import torch
from torch import Tensor

from mutoscope.codecs.latent_code import CHANNELS
from mutoscope.codecs.scaling import Scaling, scaling_of
from mutoscope.conditioning.condition import Condition, Given, Known, encode_condition
from mutoscope.families.autoregressive import Autoregressive
from mutoscope.families.choice import StoryConfig, StoryFamily
from mutoscope.families.clip_denoiser import ClipDenoiserConfig, clip_diffusion
from mutoscope.families.family import FamilyBatch, Sampling
from mutoscope.families.gan import Gan, GanConfig
from mutoscope.families.judge import JudgeConfig
from mutoscope.families.next_patches import AutoregressiveConfig
from mutoscope.language.encoder import WordEncoderConfig
from mutoscope.language.timeline import parse_timeline
from mutoscope.language.tokens import NGRAM_BUCKETS, Tokenizer
from mutoscope.objective import Objective
from mutoscope.seeding import torch_rng
from mutoscope.training.optimiser import Optimiser, OptimiserConfig

SHAPE = (3, 4, 4, CHANNELS)  # 9 frames of 64x64
SECONDS = 9 / 8
THEN = "[0-0.6s] dark [0.6-1.1s] light"
TOKENIZER = Tokenizer(("a", "ball", "dark", "light"))
TEXT = WordEncoderConfig(words=TOKENIZER.words, ngrams=NGRAM_BUCKETS, embedding=16, width=32, depth=1, heads=2, reach=4)
DENOISER = ClipDenoiserConfig(patch=2, width=32, depth=2, heads=1, meanings=2, text=TEXT)
CONFIGS: dict[str, StoryConfig] = {
    "diffusion": DENOISER,
    "gan": GanConfig(denoiser=DENOISER),
    "autoregressive": AutoregressiveConfig(denoiser=DENOISER),
}
STEPS = {"diffusion": 120, "gan": 80, "autoregressive": 80}
PLAIN = {"diffusion": Sampling(steps=6), "gan": Sampling(), "autoregressive": Sampling(temperature=0.5)}


def nothing(count: int = 1) -> Known:
    return Known(torch.zeros(count, *SHAPE), torch.zeros(count, SHAPE[0], dtype=torch.int64))


def beginning(value: float) -> Known:
    """A first frame of one brightness."""
    known = nothing()
    known.codes[:, 0], known.given[:, 0] = value, Given.CODE
    return known


def told(prompts: list[str], known: Known | None = None) -> Condition:
    timelines = [parse_timeline(prompt, SECONDS) for prompt in prompts]
    return encode_condition(TOKENIZER, timelines, known=known or nothing(len(prompts)))


def lesson() -> FamilyBatch:
    """Dark is -0.3 and light is 0.3, as words say; a ball is either, and what its first frame is. Some others show theirs too."""
    ways = ((-1, -1, -1), (1, 1, 1), (-1, -1, 1)) * 2 + ((-1, -1, -1), (1, 1, 1)) * 2
    truth = torch.tensor(ways)[:, :, None, None, None].expand(-1, *SHAPE) * 0.3
    known = nothing(10)
    known.given[3:8, 0] = Given.CODE
    known.codes[3:8, 0] = truth[3:8, 0]
    dark, light, none = [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]
    meant = torch.tensor([[dark, none], [light, none], [dark, light]] * 2 + [[none, none]] * 4)
    return FamilyBatch(truth.clone(), told(["dark", "light", THEN] * 2 + ["a ball"] * 4, known), meant)


def scaling() -> Scaling:
    return scaling_of(torch.randn(8, *SHAPE, generator=torch_rng(0, "scaling")) * 0.3)


def objective(name: str) -> Objective:
    """What learns, at random."""
    torch.manual_seed(0)
    match CONFIGS[name]:
        case ClipDenoiserConfig() as config:
            return clip_diffusion(config, scaling())
        case GanConfig() as config:
            judge = JudgeConfig(width=16, heads=1, depths=(1, 1), words=TEXT.width, meanings=2)
            return Gan(config, scaling(), judge, contest="relativistic", penalty=1.0)
        case AutoregressiveConfig() as config:
            return Autoregressive(config, scaling())


def taught(name: str) -> StoryFamily:
    """A family that has learned the lesson."""
    learner, steps, batch = objective(name), STEPS[name], lesson()
    momentum = {"momentum": 0.0, "betas": (0.0, 0.99)} if name == "gan" else {}
    config = OptimiserConfig(muon_rate=0.01, adam_rate=3e-3, **momentum)  # type: ignore[arg-type]
    names = {id(p): n for n, p in learner.named_parameters()}
    optimisers = {
        phase: Optimiser([(names[id(p)], p) for p in learner.parameters_of(phase)], config) for phase in learner.phases
    }
    for step in range(steps):
        for phase, optimiser in optimisers.items():
            loss, _ = learner.loss(phase, batch, torch_rng(0, f"{phase}/{step}"))
            loss.backward(inputs=list(learner.parameters_of(phase)))  # type: ignore[no-untyped-call]
            optimiser.step(min(1.0, (steps - step) / (steps / 2)))
    return learner.kept().eval()  # type: ignore[return-value]


def sampled(name: str, family: StoryFamily, condition: Condition, seed: int = 0) -> Tensor:
    """Codes, sampled without guidance."""
    return family.sample(SHAPE, condition, seed, PLAIN[name], lambda *_: None)
