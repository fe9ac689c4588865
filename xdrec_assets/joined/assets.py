"""Joined tables as assets: all platforms together."""

from collections.abc import Iterable

import dagster as dg

from xdrec_assets.pipeline import Pipeline
from xdrec_assets.shell import Results, checks, every_partition_of, partitions_of, results, spec


def joined_assets(pipeline: Pipeline, days: dg.PartitionsDefinition) -> list[dg.AssetsDefinition]:
    """Identities, people, items and interactions."""
    users = [*pipeline.tables("events"), *pipeline.tables("links")]
    return [
        _whole("identities", users),
        _whole("people", ["joined/identities"]),
        _whole("items", pipeline.tables("items")),
        _interactions(pipeline.tables("events"), days),
    ]


def _whole(name: str, deps: Iterable[str]) -> dg.AssetsDefinition:
    specs = [spec(f"joined/{name}", deps=[every_partition_of(dep) for dep in deps], kinds={"duckdb", "sql"})]

    @dg.multi_asset(name=f"joined_{name}", specs=specs, check_specs=checks(specs))
    def joined(context: dg.AssetExecutionContext, pipeline: dg.ResourceParam[Pipeline]) -> Results:
        from xdrec_assets.joined import joining

        publish = {
            "identities": joining.publish_identities,
            "people": joining.publish_people,
            "items": joining.publish_items,
        }
        yield from results(context, publish[name](pipeline))

    return joined


def _interactions(deps: Iterable[str], days: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    specs = [spec("joined/interactions", deps=deps, kinds={"duckdb", "sql"})]

    @dg.multi_asset(
        name="joined_interactions",
        specs=specs,
        check_specs=checks(specs),
        partitions_def=days,
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def interactions(context: dg.AssetExecutionContext, pipeline: dg.ResourceParam[Pipeline]) -> Results:
        from xdrec_assets.joined.joining import publish_interactions

        partitions = partitions_of(context, pipeline)
        yield from results(context, publish_interactions(pipeline, partitions), partitions)

    return interactions
