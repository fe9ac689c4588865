"""A server with OpenAI's chat interface, played by a small one on this machine: good, slow, odd and broken."""

import logging
from typing import Any

import pytest

from resources.generation.chat_endpoint import ChatGenerator
from resources.generation.generator import Generated, model_and_revision, text_generator
from resources.generation.spec import GeneratorSpec
from resources.model_server import RETRIES, EndpointError, ModelServer
from tests.resources.encoding.test_endpoint import AT_ONCE, SECRET, Answer, Server, answer
from tests.resources.encoding.test_endpoint import server as _server

server = _server


def completion(body: dict[str, Any], **choice: Any) -> Answer:
    """What a server answers that does all as it should: the prompt in capitals."""
    said = body["messages"][-1]["content"].upper()
    message = {"role": "assistant", "content": said}
    choices = [{"index": 0, "finish_reason": "stop", "message": message, **choice}]
    return 200, {}, {"object": "chat.completion", "choices": choices, "usage": {"total_tokens": 7}}


@pytest.fixture
def chat(server: Server) -> Server:
    server.answers = [completion]
    return server


def spec(server: Server, **settings: Any) -> GeneratorSpec:
    url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    return GeneratorSpec(**{"model": "writer", "endpoint": url, "revision": "2026-01", "network": True, **settings})


def opened(server: Server, key: str | None = SECRET, **settings: Any) -> ChatGenerator:
    wanted = spec(server, **settings)
    return ChatGenerator.open(wanted, ModelServer.open(wanted.endpoint or "", wanted.KEY, key, AT_ONCE))


def test_answers_come_in_the_order_of_the_prompts(chat: Server) -> None:
    seen: list[tuple[int, int, int]] = []
    prompts = [f"tea {n}" for n in range(9)]
    found = opened(chat).generate(prompts, 20, on_progress=lambda *shown: seen.append(shown))
    assert found == [Generated(prompt.upper(), 7) for prompt in prompts]
    assert seen == [(n, 9, 7 * n) for n in range(1, 10)]


def test_what_is_asked_is_greedy_and_bounded_and_carries_the_key(chat: Server) -> None:
    opened(chat).generate(["tea"], 20)
    path, headers, body = chat.asked[-1]
    assert path == "/v1/chat/completions" and headers["Authorization"] == f"Bearer {SECRET}"
    assert body == {
        "model": "writer",
        "messages": [{"role": "user", "content": "tea"}],
        "max_tokens": 20,
        "temperature": 0.0,
        "seed": 0,
    }


def test_the_settings_choose_it_where_the_network_is_allowed(chat: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDREC_GENERATOR_KEY", SECRET)
    assert model_and_revision(spec(chat)) == ("writer", "2026-01")
    with pytest.raises(ValueError, match="network is false; set it to true to send prompts to http://127"):
        text_generator(spec(chat, network=False))
    assert chat.asked == []
    assert text_generator(spec(chat)).generate(["tea"], 5)[0].text == "TEA"
    assert chat.asked[-1][1]["Authorization"] == f"Bearer {SECRET}"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_fails_for_now_is_asked_again(chat: Server, status: int) -> None:
    chat.answers = [answer(status, {}), answer(status, {}), completion]
    assert opened(chat).generate(["tea"], 5)[0].text == "TEA"
    assert len(chat.asked) == 3


def test_it_waits_as_long_as_the_server_says(chat: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("urllib3.util.retry.time.sleep", waited.append)
    chat.answers = [answer(429, {}, **{"Retry-After": "7"}), completion]
    opened(chat).generate(["tea"], 5)
    assert waited == [7]


def test_what_fails_for_good_is_an_error_after_so_many_tries_that_shows_no_key(chat: Server, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    chat.answers = [answer(401, {"error": f"bad key {SECRET}\u202e"})]
    generator = opened(chat)
    with pytest.raises(EndpointError, match=r'answered 401: \{"error": "bad key …') as refused:
        generator.generate(["tea"], 5)
    chat.answers = [answer(503, {"error": "down"})]
    with pytest.raises(EndpointError, match="answered 503"):
        generator.generate(["tea"], 5)
    assert len(chat.asked) == 1 + 1 + RETRIES.total
    assert SECRET not in f"{refused.value} {generator!r} {caplog.text}"


def test_a_prompt_that_the_server_refuses_is_refused_alone(chat: Server) -> None:
    def refuses(body: dict[str, Any]) -> Answer:
        return (400, {}, {"error": "too long"}) if "long" in body["messages"][0]["content"] else completion(body)

    chat.answers = [refuses]
    tea, long, pot = opened(chat).generate(["tea", "long", "pot"], 5)
    assert (tea.text, long.text, pot.text) == ("TEA", None, "POT")
    assert "answered 400" in (long.reason or "") and "too long" in (long.reason or "")


def test_a_server_that_refuses_everything_is_an_error(chat: Server) -> None:
    chat.answers = [answer(400, {"error": "unknown model"})]
    with pytest.raises(EndpointError, match=r"first 8 prompts were all refused; .*unknown model"):
        opened(chat).generate(["tea"] * 50, 5)
    assert len(chat.asked) < 50


def test_an_answer_that_was_cut_is_said_to_be(chat: Server) -> None:
    chat.answers = [lambda body: completion(body, finish_reason="length")]
    (one,) = opened(chat).generate(["tea"], 5)
    assert one == Generated("TEA", 7, "the answer was cut (length)") and not one.is_whole


def test_an_answer_without_text_is_a_refusal(chat: Server) -> None:
    chat.answers = [lambda body: completion(body, message={"content": None}, finish_reason="content_filter")]
    assert opened(chat).generate(["tea"], 5) == [Generated(None, 7, "the server gave no text (content_filter)")]


ODD: dict[str, Any] = {
    "no JSON": b"<html>",
    "no choices": {"choices": []},
    "an error with status 200": {"error": "no such model"},
    "a list": [],
    "no message": {"choices": [{"finish_reason": "stop"}]},
    "a number": {"choices": [{"finish_reason": "stop", "message": {"content": 5}}]},
}


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_answer_is_not_believed(chat: Server, odd: str) -> None:
    chat.answers = [answer(200, ODD[odd])]
    with pytest.raises(EndpointError, match="which is no chat completion"):
        opened(chat).generate(["tea"], 5)


def test_a_redirection_is_not_followed(chat: Server) -> None:
    chat.answers = [answer(307, {}, Location="http://127.0.0.1:1/elsewhere")]
    with pytest.raises(EndpointError, match="answered 307"):
        opened(chat).generate(["tea"], 5)


def test_a_server_that_is_not_there_is_said(chat: Server) -> None:
    wanted = spec(chat)
    chat.server_close()
    server = ModelServer.open(wanted.endpoint or "", wanted.KEY, retries=RETRIES.new(total=0))
    with pytest.raises(EndpointError, match="does not answer"):
        ChatGenerator.open(wanted, server).generate(["tea"], 5)


def test_the_key_does_not_travel_in_the_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDREC_GENERATOR_KEY", SECRET)
    settings = GeneratorSpec(model="m", endpoint="http://writer.example.org/v1", revision="1", network=True)
    with pytest.raises(ValueError, match="would get the key unencrypted; use https") as refused:
        text_generator(settings)
    assert SECRET not in str(refused.value)


def test_the_key_of_an_encoder_s_server_is_not_given_to_another(chat: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDREC_ENDPOINT_KEY", SECRET)
    text_generator(spec(chat)).generate(["tea"], 5)
    assert "Authorization" not in chat.asked[-1][1]
