"""Read what is stored of each source of item vectors as of a date, row-aligned with the history."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from resources.encoding.media_files import MediumName
from xdrec_assets.embeddings.families import serving
from xdrec_assets.embeddings.item_words import ALL, words_by_scope
from xdrec_assets.embeddings.media_embedded import media_vectors
from xdrec_assets.embeddings.person_texts import person_text_vectors
from xdrec_assets.embeddings.reading import text_vectors, word_vectors
from xdrec_assets.embeddings.texts_in_use import documents
from xdrec_assets.embeddings.vector_columns import vector_rows
from xdrec_assets.embeddings.vectors import unit_rows
from xdrec_assets.joined.past import Past
from xdrec_assets.knowledge.documents import document_vectors, item_labels
from xdrec_assets.knowledge.graph.reading import graph_vectors
from xdrec_assets.pipeline import Pipeline

MEDIA: tuple[MediumName, ...] = ("image", "audio")


def read_text(pipeline: Pipeline, past: Past) -> np.ndarray:
    """The vector of every item's text in the family that serves: (n_items, d) float32, zeros where there is none."""
    return text_vectors(pipeline, serving(pipeline), past.items["content_hash"])


def read_everywhere(pipeline: Pipeline, past: Past) -> dict[str, np.ndarray]:
    """By source, what was learned from no platform, (n_items, d): documents, image and audio, where there are any."""
    found: dict[str, np.ndarray | None] = {medium: read_media(pipeline, past, medium) for medium in MEDIA}
    found["documents"] = read_documents(pipeline, past)
    return {name: rows for name, rows in found.items() if rows is not None and rows.any()}


def read_by_scope(pipeline: Pipeline, past: Past) -> dict[str, dict[str, np.ndarray]]:
    """By source and scope, what was learned from that scope alone, (n_items, d): words, and the graph where it is."""
    found, size = word_vectors(pipeline, past.history.as_of), pipeline.settings.embeddings.words_size
    words = words_by_scope(past.items["content_hash"], found, past.history.platforms, size)
    graph = {scope: unit_rows(rows) for scope, rows in graph_vectors(pipeline, past).items()}
    return {"words": words, **({"graph": graph} if graph[ALL].any() else {})}


def read_documents(pipeline: Pipeline, past: Past) -> np.ndarray | None:
    """What outside documents say of items (n_items, d); None where there are no documents."""
    read = documents(pipeline, past.history.as_of)
    if not read:
        return None
    vectors = text_vectors(pipeline, serving(pipeline), pa.array([document.content_hash for document in read]))
    return document_vectors(item_labels(past.items), [document.title for document in read], vectors)


def read_media(pipeline: Pipeline, past: Past, medium: MediumName) -> np.ndarray | None:
    """Vectors of items' pictures or sounds (n_items, d); None where no item has one."""
    found = media_vectors(pipeline, medium, past.history.as_of)
    return unit_rows(rows_of_items(past.items, found)) if found.num_rows else None


def read_behaviour_texts(pipeline: Pipeline, past: Past) -> np.ndarray | None:
    """Vectors of the texts of what people chose lately (n_people, d), zeros where there is none; None without any."""
    people, vectors = person_text_vectors(pipeline, past.history.as_of)
    return rows_of_people(past.history.person_id, people, vectors) if len(people) else None


def rows_of_items(items: pa.Table, found: pa.Table) -> np.ndarray:
    """Vectors (n_items, d) in the order of the items, zeros for those that were not found.

    items: platform, item_id. found: platform, item_id, vector; an item at most once.
    """
    wanted, known = (pc.binary_join_element_wise(each["platform"], each["item_id"], "\0") for each in (items, found))
    return _placed(pc.index_in(wanted, known), vector_rows(found["vector"]))


def rows_of_people(wanted: np.ndarray, people: pa.Array, vectors: np.ndarray) -> np.ndarray:
    """Vectors (n_wanted, d) in the order of the ids that are wanted, zeros for those without one.

    wanted: (n_wanted,) str. people: (n,) ids, each once, of whom some may not be wanted. vectors: (n, d).
    """
    return _placed(pc.index_in(pa.array(wanted, pa.string()), people.cast(pa.string())), vectors)


def _placed(place: pa.Array | pa.ChunkedArray, vectors: np.ndarray) -> np.ndarray:
    is_found = np.asarray(place.is_valid())
    rows = np.zeros((len(place), vectors.shape[1]), dtype=np.float32)
    rows[is_found] = vectors[place.drop_null().to_numpy()]
    return rows
