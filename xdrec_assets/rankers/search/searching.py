"""Search for the settings of rankers as of a date, and publish what was tried and how it did."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from math import isnan
from typing import Any

import pyarrow as pa

from data_quality.contract import load_contract
from resources.fingerprint import fingerprint
from resources.partitions import Partition
from xdrec_assets.joined.past import Past, load_past
from xdrec_assets.knowledge.reading import ITEMS, PEOPLE
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.publishing import Publication, Shown, publish_as_of, stale, unchanged
from xdrec_assets.rankers.search.chosen import SEARCHES
from xdrec_assets.rankers.search.pictures import search_pictures
from xdrec_assets.rankers.search.search import Budget, search
from xdrec_assets.rankers.search.spaces import SPACES
from xdrec_assets.rankers.search.trials import Measured, Trial, best_of, gain, measured
from xdrec_assets.rankers.search.validation import Validation, validation_of
from xdrec_assets.rankers.training import Trained, models_of
from xdrec_assets.shown import figures_table

CODE_OF_EVALUATION = ("evaluation/catalogue.py", "evaluation/metrics/ranking.py")
"""What trials are judged by, beside the rankers' own code."""


@dataclass(frozen=True)
class Searched:
    """What was tried for one model."""

    model: Trained
    trials: Sequence[Trial]  # the first one is of the settings that stand
    chosen: Trial


def publish_searches(pipeline: Pipeline, partition: Partition) -> Iterator[Publication]:
    """Every trial of every model whose settings are searched for as of a date; no row where searches are off.

    Raises:
        ValueError: there is something to search for, but no knowledge was published for that date.
    """
    settings = pipeline.settings.search
    past = load_past(pipeline, partition.first) if settings.trials else None
    made_from = _made_from(pipeline, past, partition)
    if not stale(pipeline, [SEARCHES], {partition.key: made_from}):
        yield from unchanged(pipeline, SEARCHES)
        return
    found = _all_searched(pipeline, past, partition) if past else []
    rows = pa.Table.from_pylist(trial_rows(partition, found), load_contract(SEARCHES).arrow_schema())
    figures = {"trials": rows.num_rows, "changed": sum(each.chosen.number > 0 for each in found)} if found else {}
    shown = Shown(has_preview=False, texts=_texts(found), pictures=search_pictures(rows.to_pylist()))
    with pipeline.engine.session() as session:
        yield publish_as_of(pipeline, session, SEARCHES, rows, partition, made_from, figures, shown)


def searched(validation: Validation, model: Trained, budget: Budget, margin: float) -> Searched:
    """The search for the settings of one model.

    Raises:
        ValueError: nobody validates it, or the settings that stand cannot be judged.
    """
    standing = getattr(validation.rankers, model.ranker)
    trials = list(search(standing, SPACES[model.ranker], partial(validation.judge, model), budget))
    return Searched(model, trials, best_of(trials, margin))


def trial_rows(partition: Partition, found: Sequence[Searched]) -> list[dict[str, Any]]:
    """The rows of the table, in the order of trials."""
    return [_row(partition, each, trial) for each in found for trial in each.trials]


def _all_searched(pipeline: Pipeline, past: Past, partition: Partition) -> list[Searched]:
    if None in _known(pipeline, partition):
        raise ValueError(f"{ITEMS} or {PEOPLE} holds nothing as of {partition.key}; materialise them first")
    settings, validation = pipeline.settings.search, validation_of(pipeline, past)
    found: list[Searched] = []
    for ranker in filter(settings.searches, pipeline.settings.rankers.in_use):
        began = time.perf_counter()
        models = [model for model in models_of(ranker, past.history) if validation.platforms(model)]
        for n, model in enumerate(models):
            left = settings.seconds - (time.perf_counter() - began)
            budget = Budget(settings.trials, max(0.0, left) / (len(models) - n), settings.seed)
            found.append(searched(validation, model, budget, settings.margin))
    return found


def _made_from(pipeline: Pipeline, past: Past | None, partition: Partition) -> int:
    if past is None:
        return fingerprint("no search")
    settings = pipeline.settings
    return fingerprint(
        past.digest,
        _known(pipeline, partition),
        settings.search.model_dump(mode="json", exclude={"use"}),
        settings.rankers.model_dump(mode="json"),
        settings.transfer.model_dump(mode="json"),
        settings.evaluation.model_dump(mode="json", include={"k", "catalogue", "min_strength"}),
        pipeline.code_of("rankers", *CODE_OF_EVALUATION),
    )


def _known(pipeline: Pipeline, partition: Partition) -> list[int | None]:
    """What the published knowledge was made from, of items and of people; None where it was not."""
    return [pipeline.lake.fingerprints(table, [partition.key])[partition.key] for table in (ITEMS, PEOPLE)]


def _row(partition: Partition, found: Searched, trial: Trial) -> dict[str, Any]:
    nothing = Measured(float("nan"), float("nan"))
    value, over = nothing, nothing
    if trial.refused is None:
        value, over = measured(trial.judged), gain(trial, found.trials[0])
    return {
        "as_of": partition.first,
        "ranker": found.model.ranker,
        "trained_on": found.model.trained_on,
        "platform": found.model.platform,
        "trial": trial.number,
        "settings": trial.section.model_dump_json(),
        "tried": json.dumps(dict(trial.tried), sort_keys=True),
        "state": trial.state,
        "reason": trial.refused,
        "n_people": sum(map(len, trial.judged.values())),
        "ndcg": _or_none(value.mean),
        "standard_error": _or_none(value.error),
        "gain": _or_none(over.mean),
        "gain_error": _or_none(over.error),
        "seconds": trial.seconds,
        "is_chosen": trial is found.chosen,
    }


def _texts(found: Sequence[Searched]) -> dict[str, str]:
    """What was chosen for each model, as a Markdown table."""
    lines = []
    for each in found:
        before, over = measured(each.trials[0].judged), gain(each.chosen, each.trials[0])
        chosen = each.chosen.tried if each.chosen.number else {}
        lines.append(
            {
                "ranker": each.model.ranker,
                "trained on": each.model.platform,
                "trials": len(each.trials) - 1,
                "NDCG as it stands": before.mean,
                "gain": over.mean,
                "its standard error": over.error,
                "chosen": ", ".join(f"{name} {value}" for name, value in chosen.items()) or "as it stands",
            }
        )
    return {"chosen": figures_table(lines)} if lines else {}


def _or_none(value: float) -> float | None:
    return None if isnan(value) else value
