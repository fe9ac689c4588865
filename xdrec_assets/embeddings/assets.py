"""Vectors of item texts as assets."""

import dagster as dg

from xdrec_assets.pipeline import Pipeline
from xdrec_assets.shell import Results, as_of_of, checks, every_partition_of, results, spec


def embedding_assets(as_of: dg.PartitionsDefinition) -> list[dg.AssetsDefinition]:
    """The language model's vectors, once per distinct content; and word vectors as of a date."""
    texts = [spec("embeddings/item_texts", deps=["joined/items"], kinds={"huggingface"})]
    past: list[str | dg.AssetDep] = ["joined/identities", "joined/items", every_partition_of("joined/interactions")]
    words = [spec("embeddings/item_words", deps=past, kinds={"scikitlearn"})]

    @dg.multi_asset(name="embeddings_item_texts", specs=texts, check_specs=checks(texts))
    def item_texts(context: dg.AssetExecutionContext, pipeline: dg.ResourceParam[Pipeline]) -> Results:
        from xdrec_assets.embeddings.embedded import publish_item_texts

        yield from results(context, publish_item_texts(pipeline))

    @dg.multi_asset(name="embeddings_item_words", specs=words, check_specs=checks(words), partitions_def=as_of)
    def item_words(context: dg.AssetExecutionContext, pipeline: dg.ResourceParam[Pipeline]) -> Results:
        from xdrec_assets.embeddings.embedded import publish_item_words

        yield from results(context, publish_item_words(pipeline, as_of_of(context)))

    return [item_texts, item_words]
