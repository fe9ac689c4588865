"""Word vectors as a baseline: TF-IDF weighted words, reduced by a singular value decomposition.

Latent semantic analysis (Deerwester et al., 1990). It needs no pretrained model, and any script gives words: scripts
written without spaces (Chinese, Japanese, Korean syllables, Thai) fall into single characters and pairs of neighbours.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, Self

import numpy as np

from resources.plain_text import plain_text

UNSPACED = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
RUN = re.compile(rf"(?P<unspaced>[{UNSPACED}]+)|(?P<word>[^\W_{UNSPACED}]+)")
MAX_WORDS = 50_000

WordMethod = Literal["tfidf", "word2vec"]


def words(text: str) -> list[str]:
    """The words of a text, casefolded; characters and pairs of them where a script has no spaces.

    >>> words("Green-Tea 绿茶叶")
    ['green', 'tea', '绿', '绿茶', '茶', '茶叶', '叶']
    """
    return list(_words(plain_text(text).casefold()))


def _words(text: str) -> Iterator[str]:
    for run in RUN.finditer(text):
        if run["word"]:
            yield run["word"]
            continue
        characters = run["unspaced"]
        for start, character in enumerate(characters):
            yield character
            if start + 1 < len(characters):
                yield characters[start : start + 2]


def sentences(texts: Sequence[str]) -> list[list[str]]:
    """The words of each text.

    Raises ValueError where no text has a word in it.
    """
    found = [words(text) for text in texts]
    if not any(found):
        raise ValueError(f"none of the {len(texts)} texts has a word in it; leave word vectors out or give texts")
    return found


class FittedWords(Protocol):
    """Word vectors fitted on some texts."""

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors (n, size) float32 of unit length; zeros where a text has no word that was seen in fitting."""
        ...


def fit_words(method: WordMethod, texts: Sequence[str], size: int, seed: int = 0) -> FittedWords:
    """Fit word vectors by the method of that name.

    Raises ValueError where no text has a word in it.
    """
    if method == "word2vec":
        from resources.encoding.word2vec import Word2VecEncoder

        return Word2VecEncoder.fit(texts, size, seed)
    return WordEncoder.fit(texts, size, seed)


@dataclass(frozen=True)
class WordEncoder:
    """TF-IDF and its leading directions, both learned from the texts it was fitted on."""

    size: int
    tfidf: Any
    directions: np.ndarray
    """(n_words, at most size) float32."""

    @classmethod
    def fit(cls, texts: Sequence[str], size: int, seed: int = 0) -> Self:
        """Learn words and directions; fewer texts or words than `size` fill up with zeros.

        Raises ValueError where no text has a word in it.
        """
        from sklearn.decomposition import TruncatedSVD
        from sklearn.feature_extraction.text import TfidfVectorizer

        tfidf = TfidfVectorizer(analyzer=words, sublinear_tf=True, max_features=MAX_WORDS, dtype=np.float32)
        sentences(texts)
        weights = tfidf.fit_transform(texts)  # (n_texts, n_words) sparse
        n_directions = min(size, *weights.shape)
        if n_directions == weights.shape[1]:
            return cls(size, tfidf, np.eye(n_directions, dtype=np.float32))
        svd = TruncatedSVD(n_directions, random_state=seed).fit(weights)
        return cls(size, tfidf, svd.components_.T.astype(np.float32))

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors (n, size) float32 of unit length; zeros where a text has no word that was seen in fitting."""
        vectors = np.zeros((len(texts), self.size), dtype=np.float32)
        if len(texts):
            vectors[:, : self.directions.shape[1]] = self.tfidf.transform(texts) @ self.directions
        length = np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors / np.where(length > 0, length, np.float32(1))
