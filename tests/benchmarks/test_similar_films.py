"""How films are judged, and that no source holds what they are judged by."""

import re

import numpy as np
import pytest

from benchmarks.similar_films import ACTORS, Films, Table, gap, mean_of, precision, read_all
from tests.knowledge.histories import history_of
from tests.real_data import real_data


def test_precision_by_hand() -> None:
    turn = np.array([[1, 0], [1, 0.1], [1, 0.2], [0, 1]], dtype=np.float32)
    labels = [{"a"}, {"a", "b"}, {"b"}, {"c"}]
    # the first film's two nearest: one of its label; the second's: both; the third's: one; the fourth shares none
    np.testing.assert_allclose(precision(turn, labels, 2), [1 / 2, 1, 1 / 2])


def test_a_film_that_is_not_known_finds_nothing_and_is_not_found() -> None:
    turn = np.array([[1, 0], [0, 0], [0, 1]], dtype=np.float32)
    np.testing.assert_allclose(precision(turn, [{"a"}, {"a"}, {"a"}], 1), [1, 0, 1])


def test_films_are_read_in_the_order_of_the_history() -> None:
    films = read_all(real_data("movielens_100k"))
    toy_story = int(np.flatnonzero(films.history.item_id == "1")[0])
    assert len(films.text) == films.history.n_items == 1682
    assert films.directors[toy_story] == {"John Lasseter"}
    assert films.cast[toy_story][:2] == ["Tom Hanks", "Tim Allen"]
    assert films.year[toy_story] == "1995"
    assert "Lasseter" not in films.text[toy_story]
    assert max(map(len, films.cast)) == ACTORS


def test_a_gap_is_that_of_the_same_films_and_its_interval_is_narrower_than_theirs() -> None:
    rng = np.random.default_rng(0)
    values = rng.random(400)
    difference, low, high = (float(figure) for figure in re.findall(r"[+-]\d\.\d+", gap(values + 0.01, values)))
    assert difference == low == high == 0.01
    noisy = values + 0.05 * rng.standard_normal(400)
    _, low, high = (float(figure) for figure in re.findall(r"[+-]\d\.\d+", gap(noisy, values)))
    assert low < float((noisy - values).mean()) < high
    own_low, own_high = (float(figure) for figure in re.findall(r"\.\d+", mean_of(values))[1:])
    assert high - low < (own_high - own_low) / 2


def test_fusions_stand_beside_the_source_that_is_best_by_each_label(capsys: pytest.CaptureFixture[str]) -> None:
    number = np.arange(24)
    by_director, by_genre = np.eye(2, dtype=np.float32)[number // 12], np.eye(2, dtype=np.float32)[number % 2]
    directors, genres = [{f"d{i // 12}"} for i in number], [{f"g{i % 2}"} for i in number]
    history = history_of([("films", f"{i:02d}") for i in number], [("p", "00", 1.0)])
    table = Table(Films(history, [""] * 24, directors, genres, [[]] * 24, [""] * 24))
    table.source("one", by_director, 0)
    table.source("other", by_genre, 0)
    assert [values.tolist() for values in table.best] == [[1.0] * 24, [1.0] * 24]
    table.fused("both", by_director, 0)
    row = capsys.readouterr().out.splitlines()[-1]
    assert row.startswith("| fused: both | 24 | 1.0000 (1.0000–1.0000) | ")
    assert "| +0.0000 (+0.0000 to +0.0000) | -" in row
