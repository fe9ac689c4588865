"""A network on the processor: each core works on batches of its own, compiled when there is enough to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from resources.encoding.batching import batches
from resources.encoding.careful import Careful
from resources.encoding.compiling import compile_above_tokens, compiled
from resources.encoding.loading import arithmetic
from resources.encoding.running import Found, Run, two_at_least
from resources.encoding.spreading import one_thread_per_worker, spread

TOKENS_PER_BATCH = 2_048


@dataclass
class Processor:
    """Runs a network on the cores that torch may use."""

    network: Any
    run: Run
    precision: str
    longest: int
    compile_above: int | None = None
    """Tokens, counted over all calls, from which the network is compiled; None: never."""
    tokens_per_batch: int = TOKENS_PER_BATCH

    def __post_init__(self) -> None:
        """Nothing is read or compiled yet."""
        self._n_tokens = 0
        self._compiled = ""

    @property
    def how(self) -> str:
        """What runs, for people: as in "bf16, 2 workers, compiled"."""
        import torch

        n_workers = torch.get_num_threads()
        said = [self.precision, f"{n_workers} worker{'s' * (n_workers > 1)}", self._compiled]
        return ", ".join(filter(None, said))

    def found(self, rows: np.ndarray, careful: Careful) -> Iterator[Found]:
        """Vectors batch by batch, in the order in which the workers finish."""
        cut = batches(careful.lengths[rows], careful.tokens_per_batch, self.longest)
        groups = [rows[batch] for batch in cut]
        with one_thread_per_worker() as n_workers:
            self._compile_if_it_pays(groups, careful)
            yield from spread(groups, [partial(self._work, careful)] * n_workers)

    def _work(self, careful: Careful, groups: Iterator[np.ndarray]) -> Iterator[Found]:
        import torch

        torch.set_num_threads(1)  # each thread has a number of its own
        for rows in groups:
            yield rows, careful.vectors(self._vectors, rows)

    def _vectors(self, ids: list[np.ndarray]) -> np.ndarray:
        import torch

        with arithmetic("cpu", self.precision):
            vectors: np.ndarray = self.run(self.network, ids, torch.from_numpy).numpy()
        return vectors

    def _compile_if_it_pays(self, groups: list[np.ndarray], careful: Careful) -> None:
        """Compile once as many tokens came as would have paid for it: at most twice the least is spent that way."""
        self._n_tokens += sum(careful.n_tokens(rows) for rows in groups)
        if self._compiled or self.compile_above is None or self._n_tokens < self.compile_above:
            return
        ids, run = careful.of(groups[len(groups) // 2]), two_at_least(self.run)

        def warm_up(network: Any) -> None:
            import torch

            with arithmetic("cpu", self.precision):
                run(network, ids, torch.from_numpy)

        self.network, self._compiled = compiled(self.network, warm_up)
        self.run = run


def processor(network: Any, run: Run, precision: str, longest: int) -> Processor:
    """The network on this machine's cores, compiled from where that was measured to pay."""
    return Processor(network, run, precision, longest, compile_above_tokens("cpu", precision))
