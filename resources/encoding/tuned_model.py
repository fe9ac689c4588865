"""A language model whose weights can learn, and the folder that keeps it: safetensors, tokenizer and JSON."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import numpy as np

from resources.durable import make_folder, write_durably
from resources.encoding.loading import load_network, no_loading_bar
from resources.encoding.model_files import ModelFiles, find_model_files, in_a_folder, weights_sha256
from resources.encoding.model_folder import TUNED, chosen_pooling, dense_layers, needs_code
from resources.encoding.pooling import pool
from resources.encoding.spec import EncoderSpec, Pooling
from resources.encoding.transformer_encoder import cutting_tokenizer
from resources.plain_text import plain_text

OF_TOKENIZER = ("*token*.json", "vocab.*", "merges.txt", "*.model")


@dataclass
class TunableModel:
    """A Hugging Face model in fp32, with low-rank adapters or without."""

    files: ModelFiles
    spec: EncoderSpec
    pooling: Pooling
    network: Any

    @classmethod
    def load(cls, spec: EncoderSpec, lora_rank: int | None, device: str, network: bool = False) -> Self:
        """Read weights (safetensors only); nothing is downloaded unless `network` allows it.

        Raises:
            ValueError: the model is a server's, brings code of its own or has layers behind its pooling.
        """
        if spec.endpoint:
            raise ValueError(f"{spec.model} runs on {spec.endpoint}, and only models here can be tuned; name a folder")
        files = in_a_folder(find_model_files(spec.model), network)
        folder = Path(files.location)
        if needs_code(folder) or dense_layers(folder):
            what = "code of its own" if needs_code(folder) else "layers behind its pooling"
            raise ValueError(f"{files.model} has {what}, which tuning does not know; name another model, or tune none")
        loaded = load_network(Path(files.location), "fp32", device)
        adapted = loaded if lora_rank is None else with_adapters(loaded, lora_rank).to(device)
        return cls(files, spec, chosen_pooling(folder, spec), adapted)

    @property
    def name(self) -> str:
        """What the tuned model is called."""
        return f"{self.files.model.rpartition('/')[2].removesuffix('-tuned')}-tuned"

    def tokens(self, texts: Sequence[str], max_tokens: int) -> list[np.ndarray]:
        """Token ids (int64) of each text, the spec's passage prefix before it, cut at `max_tokens`."""
        tokenizer = cutting_tokenizer(Path(self.files.location), min(max_tokens, self.spec.max_tokens))
        read = tokenizer.encode_batch_fast([self.spec.passage_prefix + plain_text(text) for text in texts])
        return [np.asarray(one.ids, dtype=np.int64) for one in read]

    def pooled(self, ids: Any, mask: Any) -> Any:
        """Vectors (n, hidden size) fp32 of padded token ids (n, length), not normalised."""
        hidden = self.network(input_ids=ids, attention_mask=mask).last_hidden_state.float()
        return pool(hidden, mask, self.pooling)

    def merge(self) -> None:
        """Add the adapters, where there are some, to the weights that they adapt; and stop dropping out."""
        if hasattr(self.network, "merge_and_unload"):
            self.network = self.network.merge_and_unload()
        self.network.eval()

    def save(self, parent: Path, about: Mapping[str, Any]) -> Path:
        """Write the model below a folder named by its weights, and say what it was made from; where it lies now.

        Another model never takes this one's place, so what reads the former one is not disturbed.
        """
        source = Path(self.files.location)
        with TemporaryDirectory() as scratch, no_loading_bar():
            self.network.save_pretrained(scratch)
            folder = parent / weights_sha256(Path(scratch))[:16] / self.name
            make_folder(folder)
            write_durably(folder / TUNED, json.dumps(dict(about), indent=2, default=str).encode())
            tokenizer = {file for pattern in OF_TOKENIZER for file in source.glob(pattern)}
            for file in sorted(tokenizer) + sorted(Path(scratch).iterdir()):
                write_durably(folder / file.name, file.read_bytes())
        return folder

    def tuned_spec(self, folder: Path) -> EncoderSpec:
        """The spec that encodes with the saved model just as the model was tuned."""
        return self.spec.model_copy(update={"model": str(folder), "pooling": self.pooling})


def with_adapters(network: Any, rank: int) -> Any:
    """The network with frozen weights and low-rank adapters beside all its linear layers (Hu et al., 2021)."""
    from peft import LoraConfig, get_peft_model

    adapters = LoraConfig(r=rank, lora_alpha=2 * rank, lora_dropout=0.0, bias="none", target_modules="all-linear")
    with warnings.catch_warnings():  # peft 0.21 asks transformers 5.23 by a name that is to go in version 6
        warnings.filterwarnings("ignore", "`is_gradient_checkpointing` is deprecated", FutureWarning)
        return get_peft_model(network, adapters)
