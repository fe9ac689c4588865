import numpy as np
import pytest

from xdrec_assets.embeddings.vectors import unit_rows
from xdrec_assets.knowledge.fusion.combined import leading_part
from xdrec_assets.knowledge.fusion.fuse import COMBINED, fuse
from xdrec_assets.knowledge.fusion.settings import FusionSettings

EQUAL = {"text": 1.0, "behaviour": 1.0}


def how(strategy: str, size: int, weights: dict[str, float]) -> FusionSettings:
    return FusionSettings.model_validate({"strategy": strategy, "size": size, "weights": weights})


def sources(n: int = 50) -> dict[str, np.ndarray]:
    """Two sources of unlike sizes; the last three items: only text, only behaviour, nothing."""
    rng = np.random.default_rng(0)
    text = unit_rows(rng.standard_normal((n, 12)))
    behaviour = unit_rows(rng.standard_normal((n, 5)))
    text[[-2, -1]] = 0
    behaviour[[-3, -1]] = 0
    return {"text": text, "behaviour": behaviour}


@pytest.mark.parametrize("strategy", COMBINED)
@pytest.mark.parametrize("size", [8, 17, 40])
def test_every_item_that_any_source_knows_has_unit_length(strategy, size):
    fused = fuse(sources(), how(strategy, size, EQUAL))
    assert fused.shape == (50, size)
    assert fused.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(fused, axis=1), [1] * 49 + [0], atol=1e-5)


@pytest.mark.parametrize("strategy", COMBINED)
def test_inputs_are_unchanged_and_the_result_repeats(strategy):
    given = sources()
    one = fuse(given, how(strategy, 8, EQUAL))
    for name, vectors in sources().items():
        np.testing.assert_array_equal(given[name], vectors)
    np.testing.assert_array_equal(one, fuse(given, how(strategy, 8, EQUAL)))


def test_concatenated_cosine_is_the_weighted_mean_of_the_cosines():
    given = sources()
    fused = fuse(given, how("concat", 17, {"text": 3.0, "behaviour": 1.0}))
    expected = (3 * given["text"][0] @ given["text"][1] + given["behaviour"][0] @ given["behaviour"][1]) / 4
    assert fused[0] @ fused[1] == pytest.approx(expected, abs=1e-5)


def test_items_known_by_different_sources_only_are_unrelated_in_a_concatenation():
    fused = fuse(sources(), how("concat", 17, EQUAL))
    assert fused[-3] @ fused[-2] == pytest.approx(0, abs=1e-6)


def test_single_source_keeps_its_cosines():
    given = sources()
    for strategy in COMBINED:
        fused = fuse(given, how(strategy, 12, {"text": 2.0}))
        np.testing.assert_allclose(fused @ fused.T, given["text"] @ given["text"].T, atol=1e-5)


def test_weights_move_a_weighted_sum_towards_the_heavier_source():
    text, behaviour = np.eye(2, dtype=np.float32)[:1], np.eye(2, dtype=np.float32)[1:]
    fused = fuse({"text": text, "behaviour": behaviour}, how("weighted", 2, {"text": 3.0, "behaviour": 4.0}))
    np.testing.assert_allclose(fused, [[0.6, 0.8]], atol=1e-6)


def test_sum_counts_sources_the_same_whatever_their_weight():
    text, behaviour = np.eye(2, dtype=np.float32)[:1], np.eye(2, dtype=np.float32)[1:]
    fused = fuse({"text": text, "behaviour": behaviour}, how("sum", 2, {"text": 3.0, "behaviour": 4.0}))
    np.testing.assert_allclose(fused, [[np.sqrt(0.5), np.sqrt(0.5)]], atol=1e-6)


def test_source_that_is_not_sure_counts_less():
    text = np.array([[1, 0], [1, 0]], dtype=np.float32)
    behaviour = np.array([[1.0], [0.1]], dtype=np.float32)
    sure, unsure = fuse({"text": text, "behaviour": behaviour}, how("concat", 3, EQUAL))
    assert np.abs(sure).max() == pytest.approx(np.sqrt(0.5), abs=1e-6)
    assert np.abs(unsure).max() == pytest.approx(1 / np.sqrt(1.01), abs=1e-6)


def test_leading_part_keeps_the_directions_that_say_most():
    rng = np.random.default_rng(0)
    vectors = (rng.standard_normal((100, 3)) @ rng.standard_normal((3, 9))).astype(np.float32)
    part = leading_part(vectors, 3)
    np.testing.assert_allclose(part @ part.T, vectors @ vectors.T, rtol=1e-3, atol=1e-3)


def test_unknown_strategy_is_refused_with_those_there_are():
    with pytest.raises(ValueError, match="'concat', 'gated', 'attention' or 'experts'"):
        how("stirred", 8, EQUAL)


def test_nothing_to_fuse_is_refused():
    with pytest.raises(ValueError, match="no source to fuse"):
        fuse(sources(), how("sum", 8, {"words": 1.0}))


def test_sources_of_unequal_rows_are_refused():
    with pytest.raises(ValueError, match="differ in their rows"):
        fuse({"text": np.ones((2, 3)), "behaviour": np.ones((3, 3))}, how("sum", 3, EQUAL))


@pytest.mark.parametrize("strategy", ["gated", "attention", "experts"])
def test_what_learns_asks_for_a_history_of_the_items(strategy):
    with pytest.raises(ValueError, match=f"fusion {strategy} learns from a history of the items"):
        fuse(sources(), how(strategy, 8, EQUAL))


def test_settings_refuse_an_unknown_source():
    with pytest.raises(ValueError, match="weights"):
        FusionSettings(weights={"gossip": 1.0})
