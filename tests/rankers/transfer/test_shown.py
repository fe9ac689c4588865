"""What is said of a model's transfer."""

from xdrec_assets.rankers.transfer.shown import evidence_table

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
