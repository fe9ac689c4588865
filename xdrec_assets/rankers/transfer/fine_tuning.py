"""Model transfer: a network learns from other platforms first, then goes on learning from the target, gently.

Yosinski, Clune, Bengio, Lipson: How transferable are features in deep neural networks?, NIPS 2014: weights that began
on another task and were tuned on the target generalise better than weights that began at random; Girshick, Donahue,
Darrell, Malik: Rich Feature Hierarchies for Accurate Object Detection and Semantic Segmentation, CVPR 2014, for the
recipe of many examples first, then few with a smaller step.
"""

from __future__ import annotations

from typing import Any

from xdrec_assets.rankers.neural.neural_ranker import NeuralRanker
from xdrec_assets.rankers.ranker import Ranker
from xdrec_assets.rankers.transfer.parts import up_to_last
from xdrec_assets.rankers.transfer.settings import FineTuningSettings
from xdrec_assets.rankers.transfer.shared_start import SharedStart, learned_elsewhere
from xdrec_assets.rankers.transfer.strategy import Problem, Strategy


class FineTuning(Strategy[FineTuningSettings]):
    """Learns on the sources, with the target or without, then on the target with a smaller step size.

    Each part stops early on its own validation, the second on what people did last on the target. People known
    only elsewhere are answered by what they did there, as well as the tuned network still reads it.
    """

    name = "fine_tuning"

    def __init__(self, settings: FineTuningSettings) -> None:
        super().__init__(settings)
        self._start = SharedStart()

    @classmethod
    def suits(cls, ranker: type[Ranker[Any]]) -> bool:
        return issubclass(ranker, NeuralRanker)

    def fit(self, problem: Problem) -> Ranker[Any]:
        """The ranker of the tuned network, with the states of everyone known anywhere."""
        ranker, settings = problem.make(), self.settings
        assert isinstance(ranker, NeuralRanker)  # it suits no other
        elsewhere = settings.first == "elsewhere"
        network = learned_elsewhere(problem, ranker) if elsewhere else self._start.of(problem, ranker)
        alone = settings.then == "target"
        then = problem.on_target if alone else up_to_last(problem.history, problem.target)
        gentle = {"epochs": settings.epochs, "learning_rate": settings.step_share * ranker.settings.learning_rate}
        ranker.learn(network, then, ranker.settings.model_copy(update=gentle))
        return ranker.keep(network, problem.history)
