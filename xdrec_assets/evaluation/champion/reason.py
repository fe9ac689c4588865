"""Decisions in plain sentences, with the figures they rest on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import isnan
from typing import TYPE_CHECKING, Any

from xdrec_assets.evaluation.champion.evidence import EVERYONE, UNLISTED, Evidence, Name
from xdrec_assets.evaluation.champion.settings import ChampionSettings
from xdrec_assets.evaluation.champion.trials import POPULAR, Challenger, Trial, twin_of
from xdrec_assets.evaluation.report.wording import listing, titled

if TYPE_CHECKING:
    from xdrec_assets.evaluation.champion.guard_rails import GuardRail
    from xdrec_assets.evaluation.uncertainty.paired import Comparison

LISTED_TWICE = "products that another platform lists too"


def called(name: Name) -> str:
    """A ranker and its training.

    >>> called(("item_knn", "all")), called(("popularity", "one"))
    ('Item KNN trained on all platforms', 'popularity')
    """
    if name == POPULAR:
        return "popularity"
    return f"{titled(name[0])} trained on {'all platforms' if name[1] == 'all' else 'this platform alone'}"


def no_evidence(champion: Name) -> str:
    """Nothing was evaluated yet."""
    if champion == POPULAR:
        return "Popularity is served until there is evidence: no test window was over by then."
    return f"{upper_first(called(champion))} stays: no test window was over by then."


def gone(name: Name) -> str:
    """The ranker is no longer among those there are."""
    return f"{upper_first(called(name))} is no longer among the rankers, so popularity takes its place."


def not_tested(champion: Name, evidence: Evidence) -> str:
    """The champion is missing from a window."""
    why = f"it was not tested in every window, so nothing can be compared with it, {when(evidence)}"
    return f"{upper_first(called(champion))} stays: {why}."


def lost(champion: Name, trial: Trial, evidence: Evidence, settings: ChampionSettings) -> str:
    """The champion is beaten by popularity or by its twin."""
    by = "popularity" if trial.rival == POPULAR else "its twin of this platform alone"
    behind = f"loses to {by}: {_interval(trial.comparison, settings)}{_part(trial)}"
    return f"{upper_first(_figure(evidence, champion))} {behind}, {when(evidence)}. {upper_first(by)} takes its place."


def promoted(one: Challenger, champion: Name, evidence: Evidence, n: int, settings: ChampionSettings) -> str:
    """A challenger takes the champion's place."""
    wins = [
        f"{_rival(one.name, trial.rival)} by {_interval(trial.comparison, settings)}"
        for trial in one.trials
        if trial.part == EVERYONE
    ]
    twice = f", with and without {LISTED_TWICE}" if one.name[1] == "all" else ""
    over = "" if champion == POPULAR else f" in place of {_figure(evidence, champion)}"
    return (
        f"{upper_first(_figure(evidence, one.name))} is promoted{over}: it beats {listing(wins)}{twice} "
        f"({_corrected(one, n)}), {when(evidence)}, and keeps the guard rails."
    )


def stays(champion: Name, field: Sequence[Challenger], evidence: Evidence, settings: ChampionSettings) -> str:
    """No challenger takes the champion's place; how the strongest of those that lost a trial fared."""
    if not field:
        return f"{upper_first(_figure(evidence, champion))} has no challenger, {when(evidence)}."
    head = f"No challenger takes the place of {_figure(evidence, champion)}, {when(evidence)}"
    beaten = (one for one in field if not one.beats_all(settings.alpha) and not one.may_be_a_leak(settings.alpha))
    strongest = next(beaten, None)
    return f"{head}: {_fared(strongest, len(field), evidence, settings)}." if strongest else f"{head}."


