"""Real data sets as events and texts: Amazon Food × Kitchen, MovieLens-100K, Amazon Beauty and Toys as sequences."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from resources.encoding.encoders import PACKAGED, text_encoder
from xdrec_assets.embeddings.vectors import unit_rows
from xdrec_assets.evaluation.protocols.events import Events, events_of, first_of_each_pair
from xdrec_assets.evaluation.protocols.splits import SECONDS_PER_DAY

LIKED_FROM = 4.0  # stars
SEQUENCES = {"beauty": "Beauty", "toys": "Toys_and_Games"}
Vectors = np.ndarray  # (n_items, d) float32, a row of zeros where an item has none


@dataclass(frozen=True)
class DataSet:
    """Events, the first of each person and item, and what is written of the items."""

    events: Events
    texts: list[str]  # (n_items,), "" where there is none

    def text_vectors(self, cache: Path | None = None) -> Vectors:
        """Sentence embeddings of the texts by the packaged language model; kept in `cache` where given."""
        return encode_texts(self.texts, cache)


def read_food_kitchen(folder: Path) -> DataSet:
    """Reviews on two platforms by the same people, with product titles."""
    items = pd.read_csv(folder / "items.csv.gz", keep_default_na=False).sort_values(["domain", "item_id"])
    events = pd.read_csv(folder / "interactions.csv.gz")
    return _data_set(items.domain, items.item_id, items.title, events)


def read_movielens(folder: Path) -> DataSet:
    """Films as "title. plot", and the ratings from four stars on as choices."""
    with gzip.open(folder / "clayrs_items_info.json.gz", "rt", encoding="utf-8") as file:
        films = pd.DataFrame(json.load(file)).set_index("movielens_id")
    ratings = pd.read_csv(folder / "ml-100k.inter.gz", sep="\t", dtype={"item_id:token": str})
    ratings.columns = ["user_id", "item_id", "rating", "timestamp"]
    ids = pd.Index(sorted(set(films.index) | set(ratings.item_id)))
    films = films.reindex(ids)
    texts = (films.title + ". " + films["plot"]).where(films["plot"].fillna("").str.len() > 0, "").fillna("")
    return _data_set(pd.Series("films", ids), ids.to_series(), texts, ratings[ratings.rating >= LIKED_FROM])


def read_sequences(folder: Path, name: str) -> DataSet:
    """Items in the order in which each person took them; an item's text is the list of its attributes' numbers.

    There are no times: the n-th item of a person is taken to be of day n.
    """
    with gzip.open(folder / f"{SEQUENCES[name]}.txt.gz", "rt", encoding="utf-8") as file:
        sequences = [line.split() for line in file]
    with gzip.open(folder / f"{SEQUENCES[name]}_item2attributes.json.gz", "rt", encoding="utf-8") as file:
        attributes: dict[str, list[int]] = json.load(file)
    taken = [(user, item, n * SECONDS_PER_DAY) for user, *items in sequences for n, item in enumerate(items)]
    events = pd.DataFrame(taken, columns=["user_id", "item_id", "timestamp"])
    ids = pd.Index(sorted(events.item_id.unique()))
    texts = ids.to_series().map(lambda item: " ".join(map(str, attributes.get(item, ()))))
    return _data_set(pd.Series(name, ids), ids.to_series(), texts, events)


def encode_texts(texts: list[str], cache: Path | None) -> Vectors:
    """Sentence embeddings of unit length, shape (len(texts), d), zeros where there is none.

    Raises:
        ValueError: the cache holds another number of texts.
    """
    if cache is not None and cache.exists():
        kept: np.ndarray = np.load(cache, allow_pickle=False)
        if len(kept) != len(texts):
            raise ValueError(f"{cache} has {len(kept)} rows, expected {len(texts)} texts; delete it")
        return unit_rows(kept)
    vectors = text_encoder(PACKAGED).encode(texts)
    if cache is not None:
        np.save(cache, vectors)
    return unit_rows(vectors)


def _data_set(platform: pd.Series, item_id: pd.Series, texts: pd.Series, events: pd.DataFrame) -> DataSet:
    """Items sorted by platform and id; events with columns user_id, item_id and timestamp (Unix seconds)."""
    items = [*zip(platform.tolist(), item_id.tolist(), strict=True)]
    numbers = pd.Index(item_id).get_indexer(events.item_id)
    found = events_of(items, events.user_id.to_numpy(), numbers, events.timestamp.to_numpy())
    return DataSet(first_of_each_pair(found), texts.tolist())
