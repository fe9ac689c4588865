"""What like items that stand in for new ones give rankers that read no texts, on Amazon Food × Kitchen.

    python -m benchmarks.new_items --data DATA [--cache FOLDER] [--discounts 0 0.5 0.9 1] [--people 1500]

The validation window of benchmarks.leaderboards (what was taken from 2013-07-01 to the end of 2013 by what was before),
trained on all platforms with the defaults; all items are candidates, so what nobody had taken before is relevant, too.
A discount of 0 is the ranker alone. Nothing here looks at the test, and the default discount was chosen by this table.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.held_out import K
from benchmarks.leaderboard_contests import food_kitchen, round_of
from benchmarks.leaderboard_rounds import Round
from xdrec_assets.knowledge.build import ALL
from xdrec_assets.rankers.new_items import answering_new_items
from xdrec_assets.rankers.popularity import Popularity
from xdrec_assets.rankers.ranking import top_k
from xdrec_assets.rankers.registry import create_ranker, ranker_class
from xdrec_assets.rankers.settings import IN_USE, NewItemsSettings


def ndcg(at: Round, name: str, discounts: list[float]) -> dict[str, list[float]]:
    """By platform, the mean NDCG@10 with each discount."""
    history, knowledge = at.history, at.knowledge[ALL]
    alone = create_ranker(name, at.settings).fit(history, knowledge)
    found: dict[str, list[float]] = {platform: [] for platform in at.asked}
    for discount in discounts:
        ranker = answering_new_items(alone, history, knowledge, NewItemsSettings(discount=discount))
        for platform, asked in at.asked.items():
            popularity = Popularity(at.settings.popularity).fit(history.only(platform), at.knowledge[platform])
            items = history.items_of(platform)
            best = top_k(ranker, popularity, history, asked.people, items, K, asked.candidates)
            found[platform].append(float(asked.ndcg(best.items).mean()))
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="holds amazon_food_kitchen")
    parser.add_argument("--cache", type=Path, help="a folder that keeps the texts' vectors")
    parser.add_argument("--discounts", type=float, nargs="+", default=[0, 0.3, 0.5, 0.7, 0.9, 1])
    parser.add_argument("--people", type=int, default=1500, help="of each platform, at most")
    arguments = parser.parse_args()
    contest = replace(next(food_kitchen(arguments.data, arguments.cache)), catalogue="known")
    at = round_of(contest, contest.validation)
    at = replace(at, asked={name: asked.sample(arguments.people) for name, asked in at.asked.items()})
    had = np.isin(np.arange(at.history.n_items), at.history.item)
    new = {platform: f"{1 - had[asked.relevant.item].mean():.0%}" for platform, asked in at.asked.items()}
    print(f"NDCG@{K} {' / '.join(at.asked)}; of what is relevant {' / '.join(new.values())} was new")
    print("| ranker |", " | ".join(f"{discount:g}" for discount in arguments.discounts), "|")
    print("|---|" + "---|" * len(arguments.discounts))
    for name in IN_USE:
        if ranker_class(name).takes_stand_ins:
            rows = ndcg(at, name, arguments.discounts).values()
            cells = (" / ".join(f"{value:.4f}" for value in values) for values in zip(*rows, strict=True))
            print(f"| {name} |", " | ".join(cells).replace("0.", "."), "|", flush=True)


if __name__ == "__main__":
    main()
