"""What people chose lately as one text each, as of a date, and the vectors of these texts as queries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from string import Formatter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data_quality.contract import load_contract
from resources.fingerprint import fingerprint
from resources.partitions import Partition
from resources.plain_text import content_hash
from xdrec_assets.embeddings.collection import PERSON_TEXTS
from xdrec_assets.embeddings.families import as_queries, serving
from xdrec_assets.embeddings.filling import fill
from xdrec_assets.embeddings.reading import query_vectors
from xdrec_assets.embeddings.texts_in_use import bind_other
from xdrec_assets.joined.past import Past, load_past
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.publishing import Publication, publish_as_of, stale, unchanged

BETWEEN = "; "


def publish_person_texts(pipeline: Pipeline, partition: Partition) -> Iterator[Publication]:
    """Write the texts of people as of a date, and encode those that the family that serves has not encoded yet.

    A person whose latest items are the same has the same text, and is not encoded again. Nothing is loaded and no
    person stands in the table where the settings ask for no items.
    """
    settings = pipeline.settings.embeddings
    past = load_past(pipeline, partition.first)
    family = serving(pipeline) if settings.person_items else None
    titles = pc.fill_null(past.items["title"], "").to_pylist() if family else []
    of_family = [str(family.query_family), family.family.variant] if family else []
    options = [settings.person_items, settings.person_template, pipeline.code_of("embeddings")]
    made_from = fingerprint(past.digest if family else "", titles, of_family, options)
    if not stale(pipeline, [PERSON_TEXTS], {partition.key: made_from}):
        yield from unchanged(pipeline, PERSON_TEXTS)
        return
    rows = person_texts(past, settings.person_items, settings.person_template)
    figures: dict[str, int | str] = {"people": rows.num_rows}
    with pipeline.engine.session() as session:
        if family is not None:
            session.bind_rows("joined.items", load_contract("joined/items").arrow_schema().empty_table())
            bind_other(session, rows.select(["content_hash", "text"]))
            encoded = fill(pipeline, session, family.query_family, as_queries(family.encoder), None)
            figures["texts encoded"] = sum(each.n_rows for each in encoded if each.table == "embeddings/item_texts")
            figures["family"] = str(family.query_family)
    with pipeline.engine.session() as session:
        yield publish_as_of(pipeline, session, PERSON_TEXTS, rows, partition, made_from, figures)


def person_texts(past: Past, n_items: int, template: str) -> pa.Table:
    """Rows of embeddings/person_texts: the `n_items` latest items with a title of everybody who chose any.

    Of items chosen at the same moment the first in the order of the history comes first.
    """
    history = past.history
    pieces = item_pieces(past.items, template)
    has_piece = pieces.is_valid().to_numpy(zero_copy_only=False)[history.item]
    person, item, age = (array[has_piece] for array in (history.person, history.item, history.age_days))
    order = np.lexsort((item, age, person))
    starts = np.searchsorted(person[order], np.arange(history.n_people + 1))
    place = np.arange(len(order)) - starts[person[order]]
    order = order[place < n_items]
    n_of_person = np.bincount(person[order], minlength=history.n_people)
    ends = pa.array(np.concatenate([[0], np.cumsum(n_of_person)]), pa.int32())
    lists = pa.ListArray.from_arrays(ends, pieces.take(pa.array(item[order])))
    is_active = n_of_person > 0
    texts = pc.binary_join(lists.filter(pa.array(is_active)), BETWEEN)
    return pa.table(
        {
            "as_of": pa.repeat(pa.scalar(history.as_of, pa.date32()), len(texts)),
            "person_id": pa.array(history.person_id[is_active], pa.string()),
            "n_items": pa.array(n_of_person[is_active], pa.int32()),
            "text": texts,
            "content_hash": pa.array([content_hash(text) for text in texts.to_pylist()], pa.string()),
        },
        schema=load_contract(PERSON_TEXTS).arrow_schema(),
    )


def item_pieces(items: pa.Table, template: str) -> pa.Array:
    """How each item stands in a person's text: the template with its platform and title; null where it has no title."""
    titles = items["title"].combine_chunks().cast(pa.string())
    columns = {"platform": items["platform"].combine_chunks().cast(pa.string()), "title": titles}
    pieces: list[pa.Array] = []
    for literal, field, _, _ in Formatter().parse(template):
        pieces += [pa.repeat(pa.scalar(literal), len(items))] if literal else []
        pieces += [columns[field]] if field else []
    text = pc.binary_join_element_wise(*pieces, "")
    is_titled = pc.fill_null(pc.greater(pc.utf8_length(titles), 0), False)
    return pc.if_else(is_titled, text, pa.scalar(None, pa.string()))


def person_text_vectors(pipeline: Pipeline, as_of: date) -> tuple[pa.Array, np.ndarray]:
    """Who has a text as of a date (n,), and the vectors of these texts (n, d) float32 in the space of the item texts.

    Empty where the settings asked for no such texts; zeros where a text broke the encoder.
    """
    with pipeline.engine.session() as session:
        session.bind("embeddings.person_texts", [PERSON_TEXTS], load_contract(PERSON_TEXTS).arrow_schema())
        found = session.query("embeddings/known_people", {"as_of": as_of}).to_arrow_table()
    vectors = query_vectors(pipeline, serving(pipeline), found["content_hash"])
    return found["person_id"].combine_chunks(), vectors
