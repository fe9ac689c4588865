"""The settings that a model is trained with: those that stand, or those that a search chose."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from data_quality.contract import load_contract

if TYPE_CHECKING:
    from resources.partitions import Partition
    from xdrec_assets.pipeline import Pipeline
    from xdrec_assets.rankers.settings import RankerSettings

SEARCHES: Final = "rankers/searches"


def settings_by_scope(
    pipeline: Pipeline, ranker: str, partition: Partition, scopes: Iterable[str]
) -> dict[str, RankerSettings]:
    """The settings of all rankers for each model of one: by scope, "all" or a platform.

    Those of settings.yaml, unless `search.use` is true and the ranker is searched: then with the section that the
    search as of the same date chose for the scope.

    Raises:
        ValueError: no search was published for that date.
    """
    standing, search = pipeline.settings.rankers, pipeline.settings.search
    if not (search.use and search.searches(ranker)):
        return dict.fromkeys(scopes, standing)
    if pipeline.lake.fingerprints(SEARCHES, [partition.key])[partition.key] is None:
        raise ValueError(
            f"search.use is true and {SEARCHES} holds nothing as of {partition.key}; materialise it first, or set "
            "search.use to false"
        )
    chosen, section = _chosen(pipeline, ranker, partition), type(getattr(standing, ranker))
    return {
        scope: standing.model_copy(update={ranker: section.model_validate_json(chosen[scope])})
        if scope in chosen
        else standing
        for scope in scopes
    }


def _chosen(pipeline: Pipeline, ranker: str, partition: Partition) -> dict[str, str]:
    """The chosen settings as JSON, by scope."""
    with pipeline.engine.session() as session:
        session.bind("rankers.searches", [SEARCHES], load_contract(SEARCHES).arrow_schema())
        asked = {"as_of": partition.first, "ranker": ranker}
        rows = session.query("rankers/chosen_settings", asked).to_arrow_table().to_pylist()
    return {row["platform"]: row["settings"] for row in rows}
