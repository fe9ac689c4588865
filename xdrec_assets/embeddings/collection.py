"""Collect vectors that nobody needs any more: of content out of use, and of families that no longer serve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import pyarrow as pa
import pyarrow.compute as pc

from data_quality.contract import load_contract
from resources.engine import Session
from xdrec_assets.embeddings.families import KEY, Family, Standing
from xdrec_assets.embeddings.item_texts import QUARANTINED, TEXTS
from xdrec_assets.pipeline import Pipeline

PERSON_TEXTS = "embeddings/person_texts"
MOST_UNUSED = 0.2
"""Share of stored vectors that may be out of use before the table is written anew."""


def collect_unused(pipeline: Pipeline, session: Session, families: Sequence[Standing]) -> int:
    """Remove the vectors that no text in use and no family given needs, if they are many; how many went.

    The session has the texts in use. A content that comes back later is encoded again. Whoever adds vectors at the same
    time loses none of them; an added one that is out of use goes with the next collection.
    """
    n_stored = pipeline.lake.count(TEXTS)
    n_known = sum(each.filled.n_texts - each.filled.n_missing for each in families)
    if n_stored - n_known <= MOST_UNUSED * n_stored:  # from the logs alone: nothing is read where all is in use
        return 0
    for table in (TEXTS, PERSON_TEXTS):
        session.bind(table.replace("/", "."), [table], load_contract(table).arrow_schema())
    kept = kept_families(families)
    session.bind_rows("embeddings.kept", kept)
    session.drop("embeddings.in_use")
    session.build("embeddings.in_use", "embeddings/in_use")
    ((n_stored, n_needed),) = session.query("embeddings/needed").fetchall()
    if n_stored - n_needed <= MOST_UNUSED * n_stored:
        return 0
    in_use = session.arrow("embeddings.in_use")["content_hash"]
    for table in (TEXTS, QUARANTINED):
        pipeline.lake.leave_out(table, lambda rows: needed_rows(rows, kept, in_use))
    return int(n_stored - n_needed)


def kept_families(families: Sequence[Standing]) -> pa.Table:
    """The keys of families and of the queries asked in them."""
    both: set[Family] = {each.family for each in families} | {each.query_family for each in families}
    return pa.Table.from_pylist([asdict(family) for family in both], pa.schema([(name, pa.string()) for name in KEY]))


def needed_rows(rows: pa.RecordBatch, kept: pa.Table, in_use: pa.ChunkedArray) -> pa.RecordBatch:
    """The rows whose family is kept and whose content is in use."""
    keys = [pc.binary_join_element_wise(*(table[name] for name in KEY), "\0") for table in (rows, kept)]
    is_kept = pc.is_in(keys[0], value_set=keys[1].combine_chunks())
    return rows.filter(pc.and_(is_kept, pc.is_in(rows["content_hash"], value_set=in_use.combine_chunks())))
