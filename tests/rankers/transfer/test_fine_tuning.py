"""A network that learns from other platforms first, then from the target."""

import pytest

from tests.rankers.planted import TARGET, planted_world
from tests.rankers.transfer.problems import assert_same, copied, taste_hits
from tests.rankers.transfer.tiny_network import SETTINGS, Tiny, problem_of
from tests.rankers.transfer.two_tastes import hits, two_tastes
from xdrec_assets.joined.history import History
from xdrec_assets.rankers.als import ALS
from xdrec_assets.rankers.neural.checkpoint import Course
from xdrec_assets.rankers.neural.network import Network
from xdrec_assets.rankers.neural.settings import TrainingSettings
from xdrec_assets.rankers.transfer.fine_tuning import FineTuning
from xdrec_assets.rankers.transfer.settings import FineTuningSettings

WORLD = planted_world()


class Recorded(Tiny):
    """Remembers what it was to learn from, and how."""

    asked: list[tuple[set[str], TrainingSettings]]

    def learn(self, network: Network, history: History, settings: TrainingSettings | None = None) -> Course:
        platforms = {history.platforms[index] for index in history.item_platform[history.item]}
        type(self).asked.append((platforms, settings or self.settings))
        return super().learn(network, history, settings)


def test_it_beats_the_target_alone_and_the_sources_alone_where_the_target_is_small() -> None:
    world = two_tastes()
    problem = problem_of(world, validation_people=0, epochs=4, events_per_batch=100)
    for_long = problem_of(world, validation_people=0, epochs=30)  # 30 steps: the target fills one batch
    alone = for_long.make().fit(problem.on_target, world.knowledge)
    sources = problem.make()
    network = sources.fresh_network(world.history, world.knowledge)
    sources.learn(network, problem.elsewhere)
    sources.keep(network, world.history)
    tuned = hits(FineTuning(FineTuningSettings(epochs=4)).fit(problem), world)
    assert tuned > hits(alone, world) + 0.1
    assert tuned > hits(sources, world) + 0.2


@pytest.mark.parametrize("then", ["target", "its_people"])
def test_it_goes_on_with_a_smaller_step_on_the_target(then: str) -> None:
    Recorded.asked = []
    settings = FineTuningSettings(first="elsewhere", then=then, epochs=2, step_share=0.5)
    ranker = FineTuning(settings).fit(problem_of(WORLD, Recorded, epochs=3))
    (first, how), (second, gently) = Recorded.asked
    assert first == {"music", "shop"}
    assert second == ({TARGET} if then == "target" else {"music", "shop", TARGET})
    assert (how.epochs, gently.epochs) == (3, 2)
    assert gently.learning_rate == SETTINGS.learning_rate / 2
    assert len(ranker.losses) == 3 + 2


def test_cold_people_are_answered_and_the_same_seed_learns_the_same_bits() -> None:
    problem = problem_of(WORLD, epochs=6)
    given = copied(problem)
    settings = FineTuningSettings(first="elsewhere", epochs=2)
    first, again = (FineTuning(settings).fit(problem) for _ in range(2))
    assert taste_hits(first, WORLD) > 0.8
    assert all(first.arrays()[name].tobytes() == again.arrays()[name].tobytes() for name in first.arrays())
    assert_same(problem, given)


def test_targets_that_begin_with_everything_share_what_is_learned_first() -> None:
    Recorded.asked = []
    problem, strategy = problem_of(WORLD, Recorded, epochs=1), FineTuning(FineTuningSettings(epochs=1))
    first, second = strategy.fit(problem), strategy.fit(problem)
    assert len(Recorded.asked) == 3
    assert first.arrays()["people"].tobytes() == second.arrays()["people"].tobytes()
    assert first.losses == second.losses


def test_it_suits_rankers_that_learn_by_gradient() -> None:
    assert FineTuning.suits(Tiny)
    assert not FineTuning.suits(ALS)
