import unicodedata

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.plain_text import content_hash, plain_text
from xdrec_assets.pipeline import SQL

ASSIGNED = [chr(n) for n in range(0x110000) if unicodedata.category(chr(n)) not in ("Cs", "Cn")]


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute((SQL / "macros" / "plain.sql").read_text(encoding="utf-8"))
    return con


def test_composed_and_decomposed_letters_are_one_text():
    assert plain_text("cafe\u0301") == plain_text("caf\u00e9")


def test_control_and_bidirectional_characters_are_removed():
    assert plain_text("a\u202eb\u2066c\x00d\ufeff") == "abcd"
    assert plain_text("a\x00b\x7fc") == "abc"


def test_what_stood_between_two_letters_does_not_keep_them_apart():
    assert plain_text("cafe\x00\u0301") == "caf\u00e9"


def test_white_space_of_any_kind_becomes_one_space():
    assert plain_text(" a\t\n b\u3000c ") == "a b c"


def test_other_scripts_stay():
    assert plain_text("绿茶 chá العربية") == "绿茶 chá العربية"


@given(st.text())
def test_a_plain_text_stays_as_it_is(text):
    assert plain_text(plain_text(text)) == plain_text(text)


def test_texts_that_differ_in_nothing_else_have_one_hash():
    twins = ["Caf\u00e9 au lait", "\u202dCafe\u0301\u202c au\x00\u00a0\n lait ", "Caf\u00e9 \u2066au\u2069 lait\ufeff"]
    assert len({content_hash(text) for text in twins}) == 1
    assert content_hash(twins[0]) != content_hash("Cafe au lait")


def test_sql_makes_the_same_of_every_character_of_unicode(con):
    """Alone, and before a mark that it may be composed with, which a control character would keep from it."""
    texts = [f"a{one}" for one in ASSIGNED]
    texts += [f"{one}\u0301" for one in ASSIGNED] + [f"{one}\x01\u0308" for one in ASSIGNED if one < "\u3000"]
    texts += [f"{one}\u1161\u11a8" for one in ASSIGNED if "\u1100" <= one <= "\uac10"]
    texts += ["", " a", "a ", "a  b", "a \t b\n", "\u3000a\u3000 b\u2003"]
    rows = pa.table({"text": texts})  # noqa: F841 - DuckDB finds it by name
    made = con.execute("select text, plain(text) from rows").fetchall()
    assert [text for text, plain in made if plain != plain_text(text)] == []
    assert len(made) > 500_000


def test_no_text_stays_none(con):
    assert con.execute("select plain(null::varchar)").fetchall() == [(None,)]
