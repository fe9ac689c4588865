"""The benchmark of the evaluator: the world it plants, what it asks of us, and when it refuses the figures."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import evaluator
from benchmarks.evaluator import disagreement, past_of, planted, relevant_of, row
from benchmarks.evaluator_contenders import METRICS, memory_mb, xdrec

N_PEOPLE, N_ITEMS = 40, 1_000


@pytest.fixture(scope="module")
def world() -> dict[str, np.ndarray]:
    return planted(N_PEOPLE, N_ITEMS, np.random.default_rng(0))


def sets_of(world: dict[str, np.ndarray], name: str) -> list[set[int]]:
    return [set(items.tolist()) for items in np.split(world[f"{name}_item"], world[f"{name}_indptr"][1:-1])]


def test_scores_are_exact_and_no_two_of_a_person_are_equal(world: dict[str, np.ndarray]) -> None:
    scores = world["people"] @ world["items"].T
    assert (scores == world["people"].astype(np.int64) @ world["items"].T.astype(np.int64)).all()
    assert (np.abs(world["people"]) @ np.abs(world["items"]).T).max() < 2**24  # so is any partial sum
    assert all(len(np.unique(of_person)) == N_ITEMS for of_person in scores)


def test_nobody_has_seen_what_is_relevant(world: dict[str, np.ndarray]) -> None:
    seen, relevant = sets_of(world, "seen"), sets_of(world, "relevant")
    assert {len(items) for items in seen} == {evaluator.SEEN}
    assert all(1 <= len(items) <= evaluator.MOST_RELEVANT for items in relevant)
    assert not any(had & wanted for had, wanted in zip(seen, relevant, strict=True))


def test_what_is_relevant_scores_well(world: dict[str, np.ndarray]) -> None:
    scores = world["people"] @ world["items"].T
    relevant = zip(scores, sets_of(world, "relevant"), strict=True)
    beaten = [np.mean([(of_person < of_person[item]).mean() for item in items]) for of_person, items in relevant]
    assert np.mean(beaten) > 0.95


def test_the_world_reads_as_history_and_relevant_sets(world: dict[str, np.ndarray]) -> None:
    history, relevant = past_of(world), relevant_of(world)
    assert (history.n_people, history.n_items) == (N_PEOPLE, N_ITEMS)
    assert (np.diff(history.person.astype(np.int64) * N_ITEMS + history.item) > 0).all()
    assert relevant.n_people == N_PEOPLE
    assert relevant.n_relevant.tolist() == [len(items) for items in sets_of(world, "relevant")]


def test_our_figures_are_those_of_a_plain_sort(world: dict[str, np.ndarray]) -> None:
    found = xdrec(world, {"k": 20, "threads": 2, "auc": True})
    scores = world["people"] @ world["items"].T
    scores[np.arange(N_PEOPLE).repeat(evaluator.SEEN), world["seen_item"]] = -np.inf
    best = np.argsort(-scores, axis=1)[:, :20]
    hits = [[item in wanted for item in items] for items, wanted in zip(best, sets_of(world, "relevant"), strict=True)]
    n_relevant = np.diff(world["relevant_indptr"])
    assert found["figures"]["recall"] == pytest.approx((np.sum(hits, axis=1) / n_relevant).mean())
    assert found["figures"]["hit_rate"] == pytest.approx(np.any(hits, axis=1).mean())
    assert 0.9 < found["figures"]["gauc"] < 1
    assert set(found["figures"]) == {*METRICS, "gauc"}
    assert min(found["own"], found["scoring"]) > 0


def run_of(**changed: Any) -> dict[str, Any]:
    figures = {"ndcg": 0.25, "recall": 0.5}
    return {"figures": figures, "scoring": 2.0, "own": 1.0, "loaded_mb": 100, "peak_mb": 150} | changed


def test_contenders_are_compared_in_the_figures_they_share() -> None:
    others = {"ndcg": 0.25, "recall": 0.5001, "gauc": 0.9}
    assert disagreement([run_of(), run_of(figures=others)]) == pytest.approx(1e-4)
    assert disagreement([run_of(), run_of()]) == 0


def test_a_row_compares_medians_with_ours() -> None:
    theirs = [run_of(own=own, peak_mb=own * 100) for own in (4.0, 9.0, 8.0)]
    assert row("other", theirs, [run_of()]) == "| other | 2.0 | 8.0 | 10.0 | 8.0 | 3.3 | 800 |"
    assert "| – | 8.0" in row("whole", [run_of(scoring=0.0, own=8.0)], [run_of()])


@pytest.mark.parametrize("differs", [False, True])
def test_the_run_fails_where_figures_differ(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], differs: bool
) -> None:
    def measured(name: str, python: Path, world: Path, asked: dict[str, Any]) -> dict[str, Any]:
        assert world.exists()
        assert asked["k"] == 10
        return run_of() if name == "xdrec" else run_of(figures={"ndcg": 0.26 if differs else 0.25})

    monkeypatch.setattr(evaluator, "measure", measured)
    command = ["evaluator", "--people", "10", "--items", "400", "--k", "10", "--recbole", "python"]
    monkeypatch.setattr("sys.argv", command)
    if differs:
        with pytest.raises(SystemExit, match="the figures differ by more than 1e-06"):
            evaluator.main()
    else:
        evaluator.main()
    said = capsys.readouterr().out
    assert "10 people × 400 items, k = 10" in said
    assert "| recbole | 2.0" in said
    assert "rectools" not in said


def test_a_contender_that_fails_says_why(tmp_path: Path) -> None:
    world = tmp_path / "world.npz"
    world.write_bytes(b"no arrays")
    with pytest.raises(SystemExit, match=r"(?s)evaluator_contenders.py nobody failed:.*KeyError: 'nobody'"):
        evaluator.measure("nobody", Path("python"), world, {"threads": 1})


def test_memory_is_read_in_megabytes() -> None:
    assert 10 < memory_mb("VmRSS") <= memory_mb("VmHWM")
