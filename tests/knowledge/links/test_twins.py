import numpy as np
import pyarrow as pa
import pytest

from tests.knowledge.histories import history_of
from xdrec_assets.embeddings.vectors import unit_rows
from xdrec_assets.knowledge.links.settings import LinkSettings
from xdrec_assets.knowledge.links.twins import MOST_ALIKE, Twins, twins

PLATFORMS = ("shop", "store")
ADJECTIVES, NOUNS = ("brass", "cedar", "linen", "slate", "amber"), ("kettle", "lamp", "bench", "tray", "clock", "vase")
TITLES = [f"Acme {adjective} {noun}, {8 + i} ounce" for i, adjective in enumerate(ADJECTIVES) for noun in NOUNS]
N = len(TITLES)


def found_in(
    titles: dict[str, list[str]], buyers: dict[tuple[str, int], set[int]], rng: np.random.Generator, **settings: float
) -> tuple[Twins, set[tuple[int, int]]]:
    """Twins in two shops, as numbers of items, whose texts mean the same where their numbers are the same."""
    items = [(platform, f"{platform}{i:02d}") for platform in PLATFORMS for i in range(N)]
    taken = [(f"p{person:03d}", f"{platform}{i:02d}", 1.0) for (platform, i), who in buyers.items() for person in who]
    meaning = rng.standard_normal((N, 24))
    vectors = unit_rows(np.vstack([meaning + 0.1 * rng.standard_normal((N, 24)) for _ in PLATFORMS]))
    table = pa.table({"title": [title for platform in PLATFORMS for title in titles[platform]]})
    found = twins(history_of(items, taken), table, vectors, LinkSettings(**settings))
    return found, {(int(one), int(other) - N) for one, other in found.pairs}


def crowd(rng: np.random.Generator, shared: set[int]) -> dict[tuple[str, int], set[int]]:
    """Every item has 40 buyers of 400 who are in both shops; items of `shared` have the same ones in both, nearly."""
    buyers = {}
    for i in range(N):
        people = rng.permutation(400)
        buyers["shop", i] = set(people[:40].tolist())
        buyers["store", i] = set((people[10:50] if i in shared else people[50:90]).tolist())
    return buyers


def test_same_titles_with_shared_buyers_are_twins_and_with_disjoint_audiences_are_not():
    rng = np.random.default_rng(0)
    shared = set(range(0, N, 2))
    found, pairs = found_in(dict.fromkeys(PLATFORMS, TITLES), crowd(rng, shared), rng)
    assert pairs == {(i, i) for i in shared}
    assert found.by_audience.all()
    assert found.shared.tolist() == [30] * len(shared)
    assert found.title == pytest.approx(np.ones(len(shared)))


def test_other_sizes_are_other_products_whoever_buys_them():
    rng = np.random.default_rng(0)
    larger = [
        title.replace("ounce", "pound") if i % 2 else title.replace(", ", ", 1") for i, title in enumerate(TITLES)
    ]
    _, pairs = found_in({"shop": TITLES, "store": larger}, crowd(rng, set(range(N))), rng)
    assert pairs == set()


def test_titles_decide_alone_where_people_are_too_few_to_tell():
    rng = np.random.default_rng(0)
    titles = {"shop": TITLES, "store": [title if i < 10 else f"{title} gift set" for i, title in enumerate(TITLES)]}
    few = {(platform, i): {n, 100 + i} for n, platform in enumerate(PLATFORMS) for i in range(N)}
    found, pairs = found_in(titles, few, rng)
    assert pairs == {(i, i) for i in range(10)}
    assert not found.by_audience.any()
    assert found_in(titles, few, rng, title_alone=0.3)[1] == {(i, i) for i in range(N)}


def test_an_audience_lets_titles_differ_more():
    rng = np.random.default_rng(0)
    titles = {"shop": TITLES, "store": [f"{title} boxed" for title in TITLES]}
    shared = set(range(10))
    assert found_in(titles, crowd(rng, shared), rng)[1] == {(i, i) for i in shared}


