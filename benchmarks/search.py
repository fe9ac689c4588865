"""Search for settings of rankers on the validation rounds of a real data set, and keep what is chosen.

    python -m benchmarks.search --data DATA --set SET --ranker NAME [NAME …] --trials N [--seconds S] [--cache FOLDER]

For each contest of a set, each ranker and each training (on one platform, and on all), settings are tried on the
validation round alone: at most 2,000 people of a platform, full ranking. The test round is not made. What is chosen for
each platform, where it is better than the contest's own settings by more than a standard error of the paired
difference, goes to benchmarks/chosen/SET.yaml with its figures; leaderboards take settings from there. Trained on all
platforms, the search climbs by the mean over platforms, and each platform takes what was best for it.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.chosen_settings import keep_chosen
from benchmarks.leaderboard_contests import SETS, validation_of
from benchmarks.leaderboard_rounds import ONE, Round, rank, rankers_of
from xdrec_assets.rankers.search.search import Budget, search
from xdrec_assets.rankers.search.spaces import SPACES
from xdrec_assets.rankers.search.trials import Judged, Trial, best_of, gain, measured
from xdrec_assets.rankers.section import Section

MARGIN = 1.0  # standard errors
PLACES = 5


def searched(validation: Round, ranker: str, trained_on: str, budget: Budget) -> dict[str, dict[str, Any]]:
    """By platform, the settings to set apart from the contest's own, and the figures behind them."""
    asked = [*validation.asked]
    together = [[platform] for platform in asked] if trained_on == ONE else [asked]
    found = {}
    for platforms in together:
        trials = []
        for trial in _search(validation, ranker, trained_on, platforms, budget):
            trials.append(trial)
            _say(ranker, trained_on, platforms, trial)
        for platform in platforms:
            found[platform] = _as_kept(trials, best_of(trials, MARGIN, platform), platform)
    return found


def _search(at: Round, ranker: str, trained_on: str, platforms: Sequence[str], budget: Budget) -> Iterator[Trial]:
    def judge(section: Section) -> Judged:
        entries = rank(at, ranker, trained_on, section, platforms)
        return {platform: at.asked[platform].ndcg(entry.lists[0]) for platform, entry in entries.items()}

    return search(getattr(at.settings, ranker), SPACES[ranker], judge, budget)


def _as_kept(trials: Sequence[Trial], best: Trial, platform: str) -> dict[str, Any]:
    standing, over = trials[0], gain(best, trials[0], platform)
    return {
        "settings": dict(best.tried) if best.number else {},
        "ndcg": round(measured({platform: best.judged[platform]}).mean, PLACES),
        "ndcg_as_it_stands": round(measured({platform: standing.judged[platform]}).mean, PLACES),
        "error_of_the_gain": round(over.error, PLACES),
        "trials": len(trials) - 1,
    }


def _say(ranker: str, trained_on: str, platforms: Sequence[str], trial: Trial) -> None:
    figures = ", ".join(f"{measured({name: trial.judged[name]}).mean:.4f}" for name in platforms if trial.judged)
    said = ", ".join(f"{name} {value}" for name, value in trial.tried.items())
    where = f"{ranker} {trained_on} on {', '.join(platforms)} {trial.number}"
    print(
        f"{time.strftime('%H:%M:%S')} {where}: {figures or trial.refused}  {said}  {trial.seconds:.1f} s",
        file=sys.stderr,
        flush=True,
    )


def main(arguments: Sequence[str] | None = None, sets: Mapping[str, Any] = SETS) -> None:
    """Search, and keep what is chosen."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="holds amazon_food_kitchen, movielens_100k and s3rec")
    parser.add_argument("--set", choices=sets, required=True)
    parser.add_argument("--ranker", nargs="+", choices=SPACES, required=True)
    parser.add_argument("--trials", type=int, default=20, help="settings to try beside the contest's own")
    parser.add_argument("--seconds", type=float, default=600, help="no trial of a training begins after so long")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cache", type=Path, help="a folder that keeps the texts' vectors")
    parser.add_argument("--title", default="", help="only contests that have this in their title")
    asked = parser.parse_args(arguments)
    if asked.cache:
        asked.cache.mkdir(parents=True, exist_ok=True)
    budget = Budget(asked.trials, asked.seconds, asked.seed)
    for contest in sets[asked.set](asked.data, asked.cache):
        if asked.title not in contest.title:
            continue
        validation = validation_of(contest)
        for trained_on in validation.trainings:
            for ranker in asked.ranker:
                if ranker in rankers_of(trained_on):
                    found = searched(validation, ranker, trained_on, budget)
                    print(keep_chosen(asked.set, contest.title, ranker, trained_on, found))


if __name__ == "__main__":
    main()
