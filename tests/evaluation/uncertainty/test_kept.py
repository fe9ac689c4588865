"""Resamples survive a table."""

import numpy as np
import pyarrow as pa
from numpy.testing import assert_allclose

from tests.evaluation.uncertainty.test_bootstrap import people
from xdrec_assets.evaluation.uncertainty.bootstrap import resample
from xdrec_assets.evaluation.uncertainty.kept import read_resampled, resampled_columns


def test_there_and_back() -> None:
    kept = resample(people(30), np.random.default_rng(0).random((30, 3)), seed=0, n=50)
    table = pa.table(resampled_columns(kept))
    assert table.schema.field("gains").type == pa.list_(pa.float32())
    back = read_resampled(pa.concat_tables([table.slice(0, 1), table.slice(1)]))
    for one, other in zip(kept, back, strict=True):
        assert_allclose(other.gains, one.gains, rtol=1e-7)
        assert_allclose(other.weights, one.weights)


def test_no_rows() -> None:
    assert read_resampled(pa.table(resampled_columns([]))) == []
