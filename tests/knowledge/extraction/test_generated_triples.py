import pyarrow as pa
import pytest

from resources.generation.answers import Answer, Refusal, checked
from resources.generation.generator import Generated
from xdrec_assets.embeddings.documents import Document
from xdrec_assets.knowledge.extraction.generated_triples import (
    Fact,
    Facts,
    facts_content,
    facts_question,
    generated_triples,
    grounded,
)
from xdrec_assets.knowledge.extraction.mentions import Names
from xdrec_assets.knowledge.triples import SCHEMA

TEA = Document("Green tea", "Green tea. It is made from <i>Camellia sinensis</i> leaves in China.")
READ = facts_content(TEA, 6000)
SAID = "It is made from ‹i›Camellia sinensis‹/i› leaves in China."


def fact(head: str = "Green tea", tail: str = "Camellia sinensis", evidence: str = SAID) -> Fact:
    return Fact(head=head, relation="made_from", tail=tail, evidence=evidence)


def test_a_fact_that_the_document_states_is_kept():
    assert grounded(Facts(facts=[fact(), fact(head="GREEN TEA", tail="china")]), READ) == Facts(
        facts=[fact(), fact(head="GREEN TEA", tail="china")]
    )


@pytest.mark.parametrize(
    "invented",
    [
        fact(head="Black tea"),
        fact(tail="Japan"),
        fact(evidence="It is made of leaves."),
        fact(tail="green TEA"),  # says nothing of two things
    ],
)
def test_what_the_document_does_not_state_is_left_out_and_refused_where_nothing_remains(invented: Fact):
    assert grounded(Facts(facts=[invented, fact()]), READ) == Facts(facts=[fact()])
    found = grounded(Facts(facts=[invented]), READ)
    assert isinstance(found, Refusal) and found.reason.startswith("none of the 1 facts stands in the document")


def test_a_document_without_facts_is_an_answer():
    assert grounded(Facts(facts=[]), READ) == Facts(facts=[])


def test_facts_become_triples_of_known_entities():
    names = Names.of([("green tea", "Green Tea"), ("Camellia sinensis", "shop/7")])
    table = generated_triples([TEA], {READ.hash: Facts(facts=[fact(), fact(tail="China")])}, names, 6000, 0.5)
    assert table.schema == SCHEMA
    assert table.to_pylist()[0] == {
        "head": "Green Tea",
        "relation": "made_from",
        "tail": "shop/7",
        "source": "text generator",
        "confidence": 0.5,
        "evidence": SAID,
    }
    assert table["tail"].to_pylist() == ["shop/7", "China"]


def test_documents_that_nobody_answered_for_give_nothing():
    assert generated_triples([TEA], {}, Names(), 6000, 0.5).equals(SCHEMA.empty_table())
    assert isinstance(generated_triples([], {}, Names(), 6000, 0.5), pa.Table)


def test_a_document_is_read_up_to_so_many_characters():
    assert facts_content(TEA, 100).hash == READ.hash
    assert facts_content(Document("Green tea", TEA.text + " More." * 50), 100).fields["text"] != READ.fields["text"]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ('{"facts": [{"head": "a", "relation": "is_a", "tail": "tea", "evidence": "x"}]}', "facts.0.head: String sho"),
        ('{"facts": [{"head": "aa", "relation": "Is a", "tail": "tea", "evidence": "x"}]}', "facts.0.relation: Str"),
        ('{"facts": [["green tea", "is_a", "tea"]]}', "facts.0: Input should be a valid"),
        ("I cannot do that.", "no JSON"),
    ],
)
def test_answers_of_another_form_are_refused(answer: str, why: str):
    found = checked(Generated(answer), facts_question().schema)
    assert isinstance(found, Refusal) and found.reason.startswith(why)
    assert isinstance(checked(Generated('{"facts": []}'), Facts), Answer)
