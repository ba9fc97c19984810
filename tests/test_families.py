"""The contract of a family that draws, held by every one of them at a size at which it learns in seconds."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from toy_story import CONFIGS, PLAIN, SHAPE, THEN, beginning, lesson, objective, sampled, scaling, taught, told

import mutoscope
from mutoscope.checkpoints.checkpoint import Checkpoint, save_checkpoint
from mutoscope.conditioning.condition import Given
from mutoscope.errors import MutoscopeError
from mutoscope.families.choice import CONFIGS as KNOWN
from mutoscope.families.choice import StoryFamily, open_family
from mutoscope.families.family import Sampling
from mutoscope.pipeline import refuse_lacking
from mutoscope.request import SAMPLED, GenerateRequest, flag
from mutoscope.seeding import torch_rng

FAMILIES = list(CONFIGS)


@pytest.fixture(scope="module", params=FAMILIES)
def learned(request: pytest.FixtureRequest) -> tuple[str, StoryFamily]:
    """A family by name, after its lesson."""
    return request.param, taught(request.param)


def test_every_family_that_is_known_is_held_to_the_contract() -> None:
    assert {type(config) for config in CONFIGS.values()} == set(KNOWN.values())


@pytest.mark.parametrize("name", FAMILIES)
def test_the_loss_of_every_phase_is_finite_and_reaches_every_parameter_of_it(name: str) -> None:
    learner = objective(name)
    for p in learner.parameters():  # zero layers would hide the rest at the first step
        nn.init.normal_(p, std=0.1)
    moved: set[int] = set()
    for phase in learner.phases:
        mine = dict.fromkeys(learner.parameters_of(phase))
        loss, numbers = learner.loss(phase, lesson(), torch_rng(0, "loss"))
        loss.backward(inputs=list(mine))  # type: ignore[no-untyped-call]
        assert torch.isfinite(loss)
        assert all(isinstance(value, float) for value in numbers.values())
        assert [n for n, p in learner.named_parameters() if p in mine and p.grad is None] == []
        moved |= {id(p) for p in mine}
    assert moved == {id(p) for p in learner.parameters()}


@pytest.mark.parametrize("name", FAMILIES)
def test_the_same_seed_gives_the_same_codes_and_another_seed_others(name: str) -> None:
    family, condition = objective(name).kept().eval(), told(["dark"])
    for p in family.parameters():
        nn.init.normal_(p, std=0.1, generator=torch_rng(0, str(p.shape)))
    one, same, other = (sampled(name, family, condition, seed) for seed in (5, 5, 6))  # type: ignore[arg-type]
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_all_take_the_same_arguments_and_give_codes_of_the_shape_asked(learned: tuple[str, StoryFamily]) -> None:
    _, family = learned
    steps: list[tuple[int, int]] = []
    condition = told(["dark"])
    sampling = Sampling(steps=2)
    looks: list[torch.Tensor] = []

    def on_step(done: int, total: int, made: Callable[[], torch.Tensor]) -> None:
        steps.append((done, total))
        looks.append(made())

    codes = family.sample(SHAPE, condition, 0, sampling, on_step, None)
    assert codes.shape == (1, *SHAPE)
    assert torch.isfinite(codes).all()
    assert [done for done, _ in steps] == list(range(1, steps[-1][1] + 1))
    assert all(look.shape == codes.shape for look in looks)
    assert torch.allclose(looks[-1], codes, atol=1e-5), "the last look shows what is delivered"
    assert family.read(condition).shape == (1, 2)


def test_the_prompt_matters_and_acts_in_its_own_time(learned: tuple[str, StoryFamily]) -> None:
    dark, light, then = (sampled(*learned, told([prompt]))[0] for prompt in ("dark", "light", THEN))
    assert dark.mean() < -0.15
    assert light.mean() > 0.15
    assert then[0].mean() < -0.1
    assert then[-1].mean() > 0.1
    assert (learned[1].read(told([THEN])) > 0.5).int().tolist() == [[1, 0], [0, 1]]


def test_the_photo_matters_and_stays_as_it_is(learned: tuple[str, StoryFamily]) -> None:
    dark, light = (sampled(*learned, told(["a ball"], beginning(value)))[0] for value in (-0.3, 0.3))
    assert torch.allclose(dark[0], torch.full(SHAPE[1:], -0.3), atol=1e-5)
    assert torch.allclose(light[0], torch.full(SHAPE[1:], 0.3), atol=1e-5)
    if learned[0] == "gan":  # a lesson of seconds does not teach it to go on as the photo begins
        assert not torch.allclose(dark[1:], light[1:], atol=1e-3)
    else:
        assert dark[1:].mean() < light[1:].mean() - 0.2


def test_an_earlier_clip_stays_as_it_is_however_much_of_it_is_known(learned: tuple[str, StoryFamily]) -> None:
    for times in range(1, SHAPE[0]):
        known = beginning(0.3)
        known.given[:, :times] = Given.CODE
        known.codes[:, :times] = torch.rand(1, times, *SHAPE[1:], generator=torch_rng(0, f"known/{times}")) - 0.5
        codes = sampled(*learned, told(["light"], known))
        assert torch.allclose(codes[:, :times], known.codes[:, :times], atol=1e-5)
        assert not torch.allclose(codes[:, times:], known.codes[:, times:], atol=1e-2)


def test_guidance_leads_away_from_what_shall_not_be(learned: tuple[str, StoryFamily]) -> None:
    name, family = learned
    if "negative" not in family.takes:
        pytest.skip("it takes no negative prompt, which another test refuses")
    strict = replace(PLAIN[name], guidance=3.0)
    both = (told(["a ball", other]) for other in ("dark", "light"))
    from_dark, from_light = (
        torch.stack(
            [family.sample(SHAPE, pair.row(0), seed, strict, lambda *_: None, pair.row(1)) for seed in range(4)]
        ).mean()
        for pair in both
    )
    assert from_dark > from_light + 0.05


def test_saved_and_loaded_it_draws_the_same(learned: tuple[str, StoryFamily], tmp_path: Path) -> None:
    name, family = learned
    save_checkpoint(tmp_path, {}, family, "")
    one, two = (open_family(CONFIGS[name], scaling()).eval() for _ in range(2))
    Checkpoint(tmp_path).load_into(one)
    Checkpoint(tmp_path).load_into(two)
    first, second = (sampled(name, loaded, told(["dark"])) for loaded in (one, two))
    assert torch.equal(first, second)
    assert first.mean() < -0.15  # bf16 on disk: near, and not the same


@pytest.mark.parametrize("name", FAMILIES)
def test_what_a_family_lacks_is_refused_in_words_and_nothing_else_is(name: str) -> None:
    family = open_family(CONFIGS[name], scaling())
    wishes: dict[str, Any] = {
        "steps": 4, "guidance": 2.0, "temperature": 0.5, "top_k": 5, "top_p": 0.5, "negative": "red", "last": "photo.png",
    }  # fmt: skip
    assert set(SAMPLED) < set(wishes)
    for wish, value in wishes.items():
        request = GenerateRequest.from_dict({"prompt": "dark", "model": name, wish: value})
        if wish in family.takes:
            refuse_lacking(request, family)
            continue
        with pytest.raises(MutoscopeError) as refused:
            refuse_lacking(request, family)
        assert flag(wish) in refused.value.problem
        assert name in refused.value.problem
        assert all(flag(taken) in refused.value.rule for taken in family.takes)


def test_what_is_to_come_cannot_be_known_to_a_family_that_goes_on() -> None:
    family = open_family(CONFIGS["autoregressive"], scaling())
    known = beginning(0.3)
    known.given[:, -1] = Given.PICTURE
    with pytest.raises(MutoscopeError, match="--last"):
        sampled("autoregressive", family, told(["dark"], known))


FOURTH = '''
"""A fourth family: every code is zero, but for those that are known."""
from dataclasses import dataclass

import torch
from torch import nn

from mutoscope.families.family import Sampling, with_known
from mutoscope.families.hearing import Listener
from mutoscope.language.encoder import WordEncoderConfig


@dataclass(frozen=True, kw_only=True)
class GreyConfig:
    meanings: int
    text: WordEncoderConfig
    tracks: bool = False


class Grey(nn.Module):
    takes = frozenset({"last"})
    own = Sampling()

    def __init__(self, config):
        super().__init__()
        self.listener = Listener(config.text, config.meanings, 8)

    def sample(self, shape, condition, seed, sampling, on_step, against=None):
        codes = with_known(torch.zeros(1, *shape), condition)
        on_step(1, 1, lambda: codes)
        return codes

    def read(self, condition):
        return self.listener.read(condition)
'''
MAKE_AND_ASK = """
import json, sys
from pathlib import Path
import mutoscope
from mutoscope.checkpoints.checkpoint import Checkpoint, config_from, save_checkpoint
from mutoscope.families.choice import open_family
from mutoscope.families.grey import GreyConfig
from mutoscope.pipeline import load_pipeline
from mutoscope.request import GenerateRequest
print(mutoscope.__file__)
story, folder = Path(sys.argv[1]), Path(sys.argv[2])
config = Checkpoint(story).config
sizes = config.pop("clip_denoiser")
grey = {name: sizes[name] for name in ("meanings", "text")}
family = open_family(config_from(GreyConfig, grey), None)
save_checkpoint(folder, {**config, "grey": grey}, family, "")
(folder / "codec").symlink_to(story / "codec")
pipeline = load_pipeline(folder, folder)
print(pipeline.generate(GenerateRequest(prompt="a red circle bounces", seconds=1.0, size="64x64", fps=8)).frames.shape)
"""


def test_a_fourth_family_is_one_new_file_and_one_arm(tiny_story: Path, tmp_path: Path) -> None:
    package = tmp_path / "mutoscope"
    shutil.copytree(Path(mutoscope.__file__).parent, package, ignore=shutil.ignore_patterns("weights", "__pycache__"))
    (package / "families" / "grey.py").write_text(FOURTH)
    shared = package / "families" / "choice.py"
    text = shared.read_text()
    for old, new in (
        (
            "from mutoscope.families.next_patches",
            "from mutoscope.families.grey import Grey, GreyConfig\nfrom mutoscope.families.next_patches",
        ),
        ("| AutoregressiveConfig\n", "| AutoregressiveConfig | GreyConfig\n"),
        ('    "gan": GanConfig,\n', '    "gan": GanConfig,\n    "grey": GreyConfig,\n'),
        ("        case _:", "        case GreyConfig():\n            return Grey(config)\n        case _:"),
    ):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    shared.write_text(text)
    command = [sys.executable, "-c", MAKE_AND_ASK, str(tiny_story), str(tmp_path / "grey")]
    done = subprocess.run(command, env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [str(package / "__init__.py"), "(8, 64, 64, 3)"]
