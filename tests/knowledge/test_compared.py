"""Which fusions and alignments are compared, and that each makes the vectors that it would make if chosen."""

import numpy as np
import pytest

from tests.knowledge.histories import planted_history
from xdrec_assets.embeddings.vectors import unit_rows
from xdrec_assets.knowledge.build import ALL, build_knowledge
from xdrec_assets.knowledge.compared import Case, cases_of, chosen_case, fused_by_case
from xdrec_assets.knowledge.settings import KnowledgeSettings

CHOSEN = Case("whitening", "concat")


def settings_of(fusions: list[str], alignments: list[str], **more: object) -> KnowledgeSettings:
    compare = {"fusions": fusions, "alignments": alignments}
    return KnowledgeSettings.model_validate({"compare": compare, "behaviour_size": 8, **more})


def test_every_fusion_with_the_chosen_alignment_and_every_alignment_with_the_chosen_fusion():
    cases = cases_of(KnowledgeSettings())
    assert cases[0] == chosen_case(KnowledgeSettings()) == CHOSEN
    assert {case.fusion for case in cases[1:] if case.alignment == "whitening"} == {
        "sum",
        "gated",
        "attention",
        "experts",
    }
    aligned = {"none", "procrustes_people", "procrustes_twins", "adversarial", "contrastive"}
    assert {case.alignment for case in cases if case.fusion == "concat"} == aligned | {"whitening"}
    assert len(cases) == len(set(cases)) == 10


def test_the_weighted_sum_is_another_one_where_weights_differ():
    assert Case("whitening", "weighted") not in cases_of(settings_of(["sum", "weighted"], []))
    uneven = {"weights": {"text": 1.0, "behaviour": 0.5}}
    assert Case("whitening", "weighted") in cases_of(settings_of(["sum", "weighted"], [], fusion=uneven))


def test_the_chosen_one_is_there_even_if_it_is_not_named_and_alone_it_is_not_compared():
    assert cases_of(settings_of(["sum"], [])) == [CHOSEN, Case("whitening", "sum")]
    assert cases_of(settings_of(["concat"], ["whitening"])) == []
    assert cases_of(settings_of([], [])) == []


@pytest.fixture(scope="module")
def planted():
    rng = np.random.default_rng(0)
    history = planted_history(rng)
    text, words = (unit_rows(rng.standard_normal((history.n_items, size))) for size in (12, 6))
    return history, text, words


def test_each_case_makes_what_it_would_make_if_it_were_chosen(planted):
    history, text, words = planted
    settings = settings_of(["sum"], ["none", "procrustes_people"])
    found = dict(fused_by_case(history, text, {"words": words}, settings))
    assert list(found) == [
        CHOSEN,
        Case("whitening", "sum"),
        Case("none", "concat"),
        Case("procrustes_people", "concat"),
    ]
    for case, vectors in found.items():
        own = {"alignment": {"method": case.alignment}, "fusion": {"strategy": case.fusion}}
        scopes = dict.fromkeys((ALL, *history.platforms), words)
        known = build_knowledge(history, text, settings_of([], [], **own), by_scope={"words": scopes})
        np.testing.assert_array_equal(vectors, known[ALL].fused)


def test_twins_are_asked_for_where_they_are_turned_by(planted):
    history, text, _ = planted
    settings = settings_of([], ["procrustes_twins"])
    with pytest.raises(ValueError, match="no pairs of twins are given"):
        list(fused_by_case(history, text, {}, settings))
    pairs = np.column_stack([np.arange(40), np.arange(40, 80)])
    assert [case for case, _ in fused_by_case(history, text, {}, settings, pairs)][1:] == [
        Case("procrustes_twins", "concat")
    ]


def test_nothing_is_computed_where_nothing_is_compared(planted):
    history, text, _ = planted
    assert list(fused_by_case(history, text, {}, settings_of([], []))) == []


def test_inputs_stay_as_they_are(planted):
    history, text, words = planted
    before = text.copy(), words.copy()
    list(fused_by_case(history, text, {"words": words}, settings_of(["sum"], ["none"])))
    np.testing.assert_array_equal(text, before[0])
    np.testing.assert_array_equal(words, before[1])
