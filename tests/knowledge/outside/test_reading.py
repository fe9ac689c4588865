"""Files of facts: every line is a triple, passed over or set apart; links make entities items."""

from pathlib import Path

import pyarrow as pa
import pytest

from tests.knowledge.outside.graphs import bad, facts, read
from xdrec_assets.knowledge.outside.linking import RULE as LINK_RULE
from xdrec_assets.knowledge.outside.reading import accounts, gathered
from xdrec_assets.knowledge.outside.statements import TAB_RULE

KG = "head_id:token\trelation_id:token\ttail_id:token\nm.1\tactor\tm.9\nm.2\tactor\tm.9\n"
LINK = "item_id:token\tentity_id:token\n1\tm.1\n2\tm.2\n"


def test_facts_stand_with_their_source_confidence_and_place(tmp_path: Path):
    files = {"g/a.tsv": "head\trelation\ttail\nTea\tgrows_in\tChina\n", "g/b.tsv": "\nRice\tgrows_in\tChina"}
    found = read(tmp_path, files, confidence=0.5)
    assert facts(found) == [("Tea", "grows_in", "China"), ("Rice", "grows_in", "China")]
    assert found.triples["evidence"].to_pylist() == ["g/a.tsv:2", "g/b.tsv:2"]
    assert found.triples["source"].to_pylist() == ["graph", "graph"]
    assert found.triples["confidence"].to_pylist() == [0.5, 0.5]
    assert accounts(found) == "3 lines in, 2 triples, 0 quarantined, 1 passed over"


def test_a_bad_line_is_set_apart_and_the_rest_goes_on(tmp_path: Path):
    long = "x" * 2000
    content = b"a\tr\tb\nnonsense\n\n\xff\tr\tb\n" + long.encode() + b"\tr\tb\nc\tr\td\n"
    found = read(tmp_path, {"g/a": content}, limits={"line_bytes": 1024})
    assert facts(found) == [("a", "r", "b"), ("c", "r", "d")]
    rules = {line: rule for _, line, rule in bad(found)}
    assert rules[2] == TAB_RULE and rules[4] == "not UTF-8 at byte 0" and "2,004 bytes, the limit is 1,024" in rules[5]
    assert found.quarantined["found"].to_pylist()[0] == "nonsense"
    assert max(len(each) for each in found.quarantined["found"].to_pylist()) == 200
    assert (found.n_lines, found.n_passed_over, found.balance) == (5, 0, True)


def test_gzip_is_read_and_one_that_breaks_off_says_so(tmp_path: Path):
    more = {"files": "g/a.gz", "compression": "gzip"}
    assert len(facts(read(tmp_path, {"g/a.gz": "a\tr\tb\n" * 3}, **more))) == 3
    cut = (tmp_path / "g/a.gz").read_bytes()[:-9]
    found = read(tmp_path, {"g/a.gz": cut}, **more)
    assert found.quarantined.num_rows == 1 and "breaks off" in bad(found)[0][2]
    assert found.balance


def test_a_link_out_of_the_landing_area_is_not_followed(tmp_path: Path):
    (tmp_path / "secret").write_text("a\tr\tb\n")
    (tmp_path / "landing" / "g").mkdir(parents=True)
    (tmp_path / "landing/g/a").symlink_to(tmp_path / "secret")
    found = read(tmp_path / "landing", {})
    assert facts(found) == [] and "leads out" in bad(found)[0][2]


def test_linked_entities_are_items(tmp_path: Path):
    files = {"g/x.kg": KG, "l.link": LINK}
    found = read(tmp_path, files, format="recbole", files="g/*.kg", links={"films": "l.link"})
    assert facts(found) == [("films/1", "actor", "m.9"), ("films/2", "actor", "m.9")]
    assert accounts(found) == "6 lines in, 2 triples, 0 quarantined, 4 passed over"


def test_items_of_two_platforms_that_are_one_entity_are_the_same(tmp_path: Path):
    files = {"g/x.kg": KG, "l.link": LINK, "s.link": "item_id:token\tentity_id:token\nA\tm.1\n"}
    links = {"films": "l.link", "shop": "s.link"}
    found = read(tmp_path, files, format="recbole", files="g/*.kg", links=links)
    assert facts(found)[0] == ("shop/A", "same_as", "films/1")
    assert found.triples["evidence"].to_pylist()[0] == "s.link:2"
    assert found.balance


def test_bad_links_are_set_apart(tmp_path: Path):
    files = {"g/x.kg": KG, "l.link": "1\tm.1\n2\tm.2\tx\n3\t\n4\tm.1\n"}
    found = read(tmp_path, files, format="recbole", files="g/*.kg", links={"films": "l.link"})
    assert bad(found) == [("l.link", line, LINK_RULE) for line in (1, 2, 3)]
    assert facts(found)[0] == ("films/4", "actor", "m.9")
    assert found.balance


def test_n_triples_are_read_with_their_labels(tmp_path: Path):
    e, label = "http://e/", "http://www.w3.org/2000/01/rdf-schema#label"
    content = f"""# a dump
<{e}Q1> <{label}> "Tea"@en .
<{e}Q1> <{label}> "Tee"@de .
<{e}Q1> <{e}origin> <{e}Q2> .
<{e}Q1> <{e}origin> .
"""
    found = read(tmp_path, {"g/a.nt": content}, format="ntriples", prefixes=[e])
    assert facts(found) == [("Q1", "label", "Tea"), ("Q1", "origin", "Q2")]
    assert [line for _, line, _ in bad(found)] == [5]
    assert (found.n_lines, found.n_passed_over) == (5, 2)


def test_sources_that_did_not_land_are_missed_by_name(tmp_path: Path):
    with pytest.raises(ValueError, match=r"outside/graph.yaml: files: found nothing at g/\* below .*land it"):
        read(tmp_path, {"other": ""})
    with pytest.raises(ValueError, match=r"outside/graph.yaml: links.films: found nothing at l.link below .*land it"):
        read(tmp_path, {"g/a": ""}, links={"films": "l.link"})


def test_many_batches_are_as_one(tmp_path: Path):
    content = "".join(f"a{n}\tr\tb{n % 7}\n" for n in range(400_000))  # more than is unpacked at once
    found = read(tmp_path, {"g/a": "head\trelation\ttail\n" + content})
    assert found.triples.num_rows == 400_000
    assert found.triples["evidence"][-1].as_py() == "g/a:400001"


def test_batches_are_gathered_without_losing_a_row():
    batches = [pa.RecordBatch.from_pydict({"n": [n, n + 1]}) for n in range(0, 10, 2)]
    found = list(gathered(iter(batches), 3))
    assert [batch.num_rows for batch in found] == [4, 4, 2]
    assert [n for batch in found for n in batch.column("n").to_pylist()] == list(range(10))
    assert list(gathered(iter(()), 3)) == []
