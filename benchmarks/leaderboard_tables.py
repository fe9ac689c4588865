"""Leaderboards and lifts as Markdown, with 95 % intervals over people and comparisons corrected for their number."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.held_out import RESAMPLES, HeldOut
from benchmarks.leaderboard_rounds import ONE, Entry
from xdrec_assets.evaluation.metrics.ranking import find_hits, ndcg_at_k, recall_at_k
from xdrec_assets.evaluation.protocols.sampled import protocol_label
from xdrec_assets.evaluation.relevant_sets import RelevantSets
from xdrec_assets.evaluation.segments import TWINS, WITH, WITHOUT, Segment, segments
from xdrec_assets.evaluation.uncertainty.bootstrap import Resampled, resample
from xdrec_assets.evaluation.uncertainty.paired import Comparison, compare, holm
from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.build import ALL

LEVEL, SEED = 0.05, 0
SHOWN = ("all", "warm_people", "cold_people", "few_events", "long_tail")
Metric = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Row:
    """One entry of a leaderboard with its figures."""

    entry: Entry
    ndcg: Resampled
    recall: Resampled
    spread: float | None  # standard deviation of NDCG over seeds


def rows_of(entries: Sequence[Entry], asked: HeldOut) -> list[Row]:
    """The entries of a platform, best NDCG first."""
    ndcg, recall = (resampled([values_of(e, asked.relevant, m) for e in entries], asked.relevant) for m in METRICS)
    spreads = [_spread(entry, asked) for entry in entries]
    rows = [Row(*each) for each in zip(entries, ndcg, recall, spreads, strict=True)]
    return sorted(rows, key=lambda row: -row.ndcg.mean)


def board(rows: Sequence[Row], sampled: int | None = None) -> Iterator[str]:
    """A leaderboard: each entry with how far it lies behind the best, and whether it can be told apart from it.

    Where a few sampled candidates are ranked, not all, each row says so: its figures are not those of full ranking.
    """
    gaps = [compare(rows[0].ndcg, row.ndcg) for row in rows]
    p_values = holm([gap.p_value for gap in gaps[1:]])
    yield "| ranker | trained on | NDCG@10 | Recall@10 | over seeds | behind the best | told apart | fit s | rank s |"
    yield "|---|---|---|---|---|---|---|---:|---:|"
    for place, (row, gap) in enumerate(zip(rows, gaps, strict=True)):
        behind = f"{short(gap.difference)} [{short(gap.low)}, {short(gap.high)}]" if place else "best"
        apart = ("yes" if p_values[place - 1] < LEVEL else "no") if place else ""
        spread = "" if row.spread is None else f"± {short(row.spread)}"
        name = labelled(row.entry.ranker, sampled)
        cells = (name, row.entry.trained_on, figure(row.ndcg), figure(row.recall), spread, behind, apart)
        yield f"| {' | '.join(cells)} | {row.entry.fit_seconds:.1f} | {row.entry.rank_seconds:.1f} |"


def labelled(name: str, sampled: int | None) -> str:
    """A row's name, with its protocol where candidates are sampled.

    >>> labelled("svd", None), labelled("svd", 999)
    ('svd', 'svd, sampled 999')
    """
    return name if sampled is None else f"{name}, {protocol_label(sampled)}"


def lifts(entries: Sequence[Entry], asked: HeldOut, history: History, is_twin: np.ndarray) -> Iterator[str]:
    """What all platforms gave each ranker over its twin, by segment, with items that both platforms list and without.

    p-values are corrected for all rankers and segments of the platform. A gain that is told apart with such items alone
    is no knowledge of tastes, and is said to be so.
    """
    pairs, shown = _pairs(entries), _shown(asked, history, is_twin)
    gaps = {twins: _gaps(pairs, list(parts.values()), asked) for twins, parts in shown.items()}
    yield "| segment | people | ranker | one | all | lift | all − one | p | without twins | p | verdict |"
    yield "|---|---:|---|---|---|---:|---|---:|---|---:|---|"
    names = [(segment, pair[0].ranker) for segment in shown[WITH].values() for pair in pairs]
    for (segment, ranker), with_twins, without in zip(names, gaps[WITH], gaps[WITHOUT], strict=True):
        head = f"| {segment.name} | {segment.people.sum():,} | {ranker} | {with_twins.means()}"
        yield f"{head} | {with_twins.cells()} | {without.cells()} | {_verdict(with_twins, without)} |"


@dataclass(frozen=True)
class Gap:
    """A ranker trained on all platforms against its twin, in one segment."""

    one: float
    both: float
    gap: Comparison
    p_value: float  # corrected

    def means(self) -> str:
        """Both means, and the lift."""
        lift = f"{self.gap.difference / self.one:+.0%}" if self.one else ""
        return f"{short(self.one)} | {short(self.both)} | {lift}"

    def cells(self) -> str:
        """The difference with its interval, and the p-value."""
        return f"{self.gap.difference:+.4f} [{self.gap.low:+.4f}, {self.gap.high:+.4f}] | {self.p_value:.3f}"

    @property
    def verdict(self) -> str:
        """`helped` or `hurt` where the two are told apart."""
        return "undecided" if self.p_value >= LEVEL else "helped" if self.gap.difference > 0 else "hurt"


def _verdict(with_twins: Gap, without: Gap) -> str:
    is_leak = with_twins.verdict == "helped" and without.verdict != "helped"
    return "by twins alone" if is_leak else without.verdict


def _shown(asked: HeldOut, history: History, is_twin: np.ndarray) -> dict[str, dict[str, Segment]]:
    """With twins and without, the segments that have people in both."""
    parts: dict[str, dict[str, Segment]] = {twins: {} for twins in TWINS}
    for segment in segments(history, asked.relevant, asked.candidates, is_twin):
        if segment.name in SHOWN and segment.people.any():
            parts[segment.twins][segment.name] = segment
    both = [name for name in parts[WITH] if name in parts[WITHOUT]]
    return {twins: {name: own[name] for name in both} for twins, own in parts.items()}


def _gaps(pairs: Sequence[tuple[Entry, Entry]], shown: Sequence[Segment], asked: HeldOut) -> list[Gap]:
    """Each pair in each segment."""
    if not shown:
        return []
    columns = [values_in(entry, segment) for segment in shown for pair in pairs for entry in pair]
    found = resampled(columns, asked.relevant)
    gaps = [compare(both, one) for one, both in zip(found[::2], found[1::2], strict=True)]
    means = [(one.mean, both.mean) for one, both in zip(found[::2], found[1::2], strict=True)]
    p_values = holm([gap.p_value for gap in gaps])
    return [Gap(*mean, gap, float(p)) for mean, gap, p in zip(means, gaps, p_values, strict=True)]


def values_of(entry: Entry, relevant: RelevantSets, metric: Metric) -> np.ndarray:
    """A metric of each person, the mean over seeds; (n_people,), nan where there is nothing to find."""
    hits = [find_hits(ranked, relevant.indptr, relevant.item) for ranked in entry.lists]
    return np.mean([metric(each, relevant.n_relevant) for each in hits], axis=0)


def values_in(entry: Entry, segment: Segment) -> np.ndarray:
    """NDCG of each person of a segment, nan of all others; (n_people,)."""
    return np.where(segment.people, values_of(entry, segment.relevant, ndcg_at_k), np.nan)


def resampled(columns: Sequence[np.ndarray], relevant: RelevantSets) -> list[Resampled]:
    """Each column (n_people,) with its resamples, which are the same for all."""
    return resample(relevant.person_id, np.column_stack(columns), SEED, RESAMPLES)


def chosen_line(entries: Sequence[Entry]) -> str:
    """What validation chose where it is not the defaults."""
    chosen = [
        f"{entry.ranker} on {entry.trained_on} {', '.join(f'{name} {value}' for name, value in entry.chosen.items())}"
        for entry in entries
        if entry.chosen
    ]
    return f"Chosen on validation: {'; '.join(chosen) or 'nothing'}; elsewhere the defaults."


METRICS: tuple[Metric, Metric] = (ndcg_at_k, recall_at_k)


def _pairs(entries: Sequence[Entry]) -> list[tuple[Entry, Entry]]:
    """Each ranker trained on one platform, and on all."""
    twins = {entry.ranker: entry for entry in entries if entry.trained_on == ONE}
    return [(twins[entry.ranker], entry) for entry in entries if entry.trained_on == ALL]


def _spread(entry: Entry, asked: HeldOut) -> float | None:
    if len(entry.lists) < 2:
        return None
    return float(np.std([asked.ndcg(ranked).mean() for ranked in entry.lists], ddof=1))


def figure(value: Resampled) -> str:
    """A mean with its interval."""
    low, high = value.interval()
    return f"{short(value.mean)} [{short(low)}, {short(high)}]"


def short(value: float) -> str:
    """Four places, without the zero in front.

    >>> short(0.01234), short(-0.5)
    ('.0123', '-.5000')
    """
    return f"{value:.4f}".replace("0.", ".", 1)
