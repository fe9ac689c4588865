"""MovieLens-100k with the films' plots, in the files that ClayRS and RecBole hand out."""

import gzip
import json
from pathlib import Path

import pandas as pd

from benchmarks.held_out import Log, log_of

LIKED_FROM = 4.0


def read_films(folder: Path) -> Log:
    """Films as "title. plot", and the ratings from four stars on as choices."""
    with gzip.open(folder / "clayrs_items_info.json.gz", "rt", encoding="utf-8") as file:
        films = pd.DataFrame(json.load(file))
    ratings = pd.read_csv(folder / "ml-100k.inter.gz", sep="\t")
    ratings.columns = ["user_id", "item_id", "rating", "timestamp"]
    ids = sorted(set(films.movielens_id.astype(int)) | set(ratings.item_id))
    plots = films.assign(item_id=films.movielens_id.astype(int)).set_index("item_id").reindex(ids)
    text = (plots.title + ". " + plots["plot"]).where(plots["plot"].fillna("").str.len() > 0, "").fillna("")
    items = pd.DataFrame({"item_id": ids, "platform": "films", "text": text.to_numpy()})
    return log_of(["films"], items, ratings[ratings.rating >= LIKED_FROM])
