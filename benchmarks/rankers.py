"""Every ranker with every transfer strategy that suits it, on real data: the tables of docs/rankers.md.

    python -m benchmarks.rankers --data DATA --set SET [--only als,sasrec] [--strategies none,joint] [--seeds 1]
        [--keep FOLDER] [--cache FOLDER] [--out FILE.md]

SET and its protocol are those of `python -m benchmarks.leaderboards`, whose rounds these are: settings are those that
a search on the validation round chose (benchmarks/chosen/SET.yaml; a strategy that was not searched takes those of all
platforms), else the defaults, and the test is looked at once. A set of one platform has no transfer: there, every
ranker stands for itself.

NDCG@10 is of everyone and of all products. Over the twin, which is the same ranker of the platform's own data alone,
and for people who are known on other platforms only, products that both platforms list are left out: to find a second
listing again is no transfer. Intervals are of 95 %, from a bootstrap over people (1,000 resamples, the same for all);
p-values are Holm's over all rankers and strategies of a platform. Seconds are of training on this machine, a model of
all platforms counted once for each; MB are of the arrays of the model. Both are means over seeds.

A choice among strategies learns each candidate once more, so it is left out of networks and of the blend unless it is
asked for by name.

With --keep, what each ranker and strategy recommended is kept in a folder as soon as it is known, and not computed
again for the same settings and seeds; empty the folder when code changes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.chosen_settings import Chosen as Searched
from benchmarks.chosen_settings import chosen_for, read_chosen
from benchmarks.leaderboard_contests import SETS, Contest, final_of, is_twin
from benchmarks.leaderboard_rounds import ONE, STRATEGY_OF, Entry, Round, entries_of, settings_of
from benchmarks.strategy_tables import lines_of, strategy_table
from xdrec_assets.knowledge.build import ALL
from xdrec_assets.rankers.registry import RANKERS
from xdrec_assets.rankers.transfer.registry import CHOICE, NEURAL, NONE, STRATEGIES, strategies_of

FIGURES = ("fit_seconds", "rank_seconds", "megabytes")
TRAINED_ON = {strategy: trained_on for trained_on, strategy in STRATEGY_OF.items()}
Chosen = Mapping[str, Mapping[str, Any]]  # by platform, what is set apart from the defaults
Choose = Callable[[str, str], Chosen]


@dataclass(frozen=True)
class Kept:
    """Entries in a folder, one file for each ranker and strategy of a contest."""

    folder: Path | None

    def get(self, test: Round, title: str, name: str, trained_on: str, chosen: Chosen, seeds: int) -> list[Entry]:
        """The entries of a ranker on all platforms, computed where they are not kept."""
        if self.folder is None:
            return entries_of(test, name, trained_on, chosen, seeds)
        sections = {platform: settings_of(test, name, own).model_dump_json() for platform, own in chosen.items()}
        asked = hashlib.sha256(json.dumps([title, sections, seeds], sort_keys=True).encode()).hexdigest()[:16]
        path = self.folder / f"{name}-{trained_on}-{asked}.npz"
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            _write(path, entries_of(test, name, trained_on, chosen, seeds))
        return _read(path, test, name, trained_on, chosen)


def entries_asked(
    contest: Contest,
    test: Round,
    only: Sequence[str],
    strategies: Sequence[str],
    seeds: int,
    kept: Kept,
    chosen: Choose,
) -> list[Entry]:
    """Every ranker asked for, with every strategy asked for that suits it, and its twin.

    chosen: of a ranker and what it is trained on, by platform what is set apart from the defaults.
    """
    found = []
    for name in only:
        for strategy in strategies_tried(name, strategies) if len(test.asked) > 1 else [NONE]:
            trained_on = TRAINED_ON.get(strategy, strategy)
            found += kept.get(test, contest.title, name, trained_on, chosen(name, trained_on), seeds)
    return found


def strategies_tried(ranker: str, asked: Sequence[str]) -> list[str]:
    """Those of all or of a few strategies asked for that suit a ranker, and its twin.

    >>> strategies_tried("clusters", ["features", "bridge"])
    ['none', 'features']
    """
    is_costly = ranker in (*NEURAL, "blend") and len(asked) == len(STRATEGIES)
    wanted = {NONE, *asked} - ({CHOICE} if is_costly else set())
    return [each for each in strategies_of(ranker) if each in wanted] or [NONE]


def tables(contest: Contest, entries: Sequence[Entry], test: Round) -> Iterator[str]:
    """A table for each platform."""
    listed_twice = is_twin(contest, test.history)
    for platform, asked in test.asked.items():
        own = [entry for entry in entries if entry.platform == platform]
        lines = lines_of(own, asked, test.history, listed_twice)
        cold = next((line.cold.n_people for line in lines if line.cold), 0)
        elsewhere = f", {cold:,} of them known elsewhere only" if cold else ""
        yield f"\n### {contest.title}: {platform}\n"
        yield f"{len(asked.people):,} people{elsewhere}; {len(asked.candidates):,} candidates.\n"
        yield from strategy_table(lines, len(test.asked) > 1)


def settings_chosen(searched: Searched, platforms: Sequence[str], name: str, trained_on: str) -> Chosen:
    """What a search chose for a ranker, by platform: for this training, else for that on all; nothing: the defaults."""
    trainings = (trained_on,) if trained_on == ONE else (trained_on, ALL)
    found = next((own for each in trainings if (own := chosen_for(searched, name, each)) is not None), {})
    return {platform: found.get(platform, {}) for platform in platforms}


def _write(path: Path, entries: Sequence[Entry]) -> None:
    arrays = {f"lists {n} {seed}": lists for n, e in enumerate(entries) for seed, lists in enumerate(e.lists)}
    about = [
        {"platform": e.platform, "seeds": len(e.lists)} | {name: getattr(e, name) for name in FIGURES} for e in entries
    ]
    begun = path.with_suffix(".begun.npz")
    np.savez_compressed(begun, about=np.array(json.dumps(about)), **arrays)
    begun.replace(path)


def _read(path: Path, test: Round, name: str, trained_on: str, chosen: Chosen) -> list[Entry]:
    with np.load(path, allow_pickle=False) as held:
        found = []
        for n, told in enumerate(json.loads(str(held["about"]))):
            lists = [held[f"lists {n} {seed}"] for seed in range(told["seeds"])]
            own = chosen[told["platform"]]
            section = settings_of(test, name, own)
            figures = [told[figure] for figure in FIGURES]
            found.append(Entry(told["platform"], name, trained_on, section, own, lists, *figures))
    return found


def _named(text: str, known: Sequence[str], what: str) -> list[str]:
    """The names of a comma-separated list, in the order in which they are known; all of them where it is empty."""
    asked = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in asked if name not in known]
    if unknown:
        raise argparse.ArgumentTypeError(f"found {unknown[0]!r}, expected {what} among {', '.join(known)}")
    return [name for name in known if not asked or name in asked]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables of a data set, and keep them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="holds amazon_food_kitchen, movielens_100k and s3rec")
    parser.add_argument("--set", choices=SETS, required=True)
    parser.add_argument("--only", type=lambda t: _named(t, [*RANKERS], "rankers"), default=[*RANKERS])
    parser.add_argument("--strategies", type=lambda t: _named(t, [*STRATEGIES], "strategies"), default=[*STRATEGIES])
    parser.add_argument("--seeds", type=int, default=1, help="of rankers that have one")
    parser.add_argument("--keep", type=Path, help="a folder that keeps what was computed, to go on from")
    parser.add_argument("--cache", type=Path, help="a folder that keeps the texts' vectors")
    parser.add_argument("--out", type=Path, help="keep the tables in this Markdown file")
    asked = parser.parse_args(arguments)
    began, lines = time.perf_counter(), []
    if asked.cache:
        asked.cache.mkdir(parents=True, exist_ok=True)
    for contest in SETS[asked.set](asked.data, asked.cache):
        test = final_of(contest)
        chosen = partial(settings_chosen, read_chosen(asked.set, contest.title), [*test.asked])
        entries = entries_asked(contest, test, asked.only, asked.strategies, asked.seeds, Kept(asked.keep), chosen)
        lines += tables(contest, entries, test)
    lines.append(f"\n{asked.seeds} seeds; {time.perf_counter() - began:.0f} s in all.")
    print("\n".join(lines))
    if asked.out:
        asked.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
