"""Ask a server with OpenAI's chat completions interface, as vLLM, Ollama, OpenAI and others offer it.

Prompts leave this machine, so it is done only where the settings allow the network. What is answered is checked before
it is believed; what cannot be answered now is asked again, when the server says or ever later, up to a limit.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Self

from resources.generation.generator import Generated, Progress
from resources.generation.spec import GeneratorSpec
from resources.model_server import AT_ONCE, TEXT_REFUSED, EndpointError, ModelServer

TIMEOUT_SECONDS = (10.0, 600.0)  # to connect, and for an answer that comes in one piece
TOO_MANY = 8  # prompts refused one after the other from the first on: then it is not the prompts


@dataclass(frozen=True)
class ChatGenerator:
    """A model behind a server. Equal prompts may get different answers there; what is stored stands."""

    spec: GeneratorSpec
    server: ModelServer

    @classmethod
    def open(cls, spec: GeneratorSpec, server: ModelServer | None = None) -> Self:
        """A session with the server; nothing is asked yet.

        Raises:
            ValueError: the network is not allowed, or the key would travel unencrypted.
        """
        if not spec.network:
            raise ValueError(f"the generator's network is false; set it to true to send prompts to {spec.endpoint}")
        return cls(spec, server or ModelServer.open(spec.endpoint or "", spec.KEY))

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
        """How it writes, part of the key of what is stored."""
        return self.spec.variant

    @property
    def how(self) -> str:
        """Where it runs, for people."""
        return f"{AT_ONCE} requests at once at {self.server.address}"

    def generate(self, prompts: Sequence[str], max_tokens: int, on_progress: Progress | None = None) -> list[Generated]:
        """An answer to each prompt, in their order; a prompt that the server refuses has the reason instead.

        Raises:
            EndpointError: the server does not answer, even after retries, or refuses whatever it is sent.
        """
        answers: list[Generated] = []
        with ThreadPoolExecutor(AT_ONCE) as threads:
            for answer in threads.map(lambda prompt: self._answered(prompt, max_tokens), prompts):
                answers.append(answer)
                if len(answers) == TOO_MANY and all(one.text is None for one in answers):
                    threads.shutdown(wait=False, cancel_futures=True)
                    raise EndpointError(f"the first {TOO_MANY} prompts were all refused; {answer.reason}")
                if on_progress:
                    on_progress(len(answers), len(prompts), sum(one.n_tokens for one in answers))
        return answers

    def _answered(self, prompt: str, max_tokens: int) -> Generated:
        body = {
            "model": self.model,
            "messages": [{"role": "user", "content": prompt}],
            "max_tokens": max_tokens,
            "temperature": self.spec.temperature,
            "seed": self.spec.seed,
        }
        answer = self.server.post("chat/completions", body, TIMEOUT_SECONDS)
        if answer.status_code in TEXT_REFUSED:
            return Generated(None, 0, f"the server answered {answer.status_code}: {self.server.shown(answer.text)}")
        if answer.status_code != HTTPStatus.OK:
            raise EndpointError(f"{self.server.url} answered {answer.status_code}: {self.server.shown(answer.text)}")
        try:
            return _generated(answer.json())
        except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
            shown = self.server.shown(answer.text)
            raise EndpointError(f"{self.server.url} answered {shown}, which is no chat completion") from error


def _generated(given: Any) -> Generated:
    """The first choice of a chat completion. Raises KeyError, TypeError and the like where it is none."""
    choice = given["choices"][0]
    text = choice["message"]["content"]
    if not isinstance(text, str | None):
        raise TypeError(f"content is a {type(text).__name__}")
    n_tokens = int((given.get("usage") or {}).get("total_tokens") or 0)
    ended = choice.get("finish_reason")
    if text is None:
        return Generated(None, n_tokens, f"the server gave no text ({ended})")
    reason = None if ended in ("stop", None) else f"the answer was cut ({ended})"
    return Generated(text.strip(), n_tokens, reason)
