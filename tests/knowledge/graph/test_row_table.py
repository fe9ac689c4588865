"""Rows that learn."""

import numpy as np
import torch

from xdrec_assets.knowledge.graph.row_table import RowTable


def test_only_the_rows_taken_move_by_adagrad_s_step():
    first = torch.ones((3, 2))
    table = RowTable(first, 0.5, "cpu")
    for expected in (0.5, 0.5 - 0.5 / np.sqrt(2)):
        rows = table.take(torch.tensor([1]))
        (3 * rows).sum().backward()
        table.learn()
        np.testing.assert_allclose(table.rows.numpy(), [[1, 1], [expected] * 2, [1, 1]], rtol=1e-6)
    assert table.squares.tolist() == [0, 18, 0]
    assert first.tolist() == [[1, 1]] * 3


def test_rows_without_a_gradient_stay():
    table = RowTable(torch.ones((2, 2)), 0.5, "cpu")
    table.take(torch.tensor([0]))
    table.learn()
    assert table.rows.tolist() == [[1, 1]] * 2
