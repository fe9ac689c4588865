"""What is learned and decided as of a date is the same bit for bit, whatever lands and happens from that date on."""

import gzip
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from tests.pipeline.conftest import Refreshed
from tests.pipeline.tiny import FIRST, SECOND, Tiny, rows
from xdrec_assets.evaluation.evaluate import LATENCY
from xdrec_assets.evaluation.judge import judge
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.rankers.settings import IN_USE
from xdrec_assets.refresh import refresh

LEARNED = (
    "embeddings/item_words",
    "knowledge/item_vectors",
    "knowledge/person_vectors",
    "knowledge/item_links",
    "embeddings/person_texts",
)
WHOLE = re.compile(
    r'\{"id": ?"e\d+", ?"user": ?\{[^{}]*\}, ?"sku": ?"[^"]*", ?"action": ?"\w+", ?"ts": ?\d{13}[^{}]*\}'
)
DAY_MS = 24 * 3600 * 1000


@pytest.fixture(scope="module")
def another_future(refreshed: Refreshed, tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """The same past, with other things happening from the first as-of date on; everything made anew from the files."""
    home = tmp_path_factory.mktemp("another_future")
    tiny = refreshed.tiny.copied_to(home)
    for made in ("lake", "models", "reports"):
        (home / made).rename(home / f"former_{made}")
    _keep_texts(tiny)
    _alter_the_future(home / "landing")
    pipeline = tiny.pipeline()
    with dg.DagsterInstance.ephemeral() as instance:
        refresh(pipeline, instance)
    return pipeline


@pytest.fixture(scope="module")
def late_arrivals(refreshed: Refreshed, tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """The same installation a few days on: of the last test window, events land that were late, and corrections."""
    tiny = refreshed.tiny.copied_to(tmp_path_factory.mktemp("late_arrivals"))
    shop = tiny.home / "landing" / "shop" / "events"
    last = shop / f"{SECOND - timedelta(days=1)}.jsonl"
    late = [json.loads(line) for line in last.read_text(encoding="utf-8").splitlines() if WHOLE.fullmatch(line)]
    skus = [event["sku"] for event in late[1:] + late[:1]]
    lines = (
        json.dumps({**one, "id": f"e9{n:06}", "sku": sku}) + "\n"
        for n, (one, sku) in enumerate(zip(late, skus, strict=True))
    )
    (shop / f"{SECOND}.jsonl").write_text("".join(lines), encoding="utf-8")
    _correct(shop / f"{SECOND + timedelta(days=1)}.jsonl", last)
    pipeline = tiny.pipeline()
    with dg.DagsterInstance.ephemeral() as instance:
        refresh(pipeline, instance)
    return pipeline


def _keep_texts(tiny: Tiny) -> None:
    """Vectors of texts are kept by content: a text encoded in other company differs in its last bits."""
    texts = Path("tiny", "embeddings", "item_texts")
    (tiny.home / "lake" / texts).parent.mkdir(parents=True)
    (tiny.home / "former_lake" / texts).rename(tiny.home / "lake" / texts)


def _alter_the_future(landing: Path) -> None:
    for path in sorted(landing.glob("*/events/*")):
        if date.fromisoformat(path.name[:10]) >= FIRST:
            ALTERED[path.suffix](path)
    for path in sorted(landing.glob("*/links/*")):
        if date.fromisoformat(path.name[:10]) >= FIRST:
            path.unlink()  # nobody is found to be somebody else
    first = landing / "shop" / "events" / f"{FIRST}.jsonl"
    replayed = first.with_name(f"{FIRST - timedelta(days=1)}.jsonl")
    first.write_bytes(first.read_bytes() + replayed.read_bytes())
    _correct(first.with_name(f"{FIRST + timedelta(days=1)}.jsonl"), replayed)
    corrected = landing / "shop" / "items" / f"{FIRST}.jsonl"
    known = sorted((landing / "shop" / "items").glob("*.jsonl"))[0].read_text(encoding="utf-8").splitlines()
    lines = (json.dumps({**json.loads(line), "text": "All of it was written again."}) for line in known)
    corrected.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _correct(path: Path, known: Path) -> None:
    """Land events that were known by the first date once more: of other items, every second one a day earlier."""
    known_lines = known.read_text(encoding="utf-8").splitlines()
    events = [json.loads(line) for line in known_lines if WHOLE.fullmatch(line)]
    skus = [event["sku"] for event in reversed(events)]
    with path.open("a", encoding="utf-8") as file:
        for n, (event, sku) in enumerate(zip(events, skus, strict=True)):
            corrected = {**event, "sku": sku, "ts": event["ts"] - n % 2 * DAY_MS}
            file.write(json.dumps(corrected) + "\n")


def _every_second_line(path: Path) -> None:
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[::2]))


def _every_second_zipped_line(path: Path) -> None:
    path.write_bytes(gzip.compress(b"".join(gzip.decompress(path.read_bytes()).splitlines(keepends=True)[1::2])))


