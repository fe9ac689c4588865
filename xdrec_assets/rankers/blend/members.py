"""The rankers that are blended, fitted at one moment, and what each says of a person's candidates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.blend.settings import MemberSettings
from xdrec_assets.rankers.ranker import Ranker

Floats = NDArray[np.float32]
OF_MEMBER = ("score", "share", "rank")


@dataclass(frozen=True)
class Member:
    """One fitted ranker; `title` names its columns."""

    title: str
    platform: int | None  # the platform whose candidates alone it scores; None: all
    ranker: Ranker[Any]


def fitted_members(
    chosen: Sequence[MemberSettings], history: History, knowledge: Knowledge, platforms: Sequence[int] | None = None
) -> list[Member]:
    """The members fitted on a history: `own` ones once for each platform with events, `all` ones once.

    knowledge: vectors of texts are given to members as fused vectors too, for its fused vectors and those of people
    hold choices made after the moments that the blend learns from. platforms: for which to fit `own` ones, where not
    those with events, so that all moments have the same. Where one platform alone has events, both scopes are the same
    and of two alike one is fitted.
    """
    plan = planned(chosen, platforms_with_events(history) if platforms is None else platforms)
    nobody = np.zeros((history.n_people, knowledge.text.shape[1]), dtype=np.float32)
    written = replace(knowledge, fused=knowledge.text, person=nobody)
    return [_fitted(each, title, platform, history, written) for each, title, platform in plan]


def planned(chosen: Sequence[MemberSettings], platforms: Sequence[int]) -> list[tuple[MemberSettings, str, int | None]]:
    """What is fitted, in order: settings, title, and the platform or None for all."""
    plan: dict[tuple[str, int | None], MemberSettings] = {}
    for each in chosen:
        scope = "own" if len(platforms) == 1 else each.scope
        for platform in platforms if scope == "own" else [None]:
            plan.setdefault((member_title(each, scope), platform), each)
    return [(each, title, platform) for (title, platform), each in plan.items()]


def platforms_with_events(history: History) -> list[int]:
    """Indices of the platforms on which anything was taken, ascending."""
    return [int(platform) for platform in np.unique(history.item_platform[history.item])]


def member_title(member: MemberSettings, scope: str) -> str:
    """Ranker, scope and what differs from the ranker's defaults.

    >>> member_title(MemberSettings(ranker="als", settings={"factors": 8}), "all")
    'als all factors=8'
    """
    return " ".join([member.ranker, scope, *(f"{name}={value}" for name, value in sorted(member.settings.items()))])


def of_settings(member: MemberSettings) -> Ranker[Any]:
    """The ranker that a member names, not fitted yet.

    Raises:
        ValueError: no ranker has this name, or it blends others itself.
    """
    from xdrec_assets.rankers.registry import ranker_class
    from xdrec_assets.rankers.settings import RankerSettings

    if member.ranker == "blend":
        raise ValueError("a blend cannot be a member of a blend; name the rankers that it blends")
    made = ranker_class(member.ranker)
    defaults = getattr(RankerSettings(), member.ranker)
    return made(type(defaults).model_validate({**defaults.model_dump(), **member.settings}))


def said(member_scores: Sequence[Floats], row: NDArray[Any], column: NDArray[Any], start: NDArray[Any]) -> Floats:
    """What each member says of pairs, (n_pairs, 3 × members): score, share of the person's largest, rank.

    member_scores: each (n_people, items). row, column: of the pairs, by row. start: (n_people + 1,) where each row's
    pairs begin. rank: ln(1 + how many of the person's candidates the member puts before).
    """
    columns = []
    for scores in member_scores:
        score = scores[row, column]
        largest = np.maximum(scores.max(axis=1, initial=0), np.finfo(np.float32).tiny)[row]
        order = np.lexsort((-score, row))
        rank = np.empty(len(row), dtype=np.float32)
        rank[order] = np.arange(len(row)) - start[row[order]]
        columns += [score, score / largest, np.log1p(rank)]
    return np.stack(columns, axis=1) if columns else np.empty((len(row), 0), dtype=np.float32)


def _fitted(each: MemberSettings, title: str, platform: int | None, history: History, known: Knowledge) -> Member:
    if platform is None:
        return Member(title, None, of_settings(each).fit(history, known))
    is_own = history.item_platform == platform
    text = np.where(is_own[:, None], known.text, np.float32(0))
    texts = None if known.texts is None else np.where(is_own, known.texts, "").astype(object)
    own = replace(known, text=text, fused=text, texts=texts)
    return Member(title, platform, of_settings(each).fit(history.only(history.platforms[platform]), own))


def members_to_arrays(members: Sequence[Member]) -> dict[str, NDArray[Any]]:
    """Everything the members learned, each array named after the member's place."""
    return {
        f"member.{n}.{name}": array for n, each in enumerate(members) for name, array in each.ranker.arrays().items()
    }


def members_from_arrays(
    chosen: Sequence[MemberSettings], platforms: Sequence[int], arrays: Mapping[str, NDArray[Any]]
) -> list[Member]:
    """The members that gave these arrays; platforms: those that had events when they were fitted."""
    members = []
    for n, (each, title, platform) in enumerate(planned(chosen, platforms)):
        prefix, made = f"member.{n}.", of_settings(each)
        own = {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
        members.append(Member(title, platform, made.from_arrays(own, made.settings)))
    return members
