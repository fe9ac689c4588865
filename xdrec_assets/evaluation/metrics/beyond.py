"""What accuracy does not tell of a ranking: how much of the catalogue it shows."""

import numpy as np
from numpy.typing import NDArray


def coverage(recommended: NDArray[np.integer], candidates: NDArray[np.integer]) -> float:
    """Share of the candidates that anyone is recommended; nan where there are no candidates or nobody to ask.

    Ge, Delgado-Battenfeld and Jannach, "Beyond accuracy", RecSys 2010 (catalogue coverage).

    >>> coverage(np.array([[5, 6], [5, -1]]), candidates=np.array([5, 6, 7, 8]))
    0.5
    """
    if not len(candidates) or not len(recommended):
        return float("nan")
    return float(np.isin(candidates, recommended).mean())
