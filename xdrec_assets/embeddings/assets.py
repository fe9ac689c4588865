"""Vectors of item texts as assets."""

import dagster as dg

from xdrec_assets.pipeline import Pipeline
from xdrec_assets.shell import Results, as_of_of, checks, every_partition_of, results, spec


def embedding_assets(as_of: dg.PartitionsDefinition) -> list[dg.AssetsDefinition]:
    """The language model's vectors, once per distinct content; and word vectors as of a date."""
    texts = [
        spec(f"embeddings/{table}", deps=["joined/items", "embeddings/tuned_encoder"], kinds=kinds)
        for table, kinds in (
            ("item_texts", {"huggingface"}),
            ("families", {"python"}),
            ("quarantined", {"huggingface"}),
            ("quantised_texts", {"numpy"}),
        )
    ]
    past: list[str | dg.AssetDep] = ["joined/identities", "joined/items", every_partition_of("joined/interactions")]
    read = [f"embeddings/{table}" for table in ("item_texts", "families", "quarantined")]
    people = [spec("embeddings/person_texts", deps=[*past, *read], kinds={"huggingface"})]
    tuned = [spec("embeddings/tuned_encoder", deps=past, kinds={"huggingface", "pytorch"})]
    words = [spec("embeddings/item_words", deps=past, kinds={"scikitlearn"})]

    media = [
        spec(f"embeddings/{table}", deps=["joined/items"], kinds={"huggingface"})
        for table in ("item_images", "item_sounds", "media_files", "media_quarantined")
    ]

    @dg.multi_asset(name="embeddings_item_texts", specs=texts, check_specs=checks(texts))
    def item_texts(context: dg.AssetExecutionContext, pipeline: dg.ResourceParam[Pipeline]) -> Results:
        from xdrec_assets.embeddings.embedded import publish_item_texts

        yield from results(context, publish_item_texts(pipeline))

    @dg.multi_asset(name="embeddings_item_words", specs=words, check_specs=checks(words), partitions_def=as_of)
    def item_words(context: dg.AssetExecutionContext, pipeline: dg.ResourceParam[Pipeline]) -> Results:
        from xdrec_assets.embeddings.embedded import publish_item_words

        yield from results(context, publish_item_words(pipeline, as_of_of(context)))

    @dg.multi_asset(name="embeddings_person_texts", specs=people, check_specs=checks(people), partitions_def=as_of)
    def person_texts(context: dg.AssetExecutionContext, pipeline: dg.ResourceParam[Pipeline]) -> Results:
        from xdrec_assets.embeddings.person_texts import publish_person_texts

        yield from results(context, publish_person_texts(pipeline, as_of_of(context)))

    @dg.multi_asset(name="embeddings_tuned_encoder", specs=tuned, check_specs=checks(tuned))
    def tuned_encoder(context: dg.AssetExecutionContext, pipeline: dg.ResourceParam[Pipeline]) -> Results:
        from xdrec_assets.embeddings.tuned_encoder import publish_tuned_encoder

        yield from results(context, publish_tuned_encoder(pipeline))

    @dg.multi_asset(name="embeddings_item_media", specs=media, check_specs=checks(media))
    def item_media(context: dg.AssetExecutionContext, pipeline: dg.ResourceParam[Pipeline]) -> Results:
        from xdrec_assets.embeddings.media_embedded import publish_item_media

        yield from results(context, publish_item_media(pipeline))

    return [tuned_encoder, item_texts, item_words, person_texts, item_media]
