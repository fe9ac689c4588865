"""A server with OpenAI's embeddings interface, played by a small one on this machine: good, slow, odd and broken."""

import json
import logging
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest

from resources.encoding.encoders import model_and_revision, text_encoder
from resources.encoding.endpoint import Endpoint
from resources.encoding.endpoint_encoder import EndpointEncoder, requests_of
from resources.encoding.spec import EncoderSpec
from resources.model_server import RETRIES, EndpointError

SECRET = "sk-not-a-real-key"
AT_ONCE = RETRIES.new(backoff_factor=0, backoff_jitter=0)
Answer = tuple[int, dict[str, str], Any]


def vector(text: str, size: int) -> list[float]:
    return [float(len(text)), *[float(ord(text[0]))] * (size - 1)]


def embeddings(body: dict[str, Any]) -> Answer:
    """What a server answers that does all as it should; the rows come backwards, as they may."""
    rows = [
        {"object": "embedding", "index": i, "embedding": vector(text, body.get("dimensions", 4))}
        for i, text in enumerate(body["input"])
    ]
    return 200, {}, {"data": rows[::-1], "model": body["model"], "usage": {"prompt_tokens": 10 * len(rows)}}


class Server(ThreadingHTTPServer):
    """Answers each request by the next of `answers`, or the last again; keeps what it was asked."""

    answers: list[Callable[[dict[str, Any]], Answer]]
    asked: list[tuple[str, dict[str, str], dict[str, Any]]]


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, dict(self.headers), body))
        answers = self.server.answers
        status, headers, content = (answers.pop(0) if len(answers) > 1 else answers[0])(body)
        written = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(written)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(written)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as server:
        server.answers, server.asked = [embeddings], []
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


def spec(server: Server, **settings: Any) -> EncoderSpec:
    url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    return EncoderSpec(model="embedder", endpoint=url, revision="2026-01", **settings)


def opened(server: Server, key: str | None = SECRET, **settings: Any) -> EndpointEncoder:
    wanted = spec(server, **settings)
    endpoint = Endpoint.open(wanted.endpoint, wanted.model, wanted.size, key, AT_ONCE)
    return EndpointEncoder.open(wanted, network=True, endpoint=endpoint)


def answer(status: int, content: Any, **headers: str) -> Callable[[dict[str, Any]], Answer]:
    return lambda body: (status, headers, content)


def unit(text: str, size: int = 4) -> np.ndarray:
    return np.array(vector(text, size)) / np.linalg.norm(vector(text, size))


def test_vectors_come_in_the_order_of_the_texts_whatever_the_server_s(server):
    encoder = opened(server, passage_prefix="p: ")
    found = encoder.encode_counted(["tea", "", " a  pan\u202e "])
    np.testing.assert_allclose(found.vectors[[0, 2]], [unit("p: tea"), unit("p: a pan")], atol=1e-6)
    assert not found.vectors[1].any()
    assert found.n_tokens.tolist() == [round(20 * 3 / 8), 0, round(20 * 5 / 8)]
    assert (encoder.model, encoder.revision, encoder.variant, encoder.size) == (
        "embedder",
        "2026-01",
        "endpoint after 'p: '",
        4,
    )
    path, headers, body = server.asked[-1]
    assert path == "/v1/embeddings"
    assert headers["Authorization"] == f"Bearer {SECRET}"
    assert body == {"model": "embedder", "input": ["p: tea", "p: a pan"]}


def test_the_settings_choose_it_where_the_network_is_allowed(server, monkeypatch):
    monkeypatch.setenv("XDREC_ENDPOINT_KEY", SECRET)
    assert model_and_revision(spec(server)) == ("embedder", "2026-01")
    with pytest.raises(ValueError, match=r"network is false; set it to true to send texts to http://127"):
        text_encoder(spec(server))
    assert server.asked == []
    np.testing.assert_allclose(text_encoder(spec(server), network=True).encode(["tea"])[0], unit("tea"), atol=1e-6)
    assert server.asked[-1][1]["Authorization"] == f"Bearer {SECRET}"


def test_a_size_is_asked_for_and_held(server):
    assert opened(server, size=3).encode(["tea"]).shape == (1, 3)
    assert server.asked[-1][2]["dimensions"] == 3
    server.answers = [lambda body: embeddings(body | {"dimensions": 4})]
    with pytest.raises(EndpointError, match=r"gave vectors of 4 numbers, expected 3; set embeddings.encoder.size"):
        opened(server, size=3)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_fails_for_now_is_asked_again(server, status):
    encoder = opened(server)
    server.answers = [answer(status, {}), answer(status, {}), embeddings]
    np.testing.assert_allclose(encoder.encode(["tea"])[0], unit("tea"), atol=1e-6)
    assert len(server.asked) == 4


def test_it_waits_as_long_as_the_server_says(server, monkeypatch):
    encoder, waited = opened(server), []
    monkeypatch.setattr("urllib3.util.retry.time.sleep", waited.append)
    server.answers = [answer(429, {}, **{"Retry-After": "7"}), embeddings]
    encoder.encode(["tea"])
    assert waited == [7]


