"""What changed since the former date."""

from tests.evaluation.report.made_up import AS_OF, LATER, champion_row, inputs
from xdrec_assets.evaluation.report.changes import best_changes, champion_changes


def test_a_new_champion_is_one_of_another_name_or_training() -> None:
    now = [champion_row(LATER, platform, "svd", "all") for platform in ("a", "b", "c", "d")]
    before = [champion_row(AS_OF, "a", "svd", "all"), champion_row(AS_OF, "b", "svd", "one")]
    before.append(champion_row(AS_OF, "c", "nmf", "all"))
    found = champion_changes(inputs(champions=now, former_champions=before))
    assert [(row["platform"], row["is_new"]) for row in found] == [("a", False), ("b", True), ("c", True), ("d", True)]
    assert found[3]["before"] is None


def test_the_best_of_this_window_stands_beside_the_best_of_the_latest_one_before() -> None:
    def row(as_of: object, ranker: str, rank: int, ndcg: float | None) -> dict[str, object]:
        return {"as_of": as_of, "platform": "shop", "ranker": ranker, "rank": rank, "ndcg": ndcg}

    older = AS_OF.replace(month=1)
    past = [row(older, "old", 1, 0.9), row(AS_OF, "svd", 2, 0.2), row(AS_OF, "nmf", 1, 0.3)]
    board = [row(LATER, "svd", 1, 0.4), row(LATER, "nmf", 2, None)]
    (found,) = best_changes(inputs(board=board, past=past))
    assert (found["before"]["ranker"], found["now"]["ranker"]) == ("nmf", "svd")


def test_a_first_date_has_nothing_before() -> None:
    assert all(row["before"] is None for row in best_changes(inputs(past=())))
    assert best_changes(inputs(past=(), board=())) == []
