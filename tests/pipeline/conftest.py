"""The tiny installation, refreshed once for all tests that look at it; those that change it take a copy."""

from collections.abc import Iterator
from dataclasses import dataclass

import dagster as dg
import pytest

from tests.pipeline.tiny import Tiny, lay_down, small_world
from xdrec_assets.refresh import refresh
from xdrec_assets.sample.layout import Landed


@dataclass(frozen=True)
class Refreshed:
    """The tiny installation after its first refresh."""

    tiny: Tiny
    landed: Landed
    instance: dg.DagsterInstance


@pytest.fixture(scope="session")
def refreshed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Refreshed]:
    tiny, landed = lay_down(tmp_path_factory.mktemp("tiny"), small_world())
    with dg.DagsterInstance.ephemeral() as instance:
        refresh(tiny.pipeline(), instance)
        yield Refreshed(tiny, landed, instance)
