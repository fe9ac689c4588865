import numpy as np

from resources.encoding.batching import batches, packed_batches, pad, padded_lengths


def test_batches_hold_one_padded_length_within_the_budget():
    lengths = np.array([3, 17, 16, 200, 20, 7])
    rows = [batch.tolist() for batch in batches(lengths, tokens_per_batch=48)]
    assert rows == [[3], [1, 4], [2], [0, 5]]  # padded to 200, 24, 16 and 8


def test_padding_is_masked_out():
    padded, mask = pad([np.array([5, 6]), np.arange(1, 18)])
    assert padded.shape == mask.shape == (2, 24)
    assert mask.sum(axis=1).tolist() == [2, 17]
    assert padded[0].tolist() == [5, 6] + [0] * 22


def test_padding_stops_where_the_model_reads_no_further():
    assert padded_lengths(np.array([3, 17, 20]), longest=20).tolist() == [8, 20, 20]
    padded, _ = pad([np.arange(17)], longest=20)
    assert padded.shape == (1, 20)


def test_packed_batches_fill_the_budget_without_padding():
    lengths = np.array([5, 9, 3, 7, 30])
    assert [batch.tolist() for batch in packed_batches(lengths, 16)] == [[4], [1, 3], [0, 2]]


def test_each_row_is_in_one_batch():
    lengths = np.random.default_rng(0).integers(1, 200, 500)
    for cut in (batches, packed_batches):
        rows = np.concatenate(list(cut(lengths, 256)))
        assert sorted(rows.tolist()) == list(range(500))
