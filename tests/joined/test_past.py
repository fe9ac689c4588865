"""The past of a date holds what was known then, and nothing of what came after."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from tests.worlds import ITEMS, LINKS, SHOP, VIDEO, event, join, land, lines, world
from xdrec_assets.joined.past import Past, _loaded, load_past
from xdrec_assets.joined.settings import HistorySettings
from xdrec_assets.pipeline import Pipeline

AS_OF = date(2026, 1, 9)
PLATFORMS = {"shop": SHOP + ITEMS + LINKS, "video": VIDEO}
FILES = {
    "shop/events/2026-01-06.jsonl": lines(
        event("u", "pan", "2026-01-06T12:00:00Z"),
        event("u", "pan", "2026-01-06T18:00:00Z", "buy"),
        event("w", "wok", "2026-01-06T10:00:00Z", "skip"),
    ),
    "shop/events/2026-01-08.jsonl": lines(event("w", "pot", "2026-01-08T23:59:59Z", id="e1")),
    "video/events/2026-01-07.jsonl": lines(event("v", "film", "2026-01-07T00:00:00Z")),
    "shop/items/2026-01-05.jsonl": lines({"sku": "pan", "name": "Pan"}, {"sku": "lid", "name": "Lid"}),
    "shop/items/2026-01-08.jsonl": lines({"sku": "pan", "name": "Iron pan"}),
    "shop/links/2026-01-07.jsonl": lines({"member": "u", "platform": "video", "id": "v"}),
}
FUTURE = {
    "shop/events/2026-01-09.jsonl": lines(
        event("u", "wok", "2026-01-09T00:00:00Z"),
        event("u", "lid", "2026-01-08T10:00:00Z", "buy"),
        event("w", "pot", "2026-01-08T23:59:59Z", "buy", id="e1"),
        event("new", "pan", "2026-01-07T10:00:00Z"),
    ),
    "video/events/2026-01-10.jsonl": lines(
        event("w", "film", "2026-01-08T10:00:00Z"), event("v", "new", "2026-01-10T10:00:00Z")
    ),
    "shop/items/2026-01-09.jsonl": lines({"sku": "pan", "name": "Steel pan"}, {"sku": "new", "name": "New"}),
    "shop/links/2026-01-09.jsonl": lines({"member": "w", "platform": "video", "id": "v"}),
}


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    pipeline = world(tmp_path_factory.mktemp("past"), FILES, PLATFORMS)
    join(pipeline)
    return pipeline


@pytest.fixture(scope="module")
def past(pipeline: Pipeline) -> Past:
    return load_past(pipeline, AS_OF)


def named(past: Past) -> dict[str, tuple[str, float, float]]:
    """Item to its one interaction: person, strength, age in days."""
    h = past.history
    rows = zip(h.person, h.item, h.strength, h.age_days, strict=True)
    return {h.item_id[item]: (h.person_id[person], float(said), float(age)) for person, item, said, age in rows}


def test_a_pair_has_its_strongest_event_and_the_age_of_its_last(past: Past) -> None:
    found = named(past)
    assert found["pan"][1:] == (1.0, 2.25)
    assert found["film"][1:] == (0.25, 2.0)
    assert found["pot"][1:] == (0.25, pytest.approx(1 / 86_400))


def test_linked_users_are_one_person_and_skips_are_no_interaction(past: Past) -> None:
    found = named(past)
    assert found["pan"][0] == found["film"][0] != found["pot"][0]
    assert sorted(found) == ["film", "pan", "pot"]
    assert past.history.n_people == 2


def test_items_are_those_with_texts_and_those_seen_in_the_version_of_then(past: Past) -> None:
    history = past.history
    assert history.platforms == ("shop", "video")
    assert list(history.item_id[history.items_of("shop")]) == ["lid", "pan", "pot"]
    assert list(history.item_id[history.items_of("video")]) == ["film"]
    assert past.items["title"].to_pylist() == ["Lid", "Iron pan", None, None]


def test_the_cutoff_is_midnight_utc(pipeline: Pipeline) -> None:
    assert "pot" not in named(load_past(pipeline, date(2026, 1, 8)))
    assert "film" not in named(load_past(pipeline, date(2026, 1, 7)))


def test_a_platform_alone_keeps_people_and_items(past: Past) -> None:
    alone = past.history.only("video")
    assert (alone.n_people, alone.n_items, len(alone.item)) == (2, 4, 1)
    with pytest.raises(ValueError, match="platform 'radio' is not in this history; it has shop, video"):
        past.history.only("radio")


def test_the_matrix_has_a_row_per_person(past: Past) -> None:
    history = past.history
    expected = np.zeros((2, 4), dtype=np.float32)
    expected[history.person, history.item] = history.strength
    np.testing.assert_array_equal(history.matrix(history.strength).toarray(), expected)
    np.testing.assert_array_equal(history.matrix().toarray(), expected > 0)


def test_before_anything_landed_the_past_is_empty(pipeline: Pipeline) -> None:
    history = load_past(pipeline, date(2026, 1, 5)).history
    assert (history.n_people, history.n_items, len(history.item), history.platforms) == (0, 0, 0, ())


@pytest.mark.parametrize(("most", "is_spilled"), [(3, False), (2, True)])
def test_above_so_many_pairs_the_history_lies_on_disk_and_is_the_same(
    pipeline: Pipeline, past: Past, most: int, is_spilled: bool
) -> None:
    history = HistorySettings(in_memory_interactions=most)
    _loaded.cache_clear()
    found = load_past(replace(pipeline, settings=replace(pipeline.settings, history=history)), AS_OF)
    assert isinstance(found.history.item, np.memmap) == is_spilled
    assert found.history.spilled_to == (pipeline.places.scratch if is_spilled else None)
    assert not [path for path in pipeline.places.scratch.rglob("*") if path.is_file()]
    assert found.digest == past.digest
    for name in ("person", "item", "strength", "age_days"):
        assert getattr(found.history, name).tobytes() == getattr(past.history, name).tobytes()


def test_rows_stand_by_person_and_item(pipeline: Pipeline) -> None:
    history = load_past(pipeline, AS_OF).history
    pairs = [*zip(history.person.tolist(), history.item.tolist(), strict=True)]
    assert pairs == sorted(set(pairs))
    assert history.person_id.tolist() == sorted(history.person_id.tolist())


def test_cutoff_hides_the_future(tmp_path: Path, past: Past) -> None:
    altered = world(tmp_path, FILES, PLATFORMS)
    join(altered)
    land(altered, FUTURE)
    join(altered)
    after = load_past(altered, AS_OF)
    assert load_past(altered, date(2026, 1, 11)).history.n_items > after.history.n_items
    for name, array in vars(past.history).items():
        np.testing.assert_array_equal(getattr(after.history, name), array, err_msg=name)
    assert after.items.equals(past.items)
    assert after.identities.equals(past.identities)
    assert after.digest == past.digest


def test_the_digest_changes_with_what_was_known(pipeline: Pipeline, past: Past) -> None:
    assert load_past(pipeline, date(2026, 1, 8)).digest != past.digest


def test_the_digest_changes_with_what_items_say_beside_their_texts(past: Past) -> None:
    said = pa.array([[{"name": "brand", "value": "Iron & Co"}]] * past.history.n_items, past.items["attributes"].type)
    column = past.items.schema.get_field_index("attributes")
    branded = replace(past, items=past.items.set_column(column, "attributes", said))
    assert branded.digest != past.digest
    assert replace(past, items=past.items.slice(0)).digest == past.digest
