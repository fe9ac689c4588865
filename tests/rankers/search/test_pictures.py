"""The picture of searches."""

from typing import Any

from xdrec_assets.rankers.search.pictures import best_so_far, search_pictures


def row(ranker: str, platform: str, trial: int, ndcg: float | None, is_chosen: bool = False) -> dict[str, Any]:
    state = "refused" if ndcg is None else "complete"
    found = {"ranker": ranker, "platform": platform, "trial": trial, "ndcg": ndcg, "state": state}
    return {**found, "is_chosen": is_chosen}


def test_there_is_none_where_nothing_was_tried() -> None:
    assert search_pictures([]) == {}
    assert search_pictures([row("als", "all", 0, 0.1, True)]) == {}
    assert search_pictures([row("als", "all", 0, 0.1, True), row("als", "all", 1, None)]) == {}


def test_refused_trials_and_many_rankers_are_drawn() -> None:
    rankers = ("als", "ease", "svd", "nmf")  # of which three stand beside each other
    rows = [row(name, scope, n, 0.1 * n, n == 2) for name in rankers for scope in ("all", "shop") for n in range(3)]
    rows.append(row("als", "all", 3, None))
    (png,) = search_pictures(rows).values()
    assert png.startswith(b"\x89PNG")


def test_the_best_so_far_never_falls() -> None:
    assert best_so_far([0.3, 0.1, 0.2, 0.5, 0.4]) == [0.3, 0.3, 0.3, 0.5, 0.5]
