"""What is said of a model's transfer."""

import json

from xdrec_assets.rankers.transfer.shown import FEATURES_SHOWN, evidence_table, fitting_texts, importance_table

ROW = {"strategy": "joint", "ndcg": 0.25, "difference": 0.1, "low": 0.05, "people": 40, "chosen": True}
NONE = {"strategy": "none", "ndcg": 0.15, "difference": 0.0, "low": None, "people": 40, "chosen": False}


def test_evidence_is_a_table_of_platforms_and_strategies() -> None:
    about = {"shop": {"evidence": []}, "video": {"evidence": [NONE, ROW]}}
    lines = evidence_table(about).splitlines()
    assert lines[0] == "| platform | strategy | people | NDCG@10 | more than none | chosen |"
    assert lines[2:] == [
        "| video | none | 40 | 0.1500 | – |  |",
        "| video | joint | 40 | 0.2500 | +0.1000 (+0.0500 at least) | yes |",
    ]


def test_without_a_choice_there_is_no_table() -> None:
    assert evidence_table({}) == evidence_table({"shop": {"evidence": []}}) == ""


def test_importance_is_a_table_of_features_by_platform_the_most_important_first() -> None:
    about = {"importance": {"shop": {"recent": 0.6, "text": 0.4}, "video": {"text": 0.9, "burst": 0.1}}}
    assert importance_table(about).splitlines() == [
        "| feature | shop | video |",
        "|---|---:|---:|",
        "| text | 0.4000 | 0.9000 |",
        "| recent | 0.6000 |  |",
        "| burst |  | 0.1000 |",
    ]


def test_each_ranker_per_platform_tells_of_its_own_features() -> None:
    of_both = {"importance": {"shop": {"recent": 1.0}, "video": {"text": 1.0}}}
    lines = importance_table({"per_platform": {"video": of_both, "shop": {"evidence": []}}}).splitlines()
    assert lines[0] == "| feature | video |"
    assert lines[2:] == ["| text | 1.0000 |"]


def test_only_the_most_important_of_many_features_are_shown() -> None:
    shares = {f"f{number}": 1 / 2 ** (number + 1) for number in range(30)}
    lines = importance_table({"importance": {"shop": shares}}).splitlines()[2:]
    assert [line.split(" ")[1] for line in lines] == [f"f{number}" for number in range(FEATURES_SHOWN)]


def test_an_asset_tells_of_importance_where_there_is_any() -> None:
    settings = json.dumps({"transfer": {"strategy": "none"}})
    row = {"platform": "shop", "settings": settings, "n_interactions": 9, "fit_seconds": 1.0, "bytes": 2_000_000}
    assert [*fitting_texts([row], {})] == ["fitting"]
    told = fitting_texts([row], {"importance": {"shop": {"text": 1.0}}})
    assert [*told] == ["fitting", "importance of features"]
