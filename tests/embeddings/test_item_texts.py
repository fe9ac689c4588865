from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from data_quality.contract import load_contract
from resources.encoding.encoders import EncodedTexts, Progress
from xdrec_assets.embeddings.item_texts import SCHEMA, embed_new, new_texts
from xdrec_assets.embeddings.vector_columns import vector_rows

TEXTS = pa.table({"content_hash": ["h1", "h2", "h3", "h1"], "text": ["tea", "kettle", None, "tea"]})
NOTHING = pa.array([], pa.string())


@dataclass
class LengthEncoder:
    """An encoder that says how long a text is, and remembers what it was asked."""

    model: str = "length"
    revision: str = "1"
    size: int = 2
    precision: str = "fp32"
    device: str = "cpu"
    asked: list[str] = field(default_factory=list)

    def encode(self, texts: Sequence[str], on_progress: Progress | None = None) -> np.ndarray:
        return self.encode_counted(texts, on_progress).vectors

    def encode_counted(self, texts: Sequence[str], on_progress: Progress | None = None) -> EncodedTexts:
        self.asked.extend(texts)
        n_tokens = np.array([len(text) for text in texts], dtype=np.int32)
        if on_progress:
            on_progress(len(texts), len(texts))
        vectors = np.stack([n_tokens, np.zeros_like(n_tokens)], axis=1).astype(np.float32)
        return EncodedTexts(vectors, n_tokens, n_tokens > 5)


def test_only_what_is_not_known_is_encoded():
    encoder = LengthEncoder()
    batches = list(embed_new(TEXTS, pa.array(["h1", "elsewhere"]), encoder, chunk_size=10))
    assert encoder.asked == ["kettle", ""]
    assert [batch["content_hash"].to_pylist() for batch in batches] == [["h2", "h3"]]


def test_nothing_new_asks_the_encoder_nothing():
    encoder = LengthEncoder()
    assert list(embed_new(TEXTS, pa.array(["h1", "h2", "h3"]), encoder, chunk_size=10)) == []
    assert encoder.asked == []


def test_equal_content_is_encoded_once():
    assert new_texts(TEXTS, NOTHING)["content_hash"].to_pylist() == ["h1", "h2", "h3"]


def test_rows_say_model_tokens_and_what_was_cut():
    table = pa.Table.from_batches(embed_new(TEXTS, NOTHING, LengthEncoder(), chunk_size=2))
    assert table.to_pylist() == [
        {"model": "length", "revision": "1", "content_hash": "h1", "n_tokens": 3, "is_cut": False, "vector": [3, 0]},
        {"model": "length", "revision": "1", "content_hash": "h2", "n_tokens": 6, "is_cut": True, "vector": [6, 0]},
        {"model": "length", "revision": "1", "content_hash": "h3", "n_tokens": 0, "is_cut": False, "vector": None},
    ]


def test_chunks_are_handed_on_one_by_one_with_progress_over_all():
    seen: list[tuple[int, int]] = []
    batches = embed_new(TEXTS, NOTHING, LengthEncoder(), 2, on_progress=lambda done, total: seen.append((done, total)))
    assert next(batches).num_rows == 2
    assert seen == [(2, 3)]
    assert next(batches).num_rows == 1
    assert seen == [(2, 3), (3, 3)]


def test_rows_are_as_the_contract_says():
    assert load_contract("embeddings/item_texts").arrow_schema() == SCHEMA


def test_vectors_come_back_as_they_were_encoded():
    table = pa.Table.from_batches(embed_new(TEXTS, NOTHING, LengthEncoder(), chunk_size=2))
    assert vector_rows(table["vector"]).tolist() == [[3, 0], [6, 0], [0, 0]]
