import numpy as np

from data_quality.contract import load_contract
from tests.knowledge.histories import history_of
from xdrec_assets.embeddings.vectors import unit_rows
from xdrec_assets.knowledge.item_links import SCHEMA, item_links, largest, nearest

N = 60


def planted_twins(rng: np.random.Generator) -> np.ndarray:
    """Item i of the shop and item i of the videos mean nearly the same; each platform has an accent of its own."""
    meaning = rng.standard_normal((N, 16)) * np.geomspace(3, 0.3, 16)
    shop = meaning + 0.1 * rng.standard_normal((N, 16)) + 4 * rng.standard_normal(16)
    video = meaning + 0.1 * rng.standard_normal((N, 16)) + 4 * rng.standard_normal(16)
    return unit_rows(np.vstack([shop, video]))


def hit_share(vectors: np.ndarray) -> float:
    """How often an item's first link is its twin."""
    items = [(platform, f"{i:03d}{platform}") for platform in ("shop", "video") for i in range(N)]
    history = history_of(items, [])
    first = [row for row in item_links(history, vectors, 3).to_pylist() if row["rank"] == 1]
    assert len(first) == 2 * N
    return float(np.mean([row["item_id"][:3] == row["other_item_id"][:3] for row in first]))


def test_planted_neighbours_on_the_other_platform_are_found():
    assert hit_share(planted_twins(np.random.default_rng(0))) > 0.8


def test_shuffled_neighbours_are_not_found():
    rng = np.random.default_rng(0)
    vectors = planted_twins(rng)
    vectors[:N] = rng.permutation(vectors[:N])
    assert hit_share(vectors) < 0.1


def test_links_lead_to_every_other_platform_nearest_first():
    platforms = ("news", "shop", "video")
    history = history_of([(platform, f"{platform}{i}") for platform in platforms for i in range(5)], [])
    text = unit_rows(np.random.default_rng(0).standard_normal((15, 4)))
    text[0] = 0
    rows = item_links(history, text, 2).to_pylist()
    pairs = {(row["platform"], row["other_platform"]) for row in rows}
    assert pairs == {(one, other) for one in platforms for other in platforms if one != other}
    assert [row["rank"] for row in rows] == [1, 2] * 28
    assert all(near["similarity"] >= far["similarity"] for near, far in zip(rows[::2], rows[1::2], strict=True))
    assert "news0" not in {row[column] for row in rows for column in ("item_id", "other_item_id")}


def test_rows_are_as_the_contract_says():
    assert list(load_contract("knowledge/item_links").arrow_schema())[1:] == list(SCHEMA)  # the first is as_of


def test_single_platform_has_no_links():
    assert item_links(history_of([("shop", "a")], []), np.ones((1, 2), np.float32), 3).num_rows == 0


def test_blocks_agree_with_one_product():
    rng = np.random.default_rng(0)
    vectors, others = (unit_rows(rng.standard_normal((n, 5))) for n in (2_500, 70))
    rows, columns, products = nearest(vectors, others, 4)
    expected = np.argsort(-(vectors @ others.T), axis=1)[:, :4]
    assert rows.tolist() == list(range(2_500))
    np.testing.assert_array_equal(columns, expected)
    np.testing.assert_allclose(products, np.take_along_axis(vectors @ others.T, expected, axis=1), rtol=1e-5, atol=1e-6)


def test_equal_scores_come_in_the_order_of_the_columns():
    columns, values = largest(np.array([[1.0, 3.0, 2.0, 3.0]]), 3)
    assert columns.tolist() == [[1, 3, 2]]
    assert values.tolist() == [[3, 3, 2]]
