import numpy as np
import pytest

from resources.encoding.word2vec import inverse_document_frequency
from resources.encoding.word_vectors import fit_words

DRINKS = [
    "green tea leaves",
    "black tea cup",
    "hot tea leaves cup",
    "green leaves tea pot",
    "tea pot cup",
    "black tea pot",
]
TOOLS = [
    "steel knife handle",
    "steel fork handle",
    "sharp knife fork",
    "steel blade knife",
    "sharp blade handle",
    "fork blade steel",
]
TEXTS = (DRINKS + TOOLS) * 20


def fitted(texts=TEXTS, size=16, seed=0):
    return fit_words("word2vec", texts, size, seed)


def test_words_that_stand_together_are_closer():
    pot, cup, blade = fitted().encode(["pot", "cup", "blade"])
    assert pot @ cup > pot @ blade + 0.2


def test_same_seed_gives_the_same_vectors_and_another_seed_others():
    one, two, other = (fitted(seed=seed).encode(TEXTS[:3]) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, other)


def test_a_text_is_the_average_of_its_words_by_their_rarity():
    encoder = fitted()
    tea, sharp = (encoder.vectors.vectors[encoder.vectors.key_to_index[word]] for word in ("tea", "sharp"))
    n, n_tea, n_sharp = 240, 120, 40
    mean = (np.log((1 + n) / (1 + n_tea)) + 1) * 2 * tea + (np.log((1 + n) / (1 + n_sharp)) + 1) * sharp
    np.testing.assert_allclose(encoder.encode(["Tea sharp, TEA unheard"])[0], mean / np.linalg.norm(mean), atol=1e-6)


def test_a_word_counts_once_for_each_text_that_has_it():
    weights = inverse_document_frequency([["a", "a"], ["a", "b"], ["c"]], {"a": 0, "b": 1, "c": 2})
    np.testing.assert_allclose(weights, np.log([4 / 3, 4 / 2, 4 / 2]) + 1, rtol=1e-6)


def test_text_without_known_words_has_a_row_of_zeros():
    vectors = fitted().encode(["", "!!", "unheard", "tea"])
    assert vectors.any(axis=1).tolist() == [False, False, False, True]
    assert vectors.dtype == np.float32 and vectors.shape == (4, 16)


def test_texts_without_words_cannot_be_fitted():
    with pytest.raises(ValueError, match="none of the 2 texts has a word"):
        fitted(["", "..."])


def test_a_single_word_can_be_fitted():
    np.testing.assert_allclose(np.linalg.norm(fitted(["tea"], size=3).encode(["tea"]), axis=1), 1, atol=1e-6)
