"""Triples between tabs, with and without headers, and RecBole's."""

import pytest

from tests.knowledge.outside.graphs import lines
from xdrec_assets.knowledge.outside.statements import RECBOLE_RULE, STATEMENTS, TAB_RULE, recbole, tab_separated

HEADER = "head_id:token\trelation_id:token\ttail_id:token"


def test_three_fields_are_a_fact_without_the_space_around_them():
    found = tab_separated(lines("Tea\tgrows in\t China ", "茶\tis_a\tdrink"), True)
    assert found.schema == STATEMENTS
    assert found.to_pylist() == [
        {"head": "Tea", "relation": "grows in", "tail": "China", "is_text": False, "rule": None},
        {"head": "茶", "relation": "is_a", "tail": "drink", "is_text": False, "rule": None},
    ]


@pytest.mark.parametrize("line", ["Tea\tgrows_in", "Tea", "a\tb\tc\td", "\tgrows_in\tChina", "Tea\tgrows_in\t "])
def test_more_or_fewer_filled_fields_state_nothing(line: str):
    (found,) = tab_separated(lines(line), False).to_pylist()
    assert (found["head"], found["tail"], found["rule"]) == (None, None, TAB_RULE)


def test_a_header_is_passed_over_on_the_first_line_alone():
    header = "head\trelation\ttail"
    first, second = tab_separated(lines(header, header), True).to_pylist()
    assert (first["tail"], first["rule"]) == (None, None)
    assert second["tail"] == "tail"


def test_recbole_s_header_must_come_first():
    found = recbole(lines(HEADER, "m.1\tfilm.actor\tm.2"), True).to_pylist()
    assert [(row["tail"], row["rule"]) for row in found] == [(None, None), ("m.2", None)]
    found = recbole(lines("m.1\tfilm.actor\tm.2", "m.1\tfilm.actor\tm.3"), True).to_pylist()
    assert [(row["tail"], row["rule"]) for row in found] == [(None, RECBOLE_RULE), ("m.3", None)]


def test_no_lines_state_nothing():
    assert tab_separated(lines(), True).num_rows == recbole(lines(), True).num_rows == 0
