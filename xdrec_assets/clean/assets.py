"""Clean tables of each platform as assets."""

from pathlib import Path

import dagster as dg

from xdrec_assets.pipeline import Pipeline
from xdrec_assets.platforms.platform import BESIDE, Platform, clean_tables
from xdrec_assets.shell import Results, checks, partitions_of, results, spec


def clean_assets(platform: Platform, days: dg.PartitionsDefinition, own_sql: Path) -> dg.AssetsDefinition:
    """A platform's events, items and links, typed and deduplicated; what broke a rule beside them.

    `own_sql` is the platform folder's place for SQL files of its own.
    """
    specs = [
        spec(table, deps=_raw_behind(platform, table, own_sql), owner=platform.owner, kinds={"duckdb", "sql"})
        for table in clean_tables(platform)
    ]

    @dg.multi_asset(
        name=f"clean_{platform.platform}",
        specs=specs,
        check_specs=checks(specs),
        partitions_def=days,
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def clean(context: dg.AssetExecutionContext, pipeline: dg.ResourceParam[Pipeline]) -> Results:
        from xdrec_assets.clean.cleaned import publish_cleaned

        partitions = partitions_of(context, pipeline)
        yield from results(context, publish_cleaned(pipeline, platform, partitions), partitions)

    return clean


def _raw_behind(platform: Platform, table: str, own_sql: Path) -> list[str]:
    """A clean table is made from its own source; what stands beside, and the platform's own SQL, may read all of them.

    The files say how much of what landed is bad, and have the checksums that the quarantine gives.
    """
    kind = table.split("/")[-1]
    is_own = (own_sql / f"{table}.sql").is_file()
    sources = platform.sources if is_own or kind in BESIDE else [kind]
    return [f"raw/{platform.platform}/{source}" for source in (*sources, "files")]
