"""Leaderboards on real data: every ranker, trained on one platform and on all, with 95 % intervals.

    python -m benchmarks.leaderboards --data DATA --set SET [--seeds 3] [--cache FOLDER] [--out FILE.md]

SET is one of food_kitchen, movielens, beauty, toys, food_kitchen_sampled. DATA holds amazon_food_kitchen,
movielens_100k and s3rec. The tables are printed as Markdown, and kept with --out.

- food_kitchen: split by time. Settings are chosen on what was taken from 2013-07-01 to the end of 2013 by what was
  before; the test learns from all before 2014-01-01 and asks for what came after. Candidates are the platform's items
  seen before, people those known before on either platform. Then what the other platform gave each ranker over its
  twin, by segment, with and without products that both platforms list.
- movielens: films rated four stars or more. Split by time (validation February 1998, test from March on), and
  leave-one-out. Texts are titles and plots.
- food_kitchen_sampled: an extra beside published rows of the kind: leave-one-out, the last item of everyone among 999
  that are drawn at random. Such figures are many times those of full ranking, are not to be compared with them, and
  choose nothing: settings come from full ranking on the item before the last.
- beauty, toys: leave-one-out beside published rows, which stand in DATA's README: the last item of everyone, ranked
  among all items but those taken before. The one before the last chooses the settings. The data have no times: the n-th
  item of a person is of day n, so half-lives count items, and popularity does not fade unless validation says so.
  Items have no texts: their "text" is TF-IDF of the numbers of their attributes.

Every ranker has settings for each platform and training on its own, chosen by NDCG@10 of at most 2,000 people of the
validation window: by a search, where one was made (benchmarks/search.py, kept in benchmarks/chosen), else between its
defaults and a few others (leaderboard_rounds.CHOICES). Intervals, and the comparisons with
the best, are a bootstrap over people (1,000 resamples, the same for all rankers); a ranker with a seed is fitted with
each of them, a person's figure is the mean, and the spread of the means is shown. Holm's correction is over all that
are compared with the best of a table. Items of a data set have no date of landing: texts of later items are known.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.chosen_settings import read_chosen
from benchmarks.held_out import K
from benchmarks.leaderboard_contests import SETS, Contest, final_of, is_twin, validation_of
from benchmarks.leaderboard_rounds import Entry, Round, compete
from benchmarks.leaderboard_tables import board, chosen_line, labelled, lifts, rows_of


def tables(contest: Contest, entries: list[Entry], test: Round) -> Iterator[str]:
    """All tables of a contest, platform by platform."""
    history, listed_twice = test.history, is_twin(contest, test.history)
    for platform, asked in test.asked.items():
        own = [entry for entry in entries if entry.platform == platform]
        yield f"\n### {contest.title}: {platform}\n"
        yield (
            f"{len(asked.people):,} people, {asked.relevant.n_relevant.sum():,} relevant items, "
            f"{len(asked.candidates):,} candidates; learned from {len(history.person):,} pairs of person and item.\n"
        )
        yield from board(rows_of(own, asked), contest.sampled)
        for name, (recall, ndcg) in contest.published.get(platform, {}).items():
            row = labelled(f"{name}, as published", contest.sampled)
            yield f"| {row} |  | {ndcg:.4f} | {recall:.4f} |  |  |  |  |  |".replace(" 0.", " .")
        yield f"\n{chosen_line(own)}\n"
        if len(test.asked) > 1:
            yield f"Over the twin, {listed_twice.sum()} items being listed on both platforms:\n"
            yield from lifts(own, asked, history, listed_twice)


def main() -> None:
    """Print the tables of a data set, and keep them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="holds amazon_food_kitchen, movielens_100k and s3rec")
    parser.add_argument("--set", choices=SETS, required=True)
    parser.add_argument("--seeds", type=int, default=3, help="of rankers that have one")
    parser.add_argument("--cache", type=Path, help="a folder that keeps the texts' vectors")
    parser.add_argument("--out", type=Path, help="keep the tables in this Markdown file")
    parser.add_argument("--defaults", action="store_true", help="choose nothing: take the default settings")
    parser.add_argument("--only", default="", help="only rankers that have this in their name")
    arguments = parser.parse_args()
    began, lines = time.perf_counter(), []
    if arguments.cache:
        arguments.cache.mkdir(parents=True, exist_ok=True)
    for contest in SETS[arguments.set](arguments.data, arguments.cache):
        validation, test = validation_of(contest), final_of(contest)
        searched = read_chosen(arguments.set, contest.title)
        entries = compete(validation, test, arguments.seeds, not arguments.defaults, arguments.only, searched)
        lines += tables(contest, entries, test)
    lines.append(f"\nNDCG and recall at {K}; {arguments.seeds} seeds; {time.perf_counter() - began:.0f} s in all.")
    print("\n".join(lines))
    if arguments.out:
        arguments.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
