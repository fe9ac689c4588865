"""Where a model comes from: all that is needed to train the same one again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from resources.software import package_commit, versions
from xdrec_assets.knowledge.reading import ITEMS, PEOPLE

if TYPE_CHECKING:
    from xdrec_assets.joined.past import Past
    from xdrec_assets.pipeline import Pipeline

PACKAGE: Final = "xdrec"
LIBRARIES: Final = (PACKAGE, "numpy", "scipy", "scikit-learn", "torch")
"""What the numbers of a model depend on, beside its inputs; further ones only carry them."""


def upstream_of(pipeline: Pipeline) -> list[str]:
    """The tables that models are made from."""
    joined = ["joined/interactions", "joined/items"]
    return [*joined, *pipeline.tables("events"), *pipeline.tables("links"), ITEMS, PEOPLE]


def origin_of(
    pipeline: Pipeline, past: Past, scope: str, settings: Mapping[str, Any], tables: Mapping[str, int]
) -> dict[str, Any]:
    """What `ranker.json` says of where a model comes from.

    Args:
        pipeline: whose code trained it.
        past: what it was trained on; its digest is the same for the same content, whatever the tables' versions are.
        scope: "all", or the one platform whose part of it the model has seen.
        settings: the ranker's, and under `transfer` how it used other platforms.
        tables: the versions of the tables that were read, as `upstream_versions` gives them.
    """
    return {
        "as_of": past.history.as_of.isoformat(),
        "scope": scope,
        "seed": settings.get("seed"),
        "transfer": settings.get("transfer"),
        "history": past.digest,
        "tables": dict(tables),
        "code": pipeline.code_of("rankers"),
        "commit": package_commit(PACKAGE),
        "software": versions(LIBRARIES),
    }


def upstream_versions(pipeline: Pipeline) -> dict[str, int]:
    """The current versions of the tables that models are made from; those never published are left out."""
    found = {table: pipeline.lake.version(table) for table in upstream_of(pipeline)}
    return {table: version for table, version in sorted(found.items()) if version is not None}