def test_shuffled_audiences_and_shuffled_titles_give_none():
    rng = np.random.default_rng(0)
    buyers = crowd(rng, set(range(N)))
    turned = {(platform, (i + 7 * (platform == "store")) % N): who for (platform, i), who in buyers.items()}
    assert found_in(dict.fromkeys(PLATFORMS, TITLES), turned, rng)[1] == set()
    other = {"shop": TITLES, "store": [title.replace("Acme", f"Zenith{i}") for i, title in enumerate(TITLES)]}
    assert found_in(other, buyers, rng)[1] == set()


def test_same_titles_of_other_contents_are_not_twins():
    items = pa.table({"title": ["The Gift", "Night Song", "The Gift", "Night Song"]})
    history = history_of([("music", "1"), ("music", "2"), ("video", "1"), ("video", "2")], [])
    vectors = unit_rows(np.array([[1.0, 0.2], [0.2, 1.0], [0.2, 1.0], [1.0, 0.2]]))
    assert len(twins(history, items, vectors).pairs) == 0
    assert twins(history, items, vectors[[0, 1, 0, 1]]).pairs.tolist() == [[0, 2], [1, 3]]


def test_missing_texts_are_not_held_against_same_titles():
    items = pa.table({"title": ["Acme kettle", None, "Acme kettle", None]})
    history = history_of([("shop", "1"), ("shop", "2"), ("store", "1"), ("store", "2")], [])
    assert twins(history, items, np.zeros((4, 3), np.float32)).pairs.tolist() == [[0, 2]]


def test_titles_that_many_items_have_tell_no_twins():
    n = MOST_ALIKE + 1
    items = pa.table({"title": ["Gift card"] * n + ["Gift card", "Kettle"]})
    history = history_of([("shop", f"{i:03d}") for i in range(n)] + [("store", "0"), ("store", "1")], [])
    assert len(twins(history, items, np.zeros((n + 2, 3), np.float32)).pairs) == 0


def test_of_flavours_that_agree_the_one_that_says_it_is_the_twin():
    titles = [
        "Acme cola drink cans",
        "Acme cola drink cherry cans",
        "Acme cola drink cans",
        "Acme cola drink cherry cans",
    ]
    history = history_of([("shop", "1"), ("shop", "2"), ("store", "1"), ("store", "2")], [])
    no_texts = np.zeros((4, 3), np.float32)
    assert twins(history, pa.table({"title": titles}), no_texts).pairs.tolist() == [[0, 2], [1, 3]]
    others = [*titles[:3], "Zenith kettle"]
    assert twins(history, pa.table({"title": others}), no_texts).pairs.tolist() == [[0, 2]]


def test_of_listings_that_agree_alike_all_are_twins():
    items = pa.table({"title": ["Acme kettle", "Acme kettle", "Acme kettle"]})
    history = history_of([("shop", "1"), ("shop", "2"), ("store", "1")], [])
    assert twins(history, items, np.zeros((3, 3), np.float32)).pairs.tolist() == [[0, 2], [1, 2]]


def test_songs_named_like_goods_of_a_hobby_are_not_twins_however_fond_the_same_people_are_of_both():
    titles = ["Bamboo Whisk", "Night Song", "Tamarind bamboo matcha whisk", "Zenith kettle"]
    fans = [(f"p{n}", item, 1.0) for n in range(5) for item in ("m1", "s1")]
    others = [(f"q{n}", item, 1.0) for n in range(200) for item in ("m2", "s2")]
    history = history_of([("music", "m1"), ("music", "m2"), ("shop", "s1"), ("shop", "s2")], fans + others)
    lenient = LinkSettings(title_with_audience=0.3)
    assert len(twins(history, pa.table({"title": titles}), np.zeros((4, 3), np.float32), lenient).pairs) == 0
    titles[0] = "Bamboo Matcha Whisk"
    assert twins(history, pa.table({"title": titles}), np.zeros((4, 3), np.float32), lenient).pairs.tolist() == [[0, 2]]


def test_one_platform_has_no_twins():
    items, history = pa.table({"title": ["Kettle", "Kettle"]}), history_of([("shop", "a"), ("shop", "b")], [])
    assert twins(history, items, np.ones((2, 2), np.float32)).pairs.shape == (0, 2)
