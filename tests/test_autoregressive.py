"""What is the autoregressive family's own: order, memory, tokens, and codes that come while others are still to be made."""

from dataclasses import replace

import pytest
import torch
from einops import rearrange
from torch import Tensor, nn
from toy_story import SHAPE, THEN, beginning, objective, told

from mutoscope.codecs.latent_code import CHANNELS, rounded, tokens_of
from mutoscope.families.autoregressive import MISSEEN, Autoregressive, chosen, misseen
from mutoscope.families.family import Sampling
from mutoscope.families.layout import patches
from mutoscope.families.next_patch import DIGITS, KINDS, TokenChain
from mutoscope.seeding import torch_rng

ROW = 4  # patches of one time


def family() -> Autoregressive:
    model = objective("autoregressive")
    assert isinstance(model, Autoregressive)
    for p in model.parameters():  # layers that begin at zero would hide what lies before them
        nn.init.normal_(p, std=0.15)
    return model.eval()


def logits_of(model: Autoregressive, codes: Tensor) -> Tensor:  # (B,N,K,kinds)
    """Of every token, given all before it, as in training."""
    condition, tokens = told(["dark"]), tokens_of(patches(codes, 2), DIGITS)
    with torch.inference_mode():
        asked = model.network.ask(condition, model.network.hear(condition), SHAPE[0], 2, 2)
        state = model.network(model._seen(tokens, SHAPE[1]), asked, ROW)
        told_at: Tensor = model.network.chain(state, rearrange(tokens, "b t p k -> b (t p) k"))
    return told_at


def test_no_token_knows_of_itself_or_of_what_comes_after() -> None:
    model, codes = family(), torch.rand(1, *SHAPE, generator=torch_rng(0, "codes")) * 2 - 1
    before = logits_of(model, codes)
    for time, row, column in ((1, 2, 0), (2, 0, 2)):
        other = codes.clone()
        other[:, time, row:, column:, CHANNELS // 2 :] *= -1
        after = logits_of(model, other)
        place, token = time * ROW + row // 2 * 2 + column // 2, CHANNELS // 2 // DIGITS
        assert torch.allclose(after[:, :place], before[:, :place], atol=1e-5)
        assert torch.allclose(after[:, place, : token + 1], before[:, place, : token + 1], atol=1e-5)
        assert not torch.allclose(after[:, place, token + 1 :], before[:, place, token + 1 :], atol=1e-3)


def test_with_its_memory_it_draws_what_it_would_draw_without() -> None:
    model = family()
    surest = Sampling(temperature=1e-5)
    known = beginning(0.3)
    for condition in (told(["dark"]), told(["dark"], known)):
        codes = model.sample(SHAPE, condition, 0, surest, lambda *_: None)
        logits = logits_of(model, codes)
        tokens = rearrange(tokens_of(patches(codes, 2), DIGITS), "b t p k -> b (t p) k")
        behind = logits.amax(dim=-1) - logits.gather(-1, tokens.unsqueeze(-1))[..., 0]
        drawn = ROW if condition.given.any() else 0
        assert behind[:, drawn:].max() < 1e-3  # the likeliest, or one that rounding makes as likely


def test_codes_of_each_time_come_as_soon_as_they_are_made() -> None:
    model, steps = family(), list[int]()
    condition = told([THEN], beginning(0.3))
    plain = Sampling(guidance=2.0)
    stream = model.stream(SHAPE, condition, 0, plain, lambda done, total, made: steps.append(done))
    first = next(stream)
    assert torch.equal(first, condition.known[:, :1])
    assert steps == []
    second = next(stream)
    assert steps == [1, 2, 3, 4]
    assert torch.allclose(second, rounded(second), atol=1e-6)
    whole = model.sample(SHAPE, condition, 0, plain, lambda *_: None)
    assert torch.equal(torch.cat([first, second, *stream], dim=1), whole)


def test_temperature_top_k_and_top_p_leave_what_they_say() -> None:
    likely = torch.tensor([[0.5, 0.3, 0.15, 0.05]]).log()
    even = torch.rand(4000, 4, generator=torch_rng(0, "luck"))
    luck = -(-even.clamp(1e-7, 1 - 1e-7).log()).log()

    def share(**how: float) -> list[float]:
        sampling = replace(Sampling(), **how)  # type: ignore[arg-type]
        drawn = chosen(likely.expand(len(luck), -1), luck, sampling)
        return [float((drawn == kind).float().mean()) for kind in range(4)]

    assert share() == pytest.approx([0.5, 0.3, 0.15, 0.05], abs=0.03)
    assert share(top_k=2) == pytest.approx([0.625, 0.375, 0, 0], abs=0.03)
    assert share(top_p=0.6) == pytest.approx([0.625, 0.375, 0, 0], abs=0.03)
    assert share(top_p=0.01) == [1, 0, 0, 0]
    colder = torch.tensor([0.5, 0.3, 0.15, 0.05]) ** 2
    assert share(temperature=0.5) == pytest.approx((colder / colder.sum()).tolist(), abs=0.03)


def test_the_chain_gives_one_by_one_what_it_gives_at_once() -> None:
    torch.manual_seed(0)
    chain = TokenChain(16, 5)
    for p in chain.parameters():
        nn.init.normal_(p, std=0.3)
    state, tokens = torch.randn(2, 16), torch.randint(KINDS, (2, 5))
    at_once = chain(state, tokens)
    for index in range(5):
        assert torch.allclose(chain.next(state, index), at_once[:, index], atol=1e-5)
        state = state + chain.telling(index, tokens[:, index])


def test_some_of_what_it_sees_in_training_is_wrong_and_in_each_clip_another_share() -> None:
    tokens = torch.zeros(200, 500, dtype=torch.int64)
    wrong = (misseen(tokens, torch_rng(0, "wrong")) != 0).float().mean(dim=1)
    assert float(wrong.mean()) == pytest.approx(MISSEEN / 2, abs=0.01)
    assert float(wrong.min()) < 0.02
    assert MISSEEN * 0.9 < float(wrong.max()) < MISSEEN * 1.3
