"""Train RecBole's SASRec on a history that was written by benchmarks.sasrec, and rank for everyone.

    PYTHON benchmarks/sasrec_peers.py EVENTS.npz FOUND.npz '{"size": 64, "blocks": 2, …}'

EVENTS holds person, item (n_events,), each person's oldest first, and label (n_people,), the item to be found. Writes
the ten best items of everyone, what they took left out, to FOUND.npz and prints the processor's seconds of each pass as
JSON. Runs in an environment of its own, which has RecBole and not this project.
"""

import json
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from recbole.config import Config
from recbole.data import create_dataset, data_preparation
from recbole.data.interaction import Interaction
from recbole.model.sequential_recommender import SASRec
from recbole.utils import get_trainer, init_seed

K, AT_ONCE = 10, 1024


def config_of(folder: Path, asked: dict[str, Any]) -> Config:
    """RecBole's settings for the same sizes: softmax over all items, every prefix of a history an example."""
    return Config(
        model="SASRec",
        dataset="events",
        config_dict={
            "data_path": str(folder),
            "load_col": {"inter": ["user_id", "item_id", "timestamp"]},
            "eval_args": {"split": {"LS": "valid_only"}, "order": "TO", "group_by": "user", "mode": "full"},
            "hidden_size": asked["size"],
            "inner_size": asked["size"],
            "n_layers": asked["blocks"],
            "n_heads": asked["heads"],
            "MAX_ITEM_LIST_LENGTH": asked["length"],
            "hidden_dropout_prob": asked["dropout"],
            "attn_dropout_prob": 0.0,
            "learning_rate": asked["learning_rate"],
            "train_batch_size": asked["events_per_batch"],
            "loss_type": "CE",
            "train_neg_sample_args": None,
            "seed": asked["seed"],
            "device": "cpu",
            "use_gpu": False,
            "show_progress": False,
            "state": "ERROR",
            "checkpoint_dir": str(folder),
        },
    )


def write_events(folder: Path, given: dict[str, np.ndarray]) -> None:
    """RecBole's file of events, the item to be found as each person's last."""
    (folder / "events").mkdir()
    step = np.arange(len(given["person"]))
    with (folder / "events" / "events.inter").open("w", encoding="utf-8") as file:
        file.write("user_id:token\titem_id:token\ttimestamp:float\n")
        for person, item, at in zip(given["person"], given["item"], step, strict=True):
            file.write(f"{person}\t{item}\t{at}\n")
        for person, item in enumerate(given["label"]):
            file.write(f"{person}\t{item}\t{len(step)}\n")


def best_items(model: SASRec, dataset: Any, given: dict[str, np.ndarray], length: int) -> np.ndarray:
    """The ten best of everyone, (n_people, 10), as items are numbered in EVENTS."""
    model.eval()
    named = dataset.field2token_id["item_id"]
    number = np.array([named[str(item)] for item in range(len(named) - 1)])  # of RecBole, whose first is padding
    starts = np.searchsorted(given["person"], np.arange(len(given["label"]) + 1))
    found = []
    for people in np.array_split(np.arange(len(given["label"])), -(-len(given["label"]) // AT_ONCE)):
        taken = [given["item"][starts[person] : starts[person + 1]] for person in people]
        rows = torch.zeros(len(people), length, dtype=torch.int64)
        for row, items in zip(rows, taken, strict=True):
            row[: len(items[-length:])] = torch.from_numpy(number[items[-length:]])
        lengths = torch.tensor([len(items[-length:]) for items in taken])
        with torch.no_grad():
            scores = model.full_sort_predict(Interaction({"item_id_list": rows, "item_length": lengths}))
        ours = scores.view(len(people), -1).numpy()[:, number]
        for row, items in zip(ours, taken, strict=True):
            row[items] = -np.inf
        found.append(np.argsort(-ours, axis=1, kind="stable")[:, :K])
    return np.concatenate(found)


def main() -> None:
    """Train, rank, write, print."""
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    given, target, asked = {**np.load(sys.argv[1])}, Path(sys.argv[2]), json.loads(sys.argv[3])
    sys.argv = sys.argv[:1]  # RecBole reads it too
    with tempfile.TemporaryDirectory() as name:
        write_events(Path(name), given)
        config = config_of(Path(name), asked)
        init_seed(config["seed"], True)
        dataset = create_dataset(config)
        train, _, _ = data_preparation(config, dataset)
        model = SASRec(config, train.dataset)
        trainer, seconds = get_trainer(config["MODEL_TYPE"], config["model"])(config, model), []
        for number in range(asked["epochs"]):
            model.train()
            began = time.process_time()
            trainer._train_epoch(train, number)
            seconds.append(time.process_time() - began)
        np.savez(target, best=best_items(model, dataset, given, asked["length"]))
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
