"""Fit rankers on a history and rank for those who are asked; choose settings on a validation window.

Each ranker is tried trained on one platform alone and, where there are several, on all; both choose their own settings
from the same few, so that neither is a straw man. Where "trained on" is the name of a transfer strategy, it is trained
on all by that one.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from benchmarks.chosen_settings import Chosen, chosen_for
from benchmarks.held_out import HeldOut, K
from xdrec_assets.evaluation.full_ranking import full_ranking
from xdrec_assets.evaluation.protocols.sampled import sampled_top_k
from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.build import ALL
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.popularity import Popularity
from xdrec_assets.rankers.registry import RANKERS, ranker_class
from xdrec_assets.rankers.settings import RankerSettings, Section
from xdrec_assets.rankers.transfer.registry import JOINT, NONE, create_strategy
from xdrec_assets.rankers.transfer.settings import TransferSettings
from xdrec_assets.rankers.transfer.strategy import Problem

VALIDATION_PEOPLE = 2_000  # of a platform, drawn once, choose the settings
ONE = "one"
STRATEGY_OF = {ONE: NONE, ALL: JOINT}
HALF_LIVES = [{"half_life_days": days} for days in (2.0, 10.0, 30.0, 730.0)]
CHOICES: dict[str, list[dict[str, Any]]] = {
    "popularity": [{"half_life_days": days} for days in (10.0, 90.0, None)],
    "item_knn": [{"shrinkage": weight} for weight in (0.0, 100.0, 1000.0)],
    "user_knn": [{"neighbours": 30}, {"neighbours": 300}],
    "nearest_text": HALF_LIVES,
    "svd": [{"factors": 16}, {"factors": 256}],
    "nmf": [{"factors": 16}],
    "ease": [{"ridge": 1000.0}],
    "als": [{"factors": 16}, {"half_life_days": 180.0}],
    "clusters": [{"clusters": 8}, {"clusters": 128}],
    "linear": HALF_LIVES,
    "logistic": HALF_LIVES[1:3],
}
"""What is tried beside the defaults, of rankers that no search has chosen for (benchmarks/search.py)."""


@dataclass(frozen=True)
class Round:
    """A history, what is known of its items, and whom it is asked about."""

    history: History
    knowledge: Mapping[str, Knowledge]  # by scope
    asked: Mapping[str, HeldOut]  # by platform
    settings: RankerSettings  # where nothing else is chosen
    sampled: Mapping[str, np.ndarray] | None = None  # by platform (n_people, n): rank among these alone

    @property
    def trainings(self) -> tuple[str, ...]:
        """`one`, and `all` where there are several platforms."""
        return (ONE, ALL) if len(self.asked) > 1 else (ONE,)


@dataclass(frozen=True)
class Entry:
    """What one ranker recommended on one platform, with each seed."""

    platform: str
    ranker: str
    trained_on: str  # one | all | the name of a transfer strategy
    settings: Section
    chosen: Mapping[str, Any]  # settings that are not the defaults
    lists: Sequence[np.ndarray]  # by seed: (n_people, k) item indices, best first
    fit_seconds: float  # the mean over seeds
    rank_seconds: float
    megabytes: float = 0.0  # of the arrays of a model


def rankers_of(trained_on: str) -> list[str]:
    """All rankers; popularity learns nothing from other platforms."""
    return [name for name in RANKERS if trained_on == ONE or name != Popularity.name]


def compete(
    validation: Round, test: Round, seeds: int, is_tuned: bool = True, only: str = "", searched: Chosen | None = None
) -> list[Entry]:
    """Every ranker in every training, with the settings that validation chose, on all who are asked in the test.

    searched: what a search on the same validation round has chosen; who is not in it chooses among `CHOICES`.
    """
    entries: list[Entry] = []
    as_it_is: dict[str, dict[str, Any]] = {platform: {} for platform in test.asked}
    for trained_on in test.trainings:
        for name in rankers_of(trained_on):
            if only not in name:
                continue
            chosen = as_it_is
            if is_tuned:
                found = chosen_for(searched or {}, name, trained_on)
                chosen = choose(validation, name, trained_on) if found is None else as_it_is | found
            entries += entries_of(test, name, trained_on, chosen, seeds)
    return entries


def choose(validation: Round, name: str, trained_on: str) -> dict[str, dict[str, Any]]:
    """By platform, what to set apart from the defaults: what has the best NDCG@10 on validation."""
    found: dict[str, list[float]] = defaultdict(list)
    choices = [{}, *CHOICES.get(name, [])]
    for each in choices:
        settings = settings_of(validation, name, each)
        for platform, entry in rank(validation, name, trained_on, settings, [*validation.asked]).items():
            found[platform].append(float(np.mean(validation.asked[platform].ndcg(entry.lists[0]))))
        _say(f"{name} {trained_on} {each or 'as it is'}: {', '.join(f'{v[-1]:.4f}' for v in found.values())}")
    return {platform: choices[int(np.argmax(values))] for platform, values in found.items()}


def rank(at: Round, name: str, trained_on: str, settings: Section, platforms: Sequence[str]) -> dict[str, Entry]:
    """Fit once on all platforms, or once for each, and rank."""
    strategy = create_strategy(STRATEGY_OF.get(trained_on, trained_on), TransferSettings())
    entries, ranker, fit_seconds = {}, None, 0.0
    for platform in platforms:
        if ranker is None or trained_on != ALL:
            make, popularity = partial(ranker_class(name), settings), at.settings.popularity
            problem = Problem(at.history, at.knowledge, platform, make, popularity=popularity)
            began = time.perf_counter()
            ranker = strategy.fit(problem)
            fit_seconds = time.perf_counter() - began
            megabytes = sum(array.nbytes for array in ranker.arrays().values()) / 1e6
        began = time.perf_counter()
        best = _ranked(at, ranker, platform)
        seconds = time.perf_counter() - began
        entries[platform] = Entry(platform, name, trained_on, settings, {}, [best], fit_seconds, seconds, megabytes)
    return entries


def _ranked(at: Round, ranker: Any, platform: str) -> np.ndarray:
    """The best of everyone who is asked, (n_people, K)."""
    history, asked = at.history, at.asked[platform]
    popularity = Popularity(at.settings.popularity).fit(history.only(platform), at.knowledge[platform])
    if at.sampled is not None:
        return sampled_top_k(ranker, popularity, history, asked.relevant, at.sampled[platform], K)
    ranking = full_ranking(ranker, popularity, history, asked.relevant, K, asked.candidates, with_auc=False)
    return ranking.items


def entries_of(
    test: Round, name: str, trained_on: str, chosen: Mapping[str, Mapping[str, Any]], seeds: int
) -> list[Entry]:
    """The final entries of one ranker; platforms that chose alike share the fits on all platforms."""
    entries = []
    for each in {repr(sorted(own.items())): own for own in chosen.values()}.values():
        platforms = [platform for platform, own in chosen.items() if own == each]
        settings = settings_of(test, name, each)
        seeded = [settings.model_copy(update={"seed": seed}) for seed in range(seeds)]
        tries = seeded if "seed" in type(settings).model_fields else [settings]
        runs = [rank(test, name, trained_on, one, platforms) for one in tries]
        entries += [_together([run[platform] for run in runs], each) for platform in platforms]
        _say(f"{name} {trained_on} on {', '.join(platforms)}: fitted in {entries[-1].fit_seconds:.1f} s")
    return entries


def _together(runs: Sequence[Entry], chosen: Mapping[str, Any]) -> Entry:
    """The same ranker with several seeds as one entry."""
    means = {
        name: float(np.mean([getattr(run, name) for run in runs]))
        for name in ("fit_seconds", "rank_seconds", "megabytes")
    }
    return replace(runs[0], chosen=chosen, lists=[run.lists[0] for run in runs], **means)


def settings_of(at: Round, name: str, chosen: Mapping[str, Any]) -> Section:
    """A ranker's section, with what was chosen in place of what stands."""
    section: Section = getattr(at.settings, name)
    return section.model_validate({**section.model_dump(), **chosen})


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)
