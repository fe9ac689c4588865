"""The rankers by name; adding one is its file, its section in the settings and one line here.

Classes are named, not imported, so that listing the rankers loads none of what they compute with.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xdrec_assets.rankers.settings import RankerSettings

if TYPE_CHECKING:
    from xdrec_assets.rankers.ranker import Ranker

RANKERS = {
    "popularity": "popularity:Popularity",
    "item_knn": "item_knn:ItemKNN",
    "user_knn": "user_knn:UserKNN",
    "nearest_text": "nearest_text:NearestText",
    "svd": "svd:SVD",
    "nmf": "nmf:NMF",
    "ease": "ease:EASE",
    "als": "als:ALS",
    "clusters": "clusters:Clusters",
    "linear": "linear:Linear",
    "logistic": "logistic:Logistic",
    "trending": "blend.trending:Trending",
    "blend": "blend.blend:Blend",
    "two_tower": "neural.two_tower:TwoTower",
    "ncf": "neural.ncf:NCF",
    "lstm": "neural.lstm:LSTM",
    "sasrec": "neural.sasrec:SASRec",
    "text_encoder": "neural.text_encoder:TextEncoder",
}


def ranker_class(name: str) -> type[Ranker[Any]]:
    """The class of a ranker.

    Raises:
        ValueError: no ranker has this name.
    """
    if name not in RANKERS:
        raise ValueError(f"no ranker is named {name!r}; choose one of {', '.join(RANKERS)}")
    module, class_name = RANKERS[name].split(":")
    found: type[Ranker[Any]] = getattr(import_module(f"xdrec_assets.rankers.{module}"), class_name)
    return found


def create_ranker(name: str, settings: RankerSettings, unfinished: Path | None = None) -> Ranker[Any]:
    """A ranker with its section of the settings, not fitted yet.

    unfinished: a folder from which training goes on that was killed, where the ranker can.

    Raises:
        ValueError: no ranker has this name.
    """
    ranker = ranker_class(name)(getattr(settings, name))
    ranker.unfinished = unfinished
    return ranker
