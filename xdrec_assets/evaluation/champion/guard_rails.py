"""What a challenger must keep of the champion's: coverage, people and items of whom little is known, and speed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from xdrec_assets.evaluation.champion.evidence import COLD, Evidence, Name
from xdrec_assets.evaluation.champion.reason import p_said
from xdrec_assets.evaluation.champion.settings import ChampionSettings
from xdrec_assets.evaluation.champion.trials import trial


@dataclass(frozen=True)
class GuardRail:
    """One guard rail, and whether a challenger keeps to it."""

    holds: bool
    text: str  # its figures


def guard_rails(evidence: Evidence, name: Name, champion: Name, settings: ChampionSettings) -> list[GuardRail]:
    """All guard rails of a challenger; what was not measured is no reason to refuse, and is said."""
    return [
        _coverage(evidence, name, champion, settings.min_coverage_share),
        *_cold(evidence, name, champion, settings.alpha),
        _latency(evidence, name, settings.max_latency_ms),
    ]


def said(rails: Iterable[GuardRail]) -> str:
    """Guard rails in one line."""
    return "; ".join(rail.text if rail.holds else f"BROKEN: {rail.text}" for rail in rails)


def _coverage(evidence: Evidence, name: Name, champion: Name, least_share: float) -> GuardRail:
    mine = evidence.figures[name].coverage
    theirs = evidence.figures[champion].coverage if champion in evidence.figures else None
    if mine is None or theirs is None:
        return GuardRail(True, "coverage not measured")
    least = least_share * theirs
    return GuardRail(mine >= least, f"coverage {mine:.1%}, at least {least:.1%}")


def _cold(evidence: Evidence, name: Name, champion: Name, alpha: float) -> Iterator[GuardRail]:
    """No correction for several segments: where harm is suspected, a guard rail errs on the side of the champion."""
    for segment in COLD:
        found = trial(evidence, name, champion, (segment, "with"), 1 - alpha).comparison
        words = segment.replace("_", " ")
        if found is None:
            yield GuardRail(True, f"{words} not tested")
        else:
            is_worse = found.difference < 0 and found.p_value <= alpha
            yield GuardRail(not is_worse, f"{words} {found.difference:+.4f} ({p_said(found.p_value)})")


def _latency(evidence: Evidence, name: Name, most: float) -> GuardRail:
    took = evidence.figures[name].latency_ms
    if took is None:
        return GuardRail(True, "latency not measured")
    return GuardRail(took <= most, f"{took:.4g} ms per person, at most {most:g} ms")
