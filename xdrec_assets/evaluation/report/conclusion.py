"""What to conclude from one as-of date's figures, in plain sentences with their intervals, harm included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from xdrec_assets.evaluation.leaderboard import POPULARITY
from xdrec_assets.evaluation.report.wording import (
    DECISIONS,
    figure,
    interval,
    listing,
    long_date,
    model,
    platform_title,
    signed,
    titled,
)

if TYPE_CHECKING:
    from xdrec_assets.evaluation.report.inputs import ReportInputs
    from xdrec_assets.evaluation.report.summary import PlatformSummary
    from xdrec_assets.evaluation.uncertainty.paired import Comparison

Row = Mapping[str, Any]
FEW_PEOPLE = 200


def conclude(summaries: Sequence[PlatformSummary], inputs: ReportInputs) -> list[str]:
    """Paragraphs: what the other platforms' data did, what is served, how it did, how far the figures carry."""
    served = _served(inputs)
    if not summaries:
        nobody = (
            "Nobody could be tested: no events of the test window have landed yet, or more of the time before it has "
            "since the models were trained (see evaluation/metrics). The figures follow."
        )
        return [nobody, *([served] if served else [])]
    figures = " ".join(filter(None, [_how_much(summaries), _twins_and_cold(summaries)]))
    found = [_transfer(summaries, inputs), figures, served, _on_test(summaries), _caution(summaries, inputs)]
    return [paragraph for paragraph in found if paragraph]


def _transfer(summaries: Sequence[PlatformSummary], inputs: ReportInputs) -> str:
    compared = [summary for summary in summaries if summary.verdict != "unknown"]
    if not compared and len(inputs.platform_titles) == 1:
        return "There is one platform, and so nothing to learn from others."
    if not compared:
        return "Whether the other platforms' data helps cannot be said: no ranker was evaluated with and without it."
    words = {
        "helped": "helped on {}",
        "hurt": "hurt on {}",
        "mixed": "helped some rankers and hurt others on {}",
        "undecided": "made no difference that could be told on {}",
    }
    parts = [
        sentence.format(listing([summary.title for summary in compared if summary.verdict == verdict]))
        for verdict, sentence in words.items()
        if any(summary.verdict == verdict for summary in compared)
    ]
    return f"Learning from the other platforms {listing(parts)}."


def _how_much(summaries: Sequence[PlatformSummary]) -> str:
    """By how many rankers that is said, and what it did to the best of those that learned from all."""
    told = {"helped": ["helped"], "hurt": ["hurt"], "mixed": ["helped", "hurt"], "undecided": ["helped"]}
    parts = []
    for summary in (summary for summary in summaries if summary.verdict in told):
        n = sum(summary.verdicts.values())
        rankers = " and ".join(f"{summary.verdicts[verdict]} of {n} {verdict}" for verdict in told[summary.verdict])
        parts.append(f"{summary.title} {rankers}{_of_best(summary.transfer)}")
    return f"By ranker: {'; '.join(parts)}." if parts else ""


def _of_best(row: Row | None) -> str:
    if row is None or row.get("difference") is None:
        return ""
    reach = interval(row.get("low"), row.get("high"), is_difference=True)
    name, change = titled(row["ranker"]), signed(row["difference"])
    return f" (the best with all data, {name}, {change} NDCG to its twin{f', {reach}' if reach else ''})"


def _twins_and_cold(summaries: Sequence[PlatformSummary]) -> str:
    kept = [
        f"{s.without_twins['helped']} of {s.verdicts['helped']} on {s.title}" for s in summaries if s.verdicts["helped"]
    ]
    twins = f"Where no product counts that two platforms list, of those the help can still be told: {listing(kept)}."
    found = [
        f"{verdict} {listing([_cold(s, verdict) for s in summaries if s.cold[verdict]])}"
        for verdict in ("helped", "hurt")
        if any(s.cold[verdict] for s in summaries)
    ]
    cold = f"For people new to a platform but known elsewhere it {' and '.join(found)}."
    return " ".join([*([twins] if kept else []), *([cold] if found else [])])


def _cold(summary: PlatformSummary, verdict: str) -> str:
    """How many rankers cold people say it of, and how many where products listed twice do not count."""
    without = summary.cold_without_twins[verdict]
    n = summary.cold[verdict]
    return f"{n} ranker{'s' * (n != 1)} on {summary.title} (without products listed twice {without})"


def _served(inputs: ReportInputs) -> str:
    if not inputs.champions:
        return ""
    where: dict[str, list[str]] = {}
    for row in sorted(inputs.champions, key=lambda row: str(row["platform"])):
        name = platform_title(row["platform"], inputs.platform_titles)
        where.setdefault(model(row["ranker"], row["trained_on"]), []).append(f"{name}{_how(row)}")
    served = [f"{what} on {listing(platforms)}" for what, platforms in where.items()]
    return f"From {long_date(inputs.champions[0]['as_of'])} on may be served: {'; '.join(served)}."


def _how(row: Row) -> str:
    return f" ({DECISIONS[row['decision']]})" if row.get("decision") else ""


def _on_test(summaries: Sequence[PlatformSummary]) -> str:
    """How what was chosen before the test window did on it: the one figure that no choice has seen."""
    parts = [
        f"{model(s.chosen['ranker'], s.chosen['trained_on'])} reached NDCG {figure(s.chosen['ndcg'])} on {s.title}"
        f"{_over_popularity(s.over_popularity)}"
        for s in summaries
        if s.chosen is not None and s.chosen["ranker"] != POPULARITY
    ]
    return f"On this test window, which their choice had not seen: {'; '.join(parts)}." if parts else ""


def _over_popularity(found: Comparison | None) -> str:
    if found is None:
        return ""
    verdict = "more than" if found.low > 0 else "less than" if found.high < 0 else "not to be told from"
    reach = interval(found.low, found.high, is_difference=True)
    return f", {verdict} popularity ({signed(found.difference)}{f', interval {reach}' if reach else ''})"


def _caution(summaries: Sequence[PlatformSummary], inputs: ReportInputs) -> str:
    said = (
        f"Intervals are of {inputs.settings.level:.0%}, from a bootstrap over people; a ranker counts as helped or "
        "hurt where its difference remains after correction for the number of comparisons."
    )
    few = [f"{s.title} ({s.n_people:,})" for s in summaries if s.n_people < FEW_PEOPLE]
    return (
        f"{said} Few people were tested on {listing(few)}: only large differences can be told there." if few else said
    )
