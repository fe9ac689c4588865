"""The table of recommendations, row by row."""

from typing import Any

import numpy as np
import pytest

from tests.evaluation.worlds import AS_OF
from tests.recommendations.worlds import BOTH, CATALOGUE, COOKING, HISTORY, KNOWLEDGE, POPULARITY, SPORT
from xdrec_assets.evaluation.catalogue import candidate_items
from xdrec_assets.rankers.nearest_text import NearestText
from xdrec_assets.rankers.new_items import StandIns, WithNewItems
from xdrec_assets.rankers.ranker import Ranker
from xdrec_assets.rankers.settings import NearestTextSettings, SVDSettings
from xdrec_assets.rankers.svd import SVD
from xdrec_assets.recommendations import top_k
from xdrec_assets.recommendations.settings import RecommendationSettings
from xdrec_assets.recommendations.top_k import Served, recommend, top_k_table

NEAREST = NearestText(NearestTextSettings()).fit(HISTORY, KNOWLEDGE)


def rows(
    ranker: Ranker[Any], trained_on: str = "all", catalogue: str = "known", known: top_k.Catalogue = CATALOGUE
) -> list[dict[str, Any]]:
    served = [Served("shop", ranker, trained_on, candidate_items(HISTORY, "shop", catalogue))]  # type: ignore[arg-type]
    settings = RecommendationSettings(k=2, popular_share=0.5)
    found: list[dict[str, Any]] = top_k_table(recommend(HISTORY, known, served, POPULARITY, settings)).to_pylist()
    return found


def of(person: str, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in found if row["person_id"] == person]


def test_what_a_person_liked_elsewhere_is_the_reason() -> None:
    first = of("ann", rows(NEAREST))[0]
    assert (first["item_id"], first["rank"], first["as_of"]) == ("shoes", 1, AS_OF)
    assert first["reason"] == "Because you liked «Running in the Alps» on Video"
    assert (first["reason_kind"], first["because_platform"], first["because_item_id"]) == ("similar", "video", "run")


def test_reason_of_a_single_platform_ranker_stays_on_its_platform() -> None:
    twin = NearestText(NearestTextSettings()).fit(HISTORY.only("shop"), KNOWLEDGE)
    assert {row["because_platform"] for row in rows(twin, trained_on="one")} == {None}
    assert of("ann", rows(twin, trained_on="one"))[0]["reason"] == "Popular on Shop in the last weeks"


def test_what_was_only_looked_at_is_not_called_liked() -> None:
    history_text = np.array([[1, 0], [1, 0], [0, 0], [0, 1], [0, 1]], dtype=np.float32)  # bob has the pan, strength 0.2
    catalogue = top_k.Catalogue(CATALOGUE.titles, history_text, CATALOGUE.platforms)
    served = [Served("shop", NEAREST, "all", candidate_items(HISTORY, "shop", "known"))]
    table = top_k_table(recommend(HISTORY, catalogue, served, POPULARITY, RecommendationSettings(k=2)))
    shoes = next(row for row in of("bob", table.to_pylist()) if row["item_id"] == "shoes")
    assert shoes["reason"] == "Because you looked at «Cast iron pan» on Shop"


def where_texts_are(pan: list[float], shoes: list[float], bake: list[float]) -> top_k.Catalogue:
    text = np.array([pan, shoes, [0, 0], bake, SPORT], dtype=np.float32)
    return top_k.Catalogue(CATALOGUE.titles, text, CATALOGUE.platforms)


def with_shoes_like_the_pan() -> WithNewItems:
    """Nobody has the shoes: the pan, which all but dot like, answers for them."""
    arrays = {"people": np.array([[1], [1], [1], [0]]), "items": np.array([[2], [0], [1], [0], [0]])}
    known = SVD.from_arrays({name: array.astype(np.float32) for name, array in arrays.items()}, SVDSettings())
    return WithNewItems(known, StandIns(np.array([1]), np.array([0]), np.array([0.9], dtype=np.float32)))


