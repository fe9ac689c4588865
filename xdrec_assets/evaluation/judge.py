"""Put all models of an as-of date to the exam of each platform, on what happened after it."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Final, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data_quality.contract import load_contract
from xdrec_assets.evaluation.evaluate import evaluate
from xdrec_assets.evaluation.evaluated import Evaluated
from xdrec_assets.evaluation.exam import Traits, exam_on
from xdrec_assets.evaluation.full_ranking import full_ranking
from xdrec_assets.evaluation.metrics.taste import item_shares
from xdrec_assets.evaluation.relevant_sets import window
from xdrec_assets.joined.joining import bind_clean, bind_joined
from xdrec_assets.joined.past import Past, load_past
from xdrec_assets.knowledge.build import ALL
from xdrec_assets.knowledge.reading import load_knowledge
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.rankers.training import load_model, load_popularity, models_of

LINKS = "knowledge/item_links"
ROWS_PER_BATCH = 100_000
Figures = dict[str, float | int | str]
CATALOGUES: Final[tuple[Literal["known", "seen"], ...]] = ("known", "seen")


def judge(pipeline: Pipeline, as_of: date, known_by: date) -> tuple[Evaluated, Figures]:
    """Judge every model of an as-of date on every platform that it may recommend on; and what to say of the window.

    Args:
        pipeline: where models and events are.
        as_of: whose models.
        known_by: the date of the judgement; what landed from it on is not known to it.

    Raises:
        ValueError: the links between the platforms' items were not published for that date.
        StoredRankerError: a model is missing or broken, or was trained on another past.
    """
    past, settings = load_past(pipeline, as_of), pipeline.settings.evaluation
    events = window_events(pipeline, past, known_by)
    traits = read_traits(pipeline, past)
    exams = {
        platform: [exam_on(past.history, events, platform, traits, settings, catalogue) for catalogue in CATALOGUES]
        for platform in past.history.platforms
    }
    popularities = {platform: load_popularity(pipeline, platform, past) for platform in exams}
    whole = Evaluated([], [])
    for model in (model for name in pipeline.settings.rankers.in_use for model in models_of(name, past.history)):
        ranker = load_model(pipeline, model, past)
        for platform in exams if model.trained_on == "all" else (model.platform,):
            for exam in exams[platform]:
                ranking = full_ranking(
                    ranker, popularities[platform], exam.history, exam.relevant, settings.k, exam.candidates
                )
                found = evaluate(exam, ranking, model.ranker, model.trained_on, settings, ranker.is_probability)
                whole.metrics.extend(found.metrics)
                whole.resamples.extend(found.resamples)
    return whole, _figures(past, traits, events)


def window_events(pipeline: Pipeline, past: Past, known_by: date) -> pa.Table:
    """What happened in the test window after a past, as far as it had landed before a date, with the past's people.

    Returns:
        platform, person_id, item_id, strength, day; in an order of its own, the same for the same events.
    """
    first, after = window(past.history.as_of, pipeline.settings.evaluation.days)
    with pipeline.engine.session() as session:
        bind_clean(pipeline, session, "events")
        bind_joined(pipeline, session, "interactions")
        session.bind_rows("joined.identities", past.identities)
        session.view("joined.known_versions", "joined/known_versions", {"known_by": known_by})
        events = session.query("evaluation/test_events", {"first": first, "after": after}).to_arrow_table()
    return events.sort_by([(name, "ascending") for name in events.column_names]).combine_chunks()


def events_digest(events: pa.Table) -> str:
    """A digest of a window's events, by which a step sees that it need not judge again."""
    digest = hashlib.blake2b(digest_size=16)
    for batch in events.to_batches(max_chunksize=ROWS_PER_BATCH):
        digest.update(repr(batch.to_pydict()).encode())
    return digest.hexdigest()


def read_traits(pipeline: Pipeline, past: Past) -> Traits:
    """What was known of items as of a date beside who took them.

    Raises:
        ValueError: the links between the platforms' items were not published for that date.
    """
    as_of = past.history.as_of
    if pipeline.lake.fingerprints(LINKS, [f"{as_of}"])[f"{as_of}"] is None:
        raise ValueError(f"{LINKS} holds nothing as of {as_of}, and twins are read from it; materialise it first")
    with pipeline.engine.session() as session:
        session.bind("knowledge.item_links", [LINKS], load_contract(LINKS).arrow_schema())
        twins = session.query("evaluation/known_twins", {"as_of": as_of}).to_arrow_table()
    vectors = load_knowledge(pipeline, as_of)[ALL].text
    return Traits(_listed(past.items, twins), vectors, item_shares(past.items["categories"].to_pylist()))


def _listed(items: pa.Table, wanted: pa.Table) -> np.ndarray:
    """Which items are among the wanted ones, by platform and id; (n_items,) bool."""
    here, there = (pc.binary_join_element_wise(rows["platform"], rows["item_id"], "\0") for rows in (items, wanted))
    return np.asarray(pc.is_in(here, value_set=there.combine_chunks()))


def _figures(past: Past, traits: Traits, events: pa.Table) -> Figures:
    """How many items another platform lists too, and how much of the test window is about them."""
    twins = past.items.filter(pa.array(traits.is_twin))
    on_twins = int(_listed(events, twins).sum())
    share = f"{on_twins / len(events):.1%}" if len(events) else "none happened"
    return {"twins": twins.num_rows, "test events on twins": share}
