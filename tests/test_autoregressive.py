"""What is the autoregressive family's own: order, memory, tokens, and codes that come while others are still to be made."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn
from toy_story import CONFIGS, SHAPE, THEN, beginning, lesson, nothing, objective, scaling, told

from mutoscope.codecs.latent_code import CHANNELS, LEVELS, code_of, rounded, tokens_of
from mutoscope.conditioning.condition import Given
from mutoscope.families.autoregressive import MISSEEN, Autoregressive, _begun, chosen, misseen
from mutoscope.families.family import Sampling
from mutoscope.families.layout import patches
from mutoscope.families.next_patches import AutoregressiveConfig
from mutoscope.families.order import order_of
from mutoscope.families.token_chain import DIGITS, KINDS, TokenChain
from mutoscope.seeding import torch_rng


def family() -> Autoregressive:
    model = objective("autoregressive")
    assert isinstance(model, Autoregressive)
    for name, p in model.named_parameters():  # layers that begin at zero would hide what lies before them
        if not name.endswith("sharp.bias"):
            nn.init.normal_(p, std=0.15)
    return model.eval()


def logits_of(model: Autoregressive, codes: Tensor) -> Tensor:  # (B,N,K,kinds)
    """Of every token, given all before it, as in training."""
    tokens = tokens_of(patches(codes, 2), DIGITS)
    return logits_after(model, tokens, tokens)


def logits_after(model: Autoregressive, before: Tensor, tokens: Tensor) -> Tensor:  # (B,T,P,K) -> (B,N,K,kinds)
    """Of every token, given the patches before it, and those of its own patch before it."""
    condition = told(["dark"] * len(tokens))
    with torch.inference_mode():
        asked = model.network.ask(condition, model.network.hear(condition), SHAPE[0], 2, 2)
        state, guess = model._told(before, asked, order_of(SHAPE[0], 2, 2))
        logits: Tensor = model.network.chain(state, guess, tokens.flatten(1, 2))
    return logits


def test_no_token_knows_of_itself_or_of_what_is_told_with_it_or_after_it() -> None:
    model, codes = family(), torch.rand(1, *SHAPE, generator=torch_rng(0, "codes")) * 2 - 1
    before, ranks = logits_of(model, codes), order_of(SHAPE[0], 2, 2).ranks.flatten()
    for time, row, column in ((1, 0, 0), (1, 2, 0), (2, 0, 2), (0, 2, 2)):
        other = codes.clone()
        other[:, time, row : row + 2, column : column + 2, CHANNELS // 2 :] *= -1
        after = logits_of(model, other)
        place, token = time * 4 + row + column // 2, CHANNELS // 2 // DIGITS
        blind = (ranks <= ranks[place]) & (torch.arange(len(ranks)) != place)
        assert torch.allclose(after[:, blind], before[:, blind], atol=1e-5)
        assert torch.allclose(after[:, place, : token + 1], before[:, place, : token + 1], atol=1e-5)
        assert not torch.allclose(after[:, place, token + 1 :], before[:, place, token + 1 :], atol=1e-3)
        for later in torch.nonzero(ranks > ranks[place])[:, 0].tolist():
            assert not torch.allclose(after[:, later], before[:, later], atol=1e-5)


def test_with_its_memory_it_draws_what_it_would_draw_without() -> None:
    model = family()
    surest = Sampling(temperature=1e-5)
    known = beginning(0.3)
    for condition in (told(["dark"]), told(["dark"], known)):
        codes = model.sample(SHAPE, condition, 0, surest, lambda *_: None)
        logits = logits_of(model, codes)
        tokens = tokens_of(patches(codes, 2), DIGITS).flatten(1, 2)
        behind = logits.amax(dim=-1) - logits.gather(-1, tokens.unsqueeze(-1))[..., 0]
        drawn = 4 if condition.given.any() else 0
        assert behind[:, drawn:].max() < 1e-3  # the likeliest, or one that rounding makes as likely


def test_several_times_that_are_known_are_seen_as_in_training() -> None:
    model, known = family(), nothing()
    known.codes[:, :2] = torch.rand(1, 2, *SHAPE[1:], generator=torch_rng(0, "known")) - 0.5
    known.given[:, :2] = Given.CODE
    codes = model.sample(SHAPE, told(["dark"], known), 0, Sampling(temperature=1e-5), lambda *_: None)
    assert torch.equal(codes[:, :2], known.codes[:, :2])
    logits = logits_of(model, codes)[:, 8:]
    tokens = tokens_of(patches(codes, 2), DIGITS).flatten(1, 2)[:, 8:]
    assert (logits.amax(dim=-1) - logits.gather(-1, tokens.unsqueeze(-1))[..., 0]).max() < 1e-3


def test_each_step_tells_as_many_patches_of_a_time_as_are_known_of_it_already() -> None:
    order = order_of(2, 4, 4)
    assert [len(group) for group in order.groups(1)] == [1, 1, 2, 4, 8]
    assert sorted(torch.cat(order.groups(1)).tolist()) == list(range(16, 32))
    board = order.ranks[0].view(4, 4) == 4
    assert all(bool(board[row, column]) == ((row + column) % 2 == 1) for row in range(4) for column in range(4))
    for times, rows, columns in ((1, 1, 1), (2, 1, 3), (3, 3, 5), (1, 8, 4)):
        order = order_of(times, rows, columns)
        assert order.ranks.shape == (times, rows * columns)
        for time in range(times):
            sizes = [len(group) for group in order.groups(time)]
            assert all(size <= max(1, sum(sizes[:number])) for number, size in enumerate(sizes))
            assert time == 0 or order.ranks[time].min() > order.ranks[time - 1].max()


def test_codes_of_each_time_come_as_soon_as_they_are_made() -> None:
    model, steps = family(), list[int]()
    condition = told([THEN], beginning(0.3))
    plain = Sampling(guidance=2.0)
    stream = model.stream(SHAPE, condition, 0, plain, lambda done, total, made: steps.append(done))
    first = next(stream)
    assert torch.equal(first, condition.known[:, :1])
    assert steps == []
    second = next(stream)
    assert steps == [1, 2, 3]
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
    state, guess, tokens = torch.randn(2, 16), torch.randn(2, 10), torch.randint(KINDS, (2, 5))
    at_once, alone = chain(state, guess, tokens), chain.alone(state, guess)
    for index in range(5):
        assert torch.allclose(chain.next(state, alone, index), at_once[:, index], atol=1e-5)
        state = state + chain.telling(index, tokens[:, index])


def test_what_has_learned_nothing_of_tokens_finds_those_near_its_guess_likely() -> None:
    chain, guess = TokenChain(16, 5), torch.linspace(-0.9, 0.9, 10)
    with torch.no_grad():
        likely = chain(torch.randn(16), guess, torch.zeros(5, dtype=torch.int64)).softmax(dim=-1)
    near = torch.linspace(-1, 1, LEVELS)
    by_hand = torch.softmax(-0.5 * chain.sharp.bias.detach().exp()[:, None] * (near - guess[:, None]).square(), dim=-1)
    for index in range(5):
        for kind in range(KINDS):
            numbers = code_of(torch.tensor([kind]), DIGITS)
            first, second = (int((near - number).abs().argmin()) for number in numbers)
            expected = by_hand[2 * index, first] * by_hand[2 * index + 1, second]
            assert float(likely[index, kind]) == pytest.approx(float(expected), rel=1e-4)
    assert torch.equal(likely.argmax(dim=-1), tokens_of(guess, DIGITS))


def test_what_is_drawn_by_the_likeliest_token_alone_is_drawn_without_chance() -> None:
    model, condition = family(), told([THEN, "dark"])
    surest = model.sample(SHAPE, condition, 0, Sampling(temperature=1e-5, guidance=2.0), lambda *_: None)
    assert torch.equal(model.sample(SHAPE, condition, 0, Sampling(top_k=1, guidance=2.0), lambda *_: None), surest)
    assert torch.equal(model.sample(SHAPE, condition, 1, Sampling(top_p=1e-6, guidance=2.0), lambda *_: None), surest)
    some = model.sample(SHAPE, condition, 0, Sampling(top_k=5, top_p=0.9, guidance=2.0), lambda *_: None)
    assert not torch.equal(some, surest)


def test_each_clip_of_a_batch_is_what_it_is_alone() -> None:
    model, guided, shape = family(), Sampling(guidance=2.0, temperature=1e-5), (2, 4, 8, CHANNELS)
    both = model.sample(shape, told([THEN, "dark"]), 0, guided, lambda *_: None)
    assert both.shape == (2, *shape)
    for index, prompt in enumerate((THEN, "dark")):
        alone = model.sample(shape, told([prompt]), 0, guided, lambda *_: None)
        assert float((both[index : index + 1] != alone).float().mean()) < 0.02  # but where rounding decides


def test_all_of_it_learns_and_what_is_not_asked_for_costs_nothing() -> None:
    model, batch = family().train(), lesson()
    with torch.autocast("cpu", torch.bfloat16):
        loss, _ = model.loss("tokens", batch, torch_rng(0, "loss"))
    loss.backward()  # type: ignore[no-untyped-call]
    assert [name for name, p in model.named_parameters() if p.grad is None] == []
    tokens = tokens_of(patches(batch.codes, 2), DIGITS)
    asked = model.network.ask(batch.condition, model.network.hear(batch.condition), SHAPE[0], 2, 2)
    state, guess = model._told(tokens, asked, order_of(SHAPE[0], 2, 2))
    others = tokens.clone()
    others[:, :-1] = (others[:, :-1] + 1) % KINDS
    last = torch.zeros(len(tokens), SHAPE[0], dtype=torch.bool)
    last[:, -1] = True
    assert torch.equal(model._lost(state, guess, others, last)[0], model._lost(state, guess, tokens, last)[0])
    assert not torch.equal(model._lost(state, guess, others, ~last)[0], model._lost(state, guess, tokens, ~last)[0])


def test_training_asks_for_no_first_time_beside_which_tracks_may_lie() -> None:
    known = nothing(4)
    known.given[1, 0] = Given.CODE
    known.given[2, :2] = Given.CODE
    known.given[3, -1] = Given.PICTURE
    begun = _begun(told(["dark"] * 4, known), SHAPE[0])
    assert begun.tolist() == [[False] * 3, [True, False, False], [True, True, False], [True, False, False]]
    assert not _begun(told(["dark"])._replace(given=torch.zeros(1, 0, dtype=torch.int64)), SHAPE[0]).any()


def test_some_of_what_it_sees_in_training_is_wrong_and_in_each_clip_another_share() -> None:
    tokens = torch.zeros(200, 500, dtype=torch.int64)
    wrong = (misseen(tokens, torch_rng(0, "wrong")) != 0).float().mean(dim=1)
    assert float(wrong.mean()) == pytest.approx(MISSEEN / 2, abs=0.01)
    assert float(wrong.min()) < 0.02
    assert MISSEEN * 0.9 < float(wrong.max()) < MISSEEN * 1.3


def test_in_training_it_sees_what_it_would_have_drawn_in_some_places_of_each_clip() -> None:
    model, order = family(), order_of(SHAPE[0], 2, 2)
    codes = torch.rand(40, *SHAPE, generator=torch_rng(0, "codes")) * 2 - 1
    tokens, condition = tokens_of(patches(codes, 2), DIGITS), told(["dark"] * 40)
    asked = model.network.ask(condition, model.network.hear(condition), SHAPE[0], 2, 2)
    model.mistaking = Sampling(temperature=1e-5)
    seen = model._mistaken(tokens, asked, order, torch_rng(0, "mistaken"))
    others = (seen != tokens).any(dim=-1)
    assert 0.3 < float(others.float().mean()) < 0.7
    shares = others.float().mean(dim=(1, 2))
    assert float(shares.min()) < 0.2
    assert float(shares.max()) > 0.8
    logits = logits_after(model, tokens, seen)[others.flatten(1)]
    made = seen.flatten(1, 2)[others.flatten(1)]
    assert (logits.amax(dim=-1) - logits.gather(-1, made.unsqueeze(-1))[..., 0]).max() < 1e-3
    assert not seen.requires_grad


def test_it_samples_as_its_configuration_says_and_not_as_its_mistakes_are_drawn() -> None:
    config = CONFIGS["autoregressive"]
    assert isinstance(config, AutoregressiveConfig)
    model = Autoregressive(replace(config, guidance=1.5, temperature=1.0), scaling())
    assert (model.own.guidance, model.own.temperature) == (1.5, 1.0)
    assert model.mistaking.temperature == Autoregressive(config, scaling()).own.temperature
