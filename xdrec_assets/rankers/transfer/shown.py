"""What is said of models on their asset: how each was fitted, what transfer was chosen by, which features matter."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from xdrec_assets.rankers.new_items import answering_known_items
from xdrec_assets.rankers.ranker import Ranker
from xdrec_assets.rankers.transfer.per_platform import PerPlatform
from xdrec_assets.shown import figures_table

FEATURES_SHOWN = 20


def used_by(ranker: Ranker[Any]) -> dict[str, str]:
    """The strategy behind each platform's part of a ranker; nothing where it is one model."""
    fitted = answering_known_items(ranker)
    return fitted.strategies if isinstance(fitted, PerPlatform) else {}


def in_words(told: Mapping[str, Any]) -> str:
    """A strategy as a table of models names it, with what was chosen where there was a choice.

    >>> in_words({"strategy": "mapping", "used": {"shop": "mapping", "video": "mapping"}})
    'mapping'
    >>> in_words({"strategy": "choice", "used": {"shop": "none", "video": "joint"}})
    'choice: shop none, video joint'
    """
    used = told.get("used", {})
    if {*used.values()} <= {told["strategy"]}:
        return str(told["strategy"])
    return f"{told['strategy']}: {', '.join(f'{platform} {name}' for platform, name in used.items())}"


def fitting_texts(rows: Sequence[Mapping[str, Any]], about: Mapping[str, Any]) -> dict[str, str]:
    """What an asset tells of its models: how each was fitted, what a strategy was chosen by, and which features matter.

    rows: of rankers/models. about: what is kept beside the first of these models.
    """
    fitting = [
        {
            "trained on": row["platform"],
            "transfer": in_words(json.loads(row["settings"])["transfer"]),
            "interactions": row["n_interactions"],
            "seconds to fit": f"{row['fit_seconds']:.2f}",
            "megabytes": f"{row['bytes'] / 1e6:.1f}",
        }
        for row in rows
    ]
    evidence = evidence_table(about.get("per_platform", {}))
    told = {"choice of transfer": evidence, "importance of features": importance_table(about)}
    return {"fitting": figures_table(fitting)} | {title: table for title, table in told.items() if table}


def evidence_table(about: Mapping[str, Any]) -> str:
    """What strategies were chosen by, as a Markdown table; empty where there was no choice.

    about: what is kept of a ranker per platform (`PerPlatform.about`).
    """
    return figures_table(
        [
            {
                "platform": platform,
                "strategy": row["strategy"],
                "people": row["people"],
                "NDCG@10": f"{row['ndcg']:.4f}",
                "more than none": _difference(row),
                "chosen": "yes" if row["chosen"] else "",
            }
            for platform, told in about.items()
            for row in told["evidence"]
        ]
    )


def importance_table(about: Mapping[str, Any]) -> str:
    """How often each feature of a ranker is asked for, as a Markdown table by platform; empty where none tells.

    about: what is kept beside a model; of one with a ranker per platform, each tells of its own.
    """
    by_platform = {**about.get("importance", {})}
    for platform, told in about.get("per_platform", {}).items():
        by_platform |= {name: shares for name, shares in told.get("importance", {}).items() if name == platform}
    mean: Counter[str] = Counter()
    for shares in by_platform.values():
        mean.update({name: share / len(by_platform) for name, share in shares.items()})
    return figures_table(
        [
            {"feature": name} | {platform: shares.get(name) for platform, shares in by_platform.items()}
            for name, _ in mean.most_common(FEATURES_SHOWN)
        ]
    )


def _difference(row: Mapping[str, Any]) -> str:
    if row["low"] is None:
        return "–"
    return f"{row['difference']:+.4f} ({row['low']:+.4f} at least)"
