"""Previews and pictures as the web UI shows them."""

from datetime import UTC, date, datetime

import pyarrow as pa

from xdrec_assets.shown import figures_table, markdown_picture, markdown_table


def cells(value: object, **how: int) -> str:
    return markdown_table(pa.table({"x": [value]}), **how).splitlines()[2]


def test_markup_and_column_separators_stay_text() -> None:
    assert cells("<b>a|b</b>\nc") == "| &lt;b>a\\|b&lt;/b> c |"


def test_long_texts_and_hashes_are_cut() -> None:
    assert cells("abcdefgh", width=5) == "| abcd… |"
    assert cells("0123456789abcdef" * 4) == "| 0123456789… |"


def test_vectors_show_their_first_numbers() -> None:
    assert cells([0.25, 0.5, 0.75, 1.0]) == "| [0.250, 0.500, 0.750, … 4 numbers] |"


def test_dates_instants_lists_and_missing_values_are_readable() -> None:
    assert cells(date(2026, 2, 1)) == "| 2026-02-01 |"
    assert cells(datetime(2026, 2, 1, 8, 30, tzinfo=UTC)) == "| 2026-02-01 08:30:00 |"
    assert cells(["a", "b"]) == "| a, b |"
    assert cells(None) == "|  |"


def test_numbers_stand_to_the_right() -> None:
    lines = figures_table([{"ranker": "svd", "rank": 1}, {"ranker": "nmf", "rank": None}]).splitlines()
    assert lines == ["| ranker | rank |", "|---|---:|", "| svd | 1 |", "| nmf |  |"]
    assert figures_table([]) == ""


def test_pictures_travel_in_the_text() -> None:
    assert markdown_picture("plot", b"png") == "![plot](data:image/png;base64,cG5n)"


def test_what_is_said_under_a_name_is_shown_with_it() -> None:
    said = pa.array([[{"name": "brand", "value": "Leaf & Co"}, {"name": "cast", "value": "Ann"}]])
    assert markdown_table(pa.table({"attributes": said})).splitlines()[2] == "| brand: Leaf &amp; Co, cast: Ann |"
