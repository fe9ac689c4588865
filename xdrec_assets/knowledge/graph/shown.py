"""What the asset of entity vectors shows: figures, how the loss fell, and what lies near what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from xdrec_assets.embeddings.vector_columns import vector_rows
from xdrec_assets.embeddings.vectors import unit_rows
from xdrec_assets.knowledge.graph.entity_vectors import ScopeVectors

COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#4d4d4d")  # Okabe and Ito
N_SHOWN = 7


def figures_of(found: Sequence[ScopeVectors], encoder: str) -> dict[str, float | int | str]:
    """The encoder and, of each scope, its figures beside the baseline's on the same held-out facts."""
    figures: dict[str, float | int | str] = {"encoder": encoder}
    for one in found:
        if one.figures is None or one.baseline is None:
            continue
        figures |= {
            f"{one.scope}: held-out facts": one.figures.n_facts,
            f"{one.scope}: MRR": round(one.figures.mrr, 4),
            f"{one.scope}: MRR of the most frequent": round(one.baseline.mrr, 4),
            f"{one.scope}: Hits@10": round(one.figures.hits_at_10, 4),
            f"{one.scope}: Hits@10 of the most frequent": round(one.baseline.hits_at_10, 4),
        }
    return figures


def loss_plot(found: Sequence[ScopeVectors]) -> bytes:
    """How the loss of a fact fell, pass by pass, and what the checks on the validation part said, as a PNG."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.4), layout="constrained")
    left, right = figure.subplots(1, 2)
    for number, one in enumerate(found):
        colour = COLOURS[number % len(COLOURS)]
        left.plot(range(1, len(one.encoded.losses) + 1), one.encoded.losses, color=colour, label=one.scope)
        if one.encoded.checks:
            right.plot(*zip(*one.encoded.checks, strict=True), color=colour, marker="o", markersize=3, label=one.scope)
    left.set(title="mean loss of a fact", xlabel="passes")
    right.set(title="mean reciprocal rank on the validation part", xlabel="passes")
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    left.legend(frameon=False)
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=90, facecolor="white")
    return buffer.getvalue()


def neighbours_preview(rows: pa.Table) -> pa.Table | None:
    """Some items and the other item whose vector is nearest, by title; None where fewer than two items have vectors.

    rows: of knowledge/entity_vectors, of one scope.
    """
    items = rows.filter(pc.and_(pc.equal(rows["kind"], "item"), rows["vector"].is_valid()))
    if items.num_rows < 2:
        return None
    vectors = unit_rows(vector_rows(items["vector"]))
    shown = np.linspace(0, items.num_rows - 1, min(N_SHOWN, items.num_rows)).round().astype(int)
    nearness = vectors[shown] @ vectors.T  # (n_shown, n_items)
    nearness[np.arange(len(shown)), shown] = -np.inf
    nearest = nearness.argmax(axis=1)
    names = pc.coalesce(items["title"], items["entity"])
    columns: Mapping[str, pa.Array | pa.ChunkedArray] = {
        "platform": pc.list_element(pc.split_pattern(items["entity"], "/", max_splits=1), 0).take(pa.array(shown)),
        "item": names.take(pa.array(shown)),
        "nearest item": names.take(pa.array(nearest)),
        "similarity": pa.array(nearness.max(axis=1)),
    }
    return pa.table(dict(columns))
