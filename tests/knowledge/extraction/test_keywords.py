import numpy as np
import pytest

from tests.knowledge.extraction.planted import EVERYWHERE, OF_PLATFORM, WORDS, planted
from xdrec_assets.knowledge.extraction.keywords import class_keywords, class_tfidf, terms


def one_platform(n: int) -> np.ndarray:
    return np.zeros(n, dtype=np.int16)


def test_weights_are_those_of_the_paper():
    frequency = np.array([[4.0, 1.0, 0.0], [4.0, 0.0, 3.0]])
    average = (4 + 1 + 4 + 3) / 2
    expected = frequency * np.log(1 + average / np.array([8, 1, 3]))
    np.testing.assert_allclose(class_tfidf(frequency), expected)


def test_a_word_of_one_class_comes_before_one_that_both_have():
    texts = ["tea tea green cup", "tea green cup", "iron pan cup", "iron green pan pan"] * 5
    found = class_keywords(texts, np.array([0, 0, 1, 1] * 5), one_platform(20), 3)
    assert found == [["tea"], ["pan", "iron"]]  # cup and green are as frequent in all texts or nearly so


def test_a_common_word_is_no_keyword_of_a_small_class_by_chance():
    texts = ["bread that", "bread that", *["pan"] * 10, *["pan that"] * 8]
    assert class_keywords(texts, np.array([0, 0, *[1] * 18]), one_platform(20), 3) == [["bread"], ["pan", "that"]]


def test_rows_below_zero_are_left_out_and_the_order_of_texts_is_nothing():
    texts, classes = ["tea", "spam spam", "pan"] * 4, np.array([0, -1, 1] * 4)
    assert class_keywords(texts, classes, one_platform(12), 2) == [["tea"], ["pan"]]
    assert class_keywords(texts[::-1], classes[::-1], one_platform(12), 2) == [["tea"], ["pan"]]


def test_texts_without_words_have_no_keywords():
    assert class_keywords(["", "1 2 3"], np.array([0, 1]), one_platform(2), 3) == [[], []]
    assert class_keywords([], np.zeros(0, int), one_platform(0), 3) == []


def test_a_single_class_has_its_most_frequent_words():
    assert class_keywords(["tea tea cup"], np.array([0]), one_platform(1), 1) == [["tea"]]


@pytest.mark.parametrize("seed", range(3))
def test_keywords_are_the_planted_words_in_both_scripts_and_no_platform_s(seed: int):
    world = planted(seed, n_items=120)
    found = class_keywords(world.texts, world.topic, world.history.item_platform, 8)
    common = {term for word in (*EVERYWHERE, *OF_PLATFORM["shop"], *OF_PLATFORM["video"]) for term in terms(word)}
    for keywords, words in zip(found, WORDS, strict=True):
        planted_terms = {term for word in words for term in terms(word)}
        assert set(keywords) <= planted_terms and not set(keywords) & common
        assert len(keywords) >= 6


def test_words_that_a_platform_writes_everywhere_name_no_topic_of_that_platform_alone():
    texts = ["buy tea"] * 8 + ["watch pan"] * 8 + ["watch garden"] * 8
    topics, platforms = np.repeat([0, 1, 2], 8), np.repeat([0, 1, 1], 8)
    found = class_keywords(texts, topics, platforms, 3)
    assert found[1:] == [["pan"], ["garden"]]
    assert set(found[0]) == {"buy", "tea"}  # a platform of one topic has nothing to be told apart by
