"""Publish what is recommended to whom: the champion's best items for every person on every platform."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from resources.fingerprint import fingerprint, source_digest
from resources.partitions import Partition
from xdrec_assets.evaluation.catalogue import candidate_items
from xdrec_assets.evaluation.judging import rows_of
from xdrec_assets.joined.past import Past, load_past
from xdrec_assets.knowledge.build import ALL
from xdrec_assets.knowledge.reading import load_knowledge
from xdrec_assets.pipeline import HERE, Pipeline
from xdrec_assets.publishing import Publication, publish_as_of, stale, unchanged
from xdrec_assets.rankers.models import model_of
from xdrec_assets.rankers.popularity import Popularity
from xdrec_assets.rankers.training import load_model, load_popularity
from xdrec_assets.recommendations.showcase import showcase
from xdrec_assets.recommendations.top_k import Catalogue, Served, recommend, top_k_table

TABLE = "recommendations/top_k"
SERVED = ("platform", "ranker", "trained_on")
CODE_OF_EVALUATION = tuple(HERE / "evaluation" / name for name in ("catalogue.py", "report/plain_text.py"))


def publish_top_k(pipeline: Pipeline, partition: Partition) -> Iterator[Publication]:
    """The best items of every person known before the date, on every platform, by the ranker that may be served."""
    settings, as_of = pipeline.settings.recommendations, partition.first
    champions = rows_of(pipeline, "evaluation/champion", as_of, as_of).to_pylist()
    served_by = {name: pipeline.lake.fingerprints(f"rankers/{name}", [partition.key]) for name in _rankers(champions)}
    made_from = fingerprint(
        [[champion[key] for key in SERVED] for champion in champions],  # why it is served changes no list
        served_by,
        settings.model_dump(mode="json"),
        pipeline.settings.evaluation.catalogue,
        pipeline.code_of("recommendations"),
        source_digest(*CODE_OF_EVALUATION),
        _titles_of(pipeline),
    )
    if not stale(pipeline, [TABLE], {partition.key: made_from}):
        yield from unchanged(pipeline, TABLE)
        return
    past = load_past(pipeline, as_of)
    known = [champion for champion in champions if champion["platform"] in past.history.platforms]
    catalogue = _catalogue(pipeline, past)
    rows = top_k_table(batch for champion in known for batch in _batches(pipeline, past, catalogue, champion))
    with pipeline.engine.session() as session:
        yield publish_as_of(pipeline, session, TABLE, rows, partition, made_from, {"people": past.history.n_people})


def show_recommendations(pipeline: Pipeline, as_of: date, n_people: int = 2, width: int = 100) -> str:
    """The ten best recommendations of a few people with the reason for each, for a terminal."""
    past = load_past(pipeline, as_of)
    rows = rows_of(pipeline, TABLE, as_of, as_of)
    return showcase(rows, past.history, _titles(past), n_people, width=width)


def _rankers(champions: list[dict[str, Any]]) -> set[str]:
    return {Popularity.name, *(champion["ranker"] for champion in champions)}


def _batches(
    pipeline: Pipeline, past: Past, catalogue: Catalogue, champion: dict[str, Any]
) -> Iterator[pa.RecordBatch]:
    platform = champion["platform"]
    model = model_of(champion["ranker"], champion["trained_on"], platform, past.history)
    ranker = load_model(pipeline, model, past)
    popularity = load_popularity(pipeline, platform, past)
    candidates = candidate_items(past.history, platform, pipeline.settings.evaluation.catalogue)
    served = Served(platform, ranker, champion["trained_on"], candidates)
    return recommend(past.history, catalogue, [served], popularity, pipeline.settings.recommendations)


def _catalogue(pipeline: Pipeline, past: Past) -> Catalogue:
    knowledge = load_knowledge(pipeline, past.history.as_of)[ALL]
    return Catalogue(_titles(past), knowledge.text, _titles_of(pipeline))


def _titles_of(pipeline: Pipeline) -> dict[str, str]:
    return {platform.platform: platform.title for platform in pipeline.folder.platforms}


def _titles(past: Past) -> np.ndarray:
    return np.array(past.items.column("title").to_pylist(), dtype=object)
