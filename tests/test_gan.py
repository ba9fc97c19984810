"""What is the GAN's own: a contest of two, with words, whose collapse would show in a number."""

import pytest
import torch
from torch import nn
from toy_story import CONFIGS, DENOISER, SHAPE, TEXT, lesson, objective, scaling, told

from mutoscope.errors import MutoscopeError
from mutoscope.families.family import Sampling
from mutoscope.families.gan import Contest, Gan, GanConfig, diversity
from mutoscope.families.judge import JudgeConfig
from mutoscope.seeding import torch_rng

JUDGE = JudgeConfig(width=16, heads=1, depths=(1, 1), words=TEXT.width, meanings=2)


def gan(contest: Contest = "relativistic", penalty: float = 1.0) -> Gan:
    torch.manual_seed(0)
    config = CONFIGS["gan"]
    assert isinstance(config, GanConfig)
    return Gan(config, scaling(), JUDGE, contest=contest, penalty=penalty)


def lively(module: nn.Module) -> None:
    """Layers that begin at zero would hide what lies before them."""
    for p in module.parameters():
        nn.init.normal_(p, std=0.1)


@pytest.mark.parametrize("contest", ["relativistic", "classical"])
def test_each_turn_moves_one_player_alone(contest: Contest) -> None:
    model = gan(contest)
    lively(model)
    sides = {"discriminator": model.judge, "generator": model.generator}
    for phase, side in sides.items():
        loss, _ = model.loss(phase, lesson(), torch_rng(0, phase))
        assert torch.isfinite(loss)
        assert {id(p) for p in model.parameters_of(phase)} == {id(p) for p in side.parameters()}
    assert model.kept() is model.generator


def test_an_unknown_contest_is_refused() -> None:
    with pytest.raises(MutoscopeError, match="relativistic or classical"):
        gan("log")  # type: ignore[arg-type]


def test_steep_slopes_cost_what_the_penalty_says() -> None:
    lost = {}
    for penalty in (0.0, 1.0, 3.0):
        model = gan(penalty=penalty)
        lively(model)
        loss, numbers = model.loss("discriminator", lesson(), torch_rng(0, "slopes"))
        lost[penalty], slopes = float(loss.detach()), numbers["slopes"]
    assert slopes > 0
    assert lost[1.0] - lost[0.0] == pytest.approx(slopes / 2, rel=1e-3)
    assert lost[3.0] - lost[0.0] == pytest.approx(3 * slopes / 2, rel=1e-3)


def test_diversity_is_zero_where_noise_does_nothing_and_one_where_it_does_as_much_as_words() -> None:
    true, one, two = (torch.randn(64, *SHAPE, generator=torch_rng(0, name)) for name in ("true", "one", "two"))
    assert diversity(one, one, true) == 0
    assert diversity(one, two, true) == pytest.approx(1, abs=0.02)
    model = gan()
    nn.init.zeros_(model.generator.denoiser.codes_in.weight)  # deaf to noise
    lively(model.judge)
    _, numbers = model.loss("generator", lesson(), torch_rng(0, "deaf"))
    assert numbers["diversity"] < 1e-3


def test_less_temperature_draws_less_varied_clips() -> None:
    generator = gan().generator
    lively(generator)
    words = told(["dark"])
    apart = []
    for temperature in (1.0, 0.5):
        how = Sampling(temperature=temperature)
        one, two = (generator.sample(SHAPE, words, seed, how, lambda *_: None) for seed in (0, 1))
        apart.append(float((one - two).square().mean()))
    assert 0 < apart[1] < apart[0]


def test_the_judge_looks_at_words_at_known_codes_and_at_time() -> None:
    model = gan()
    lively(model)
    judge, ears = model.judge, model.generator.denoiser
    codes = torch.randn(1, *SHAPE)
    dark, light = told(["dark"]), told(["light"])
    known = dark._replace(given=torch.tensor([[2, 0, 0]]), known=codes)
    scores = [
        float(judge(x, c, ears.hear(c)).detach())
        for x, c in ((codes, dark), (codes, light), (codes, known), (codes.flip(1), dark))
    ]
    assert len({round(score, 6) for score in scores}) == 4
    deaf = dark.without_words()
    assert torch.isfinite(judge(codes, deaf, ears.hear(deaf))).all()


def test_it_begins_where_diffusion_ended() -> None:
    """The generator's weights have the names and shapes of diffusion's, so that either may start the other."""
    shapes = [{n: p.shape for n, p in objective(name).kept().state_dict().items()} for name in ("diffusion", "gan")]
    assert shapes[0] == shapes[1]
    assert CONFIGS["gan"] == GanConfig(denoiser=DENOISER)
