"""Rank by nearness of meaning to the texts of what a person took lately.

A content profile after Rocchio, as in Lops, de Gemmis, Semeraro: Content-based Recommender Systems, 2011. Vectors of
language models crowd into a narrow cone; whitening them first, which the knowledge stage does, makes cosines tell items
apart (Su, Cao, Liu, Ou: Whitening Sentence Representations, 2021).
"""

from __future__ import annotations

from typing import Self

import numpy as np

from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.factors import FactorRanker
from xdrec_assets.rankers.recency import days_since_last, recency_weights
from xdrec_assets.rankers.settings import NearestTextSettings


class NearestText(FactorRanker[NearestTextSettings]):
    """Cosine between an item's text and the mean text of a person's items, weighted by strength and recency."""

    name = "nearest_text"
    takes_stand_ins = False

    def fit(self, history: History, knowledge: Knowledge) -> Self:
        weights = history.strength * recency_weights(days_since_last(history), self.settings.half_life_days)
        profiles = history.matrix(weights) @ knowledge.text  # (n_people, d_text)
        length = np.linalg.norm(profiles, axis=1, keepdims=True)
        self._people = np.divide(profiles, length, out=np.zeros_like(profiles), where=length > 0)
        self._items = knowledge.text.copy()
        return self
