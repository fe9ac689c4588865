"""How near the nearest items of other platforms are, drawn by kind of link."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

KINDS = {"same_product": "#d55e00", "same_topic": "#0072b2", None: "#b8c0cc"}  # Okabe and Ito, and a grey
N_BINS = 60


def similarity_plot(links: pa.Table) -> bytes | None:
    """A histogram of the similarity of links of rank 1 as a PNG; None where there are none.

    links: rows of knowledge/item_links.
    """
    first = links.filter(pc.equal(links["rank"], 1))
    if not first.num_rows:
        return None
    similarity = first["similarity"].to_numpy()
    edges = np.linspace(similarity.min(), max(similarity.max(), similarity.min() + 1e-3), N_BINS + 1)
    kinds = np.array(first["kind"].to_pylist(), dtype=object)
    return _drawn({kind: np.histogram(similarity[kinds == kind], edges)[0] for kind in KINDS}, edges)


def _drawn(counts: dict[str | None, np.ndarray], edges: np.ndarray) -> bytes:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3.5), layout="constrained")
    axes = figure.subplots()
    below = np.zeros(len(edges) - 1)
    for kind, heights in counts.items():
        label = f"{kind.replace('_', ' ') if kind else 'as near by chance'} ({int(heights.sum()):,})"
        axes.bar(edges[:-1], heights, np.diff(edges), below, align="edge", color=KINDS[kind], label=label)
        below = below + heights
    axes.set(xlabel="cosine with the nearest item of another platform", ylabel="items")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=90, facecolor="white")
    return buffer.getvalue()
