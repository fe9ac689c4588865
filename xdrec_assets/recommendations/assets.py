"""What is recommended to whom, as an asset."""

import dagster as dg

from xdrec_assets.pipeline import Pipeline
from xdrec_assets.shell import Results, as_of_of, checks, results, spec


def recommendation_assets(pipeline: Pipeline, as_of: dg.PartitionsDefinition) -> list[dg.AssetsDefinition]:
    """The best items of every person on every platform."""
    deps = ["evaluation/champion", *(f"rankers/{name}" for name in pipeline.settings.rankers.in_use)]
    specs = [spec("recommendations/top_k", deps=deps, kinds={"python"})]

    @dg.multi_asset(name="recommendations_top_k", specs=specs, check_specs=checks(specs), partitions_def=as_of)
    def top_k(context: dg.AssetExecutionContext, pipeline: dg.ResourceParam[Pipeline]) -> Results:
        from xdrec_assets.recommendations.serving import publish_top_k

        yield from results(context, publish_top_k(pipeline, as_of_of(context)))

    return [top_k]
