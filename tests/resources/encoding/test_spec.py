from datetime import date

import pytest
from pydantic import ValidationError

from data_quality.yaml_model import complaints
from resources.encoding.spec import EncoderSpec
from xdrec_assets.embeddings.settings import EmbeddingSettings

SERVER = {"model": "m", "endpoint": "https://host/v1", "revision": "1"}


def test_a_variant_says_what_decides_a_vector_beside_the_weights():
    assert EncoderSpec().variant == "auto 256 cut auto"
    chosen = EncoderSpec(pooling="last", max_tokens=512, long_texts="chunk", precision="fp32", size=64, normalise=False)
    assert chosen.variant == "last 512 chunk fp32 size 64 raw length"
    assert EncoderSpec(passage_prefix="passage: ").variant == "auto 256 cut auto after 'passage: '"
    assert EncoderSpec(query_prefix="query: ").variant == EncoderSpec().variant


def test_every_setting_but_those_of_others_changes_the_variant():
    changed = {"pooling": "cls", "passage_prefix": "p", "size": 2, "normalise": False, "max_tokens": 9}
    changed |= {"long_texts": "chunk", "precision": "bf16"}
    assert {*EncoderSpec.model_fields} - {*changed} == {"model", "revision", "endpoint", "query_prefix", "remote_code"}
    variants = {EncoderSpec(**{name: value}).variant for name, value in changed.items()}
    assert len(variants | {EncoderSpec().variant}) == len(changed) + 1


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"model": "a/b", "revision": "1"}, "revision '1' stands without an endpoint"),
        ({"model": "m", "endpoint": "https://host/v1"}, "does not say which weights it runs; give revision"),
        (SERVER | {"pooling": "cls", "max_tokens": 512}, "are the server's to choose; take them out"),
        (SERVER | {"endpoint": "host/v1"}, "expected a URL such as https://host/v1"),
        (SERVER | {"endpoint": "https://me:secret@host/v1"}, "give the key by XDREC_ENDPOINT_KEY"),
        (SERVER | {"endpoint": "https://host/v1?key=secret"}, "give the key by XDREC_ENDPOINT_KEY"),
        ({"model": "m", "key": "secret"}, "Extra inputs are not permitted"),
        ({"model": ""}, "at least 1 character"),
    ],
)
def test_settings_that_do_not_fit_are_refused_with_what_to_do(settings, why):
    with pytest.raises(ValidationError, match=why):
        EncoderSpec(**settings)


def test_a_secret_in_a_url_is_refused_without_being_shown():
    settings = {"encoder": SERVER | {"endpoint": "https://me:hunter2@host/v1"}}
    with pytest.raises(ValidationError) as refused:
        EmbeddingSettings.model_validate(settings)
    said = complaints(refused.value, EmbeddingSettings)
    assert said.startswith("encoder.endpoint: the URL holds more than a server and a path")
    assert "hunter2" not in f"{said} {refused.value}"


def test_a_revision_may_be_a_date_or_a_number():
    assert EncoderSpec(**SERVER | {"revision": date(2026, 1, 25)}).revision == "2026-01-25"
    assert EncoderSpec(**SERVER | {"revision": 3}).revision == "3"


def test_defaults_that_are_written_out_are_no_choice():
    assert EncoderSpec(**SERVER, pooling="auto", max_tokens=256).variant == "endpoint"
