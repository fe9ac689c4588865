"""Word vectors of item texts, the baseline beside the language model.

They are fitted on the texts known at an as-of date: on all together, and on each platform's alone, so that what is
learned from one platform has seen no text of another.
"""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from resources.encoding.word_vectors import WordMethod, fit_words, words
from xdrec_assets.embeddings.vector_columns import vector_column, vectors_of

ALL = "all"


def item_words(as_of: date, texts: pa.Table, size: int, seed: int, method: WordMethod = "tfidf") -> pa.Table:
    """Word vectors by scope ("all" or a platform's name) and content hash: columns as_of, scope, content_hash, vector.

    texts: columns platform, content_hash and text, what is known before `as_of`.
    """
    tables = [scope_words(as_of, ALL, texts, size, seed, method)]
    for platform in sorted(pc.unique(texts["platform"]).to_pylist()):
        own = texts.filter(pc.equal(texts["platform"], platform))
        tables.append(scope_words(as_of, platform, own, size, seed, method))
    return pa.concat_tables(tables)


def scope_words(as_of: date, scope: str, texts: pa.Table, size: int, seed: int, method: WordMethod) -> pa.Table:
    """Word vectors of one scope's distinct texts, sorted by hash; null where a text has no word."""
    first = pc.index_in(pc.unique(texts["content_hash"]), value_set=texts["content_hash"])
    distinct = texts.take(first).sort_by("content_hash")
    contents = [text or "" for text in distinct["text"].to_pylist()]
    vectors = np.zeros((len(contents), size), dtype=np.float32)
    if any(words(text) for text in contents):
        vectors = fit_words(method, contents, size, seed).encode(contents)
    return pa.table(
        {
            "as_of": pa.repeat(pa.scalar(as_of, pa.date32()), len(contents)),
            "scope": pa.repeat(pa.scalar(scope), len(contents)),
            "content_hash": distinct["content_hash"].cast(pa.string()),
            "vector": vector_column(vectors),
        }
    )


def words_by_scope(
    hashes: pa.Array | pa.ChunkedArray, table: pa.Table, platforms: Sequence[str], size: int
) -> dict[str, np.ndarray]:
    """The word vectors (n, size) of content hashes by scope, as the knowledge stage takes them.

    A platform's scope knows its own texts only: zeros for the others.
    """
    return {
        scope: vectors_of(hashes, table.filter(pc.equal(table["scope"], scope)), size) for scope in (ALL, *platforms)
    }
