"""What a title may hold, and what becomes of it where people see it: in the web UI, in a CSV, in a spreadsheet."""

import csv
from pathlib import Path

import pyarrow as pa
import pytest

from tests.worlds import ITEMS, SHOP, clean, lines, world
from xdrec_assets.export import cell, export_csv, main
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.shown import literal, markdown_table

TITLE = '=HYPERLINK("http://evil.example")'
LOGS = {
    "shop/items/2026-01-05.jsonl": lines(
        {"sku": "i1", "name": TITLE, "about": 'a,b\n"c" \u202eevil', "cats": ["@cmd", "b"]},
        {"sku": "-1+1", "name": "Plain", "about": None},
    ),
    "shop/events/2026-01-05.jsonl": "",
}


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    pipeline = world(tmp_path, LOGS, {"shop": SHOP + ITEMS})
    clean(pipeline)
    return pipeline


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)>"),
        ("![x](http://evil.example/p.png)", r"!\[x\](http:" + "\u200b" + "//evil.example/p.png)"),
        ("[a](javascript:alert(1))", r"\[a\](javascript:alert(1))"),
        ("&lt;script&gt;", "&amp;lt;script&amp;gt;"),
        ("`code` *bold* _it_ ~~no~~ a|b", r"\`code\` \*bold\* \_it\_ \~\~no\~\~ a\|b"),
        ("see www.evil.example", "see www\u200b.evil.example"),
        ("ends in \\", "ends in \\\\"),
        ("right\u202eto left \x1b[31m", r"rightto left \[31m"),
        ("line\nline", "line line"),
    ],
)
def test_a_title_in_the_web_ui_is_just_its_text(title: str, shown: str) -> None:
    assert literal(title) == shown
    assert markdown_table(pa.table({"title": [title]}), width=100).splitlines()[2] == f"| {shown} |"
    assert shown in markdown_table(pa.table({"titles": [[title, "x"]]}), width=100).splitlines()[2]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u202e=1", "＝1", "\x00=1"])
def test_a_text_that_is_a_formula_gets_an_apostrophe(text: str) -> None:
    assert cell(text).startswith("'")


@pytest.mark.parametrize("value", [-0.5, 7, "a=b", "O'Neill", True])
def test_numbers_and_plain_texts_stay(value: object) -> None:
    assert cell(value) == value


def test_an_export_holds_every_row_and_no_formula(pipeline: Pipeline, tmp_path: Path) -> None:
    file = tmp_path / "out" / "items.csv"
    assert export_csv(pipeline, "clean/shop/items", file) == 2
    with file.open(encoding="utf-8", newline="") as read:
        first, second = sorted(csv.DictReader(read), key=lambda row: row["source_line"])
    assert first["title"] == f"'{TITLE}"
    assert first["description"] == 'a,b "c" evil'
    assert first["categories"] == "'@cmd; b"
    assert (second["item_id"], second["title"], second["description"]) == ("'-1+1", "Plain", "")
    assert [path.name for path in file.parent.iterdir()] == ["items.csv"]


def test_an_export_that_fails_leaves_the_last_one(
    pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "best.csv").write_text("before")
    environment = {
        "HOME": str(tmp_path),
        "LANDING": pipeline.places.landing,
        "PLATFORMS": str(pipeline.places.platforms),
    }
    for name, value in environment.items():
        monkeypatch.setenv(f"XDREC_{name}", value)
    monkeypatch.setenv("XDREC_USER_KEY", "a key for tests only")
    assert main(["--table", "recommendations/top_k", "--to", str(tmp_path / "best.csv")]) == 1
    assert "was never published; published tables: clean/shop/" in capsys.readouterr().err
    assert main(["--table", "raw/shop/events", "--to", str(tmp_path / "best.csv")]) == 1
    assert "holds user ids in clear and is not exported" in capsys.readouterr().err
    assert (tmp_path / "best.csv").read_text() == "before"
    assert main(["--table", "clean/shop/items", "--to", str(tmp_path / "best.csv")]) == 0
    assert "2 rows of clean/shop/items" in capsys.readouterr().out
