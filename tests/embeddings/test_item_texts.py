from datetime import date

import numpy as np
import pyarrow as pa

from data_quality.contract import load_contract
from tests.embeddings.worlds import LengthEncoder
from xdrec_assets.embeddings.families import Family
from xdrec_assets.embeddings.item_texts import QUARANTINED, TEXTS, embed
from xdrec_assets.embeddings.vector_columns import vector_rows

FAMILY, TODAY = Family("length", "1", "v"), date(2026, 1, 14)
ROWS = pa.table({"content_hash": ["h1", "h2", "h3"], "text": ["tea", "kettle", None]})


def chunks_of(rows=ROWS, size=2, encoder=None, **options):
    return list(embed(rows.to_batches(size), len(rows), encoder or LengthEncoder(), FAMILY, TODAY, **options))


def test_rows_say_family_tokens_and_what_was_cut():
    key = {"model": "length", "revision": "1", "variant": "v"}
    assert pa.concat_tables([chunk.encoded for chunk in chunks_of()]).to_pylist() == [
        {**key, "content_hash": "h1", "n_tokens": 3, "is_cut": False, "vector": [3, 0]},
        {**key, "content_hash": "h2", "n_tokens": 6, "is_cut": True, "vector": [6, 0]},
        {**key, "content_hash": "h3", "n_tokens": 0, "is_cut": False, "vector": None},
    ]


def test_chunks_are_handed_on_one_by_one_with_progress_over_all():
    seen: list[tuple[int, int, int]] = []
    found = embed(ROWS.to_batches(2), 3, LengthEncoder(), FAMILY, TODAY, on_progress=lambda *said: seen.append(said))
    assert next(found).encoded.num_rows == 2
    assert seen == [(2, 3, 9)]
    assert next(found).encoded.num_rows == 1
    assert seen == [(2, 3, 9), (3, 3, 9)]


def test_rows_are_as_the_contracts_say():
    (chunk,) = chunks_of(size=10)
    assert chunk.encoded.schema == load_contract(TEXTS).arrow_schema()
    assert chunk.quarantined.schema == load_contract(QUARANTINED).arrow_schema()


def test_a_text_that_breaks_the_encoder_is_set_apart_alone():
    rows = pa.table({"content_hash": ["h1", "h2", "h3"], "text": ["tea", "break me", "pot"]})
    (chunk,) = chunks_of(rows, size=10)
    assert chunk.encoded["content_hash"].to_pylist() == ["h1", "h3"]
    assert chunk.quarantined.to_pylist() == [
        {
            "model": "length",
            "revision": "1",
            "variant": "v",
            "content_hash": "h2",
            "reason": "not finite",
            "first_seen": TODAY,
        }
    ]


def test_vectors_may_be_rounded_to_half_precision():
    (whole,) = chunks_of(size=10, encoder=LengthEncoder(size=3))
    (half,) = chunks_of(size=10, encoder=LengthEncoder(size=3), stored_as="float16")
    assert whole.encoded["vector"][0].as_py() == [3, 0, np.float32(1 / 3)]
    assert half.encoded["vector"][0].as_py() == [3, 0, np.float32(np.float16(1 / 3))]
    assert half.encoded.schema == whole.encoded.schema


def test_vectors_come_back_as_they_were_encoded():
    table = pa.concat_tables([chunk.encoded for chunk in chunks_of()])
    assert vector_rows(table["vector"]).tolist() == [[3, 0], [6, 0], [0, 0]]
