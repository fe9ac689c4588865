"""Every strategy of neural rankers goes on from what a killed training had learned."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.rankers.planted import TARGET, planted_world
from tests.rankers.transfer.tiny_network import Tiny, problem_of
from xdrec_assets.rankers.neural.checkpoint import Checkpoint
from xdrec_assets.rankers.transfer.registry import create_strategy
from xdrec_assets.rankers.transfer.settings import TransferSettings

WORLD = planted_world()
TRANSFER = TransferSettings.model_validate(
    {"adapter": {"epochs": 2}, "fine_tuning": {"epochs": 2}, "meta": {"epochs": 2, "drawn": 20, "support": 3}}
)
PEOPLE, ITEMS = np.arange(20), WORLD.history.items_of(TARGET)


class Killed(Exception):
    """Stands for kill -9."""


def scores(strategy: str, unfinished: Path | None) -> bytes:
    class Kept(Tiny):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            self.unfinished = unfinished

    fitted = create_strategy(strategy, TRANSFER).fit(problem_of(WORLD, Kept))
    return fitted.score(PEOPLE, ITEMS).tobytes()


@pytest.mark.parametrize("strategy", ["fine_tuning", "adapter", "adversarial", "meta"])
def test_a_killed_training_goes_on_to_the_same_bits(
    strategy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save, saved = Checkpoint.save, []

    def save_twice(self: Checkpoint, *arguments: Any) -> None:
        if len(saved) == 2:
            raise Killed
        saved.append(1)
        save(self, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(Checkpoint, "save", save_twice)
        with pytest.raises(Killed):
            scores(strategy, tmp_path)
    assert scores(strategy, tmp_path) == scores(strategy, None)
