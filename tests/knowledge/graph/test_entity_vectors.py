"""Vectors by scope: what each may know, and the table's rows."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from data_quality.contract import load_contract
from tests.knowledge.graph.graphs import triples_of
from tests.knowledge.histories import planted_history
from xdrec_assets.embeddings.vector_columns import vector_rows
from xdrec_assets.knowledge.graph.entity_vectors import encoded_scopes, entity_vectors_table
from xdrec_assets.knowledge.graph.graph import item_names
from xdrec_assets.knowledge.graph.reading import vectors_from_table
from xdrec_assets.knowledge.graph.settings import GraphSettings
from xdrec_assets.knowledge.graph.shown import figures_of, loss_plot, neighbours_preview

SETTINGS = GraphSettings(encoder="transe", size=8, epochs=6, check_every=2, batch=128, negatives=8, held_out=0.1)


@pytest.fixture(scope="module")
def history():
    return planted_history(np.random.default_rng(0))


@pytest.fixture(scope="module")
def triples(history):
    """Every item has a topic and a shade of it; three items of the shop and all topics are known to the world."""
    names = item_names(history)
    facts = [
        fact for i, name in enumerate(names) for fact in ((name, "topic", f"t{i % 4}"), (name, "shade", f"s{i % 8}"))
    ]
    facts += [(f"t{i}", "label", f"Topic {i}") for i in range(4)]
    return triples_of(*facts)


def scopes_of(history, triples, settings=SETTINGS):
    return {one.scope: one for one in encoded_scopes(history, triples, settings, "cpu")}


@pytest.fixture(scope="module")
def found(history, triples):
    return scopes_of(history, triples)


@pytest.fixture(scope="module")
def table(history, triples, found):
    titles = pa.array([f"Title of {item}" if i else None for i, item in enumerate(history.item_id)], pa.string())
    return pa.concat_tables([entity_vectors_table(history, titles, triples, one) for one in found.values()])


def test_a_platform_s_scope_learns_nothing_of_the_other_s_items(history, triples, found):
    assert list(found) == ["all", "shop", "video"]
    assert not [name for name in found["shop"].graph.entities if name.startswith("video/")]
    is_video = np.array([name.startswith("video/") for name in triples["head"].to_pylist()])
    tails = np.array(triples["tail"].to_pylist(), dtype=object)
    tails[is_video] = np.random.default_rng(0).permutation(tails[is_video])
    altered = scopes_of(history, triples.set_column(2, "tail", pa.array(tails, pa.string())))
    np.testing.assert_array_equal(altered["shop"].encoded.entities, found["shop"].encoded.entities)
    assert altered["all"].encoded.entities.tolist() != found["all"].encoded.entities.tolist()


@pytest.mark.parametrize("encoder", ["lightgcn", "relational"])
def test_networks_learn_from_the_scope_s_own_choices(history, triples, encoder):
    settings = SETTINGS.model_copy(update={"encoder": encoder, "epochs": 1, "fan_out": 3})
    found = scopes_of(history, triples, settings)
    assert "chose" in found["all"].graph.relations
    elsewhere = scopes_of(history.only("shop"), triples, settings)
    np.testing.assert_array_equal(elsewhere["shop"].encoded.entities, found["shop"].encoded.entities)
    assert found["all"].graph.n_facts == len(history.item) + triples.num_rows - 4  # labels are no facts
    rows = entity_vectors_table(history, pa.nulls(80, pa.string()), triples, found["all"])
    assert not [name for name in rows["entity"].to_pylist() if name.startswith("person/")]


def test_a_platform_alone_learns_once(history, triples):
    items = history.items_of("shop")
    chosen = history.only("shop")
    alone = replace(
        chosen, platforms=("shop",), item_id=history.item_id[items], item_platform=history.item_platform[items]
    )
    both = scopes_of(alone, triples)
    assert list(both) == ["all", "shop"]
    assert both["shop"].encoded is both["all"].encoded


def test_scopes_without_facts_have_no_vectors(history, triples):
    shop_only = triples.filter(pa.array([name.startswith("shop/") for name in triples["head"].to_pylist()]))
    assert list(scopes_of(history, shop_only)) == ["all", "shop"]
    assert scopes_of(history, triples.slice(0, 0)) == {}
    assert scopes_of(history, triples.slice(triples.num_rows - 4)) == {}  # labels alone


def test_rows_are_as_the_contract_says(history, table):
    schema = load_contract("knowledge/entity_vectors").arrow_schema()
    assert table.cast(schema).num_rows == (80 + 4 + 8) + 2 * (40 + 4 + 8)
    rows = {(row["scope"], row["entity"]): row for row in table.to_pylist()}
    assert rows["all", "video/video003"]["kind"] == "item"
    assert rows["all", "video/video003"]["title"] == "Title of video003"
    assert rows["shop", "shop/shop000"]["title"] is None
    assert (rows["shop", "t1"]["kind"], rows["shop", "t1"]["title"]) == ("entity", "Topic 1")


def test_vectors_come_back_row_aligned_with_the_history(history, found, table):
    shuffled = table.take(np.random.default_rng(0).permutation(table.num_rows))
    back = vectors_from_table(history, shuffled, ("all", "shop", "video"))
    one = found["all"]
    place = {name: number for number, name in enumerate(one.graph.entities)}
    expected = one.encoded.entities[[place[name] for name in item_names(history)]]
    np.testing.assert_array_equal(back["all"], expected)
    assert back["shop"][:40].any(axis=1).all()
    assert not back["shop"][40:].any()


def test_items_that_the_graph_does_not_know_are_zeros(history, table):
    few = table.filter(pa.array([name != "shop/shop007" for name in table["entity"].to_pylist()]))
    back = vectors_from_table(history, few, ("all",))["all"]
    assert np.flatnonzero(~back.any(axis=1)).tolist() == [7]
    assert vectors_from_table(history, table.slice(0, 0), ("all",))["all"].shape == (80, 0)


def test_figures_stand_beside_the_baseline_s(found):
    figures = figures_of(list(found.values()), "transe")
    assert figures["encoder"] == "transe"
    assert figures["all: held-out facts"] == found["all"].figures.n_facts > 0
    assert 0 < figures["all: MRR of the most frequent"] < 1
    assert "video: Hits@10" in figures


def test_nothing_held_out_shows_no_figures(history, triples):
    found = scopes_of(history, triples, SETTINGS.model_copy(update={"held_out": 0.0, "epochs": 1}))
    assert figures_of(list(found.values()), "transe") == {"encoder": "transe"}


def test_picture_and_neighbours_are_made(found, table):
    assert loss_plot(list(found.values())).startswith(b"\x89PNG")
    everything = table.filter(pa.array([scope == "all" for scope in table["scope"].to_pylist()]))
    preview = neighbours_preview(everything)
    assert preview.column_names == ["platform", "item", "nearest item", "similarity"]
    assert preview.num_rows == 7
    assert preview["item"].to_pylist()[0] == "shop/shop000"
    assert preview["item"].to_pylist()[-1] == "Title of video039"
    assert neighbours_preview(everything.slice(0, 1)) is None


def test_neighbours_are_the_nearest_by_angle(table):
    vectors = np.array([[1, 0], [0, 1], [9, 1], [0, 0.5]], np.float32)
    rows = pa.table(
        {
            "entity": ["a/1", "a/2", "b/1", "b/2"],
            "kind": ["item"] * 4,
            "title": pa.array(["One", "Two", "Three", None]),
            "vector": pa.array(vectors.tolist(), pa.list_(pa.float32())),
        }
    )
    assert vector_rows(rows["vector"]).shape == (4, 2)
    preview = neighbours_preview(rows)
    assert preview["nearest item"].to_pylist() == ["Three", "b/2", "One", "Two"]
    assert preview["platform"].to_pylist() == ["a", "a", "b", "b"]
    assert preview["similarity"].to_pylist()[1] == pytest.approx(1)
