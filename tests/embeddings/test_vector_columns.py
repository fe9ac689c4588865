import numpy as np
import pyarrow as pa
import pytest

from xdrec_assets.embeddings.vector_columns import vector_column, vector_rows, vectors_of

ROWS = np.array([[1, 2], [0, 0], [3, 4]], dtype=np.float32)


def test_rows_of_zeros_become_null_and_come_back():
    column = vector_column(ROWS)
    assert column.to_pylist() == [[1, 2], None, [3, 4]]
    np.testing.assert_array_equal(vector_rows(column), ROWS)


def test_columns_in_several_chunks_and_slices_come_back():
    column = pa.chunked_array([vector_column(ROWS), vector_column(ROWS[::-1]).slice(1)])
    np.testing.assert_array_equal(vector_rows(column), np.vstack([ROWS, ROWS[::-1][1:]]))


def test_size_of_a_column_of_nulls_can_be_given():
    assert vector_rows(vector_column(np.zeros((2, 3))), size=3).shape == (2, 3)


def test_vectors_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="one model"):
        vector_rows(pa.array([[1.0], [1.0, 2.0]]))


def test_vectors_are_found_by_hash_in_any_order():
    embedded = pa.table({"content_hash": ["a", "b", "c"], "vector": vector_column(ROWS)})
    found = vectors_of(pa.array(["c", None, "a", "unheard", "c", "b"]), embedded)
    assert found.tolist() == [[3, 4], [0, 0], [1, 2], [0, 0], [3, 4], [0, 0]]


def test_nothing_embedded_gives_zeros():
    empty = pa.table({"content_hash": pa.array([], pa.string()), "vector": pa.array([], pa.list_(pa.float32()))})
    assert vectors_of(pa.chunked_array([["a", "b"]]), empty, size=2).tolist() == [[0, 0], [0, 0]]
