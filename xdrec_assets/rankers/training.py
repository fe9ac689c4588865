"""Train a ranker as of a date: on all platforms by its transfer strategy, and on each platform alone as its twin."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator, Mapping
from functools import partial
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
from xdrec_assets.rankers.models import Trained as Trained
from xdrec_assets.rankers.models import models_of as models_of
from xdrec_assets.rankers.new_items import answering_new_items
from xdrec_assets.rankers.origin import origin_of, upstream_versions
from xdrec_assets.rankers.popularity import Popularity
from xdrec_assets.rankers.ranker import Ranker
from xdrec_assets.rankers.registry import create_ranker
from xdrec_assets.rankers.search.chosen import settings_by_scope
from xdrec_assets.rankers.settings import RankerSettings
from xdrec_assets.rankers.store import ABOUT_FILE, StoredRankerError, is_kept, load_ranker, save_ranker
from xdrec_assets.rankers.transfer.registry import NONE
from xdrec_assets.rankers.transfer.settings import TransferSettings
from xdrec_assets.rankers.transfer.shown import fitting_texts, used_by
from xdrec_assets.rankers.transfer.strategy import KnowledgeOf
from xdrec_assets.rankers.transfer.transferred import transferred

UNFINISHED = "unfinished"
"""In a model's folder: what a killed training had learned; it goes when all models of the date are kept."""


class OtherPastError(StoredRankerError):
    """What is known of the time before a date has changed since the models of that date were trained."""


def publish_ranker(pipeline: Pipeline, ranker: str, partition: Partition) -> Iterator[Publication]:
    """Train and keep the models of a ranker as of a date, unless they were made from the same data and settings.

    What was published is not believed of the files: a run may have been killed between the two, or a file have rotted.
    """
    table, past = f"rankers/{ranker}", load_past(pipeline, partition.first)
    models = models_of(ranker, past.history)
    by_scope = settings_by_scope(pipeline, ranker, partition, [model.platform for model in models])
    settings = {scope: getattr(each, ranker).model_dump(mode="json") for scope, each in by_scope.items()}
    known = pipeline.lake.fingerprints("knowledge/item_vectors", [partition.key])
    transfer = pipeline.settings.transfer.told_of(ranker)
    new_items = pipeline.settings.rankers.new_items.model_dump(mode="json")
    made_with = {scope: create_ranker(ranker, each).made_with() for scope, each in by_scope.items()}
    code = pipeline.code_of("rankers")
    made_from = fingerprint(past.digest, known, settings, transfer, new_items, code, made_with)
    folders = [pipeline.places.models / model.folder(partition.key) for model in models]
    published = not stale(pipeline, [table], {partition.key: made_from})
    if published and all(is_kept(folder, made_from) for folder in folders):
        yield from unchanged(pipeline, table)
        return
    tables, knowledge = upstream_versions(pipeline), load_knowledge(pipeline, partition.first)
    rows = [_keep(pipeline, model, past, knowledge, tables, made_from, by_scope[model.platform]) for model in models]
    for folder in folders:
        shutil.rmtree(folder / UNFINISHED, ignore_errors=True)
    _forget_others(folders)
    built = pa.Table.from_pylist(rows, schema=load_contract(table).arrow_schema())
    figures = {"models": len(rows), "seconds to fit": round(sum(row["fit_seconds"] for row in rows), 2)}
    with pipeline.engine.session() as session:
        pictures = learning_pictures(training_losses(pipeline, partition.key), ranker)
        about = json.loads((folders[0] / ABOUT_FILE).read_text(encoding="utf-8"))
        shown = Shown(texts=fitting_texts(rows, about), pictures=pictures)
        yield publish_as_of(pipeline, session, table, built, partition, made_from, figures, shown)


def _forget_others(folders: list[Path]) -> None:
    """Remove models of the same ranker and date that it no longer has, such as those of a platform that is gone."""
    for folder in set(folders[0].parent.iterdir()) - set(folders):
        shutil.rmtree(folder)


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
    """How the models of a date learned that are trained in passes.

    Rows of ranker, trained_on, platform, losses and validation (as in `told.Told`).
    `platform` is "all" where a model was trained on all of them, "all for video" where it has one for each platform.
    What is kept of a model is read, not the model.
    """
    found = []
    for path in sorted(pipeline.places.models.glob(f"*/{as_of}/*/{ABOUT_FILE}")):
        about, model = json.loads(path.read_text(encoding="utf-8")), Trained(path.parents[2].name, path.parent.name)
        parts = {f"{model.platform} for {name}": told for name, told in about.get("per_platform", {}).items()}
        for platform, told in (parts or {model.platform: about}).items():
            row = {"ranker": model.ranker, "trained_on": model.trained_on, "platform": platform}
            if told.get("losses"):
                found.append(row | {"losses": told["losses"], "validation": told.get("validation", [])})
    return found


def train(
    model: Trained,
    history: History,
    knowledge: Mapping[str, Knowledge],
    settings: RankerSettings,
    transfer: TransferSettings | None = None,
    unfinished: Path | None = None,
    knowledge_before: KnowledgeOf | None = None,
) -> Ranker[Any]:
    """A model fitted on what its scope may know; the same input and software give the same bits on a CPU.

    Args:
        model: which one.
        history: of all platforms.
        knowledge: by scope.
        settings: of all rankers.
        transfer: how a model of all platforms learns from them; jointly where not given.
        unfinished: a folder from which training goes on that was killed, where the ranker can.
        knowledge_before: knowledge by scope of an earlier history, on which a choice among strategies is made.
    """
    own = knowledge[model.platform]
    if model.platform == ALL:
        fitted = transferred(model.ranker, history, knowledge, settings, transfer, unfinished, knowledge_before)
        return answering_new_items(fitted, history, own, settings.new_items)
    seen = history.only(model.platform)
    twin = create_ranker(model.ranker, settings, unfinished).fit(seen, own)
    return answering_new_items(twin, seen, own, settings.new_items)


def _keep(
    pipeline: Pipeline,
    model: Trained,
    past: Past,
    knowledge: Mapping[str, Knowledge],
    tables: Mapping[str, int],
    made_from: int,
    rankers: RankerSettings,
) -> dict[str, Any]:
    """Train a model and keep it with its origin; the row that says so."""
    from xdrec_assets.rankers.search.validation import knowledge_before  # which trains by this module

    history, key = past.history, past.history.as_of.isoformat()
    folder = pipeline.places.models / model.folder(key)
    unfinished = folder / UNFINISHED / str(made_from)
    began, before = time.perf_counter(), partial(knowledge_before, pipeline, past)
    ranker = train(model, history, knowledge, rankers, pipeline.settings.transfer, unfinished, before)
    seconds = time.perf_counter() - began
    transfer: dict[str, Any] = {"strategy": NONE}
    if model.platform == ALL:
        transfer = pipeline.settings.transfer.told_of(model.ranker) | {"used": used_by(ranker)}
    new_items = rankers.new_items.model_dump(mode="json")
    settings = ranker.settings.model_dump(mode="json") | {"transfer": transfer, "new_items": new_items}
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
        "bytes": sum(file.stat().st_size for file in folder.iterdir() if file.is_file()),
    }
