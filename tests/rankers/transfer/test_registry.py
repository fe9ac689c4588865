"""Strategies by name, and which rankers they suit."""

import subprocess
import sys

import pytest

from xdrec_assets.rankers.factors import FactorRanker
from xdrec_assets.rankers.ranker import Ranker
from xdrec_assets.rankers.registry import RANKERS, ranker_class
from xdrec_assets.rankers.transfer.registry import (
    FACTORS,
    STRATEGIES,
    create_strategy,
    strategies_of,
    strategy_class,
    suited,
)
from xdrec_assets.rankers.transfer.settings import TransferSettings


@pytest.mark.parametrize("name", STRATEGIES)
def test_a_strategy_is_called_as_it_is_registered_and_gets_its_section(name: str) -> None:
    settings = TransferSettings()
    strategy = create_strategy(name, settings)
    assert strategy.name == strategy_class(name).name == name
    assert strategy.settings == settings.section(name)


@pytest.mark.parametrize("name", STRATEGIES)
def test_by_name_it_suits_the_rankers_that_it_suits_by_class(name: str) -> None:
    strategy = strategy_class(name)
    for ranker in RANKERS:
        assert suited(name, ranker) == (ranker != "popularity" and strategy.suits(ranker_class(ranker))), ranker


def test_rankers_of_factors_are_nothing_but_people_and_items() -> None:
    def is_factors(ranker: type[Ranker]) -> bool:
        return issubclass(ranker, FactorRanker) and ranker.arrays is FactorRanker.arrays

    assert {name for name in RANKERS if is_factors(ranker_class(name))} == set(FACTORS)


def test_a_ranker_without_vectors_of_people_cannot_be_mapped() -> None:
    assert strategies_of("ease") == ["none", "joint", "choice"]
    assert {"mapping", "bridge", "choice"} <= set(strategies_of("als"))
    assert "features" not in strategies_of("als")
    assert strategies_of("popularity") == []


def test_profiles_are_mapped_but_not_bridged() -> None:
    assert "mapping" in strategies_of("linear")
    assert "bridge" not in strategies_of("linear")


def test_an_unknown_name_is_told_what_there_is() -> None:
    with pytest.raises(
        ValueError, match=r"no transfer strategy is named 'osmosis'; choose one of none, joint, features"
    ):
        strategy_class("osmosis")


def test_settings_load_nothing_that_strategies_compute_with() -> None:
    program = (
        "import sys; from xdrec_assets.rankers.transfer.settings import TransferSettings; "
        "TransferSettings(of={'als': 'bridge', 'linear': 'choice'}); "
        "print({'torch', 'sklearn', 'scipy'} & set(sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert found.stdout == "set()\n"
