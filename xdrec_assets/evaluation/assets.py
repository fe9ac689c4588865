"""Metrics, leaderboard, champion and report as assets. An as-of date judges the models of the date before it."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import dagster as dg

from resources.partitions import Partition
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.rankers.registry import RANKERS
from xdrec_assets.shell import Results, as_of_of, checks, every_partition_of, results, spec

if TYPE_CHECKING:
    from xdrec_assets.publishing import Publication


def evaluation_assets(as_of: dg.PartitionsDefinition, previous: dg.PartitionMapping) -> list[dg.AssetsDefinition]:
    """The stage's assets; `previous` maps an as-of date to the one before it, whose models it judges."""
    judged = [dg.AssetDep(["rankers", name], partition_mapping=previous) for name in RANKERS]
    return [
        _evaluation("metrics", [*judged, every_partition_of("joined/interactions")], as_of),
        _evaluation("leaderboard", ["evaluation/metrics"], as_of),
        _evaluation("champion", ["evaluation/leaderboard"], as_of),
        _evaluation("report", ["evaluation/metrics", "evaluation/leaderboard", "evaluation/champion"], as_of),
    ]


def _evaluation(name: str, deps: Iterable[str | dg.AssetDep], as_of: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    specs = [spec(f"evaluation/{name}", deps=deps, kinds={"html"} if name == "report" else {"python"})]

    @dg.multi_asset(name=f"evaluation_{name}", specs=specs, check_specs=checks(specs), partitions_def=as_of)
    def evaluation(context: dg.AssetExecutionContext, pipeline: dg.ResourceParam[Pipeline]) -> Results:
        yield from results(context, _publisher(name)(pipeline, as_of_of(context)))

    return evaluation


def _publisher(name: str) -> "Callable[[Pipeline, Partition], Iterable[Publication]]":
    """Imported inside the step: what it computes with is heavy."""
    from xdrec_assets.evaluation import judging
    from xdrec_assets.evaluation.report import reporting

    return {
        "metrics": judging.publish_metrics,
        "leaderboard": judging.publish_leaderboard,
        "champion": judging.publish_champion,
        "report": reporting.publish_report,
    }[name]
