"""Who is promoted, kept, demoted, or replaced by its twin: worlds in which the right answer is planted."""

import numpy as np
import pytest

from tests.evaluation.champion.judged import WEEK_1, WEEK_2, WEEK_3, WEEK_4, Judged, Values, judged, people
from xdrec_assets.evaluation.champion.settings import ChampionSettings
from xdrec_assets.evaluation.champion.verdict import Verdict, decide

POPULAR = people(0.10, seed=1)
BETTER = people(0.02, seed=2, like=POPULAR)  # by far: twenty standard errors
WORSE = people(-0.02, seed=3, like=POPULAR)
EQUAL = people(0.0, seed=4, like=POPULAR)
KNN, KNN_ALL, SVD, POPULARITY = ("item_knn", "one"), ("item_knn", "all"), ("svd", "one"), ("popularity", "one")


def verdict(champion: tuple[str, str] | None = POPULARITY, alpha: float = 0.05, **values: Values) -> Verdict:
    return decide(judged({"popularity_one": POPULAR, **values}).evidence(), champion, ChampionSettings(alpha=alpha))


def chosen(champion: tuple[str, str] | None = POPULARITY, **values: Values) -> tuple[tuple[str, str], str]:
    found = verdict(champion, **values)
    return found.name, found.decision


def test_better_one_is_promoted_over_popularity() -> None:
    assert chosen(item_knn_one=BETTER, svd_one=EQUAL) == (KNN, "promoted")


def test_worse_one_is_refused() -> None:
    assert chosen(item_knn_one=WORSE) == (POPULARITY, "kept")


def test_equal_one_is_refused_and_the_difference_that_could_be_told_is_named() -> None:
    barely = people(0.0004, seed=12, like=POPULAR)
    found = verdict(item_knn_one=barely)
    assert (found.name, found.decision) == (POPULARITY, "kept")
    assert "which is not sure (p " in found.sentences[0]
    assert "with so many people only a difference above 0.00" in found.sentences[0]


def test_challenger_must_beat_the_champion_not_popularity_alone() -> None:
    rival = people(0.0, seed=5, like=BETTER)
    assert chosen(KNN, item_knn_one=BETTER, svd_one=rival) == (KNN, "kept")
    assert chosen(KNN, item_knn_one=BETTER, svd_one=people(0.02, seed=6, like=BETTER)) == (SVD, "promoted")


def test_trained_on_all_must_beat_its_twin() -> None:
    same = people(0.0, seed=7, like=BETTER)
    assert chosen(item_knn_all=same, item_knn_one=BETTER) == (KNN, "promoted")
    assert chosen(item_knn_all=people(0.02, seed=8, like=BETTER), item_knn_one=BETTER) == (KNN_ALL, "promoted")


def test_trained_on_all_without_a_tested_twin_is_refused() -> None:
    found = verdict(item_knn_all=BETTER)
    assert found.name == POPULARITY
    assert "was not tested on the same people as its twin of this platform alone" in found.sentences[0]


def test_gain_that_products_listed_twice_made_is_refused_and_named() -> None:
    leaky = people(0.05, seed=9, like=BETTER)
    honest = people(0.0, seed=10, like=BETTER)
    values = {"popularity_one": POPULAR, "item_knn_one": BETTER, "item_knn_all": leaky}
    found = decide(judged(values, without=values | {"item_knn_all": honest}).evidence(), KNN, ChampionSettings())
    assert (found.name, found.decision) == (KNN, "kept")
    (leak,) = [sentence for sentence in found.sentences if "leak" in sentence]
    assert leak.startswith("Item KNN trained on all platforms (NDCG 0.1")
    assert "is refused as a possible leak: it beats its twin of this platform alone by +0.0" in leak
    assert "but without products that another platform lists too the difference is " in leak


