import numpy as np
import pytest

from data_quality.contract import load_contract
from tests.knowledge.histories import planted_history
from xdrec_assets.embeddings.vectors import unit_rows
from xdrec_assets.knowledge.build import build_knowledge
from xdrec_assets.knowledge.settings import KnowledgeSettings
from xdrec_assets.knowledge.vector_tables import item_vectors_table, knowledge_from_tables, person_vectors_table

SETTINGS = KnowledgeSettings.model_validate({"fusion": {"size": 12}, "behaviour_size": 4})


@pytest.fixture(scope="module")
def world():
    rng = np.random.default_rng(0)
    history = planted_history(rng, n_people=10)
    text = unit_rows(rng.standard_normal((80, 6)))
    text[5] = 0
    knowledge = build_knowledge(history, text, settings=SETTINGS)
    people = person_vectors_table(history, knowledge, SETTINGS)
    return history, knowledge, item_vectors_table(history, knowledge), people


def test_knowledge_comes_back_as_it_was(world):
    history, knowledge, items, people = world
    back = knowledge_from_tables(history, items, people)
    assert back.keys() == knowledge.keys()
    for scope, one in knowledge.items():
        for part in ("text", "fused", "person"):
            np.testing.assert_array_equal(getattr(back[scope], part), getattr(one, part))


def test_order_of_the_rows_does_not_matter(world):
    history, knowledge, items, people = world
    rng = np.random.default_rng(1)
    shuffled = (table.take(rng.permutation(table.num_rows)) for table in (items, people))
    back = knowledge_from_tables(history, *shuffled)
    np.testing.assert_array_equal(back["video"].fused, knowledge["video"].fused)
    np.testing.assert_array_equal(back["shop"].person, knowledge["shop"].person)


def test_tables_are_as_the_contracts_say(world):
    _, _, items, people = world
    assert items.schema == load_contract("knowledge/item_vectors").arrow_schema()
    assert people.schema == load_contract("knowledge/person_vectors").arrow_schema()


def test_items_stand_once_in_each_scope(world):
    history, _, items, _ = world
    assert items.num_rows == 2 * history.n_items
    assert items["text"].null_count == 2  # the item without text, in both scopes


def test_shares_of_the_platforms_add_up(world):
    _, _, _, people = world
    for row in people.to_pylist():
        assert sum(row["shares"]) == pytest.approx(1)
        assert row["platforms"] == (["shop", "video"] if row["scope"] == "all" else [row["scope"]])
        assert row["n_events"] == (8 if row["scope"] == "all" else 4)


def test_texts_of_behaviour_stand_in_the_scope_of_all_platforms_alone(world):
    history, knowledge, _, _ = world
    texts = np.ones((history.n_people, 3), dtype=np.float32)
    texts[2] = 0
    people = person_vectors_table(history, knowledge, SETTINGS, texts)
    assert people.schema == load_contract("knowledge/person_vectors").arrow_schema()
    for row in people.to_pylist():
        is_known = row["scope"] == "all" and row["person_id"] != "p002"
        assert row["behaviour_text"] == ([1, 1, 1] if is_known else None)


def test_without_texts_of_behaviour_there_are_none(world):
    _, _, _, people = world
    assert people["behaviour_text"].null_count == people.num_rows
