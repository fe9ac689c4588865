"""Raw tables of each platform as assets."""

import dagster as dg

from xdrec_assets.pipeline import Pipeline
from xdrec_assets.platforms.platform import Platform, raw_tables
from xdrec_assets.shell import Results, checks, partitions_of, results, spec


def raw_assets(platform: Platform, days: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    """What a platform landed, day by day, byte-faithful."""
    formats = {source.format for source in platform.sources.values()}
    specs = [spec(table, owner=platform.owner, kinds=formats) for table in raw_tables(platform)]

    @dg.multi_asset(
        name=f"raw_{platform.platform}",
        specs=specs,
        check_specs=checks(specs),
        partitions_def=days,
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def raw(context: dg.AssetExecutionContext, pipeline: dg.ResourceParam[Pipeline]) -> Results:
        from xdrec_assets.raw.landed import publish_landed

        partitions = partitions_of(context, pipeline)
        yield from results(context, publish_landed(pipeline, platform, partitions), partitions)

    return raw
