import json
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from torch import nn

from mutoscope.checkpoints.checkpoint import Checkpoint, config_from, save_checkpoint
from mutoscope.errors import MutoscopeError


@dataclass(frozen=True, kw_only=True)
class Inner:
    depth: int


@dataclass(frozen=True, kw_only=True)
class Outer:
    width: int
    inner: Inner


def test_what_is_saved_is_what_is_loaded(tmp_path: Path) -> None:
    module = nn.Linear(3, 2)
    save_checkpoint(tmp_path, {"width": 3}, module, "# a card")
    other = nn.Linear(3, 2)
    checkpoint = Checkpoint(tmp_path)
    checkpoint.load_into(other)
    assert torch.equal(other.weight, module.weight.detach().bfloat16().float())
    assert checkpoint.config["width"] == 3
    assert (tmp_path / "card.md").read_text().startswith("# a card")


def test_matrices_in_eight_bits_are_half_as_large_and_nearly_the_same(tmp_path: Path) -> None:
    module, other = nn.Linear(64, 64), nn.Linear(64, 64)
    large = save_checkpoint(tmp_path / "large", {}, module, "")
    small = save_checkpoint(tmp_path / "small", {}, module, "", eight_bits=True)
    small.load_into(other)
    sizes = [(c.folder / "model.safetensors").stat().st_size for c in (small, large)]
    assert sizes[0] < 0.65 * sizes[1]
    step = module.weight.detach().abs().amax(dim=1, keepdim=True) / 127
    assert ((other.weight - module.weight).abs() <= 0.51 * step).all()


def test_damaged_weights_are_refused_with_a_cure(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, {}, nn.Linear(3, 2), "")
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-5])
    with pytest.raises(MutoscopeError, match=r"damaged.*bundled model"):
        Checkpoint(tmp_path).load_into(nn.Linear(3, 2))


def test_a_flipped_bit_or_a_stretch_of_zeros_is_damage_though_every_number_can_be_read(tmp_path: Path) -> None:
    checkpoint = save_checkpoint(tmp_path, {}, nn.Linear(64, 64), "", eight_bits=True)
    weights = tmp_path / "model.safetensors"
    whole = weights.read_bytes()
    half = len(whole) // 2
    for spoilt in (
        whole[:half] + bytes([whole[half] ^ 1]) + whole[half + 1 :],
        whole[:half] + bytes(800) + whole[half + 800 :],
    ):
        weights.write_bytes(spoilt)
        with pytest.raises(MutoscopeError, match="not what was saved"):
            Checkpoint(tmp_path).load_into(nn.Linear(64, 64))
    weights.write_bytes(whole)
    Checkpoint(tmp_path).load_into(nn.Linear(64, 64))
    told = json.loads((tmp_path / "config.json").read_text())
    assert told.pop("sha256") == checkpoint.sha256
    (tmp_path / "config.json").write_text(json.dumps(told))  # as before 0.20
    Checkpoint(tmp_path).load_into(nn.Linear(64, 64))


def test_a_configuration_taken_from_another_checkpoint_serves_new_weights(tmp_path: Path) -> None:
    taken = save_checkpoint(tmp_path / "one", {}, nn.Linear(3, 2), "").config
    save_checkpoint(tmp_path / "other", taken, nn.Linear(3, 2), "").load_into(nn.Linear(3, 2))


def test_weights_of_another_shape_are_refused(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, {}, nn.Linear(3, 2), "")
    with pytest.raises(MutoscopeError, match="belong together"):
        Checkpoint(tmp_path).load_into(nn.Linear(3, 4))


def test_a_network_of_another_name_is_lent_what_it_has_as_well(tmp_path: Path) -> None:
    def made(name: str, out: int) -> nn.Module:
        return nn.ModuleDict({name: nn.Sequential(nn.Linear(3, 4), nn.Linear(4, out))})

    one, other = made("denoiser", 2), made("network", 5)
    save_checkpoint(tmp_path, {}, one, "")
    kept = other.state_dict()["network.1.weight"].clone()
    assert Checkpoint(tmp_path).lend_to(other) == 2
    lent = one.state_dict()["denoiser.0.weight"].bfloat16().float()
    assert torch.equal(other.state_dict()["network.0.weight"], lent)
    assert torch.equal(other.state_dict()["network.1.weight"], kept)
    with pytest.raises(MutoscopeError, match="share weights"):
        Checkpoint(tmp_path).lend_to(nn.Linear(7, 7))


def test_a_checkpoint_of_another_schema_is_refused(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, {"schema": 99}, nn.Linear(3, 2), "")
    with pytest.raises(MutoscopeError, match="schema 99"):
        _ = Checkpoint(tmp_path).config


def test_a_configuration_is_read_strictly_and_names_the_nearest_key() -> None:
    assert config_from(Outer, {"width": 3, "inner": {"depth": 2}}) == Outer(width=3, inner=Inner(depth=2))
    with pytest.raises(MutoscopeError, match="Did you mean 'width'"):
        config_from(Outer, {"widht": 3, "inner": {"depth": 2}})
    with pytest.raises(MutoscopeError, match="lacks inner"):
        config_from(Outer, {"width": 3})


def test_a_word_brings_its_own_vector_into_another_vocabulary(tmp_path: Path) -> None:
    def made(words: int) -> nn.Module:
        table = nn.ModuleDict({"word": nn.Embedding(words + 2, 4)})
        return nn.ModuleDict({"denoiser": nn.ModuleDict({"text": table})})

    one, other = made(3), made(4)
    save_checkpoint(tmp_path, {"vocabulary": ["circle", "red", "star"]}, one, "")
    name = "denoiser.text.word.weight"
    before, lent = other.state_dict()[name].clone(), one.state_dict()[name].bfloat16().float()
    Checkpoint(tmp_path).lend_to(other, ["green", "red", "circle", "blue"])
    assert torch.equal(
        other.state_dict()[name], torch.stack([lent[0], lent[1], before[2], lent[3], lent[2], before[5]])
    )


def test_stand_ins_for_names_are_lent_after_the_words(tmp_path: Path) -> None:
    def made(rows: int) -> nn.Module:
        table = nn.ModuleDict({"word": nn.Embedding(rows, 4)})
        return nn.ModuleDict({"denoiser": nn.ModuleDict({"text": table})})

    one, other = made(2 + 3 + 2), made(2 + 4 + 3)
    save_checkpoint(tmp_path, {"vocabulary": ["circle", "red", "star"]}, one, "")
    name = "denoiser.text.word.weight"
    before, lent = other.state_dict()[name].clone(), one.state_dict()[name].bfloat16().float()
    Checkpoint(tmp_path).lend_to(other, ["green", "red", "circle", "blue"])
    assert torch.equal(other.state_dict()[name][6:8], lent[5:])
    assert torch.equal(other.state_dict()[name][8], before[8])
