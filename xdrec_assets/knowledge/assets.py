"""The knowledge of an as-of date as assets."""

import dagster as dg

from xdrec_assets.pipeline import Pipeline
from xdrec_assets.shell import Results, as_of_of, checks, every_partition_of, results, spec


def knowledge_assets(as_of: dg.PartitionsDefinition) -> list[dg.AssetsDefinition]:
    """Fused vectors, links between items of different platforms, and triples."""
    past: list[str | dg.AssetDep] = ["joined/identities", "joined/items", every_partition_of("joined/interactions")]
    embedded = [*past, "embeddings/item_texts", "embeddings/families", "embeddings/item_words"]
    vectors = [spec(f"knowledge/{table}", embedded, kinds={"numpy"}) for table in ("item_vectors", "person_vectors")]
    links = [
        spec("knowledge/item_links", deps=[*past, "embeddings/item_texts", "embeddings/families"], kinds={"numpy"})
    ]
    facts = [spec("knowledge/triples", deps=past, kinds={"python"})]

    @dg.multi_asset(name="knowledge_vectors", specs=vectors, check_specs=checks(vectors), partitions_def=as_of)
    def knowledge_vectors(context: dg.AssetExecutionContext, pipeline: dg.ResourceParam[Pipeline]) -> Results:
        from xdrec_assets.knowledge.knowing import publish_vectors

        yield from results(context, publish_vectors(pipeline, as_of_of(context)))

    @dg.multi_asset(name="knowledge_item_links", specs=links, check_specs=checks(links), partitions_def=as_of)
    def knowledge_item_links(context: dg.AssetExecutionContext, pipeline: dg.ResourceParam[Pipeline]) -> Results:
        from xdrec_assets.knowledge.knowing import publish_item_links

        yield from results(context, publish_item_links(pipeline, as_of_of(context)))

    @dg.multi_asset(name="knowledge_triples", specs=facts, check_specs=checks(facts), partitions_def=as_of)
    def knowledge_triples(context: dg.AssetExecutionContext, pipeline: dg.ResourceParam[Pipeline]) -> Results:
        from xdrec_assets.knowledge.knowing import publish_triples

        yield from results(context, publish_triples(pipeline, as_of_of(context)))

    return [knowledge_vectors, knowledge_item_links, knowledge_triples]
