"""Train a ranker as of a date: on all platforms together, and on each platform alone as its twin."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from data_quality.contract import load_contract
from resources.fingerprint import fingerprint
from resources.partitions import Partition
from xdrec_assets.joined.history import History
from xdrec_assets.joined.past import Past, load_past
from xdrec_assets.knowledge.build import ALL
from xdrec_assets.knowledge.reading import load_knowledge
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.learning_plot import learning_pictures
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.publishing import Publication, Shown, publish_as_of, stale, unchanged
from xdrec_assets.rankers.origin import origin_of, upstream_versions
from xdrec_assets.rankers.popularity import Popularity
from xdrec_assets.rankers.ranker import Ranker
from xdrec_assets.rankers.registry import create_ranker
from xdrec_assets.rankers.settings import RankerSettings
from xdrec_assets.rankers.store import ABOUT_FILE, StoredRankerError, is_kept, load_ranker, save_ranker
from xdrec_assets.shown import figures_table


class OtherPastError(StoredRankerError):
    """What is known of the time before a date has changed since the models of that date were trained."""


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
    """Train and keep the models of a ranker as of a date, unless they were made from the same data and settings.

    What was published is not believed of the files: a run may have been killed between the two, or a file have rotted.
    """
    table, past = f"rankers/{ranker}", load_past(pipeline, partition.first)
    settings = getattr(pipeline.settings.rankers, ranker).model_dump(mode="json")
    known = pipeline.lake.fingerprints("knowledge/item_vectors", [partition.key])
    made_from = fingerprint(past.digest, known, settings, pipeline.code_of("rankers"))
    models = models_of(ranker, past.history)
    folders = [pipeline.places.models / model.folder(partition.key) for model in models]
    published = not stale(pipeline, [table], {partition.key: made_from})
    if published and all(is_kept(folder, made_from) for folder in folders):
        yield from unchanged(pipeline, table)
        return
    tables, knowledge = upstream_versions(pipeline), load_knowledge(pipeline, partition.first)
    rows = [_keep(pipeline, model, past, knowledge, tables, made_from) for model in models]
    built = pa.Table.from_pylist(rows, schema=load_contract(table).arrow_schema())
    figures = {"models": len(rows), "seconds to fit": round(sum(row["fit_seconds"] for row in rows), 2)}
    with pipeline.engine.session() as session:
        pictures = learning_pictures(training_losses(pipeline, partition.key), ranker)
        shown = Shown(texts={"fitting": _fitting(rows)}, pictures=pictures)
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


def load_model(pipeline: Pipeline, model: Trained, past: Past) -> Ranker[Any]:
    """A model as it was kept, to be asked about the past that it was trained on: people and items are numbers to it.

    Raises:
        StoredRankerError: it is missing or broken.
        OtherPastError: it was trained on another past.
    """
    folder = pipeline.places.models / model.folder(past.history.as_of.isoformat())
    ranker = load_ranker(folder)
    about = json.loads((folder / ABOUT_FILE).read_text(encoding="utf-8"))
    trained_on = about.get("origin", {}).get("history")
    if trained_on != past.digest:
        raise OtherPastError(
            f"{folder} holds a ranker that was trained on history {trained_on}, and the lake's is {past.digest} now; "
            f"train it again: materialise rankers/{model.ranker} for this date"
        )
    return ranker


def load_popularity(pipeline: Pipeline, platform: str, past: Past) -> Popularity:
    """The popularity of a platform's items, which breaks ties and answers for people of whom nothing is known."""
    ranker = load_model(pipeline, Trained(Popularity.name, platform), past)
    assert isinstance(ranker, Popularity)  # by its name
    return ranker


def training_losses(pipeline: Pipeline, as_of: str) -> list[dict[str, Any]]:
    """How the models of a date learned that are trained in passes: rows of ranker, trained_on, platform, losses.

    `platform` is "all" where a model was trained on all of them. What is kept of a model is read, not the model.
    """
    found = []
    for path in sorted(pipeline.places.models.glob(f"*/{as_of}/*/{ABOUT_FILE}")):
        losses = json.loads(path.read_text(encoding="utf-8")).get("losses")
        if losses:
            model = Trained(path.parents[2].name, path.parent.name)
            row = {"ranker": model.ranker, "trained_on": model.trained_on, "platform": model.platform}
            found.append(row | {"losses": losses})
    return found


def train(
    model: Trained, history: History, knowledge: Mapping[str, Knowledge], settings: RankerSettings
) -> Ranker[Any]:
    """A model fitted on what its scope may know; the same input and software give the same bits on a CPU.

    Args:
        model: which one.
        history: of all platforms.
        knowledge: by scope.
        settings: of all rankers.
    """
    seen = history if model.platform == ALL else history.only(model.platform)
    return create_ranker(model.ranker, settings).fit(seen, knowledge[model.platform])


def _keep(
    pipeline: Pipeline,
    model: Trained,
    past: Past,
    knowledge: Mapping[str, Knowledge],
    tables: Mapping[str, int],
    made_from: int,
) -> dict[str, Any]:
    """Train a model and keep it with its origin; the row that says so."""
    history, key = past.history, past.history.as_of.isoformat()
    began = time.perf_counter()
    ranker = train(model, history, knowledge, pipeline.settings.rankers)
    seconds = time.perf_counter() - began
    folder = pipeline.places.models / model.folder(key)
    settings = ranker.settings.model_dump(mode="json")
    save_ranker(ranker, folder, origin_of(pipeline, past, model.platform, settings, tables), made_from)
    return {
        "as_of": history.as_of,
        "ranker": model.ranker,
        "trained_on": model.trained_on,
        "platform": model.platform,
        "folder": str(model.folder(key)),
        "settings": json.dumps(settings, sort_keys=True),
        "n_people": history.n_people,
        "n_interactions": len((history if model.platform == ALL else history.only(model.platform)).person),
        "fit_seconds": seconds,
        "bytes": sum(file.stat().st_size for file in folder.iterdir()),
    }
