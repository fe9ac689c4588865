"""Rank by a language model that goes on learning: a dense head over its reading of texts, people as in two towers.

Wu, Wu, Qi, Huang: Empowering News Recommendation with Pre-trained Language Models, SIGIR 2021: an item is told by the
pooled token vectors of a BERT-style encoder and a dense layer, a person by attention to the items taken; the last two
layers of the encoder learn with all else. `text_vectors.py` says how that is made affordable, `two_tower.py` the rest.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from resources import plain_text
from resources.encoding import batching, pooling, tuned_model
from resources.encoding.model_files import find_model_files
from resources.fingerprint import source_digest
from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.neural.item_tower import FixedVectors, ItemVectors
from xdrec_assets.rankers.neural.neural_ranker import NeuralRanker
from xdrec_assets.rankers.neural.settings import TextEncoderSettings
from xdrec_assets.rankers.neural.text_vectors import TextVectors
from xdrec_assets.rankers.neural.two_tower import TwoTowerNetwork

READS_BY = (batching, plain_text, pooling, tuned_model)
"""A change of these modules trains anew."""


class TextEncoder(NeuralRanker[TextEncoderSettings]):
    """The product of a person's and an item's state; an item without text has an embedding of its own."""

    name = "text_encoder"
    takes_stand_ins = False

    def network_of(self, history: History, knowledge: Knowledge) -> TwoTowerNetwork:
        return TwoTowerNetwork(history, self._vectors_of(history, knowledge), self.settings)

    def made_with(self) -> str:
        """The model's revision, and the code that reads texts."""
        code = source_digest(*(Path(str(one.__file__)) for one in READS_BY))
        return f"{find_model_files(self.settings.encoder).revision} {code}"

    def _vectors_of(self, history: History, knowledge: Knowledge) -> ItemVectors:
        texts, given = knowledge.texts, self.settings
        if texts is None:
            raise ValueError("text_encoder reads texts, and this knowledge has none read; make it by with_texts")
        if not any(texts):
            return FixedVectors(np.zeros((history.n_items, 1), dtype=np.float32))
        return TextVectors(
            texts, given.encoder, given.max_tokens, given.tuned_layers, given.encoder_step_share, given.texts_per_batch
        )
