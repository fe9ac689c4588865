"""Word vectors as a second baseline: skip-gram vectors of words (Mikolov et al., 2013), averaged over a text by IDF."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from resources.encoding.rows import unit
from resources.encoding.word_vectors import MAX_WORDS, sentences, words

WINDOW, NEGATIVES = 5, 5
WORDS_SEEN = 2_000_000  # a small collection is read this often: up to so many words, or MOST_EPOCHS times
LEAST_EPOCHS, MOST_EPOCHS = 5, 200


@dataclass(frozen=True)
class Word2VecEncoder:
    """Vectors of words and their IDF weights, both learned from the texts it was fitted on."""

    size: int
    vectors: Any
    """gensim's keyed vectors."""
    weights: np.ndarray
    """(n_words,) float32, the inverse document frequency of each word."""

    @classmethod
    def fit(cls, texts: Sequence[str], size: int, seed: int = 0) -> Self:
        """Learn vectors of all words; one thread reads the texts in their order, so that a seed gives one result.

        Raises ValueError where no text has a word in it.
        """
        from gensim.models import Word2Vec

        read = sentences(texts)
        n_words = sum(map(len, read))
        model = Word2Vec(
            read,
            vector_size=size,
            window=WINDOW,
            sg=1,
            negative=NEGATIVES,
            min_count=1,
            max_final_vocab=MAX_WORDS,
            epochs=int(np.clip(WORDS_SEEN // n_words, LEAST_EPOCHS, MOST_EPOCHS)),
            workers=1,
            seed=seed,
        )
        return cls(size, model.wv, inverse_document_frequency(read, model.wv.key_to_index))

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors (n, size) float32 of unit length; zeros where a text has no word that was seen in fitting."""
        vectors = np.zeros((len(texts), self.size), dtype=np.float32)
        for row, text in enumerate(texts):
            known = [self.vectors.key_to_index[word] for word in words(text) if word in self.vectors.key_to_index]
            if known:
                vectors[row] = self.weights[known] @ self.vectors.vectors[known]
        return unit(vectors)


def inverse_document_frequency(read: Sequence[Sequence[str]], numbers: dict[str, int]) -> np.ndarray:
    """Smoothed as TF-IDF has it, log((1 + n) / (1 + documents with the word)) + 1, by the words' numbers, float32.

    >>> inverse_document_frequency([["tea", "tea"], ["tea", "pot"]], {"tea": 0, "pot": 1}).astype(str).tolist()
    ['1.0', '1.4054651']
    """
    n_documents = np.zeros(len(numbers))
    for sentence in read:
        n_documents[[numbers[word] for word in set(sentence) if word in numbers]] += 1
    idf: np.ndarray = np.log((1 + len(read)) / (1 + n_documents)) + 1
    return idf.astype(np.float32)
