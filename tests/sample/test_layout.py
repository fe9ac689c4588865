"""The files: same bytes whatever the number of days, readable formats, dirt in the planned shares."""

import csv
import gzip
import io
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from xdrec_assets.sample.__main__ import main
from xdrec_assets.sample.dirt import SHARES
from xdrec_assets.sample.layout import MARKER, Landed, lay_out
from xdrec_assets.sample.vocabulary import PLATFORMS
from xdrec_assets.sample.world import World, make_world

DAYS = 9


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(seed=3, n_people=300, n_items=320, dirt=0.2, activity=3.0)


@pytest.fixture(scope="module")
def landed(world: World, tmp_path_factory: pytest.TempPathFactory) -> Landed:
    return lay_out(world, tmp_path_factory.mktemp("landing"), days=DAYS)


def contents(landing: Path) -> dict[str, bytes]:
    return {
        path.relative_to(landing).as_posix(): path.read_bytes()
        for path in sorted(landing.rglob("*"))
        if path.is_file() and path.name != MARKER
    }


def test_same_seed_same_bytes(world: World, landed: Landed, tmp_path: Path) -> None:
    again = lay_out(make_world(seed=3, n_people=300, n_items=320, dirt=0.2, activity=3.0), tmp_path, days=DAYS)
    assert contents(tmp_path) == contents(landed.landing)
    assert (again.lines, again.events, again.dirt) == (landed.lines, landed.events, landed.dirt)


def test_a_day_does_not_depend_on_how_many_days_are_laid_out(world: World, landed: Landed, tmp_path: Path) -> None:
    lay_out(world, tmp_path, days=DAYS - 2)
    short = contents(tmp_path)
    longer = contents(landed.landing)
    assert short.items() <= longer.items()
    assert all("2026-01-12" in name or "2026-01-13" in name or "images" in name for name in longer.keys() - short)


def test_one_more_day_adds_files_and_touches_none(world: World, landed: Landed, tmp_path: Path) -> None:
    lay_out(world, tmp_path, days=DAYS - 1)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.*") if path.name != MARKER}
    more = lay_out(world, tmp_path, days=DAYS)
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert contents(tmp_path) == contents(landed.landing)
    assert (more.lines, more.events, more.dirt) == (landed.lines, landed.events, landed.dirt)


def test_what_stands_is_not_written_again(world: World, landed: Landed) -> None:
    again = lay_out(world, landed.landing, days=DAYS - 3)
    assert again.n_files_written == 0
    assert (again.days, again.lines) == (DAYS, landed.lines)


def test_another_world_in_the_folder_is_refused(landed: Landed) -> None:
    with pytest.raises(ValueError, match="seed 3, not 4; delete the folder"):
        lay_out(make_world(seed=4, n_people=300, n_items=320, dirt=0.2, activity=3.0), landed.landing, days=DAYS)


def test_days_beyond_the_world_are_refused(world: World, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="from 1 to 56"):
        lay_out(world, tmp_path, days=57)


def test_counted_lines_are_the_lines_in_the_files(landed: Landed) -> None:
    files = {platform: sorted((landed.landing / platform / "events").iterdir()) for platform in PLATFORMS}
    n_lines = {
        "music": sum(pq.read_metadata(path).num_rows for path in files["music"]),
        "news": sum(gzip.decompress(path.read_bytes()).count(b"\n") for path in files["news"]),
        "shop": sum(path.read_bytes().count(b"\n") for path in files["shop"]),
        "video": sum(path.read_bytes().count(b"\n") - 1 for path in files["video"]),
    }
    assert n_lines == landed.lines


def test_shop_and_news_lines_are_json_but_for_the_broken(landed: Landed) -> None:
    for platform, opened in (("shop", Path.read_bytes), ("news", lambda path: gzip.decompress(path.read_bytes()))):
        files = (landed.landing / platform / "events").iterdir()
        readable = Counter(_is_json(line) for path in files for line in opened(path).splitlines())
        assert readable[False] == landed.dirt[platform]["broken"] > 0


