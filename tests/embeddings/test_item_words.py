from datetime import date

import numpy as np
import pyarrow as pa

from data_quality.contract import load_contract
from xdrec_assets.embeddings.item_words import item_words, words_by_scope

AS_OF = date(2026, 2, 2)
TEXTS = pa.table(
    {
        "platform": ["shop", "shop", "shop", "video", "video"],
        "content_hash": ["h1", "h2", "h3", "h2", "h4"],
        "text": ["green tea", "steel knife", "", "steel knife", "tea garden"],
    }
)


def test_every_scope_has_its_distinct_contents():
    table = item_words(AS_OF, TEXTS, size=4, seed=0)
    pairs = list(zip(table["scope"].to_pylist(), table["content_hash"].to_pylist(), strict=True))
    assert pairs == [
        *[("all", h) for h in ("h1", "h2", "h3", "h4")],
        *[("shop", h) for h in ("h1", "h2", "h3")],
        *[("video", h) for h in ("h2", "h4")],
    ]


def test_rows_are_as_the_contract_says():
    assert item_words(AS_OF, TEXTS, size=4, seed=0).schema == load_contract("embeddings/item_words").arrow_schema()


def test_platform_scope_has_seen_no_text_of_another():
    other = TEXTS.set_column(2, "text", pa.array(["green tea", "steel knife", "", "steel knife", "quite other words"]))
    vectors = [words_by_scope(TEXTS["content_hash"], item_words(AS_OF, t, 4, 0), ["shop"], 4) for t in (TEXTS, other)]
    np.testing.assert_array_equal(vectors[0]["shop"], vectors[1]["shop"])
    assert not np.array_equal(vectors[0]["all"], vectors[1]["all"])


def test_scope_without_any_word_has_zeros():
    silent = pa.table({"platform": ["shop"], "content_hash": ["h"], "text": pa.array([None], pa.string())})
    table = item_words(AS_OF, silent, size=3, seed=0)
    assert table["vector"].to_pylist() == [None, None]
    assert words_by_scope(silent["content_hash"], table, ["shop"], 3)["all"].tolist() == [[0, 0, 0]]


def test_word2vec_takes_the_place_of_tfidf_by_setting():
    tfidf, learned = (item_words(AS_OF, TEXTS, size=4, seed=0, method=method) for method in ("tfidf", "word2vec"))
    assert learned.schema == tfidf.schema
    assert learned["content_hash"] == tfidf["content_hash"]
    assert [vector is None for vector in learned["vector"].to_pylist()] == [
        vector is None for vector in tfidf["vector"].to_pylist()
    ]
    assert learned["vector"] != tfidf["vector"]
