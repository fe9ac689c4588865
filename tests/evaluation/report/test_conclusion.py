"""What a report says in words."""

from collections.abc import Mapping

from tests.evaluation.rows import AS_OF, metric_rows
from xdrec_assets.evaluation.report.conclusion import conclude, summarise

HELPED = {"popularity_one": 0.02, "knn_one": 0.04, "knn_all": 0.05, "svd_one": 0.03, "svd_all": 0.02}
HURT = {"popularity_one": 0.02, "knn_one": 0.04, "knn_all": 0.03}


def said(n_people: int = 300, **platforms: Mapping[str, float | None]) -> str:
    return "\n".join(conclude(summarise(metric_rows(AS_OF, n_people, **platforms), {"shop": "The shop"}), k=10))


def test_help_and_harm_are_both_said() -> None:
    text = said(shop=HELPED, news=HURT)
    assert "helped on The shop (+25%) and hurt on News (−25%)" in text
    assert "On The shop the best is Knn with all platforms' data" not in text
    assert "On The shop the best is KNN with all platforms' data (NDCG@10 0.0500 over 300 people, 2.5 times" in text
    assert "On News the best is KNN with this platform's data alone" in text


def test_rankers_are_counted_by_their_own_twins() -> None:
    (summary,) = summarise(metric_rows(AS_OF, shop=HELPED), {})
    assert (summary.helped, summary.hurt) == (1, 1)


def test_nothing_beats_popularity() -> None:
    assert "On The shop nothing beats popularity" in said(shop={"popularity_one": 0.02, "knn_one": 0.01})


def test_no_twins_no_claim() -> None:
    assert "cannot be said" in said(shop={"popularity_one": 0.02, "knn_one": 0.04})


def test_few_people_are_pointed_out() -> None:
    assert "on The shop fewer than 200 people" in said(n_people=30, shop=HURT)
    assert "fewer than" not in said(shop=HURT)


def test_no_test_people_no_figures() -> None:
    assert said(shop={"knn_one": None}).startswith("Nobody could be tested")
