"""Encode texts at a server: several requests at once, and a text that the server refuses is broken alone.

Texts leave this machine, so it is done only where the settings allow the network.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Self

import numpy as np

from resources.encoding.encoders import EncodedTexts, Progress
from resources.encoding.endpoint import Endpoint, TextRefusedError
from resources.encoding.rows import unit
from resources.encoding.spec import EncoderSpec
from resources.model_server import AT_ONCE, EndpointError
from resources.plain_text import plain_text

MAX_TEXTS, MAX_CHARACTERS = 256, 200_000  # of one request; OpenAI takes 2,048 texts of 300,000 tokens together
TOO_MANY = 8  # texts of one request refused one and all: then it is not the texts


@dataclass(frozen=True)
class EndpointEncoder:
    """A model behind a server. Equal texts may get slightly different vectors; what is stored stands."""

    spec: EncoderSpec
    endpoint: Endpoint
    size: int

    @classmethod
    def open(cls, spec: EncoderSpec, network: bool, endpoint: Endpoint | None = None) -> Self:
        """Ask the server for one vector, to know that it answers and how long its vectors are.

        Raises ValueError where the network is not allowed; EndpointError where the server does not answer as it should.
        """
        if not network:
            raise ValueError(f"embeddings.network is false; set it to true to send texts to {spec.endpoint}")
        endpoint = endpoint or Endpoint.open(spec.endpoint or "", spec.model, spec.size)
        (vector,), _ = endpoint.vectors(["a text"])
        return cls(spec, endpoint, len(vector))

    @property
    def model(self) -> str:
        """The server's name for the model."""
        return self.spec.model

    @property
    def revision(self) -> str:
        """What the settings call its weights: no server says."""
        return self.spec.revision or ""

    @property
    def variant(self) -> str:
        """How it encodes, part of the key of what is stored."""
        return self.spec.variant

    @property
    def precision(self) -> str:
        """The server's, which it does not say."""
        return "unknown precision"

    @property
    def device(self) -> str:
        """The server's address."""
        return self.endpoint.server.address

    @property
    def how(self) -> str:
        """How it runs, for people."""
        return f"{AT_ONCE} requests at once"

    def encode(self, texts: Sequence[str], on_progress: Progress | None = None) -> np.ndarray:
        """Vectors (n, size) float32 of unit length, in the order of the texts; zeros where a text is empty."""
        return self.encode_counted(texts, on_progress).vectors

    def encode_counted(self, texts: Sequence[str], on_progress: Progress | None = None) -> EncodedTexts:
        """The same with tokens, a request's shared out by length, and what the server refused.

        Raises EndpointError where the server does not answer, even after retries, or refuses whatever it is sent.
        """
        plain = [plain_text(text) for text in texts]
        vectors = np.zeros((len(plain), self.size), dtype=np.float32)
        n_tokens = np.zeros(len(plain), dtype=np.int32)
        broken: dict[int, str] = {}
        n_done = plain.count("")
        batches = list(requests_of(plain))
        with ThreadPoolExecutor(AT_ONCE) as threads:
            answers = threads.map(lambda rows: self._encoded([plain[row] for row in rows]), batches)
            for rows, answer in zip(batches, answers, strict=True):
                vectors[rows], n_tokens[rows] = answer.vectors, answer.n_tokens
                if len(answer.broken) == len(rows) >= TOO_MANY:
                    raise EndpointError(f"all {len(rows)} texts of a request were refused; {answer.broken[0]}")
                broken |= {rows[row]: reason for row, reason in answer.broken.items()}
                n_done += len(rows)
                if on_progress:
                    on_progress(n_done, len(plain), int(n_tokens.sum()))
        return EncodedTexts(vectors, n_tokens, np.zeros(len(plain), dtype=bool), broken)

    def _encoded(self, texts: Sequence[str]) -> EncodedTexts:
        """One request; halves of what is refused are sent again, down to a text alone."""
        is_cut = np.zeros(len(texts), dtype=bool)
        try:
            vectors, tokens = self.endpoint.vectors([self.spec.passage_prefix + text for text in texts])
        except TextRefusedError as error:
            if len(texts) == 1:
                return EncodedTexts(np.zeros((1, self.size)), np.zeros(1, np.int32), is_cut, {0: str(error)})
            middle = len(texts) // 2
            one, two = self._encoded(texts[:middle]), self._encoded(texts[middle:])
            broken = {**one.broken, **{middle + row: reason for row, reason in two.broken.items()}}
            vectors, n_tokens = (
                np.concatenate(pair) for pair in ((one.vectors, two.vectors), (one.n_tokens, two.n_tokens))
            )
            return EncodedTexts(vectors, n_tokens, is_cut, broken)
        shares = tokens * np.array([len(text) for text in texts]) / sum(map(len, texts))
        n_tokens = np.maximum(1, np.rint(shares)).astype(np.int32)
        return EncodedTexts(unit(vectors) if self.spec.normalise else vectors, n_tokens, is_cut)


def requests_of(texts: Sequence[str]) -> Iterator[list[int]]:
    """Rows of texts that are not empty, request by request."""
    rows: list[int] = []
    n_characters = 0
    for row, text in enumerate(texts):
        if rows and (len(rows) == MAX_TEXTS or n_characters + len(text) > MAX_CHARACTERS):
            yield rows
            rows, n_characters = [], 0
        if text:
            rows.append(row)
            n_characters += len(text)
    if rows:
        yield rows
