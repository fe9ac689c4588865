"""Name clusters of texts by the words that set them apart: class-based TF-IDF (Grootendorst, 2022, BERTopic)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from resources.encoding.word_vectors import UNSPACED, words

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

MAX_WORDS = 50_000
LEAST_LIFT, LEAST_SURPRISE = 1.5, 2.0
"""How many times more texts of its class have a keyword than is expected; and by how many roots of that number more,
or common words would be keywords of small classes by chance."""
SINGLE = re.compile(rf"[{UNSPACED}]|\w?|[\d_]+")  # a character, which is part of a pair; a letter; a number


def terms(text: str) -> list[str]:
    """The words of a text that may be keywords; characters of scripts without spaces as pairs.

    >>> terms("The 12 best green-tea X 绿茶叶")
    ['the', 'best', 'green', 'tea', '绿茶', '茶叶']
    """
    return [word for word in words(text) if not SINGLE.fullmatch(word)]


def class_keywords(texts: Sequence[str], classes: np.ndarray, groups: np.ndarray, count: int) -> list[list[str]]:
    """The `count` words that say most about each class, most telling first; fewer where a class has fewer.

    texts: (n,); classes: (n,) numbers from 0 on, rows below 0 are left out; groups: (n,) numbers of the groups, such as
    platforms, that the texts are from. Words are weighed by tf(t, c) · log(1 + A / tf(t)), A the average number of
    words of a class (equation 2 of the paper). What is as frequent in other texts of the same groups, such as "the" in
    any language or a word that a platform writes everywhere, is no keyword (see LEAST_LIFT), unless a class has no
    other.
    """
    n_classes = int(classes.max(initial=-1)) + 1
    kept = classes >= 0
    counts, names = _counts([text for text, keep in zip(texts, kept, strict=True) if keep])
    if not len(names):
        return [[] for _ in range(n_classes)]
    of_class, of_group = _indicator(classes[kept]), _indicator(groups[kept])
    weights = class_tfidf(np.asarray((of_class @ counts).todense()))  # (n_classes, n_words)
    if n_classes > 1:
        telling = np.where(_telling(of_class, of_group, counts), weights, 0)
        weights = np.where(telling.any(axis=1, keepdims=True), telling, weights)
    order = np.argsort(-weights, axis=1, kind="stable")[:, :count]  # words are sorted: ties in their order
    return [[str(names[word]) for word in row if weights[number, word] > 0] for number, row in enumerate(order)]


def class_tfidf(frequency: np.ndarray) -> np.ndarray:
    """tf(t, c) · log(1 + A / tf(t)) of the frequencies of words in classes, (n_classes, n_words).

    >>> class_tfidf(np.array([[2.0, 0.0], [1.0, 3.0]])).round(3).tolist()  # A = 3; 2 log 2, 3 log 2
    [[1.386, 0.0], [0.693, 2.079]]
    """
    total = frequency.sum(axis=0)
    average = frequency.sum() / len(frequency)
    return np.asarray(frequency * np.log1p(average / np.maximum(total, 1)))


def _counts(texts: Sequence[str]) -> tuple[csr_matrix, np.ndarray]:
    """How often each text has each word, (n, n_words), and the words, sorted."""
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import CountVectorizer

    if not any(terms(text) for text in texts):
        return csr_matrix((len(texts), 0)), np.array([], dtype=object)
    counter = CountVectorizer(analyzer=terms, max_features=MAX_WORDS, dtype=np.float32)
    return counter.fit_transform(texts), counter.get_feature_names_out()


def _indicator(numbers: np.ndarray) -> csr_matrix:
    """(highest number + 1, n), 1 where a row is of that number."""
    from scipy.sparse import csr_matrix

    rows = np.arange(len(numbers))
    return csr_matrix((np.ones(len(numbers), np.float32), (numbers, rows)))


def _telling(of_class: csr_matrix, of_group: csr_matrix, counts: csr_matrix) -> np.ndarray:
    """Which words set a class apart, (n_classes, n_words) bool: more of its texts have them than texts of its groups.

    Expected are as many as the same number of texts of the same groups would have.
    """
    has = (counts > 0).astype(np.float32)
    mix = _dense(of_class @ of_group.T)  # texts of each class by group
    expected = np.maximum(mix @ (_dense(of_group @ has) / _sizes(of_group)), 1e-9)
    found = _dense(of_class @ has)
    is_more = found >= LEAST_LIFT * expected
    return np.asarray(is_more & (found - expected >= LEAST_SURPRISE * np.sqrt(expected)))


def _sizes(rows: csr_matrix) -> np.ndarray:
    return np.asarray(np.maximum(np.asarray(rows.sum(axis=1)).reshape(-1, 1), 1))


def _dense(rows: csr_matrix) -> np.ndarray:
    return np.asarray(rows.todense(), dtype=np.float32)
