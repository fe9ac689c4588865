"""Train a network: passes over people's events, early stopping on validation, and going on after a kill.

Steps by AdamW (Loshchilov, Hutter: Decoupled Weight Decay Regularization, ICLR 2019). Random draws of a pass follow
from the seed and its number alone, so a training that was killed and resumed learns the same bits as one that was not.
"""

from __future__ import annotations

import logging
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from resources.encoding.devices import chosen_device
from xdrec_assets.rankers.neural.checkpoint import Checkpoint, Course, learned_state
from xdrec_assets.rankers.neural.network import Network, step_shares
from xdrec_assets.rankers.neural.popularity_bias import leaving_out
from xdrec_assets.rankers.neural.processes import across, average_gradients, mean_over_processes, own_share, place
from xdrec_assets.rankers.neural.sequences import Sequences
from xdrec_assets.rankers.neural.settings import TrainingSettings
from xdrec_assets.rankers.neural.validation import HeldOut

LOG = logging.getLogger(__name__)
LONGEST_GRADIENT = 5.0


def optimise(network: Network, sequences: Sequences, settings: TrainingSettings, kept: Path | None = None) -> Course:
    """Train in place, on a graphics card where there is one, on all of them where there are several.

    Args:
        network: its parameters that want gradients are learned; the best on validation are in it afterwards.
        sequences: whose events are learned from.
        settings: how long and how fast.
        kept: a folder for what has been learned so far, from which the same training goes on after a kill.

    Returns:
        How it went.

    Raises:
        ValueError: a pass has a loss that is no number.
    """
    n_cards = torch.cuda.device_count()
    if n_cards > 1 and place()[1] == 1:
        return optimise_across(n_cards, network, sequences, settings, kept)
    device = chosen_device("auto")
    network.to(device)
    with _own_randomness(device):
        course = _passes(network, sequences, settings, kept, device)
    network.cpu().eval()
    return course


def optimise_across(
    n: int, network: Network, sequences: Sequences, settings: TrainingSettings, kept: Path | None = None
) -> Course:
    """`optimise` in `n` processes; a batch has as many events, divided among them."""
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = Checkpoint.of(kept or Path(folder), network, sequences.history, settings)
        across(n, _optimise_copy, network, sequences, settings, checkpoint.file.parent)
        learned = checkpoint.restore(network, _optimiser(network, settings))
    course, best = learned or (Course(), _copied(network))  # nothing is kept where there was nobody to learn from
    network.load_state_dict(best, strict=False)
    network.cpu().eval()
    return course


def _optimise_copy(network: Network, sequences: Sequences, settings: TrainingSettings, kept: Path) -> None:
    """Leave what was learned in `kept`; what another process sends lies in memory that all of them share."""
    optimise(deepcopy(network), sequences, settings, kept)


def _passes(
    network: Network, sequences: Sequences, settings: TrainingSettings, kept: Path | None, device: str
) -> Course:
    held_out = HeldOut.of(sequences, settings.validation_people, settings.seed)
    people = np.flatnonzero(held_out.sequences.n_events > 0)
    checkpoint = Checkpoint.of(kept, network, sequences.history, settings) if kept else None
    optimiser = _optimiser(network, settings)
    restored = checkpoint.restore(network, optimiser) if checkpoint else None
    course, best = restored or (Course(), _copied(network))
    network.train()
    with leaving_out(network, *held_out.events()):
        while len(people) and not course.is_over:
            number = len(course.losses)
            course.losses.append(_pass(network, held_out.sequences, people, optimiser, settings, number, device))
            if not np.isfinite(course.losses[-1]):
                raise ValueError(
                    f"{type(network).__name__}: the loss of pass {number + 1} is {course.losses[-1]}, expected a "
                    f"number; lower learning_rate ({settings.learning_rate:g})"
                )
            _end_pass(network)
            if len(held_out.people):
                course.validation.append(held_out.ndcg(network, device))
            if course.best == number:
                best = _copied(network)
            course.is_over = number + 1 >= settings.epochs or course.has_stalled(settings.patience)
            _say(network, course)
            if checkpoint and place()[0] == 0:
                checkpoint.save(course, learned_state(network), best, optimiser)
    network.load_state_dict(best, strict=False)
    return course


def _pass(
    network: Network,
    sequences: Sequences,
    people: NDArray[np.integer],
    optimiser: torch.optim.Optimizer,
    settings: TrainingSettings,
    number: int,
    device: str,
) -> float:
    """The mean loss of the batches of one pass."""
    rng = np.random.default_rng([settings.seed, number])
    seed = int(rng.integers(2**62)) + place()[0]
    torch.manual_seed(seed)
    generator = torch.Generator(device).manual_seed(seed)
    batches = [*sequences.batches(rng.permutation(people), settings.events_per_batch)]
    total = torch.zeros((), device=device)
    for index, some in enumerate(batches):
        for group in optimiser.param_groups:
            done = number * len(batches) + index + 1
            group["lr"] = (
                group["step_share"] * settings.learning_rate * min(1.0, done / max(1, settings.warmup_batches))
            )
        with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
            loss = network.loss(sequences.batch(own_share(some), device), generator)
        optimiser.zero_grad(set_to_none=True)
        if loss.requires_grad:
            loss.backward()  # type: ignore[no-untyped-call]
        average_gradients(network)
        torch.nn.utils.clip_grad_norm_(network.parameters(), LONGEST_GRADIENT)
        optimiser.step()
        total += loss.detach()
    return mean_over_processes(float(total) / len(batches))


def _end_pass(network: Network) -> None:
    """Ask once, so that what a network keeps of its items is whole, in every process, when it is judged and kept."""
    network.eval()
    with torch.no_grad():
        network.item_states()
    network.train()


def _optimiser(network: Network, settings: TrainingSettings) -> torch.optim.Optimizer:
    """Of all weights that learn; those of a module that has a `step_share` by that share of the step size."""
    shares = step_shares(network)
    groups: dict[float, list[torch.nn.Parameter]] = defaultdict(list)
    for weights in network.parameters():
        if weights.requires_grad:
            groups[shares.get(weights, 1.0)].append(weights)
    learned = [{"params": weights, "step_share": share} for share, weights in groups.items()]
    return torch.optim.AdamW(learned, settings.learning_rate, weight_decay=settings.weight_decay, fused=True)


def _copied(network: Network) -> dict[str, torch.Tensor]:
    return {name: weights.detach().clone() for name, weights in learned_state(network).items()}


def _say(network: Network, course: Course) -> None:
    found = f", NDCG@10 {course.validation[-1]:.4f} on validation" if course.validation else ""
    LOG.info("%s: pass %d, loss %.4f%s", type(network).__name__, len(course.losses), course.losses[-1], found)


@contextmanager
def _own_randomness(device: str) -> Iterator[None]:
    """Draws in here leave the caller's random numbers as they were."""
    with torch.random.fork_rng(devices=[torch.cuda.current_device()] if device == "cuda" else []):
        yield
