"""Every ranker with every transfer strategy as Markdown: quality, lift over the twin, seconds of training and size.

Lifts, and the figures of people who are known elsewhere only, leave products out that another platform lists too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.held_out import HeldOut
from benchmarks.leaderboard_rounds import ONE, STRATEGY_OF, Entry
from benchmarks.leaderboard_tables import Gap, figure, resampled, short, values_in, values_of
from xdrec_assets.evaluation.metrics.ranking import ndcg_at_k
from xdrec_assets.evaluation.segments import WITHOUT, Segment, segments
from xdrec_assets.evaluation.uncertainty.bootstrap import Resampled
from xdrec_assets.evaluation.uncertainty.paired import compare, holm
from xdrec_assets.joined.history import History

COLD, EVERYONE = "cold_people", "all"


@dataclass(frozen=True)
class Line:
    """A ranker with a strategy on one platform."""

    entry: Entry
    ndcg: Resampled  # of everyone, all products counted
    cold: Resampled | None  # of people known elsewhere only; None where there is nobody
    over_twin: Gap | None  # of everyone; None for twins


def lines_of(entries: Sequence[Entry], asked: HeldOut, history: History, is_twin: np.ndarray) -> list[Line]:
    """The entries of a platform, as they stand; is_twin: (n_items,) what another platform lists too."""
    found = {
        segment.name: segment
        for segment in segments(history, asked.relevant, asked.candidates, is_twin)
        if segment.twins == WITHOUT and segment.people.any()
    }
    ndcg = resampled([values_of(entry, asked.relevant, ndcg_at_k) for entry in entries], asked.relevant)
    cold = _in_segment(entries, found[COLD], asked) if COLD in found else [None] * len(entries)
    gaps = _over_twins(entries, found[EVERYONE], asked) if EVERYONE in found else {}
    return [Line(*each, gaps.get(n)) for n, each in enumerate(zip(entries, ndcg, cold, strict=True))]


def strategy_table(lines: Sequence[Line], has_others: bool) -> Iterator[str]:
    """A row for each line; the best NDCG is bold. Without other platforms there is nothing to transfer."""
    best = max(line.ndcg.mean for line in lines)
    transfer = ("strategy", "lift", "over the twin", "p", "verdict", "known elsewhere only") if has_others else ()
    yield _row(["ranker", *transfer[:1], "NDCG@10", *transfer[1:], "fit s", "MB"])
    yield f"|{'---|' * (2 + len(transfer))}---:|---:|"
    for line in lines:
        entry, ndcg = line.entry, figure(line.ndcg)
        strategy = STRATEGY_OF.get(entry.trained_on, entry.trained_on)
        cells = [strategy, *_lift_cells(line.over_twin), figure(line.cold) if line.cold else ""] if has_others else []
        shown = f"**{ndcg}**" if line.ndcg.mean == best else ndcg
        size = f"{entry.megabytes:,.1f}"
        yield _row([f"`{entry.ranker}`", *cells[:1], shown, *cells[1:], f"{entry.fit_seconds:,.1f}", size])


def _lift_cells(gap: Gap | None) -> tuple[str, str, str, str]:
    if gap is None:
        return "", "", "", ""
    found = gap.gap
    over = f"{short(found.difference)} [{short(found.low)}, {short(found.high)}]"
    return f"{found.difference / gap.one:+.0%}" if gap.one else "", over, f"{gap.p_value:.3f}", gap.verdict


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _in_segment(entries: Sequence[Entry], segment: Segment, asked: HeldOut) -> list[Resampled]:
    return resampled([values_in(entry, segment) for entry in entries], asked.relevant)


def _over_twins(entries: Sequence[Entry], segment: Segment, asked: HeldOut) -> Mapping[int, Gap]:
    """By place, each entry against its ranker's twin where there is one; p-values are corrected for all of them."""
    found = _in_segment(entries, segment, asked)
    twins = {entry.ranker: n for n, entry in enumerate(entries) if entry.trained_on == ONE}
    pairs = [(n, twins[e.ranker]) for n, e in enumerate(entries) if e.trained_on != ONE and e.ranker in twins]
    gaps = [compare(found[n], found[twin]) for n, twin in pairs]
    p_values = holm([gap.p_value for gap in gaps])
    return {
        n: Gap(found[twin].mean, found[n].mean, gap, float(p))
        for (n, twin), gap, p in zip(pairs, gaps, p_values, strict=True)
    }
