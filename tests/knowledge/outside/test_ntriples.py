"""N-Triples: the grammar's examples, what is no statement, labels, languages."""

import pytest

from tests.knowledge.outside.graphs import lines
from xdrec_assets.knowledge.outside.ntriples import RULE, ntriples, unescaped

A, B = "<http://e/a>", "<http://e/b>"


def one(line: str, languages: tuple[str, ...] = ("en",)) -> dict[str, object]:
    (found,) = ntriples(lines(line), "g.nt", languages).to_pylist()
    return found


GOOD = [
    (f"{A} {B} <http://e/c> .", "http://e/c", False),
    (f"{A}{B}<http://e/c>.", "http://e/c", False),
    (f"\t{A}\t{B}\t<http://e/c>\t.  # so they say", "http://e/c", False),
    (f"{A} {B} _:c1.x .", "_:g.nt#c1.x", False),
    (f'{A} {B} "chat" .', "chat", True),
    (f'{A} {B} "chat"@en .', "chat", True),
    (f'{A} {B} "chat"@en-GB .', "chat", True),
    (f'{A} {B} "1995"^^<http://www.w3.org/2001/XMLSchema#gYear> .', "1995", True),
    (f'{A} {B} "say \\"hi\\"\\n\\u00E9 \\U0001F600 <.>" .', 'say "hi"\né 😀 <.>', True),
    (f"{A} {B} <http://e/caf\\u00E9> .", "http://e/café", False),
    (f"{A} {B} <http://e/红楼梦> .", "http://e/红楼梦", False),
]


@pytest.mark.parametrize(("line", "tail", "is_text"), GOOD)
def test_statements(line: str, tail: str, is_text: bool):
    found = one(line)
    assert (found["head"], found["relation"]) == ("http://e/a", "http://e/b")
    assert (found["tail"], found["is_text"], found["rule"]) == (tail, is_text, None)


def test_a_blank_head_is_named_after_its_file():
    assert one(f"_:x {B} {A} .")["head"] == "_:g.nt#x"


@pytest.mark.parametrize("line", ["# nothing but words", f'{A} {B} "Katze"@de .', f'{A} {B} "" .'])
def test_comments_other_languages_and_empty_texts_are_passed_over(line: str):
    found = one(line)
    assert (found["tail"], found["rule"]) == (None, None)


def test_languages_are_a_choice():
    assert one(f'{A} {B} "Katze"@de .', ("en", "de"))["tail"] == "Katze"
    assert one(f'{A} {B} "kat"@den .', ("de",))["tail"] is None
    assert one(f'{A} {B} "kat"@de .', ())["tail"] is None


BAD = [
    "nonsense",
    f"{A} {B} <http://e/c>",
    f"{A} {B} .",
    f'{A} "b" {B} .',
    f'"a" {B} {A} .',
    f"{A} {B} <http://e/a b> .",
    f'{A} {B} "open .',
    f'{A} {B} "wrong \\x escape" .',
    f"{A} _:b {A} .",
    f"{A} {B} {A} . {A} {B} {A} .",
    "<> <http://e/b> <http://e/c> .",
]


@pytest.mark.parametrize("line", BAD)
def test_what_the_grammar_does_not_know_is_set_apart(line: str):
    found = one(line)
    assert (found["head"], found["tail"], found["rule"]) == (None, None, RULE)


def test_escapes_that_stand_for_no_character_are_replaced():
    assert unescaped("\\uD800 \\U00110000 \\t") == "\ufffd \ufffd \t"
