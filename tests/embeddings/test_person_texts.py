"""People's texts say what they chose last before a date, and are encoded once."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from pydantic import ValidationError

from resources.partitions import Partition
from tests.embeddings.worlds import ENCODER, LengthEncoder, length_world, publish
from tests.worlds import event, join, land, lines, rows
from xdrec_assets.embeddings.person_texts import item_pieces, person_text_vectors, publish_person_texts
from xdrec_assets.embeddings.settings import EmbeddingSettings
from xdrec_assets.pipeline import Pipeline

AS_OF, LATER = Partition.of_day(date(2026, 1, 12)), Partition.of_day(date(2026, 1, 13))
NAMES = ("tea", "kettle", "pot", "cup")


def chose(pipeline: Pipeline, **items: str) -> None:
    """The shop's events: on each day (d6: the 6th) a user and the items they bought, in order."""
    for day, said in items.items():
        user, *bought = said.split()
        at = f"2026-01-{int(day[1:]):02}"
        events = [event(user, name, f"{at}T{9 + n:02}:00:00Z", "buy") for n, name in enumerate(bought)]
        land(pipeline, {f"shop/events/{at}.jsonl": lines(*events)})
    join(pipeline)


def people_world(tmp_path, **settings: object) -> Pipeline:
    pipeline = length_world(tmp_path, NAMES, **{"person_items": 2, **settings})
    chose(pipeline, d6="u1 tea kettle pot", d7="u2 cup", d12="u1 cup")
    publish(pipeline)
    return pipeline


def texts(pipeline: Pipeline) -> list[tuple[date, str, int]]:
    return sorted(rows(pipeline, "embeddings/person_texts", "as_of", "text", "n_items"))


def test_the_latest_items_come_first_and_none_of_the_future(tmp_path, encoders: list[LengthEncoder]) -> None:
    pipeline = people_world(tmp_path)
    list(publish_person_texts(pipeline, AS_OF))
    assert texts(pipeline) == [(AS_OF.first, "shop: cup", 1), (AS_OF.first, "shop: pot; shop: kettle", 2)]
    list(publish_person_texts(pipeline, LATER))
    assert (LATER.first, "shop: cup; shop: pot", 2) in texts(pipeline)


def test_a_person_whose_latest_items_are_the_same_is_not_encoded_again(tmp_path, encoders: list[LengthEncoder]) -> None:
    pipeline = people_world(tmp_path)
    for partition in (AS_OF, LATER, LATER):
        list(publish_person_texts(pipeline, partition))
    assert [sorted(each.asked) for each in encoders[1:]] == [
        ["shop: cup", "shop: pot; shop: kettle"],
        ["shop: cup; shop: pot"],
    ]


def test_vectors_are_those_of_queries(tmp_path, encoders: list[LengthEncoder]) -> None:
    prefixed = ENCODER.replace("}", ", passage_prefix: 'passage: ', query_prefix: 'query: '}")
    pipeline = people_world(tmp_path, encoder=prefixed)
    list(publish_person_texts(pipeline, AS_OF))
    assert [each.variant for each in encoders] == ["endpoint after 'passage: '", "endpoint after 'query: '"]
    people, vectors = person_text_vectors(pipeline, AS_OF.first)
    wanted = {row["person_id"]: len(row["text"]) for row in rows(pipeline, "embeddings/person_texts")}
    assert people.to_pylist() == sorted(wanted)
    np.testing.assert_array_equal(vectors, [[wanted[person], 0] for person in sorted(wanted)])


def test_without_items_asked_for_there_is_no_text_and_nothing_is_loaded(
    tmp_path, encoders: list[LengthEncoder]
) -> None:
    pipeline = people_world(tmp_path, person_items=0)
    list(publish_person_texts(pipeline, AS_OF))
    assert texts(pipeline) == []
    assert len(encoders) == 1


def test_people_are_kept_when_vectors_are_collected(tmp_path, encoders: list[LengthEncoder]) -> None:
    pipeline = people_world(tmp_path)
    list(publish_person_texts(pipeline, AS_OF))
    chose(pipeline, d8="u3 tea")
    land(pipeline, {"shop/items/2026-01-07.jsonl": lines({"sku": "bowl", "name": "bowl"})})
    join(pipeline)
    publish(pipeline)
    assert np.count_nonzero(person_text_vectors(pipeline, AS_OF.first)[1]) == 2


def test_a_template_may_name_other_things_around_the_title() -> None:
    items = pa.table({"platform": ["shop", "video"], "title": ["tea", None]})
    assert item_pieces(items, "<{title}> at {platform}").to_pylist() == ["<tea> at shop", None]


@pytest.mark.parametrize("template", ["{item_id}", "{", "nothing", "{}"])
def test_a_template_of_other_fields_is_refused(template: str) -> None:
    with pytest.raises(ValidationError, match="title"):
        EmbeddingSettings(person_template=template)
