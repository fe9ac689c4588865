"""Metrics to report as assets. An as-of date judges the models of the date before it."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import dagster as dg

from resources.partitions import Partition
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.shell import Results, as_of_of, checks, every_partition_of, results, spec

if TYPE_CHECKING:
    from xdrec_assets.publishing import Publication


def evaluation_assets(
    pipeline: Pipeline, as_of: dg.PartitionsDefinition, previous: dg.PartitionMapping
) -> list[dg.AssetsDefinition]:
    """The stage's assets; `previous` maps an as-of date to the one before it, whose models it judges.

    A champion depends on the one before it, so Dagster decides weekly dates in order, and reports come after their own
    date's. Of listed dates it lets no asset depend on itself: a backfill of them is to be asked for date by date.
    """
    interactions = every_partition_of("joined/interactions")
    models = [f"rankers/{name}" for name in pipeline.settings.rankers.in_use]
    vectors, links = "knowledge/item_vectors", "knowledge/item_links"
    tables = ["evaluation/metrics", "evaluation/leaderboard", "evaluation/resamples"]
    later = [f"evaluation/{name}" for name in ("lift", "feedback", "fusions", "champion")]

    def judged(*tables: str) -> list[dg.AssetDep]:
        return [dg.AssetDep(table.split("/"), partition_mapping=previous) for table in tables]

    former = judged("evaluation/champion") if isinstance(previous, dg.TimeWindowPartitionMapping) else []
    return [
        _evaluation("metrics", [*judged(*models, vectors, links), interactions], as_of, also=("resamples",)),
        _evaluation("leaderboard", ["evaluation/metrics"], as_of),
        _evaluation("lift", ["evaluation/resamples"], as_of),
        _evaluation("feedback", [interactions], as_of),
        _evaluation("fusions", [*judged(vectors), interactions], as_of),
        _evaluation("champion", [*tables, *former], as_of),
        _evaluation("report", [*tables, *later], as_of),
    ]


def _evaluation(
    name: str, deps: Sequence[str | dg.AssetDep], as_of: dg.PartitionsDefinition, also: Sequence[str] = ()
) -> dg.AssetsDefinition:
    """The asset of a table, and of others that the same step makes."""
    kinds = {"html"} if name == "report" else {"python"}
    specs = [spec(f"evaluation/{table}", deps=deps, kinds=kinds) for table in (name, *also)]

    @dg.multi_asset(name=f"evaluation_{name}", specs=specs, check_specs=checks(specs), partitions_def=as_of)
    def evaluation(context: dg.AssetExecutionContext, pipeline: dg.ResourceParam[Pipeline]) -> Results:
        yield from results(context, _publisher(name)(pipeline, as_of_of(context)))

    return evaluation


def _publisher(name: str) -> "Callable[[Pipeline, Partition], Iterable[Publication]]":
    """Imported inside the step: what it computes with is heavy."""
    from xdrec_assets.evaluation import feedback, fusions, judging
    from xdrec_assets.evaluation.champion import deciding
    from xdrec_assets.evaluation.report import reporting

    return {
        "metrics": judging.publish_metrics,
        "leaderboard": judging.publish_leaderboard,
        "lift": judging.publish_lift,
        "feedback": feedback.publish_feedback,
        "fusions": fusions.publish_fusions,
        "champion": deciding.publish_champion,
        "report": reporting.publish_report,
    }[name]
