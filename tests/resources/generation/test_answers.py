import pytest
from pydantic import BaseModel, ConfigDict, Field

from resources.generation.answers import Answer, Refusal, ask, checked
from resources.generation.generator import Generated


class Colour(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    name: str
    share: float = Field(ge=0, le=1)


GOOD = '{"name": "red", "share": 0.5}'


@pytest.mark.parametrize(
    "text", [GOOD, f"```json\n{GOOD}\n```", f"  ```\n{GOOD}```\n", f"<think>\nred, I think\n</think>\n\n{GOOD}"]
)
def test_json_is_read_with_and_without_a_code_fence(text: str) -> None:
    assert checked(Generated(text, 9), Colour) == Answer(Colour(name="red", share=0.5), 9)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"Here it is: {GOOD}", "no JSON: Expecting value"),
        (f"{GOOD} {GOOD}", "no JSON: Extra data"),
        ("", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ('{"name": "red"}', "share: Field required"),
        ('{"name": "red", "share": 2}', "share: Input should be less than or equal to 1"),
        ('{"name": "red", "share": "0.5"}', "share: Input should be a valid number"),
        ('{"name": 1, "share": 0.5, "why": "x"}', "name: Input should be a valid string, and 1 more"),
        ("[]", "the answer: Input should be"),
    ],
)
def test_all_else_is_refused_with_the_reason_and_its_beginning(text: str, why: str) -> None:
    found = checked(Generated(text, 9), Colour)
    assert isinstance(found, Refusal)
    assert found.reason.startswith(why)
    assert len(found.raw) <= 300 and text.startswith(found.raw[:10]) and found.n_tokens == 9


def test_what_was_cut_or_refused_is_not_read() -> None:
    assert checked(Generated(GOOD, 9, "the answer was cut at 9 tokens"), Colour) == Refusal(
        "the answer was cut at 9 tokens", GOOD, 9
    )
    assert checked(Generated(None, 0, "too long"), Colour) == Refusal("too long")


def test_answers_come_in_the_order_of_the_prompts() -> None:
    class Written:
        model, revision, variant, how = "m", "1", "v", "by hand"

        def generate(self, prompts, max_tokens, on_progress=None):
            return [Generated(f'{{"name": "{prompt}", "share": 0}}', max_tokens) for prompt in prompts]

    found = ask(Written(), ["red", "blue"], Colour, 5)
    assert [(one.value.name, one.n_tokens) for one in found] == [("red", 5), ("blue", 5)]
