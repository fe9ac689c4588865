"""One asset per ranker: its models of an as-of date."""

import dagster as dg

from xdrec_assets.pipeline import Pipeline
from xdrec_assets.rankers.registry import RANKERS
from xdrec_assets.shell import Results, as_of_of, checks, results, spec


def ranker_assets(as_of: dg.PartitionsDefinition) -> list[dg.AssetsDefinition]:
    """All rankers of the registry."""
    return [_ranker(name, as_of) for name in RANKERS]


def _ranker(name: str, as_of: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    specs = [spec(f"rankers/{name}", deps=["knowledge/item_vectors", "knowledge/person_vectors"], kinds={"python"})]

    @dg.multi_asset(name=f"rankers_{name}", specs=specs, check_specs=checks(specs), partitions_def=as_of)
    def ranker(context: dg.AssetExecutionContext, pipeline: dg.ResourceParam[Pipeline]) -> Results:
        from xdrec_assets.rankers.training import publish_ranker

        yield from results(context, publish_ranker(pipeline, name, as_of_of(context)))

    return ranker
