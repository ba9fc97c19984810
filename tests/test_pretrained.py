"""Text encoders of others behind our interface: tiny random ones, built here, saved, opened, used, trained beside."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from mutoscope.checkpoints.alignment import open_ranker
from mutoscope.errors import MutoscopeError
from mutoscope.language.pretrained import PretrainedConfig, PretrainedEncoder
from mutoscope.language.spoken import encode_words
from mutoscope.language.timeline import parse_timeline
from mutoscope.recipes.running import train

transformers = pytest.importorskip(
    "transformers",
    reason="transformers is not installed: pip install 'mutoscope[encoders]' to test text encoders of others",
)

WORDS = ["a", "red", "blue", "star", "rises", "falls", "the", "it"]


def _bert(folder: Path) -> Any:
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]
    (folder / "vocab.txt").write_text("\n".join(pieces), "utf-8")
    tokenizer = transformers.BertTokenizer(str(folder / "vocab.txt"))
    config = transformers.BertConfig(
        vocab_size=len(pieces), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=128,
    )  # fmt: skip
    return tokenizer, transformers.BertModel(config)


def _byte_pairs(folder: Path) -> tuple[dict[str, int], list[tuple[str, str]]]:
    letters = sorted(set("".join(WORDS)))
    pieces = ["<|startoftext|>", "<|endoftext|>", *letters, *(f"{letter}</w>" for letter in letters), "Ġ"]
    return {piece: number for number, piece in enumerate(pieces)}, []


def _gpt2(folder: Path) -> Any:
    vocabulary, merges = _byte_pairs(folder)
    tokenizer = transformers.GPT2Tokenizer(vocab=vocabulary, merges=merges)
    config = transformers.GPT2Config(vocab_size=len(vocabulary), n_embd=32, n_layer=2, n_head=2, n_positions=512)
    return tokenizer, transformers.GPT2Model(config)


def _clip(folder: Path) -> Any:
    vocabulary, merges = _byte_pairs(folder)
    tokenizer = transformers.CLIPTokenizer(vocab=vocabulary, merges=merges)
    config = transformers.CLIPTextConfig(
        vocab_size=len(vocabulary), hidden_size=32, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2,
        max_position_embeddings=512, bos_token_id=0, eos_token_id=1, pad_token_id=1,
    )  # fmt: skip
    return tokenizer, transformers.CLIPTextModel(config)


def _t5(folder: Path) -> Any:
    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), *((f"▁{word}", -1.0) for word in WORDS)]
    tokenizer = transformers.T5Tokenizer(vocab=pieces, extra_ids=0)
    config = transformers.T5Config(vocab_size=len(pieces), d_model=32, d_kv=16, d_ff=32, num_layers=2, num_heads=2)
    return tokenizer, transformers.T5EncoderModel(config)


KINDS: dict[str, Callable[[Path], Any]] = {"BERT": _bert, "GPT-2": _gpt2, "CLIP": _clip, "T5": _t5}


@pytest.fixture(params=list(KINDS))
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    torch.manual_seed(0)
    tokenizer, model = KINDS[request.param](tmp_path)
    tokenizer.save_pretrained(tmp_path)
    model.save_pretrained(tmp_path)
    return tmp_path


def hear(encoder: PretrainedEncoder, *texts: str) -> tuple[torch.Tensor, torch.Tensor]:
    spoken = encode_words(encoder, [parse_timeline(text, 3.0) for text in texts])
    return encoder(spoken.word_ids, spoken.ngram_ids, spoken.places, spoken.mask), spoken.mask


def test_each_kind_gives_what_its_own_network_gives(folder: Path) -> None:
    encoder = PretrainedEncoder(PretrainedConfig(source=str(folder)))
    heard, mask = hear(encoder, "a red star rises", "it falls")
    assert heard.shape == (2, mask.shape[1], 32)
    tokenizer, model = encoder._opened
    for row, text in enumerate(("a red star rises", "it falls")):
        alone = model(**tokenizer(text, return_tensors="pt")).last_hidden_state[0]
        assert torch.allclose(heard[row, mask[row]], alone, atol=1e-5)
    assert not torch.allclose(heard[0, 0], hear(encoder, "the blue star falls")[0][0, -1], atol=1e-3)


def test_segments_are_texts_of_their_own(folder: Path) -> None:
    encoder = PretrainedEncoder(PretrainedConfig(source=str(folder)))
    both, _ = hear(encoder, "[0-1s] a red star rises [1-3s] it falls", "it rises")
    first, mask = hear(encoder, "a red star rises")
    assert torch.allclose(both[0, : int(mask.sum())], first[0], atol=1e-5)
    assert torch.isfinite(both).all()


def test_towers_train_beside_it_and_open_again_and_it_stays_as_it_was(folder: Path, tmp_path: Path) -> None:
    before = (folder / "model.safetensors").read_bytes()
    checkpoint = train("tiny_alignment", folder=tmp_path / "run", encoder=str(folder), stage=1)
    assert checkpoint.config["text"] == {"source": str(folder)}
    clips = [np.zeros((25, 64, 64, 3), np.uint8)]
    opened, again = open_ranker(checkpoint.folder), open_ranker(checkpoint.folder)
    assert opened.scores("a red star rises", clips, 8) == again.scores("a red star rises", clips, 8)
    assert not any(name.startswith("text.encoder") for name in opened.alignment.state_dict())
    assert (folder / "model.safetensors").read_bytes() == before


def test_a_prompt_that_is_too_long_is_told(tmp_path: Path) -> None:
    tokenizer, model = _bert(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    model.save_pretrained(tmp_path)
    with pytest.raises(MutoscopeError, match="hears 128"):
        PretrainedEncoder(PretrainedConfig(source=str(tmp_path))).encode("red " * 200)


def test_what_is_not_here_is_told_with_the_way_to_fetch_it(tmp_path: Path) -> None:
    with pytest.raises(MutoscopeError, match="hf download nobody/such-encoder"):
        PretrainedEncoder(PretrainedConfig(source="nobody/such-encoder"))
    with pytest.raises(MutoscopeError, match="as transformers saves it"):
        PretrainedEncoder(PretrainedConfig(source=str(tmp_path)))


def test_a_network_of_another_kind_is_told(tmp_path: Path) -> None:
    tokenizer, _ = _bert(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    transformers.ViTConfig().save_pretrained(tmp_path)
    with pytest.raises(MutoscopeError, match="of the kind vit"):
        PretrainedEncoder(PretrainedConfig(source=str(tmp_path)))
