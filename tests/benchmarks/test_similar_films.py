"""How films are judged, and that no source holds what they are judged by."""

import numpy as np

from benchmarks.similar_films import ACTORS, precision, read_all
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
    toy_story = int(np.flatnonzero(films.history.item_id == 1)[0])
    assert len(films.text) == films.history.n_items == 1682
    assert films.directors[toy_story] == {"John Lasseter"}
    assert films.cast[toy_story][:2] == ["Tom Hanks", "Tim Allen"]
    assert films.year[toy_story] == "1995"
    assert "Lasseter" not in films.text[toy_story]
    assert max(map(len, films.cast)) == ACTORS
