"""Text encoders of others (T5, BERT, GPT-2, CLIP), by transformers, behind the interface of our own."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from mutoscope.errors import MutoscopeError
from mutoscope.language.tokens import Tokens

_KINDS = "T5 (mT5, UMT5), BERT, GPT-2, CLIP"


@dataclass(frozen=True, kw_only=True)
class PretrainedConfig:
    """Where the encoder comes from: a folder, or a hub id whose files are on this machine already."""

    source: str


class PretrainedEncoder(nn.Module):
    """A text encoder of others with its tokenizer, frozen; each segment of a timeline is a text of its own to it.

    It keeps out of `parameters()` and `state_dict()`: it is not trained here, and its weights stay where they are.
    """

    def __init__(self, config: PretrainedConfig) -> None:
        super().__init__()
        tokenizer, model = _opened(config.source)
        self._opened = (tokenizer, model.eval().requires_grad_(False))
        self.width: int = model.config.hidden_size
        self.longest: int | None = getattr(model.config, "max_position_embeddings", None)

    def encode(self, text: str) -> Tokens:
        """The tokens of a text, with those that mark its ends; it knows no n-grams, (L,0)."""
        tokenizer, _ = self._opened
        ids = tokenizer(text)["input_ids"]
        if self.longest is not None and len(ids) > self.longest:
            raise MutoscopeError(
                f"The prompt has {len(ids)} tokens.", f"This text encoder hears {self.longest}.", "Say it shorter."
            )
        return Tokens(
            words=tuple(tokenizer.convert_ids_to_tokens(ids)),
            word_ids=np.array(ids, np.int64),
            ngram_ids=np.zeros((len(ids), 0), np.int64),
        )

    def forward(self, word_ids: Tensor, ngram_ids: Tensor, places: Tensor, mask: Tensor) -> Tensor:
        model = self._opened[1].to(word_ids.device)
        segment, position = places.unbind(-1)
        many = int(segment.max()) + 1
        row = torch.arange(len(word_ids), device=word_ids.device)[:, None] * many + segment
        ids = word_ids.new_zeros(len(word_ids) * many, int(position.max()) + 1)
        seen = torch.zeros_like(ids)
        seen[:, 0] = 1  # a segment that a shorter prompt lacks would attend to nothing and give NaN
        ids[row[mask], position[mask]], seen[row[mask], position[mask]] = word_ids[mask], 1
        with torch.no_grad():
            spoken: Tensor = model(input_ids=ids, attention_mask=seen).last_hidden_state
        return spoken[row, position]


def _opened(source: str) -> tuple[Any, Any]:
    """Tokenizer and network of a folder or a cached hub id; nothing is fetched, and no code of the source is run."""
    try:
        import transformers
    except ImportError as error:
        raise MutoscopeError(
            f"The text encoder {source} needs transformers, which is not installed.",
            "Encoders of others are an optional part.",
            "Install it: pip install 'mutoscope[encoders]'.",
        ) from error
    try:
        config = transformers.AutoConfig.from_pretrained(source, local_files_only=True)
        tokenizer = transformers.AutoTokenizer.from_pretrained(source, local_files_only=True)
        network = _network(transformers, config.model_type, source)
        return tokenizer, network.from_pretrained(source, local_files_only=True, use_safetensors=True)
    except (OSError, ValueError, KeyError) as error:
        first_line = (str(error).splitlines() or [type(error).__name__])[0]
        fetch = f"Look at its size and licence at huggingface.co, then fetch it: hf download {source}"
        raise MutoscopeError(
            f"The text encoder {source} cannot be opened ({first_line}).",
            "It must be a folder with config.json, tokenizer files and model.safetensors, or a hub id whose files are "
            "on this machine already: nothing is fetched by itself.",
            "Take a folder as transformers saves it." if Path(source).is_dir() else fetch,
        ) from error


def _network(transformers: Any, kind: str, source: str) -> Any:
    """The class that reads text and no more."""
    match kind:
        case "t5":
            return transformers.T5EncoderModel
        case "mt5":
            return transformers.MT5EncoderModel
        case "umt5":
            return transformers.UMT5EncoderModel
        case "bert":
            return transformers.BertModel
        case "gpt2":
            return transformers.GPT2Model
        case "clip" | "clip_text_model":
            return transformers.CLIPTextModel
        case _:
            raise MutoscopeError(
                f"{source} holds a network of the kind {kind}.", f"Known kinds: {_KINDS}.", "Take one of these."
            )
