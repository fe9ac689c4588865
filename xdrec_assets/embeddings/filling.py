"""Fill a family with the vectors of texts that it lacks, and publish them chunk by chunk."""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow.compute as pc

from data_quality.contract import load_contract
from resources.encoding.encoders import TextEncoder, text_encoder
from resources.encoding.spec import EncoderSpec
from resources.engine import Session
from xdrec_assets.embeddings.families import Family, Filled
from xdrec_assets.embeddings.item_texts import QUARANTINED, TEXTS, Chunk, embed
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.progress import working
from xdrec_assets.publishing import Publication, publish


@dataclass(frozen=True)
class Lacking:
    """Texts in use, and those of them that a family lacks, in a session that has them."""

    session: Session
    n_texts: int
    n_missing: int
    seen: frozenset[str]
    """Names of the files of vectors that were looked through."""


def lacking(pipeline: Pipeline, session: Session, family: Family) -> Lacking:
    """Look up which texts a family lacks, by their hashes alone: no vector and no text is read.

    The session has the texts: joined.items, and those of nobody's items as embeddings.other_texts.
    """
    files = frozenset(file.rsplit("/", 1)[-1] for file in pipeline.lake.files(TEXTS))
    for table in (TEXTS, QUARANTINED):
        session.bind(table.replace("/", "."), [table], load_contract(table).arrow_schema())
    session.drop("embeddings.missing")
    session.build("embeddings.missing", "embeddings/missing", asdict(family))
    ((n_texts,),) = session.query("embeddings/counts").fetchall()
    return Lacking(session, n_texts, session.count("embeddings.missing"), files)


def fill(
    pipeline: Pipeline, session: Session, family: Family, encoder: EncoderSpec, most: int | None
) -> Generator[Publication, None, Filled]:
    """Encode texts that a family lacks, `most` of them at most, and publish chunk by chunk; how far it is then.

    A kill loses one chunk at most, for what is stored is not encoded again. A text that broke the encoder is set apart
    before the others of its chunk are published. Nothing is loaded where nothing is missing.
    """
    found = lacking(pipeline, session, family)
    n_encoded = found.n_missing if most is None else max(0, min(most, found.n_missing))
    if not n_encoded:
        return Filled(None, found.n_texts, found.n_missing)
    settings = pipeline.settings.embeddings
    loaded = text_encoder(encoder, settings.device, settings.network)
    run = Run(family, loaded, n_hits=found.n_texts - found.n_missing)
    chosen = session.query("embeddings/missing_texts", {"most": n_encoded}).to_arrow_reader(settings.chunk_size)
    with working(TEXTS, "texts") as on_progress:
        for chunk in embed(chosen, n_encoded, loaded, family, pipeline.today, settings.stored_as, on_progress):
            yield from _published(pipeline, chunk, run.figures(chunk), found.seen)
    return Filled(loaded.size, found.n_texts, found.n_missing - n_encoded)


@dataclass
class Run:
    """What an encoder did so far in one run, for those who look at the asset."""

    family: Family
    encoder: TextEncoder
    n_hits: int
    n_texts: int = 0
    n_tokens: int = 0
    n_cut: int = 0

    def __post_init__(self) -> None:
        self._began = time.monotonic()

    def figures(self, chunk: Chunk) -> Mapping[str, Any]:
        """Counts of one chunk, which add up, and shares and speeds of the run so far."""
        rows, is_first = chunk.encoded, not self.n_texts
        n_tokens, n_cut = (pc.sum(rows[name]).as_py() or 0 for name in ("n_tokens", "is_cut"))
        self.n_texts, self.n_tokens, self.n_cut = (
            self.n_texts + rows.num_rows, self.n_tokens + n_tokens, self.n_cut + n_cut
        )  # fmt: skip
        seconds = max(time.monotonic() - self._began, 1e-9)
        counts = {"texts encoded": rows.num_rows, "tokens": n_tokens, "texts broken": chunk.quarantined.num_rows}
        return {
            **counts,
            **({"cache hits": self.n_hits} if is_first else {}),
            "share cut": round(self.n_cut / max(self.n_texts, 1), 4),
            "texts a second": round(self.n_texts / seconds, 1),
            "tokens a second": round(self.n_tokens / seconds, 1),
            "family": str(self.family),
            "ran as": self.encoder.how,
        }


def _published(
    pipeline: Pipeline, chunk: Chunk, figures: Mapping[str, Any], seen: frozenset[str]
) -> Generator[Publication, None, None]:
    with pipeline.engine.session() as session:
        for table, rows in ((QUARANTINED, chunk.quarantined), (TEXTS, chunk.encoded)):
            if rows.num_rows:
                name = table.replace("/", ".")
                session.bind_rows(name, rows)
                of_texts = figures if table == TEXTS else None
                yield publish(pipeline, session, table, name, figures=of_texts, append=True, seen=seen)