def test_video_lines_have_six_fields_but_for_the_broken(landed: Landed) -> None:
    files = (landed.landing / "video" / "events").iterdir()
    sound = Counter(_is_six_fields(line) for path in files for line in path.read_bytes().splitlines())
    assert sound[False] == landed.dirt["video"]["broken"] > 0


def test_music_files_are_typed_with_nulls_and_far_futures(landed: Landed) -> None:
    tables = [pq.read_table(path) for path in sorted((landed.landing / "music" / "events").iterdir())]
    assert len({str(table.schema) for table in tables}) == 1
    columns = ("listener", "track", "what", "at_us")
    nulls = sum(table[column].null_count for table in tables for column in columns)
    assert nulls == landed.dirt["music"]["missing"] > 0
    years = np.concatenate([table["at_us"].drop_null().to_numpy().astype("datetime64[us]") for table in tables])
    assert (years > np.datetime64("2030-01-01")).sum() == landed.dirt["music"]["years_ahead"] > 0


def test_items_land_once_with_their_texts(world: World, landed: Landed) -> None:
    path = landed.landing / "shop/items/2026-01-05.jsonl"
    entries = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    titles = {entry["name"] for entry in entries}
    due = (world.items.platform == PLATFORMS.index("shop")) & (world.items.released_day == 0)
    assert len(titles) == due.sum()
    assert all(entry["text"] and entry["cats"] and entry["tags"] for entry in entries)


def test_csv_items_are_readable(landed: Landed) -> None:
    text = (landed.landing / "video/items/2026-01-05.csv").read_text("utf-8")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert rows and all(row["headline"] and row["language"] in ("en", "zh") and None not in row for row in rows)


def test_pictures_stand_where_items_say(world: World, landed: Landed) -> None:
    pictures = list(landed.landing.glob("*/images/*.png"))
    assert len(pictures) == (world.items.is_pictured & (world.items.released_day < DAYS)).sum()
    for path in pictures:
        assert path.read_bytes().startswith(b"\x89PNG") and path.stat().st_size < 4096


def test_dirt_comes_in_its_planned_shares(landed: Landed) -> None:
    counts = Counter(landed.dirt["shop"]) + Counter(landed.dirt["news"])
    n_lines = landed.lines["shop"] + landed.lines["news"]
    spoilt = sum(counts.values())
    assert abs(spoilt / n_lines - 0.2) < 0.04  # copies add lines, the latest are still to come
    for kind, share in SHARES.items():
        assert abs(counts[kind.name.lower()] / spoilt - share) < 0.06, kind


def test_every_kind_of_dirt_lands(landed: Landed) -> None:
    met = set().union(*landed.dirt.values())
    assert met == {kind.name.lower() for kind in SHARES}


def test_knowledge_tells_of_every_topic_and_tag(world: World, landed: Landed) -> None:
    documents = {path.stem: path.read_text("utf-8") for path in (landed.landing / "knowledge/documents").iterdir()}
    assert set(documents) == set(world.topics)
    assert all(len(text.split("\n\n")) == 5 and len(text.split()) > 100 for text in documents.values())
    rows = [row.split("\t") for row in (landed.landing / "knowledge/triples.tsv").read_text("utf-8").splitlines()]
    assert rows[0] == ["head", "relation", "tail"] and {len(row) for row in rows} == {3}
    heads = {row[0] for row in rows} | {row[2] for row in rows}
    texts = world.items.texts
    english = [tags for tags, language in zip(texts.tags, texts.language, strict=True) if language == "en"]
    assert all(f"tag:{tag}" in heads for tags in english for tag in tags)


def test_command_line_says_what_it_wrote(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = ["--landing", str(tmp_path), "--people", "60", "--items", "80"]
    assert main([*small, "--days", "2"]) == 0
    assert "2 days stand" in capsys.readouterr().out
    assert main([*small, "--days", "2", "--seed", "8"]) == 2
    assert "delete the folder" in capsys.readouterr().err


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def _is_six_fields(line: bytes) -> bool:
    try:
        return len(next(csv.reader([line.decode()], delimiter=";", strict=True))) == 6
    except (UnicodeDecodeError, csv.Error):
        return False
