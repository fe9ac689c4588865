"""Time implicit as it makes lists from factors that were written by benchmarks.scoring.

    PYTHON benchmarks/scoring_peer.py WORLD.npz K THREADS REPEATS

Makes everyone's list and prints the least seconds as JSON. Runs in an environment of its own, which has
implicit and not this project.
"""

import json
import sys
import time
import warnings

import numpy as np
from implicit.als import AlternatingLeastSquares
from scipy.sparse import csr_matrix


def main() -> None:
    """Read, rank, write, print."""
    warnings.simplefilter("ignore")
    world, k, threads, repeats = np.load(sys.argv[1]), *(int(number) for number in sys.argv[2:])
    people, items = world["people"], world["items"]
    seen = (np.ones(len(world["item"]), dtype=np.float32), (world["person"], world["item"]))
    taken = csr_matrix(seen, shape=(len(people), len(items)))
    model = AlternatingLeastSquares(num_threads=threads, use_gpu=False)
    model.user_factors, model.item_factors = people, items
    processor, clock = [], []
    for _ in range(repeats):
        began, began_at = time.process_time(), time.perf_counter()
        model.recommend(np.arange(len(people)), taken, N=k, filter_already_liked_items=True)
        processor.append(time.process_time() - began)
        clock.append(time.perf_counter() - began_at)
    print(json.dumps({"processor": min(processor), "clock": min(clock)}))


if __name__ == "__main__":
    main()