def test_leak_is_named_where_the_twin_is_promoted_in_its_place() -> None:
    values = {"popularity_one": POPULAR, "item_knn_one": BETTER, "item_knn_all": people(0.05, seed=9, like=BETTER)}
    honest = values | {"item_knn_all": people(0.0, seed=10, like=BETTER)}
    found = decide(judged(values, without=honest).evidence(), POPULARITY, ChampionSettings())
    assert (found.name, found.decision) == (KNN, "promoted")
    assert "possible leak" in found.sentences[-1]


def test_champion_that_popularity_beats_is_demoted() -> None:
    found = verdict(KNN, item_knn_one=WORSE)
    assert (found.name, found.decision) == (POPULARITY, "demoted")
    assert found.sentences[0].startswith("Item KNN trained on this platform alone (NDCG 0.0")
    assert "loses to popularity: -0.0" in found.sentences[0]


def test_another_may_be_promoted_on_the_day_a_champion_is_demoted() -> None:
    found = verdict(KNN, item_knn_one=WORSE, svd_one=BETTER)
    assert (found.name, found.decision) == (SVD, "promoted")
    assert "Popularity takes its place." in found.sentences[0]


def test_twin_takes_the_place_of_a_champion_that_transfer_hurts() -> None:
    hurt = people(-0.01, seed=11, like=BETTER)
    found = verdict(KNN_ALL, item_knn_all=hurt, item_knn_one=BETTER)
    assert (found.name, found.decision) == (KNN, "twin")
    assert "loses to its twin of this platform alone: -0.0" in found.sentences[0]


def test_champion_that_only_products_listed_twice_keep_ahead_gives_way_to_its_twin() -> None:
    values = {"popularity_one": POPULAR, "item_knn_one": BETTER, "item_knn_all": people(0.01, seed=9, like=BETTER)}
    honest = values | {"item_knn_all": people(-0.01, seed=10, like=BETTER)}
    found = decide(judged(values, without=honest).evidence(), KNN_ALL, ChampionSettings())
    assert (found.name, found.decision) == (KNN, "twin")
    assert "without products that another platform lists too" in found.sentences[0]


def test_ranker_that_is_gone_leaves_its_place_to_popularity() -> None:
    found = decide(
        judged({"popularity_one": POPULAR, "oracle_one": WORSE}).evidence(), ("oracle", "all"), ChampionSettings()
    )
    assert (found.name, found.decision) == (POPULARITY, "demoted")
    assert found.sentences[0] == (
        "Oracle trained on all platforms is no longer among the rankers, so popularity takes its place."
    )


def test_ranker_that_is_gone_is_not_promoted() -> None:
    rows = judged({"popularity_one": POPULAR, "oracle_one": BETTER})
    assert decide(rows.evidence(), POPULARITY, ChampionSettings()).name == POPULARITY
    assert decide(rows.evidence(), POPULARITY, ChampionSettings(), ["popularity", "oracle"]).name == ("oracle", "one")


def test_without_evidence_popularity_is_served() -> None:
    found = decide(Judged().evidence(), None, ChampionSettings())
    assert (found.name, found.decision, found.p_adjusted) == (POPULARITY, "first", None)
    assert found.sentences == ("Popularity is served until there is evidence: no test window was over by then.",)


def test_without_evidence_a_champion_stays() -> None:
    found = decide(Judged().evidence(), KNN, ChampionSettings())
    assert (found.name, found.decision) == (KNN, "kept")


def test_champion_missing_from_a_window_stays_and_it_is_said() -> None:
    both = {"popularity_one": POPULAR, "svd_one": BETTER}
    windows = judged(both | {"item_knn_one": BETTER}, WEEK_1) + judged(both, WEEK_2)
    found = decide(windows.evidence(WEEK_3), KNN, ChampionSettings())
    assert (found.name, found.decision) == (KNN, "kept")
    assert "was not tested in every window" in found.sentences[0]
    assert decide(windows.evidence(WEEK_3), SVD, ChampionSettings()).name == SVD


