"""The knowledge of an as-of date as assets."""

import dagster as dg

from xdrec_assets.pipeline import Pipeline
from xdrec_assets.shell import Results, as_of_of, checks, every_partition_of, results, spec


def knowledge_assets(as_of: dg.PartitionsDefinition) -> list[dg.AssetsDefinition]:
    """Fused vectors, links between items of different platforms, and triples."""
    past: list[str | dg.AssetDep] = ["joined/identities", "joined/items", every_partition_of("joined/interactions")]
    embedded = [*past, "embeddings/item_texts", "embeddings/families", "embeddings/item_words"]
    media = ["embeddings/item_images", "embeddings/item_sounds", "embeddings/media_files"]
    sources = [*embedded, "embeddings/person_texts", "knowledge/entity_vectors", *media]
    vectors = [spec(f"knowledge/{table}", sources, kinds={"numpy"}) for table in ("item_vectors", "person_vectors")]
    links = [
        spec("knowledge/item_links", deps=[*past, "embeddings/item_texts", "embeddings/families"], kinds={"numpy"})
    ]
    answers = ["knowledge/generated", "knowledge/generated_refused"]
    facts = [spec(f"knowledge/{name}", [*past, *answers], kinds={"python"}) for name in ("triples", "quarantined")]
    graph = [spec("knowledge/entity_vectors", deps=[*past, "knowledge/triples"], kinds={"pytorch"})]
    generated = [spec(table, kinds={"huggingface"}) for table in answers]
    topics = [
        spec(f"knowledge/{table}", [*embedded[:-1], *answers], kinds={"scikitlearn"})
        for table in ("item_topics", "person_interests")
    ]

    @dg.multi_asset(name="knowledge_vectors", specs=vectors, check_specs=checks(vectors), partitions_def=as_of)
    def knowledge_vectors(context: dg.AssetExecutionContext, pipeline: dg.ResourceParam[Pipeline]) -> Results:
        from xdrec_assets.knowledge.knowing import publish_vectors

        yield from results(context, publish_vectors(pipeline, as_of_of(context)))

    @dg.multi_asset(name="knowledge_item_links", specs=links, check_specs=checks(links), partitions_def=as_of)
    def knowledge_item_links(context: dg.AssetExecutionContext, pipeline: dg.ResourceParam[Pipeline]) -> Results:
        from xdrec_assets.knowledge.links.published import publish_item_links

        yield from results(context, publish_item_links(pipeline, as_of_of(context)))

    @dg.multi_asset(name="knowledge_triples", specs=facts, check_specs=checks(facts), partitions_def=as_of)
    def knowledge_triples(context: dg.AssetExecutionContext, pipeline: dg.ResourceParam[Pipeline]) -> Results:
        from xdrec_assets.knowledge.triples_published import publish_triples

        yield from results(context, publish_triples(pipeline, as_of_of(context)))

    @dg.multi_asset(name="knowledge_entity_vectors", specs=graph, check_specs=checks(graph), partitions_def=as_of)
    def knowledge_entity_vectors(context: dg.AssetExecutionContext, pipeline: dg.ResourceParam[Pipeline]) -> Results:
        from xdrec_assets.knowledge.graph.published import publish_entity_vectors

        yield from results(context, publish_entity_vectors(pipeline, as_of_of(context)))

    @dg.multi_asset(name="knowledge_generated", specs=generated, check_specs=checks(generated))
    def knowledge_generated(context: dg.AssetExecutionContext, pipeline: dg.ResourceParam[Pipeline]) -> Results:
        from xdrec_assets.knowledge.extraction.published import publish_generated

        yield from results(context, publish_generated(pipeline))

    @dg.multi_asset(name="knowledge_topics", specs=topics, check_specs=checks(topics), partitions_def=as_of)
    def knowledge_topics(context: dg.AssetExecutionContext, pipeline: dg.ResourceParam[Pipeline]) -> Results:
        from xdrec_assets.knowledge.extraction.published import publish_topics

        yield from results(context, publish_topics(pipeline, as_of_of(context)))

    return [
        knowledge_generated,
        knowledge_topics,
        knowledge_vectors,
        knowledge_item_links,
        knowledge_triples,
        knowledge_entity_vectors,
    ]
