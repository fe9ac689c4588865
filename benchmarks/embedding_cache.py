"""What it costs to find 1,000 new texts among 1,000,000 known ones, and to read 1,000,000 vectors.

    python -m benchmarks.embedding_cache [--known 1000000] [--new 1000] [--rounds 5] [--folder SCRATCH]
    python -m benchmarks.embedding_cache --read [--known 1000000] [--size 384] [--folder SCRATCH]

The first makes a scratch lake in which all but the new texts have vectors (of eight numbers: they are not read), takes
turns with two peers (a set of hashes in Python; a merge in pandas), and then runs the step, which encodes the new
texts with MiniLM. Hashing is SHA-256 over every text, as joined/items does it; look-up is everything from there to the
texts that are to be encoded. The second reads vectors of full length, as floats and as halves, into one NumPy array and
through DuckDB as FLOAT[size]. Seconds are medians; those of the processor count all threads.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from data_quality.contract import load_contract
from resources.encoding.spec import EncoderSpec
from xdrec_assets.embeddings.embedded import publish_item_texts
from xdrec_assets.embeddings.families import (
    FAMILIES,
    SERVING,
    Filled,
    Standing,
    families_table,
    family_of,
)
from xdrec_assets.embeddings.filling import lacking
from xdrec_assets.embeddings.item_texts import TEXTS
from xdrec_assets.embeddings.reading import stored_vectors
from xdrec_assets.embeddings.texts_in_use import bind_texts
from xdrec_assets.embeddings.vector_columns import vector_column
from xdrec_assets.opening import open_pipeline
from xdrec_assets.pipeline import Pipeline

ITEMS = "joined/items"
AT_ONCE = 100_000
ABOUT = "a kettle of brushed steel with a long spout, for tea and for coffee by hand, 1.2 litres, number"


def text_of(number: int) -> str:
    """The text of an item: about a hundred characters, all different."""
    return f"{ABOUT} {number}"


def make_lake(pipeline: Pipeline, n_known: int, n_new: int, size: int, dtype: type = np.float32) -> None:
    """Items with texts, and vectors of all but the last of them, as the step would have left them."""
    family, encoder = family_of(EncoderSpec()), EncoderSpec()
    hashes, rng = [], np.random.default_rng(0)
    for start in range(0, n_known + n_new, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, n_known + n_new))
        texts = [text_of(number) for number in numbers]
        hashes = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
        _add(
            pipeline,
            ITEMS,
            {"platform": "shop", "item_id": [*map(str, numbers)], "text": texts, "content_hash": hashes},
        )
        known = hashes[: max(0, n_known - start)]
        vectors = rng.standard_normal((len(known), size), dtype=np.float32).astype(dtype).astype(np.float32)
        key = {**asdict(family), "n_tokens": 20, "is_cut": False}
        if known:
            _add(pipeline, TEXTS, {**key, "content_hash": known, "vector": vector_column(vectors)})
    serving = Standing(family, encoder, Filled(size, n_known, 0), SERVING, pipeline.today)
    pipeline.lake.publish(FAMILIES, families_table([serving]).to_reader)
    _add(pipeline, "embeddings/quarantined", {})


def _add(pipeline: Pipeline, table: str, columns: dict[str, object]) -> None:
    """Add rows to a table; a value that is no column stands in every row, a column that is missing is null."""
    n_rows = max((len(each) for each in columns.values() if isinstance(each, list)), default=0)
    arrays = []
    for field in load_contract(table).arrow_schema():
        value = columns.get(field.name)
        is_column = isinstance(value, list | pa.Array)
        arrays.append(pa.array(value, field.type) if is_column else pa.repeat(pa.scalar(value, field.type), n_rows))
    rows = pa.table(arrays, schema=load_contract(table).arrow_schema())
    pipeline.lake.publish(table, rows.to_reader, append=True)


def hashed_in_sql(pipeline: Pipeline) -> int:
    """SHA-256 of every text, as joined/items computes it; how many texts."""
    with pipeline.engine.session() as session:
        bind_texts(pipeline, session)
        hashed = session.con.table("joined.items").aggregate("count(*), max(sha256(coalesce(text, '')))").fetchall()
    return int(hashed[0][0])


def looked_up(pipeline: Pipeline) -> int:
    """How many texts the step finds missing, and reads."""
    with pipeline.engine.session() as session:
        bind_texts(pipeline, session)
        found = lacking(pipeline, session, family_of(EncoderSpec()))
        return len(session.query("embeddings/missing_texts", {"most": found.n_missing}).to_arrow_table())


def by_set(pipeline: Pipeline) -> int:
    """The same with hashlib and a set of known hashes."""
    known = set(_column(pipeline, TEXTS, "content_hash").to_pylist())
    texts = _column(pipeline, ITEMS, "text").to_pylist()
    hashes = {hashlib.sha256(text.encode()).hexdigest(): text for text in texts}
    return len({key: text for key, text in hashes.items() if key not in known})


def by_merge(pipeline: Pipeline) -> int:
    """The same with hashlib and a merge of data frames."""
    known = pd.DataFrame({"content_hash": _column(pipeline, TEXTS, "content_hash").to_pandas()})
    items = pd.DataFrame({"text": _column(pipeline, ITEMS, "text").to_pandas()})
    items["content_hash"] = [hashlib.sha256(text.encode()).hexdigest() for text in items["text"]]
    merged = items.drop_duplicates("content_hash").merge(known, on="content_hash", how="left", indicator=True)
    return int((merged["_merge"] == "left_only").sum())


def _column(pipeline: Pipeline, table: str, name: str) -> pa.ChunkedArray:
    return pa.concat_tables(pq.read_table(file, columns=[name]) for file in pipeline.lake.files(table))[name]


def _timed(run: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock, and of the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - clock, time.process_time() - processor


def compare(pipeline: Pipeline, n_new: int, rounds: int) -> list[str]:
    """Ours and the peers in turn, a line for each."""
    runs: dict[str, Callable[[], int]] = {
        "hashing in SQL": lambda: hashed_in_sql(pipeline),
        "look-up in SQL": lambda: looked_up(pipeline),
        "hashlib and a set": lambda: by_set(pipeline),
        "hashlib and pandas merge": lambda: by_merge(pipeline),
    }
    assert looked_up(pipeline) == by_set(pipeline) == by_merge(pipeline) == n_new
    took: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            took[name].append(_timed(run))
    best = {name: [statistics.median(each) for each in zip(*times, strict=True)] for name, times in took.items()}
    ours = [sum(each) for each in zip(best["hashing in SQL"], best["look-up in SQL"], strict=True)]
    return [
        f"{name:<26} {clock:6.2f} s, {clock / ours[0]:5.2f} x; processor {busy:6.2f} s, {busy / ours[1]:5.2f} x"
        for name, (clock, busy) in {**best, "both in SQL": ours}.items()
    ]


def read_all(folder: Path, n_known: int, size: int) -> Iterator[str]:
    """Read vectors as one array and as fixed-length lists of DuckDB, stored as floats and as halves."""
    for stored_as, dtype in (("float32", np.float32), ("float16", np.float16)):
        pipeline = _opened(folder / stored_as)
        make_lake(pipeline, n_known, 0, size, dtype)
        files = pipeline.lake.files(TEXTS)
        room = sum(Path(file).stat().st_size for file in files) / n_known / size
        hashes = _column(pipeline, TEXTS, "content_hash")
        ways: dict[str, Callable[[], object]] = {
            "into one array by pyarrow": partial(_as_array, files, n_known, size),
            "by hash, as the pipeline reads": partial(stored_vectors, pipeline, family_of(EncoderSpec()), hashes, size),
            f"nearest by cosine, as FLOAT[{size}] in DuckDB": partial(_nearest, pipeline, size),
        }
        yield f"stored as {stored_as}: {room:.2f} bytes a number"
        for name, way in ways.items():
            clock, busy = _timed(way)
            yield f"  {name:<45} {clock:6.2f} s; processor {busy:6.2f} s"


def _as_array(files: Sequence[str], n_rows: int, size: int) -> np.ndarray:
    rows, start = np.empty((n_rows, size), dtype=np.float32), 0
    for file in files:
        with pq.ParquetFile(file) as parquet:
            for batch in parquet.iter_batches(columns=["vector"]):
                rows[start : start + len(batch)] = batch.column(0).flatten().to_numpy().reshape(-1, size)
                start += len(batch)
    return rows


def _nearest(pipeline: Pipeline, size: int) -> object:
    """The ten texts nearest to the first one."""
    array = f"float[{size}]"
    with pipeline.engine.session() as session:
        session.bind("embeddings.item_texts", [TEXTS], load_contract(TEXTS).arrow_schema())
        texts = session.con.table("embeddings.item_texts")
        first = texts.limit(1).project(f"vector::{array} as wanted")
        cosine = f"content_hash, array_cosine_similarity(vector::{array}, wanted) as cosine"
        return texts.cross(first).project(cosine).order("cosine desc").limit(10).fetchall()


def _opened(home: Path) -> Pipeline:
    environment = {"XDREC_HOME": str(home), "XDREC_USER_KEY": "for a benchmark", "XDREC_MEMORY_LIMIT": "1GB"}
    pipeline = open_pipeline(environment)
    return replace(pipeline, folder=replace(pipeline.folder, outside=()))


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.embedding_cache", description=__doc__)
    parser.add_argument("--known", type=int, default=1_000_000)
    parser.add_argument("--new", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--size", type=int, default=384)
    parser.add_argument("--read", action="store_true", help="read vectors of full length instead")
    parser.add_argument("--folder", type=Path, help="where the scratch lake may be; the system's place if not given")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        if asked.read:
            for line in read_all(Path(folder), asked.known, asked.size):
                print(line, flush=True)
        else:
            pipeline = _opened(Path(folder))
            make_lake(pipeline, asked.known, asked.new, 8)
            print(f"{asked.known:,} known and {asked.new:,} new texts of {len(text_of(asked.known))} characters")
            print(*compare(pipeline, asked.new, asked.rounds), sep="\n")
            print(
                f"the step, MiniLM loaded and {asked.new:,} texts encoded: {_timed(lambda: _encode(pipeline))[0]:.1f} s"
            )
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB")


def _encode(pipeline: Pipeline) -> None:
    for publication in publish_item_texts(pipeline):
        if publication.table == TEXTS and publication.figures:
            print(dict(publication.figures))


if __name__ == "__main__":
    main()