def _all_liked(path: Path) -> None:
    events = pq.read_table(path)
    liked = pa.array(["like"] * events.num_rows, events.schema.field("what").type)
    pq.write_table(events.set_column(events.schema.get_field_index("what"), events.schema.field("what"), liked), path)


ALTERED: dict[str, Callable[[Path], None]] = {
    ".jsonl": _every_second_line,
    ".csv": _every_second_line,
    ".gz": _every_second_zipped_line,
    ".parquet": _all_liked,
}


def test_the_future_was_altered(refreshed: Refreshed, another_future: Pipeline) -> None:
    """Or the tests below would prove nothing."""
    before = refreshed.tiny.pipeline()
    assert another_future.lake.count("joined/interactions") != before.lake.count("joined/interactions")
    assert _n_superseded(before) == 0 < 20 < _n_superseded(another_future)
    assert not _of(another_future, LEARNED[1], SECOND).equals(_of(before, LEARNED[1], SECOND))


@pytest.mark.parametrize("table", LEARNED)
def test_knowledge_is_the_same(refreshed: Refreshed, another_future: Pipeline, table: str) -> None:
    assert _of(another_future, table, FIRST).equals(_of(refreshed.tiny.pipeline(), table, FIRST))


def test_models_are_the_same(refreshed: Refreshed, another_future: Pipeline) -> None:
    learned = _arrays(refreshed.tiny.pipeline(), FIRST)
    assert len(learned) == (len(IN_USE) - 1) * 5 + 4  # on all and on each of four platforms; popularity on each alone
    assert _arrays(another_future, FIRST) == learned


def test_recommendations_are_the_same(refreshed: Refreshed, another_future: Pipeline) -> None:
    table = "recommendations/top_k"
    assert _of(another_future, table, FIRST).equals(_of(refreshed.tiny.pipeline(), table, FIRST))


@pytest.mark.parametrize("table", ["evaluation/champion", "recommendations/top_k"])
def test_decision_after_a_window_is_the_same_whatever_of_it_lands_later(
    refreshed: Refreshed, late_arrivals: Pipeline, table: str
) -> None:
    before = refreshed.tiny.pipeline()
    assert _n_superseded(before, SECOND) == 0 < 20 < _n_superseded(late_arrivals, SECOND)
    assert _n_in_last_window(late_arrivals) != _n_in_last_window(before)
    assert {row["windows"] for row in _of(before, "evaluation/champion", SECOND).to_pylist()} == {1}
    assert _of(late_arrivals, table, SECOND).equals(_of(before, table, SECOND))


def test_judging_a_window_again_gives_the_same_whatever_of_it_landed_later(
    refreshed: Refreshed, late_arrivals: Pipeline
) -> None:
    """Nobody has to: what landed later is no reason to."""
    table = "evaluation/metrics"
    assert late_arrivals.lake.version(table) == refreshed.tiny.pipeline().lake.version(table)
    kept = {_who(row): row["value"] for row in _of(late_arrivals, table, FIRST).to_pylist()}
    again = {_who(asdict(row)): row.value for row in judge(late_arrivals, FIRST, SECOND)[0].metrics}
    later = {_who(asdict(row)): row.value for row in judge(late_arrivals, FIRST, date.max)[0].metrics}
    assert again.keys() == kept.keys()
    assert {who for who in kept if again[who] != kept[who]} <= {who for who in kept if LATENCY in who}
    assert {who for who in kept if later[who] != kept[who] and "shop" in who and LATENCY not in who}


def _who(row: Mapping[str, Any]) -> tuple[Any, ...]:
    names = ("platform", "ranker", "trained_on", "catalogue", "segment", "twins", "metric")
    return tuple(row[name] for name in names)


def _n_in_last_window(pipeline: Pipeline) -> int:
    days = rows(pipeline, "joined/interactions")["day"]
    return int(pc.sum(pc.and_(pc.greater_equal(days, FIRST), pc.less(days, SECOND))).as_py())


def _n_superseded(pipeline: Pipeline, on: date = FIRST) -> int:
    """Events that were known before a date, and corrected from it on."""
    found = rows(pipeline, "clean/shop/events")
    corrected = pc.and_(pc.less(found["landed_on"], on), pc.greater_equal(found["superseded_on"], on))
    return int(pc.sum(corrected).as_py() or 0)


def _of(pipeline: Pipeline, table: str, as_of: date) -> pa.Table:
    found = rows(pipeline, table)
    keys = [name for name in found.column_names if not pa.types.is_nested(found.schema.field(name).type)]
    return found.filter(pc.equal(found["as_of"], as_of)).sort_by([(key, "ascending") for key in keys]).combine_chunks()


def _arrays(pipeline: Pipeline, as_of: date) -> dict[str, bytes]:
    """Everything that was learned, by model."""
    files = sorted(pipeline.places.models.glob(f"*/{as_of}/*/*.safetensors"))
    return {"/".join(file.parts[-4:-1]): file.read_bytes() for file in files}