def test_challenger_missing_from_a_window_is_not_tried() -> None:
    both = {"popularity_one": POPULAR}
    windows = judged(both | {"item_knn_one": BETTER}, WEEK_1) + judged(both, WEEK_2)
    assert decide(windows.evidence(WEEK_3), POPULARITY, ChampionSettings()).name == POPULARITY


def test_more_windows_make_sure() -> None:
    rng = np.random.default_rng(5)
    weeks = [
        judged(
            {"popularity_one": np.full(60, 0.2), "item_knn_one": np.clip(rng.normal(0.228, 0.1, 60), 0, 1)},
            week,
            n_people=60,
        )
        for week in (WEEK_1, WEEK_2, WEEK_3)
    ]
    one, three = weeks[0], weeks[0] + weeks[1] + weeks[2]
    assert decide(one.evidence(WEEK_2), POPULARITY, ChampionSettings()).name == POPULARITY
    assert decide(three.evidence(WEEK_4), POPULARITY, ChampionSettings()).name == KNN


def test_many_challengers_must_be_surer() -> None:
    """A p-value of 0.02 is enough for one; of twenty, one in three families would have such a one by chance."""
    alone = {"popularity_one": np.full(400, 0.1), "svd_one": 0.1 + _of_p(0.02)}
    assert decide(judged(alone).evidence(), POPULARITY, ChampionSettings()).name == SVD
    crowd = alone | {f"other{n}_one": 0.1 + _of_p(0.9, seed=n) for n in range(20)}
    known = {name.rsplit("_", 1)[0] for name in crowd}
    found = decide(judged(crowd).evidence(), POPULARITY, ChampionSettings(), known)
    assert found.name == POPULARITY
    assert found.p_adjusted == pytest.approx(21 * 0.02, abs=0.15)


def _of_p(p_value: float, seed: int = 0) -> Values:
    """400 differences whose mean has about this two-sided p-value of being 0."""
    from scipy.stats import norm

    noise = np.random.default_rng(seed).normal(0, 0.01, 400)
    return noise - noise.mean() + norm.isf(p_value / 2) * noise.std() / 20


def test_few_people_cannot_promote() -> None:
    few = {"popularity_one": POPULAR[:5], "item_knn_one": POPULAR[:5] + 0.3}
    found = decide(judged(few, n_people=5).evidence(), POPULARITY, ChampionSettings())
    assert found.name == POPULARITY
    assert "with so few people nothing can be told" in found.sentences[0]


def test_best_of_several_that_win_is_promoted_and_equals_prefer_the_simpler() -> None:
    best = people(0.03, seed=13, like=POPULAR)
    assert chosen(item_knn_one=BETTER, svd_one=best) == (SVD, "promoted")
    assert chosen(item_knn_one=BETTER, svd_one=BETTER) == (KNN, "promoted")


def test_alpha_decides_how_sure_is_sure() -> None:
    barely = 0.1 + _of_p(0.02)
    values = {"popularity_one": np.full(400, 0.1), "svd_one": barely}
    assert decide(judged(values).evidence(), POPULARITY, ChampionSettings(alpha=0.001)).name == POPULARITY
    assert decide(judged(values).evidence(), POPULARITY, ChampionSettings(alpha=0.05)).name == SVD


def test_chance_rarely_promotes() -> None:
    """In worlds where all are equally good, one in twenty decisions may err, however many challengers there are."""
    names = ("item_knn_one", "svd_one", "nmf_one", "linear_one", "logistic_one")
    erred = 0
    for seed in range(100):
        draws = np.random.default_rng(seed).beta(0.3, 2.0, (len(names) + 1, 80))
        rows = judged(dict(zip(("popularity_one", *names), draws, strict=True)), n_people=80)
        erred += decide(rows.evidence(), POPULARITY, ChampionSettings()).decision == "promoted"
    assert erred <= 8
