"""A server with OpenAI's interface, as OpenAI, vLLM or Ollama offer it: where it is, its key, asking it again."""

import os
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from resources.plain_text import plain_text

AT_ONCE = 4
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


@dataclass(frozen=True)
class ModelServer:
    """A server that runs models; what it cannot answer now is asked again, when it says or ever later."""

    url: str
    session: requests.Session = field(repr=False)

    @classmethod
    def open(cls, url: str, key_name: str, key: str | None = None, retries: Retry = RETRIES) -> Self:
        """A session with the server; nothing is asked yet.

        key: sent as a bearer token; without one that of the environment under `key_name`, if any. It is sent over https
            or to this very machine only, and shown nowhere.

        Raises:
            ValueError: the key would travel unencrypted.
        """
        key, place = key or os.environ.get(key_name), urlsplit(url)
        if key and place.scheme != "https" and place.hostname not in LOOPBACK:
            raise ValueError(f"{url} would get the key unencrypted; use https, or unset {key_name}")
        session = requests.Session()
        session.auth = Bearer(key)
        session.mount(url, HTTPAdapter(max_retries=retries, pool_maxsize=AT_ONCE))
        return cls(url, session)

    @property
    def address(self) -> str:
        """Host and port, for people."""
        return urlsplit(self.url).netloc

    def post(self, path: str, body: dict[str, Any], timeout_seconds: tuple[float, float]) -> requests.Response:
        """What it answers, whatever the status; timeouts are to connect, and between two pieces of an answer.

        Raises:
            EndpointError: it does not answer, even after retries.
        """
        try:
            return self.session.post(f"{self.url}/{path}", json=body, timeout=timeout_seconds, allow_redirects=False)
        except requests.RequestException as error:
            raise EndpointError(
                f"{self.url} does not answer ({type(error).__name__}); is it up, and the URL right?"
            ) from error

    def shown(self, text: str) -> str:
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