def test_of_what_nobody_has_yet_the_item_is_named_that_answered_for_it() -> None:
    found = rows(with_shoes_like_the_pan(), known=where_texts_are(pan=COOKING, shoes=BOTH, bake=COOKING))
    shoes = {row["person_id"]: row for row in found if row["item_id"] == "shoes"}
    assert shoes["cid"]["reason"] == "New here; it is like «Cast iron pan» on Shop"
    assert (shoes["cid"]["reason_kind"], shoes["cid"]["because_item_id"]) == ("new", "pan")
    assert shoes["cid"]["because_platform"] == "shop"
    assert shoes["ann"]["reason_kind"] == "new"  # though she has a video of running: it was not scored by that
    assert rows(NEAREST)[1]["reason_kind"] != "new"  # which reads texts itself


def test_what_is_hardly_like_it_is_not_said_to_be() -> None:
    assert "new" not in {row["reason_kind"] for row in rows(with_shoes_like_the_pan())}


@pytest.mark.parametrize(("bake", "nearest"), [(COOKING, "pan"), ([0.8, 0.6], "bake")])
def test_to_who_has_the_one_that_answered_nothing_is_new(bake: list[float], nearest: str) -> None:
    """Bob has the pan and a video of baking, which may be nearer to the shoes."""
    known = where_texts_are(pan=[0.5, 0.75**0.5], shoes=[0.8, 0.6], bake=bake)
    found = rows(with_shoes_like_the_pan(), known=known)
    shoes = next(row for row in of("bob", found) if row["item_id"] == "shoes")
    assert (shoes["reason_kind"], shoes["because_item_id"]) == ("similar", nearest)


def test_an_item_is_named_where_the_reason_rests_on_one_and_nowhere_else() -> None:
    alike = where_texts_are(pan=COOKING, shoes=BOTH, bake=COOKING)
    found = [*rows(with_shoes_like_the_pan(), known=alike), *rows(NEAREST)]
    assert {row["reason_kind"] for row in found} == {"new", "similar", "popular", "taste"}
    for row in found:
        rests_on_one = row["reason_kind"] in ("new", "similar")
        assert (row["because_item_id"] is not None) == (row["because_platform"] is not None) == rests_on_one


def test_who_is_unknown_is_told_nothing_of_what_answers_for_an_item() -> None:
    assert {row["reason_kind"] for row in of("dot", rows(with_shoes_like_the_pan()))} == {"popular"}


def test_popularity_never_claims_a_liking() -> None:
    assert {row["reason_kind"] for row in rows(POPULARITY)} == {"popular"}
    assert {row["reason_kind"] for row in of("dot", rows(NEAREST))} == {"popular"}  # nothing is known of dot


def test_unlike_and_unpopular_is_a_matter_of_taste() -> None:
    wok = next(row for row in of("bob", rows(NEAREST)) if row["item_id"] == "shoes")
    assert (wok["reason_kind"], wok["reason"], wok["because_item_id"]) == ("taste", "Fits your taste", None)


def test_short_lists_are_short_and_seen_items_left_out() -> None:
    found = rows(NEAREST, catalogue="seen")  # the pan and the wok have events, the shoes have none
    assert [row["item_id"] for row in of("bob", found)] == ["wok"]
    assert [row["item_id"] for row in of("cid", found)] == ["pan"]
    assert [row["rank"] for row in of("ann", found)] == [1, 2]


def test_platform_without_candidates_has_no_rows() -> None:
    served = [Served("shop", POPULARITY, "one", np.empty(0, np.int32))]
    assert top_k_table(recommend(HISTORY, CATALOGUE, served, POPULARITY, RecommendationSettings())).num_rows == 0


def test_batches_of_people_give_the_same_table(monkeypatch: pytest.MonkeyPatch) -> None:
    together = rows(NEAREST)
    monkeypatch.setattr(top_k, "PEOPLE_PER_BATCH", 1)
    assert rows(NEAREST) == together
