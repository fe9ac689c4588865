from dataclasses import replace

import numpy as np
import pytest

from tests.knowledge.histories import history_of, planted_history
from xdrec_assets.embeddings.vectors import unit_rows
from xdrec_assets.knowledge.alignment.settings import AlignmentSettings
from xdrec_assets.knowledge.build import build_knowledge
from xdrec_assets.knowledge.settings import KnowledgeSettings

SETTINGS = KnowledgeSettings.model_validate({"fusion": {"size": 24}, "behaviour_size": 8})
SHOP, VIDEO = slice(0, 40), slice(40, 80)


def text_of(rng: np.random.Generator, n_topics: int = 4) -> np.ndarray:
    """Texts (80, 16) of two platforms: a topic each, and noise; the last item of each platform has none."""
    topics = 2 * rng.standard_normal((n_topics, 16))
    vectors = unit_rows(topics[np.tile(np.arange(40) % n_topics, 2)] + rng.standard_normal((80, 16)))
    vectors[[39, 79]] = 0
    return vectors


@pytest.fixture(scope="module")
def world():
    rng = np.random.default_rng(0)
    return planted_history(rng), text_of(rng)


def test_every_scope_is_row_aligned_with_the_history(world):
    history, text = world
    knowledge = build_knowledge(history, text, settings=SETTINGS)
    assert sorted(knowledge) == ["all", "shop", "video"]
    for one in knowledge.values():
        assert one.text.shape == (80, 16)
        assert one.fused.shape == (80, 24)
        assert one.person.shape == (60, 24)
        assert {one.text.dtype, one.fused.dtype, one.person.dtype} == {np.dtype("float32")}


def test_vectors_have_unit_length_or_are_zeros(world):
    history, text = world
    for one in build_knowledge(history, text, settings=SETTINGS).values():
        for rows in (one.text, one.fused, one.person):
            lengths = np.linalg.norm(rows, axis=1)
            np.testing.assert_allclose(lengths[lengths > 0], 1, atol=1e-5)


def test_person_is_nearest_to_items_of_their_taste_on_the_other_platform(world):
    history, text = world
    knowledge = build_knowledge(history, text, settings=SETTINGS)["all"]
    shop_only = build_knowledge(history.only("shop"), text, settings=SETTINGS)["all"]
    topic = np.arange(40) % 4
    for one in (knowledge, shop_only):
        nearness = one.person @ one.fused[VIDEO].T  # (60, 40)
        same = (np.arange(60) % 4)[:, None] == topic
        assert nearness[same].mean() > nearness[~same].mean() + 0.2


def test_scope_of_a_platform_learns_nothing_from_elsewhere(world):
    history, text = world
    rng = np.random.default_rng(7)
    other_text = text.copy()
    other_text[VIDEO] = unit_rows(rng.standard_normal((40, 16)))
    in_shop = history.item < 40
    other_history = replace(history, age_days=np.where(in_shop, history.age_days, 0).astype(np.float32))
    one = build_knowledge(history, text, settings=SETTINGS)
    other = build_knowledge(other_history, other_text, settings=SETTINGS)
    for part in ("text", "fused", "person"):
        np.testing.assert_array_equal(getattr(one["shop"], part), getattr(other["shop"], part))
        assert not np.array_equal(getattr(one["all"], part), getattr(other["all"], part))


def test_scope_of_a_platform_knows_only_its_items(world):
    history, text = world
    knowledge = build_knowledge(history, text, settings=SETTINGS)["video"]
    assert not knowledge.text[SHOP].any()
    assert not knowledge.fused[SHOP].any()
    assert knowledge.fused[VIDEO].any(axis=1).sum() >= 39


def test_items_without_text_are_known_by_behaviour_and_without_both_not_at_all():
    taken = [("ann", "a", 1), ("ann", "b", 1), ("bob", "d", 1)]
    history = history_of([("shop", item) for item in "abcd"], taken)
    text = np.array([[1, 0], [0, 0], [0, 0], [0, 1]], dtype=np.float32)
    small = KnowledgeSettings.model_validate({"fusion": {"size": 4}, "behaviour_size": 2})
    knowledge = build_knowledge(history, text, settings=small)["all"]
    assert knowledge.text.any(axis=1).tolist() == [True, False, False, True]
    assert knowledge.fused.any(axis=1).tolist() == [True, True, False, True]


def test_words_and_documents_are_further_sources(world):
    history, text = world
    rng = np.random.default_rng(1)
    words = unit_rows(rng.standard_normal((80, 6)))
    documents = np.zeros((80, 5), dtype=np.float32)
    documents[:3, 0] = 1
    plain = build_knowledge(history, text, settings=SETTINGS)
    by_scope = {"words": dict.fromkeys(("all", "shop", "video"), words)}
    richer = build_knowledge(history, text, SETTINGS, {"documents": documents}, by_scope)
    assert not np.allclose(plain["all"].fused, richer["all"].fused)
    np.testing.assert_array_equal(plain["all"].text, richer["all"].text)
    assert richer["all"].fused.any(axis=1).all()


@pytest.mark.parametrize("fusion", ["sum", "weighted", "concat", "gated", "attention", "experts"])
def test_every_fusion_repeats_and_leaves_its_inputs_alone(world, fusion):
    history, text = world
    before = text.copy()
    learned = {"strategy": fusion, "size": 24, "steps": 20, "batch_size": 32}
    settings = KnowledgeSettings.model_validate({"fusion": learned, "behaviour_size": 8})
    one, two = (build_knowledge(history, text, settings=settings)["all"] for _ in range(2))
    np.testing.assert_array_equal(one.fused, two.fused)
    np.testing.assert_array_equal(text, before)


def test_vectors_of_other_items_are_refused(world):
    history, text = world
    with pytest.raises(ValueError, match="text vectors have 79 rows, the history has 80 items"):
        build_knowledge(history, text[:-1], settings=SETTINGS)


def test_a_source_of_other_items_is_refused_by_name(world):
    history, text = world
    with pytest.raises(ValueError, match="graph of shop vectors have 3 rows, the history has 80 items"):
        build_knowledge(history, text, SETTINGS, by_scope={"graph": {"shop": np.ones((3, 2), dtype=np.float32)}})


@pytest.mark.parametrize("method", ["procrustes_people", "procrustes_twins", "adversarial", "contrastive"])
def test_alignment_turns_the_texts_of_all_platforms_and_of_none_alone(world, method):
    history, text = world
    twins = np.column_stack([np.arange(40), np.arange(40, 80)])
    settings = SETTINGS.model_copy(
        update={"alignment": AlignmentSettings(method=method, steps=20, learning_rate=0.01, anchor=0)}
    )
    only_whitened = SETTINGS.model_copy(update={"alignment": AlignmentSettings(method="whitening")})
    plain, aligned = (build_knowledge(history, text, each, twins=twins) for each in (only_whitened, settings))
    assert not np.allclose(plain["all"].text, aligned["all"].text)
    for platform in ("shop", "video"):
        for part in ("text", "fused", "person"):
            np.testing.assert_array_equal(getattr(plain[platform], part), getattr(aligned[platform], part))


def test_without_alignment_texts_stay_as_encoded(world):
    history, text = world
    settings = SETTINGS.model_copy(update={"alignment": AlignmentSettings(method="none")})
    knowledge = build_knowledge(history, text, settings)
    np.testing.assert_allclose(knowledge["all"].text, text, atol=1e-6)
    np.testing.assert_allclose(knowledge["shop"].text[SHOP], text[SHOP], atol=1e-6)
