"""A made-up judgement of four platforms: every ranker's NDCG for every person, and the rows that follow from it."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np

from xdrec_assets.evaluation.uncertainty.bootstrap import Resampled, resample
from xdrec_assets.evaluation.uncertainty.paired import compare, holm

Row = dict[str, Any]
AS_OF, LATER = date(2026, 2, 2), date(2026, 2, 9)
RANKERS = {
    "popularity": 0.030,
    "item_knn": 0.052,
    "svd": 0.047,
    "nmf": 0.045,
    "logistic": 0.058,
    "nearest_text": 0.040,
    "nearest_fused": 0.049,
    "linear": 0.064,
}
GAIN = {"music": 0.006, "news": -0.008, "shop": 0.012, "video": 0.001}  # what training on all platforms gives
SEGMENTS = {"all": 1.0, "warm_people": 0.7, "cold_people": 0.25, "new_people": 0.05, "few_events": 0.3}
SEGMENTS |= {"cold_items": 0.2, "long_tail": 0.6}
RESAMPLES = 200
ALL = ("all", "with")
Name = tuple[str, str]  # ranker, trained_on


class World:
    """NDCG of every ranker for every person, and the rows that are made of it."""

    def __init__(self, as_of: date = LATER, n_people: int = 400, seed: int = 3) -> None:
        self.as_of, self.rng, self.seed = as_of, np.random.default_rng(seed), seed
        self.n_people = dict(zip(GAIN, (n_people, 120, 2 * n_people, n_people), strict=True))
        self.resampled = {platform: dict(self._platform(platform)) for platform in GAIN}
        self.board = [row for platform in GAIN for row in self._board(platform)]

    def _platform(self, platform: str) -> Iterator[tuple[tuple[Name, str, str], Resampled]]:
        n = self.n_people[platform]
        people = np.array([f"{platform} {person}" for person in range(n)])
        easy = self.rng.gamma(0.4, 2.5, n)
        keys, columns = [], []
        for ranker, level in RANKERS.items():
            for trained_on in ("one",) if ranker == "popularity" else ("one", "all"):
                gain = GAIN[platform] if trained_on == "all" else 0.0
                found = np.clip(easy * (level + gain) + self.rng.normal(0, 0.02, n), 0, 1)
                for twins, kept in (("with", 1.0), ("without", 0.6)):
                    for segment, share in SEGMENTS.items():
                        of_segment = found - (1 - kept) * gain * easy + (3 * gain if segment == "cold_people" else 0)
                        keys.append(((ranker, trained_on), segment, twins))
                        columns.append(np.where(np.arange(n) < share * n, np.clip(of_segment, 0, 1), np.nan))
        yield from zip(keys, resample(people, np.stack(columns, axis=1), self.seed, RESAMPLES), strict=True)

    def leaderboard(self) -> list[Row]:
        """Rows of evaluation/leaderboard."""
        return [dict(row) for row in self.board]

    def _board(self, platform: str) -> list[Row]:
        of, without = (
            {name: r for (name, *asked), r in self.resampled[platform].items() if asked == ["all", twins]}
            for twins in ("with", "without")
        )
        popular = of["popularity", "one"].mean
        ordered = sorted(of, key=lambda name: -of[name].mean)
        return [
            {
                "as_of": self.as_of,
                "platform": platform,
                "rank": rank,
                "ranker": ranker,
                "trained_on": on,
                "n_people": self.n_people[platform],
                "ndcg": of[ranker, on].mean,
                "ndcg_low": of[ranker, on].interval()[0],
                "ndcg_high": of[ranker, on].interval()[1],
                "lift_over_twin": of[ranker, on].mean / of[ranker, "one"].mean - 1 if on == "all" else None,
                "lift_over_twin_without_twin_products": without[ranker, on].mean / without[ranker, "one"].mean - 1
                if on == "all"
                else None,
                "lift_over_popularity": of[ranker, on].mean / popular - 1,
                **self._beyond(ranker, of[ranker, on].mean),
            }
            for rank, (ranker, on) in enumerate(ordered, start=1)
        ]

    def _beyond(self, ranker: str, ndcg: float) -> Row:
        spread = 0.02 if ranker == "popularity" else float(self.rng.uniform(0.2, 0.9))
        return {
            "recall": 2 * ndcg,
            "precision": 0.4 * ndcg,
            "hit_rate": 3 * ndcg,
            "mrr": 0.8 * ndcg,
            "map": 0.7 * ndcg,
            "f1": 0.6 * ndcg,
            "auc": min(1.0, 0.6 + 3 * ndcg),
            "coverage": spread,
            "novelty": 4 + 6 * spread,
            "diversity": 0.5 + 0.3 * spread,
            "popularity_bias": 8 * (1 - spread),
            "calibration": 1.5 - spread,
            "latency_ms": 0.1 + spread,
        }

    def lifts(self) -> list[Row]:
        """Rows of evaluation/lift."""
        return [row for platform in GAIN for row in self._lifts(platform)]

    def _lifts(self, platform: str) -> list[Row]:
        found, rows = self.resampled[platform], []
        for segment in SEGMENTS:
            for twins in ("with", "without"):
                for ranker in RANKERS.keys() - {"popularity"}:
                    one, both = (found[(ranker, on), segment, twins] for on in ("one", "all"))
                    c = compare(both, one)
                    rows.append(
                        {"as_of": self.as_of, "platform": platform, "ranker": ranker, "segment": segment}
                        | {"twins": twins, "n_people": both.n_people, "ndcg": both.mean, "twin_ndcg": one.mean}
                        | {"difference": c.difference, "low": c.low, "high": c.high, "p_value": c.p_value}
                        | {"lift": both.mean / one.mean - 1}
                    )
        for row, adjusted in zip(rows, holm([row["p_value"] for row in rows]), strict=True):
            sure = "helped" if row["difference"] > 0 else "hurt"
            row |= {"p_adjusted": float(adjusted), "verdict": sure if adjusted < 0.05 else "undecided"}
        return sorted(rows, key=lambda row: row["ranker"])

    def resamples(self) -> list[Row]:
        """Rows of evaluation/resamples."""
        return [
            {"as_of": self.as_of, "platform": platform, "ranker": name[0], "trained_on": name[1], "segment": segment}
            | {"twins": twins, "n_people": r.n_people, "gains": r.gains.tolist(), "weights": r.weights.tolist()}
            for platform, found in self.resampled.items()
            for (name, segment, twins), r in found.items()
        ]
