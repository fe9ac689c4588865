"""How much memory it takes to load a long history, with its interactions in memory and on disk.

    python -m benchmarks.long_history [--pairs 20000000] [--memory 1GB] [--folder SCRATCH]

A lake is made in which everyone took a hundred of 200,000 items of one platform. Then one process for each way loads
the past of a date from it, as every step does, with DuckDB limited to --memory. Shown are the most anonymous memory
that the process had at any time (what cannot be dropped and read again), what of it was left in the end, and seconds;
the digests of both pasts must be equal.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import json
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from data_quality.contract import load_contract
from xdrec_assets.joined.past import load_past
from xdrec_assets.joined.settings import HistorySettings
from xdrec_assets.opening import open_pipeline
from xdrec_assets.pipeline import Pipeline

AS_OF, DAYS = date(2026, 1, 5), 365
ITEMS, EACH, AT_ONCE = 200_000, 100, 1_000_000
WAYS = {"in memory": 10**12, "on disk": 0}  # pairs that may be held in memory
PLATFORM = """
platform: shop
title: Shop
owner: team:shop
sources:
  events:
    files: events/{day}.jsonl
    format: jsonl
    columns: {user_id: user, item_id: item, event_type: action, occurred_at: at}
    time: {unit: iso, zone: UTC}
    event_types: {buy: 1}
"""
SETTINGS = "{name: long, first: 2025-01-01, last: 2026-01-05, as_of: {dates: [2026-01-05]}}"


def opened(home: Path, memory: str) -> Pipeline:
    """A pipeline of one shop."""
    folder = home / "platforms"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "shop.yaml").write_text(PLATFORM, encoding="utf-8")
    (folder / "settings.yaml").write_text(SETTINGS, encoding="utf-8")
    places = {"XDREC_HOME": str(home), "XDREC_PLATFORMS": str(folder), "XDREC_MEMORY_LIMIT": memory}
    return open_pipeline(places | {"XDREC_USER_KEY": "of a benchmark"}, AS_OF)


def make_lake(pipeline: Pipeline, n_pairs: int) -> None:
    """Interactions of so many different pairs, and one event of everyone, by which they are known."""
    keys = pa.array([hashlib.sha256(str(person).encode()).hexdigest() for person in range(-(-n_pairs // EACH))])
    for table, rows in {"joined/interactions": _pairs(keys, n_pairs), "clean/shop/events": _people(keys)}.items():
        schema = load_contract(table.replace("/shop", "")).arrow_schema()
        reader = pa.RecordBatchReader.from_batches(schema, (_filled(columns, schema) for columns in rows))
        pipeline.lake.publish(table, lambda reader=reader: reader)


def _pairs(keys: pa.Array, n_pairs: int) -> Iterator[dict[str, Any]]:
    for start in range(0, n_pairs, AT_ONCE):
        numbers = np.arange(start, min(start + AT_ONCE, n_pairs))
        person, nth = numbers // EACH, numbers % EACH
        item = (person * 7919 + nth * 1_999) % ITEMS  # a hundred different ones
        yield _events(keys.take(pa.array(person)), item, (numbers * 31) % DAYS)


def _people(keys: pa.Array) -> Iterator[dict[str, Any]]:
    yield _events(keys, np.zeros(len(keys), dtype=np.int64), np.zeros(len(keys), dtype=np.int64))


def _events(keys: pa.Array, item: np.ndarray, days_ago: np.ndarray) -> dict[str, Any]:
    day = np.datetime64(AS_OF - timedelta(days=1)) - days_ago.astype("timedelta64[D]")
    items = pa.array(item).cast(pa.string())
    told = {"platform": "shop", "event_type": "buy", "strength": 1.0, "source_file": "f", "source_line": 1}
    return {"user_key": keys, "item_id": items, "day": pa.array(day), "occurred_at": pa.array(day), **told}


def _filled(columns: dict[str, Any], schema: pa.Schema) -> pa.RecordBatch:
    """A batch; a value that is no column stands in every row, a column that is missing is null."""
    n_rows = len(columns["user_key"])
    columns = {**columns, "landed_on": columns["day"]}
    arrays = []
    for field in schema:
        value = columns.get(field.name)
        if isinstance(value, pa.Array):
            arrays.append(value.cast(pa.timestamp("us")).cast(field.type) if field.name == "occurred_at" else value)
        else:
            arrays.append(pa.repeat(pa.scalar(value, field.type), n_rows))
    return pa.record_batch(arrays, schema=schema)


class Watched:
    """The anonymous memory of this process, looked at a hundred times a second."""

    def __init__(self) -> None:
        self.peak_mb = 0.0
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Watched:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._is_over.wait(0.01):
            self.peak_mb = max(self.peak_mb, anonymous_mb())


def anonymous_mb() -> float:
    """Memory of this process that no file holds, in MB (Linux)."""
    (found,) = re.findall(r"RssAnon:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    return int(found) / 1000


def loaded(home: Path, memory: str, way: str) -> dict[str, Any]:
    """Load the past in this process: what it cost."""
    pipeline = opened(home, memory)
    settings = replace(pipeline.settings, history=HistorySettings(in_memory_interactions=WAYS[way]))
    before, began = anonymous_mb(), time.perf_counter()
    with Watched() as watched:
        past = load_past(replace(pipeline, settings=settings), AS_OF)
        seconds = time.perf_counter() - began
    gc.collect()
    left = anonymous_mb()
    found = {"pairs": len(past.history.item), "before_mb": before, "peak_mb": watched.peak_mb, "left_mb": left}
    return found | {"seconds": seconds, "digest": past.digest}


def compared(home: Path, memory: str, n_pairs: int) -> Iterator[str]:
    """A Markdown table of both ways, each in a process of its own.

    Raises:
        ValueError: they gave different pasts.
    """
    make_lake(opened(home, memory), n_pairs)
    yield f"{n_pairs:,} pairs, DuckDB limited to {memory}.\n"
    yield "| interactions | before, MB | most, MB | left, MB | s |\n|---|---:|---:|---:|---:|"
    digests = set()
    for way in WAYS:
        command = [sys.executable, "-m", "benchmarks.long_history", "--folder", str(home), "--memory", memory]
        done = subprocess.run([*command, "--way", way], check=True, capture_output=True, text=True)
        found = json.loads(done.stdout.splitlines()[-1])
        digests.add((found["pairs"], found["digest"]))
        figures = " | ".join(f"{found[name]:,.0f}" for name in ("before_mb", "peak_mb", "left_mb", "seconds"))
        yield f"| {way} | {figures} |"
    if len(digests) != 1:
        raise ValueError(f"found {len(digests)} different pasts, expected one: {sorted(digests)}")


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.long_history", description=__doc__)
    parser.add_argument("--pairs", type=int, default=20_000_000)
    parser.add_argument("--memory", default="1GB", help="of DuckDB, as XDREC_MEMORY_LIMIT")
    parser.add_argument("--folder", type=Path, help="where the lake may be; the system's place if not given")
    parser.add_argument("--way", choices=WAYS, help="load once, from a lake that stands in --folder")
    given = parser.parse_args(arguments)
    if given.way:
        print(json.dumps(loaded(given.folder, given.memory, given.way)))
        return
    with tempfile.TemporaryDirectory(dir=given.folder) as home:
        for line in compared(Path(home), given.memory, given.pairs):
            print(line, flush=True)
    print(f"\n{datetime.now():%Y-%m-%d}, Python {sys.version.split()[0]}")


if __name__ == "__main__":
    main()
