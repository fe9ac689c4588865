"""Train and judge PyKEEN's model on a split that was written by benchmarks.link_prediction; prints figures as JSON.

    PYTHON benchmarks/pykeen_peer.py SPLIT.npz '{"encoder": "transe", "size": 64, …}'

Runs in an environment of its own, which has PyKEEN and not this project. Training loop, Adagrad, sampler and
evaluator are PyKEEN's; loss, size, batch, negatives, passes and first values are those that it is compared with.
"""

import json
import sys
import time
import warnings
from typing import Any

import numpy as np
import torch
from pykeen.evaluation import RankBasedEvaluator
from pykeen.losses import InfoNCELoss, Loss, NSSALoss
from pykeen.models import ComplEx, Model, RotatE, TransE
from pykeen.nn.modules import RotatEInteraction
from pykeen.sampling import BasicNegativeSampler
from pykeen.training import SLCWATrainingLoop
from pykeen.triples import CoreTriplesFactory

REALISTIC = "both.realistic."


class SumOfModuli(RotatEInteraction):
    """The distance as Sun et al. (2019) have it in equation 3; PyKEEN's own is the root of the sum of squares."""

    def forward(self, h: Any, r: Any, t: Any) -> Any:
        """Scores of heads, relations and tails (…, d) of complex numbers."""
        return -(h * r - t).abs().sum(dim=-1)


def first_values(spread: float) -> Any:
    """What fills a new table with uniform numbers in [-spread, spread]."""

    def fill(rows: torch.Tensor) -> torch.Tensor:
        torch.nn.init.uniform_(torch.view_as_real(rows) if rows.is_complex() else rows, -spread, spread)
        return rows

    return fill


def model_of(facts: CoreTriplesFactory, asked: dict[str, Any]) -> Model:
    """The model with first values as they are drawn here, and without constraints that the peer does not have."""
    common = {"triples_factory": facts, "random_seed": asked["seed"], "loss": loss_of(asked)}
    if asked["encoder"] == "complex":
        start = {
            "entity_initializer": first_values(0.5 / asked["size"] ** 0.5),
            "relation_initializer": first_values(0.5),
        }
        return ComplEx(embedding_dim=asked["size"] // 2, regularizer=None, **start, **common)
    start = {"entity_initializer": first_values((asked["margin"] + 2) / asked["size"])}
    if asked["encoder"] == "rotate":
        model = RotatE(embedding_dim=asked["size"] // 2, **start, **common)
        model.interaction = SumOfModuli()
        return model
    start["relation_initializer"] = start["entity_initializer"]
    return TransE(embedding_dim=asked["size"], entity_constrainer=None, **start, **common)


def loss_of(asked: dict[str, Any]) -> Loss:
    """Self-adversarial negative sampling for distances, softmax over the negatives for ComplEx."""
    if asked["encoder"] == "complex":
        return InfoNCELoss(margin=0.0, log_adversarial_temperature=0.0)
    return NSSALoss(margin=asked["margin"], adversarial_temperature=asked["adversarial"])


def main() -> None:
    """Train, judge, print."""
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    split, asked = np.load(sys.argv[1]), json.loads(sys.argv[2])
    train, validation, test = (
        torch.from_numpy(split[part].astype(np.int64)) for part in ("train", "validation", "test")
    )
    facts = CoreTriplesFactory(train, int(split["n_entities"]), int(split["n_relations"]))
    model = model_of(facts, asked)
    optimiser = torch.optim.Adagrad(model.parameters(), lr=asked["learning_rate"])
    sampler = {"num_negs_per_pos": asked["negatives"], "filtered": True}
    loop = SLCWATrainingLoop(
        model=model,
        triples_factory=facts,
        optimizer=optimiser,
        negative_sampler=BasicNegativeSampler,
        negative_sampler_kwargs=sampler,
    )
    began = time.perf_counter()
    loop.train(facts, num_epochs=asked["epochs"], batch_size=asked["batch"], use_tqdm=False, use_tqdm_batch=False)
    seconds = time.perf_counter() - began
    found = RankBasedEvaluator(filtered=True).evaluate(
        model, test, batch_size=64, use_tqdm=False, additional_filter_triples=[train, validation]
    )
    figures = found.to_flat_dict()
    print(
        json.dumps(
            {
                "mrr": figures[REALISTIC + "inverse_harmonic_mean_rank"],
                "hits_at_10": figures[REALISTIC + "hits_at_10"],
                "seconds": seconds,
            }
        )
    )


if __name__ == "__main__":
    main()
