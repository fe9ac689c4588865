"""Train a ranker as of a date: on all platforms together, and on each platform alone as its twin."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from data_quality.contract import load_contract
from resources.fingerprint import fingerprint
from resources.partitions import Partition
from xdrec_assets.joined.history import History
from xdrec_assets.joined.past import load_past
from xdrec_assets.knowledge.build import ALL
from xdrec_assets.knowledge.reading import load_knowledge
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.publishing import Publication, Shown, publish_as_of, stale, unchanged
from xdrec_assets.rankers.popularity import Popularity
from xdrec_assets.rankers.ranker import Ranker
from xdrec_assets.rankers.registry import create_ranker
from xdrec_assets.rankers.store import load_ranker, save_ranker
from xdrec_assets.shown import figures_table


@dataclass(frozen=True)
class Trained:
    """One model to train: by which ranker, on whose data."""

    ranker: str
    platform: str  # "all", or the one platform

    @property
    def trained_on(self) -> str:
        """`all`, or `one` for a twin."""
        return "all" if self.platform == ALL else "one"

    def folder(self, as_of: str) -> Path:
        """Where the model lies below the folder of models."""
        return Path(self.ranker, as_of, self.platform)


def models_of(ranker: str, history: History) -> list[Trained]:
    """The models of a ranker; popularity learns nothing from other platforms and so has no model of all."""
    scopes = [*history.platforms] if ranker == Popularity.name else [ALL, *history.platforms]
    return [Trained(ranker, scope) for scope in scopes]


def publish_ranker(pipeline: Pipeline, ranker: str, partition: Partition) -> Iterator[Publication]:
    """Train and keep the models of a ranker as of a date, unless they were made from the same data and settings."""
    table, past = f"rankers/{ranker}", load_past(pipeline, partition.first)
    settings = getattr(pipeline.settings.rankers, ranker).model_dump(mode="json")
    known = pipeline.lake.fingerprints("knowledge/item_vectors", [partition.key])
    made_from = fingerprint(past.digest, known, settings, pipeline.code_of("rankers"))
    models = models_of(ranker, past.history)
    kept = all((pipeline.places.models / model.folder(partition.key) / "ranker.json").is_file() for model in models)
    if kept and not stale(pipeline, [table], {partition.key: made_from}):
        yield from unchanged(pipeline, table)
        return
    rows = [_train(pipeline, model, past.history, partition) for model in models]
    built = pa.Table.from_pylist(rows, schema=load_contract(table).arrow_schema())
    figures = {"models": len(rows), "seconds to fit": round(sum(row["fit_seconds"] for row in rows), 2)}
    with pipeline.engine.session() as session:
        shown = Shown(texts={"fitting": _fitting(rows)})
        yield publish_as_of(pipeline, session, table, built, partition, made_from, figures, shown)


def _fitting(rows: list[dict[str, Any]]) -> str:
    """How long each model took and what it learned from, as a Markdown table."""
    return figures_table(
        [
            {
                "trained on": row["platform"],
                "interactions": row["n_interactions"],
                "seconds to fit": f"{row['fit_seconds']:.2f}",
                "megabytes": f"{row['bytes'] / 1e6:.1f}",
            }
            for row in rows
        ]
    )


def load_model(pipeline: Pipeline, model: Trained, as_of: str) -> Ranker[Any]:
    """A model as it was kept.

    Raises:
        StoredRankerError: it is missing or broken.
    """
    return load_ranker(pipeline.places.models / model.folder(as_of))


def load_popularity(pipeline: Pipeline, platform: str, as_of: str) -> Popularity:
    """The popularity of a platform's items, which breaks ties and answers for people of whom nothing is known."""
    ranker = load_model(pipeline, Trained(Popularity.name, platform), as_of)
    assert isinstance(ranker, Popularity)  # by its name
    return ranker


def _train(pipeline: Pipeline, model: Trained, history: History, partition: Partition) -> dict[str, Any]:
    seen = history if model.platform == ALL else history.only(model.platform)
    knowledge = load_knowledge(pipeline, partition.first)[model.platform]
    ranker = create_ranker(model.ranker, pipeline.settings.rankers)
    began = time.perf_counter()
    ranker.fit(seen, knowledge)
    seconds = time.perf_counter() - began
    folder = pipeline.places.models / model.folder(partition.key)
    save_ranker(ranker, folder)
    return {
        "as_of": partition.first,
        "ranker": model.ranker,
        "trained_on": model.trained_on,
        "platform": model.platform,
        "folder": str(model.folder(partition.key)),
        "settings": json.dumps(ranker.settings.model_dump(mode="json"), sort_keys=True),
        "n_people": history.n_people,
        "n_interactions": len(seen.person),
        "fit_seconds": seconds,
        "bytes": sum(file.stat().st_size for file in folder.iterdir()),
    }
