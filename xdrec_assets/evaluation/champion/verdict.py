"""Weigh the evidence: who is promoted, kept, demoted, or replaced by its twin.

The champion stays unless the evidence speaks with confidence:
- It is demoted where popularity beats it, and replaced by its single-platform twin where that beats it.
- Then challengers are tried, best NDCG first. The first that wins all its trials and keeps the guard rails is promoted.
Without evidence popularity is served.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from xdrec_assets.evaluation.champion import reason
from xdrec_assets.evaluation.champion.evidence import EVERYONE, UNLISTED, Evidence, Name
from xdrec_assets.evaluation.champion.guard_rails import GuardRail, guard_rails
from xdrec_assets.evaluation.champion.settings import ChampionSettings
from xdrec_assets.evaluation.champion.trials import POPULAR, Challenger, Trial, challengers, trial, twin_of
from xdrec_assets.rankers.registry import RANKERS


@dataclass(frozen=True)
class Verdict:
    """What the evidence chose, and what is to be said of it."""

    name: Name
    decision: str  # first | kept | promoted | demoted | twin
    sentences: tuple[str, ...]
    p_adjusted: float | None = None  # of the promoted challenger, or of the one that came nearest
    rails: tuple[GuardRail, ...] = ()  # of the promoted challenger, or of the best that broke one


def decide(
    evidence: Evidence, champion: Name | None, settings: ChampionSettings, known: Collection[str] = tuple(RANKERS)
) -> Verdict:
    """What the evidence chooses where `champion` is what it chose before; None: nothing was chosen before.

    Of a champion that is no longer among the `known` rankers popularity takes the place; no other one is tried.
    """
    evidence = evidence.of_rankers(known)
    decision = "kept" if champion else "first"
    champion, sentences = champion or POPULAR, []
    if champion[0] not in known:
        decision, sentences, champion = "demoted", [reason.gone(champion)], POPULAR
    if POPULAR not in evidence.figures:
        return Verdict(champion, decision, (*sentences, reason.no_evidence(champion)))
    if champion not in evidence.figures:
        return Verdict(champion, decision, (*sentences, reason.not_tested(champion, evidence)))
    beaten_by = next(_lost(evidence, champion, settings), None)
    if beaten_by:
        sentences.append(reason.lost(champion, beaten_by, evidence, settings))
        champion, decision = beaten_by.rival, "demoted" if beaten_by.rival == POPULAR else "twin"
    return _tried(evidence, champion, decision, sentences, settings)


def _lost(evidence: Evidence, champion: Name, settings: ChampionSettings) -> Iterator[Trial]:
    """The trials that cost the champion its place; each names the rival who takes it."""
    rivals = [] if champion == POPULAR else [(POPULAR, EVERYONE)]
    if champion[1] == "all":
        rivals += [(twin_of(champion), EVERYONE), (twin_of(champion), UNLISTED)]
    for rival, part in rivals:
        found = trial(evidence, champion, rival, part, 1 - settings.alpha)
        if found.is_behind and found.p_of_equal <= settings.alpha:
            yield found


def _tried(
    evidence: Evidence, champion: Name, decision: str, sentences: list[str], settings: ChampionSettings
) -> Verdict:
    tried = challengers(evidence, champion, 1 - settings.alpha)
    refused: list[tuple[Challenger, tuple[GuardRail, ...]]] = []
    for one in (one for one in tried if one.beats_all(settings.alpha)):
        rails = tuple(guard_rails(evidence, one.name, champion, settings))
        if all(rail.holds for rail in rails):
            sentences.append(reason.promoted(one, champion, evidence, len(tried), settings))
            said = [*sentences, *_refusals(tried, refused, one.ndcg, evidence, settings)]
            return Verdict(one.name, "promoted", tuple(said), one.p_adjusted, rails)
        refused.append((one, rails))
    sentences.append(reason.stays(champion, tried, evidence, settings))
    said = [*sentences, *_refusals(tried, refused, 0.0, evidence, settings)]
    nearest = min((one.p_adjusted for one in tried), default=None)
    return Verdict(champion, decision, tuple(said), nearest, refused[0][1] if refused else ())


def _refusals(
    tried: Sequence[Challenger],
    refused: Sequence[tuple[Challenger, tuple[GuardRail, ...]]],
    above: float,
    evidence: Evidence,
    settings: ChampionSettings,
) -> Iterator[str]:
    """Why challengers with a higher NDCG than what is served are not."""
    leaks = [one for one in tried if one.ndcg > above and one.may_be_a_leak(settings.alpha)]
    for one in leaks[:1]:
        yield reason.leak(one, evidence, settings)
    for one, rails in refused[:1]:
        yield reason.off_the_rails(one, rails)
