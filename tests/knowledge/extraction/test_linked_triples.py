from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pytest

from xdrec_assets.embeddings.documents import Document
from xdrec_assets.knowledge.extraction.linked_triples import known_names, linked_triples, specificity
from xdrec_assets.knowledge.triples import SCHEMA

TEXTS = pa.list_(pa.string())
ITEMS = pa.table(
    {
        "platform": ["shop", "shop", "video", "video", "video"],
        "item_id": ["1", "2", "7", "8", "9"],
        "title": ["Cast iron pan", "Home", "The Tea Road", "The Tea Road", None],
        "categories": pa.array([["Cookware"], None, ["Travel"], None, None], TEXTS),
        "tags": pa.array([["cast iron"], ["home"], ["Green tea", None], ["green tea"], []], TEXTS),
    }
)
DOCUMENTS = [
    Document(
        "Cast iron", "Cast iron. A pan of it lasts. Green tea is not brewed in cast iron. Nor in a cast iron pan!"
    ),
    Document("Green Tea", "Green Tea. A drink. See the tea road; travel helps."),
    Document("绿茶", "绿茶. 绿茶 is green tea. Home is far."),
]


def facts(table: pa.Table) -> list[tuple[str, ...]]:
    return list(zip(*(table[column].to_pylist() for column in ("head", "relation", "tail")), strict=True))


@pytest.fixture
def linked():
    return linked_triples(DOCUMENTS, known_names(ITEMS, [document.title for document in DOCUMENTS]))


def test_documents_are_linked_to_what_they_mention(linked):
    assert linked.triples.schema == SCHEMA
    assert facts(linked.triples) == [
        ("cast iron", "mentions", "Green tea"),
        ("cast iron", "mentions", "shop/1"),
        ("Green tea", "mentions", "Travel"),
        ("绿茶", "mentions", "Green tea"),
        ("绿茶", "mentions", "home"),
    ]  # "The Tea Road" are two films; a document does not mention itself
    assert set(linked.triples["source"].to_pylist()) == {"document mentions"}
    assert linked.n_ambiguous_names == 1 and linked.n_common == 0


def test_the_evidence_is_the_sentence_of_the_first_mention(linked):
    assert linked.triples["evidence"].to_pylist()[:2] == [
        "Green tea is not brewed in cast iron.",
        "Nor in a cast iron pan!",
    ]


def test_names_that_many_documents_have_are_less_sure_and_left_out_below_a_bound(linked):
    confidence = dict(zip(facts(linked.triples), linked.triples["confidence"].to_pylist(), strict=True))
    rare, common = confidence["cast iron", "mentions", "shop/1"], confidence["cast iron", "mentions", "Green tea"]
    assert rare == 1 - (1 - 1 / 2) / 4
    assert common == pytest.approx(1 - (1 - np.log(4 / 2) / np.log(4) / 2) / 2)
    names = known_names(ITEMS, [document.title for document in DOCUMENTS])
    bound = linked_triples(DOCUMENTS, names, least_confidence=0.6)
    assert bound.n_common == 2 and bound.triples.num_rows == 3


def test_labels_of_a_graph_are_names_too():
    names = known_names(ITEMS, [], labels=["Lee", "GREEN TEA"])
    assert (names.entity("lee"), names.entity("green tea"), names.entity("home")) == ("Lee", "Green tea", "home")


def test_a_document_about_an_item_speaks_of_the_item():
    about = [Document("Cast Iron Pan", "Good for cookware lovers.")]
    assert facts(linked_triples(about, known_names(ITEMS, [])).triples) == [("shop/1", "mentions", "Cookware")]


def test_no_documents_give_no_triples_of_the_same_form():
    assert linked_triples([], known_names(ITEMS, [])).triples.schema == SCHEMA


@pytest.mark.parametrize("n", [1, 2, 50])
def test_specificity_is_a_share_and_falls_with_the_documents_that_have_the_name(n: int):
    values = [specificity(m, n, 1) for m in range(1, n + 1)]
    assert values[0] == 0.5 and values == sorted(values, reverse=True) and values[-1] >= 0
    doubts = [1 - specificity(n, n, words) for words in range(1, 4)]
    np.testing.assert_allclose(doubts, doubts[0] * np.array([1, 1 / 2, 1 / 4]))


@dataclass(frozen=True)
class Forum:
    """A thread as any source may have it: what matters is its title and its text."""

    title: str
    text: str


def test_planted_mentions_are_the_triples():
    rng = np.random.default_rng(0)
    names = [f"{one}{other} ware" for one in ("blu", "cro", "fle", "gri") for other in ("ban", "dor", "mip", "tul")]
    items = ITEMS.slice(0, 0)
    threads, planted = [], set()
    for number in range(60):
        chosen = set(rng.choice(names, 3))
        planted |= {(f"Thread {number}", "mentions", name) for name in chosen}
        words = rng.choice(["we", "talk", "about", "this", "bluban"], 20).tolist()
        for name in chosen:
            words.insert(int(rng.integers(len(words))), f"; {name.upper()};")
        threads.append(Forum(f"Thread {number}", " ".join(words)))
    found = set(facts(linked_triples(threads, known_names(items, names)).triples))
    precision, recall = len(found & planted) / len(found), len(found & planted) / len(planted)
    assert precision > 0.99 and recall > 0.97
