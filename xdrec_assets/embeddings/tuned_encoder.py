"""Tune the text encoder on what people chose together, and use it only where it wins on pairs it has not learned from.

It has seen nothing of the first as-of date or later, so that it may encode for every as-of date.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from data_quality.contract import load_contract
from resources.encoding import contrastive, tuned_model, tuning
from resources.encoding.encoders import model_and_revision
from resources.fingerprint import fingerprint, source_digest
from xdrec_assets.embeddings import choice_tuning, co_chosen, retrieval
from xdrec_assets.embeddings.choice_tuning import tune_on_choices
from xdrec_assets.embeddings.chosen_encoder import TUNED, last_tuning
from xdrec_assets.embeddings.tuning_settings import TuningSettings
from xdrec_assets.joined.joining import WHOLE
from xdrec_assets.joined.past import Past, load_past
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.progress import working
from xdrec_assets.publishing import Publication, publish, stale, unchanged

LEARNS_BY = (contrastive, tuned_model, tuning, co_chosen, retrieval, choice_tuning)
"""A change of these modules tunes anew; one of other code does not, for all texts would have to be encoded anew."""
SHOWN = ("n_pairs", "steps", "recall_before", "recall_after", "why")
FOLDER = "tuned_encoder"
"""Of all tuned encoders, below the folder of models."""


def publish_tuned_encoder(pipeline: Pipeline) -> Iterator[Publication]:
    """Tune and judge the encoder, unless that was done from the same past and settings, or tuning is off.

    Off, the table is there without a row, or stands as it is.
    """
    settings = pipeline.settings.embeddings.tuning
    if settings is None:
        is_there = pipeline.lake.version(TUNED) is not None
        yield from unchanged(pipeline, TUNED) if is_there else [_publish(pipeline, [])]
        return
    past = load_past(pipeline, trained_before(pipeline, settings))
    wanted = {WHOLE: _made_from(pipeline, past, settings)}
    kept, is_stale = last_tuning(pipeline), bool(stale(pipeline, [TUNED], wanted))
    if kept and (pipeline.places.models / kept["encoder"]["model"]).is_dir() and not is_stale:
        yield from unchanged(pipeline, TUNED)
        return
    with working(TUNED, "steps") as on_step:
        folder, row = tune_on_choices(
            past, pipeline.settings.embeddings, settings, pipeline.places.models / FOLDER, on_step
        )
    yield _publish(pipeline, [row], wanted if is_stale else None)  # where its folder alone was lost, the mark stands
    _remove_others(folder)


def trained_before(pipeline: Pipeline, settings: TuningSettings) -> date:
    """The date before which the encoder learns: that of the settings, or the first as-of date.

    Raises:
        ValueError: there is an as-of date before it, for which the encoder would know the future; or none at all.
    """
    first = min(pipeline.as_of_dates(), default=None)
    if first is None:
        raise ValueError("embeddings.tuning: there is no as-of date yet; wait for the first, or set tuning to null")
    if settings.before is not None and settings.before > first:
        raise ValueError(
            f"embeddings.tuning.before: found {settings.before}, but models are made as of {first} and must not know "
            f"what came after; give {first} or earlier, or let as_of begin later"
        )
    return settings.before or first


def _publish(
    pipeline: Pipeline, rows: list[dict[str, Any]], fingerprints: Mapping[str, int] | None = None
) -> Publication:
    figures = {name: row[name] for row in rows for name in SHOWN}
    with pipeline.engine.session() as session:
        session.bind_rows("embeddings.tuned_encoder", pa.Table.from_pylist(rows, load_contract(TUNED).arrow_schema()))
        return publish(pipeline, session, TUNED, "embeddings.tuned_encoder", fingerprints=fingerprints, figures=figures)


def _made_from(pipeline: Pipeline, past: Past, settings: TuningSettings) -> int:
    spec, code = pipeline.settings.embeddings.encoder, source_digest(*(Path(str(one.__file__)) for one in LEARNS_BY))
    return fingerprint(past.digest, model_and_revision(spec), spec.model_dump(), settings.model_dump(mode="json"), code)


def _remove_others(kept: Path) -> None:
    """Remove former tuned encoders, now that the table names this one."""
    for folder in kept.parents[1].iterdir():
        if folder != kept.parent:
            shutil.rmtree(folder)
