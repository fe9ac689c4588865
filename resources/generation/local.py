"""A causal language model of Hugging Face's format on this machine: safetensors, batches within a budget of tokens."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from resources.encoding.batching import padded_lengths, within
from resources.encoding.careful import is_lost_card, is_out_of_memory
from resources.encoding.devices import chosen_device, chosen_precision
from resources.encoding.loading import no_loading_bar
from resources.generation.files import find_generator_files, generator_folder, may_run_code
from resources.generation.generator import Generated, Progress
from resources.generation.spec import GeneratorSpec

log = logging.getLogger(__name__)
CONTENT = "\ue000content\ue000"  # stands for the prompt while the chat template is filled
CUT = "the answer was cut at {} tokens"


@dataclass
class LocalGenerator:
    """Weights and tokenizer of one model, ready to write."""

    model: str
    revision: str
    spec: GeneratorSpec
    network: Any
    tokenizer: Any
    tokens_per_batch: int
    """Becomes smaller where memory runs out."""

    @classmethod
    def load(cls, spec: GeneratorSpec) -> Self:
        """Read weights and tokenizer; nothing is downloaded unless `network` allows it.

        Raises:
            FileNotFoundError: a hub model is not on this machine and may not be downloaded.
            ValueError: the model needs code of its own that is not allowed, or has no fast tokenizer.
        """
        files = find_generator_files(spec.model)
        folder = generator_folder(files, spec.network)
        is_allowed = may_run_code(folder, files.model, spec.remote_code)
        network = _network(folder, spec, is_allowed)
        return cls(files.model, files.revision, spec, network, _tokenizer(folder, is_allowed), spec.tokens_per_batch)

    @property
    def variant(self) -> str:
        """How it writes, part of the key of what is stored."""
        return self.spec.variant

    @property
    def how(self) -> str:
        """How it runs, for people."""
        return f"{str(self.network.dtype).removeprefix('torch.')} on {self.network.device.type}"

    def generate(self, prompts: Sequence[str], max_tokens: int, on_progress: Progress | None = None) -> list[Generated]:
        """An answer to each prompt, in their order, of at most `max_tokens` tokens; short prompts are answered first.

        A prompt that is too long is refused; one that breaks the model is broken alone.
        """
        ids = [self._tokenised(prompt) for prompt in prompts]
        most = min(self.spec.max_prompt_tokens, self._positions() - max_tokens)
        lengths = np.array([len(one) for one in ids], dtype=np.int64)
        answers: dict[int, Generated] = {
            int(row): Generated(None, 0, f"the prompt has {lengths[row]} tokens, the model reads {most} of one")
            for row in np.flatnonzero(lengths > most)
        }
        fitting = np.flatnonzero(lengths <= most)
        padded = padded_lengths(lengths)
        for length in np.unique(padded[fitting]):
            rows = fitting[padded[fitting] == length]
            for batch in within(rows, int(length) + max_tokens, self.tokens_per_batch):
                answers |= self._answered(batch, ids, max_tokens)
                if on_progress:
                    on_progress(len(answers), len(ids), sum(answer.n_tokens for answer in answers.values()))
        return [answers[row] for row in range(len(ids))]

    def _tokenised(self, prompt: str) -> list[int]:
        """Token ids of a prompt as the user's turn of a chat.

        What looks like a special token inside the prompt is read as plain letters: a text cannot end its turn.
        """
        backend = self.tokenizer.backend_tokenizer
        before, after = self._around()
        backend.encode_special_tokens = True
        content = backend.encode(prompt, add_special_tokens=not (before or after)).ids
        backend.encode_special_tokens = False
        parts = [backend.encode(part, add_special_tokens=False).ids if part else [] for part in (before, after)]
        return [*parts[0], *content, *parts[1]]

    def _around(self) -> tuple[str, str]:
        """What the chat template writes before and after a prompt; nothing where the model has none."""
        if not self.tokenizer.chat_template:
            return "", ""
        chat = [{"role": "user", "content": CONTENT}]
        written = self.tokenizer.apply_chat_template(
            chat, tokenize=False, add_generation_prompt=True, enable_thinking=False
        )
        before, found, after = written.partition(CONTENT)
        if not found:
            raise ValueError(f"the chat template of {self.model} leaves the prompt out; take another template or model")
        return before, after

    def _positions(self) -> int:
        return int(getattr(self.network.config, "max_position_embeddings", None) or 1 << 30)

    def _answered(self, rows: np.ndarray, ids: Sequence[list[int]], max_tokens: int) -> dict[int, Generated]:
        """Answers of one batch by row, in halves where it fails; raises where its card is lost."""
        try:
            written = self._written([ids[row] for row in rows], max_tokens)
        except Exception as reason:
            if is_lost_card(reason):
                raise
            if len(rows) == 1:
                return {int(rows[0]): Generated(None, 0, f"{type(reason).__name__}: {reason}"[:300])}
            if is_out_of_memory(reason):
                self.tokens_per_batch = max(1, self.tokens_per_batch // 2)
                log.warning("out of memory; going on with %d tokens a batch", self.tokens_per_batch)
            middle = len(rows) // 2
            halves = [self._answered(half, ids, max_tokens) for half in (rows[:middle], rows[middle:])]
            return halves[0] | halves[1]
        return {int(row): self._generated(ids[row], one, max_tokens) for row, one in zip(rows, written, strict=True)}

    def _written(self, ids: Sequence[list[int]], max_tokens: int) -> list[list[int]]:
        """New token ids of each row, up to and with the one that ends the answer."""
        import torch
        from transformers import GenerationConfig

        longest, device = max(map(len, ids)), self.network.device
        tokens = torch.tensor([[self._pad()] * (longest - len(one)) + one for one in ids], device=device)
        mask = torch.tensor([[0] * (longest - len(one)) + [1] * len(one) for one in ids], device=device)
        drawn = {"do_sample": True, "temperature": self.spec.temperature, "top_k": 0, "top_p": 1.0}
        config = GenerationConfig(
            max_new_tokens=max_tokens,
            pad_token_id=self._pad(),
            eos_token_id=self._ends(),
            **(drawn if self.spec.temperature else {"do_sample": False}),
        )
        with torch.inference_mode(), torch.random.fork_rng(enabled=bool(self.spec.temperature)):
            if self.spec.temperature:
                torch.manual_seed(self.spec.seed)
            out = self.network.generate(input_ids=tokens, attention_mask=mask, generation_config=config)
        return [self._until_end(row) for row in out[:, longest:].tolist()]

    def _until_end(self, ids: list[int]) -> list[int]:
        ends = [place for place, token in enumerate(ids) if token in self._ends()]
        return ids[: ends[0] + 1] if ends else ids

    def _generated(self, prompt: list[int], written: list[int], max_tokens: int) -> Generated:
        is_ended = bool(written) and written[-1] in self._ends()
        text = self.tokenizer.decode(written, skip_special_tokens=True).strip()
        reason = None if is_ended else CUT.format(max_tokens)
        return Generated(text, len(prompt) + len(written), reason)

    def _ends(self) -> list[int]:
        """Tokens that end an answer: a model may have several."""
        named = self.network.generation_config.eos_token_id
        named = self.tokenizer.eos_token_id if named is None else named
        return [] if named is None else list(named) if isinstance(named, list) else [int(named)]

    def _pad(self) -> int:
        return int(self.tokenizer.pad_token_id or next(iter(self._ends()), 0))


def _network(folder: Path, spec: GeneratorSpec, may_run: bool) -> Any:
    """The weights on their device: bf16 on a card that multiplies in it, else single precision unless asked for."""
    import torch
    from transformers import AutoModelForCausalLM

    device = chosen_device(spec.device)
    on_card = chosen_precision(device) if device == "cuda" else "fp32"
    precision = on_card if spec.precision == "auto" else spec.precision
    with no_loading_bar():
        loaded: Any = AutoModelForCausalLM.from_pretrained(
            folder,
            use_safetensors=True,
            dtype=torch.bfloat16 if precision == "bf16" else torch.float32,
            local_files_only=True,
            trust_remote_code=may_run,
        )
    return loaded.to(device).eval()


def _tokenizer(folder: Path, may_run: bool) -> Any:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(
        str(folder), use_fast=True, local_files_only=True, trust_remote_code=may_run
    )
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None:
        raise ValueError(f"{folder} has no fast tokenizer; convert it once and save it, so that it has tokenizer.json")
    backend.no_padding()
    backend.no_truncation()
    return tokenizer
