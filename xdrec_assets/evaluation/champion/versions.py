"""What a decision was made from, as JSON: the judged models with their origins, the tables of figures, the code."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from resources.software import package_commit
from xdrec_assets.knowledge.build import ALL
from xdrec_assets.rankers.origin import PACKAGE
from xdrec_assets.rankers.store import StoredRankerError, verified_ranker
from xdrec_assets.rankers.training import Trained

if TYPE_CHECKING:
    from xdrec_assets.pipeline import Pipeline

FIGURES: Final = ("evaluation/leaderboard", "evaluation/metrics", "evaluation/resamples")
STAGES: Final = ("rankers", "evaluation")
OF_A_MODEL: Final = ("history", "tables", "code", "commit")


def versions_of(pipeline: Pipeline, platform: str, ranker: str, trained_on: str, windows: Iterable[date]) -> str:
    """What stands behind a ranker's figures over some windows.

    Returns:
        JSON with `models` (by as-of date: checksum of its arrays and what it came from, which is a digest of the
        history, versions of the tables, code and commit), `tables` (versions of the tables of figures), `code` (a
        digest by stage) and `commit`. A model that can no longer be read is left out.
    """
    model = Trained(ranker, platform if trained_on == "one" else ALL)
    found = {f"{day}": _model(pipeline, model, f"{day}") for day in windows}
    tables = {table: pipeline.lake.version(table) for table in FIGURES}
    versions = {
        "models": {day: one for day, one in found.items() if one},
        "tables": {table: version for table, version in tables.items() if version is not None},
        "code": {stage: pipeline.code_of(stage) for stage in STAGES},
        "commit": package_commit(PACKAGE),
    }
    return json.dumps(versions, sort_keys=True)


def _model(pipeline: Pipeline, model: Trained, as_of: str) -> dict[str, Any]:
    try:
        about, _ = verified_ranker(pipeline.places.models / model.folder(as_of))
    except StoredRankerError:
        return {}
    origin = about.get("origin", {})
    return {"sha256": about["sha256"], **{key: origin[key] for key in OF_A_MODEL if key in origin}}
