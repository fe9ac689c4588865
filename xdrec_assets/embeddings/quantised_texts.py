"""Keep the family that serves a second time in few bytes, where the settings ask for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace

import numpy as np
import pyarrow as pa

from data_quality.contract import load_contract
from xdrec_assets.embeddings.families import Family, Standing
from xdrec_assets.embeddings.quantisation import code_column, codes_of, decoded, neighbours_kept
from xdrec_assets.embeddings.reading import bind_vectors
from xdrec_assets.embeddings.vector_columns import vector_rows
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.publishing import Publication, publish

QUANTISED = "embeddings/quantised_texts"
NAME = QUANTISED.replace("/", ".")
SAMPLE = 2_000
"""Texts among which neighbours are compared."""


def publish_quantised(pipeline: Pipeline, served: Standing | None) -> Iterator[Publication]:
    """Add codes of the vectors that have none yet, and say how many of the nearest neighbours they keep.

    Codes of another family or kind go as soon as there are some.
    """
    settings, rows = pipeline.settings.embeddings, load_contract(QUANTISED).arrow_schema()
    done = None
    if served is not None and settings.quantised != "none":
        for chunk in _codes(pipeline, served.family, settings.quantised):
            with pipeline.engine.session() as session:
                session.bind_rows(NAME, chunk.cast(rows))
                later = publish(pipeline, session, QUANTISED, NAME, append=True)
                done = later if done is None else done.and_then(later)
        pipeline.lake.fold(QUANTISED)
    _leave_out_others(pipeline, served.family if served else None, settings.quantised)
    if done is not None and served is not None:
        yield replace(done, figures={**done.figures, **_loss(pipeline, served.family, settings.quantised)})


def _codes(pipeline: Pipeline, family: Family, kind: str) -> Iterator[pa.Table]:
    with pipeline.engine.session() as session:
        bind_vectors(pipeline, session)
        session.bind(NAME, [QUANTISED], load_contract(QUANTISED).arrow_schema())
        found = session.query("embeddings/unquantised", {**asdict(family), "kind": kind})
        for batch in found.to_arrow_reader(pipeline.settings.embeddings.chunk_size * 4):
            codes, scales = codes_of(vector_rows(batch["vector"]), kind)
            same = {name: pa.repeat(pa.scalar(value), len(codes)) for name, value in asdict(family).items()}
            yield pa.table(
                {
                    **same,
                    "content_hash": batch["content_hash"],
                    "kind": pa.repeat(pa.scalar(kind), len(codes)),
                    "scale": pa.array(scales),
                    "codes": code_column(codes),
                }
            )


def _leave_out_others(pipeline: Pipeline, family: Family | None, kind: str) -> None:
    """Remove codes of what does not serve any more, where there are any."""
    with pipeline.engine.session() as session:
        session.bind(NAME, [QUANTISED], load_contract(QUANTISED).arrow_schema())
        found = session.con.table(NAME).aggregate("model, revision, variant, kind").fetchall()
    served = (family.model, family.revision, family.variant, kind) if family else None
    if any(other != served for other in found):
        pipeline.lake.leave_out(QUANTISED, lambda rows: rows.filter(_is_of(rows, served)))


def _is_of(rows: pa.RecordBatch, served: tuple[str, ...] | None) -> pa.Array:
    columns = (rows[name].to_pylist() for name in ("model", "revision", "variant", "kind"))
    return pa.array([key == served for key in zip(*columns, strict=True)], pa.bool_())


def _loss(pipeline: Pipeline, family: Family, kind: str) -> dict[str, float | str]:
    """The share of the ten nearest neighbours that the codes keep, among a sample of texts."""
    with pipeline.engine.session() as session:
        bind_vectors(pipeline, session)
        session.bind(NAME, [QUANTISED], load_contract(QUANTISED).arrow_schema())
        wanted = {**asdict(family), "kind": kind, "most": SAMPLE}
        sample = session.query("embeddings/quantised_sample", wanted).to_arrow_table()
    vectors = vector_rows(sample["vector"])
    codes = np.stack([np.asarray(row, dtype=np.int8) for row in sample["codes"].to_pylist()])
    left = decoded(codes, sample["scale"].to_numpy(), kind, vectors.shape[1])
    return {"kind": kind, "ten nearest kept": round(neighbours_kept(vectors, left), 4), "texts compared": len(left)}
