"""What a language model makes of items' texts, while its last layers go on learning.

To read every text of a batch anew in each step would cost more than all else. A step reads some of them, drawn evenly,
through which the model learns, and takes for the others what was read of them last: Xiao, Liu, Shao, Di, Middha, Wu,
Xie: Training Large-Scale News Recommenders with Pretrained Language Models in the Loop, KDD 2022, section 3.3. When the
network is asked, as it is after every pass, all texts are read that may have changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from resources.encoding.batching import batches, pad
from resources.encoding.devices import chosen_device, chosen_precision
from resources.encoding.pooling import pool
from resources.encoding.spec import EncoderSpec
from resources.encoding.tuned_model import TunableModel
from resources.plain_text import plain_text
from xdrec_assets.rankers.neural.item_tower import ItemVectors

TOKENS_AT_ONCE = 4096


class TextVectors(ItemVectors):
    """pooled(encoder(text of i)), less the mean of all texts, over their spread as they were read first."""

    kept: Tensor  # (n_items, v) what was read of each text last; zeros where there is none
    mean: Tensor  # (v,)
    spread: Tensor  # (), 0 before anything was read
    is_whole: Tensor  # () bool, whether the encoder would read all texts just so now

    def __init__(
        self,
        texts: NDArray[np.object_],
        encoder: str,
        max_tokens: int,
        tuned_layers: int,
        step_share: float,
        texts_per_batch: int,
    ) -> None:
        """Nothing is read yet.

        Args:
            texts: (n_items,), "" where there is none.
            encoder: as `embeddings.encoder.model` names it; it is not downloaded.
            max_tokens: of a text.
            tuned_layers: how many of the encoder's last layers learn.
            step_share: of the step size, by which they do.
            texts_per_batch: how many texts a step reads anew, in each process.

        Raises:
            ValueError: there is no such encoder, or it cannot be tuned.
            FileNotFoundError: it is not on this machine.
        """
        super().__init__()
        loaded = TunableModel.load(EncoderSpec(model=encoder, max_tokens=max_tokens), None, "cpu")
        self.encoder, self.pooling = loaded.network, loaded.pooling
        self.encoder.step_share = step_share
        self.learns = learn_last(self.encoder, tuned_layers)
        self.texts_per_batch = texts_per_batch
        self.size = self.encoder.config.hidden_size
        plain = [plain_text(text) for text in texts]
        self.tokens = loaded.tokens(plain, max_tokens)
        self.register_buffer("has_content", torch.tensor([bool(text) for text in plain]), persistent=False)
        self.register_buffer("kept", torch.zeros(len(plain), self.size))
        self.register_buffer("mean", torch.zeros(self.size))
        self.register_buffer("spread", torch.zeros(()))
        self.register_buffer("is_whole", torch.tensor(False))
        self.register_buffer("digest", _digest(self.tokens))  # kept with the weights: they go with these texts alone

    def train(self, mode: bool = True) -> Self:
        """The encoder drops nothing out, so that texts read now and texts read before differ by what was learned."""
        super().train(mode)
        self.encoder.eval()
        return self

    def forward(self, chosen: slice | Tensor) -> Tensor:
        if not self.spread or not (self.training or self.is_whole):
            self._read_all()
        if isinstance(chosen, slice) or not (self.training and self.learns):
            return self.kept[chosen].clone()
        return self._some_anew(chosen)

    def _some_anew(self, items: Tensor) -> Tensor:
        """(n, v) of some items (n,), a few of them read now."""
        (written,) = torch.nonzero(self.has_content[items], as_tuple=True)
        drawn = written[torch.randperm(len(written), device=items.device)[: self.texts_per_batch]]
        if not len(drawn):
            return self.kept[items]
        fresh = self._standardised(self._read(items[drawn]))
        self.kept[items[drawn]] = fresh.detach()
        self.is_whole.fill_(False)
        return self.kept[items].index_copy(0, drawn, fresh)

    def _read_all(self) -> None:
        """Take what the encoder makes of all texts now, without gradients; on a graphics card where there is one."""
        home, there = self.kept.device, torch.device(chosen_device("auto"))
        with torch.inference_mode(False), torch.no_grad():
            (written,) = torch.nonzero(self.has_content, as_tuple=True)
            if len(written):
                self.encoder.to(there)
                found = self._read(written.to(there)).to(home)
                self.encoder.to(home)
                if not self.spread:
                    self.mean.copy_(found.mean(dim=0))
                    self.spread.copy_((found - self.mean).square().mean().sqrt().clamp(min=1e-6))
                self.kept[written] = self._standardised(found)
            else:
                self.spread.fill_(1)
            self.is_whole.fill_(True)

    def _standardised(self, vectors: Tensor) -> Tensor:
        return (vectors - self.mean) / self.spread

    def _read(self, items: Tensor) -> Tensor:
        """Pooled token vectors of some texts, (n, v) float32."""
        ids = [self.tokens[item] for item in items.tolist()]
        parts = [*batches(np.array([len(one) for one in ids]), TOKENS_AT_ONCE)]
        device = items.device
        with torch.autocast(device.type, torch.bfloat16, enabled=chosen_precision(device.type) == "bf16"):
            pooled = [self._pooled([ids[row] for row in rows], device) for rows in parts]
        place = torch.as_tensor(np.argsort(np.concatenate(parts)), device=device)
        return torch.cat(pooled)[place]

    def _pooled(self, ids: list[NDArray[np.int64]], device: torch.device) -> Tensor:
        padded, mask = (torch.from_numpy(array).to(device) for array in pad(ids))
        hidden = self.encoder(input_ids=padded, attention_mask=mask).last_hidden_state.float()
        pooled: Tensor = pool(hidden, mask, self.pooling)
        return pooled


def learn_last(encoder: torch.nn.Module, n: int) -> bool:
    """Freeze all of a transformer but its last `n` layers; whether anything is left to learn.

    Raises:
        ValueError: it is built in another way.
    """
    encoder.requires_grad_(False)
    stacks = [module for module in encoder.modules() if isinstance(module, torch.nn.ModuleList)]
    if not stacks:
        raise ValueError(
            f"{type(encoder).__name__} has no list of layers, of which the last could learn; name another model"
        )
    layers = stacks[0]  # the outermost comes first
    for layer in [*layers][max(0, len(layers) - n) :]:
        layer.requires_grad_(True)
    return any(weights.requires_grad for weights in encoder.parameters())


def _digest(tokens: Sequence[NDArray[np.int64]]) -> Tensor:
    """Of which items have which tokens, (16,) bytes."""
    digest = hashlib.blake2b(digest_size=16)
    for one in tokens:
        digest.update(len(one).to_bytes(4, "little") + one.tobytes())
    return torch.tensor(list(digest.digest()), dtype=torch.uint8)
