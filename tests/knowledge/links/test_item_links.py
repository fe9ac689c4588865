import numpy as np
import pyarrow as pa

from data_quality.contract import load_contract
from tests.knowledge.histories import history_of
from xdrec_assets.embeddings.vectors import unit_rows
from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.links.item_links import SAME_PRODUCT, SAME_TOPIC, SCHEMA, item_links
from xdrec_assets.knowledge.links.settings import LinkSettings

THREE = ("news", "shop", "video")


def catalogues(platforms: tuple[str, ...], n: int) -> History:
    """`n` items a platform, and nobody who took any."""
    return history_of([(platform, f"{platform}{i:03d}") for platform in platforms for i in range(n)], [])


def untitled(history: History) -> pa.Table:
    return pa.table({"title": pa.nulls(history.n_items, pa.string())})


def test_links_lead_to_every_other_platform_nearest_first():
    history = catalogues(THREE, 5)
    text = unit_rows(np.random.default_rng(0).standard_normal((15, 4)))
    text[0] = 0
    rows = item_links(history, untitled(history), text, LinkSettings(n_links=2)).to_pylist()
    pairs = {(row["platform"], row["other_platform"]) for row in rows}
    assert pairs == {(one, other) for one in THREE for other in THREE if one != other}
    assert [row["rank"] for row in rows] == [1, 2] * 28
    assert all(near["similarity"] >= far["similarity"] for near, far in zip(rows[::2], rows[1::2], strict=True))
    assert "news000" not in {row[column] for row in rows for column in ("item_id", "other_item_id")}


def test_twins_are_linked_both_ways_however_far():
    rng = np.random.default_rng(0)
    history, n = catalogues(("shop", "store"), 40), 40
    titles = [f"thing number {'x' * (i + 1)}" for i in range(2 * n)]
    titles[3] = titles[n + 5] = "Acme brass kettle"
    text = unit_rows(rng.standard_normal((2 * n, 8)))
    settings = LinkSettings(n_links=1, text=-1)
    rows = item_links(history, pa.table({"title": titles}), text, settings).to_pylist()
    twins = [row for row in rows if row["is_twin"]]
    assert {(row["item_id"], row["other_item_id"]) for row in twins} == {
        ("shop003", "store005"),
        ("store005", "shop003"),
    }
    assert all(row["kind"] == SAME_PRODUCT for row in twins)
    assert len(rows) == 2 * n + sum(row["rank"] > 1 for row in twins)
    assert all(row["rank"] == 1 for row in rows if not row["is_twin"])


def test_twins_without_text_are_linked_without_similarity():
    history = catalogues(("shop", "store"), 2)
    titles = pa.table({"title": ["Acme kettle", "Lamp", "Acme kettle", "Bench"]})
    rows = item_links(history, titles, np.zeros((4, 3), np.float32)).to_pylist()
    assert [(row["item_id"], row["similarity"], row["rank"]) for row in rows] == [("shop000", 0, 1), ("store000", 0, 1)]


def test_links_no_nearer_than_by_chance_have_no_kind():
    rng = np.random.default_rng(0)
    meaning = rng.standard_normal((60, 48))
    near = meaning + 0.2 * rng.standard_normal((60, 48))
    near[30:] = rng.standard_normal((30, 48))  # half of the second platform is about something else
    history = catalogues(("shop", "video"), 60)
    rows = item_links(history, untitled(history), unit_rows(np.vstack([meaning, near]))).to_pylist()
    first = [row for row in rows if row["platform"] == "shop" and row["rank"] == 1]
    assert [row["kind"] for row in first[:30]] == [SAME_TOPIC] * 30
    assert sum(row["kind"] is not None for row in first[30:]) <= 2


def test_candidates_and_comparing_all_agree():
    rng = np.random.default_rng(0)
    history = catalogues(("shop", "video"), 900)
    text = unit_rows(np.tile(rng.standard_normal((900, 32)), (2, 1)) + 0.3 * rng.standard_normal((1_800, 32)))
    exact, fast = (item_links(history, untitled(history), text, LinkSettings(exact_below=n)) for n in (900, 899))
    true, found = ({(row["item_id"], row["other_item_id"]) for row in table.to_pylist()} for table in (exact, fast))
    assert len(true & found) / len(true) > 0.95


def test_rows_are_as_the_contract_says():
    assert list(load_contract("knowledge/item_links").arrow_schema())[1:] == list(SCHEMA)  # the first is as_of


def test_single_platform_has_no_links():
    history = history_of([("shop", "a")], [])
    assert item_links(history, untitled(history), np.ones((1, 2), np.float32)).num_rows == 0


def test_what_is_given_stays_as_it_is():
    history = catalogues(("shop", "video"), 20)
    text = unit_rows(np.random.default_rng(0).standard_normal((40, 8)))
    kept = text.copy()
    item_links(history, untitled(history), text)
    np.testing.assert_array_equal(text, kept)