def test_what_fails_for_good_is_an_error_that_shows_the_answer_and_no_key(server, caplog):
    caplog.set_level(logging.DEBUG)
    encoder = opened(server)
    server.answers = [answer(401, {"error": f"bad key {SECRET}\u202e"})]
    with pytest.raises(EndpointError, match=r'answered 401: \{"error": "bad key …') as refused:
        encoder.encode(["tea"])
    assert len(server.asked) == 2
    server.answers = [answer(503, {"error": "down"})]
    with pytest.raises(EndpointError, match="answered 503"):
        encoder.encode(["tea"])
    assert len(server.asked) == 2 + 1 + RETRIES.total
    assert SECRET not in f"{refused.value} {encoder!r} {encoder.endpoint!r} {caplog.text}"


def test_a_server_that_is_not_there_is_said(server):
    wanted = spec(server)
    server.server_close()
    endpoint = Endpoint.open(wanted.endpoint, "embedder", retries=RETRIES.new(total=0))
    with pytest.raises(EndpointError, match="does not answer"):
        endpoint.vectors(["tea"])


def test_a_text_that_the_server_refuses_is_broken_alone(server):
    encoder = opened(server)
    server.answers = [
        lambda body: (400, {}, {"error": "too long"}) if max(map(len, body["input"])) > 9 else embeddings(body)
    ]
    found = encoder.encode_counted(["tea", "", "much too long", "pan", "cup", "much too long too", "pot"])
    assert found.vectors.any(axis=1).tolist() == [True, False, False, True, True, False, True]
    assert found.n_tokens.tolist() == [10, 0, 0, 10, 10, 0, 10]
    assert list(found.broken) == [2, 5]
    assert "answered 400" in found.broken[5] and "too long" in found.broken[5]


def test_a_server_that_refuses_everything_is_an_error_not_many_broken_texts(server):
    encoder = opened(server)
    server.answers = [answer(400, {"error": "unknown model"})]
    with pytest.raises(EndpointError, match=r"all 9 texts of a request were refused; .*unknown model"):
        encoder.encode(["tea"] * 9)


ODD = {
    "no JSON": (b"<html>", "answered <html>, expected JSON"),
    "no embeddings": ({"data": [{"index": 0}]}, "which are no embeddings"),
    "an error with status 200": ({"error": "no such model"}, "no such model.*which are no embeddings"),
    "a vector too few": ({"data": [{"index": 0, "embedding": [1.0] * 4}]}, "of the texts 0, expected one of each of 2"),
    "an index twice": ({"data": [{"index": 1, "embedding": [1.0] * 4}] * 2}, "of the texts 1, 1, expected"),
    "another length": (
        {"data": [{"index": i, "embedding": [1.0] * (i + 4)} for i in (0, 1)]},
        "vectors of 4, 5 numbers, expected 4",
    ),
    "not a number": (
        b'{"data": [{"index": 0, "embedding": [1, 1, 1, NaN]}, {"index": 1, "embedding": [1, 1, 1, 1]}]}',
        "zero or not finite",
    ),
    "zeros": ({"data": [{"index": i, "embedding": [0.0] * 4} for i in (0, 1)]}, "zero or not finite"),
}


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_answer_is_not_believed(server, odd):
    content, why = ODD[odd]
    encoder = opened(server)
    assert encoder.size == 4
    server.answers = [answer(200, content)]
    with pytest.raises(EndpointError, match=why):
        encoder.encode(["tea", "pan"])


def test_a_redirection_is_not_followed(server):
    server.answers = [answer(307, {}, Location="http://127.0.0.1:1/elsewhere")]
    with pytest.raises(EndpointError, match="answered 307"):
        opened(server)


def test_many_texts_are_several_requests_with_progress(server, monkeypatch):
    monkeypatch.setattr("resources.encoding.endpoint_encoder.MAX_TEXTS", 3)
    seen: list[tuple[int, int, int]] = []
    texts = ["x" * (i + 1) for i in range(8)]
    found = opened(server).encode(texts, on_progress=lambda *shown: seen.append(shown))
    np.testing.assert_allclose(found, [unit(text) for text in texts], atol=1e-6)
    assert [done for done, *_ in seen] == [3, 6, 8]
    assert seen[-1][1] == 8 and abs(seen[-1][2] - 80) <= 4


def test_requests_hold_no_empty_text_and_are_bounded():
    assert list(requests_of(["", "a", "", "b"])) == [[1, 3]]
    assert list(requests_of(["a" * 150_000, "b" * 60_000, "c" * 250_000, "d"])) == [[0], [1], [2], [3]]
    assert list(requests_of([])) == list(requests_of([""])) == []


def test_the_key_does_not_travel_in_the_open():
    with pytest.raises(ValueError, match="would get the key unencrypted; use https") as refused:
        Endpoint.open("http://embeddings.example.org/v1", "m", key=SECRET)
    assert SECRET not in str(refused.value)
    Endpoint.open("https://embeddings.example.org/v1", "m", key=SECRET)
    Endpoint.open("http://embeddings.example.org/v1", "m")
