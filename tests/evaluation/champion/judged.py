"""Rows of judged windows, made from the NDCG that every test person got from every ranker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.evaluation.champion.decision import Champion, choose_champions
from xdrec_assets.evaluation.champion.evidence import COLD, Evidence, evidence_of
from xdrec_assets.evaluation.champion.settings import ChampionSettings
from xdrec_assets.evaluation.uncertainty.bootstrap import resample

WEEK_1, WEEK_2, WEEK_3, WEEK_4 = (date(2026, 2, day) for day in (2, 9, 16, 23))
RESAMPLES = 300
Row = dict[str, Any]
Values = NDArray[np.float64]


@dataclass
class Judged:
    """The leaderboard and resample rows of some windows."""

    boards: list[Row] = field(default_factory=list)
    resamples: list[Row] = field(default_factory=list)

    def __add__(self, other: Judged) -> Judged:
        return Judged(self.boards + other.boards, self.resamples + other.resamples)

    def evidence(self, as_of: date = WEEK_2, windows: int = 4, platform: str = "shop") -> Evidence:
        return evidence_of(platform, self.boards, self.resamples, as_of, 7, windows)

    def champion(
        self, former: tuple[str, str] | None = None, as_of: date = WEEK_2, settings: ChampionSettings | None = None
    ) -> Champion:
        """The decision for the shop where `former` was served from the first week on."""
        past = [decided(WEEK_1, *former)] if former else []
        (found,) = choose_champions(self.boards, self.resamples, past, as_of, ["shop"], 7, settings)
        return found


def judged(
    values: Mapping[str, Values | float],
    as_of: date = WEEK_1,
    platform: str = "shop",
    n_people: int = 400,
    without: Mapping[str, Values | float] | None = None,
    cold: Mapping[str, Mapping[str, Values]] | None = None,
    **measured: Mapping[str, float | None],
) -> Judged:
    """One window: NDCG of each person by "ranker_trainedon", over all products and without those listed twice.

    Without `without` no product is listed twice. `cold`: by segment. `measured`: coverage and latency_ms by name.
    """
    parts = {("all", "with"): values, ("all", "without"): without or values}
    parts |= {(segment, "with"): by_name for segment, by_name in (cold or {}).items()}
    found = Judged()
    for (segment, twins), by_name in parts.items():
        columns = np.stack([_everyone(value, n_people) for value in by_name.values()], axis=1)
        people = np.array([f"{platform} {person}" for person in range(n_people)])
        for name, resampled in zip(by_name, resample(people, columns, 0, RESAMPLES), strict=True):
            row: Row = {"as_of": as_of, "platform": platform, **_named(name), "n_people": resampled.n_people}
            sums = {"gains": resampled.gains.tolist(), "weights": resampled.weights.tolist()}
            found.resamples.append(row | {"segment": segment, "twins": twins} | sums)
            if (segment, twins) == ("all", "with"):
                by_hand = {column: given.get(name) for column, given in measured.items()}
                found.boards.append(row | {"ndcg": resampled.mean, "coverage": 0.3, "latency_ms": 0.2} | by_hand)
    return found


def people(mean: float, seed: int, n: int = 400, like: Values | None = None, spread: float = 0.02) -> Values:
    """NDCG of some people around a mean; `like`: differing from it by that mean instead."""
    noise = np.random.default_rng(seed).normal(mean, spread, n)
    return np.clip(noise if like is None else like + noise, 0, 1)


def decided(as_of: date, ranker: str, trained_on: str, platform: str = "shop", **more: Any) -> Row:
    """What deciding needs of an earlier row of evaluation/champion."""
    row: Row = {"as_of": as_of, "platform": platform, "ranker": ranker, "trained_on": trained_on, "decision": "kept"}
    return row | {"earned_ranker": ranker, "earned_trained_on": trained_on} | more


def cold(**values: Values) -> dict[str, dict[str, Values]]:
    """The same NDCG in every cold segment."""
    return {segment: dict(values) for segment in COLD}


def _named(name: str) -> Row:
    ranker, trained_on = name.rsplit("_", 1)
    return {"ranker": ranker, "trained_on": trained_on}


def _everyone(value: Values | float, n_people: int) -> Values:
    return np.full(n_people, value) if isinstance(value, float) else value


def names(found: Sequence[Champion]) -> list[tuple[str, str, str]]:
    """Platform, ranker and training of decisions."""
    return [(one.platform, one.ranker, one.trained_on) for one in found]
