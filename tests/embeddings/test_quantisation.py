"""Vectors in few bytes, and what they cost."""

import numpy as np
import pytest

from tests.embeddings.worlds import ENCODER, LengthEncoder, length_world, publish
from tests.worlds import rows
from xdrec_assets.embeddings.quantisation import code_column, codes_of, decoded, neighbours_kept

VECTORS = np.random.default_rng(0).standard_normal((300, 20)).astype(np.float32)


def test_int8_is_off_by_half_a_step_at_most() -> None:
    codes, scales = codes_of(VECTORS, "int8")
    assert codes.dtype == np.int8
    assert (np.abs(codes).max(axis=1) == 127).all()
    assert np.all(np.abs(decoded(codes, scales, "int8", 20) - VECTORS) <= scales[:, None] * 0.5001)


def test_binary_keeps_the_signs_in_an_eighth_of_the_numbers() -> None:
    codes, scales = codes_of(VECTORS, "binary")
    assert codes.shape == (300, 3)
    np.testing.assert_array_equal(decoded(codes, scales, "binary", 20), np.where(VECTORS > 0, 1, -1))
    assert codes_of(np.array([[1.0] + [-1.0] * 7]), "binary")[0].tolist() == [[-128]]


def test_a_vector_of_zeros_has_codes_of_zeros() -> None:
    assert codes_of(np.zeros((1, 4)), "int8")[0].tolist() == [[0, 0, 0, 0]]


def test_lists_of_codes_are_rows() -> None:
    assert code_column(np.array([[1, 2], [3, 4]], dtype=np.int8)).to_pylist() == [[1, 2], [3, 4]]


def test_neighbours_kept_is_the_mean_share_that_stays() -> None:
    on_a_line = np.array([[1.0, angle] for angle in (0, 0.1, 0.3, 0.7)])
    other = on_a_line[[0, 1, 3, 2]]  # 2 and 3 change places: 0 and 1 stay each other's nearest, theirs is 1 no longer
    assert neighbours_kept(on_a_line, on_a_line, k=1) == 1
    assert neighbours_kept(on_a_line, other, k=1) == 0.5
    assert neighbours_kept(on_a_line, other, k=10) == 1
    assert np.isnan(neighbours_kept(on_a_line[:1], other[:1]))


def test_int8_keeps_more_neighbours_than_binary() -> None:
    kept = {kind: neighbours_kept(VECTORS, decoded(*codes_of(VECTORS, kind), kind, 20)) for kind in ("int8", "binary")}
    assert 0.95 < kept["int8"] <= 1
    assert 0.2 < kept["binary"] < 0.9


@pytest.mark.parametrize("kind", ["int8", "binary"])
def test_the_family_that_serves_is_kept_in_few_bytes(tmp_path, encoders: list[LengthEncoder], kind: str) -> None:
    names = [f"{'tea ' * n}for {n}" for n in range(20)]
    wide = ENCODER.replace("}", ", size: 4}")
    pipeline = length_world(tmp_path, names, encoder=wide, quantised=kind)
    figures = publish(pipeline)["embeddings/quantised_texts"].figures
    assert figures["texts compared"] == 20
    assert figures["kind"] == kind
    assert 0 <= figures["ten nearest kept"] <= 1
    found = rows(pipeline, "embeddings/quantised_texts")
    assert {(row["variant"], row["kind"], len(row["codes"])) for row in found} == {
        ("endpoint size 4", kind, 4 if kind == "int8" else 1)
    }
    version = pipeline.lake.version("embeddings/quantised_texts")
    publish(pipeline)
    assert pipeline.lake.version("embeddings/quantised_texts") == version


def test_codes_of_what_serves_no_more_go(tmp_path, encoders: list[LengthEncoder]) -> None:
    publish(length_world(tmp_path, ("tea", "kettle"), quantised="int8"))
    pipeline = length_world(tmp_path, ("tea", "kettle"), encoder=ENCODER.replace("}", ", size: 4}"), quantised="int8")
    publish(pipeline)
    assert {row["variant"] for row in rows(pipeline, "embeddings/quantised_texts")} == {"endpoint size 4"}
    pipeline = length_world(tmp_path, ("tea", "kettle"), encoder=ENCODER.replace("}", ", size: 4}"))
    publish(pipeline)
    assert rows(pipeline, "embeddings/quantised_texts") == []
