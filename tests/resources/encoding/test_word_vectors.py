import numpy as np
import pytest

from resources.encoding.word_vectors import WordEncoder, words

TEXTS = ["green tea leaves", "black tea leaves", "steel knife", "steel fork", "绿茶叶", "红茶叶", "不锈钢刀"]


def test_words_are_casefolded_and_punctuation_is_left_out():
    assert words("Green-Tea, 2 cups!") == ["green", "tea", "2", "cups"]


def test_chinese_falls_into_characters_and_pairs():
    assert words("绿茶") == ["绿", "绿茶", "茶"]


@pytest.mark.parametrize(("near", "one", "far"), [(0, 1, 2), (2, 3, 0), (4, 5, 6)])
def test_texts_that_share_words_are_closer(near, one, far):
    vectors = WordEncoder.fit(TEXTS, size=5, seed=0).encode(TEXTS)
    assert vectors[near] @ vectors[one] > vectors[near] @ vectors[far] + 0.2


def test_text_without_known_words_has_a_row_of_zeros():
    vectors = WordEncoder.fit(TEXTS, size=5, seed=0).encode(["", "!!", "unheard", "tea"])
    assert vectors.any(axis=1).tolist() == [False, False, False, True]


def test_vectors_have_unit_length_and_the_size_asked_for():
    vectors = WordEncoder.fit(TEXTS, size=50, seed=0).encode(TEXTS)
    assert vectors.shape == (7, 50)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


def test_same_seed_gives_the_same_vectors():
    one, two = (WordEncoder.fit(TEXTS, size=4, seed=3).encode(TEXTS) for _ in range(2))
    np.testing.assert_array_equal(one, two)


def test_single_word_can_be_fitted():
    assert WordEncoder.fit(["tea"], size=3, seed=0).encode(["tea"]).tolist() == [[1, 0, 0]]


def test_texts_without_words_cannot_be_fitted():
    with pytest.raises(ValueError, match="none of the 2 texts has a word"):
        WordEncoder.fit(["", "..."], size=3, seed=0)
