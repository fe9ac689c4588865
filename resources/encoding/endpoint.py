"""Ask a server with OpenAI's embeddings interface for vectors, as OpenAI, vLLM, Ollama and others offer it.

What it answers is checked before it is believed; what it cannot answer now is asked again, when it says or ever later.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import urlsplit

import numpy as np
import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from resources.plain_text import plain_text

KEY = "XDREC_ENDPOINT_KEY"
AT_ONCE = 4
TIMEOUT_SECONDS = (10.0, 120.0)  # to connect, and between two pieces of an answer
RETRIES = Retry(
    total=6,
    backoff_factor=1.0,
    backoff_max=60.0,
    backoff_jitter=1.0,
    retry_after_max=300,
    status_forcelist=[408, 409, 425, 429, 500, 502, 503, 504],
    allowed_methods=["POST"],
    raise_on_status=False,
)
TEXT_REFUSED = (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY)
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class EndpointError(RuntimeError):
    """The server gave no usable answer; says what it answered."""


class TextRefusedError(EndpointError):
    """The server does not take what it was sent: a text that is too long, or settings that it does not know."""


@dataclass(frozen=True)
class Endpoint:
    """A server and the name of a model there."""

    url: str
    model: str
    size: int | None
    """Numbers asked for in a vector; None: as many as the model gives."""
    session: requests.Session = field(repr=False)

    @classmethod
    def open(
        cls, url: str, model: str, size: int | None = None, key: str | None = None, retries: Retry = RETRIES
    ) -> Self:
        """A session with the server; nothing is asked yet.

        key: sent as a bearer token; without one that of the environment (XDREC_ENDPOINT_KEY), if any. It is sent over
            https or to this very machine only, and shown nowhere.

        Raises ValueError where the key would travel unencrypted.
        """
        key, place = key or os.environ.get(KEY), urlsplit(url)
        if key and place.scheme != "https" and place.hostname not in LOOPBACK:
            raise ValueError(f"{url} would get the key unencrypted; use https, or unset {KEY}")
        session = requests.Session()
        session.auth = Bearer(key)
        session.mount(url, HTTPAdapter(max_retries=retries, pool_maxsize=AT_ONCE))
        return cls(url, model, size, session)

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
            raise EndpointError(f"{self.url} answered {self._shown(str(given))}, which are no embeddings") from error
        if sorted(places) != list(range(len(texts))):
            shown = self._shown(", ".join(map(str, places)))
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
        try:
            answer = self.session.post(
                f"{self.url}/embeddings", json=body, timeout=TIMEOUT_SECONDS, allow_redirects=False
            )
        except requests.RequestException as error:
            raise EndpointError(
                f"{self.url} does not answer ({type(error).__name__}); is it up, and the URL right?"
            ) from error
        if answer.status_code != HTTPStatus.OK:
            kind = TextRefusedError if answer.status_code in TEXT_REFUSED else EndpointError
            raise kind(f"{self.url} answered {answer.status_code}: {self._shown(answer.text)}")
        try:
            return answer.json()
        except ValueError as error:
            raise EndpointError(f"{self.url} answered {self._shown(answer.text)}, expected JSON") from error

    def _shown(self, text: str) -> str:
        """The beginning of what the server wrote, on one line and without the key."""
        key = self.session.auth.key if isinstance(self.session.auth, Bearer) else None
        return plain_text(text.replace(key, "…") if key else text)[:200]


class Bearer(requests.auth.AuthBase):
    """Sends the key, and keeps requests from looking for another one in the user's files."""

    def __init__(self, key: str | None) -> None:
        """None sends nothing."""
        self.key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """The request with the key in its header."""
        if self.key:
            request.headers["Authorization"] = f"Bearer {self.key}"
        return request
