"""One asset per ranker: its models of an as-of date; and the searches for their settings."""

import dagster as dg

from xdrec_assets.pipeline import Pipeline
from xdrec_assets.shell import Results, as_of_of, checks, results, spec

KNOWLEDGE = ("knowledge/item_vectors", "knowledge/person_vectors")


def ranker_assets(pipeline: Pipeline, as_of: dg.PartitionsDefinition) -> list[dg.AssetsDefinition]:
    """The searches for settings, and the rankers in use."""
    return [_searches(as_of), *(_ranker(name, as_of) for name in pipeline.settings.rankers.in_use)]


def _searches(as_of: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    specs = [spec("rankers/searches", deps=KNOWLEDGE, kinds={"python"})]

    @dg.multi_asset(name="rankers_searches", specs=specs, check_specs=checks(specs), partitions_def=as_of)
    def searches(context: dg.AssetExecutionContext, pipeline: dg.ResourceParam[Pipeline]) -> Results:
        from xdrec_assets.rankers.search.searching import publish_searches

        yield from results(context, publish_searches(pipeline, as_of_of(context)))

    return searches


def _ranker(name: str, as_of: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    specs = [spec(f"rankers/{name}", deps=[*KNOWLEDGE, "rankers/searches"], kinds={"python"})]

    @dg.multi_asset(name=f"rankers_{name}", specs=specs, check_specs=checks(specs), partitions_def=as_of)
    def ranker(context: dg.AssetExecutionContext, pipeline: dg.ResourceParam[Pipeline]) -> Results:
        from xdrec_assets.rankers.training import publish_ranker

        yield from results(context, publish_ranker(pipeline, name, as_of_of(context)))

    return ranker