def leak(one: Challenger, evidence: Evidence, settings: ChampionSettings) -> str:
    """A challenger is refused because its gain may come from products listed twice."""
    twin = twin_of(one.name)
    unlisted = [trial for trial in one.trials if trial.part == UNLISTED]
    without = max(unlisted, key=lambda trial: (trial.p_value, trial.rival == twin))
    whole = next(trial for trial in one.trials if (trial.rival, trial.part) == (without.rival, EVERYONE))
    left = "nothing is left to test"
    if without.comparison:
        left = f"the difference is {_interval(without.comparison, settings)}"
    beats = f"it beats {_rival(one.name, whole.rival)} by {_interval(whole.comparison, settings)}"
    who = upper_first(_figure(evidence, one.name))
    return f"{who} is refused as a possible leak: {beats}, but without {LISTED_TWICE} {left}."


def off_the_rails(one: Challenger, rails: Iterable[GuardRail]) -> str:
    """A challenger has won its trials but breaks a guard rail."""
    broken = listing([rail.text for rail in rails if not rail.holds])
    return f"{upper_first(called(one.name))} won its trials but breaks a guard rail: {broken}."


def lifted(former: Mapping[str, Any] | None) -> list[str]:
    """What was served by setting before is no longer set."""
    if not former or former["decision"] not in ("pinned", "rolled_back"):
        return []
    name = called((former["ranker"], former["trained_on"]))
    return [f"The setting by which {name} was served holds no longer."]


def upper_first(text: str) -> str:
    """A text as the beginning of a sentence."""
    return text[:1].upper() + text[1:]


def p_said(p_value: float) -> str:
    """A p-value, to three figures.

    >>> p_said(0.0503), p_said(1e-9)
    ('p 0.0503', 'p below 0.001')
    """
    return f"p {p_value:.3g}" if p_value >= 0.001 else "p below 0.001"


def when(evidence: Evidence) -> str:
    """The windows and people that the figures are of."""
    n, first = len(evidence.windows), evidence.windows[0]
    if n == 1:
        return f"in the window of {first} with {evidence.n_people:,} test people"
    return f"over {n} windows since {first} with at least {evidence.n_people:,} test people"


def _fared(one: Challenger, n: int, evidence: Evidence, settings: ChampionSettings) -> str:
    hardest, who = one.hardest, f"the strongest, {_figure(evidence, one.name)},"
    if hardest.comparison is None:
        return f"{who} was not tested on the same people as {_rival(one.name, hardest.rival)}{_part(hardest)}"
    differs = f"{who} differs from {_rival(one.name, hardest.rival)} by {_interval(hardest.comparison, settings)}"
    if not hardest.is_ahead:
        return f"{differs}{_part(hardest)}"
    return f"{differs}{_part(hardest)}, which is not sure ({_corrected(one, n)}){_finest(hardest.comparison)}"


def _finest(comparison: Comparison) -> str:
    """How large a difference could have been told."""
    half = (comparison.high - comparison.low) / 2
    if isnan(half):
        return "; with so few people nothing can be told"
    return f"; with so many people only a difference above {half:.4f} can be told, before that correction"


def _interval(comparison: Comparison | None, settings: ChampionSettings) -> str:
    assert comparison is not None  # won, lost or reported
    if isnan(comparison.low):
        return f"{comparison.difference:+.4f} (too few people for an interval)"
    interval = f"{1 - settings.alpha:.0%} interval {comparison.low:+.4f} to {comparison.high:+.4f}"
    return f"{comparison.difference:+.4f} ({interval})"


def _corrected(one: Challenger, n: int) -> str:
    return f"{p_said(one.p_adjusted)}, corrected for {n} challenger{'s' if n > 1 else ''}"


def _rival(name: Name, rival: Name) -> str:
    if name[1] == "all" and rival == twin_of(name):
        return "its twin of this platform alone"
    return called(rival)


def _part(trial: Trial) -> str:
    return f" without {LISTED_TWICE}" if trial.part == UNLISTED else ""


def _figure(evidence: Evidence, name: Name) -> str:
    return f"{called(name)} (NDCG {evidence.figures[name].ndcg:.4f})"
