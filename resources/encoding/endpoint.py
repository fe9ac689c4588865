"""Ask a server with OpenAI's embeddings interface for vectors, as OpenAI, vLLM, Ollama and others offer it.

What it answers is checked before it is believed; what it cannot answer now is asked again, when it says or ever later.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Self

import numpy as np
from urllib3.util.retry import Retry

from resources.encoding.spec import EncoderSpec
from resources.model_server import RETRIES, TEXT_REFUSED, EndpointError, ModelServer

TIMEOUT_SECONDS = (10.0, 120.0)  # to connect, and between two pieces of an answer


class TextRefusedError(EndpointError):
    """The server does not take what it was sent: a text that is too long, or settings that it does not know."""


@dataclass(frozen=True)
class Endpoint:
    """A server and the name of a model there."""

    server: ModelServer
    model: str
    size: int | None
    """Numbers asked for in a vector; None: as many as the model gives."""

    @classmethod
    def open(
        cls, url: str, model: str, size: int | None = None, key: str | None = None, retries: Retry = RETRIES
    ) -> Self:
        """A session with the server, as `ModelServer.open` says, with the key XDREC_ENDPOINT_KEY."""
        return cls(ModelServer.open(url, EncoderSpec.KEY, key, retries), model, size)

    @property
    def url(self) -> str:
        """Where the server is."""
        return self.server.url

    def vectors(self, texts: Sequence[str]) -> tuple[np.ndarray, int]:
        """The vectors (n, size) float32 of texts, in their order, as they come; and the tokens that the server counted.

        Raises TextRefusedError where it does not take the texts or the settings; EndpointError where it does not
        answer, even after retries, or not with one vector of the right length for each text.
        """
        given = self._answer(texts)
        try:
            places = [int(row["index"]) for row in given["data"]]
            lists = [row["embedding"] for row in given["data"]]
            sizes = sorted({len(numbers) for numbers in lists})
            tokens = int((given.get("usage") or {}).get("prompt_tokens") or 0)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise EndpointError(
                f"{self.url} answered {self.server.shown(str(given))}, which are no embeddings"
            ) from error
        if sorted(places) != list(range(len(texts))):
            shown = self.server.shown(", ".join(map(str, places)))
            raise EndpointError(f"{self.url} gave vectors of the texts {shown}, expected one of each of {len(texts)}")
        expected = self.size or sizes[0]
        if sizes != [expected]:
            raise EndpointError(
                f"{self.url} gave vectors of {', '.join(map(str, sizes))} numbers, expected {expected}; "
                "set embeddings.encoder.size to what the model gives, or leave it out"
            )
        vectors = np.empty((len(texts), expected), dtype=np.float32)
        vectors[places] = np.asarray(lists, dtype=np.float32)
        if not np.isfinite(vectors).all() or not vectors.any(axis=1).all():
            raise EndpointError(f"{self.url} gave a vector that is zero or not finite; look at its log")
        return vectors, tokens

    def _answer(self, texts: Sequence[str]) -> Any:
        body = {"model": self.model, "input": list(texts)} | ({"dimensions": self.size} if self.size else {})
        answer = self.server.post("embeddings", body, TIMEOUT_SECONDS)
        if answer.status_code != HTTPStatus.OK:
            kind = TextRefusedError if answer.status_code in TEXT_REFUSED else EndpointError
            raise kind(f"{self.url} answered {answer.status_code}: {self.server.shown(answer.text)}")
        try:
            return answer.json()
        except ValueError as error:
            raise EndpointError(f"{self.url} answered {self.server.shown(answer.text)}, expected JSON") from error
