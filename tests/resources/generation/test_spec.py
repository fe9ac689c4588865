import pytest
from pydantic import ValidationError

from resources.generation.spec import GeneratorSpec


def test_the_key_says_how_it_writes() -> None:
    assert GeneratorSpec(model="m").variant == "greedy 4096"
    drawn = GeneratorSpec(model="m", endpoint="https://host/v1", revision="1", temperature=0.5, seed=7)
    assert drawn.variant == "endpoint temperature 0.5 seed 7 4096"


def test_where_it_runs_is_no_part_of_the_key() -> None:
    assert GeneratorSpec(model="m", device="cpu", network=True, tokens_per_batch=1).variant == "greedy 4096"


def test_a_date_is_a_revision() -> None:
    assert GeneratorSpec.model_validate({"model": "m", "endpoint": "https://h/v1/", "revision": 3}).revision == "3"


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"revision": "1"}, "stands without an endpoint"),
        ({"endpoint": "https://host/v1"}, "give revision a word that changes"),
        ({"endpoint": "https://user:secret@host/v1", "revision": "1"}, "give the key by XDREC_GENERATOR_KEY"),
        ({"endpoint": "host/v1", "revision": "1"}, "expected a URL such as https"),
        ({"endpoint": "https://host/v1", "revision": "1", "precision": "bf16"}, "precision are the server's to choose"),
        ({"temperature": -1}, "greater than or equal to 0"),
        ({"speed": 1}, "Extra inputs"),
    ],
)
def test_settings_that_do_not_fit_are_refused_without_showing_secrets(settings: dict[str, object], why: str) -> None:
    with pytest.raises(ValidationError, match=why) as refused:
        GeneratorSpec.model_validate({"model": "m", **settings})
    assert "secret@" not in str(refused.value)
