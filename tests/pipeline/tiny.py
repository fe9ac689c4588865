"""A tiny installation of the whole pipeline: the sample's platforms over a few weeks of a small planted world."""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import dagster as dg
import pyarrow as pa

from xdrec_assets.opening import SAMPLE, open_pipeline
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.sample.layout import Landed, lay_out
from xdrec_assets.sample.world import World, make_world

TODAY = date(2026, 2, 2)  # the day after the folder's last
DAYS = 21  # the third week ends on the second as-of date
FIRST, SECOND = date(2026, 1, 19), date(2026, 1, 26)
SETTINGS = """
name: tiny
first: 2026-01-05
last: 2026-02-01
late_days: 3
as_of: {weekly_from: 2026-01-19}
embeddings: {words_size: 16, person_items: 5}
knowledge: {fusion: {size: 32}, behaviour_size: 8, compare: {fusions: [sum], alignments: [none]}}
rankers: {svd: {factors: 8}, nmf: {factors: 8, iterations: 5}, logistic: {negatives: 50}}
evaluation: {min_strength: 0.2}
"""


@dataclass(frozen=True)
class Tiny:
    """An installation below one folder: landing area, platform files, lake, models, reports."""

    home: Path

    @property
    def environment(self) -> dict[str, str]:
        """What names it to every command."""
        return {
            "XDREC_HOME": str(self.home),
            "XDREC_PLATFORMS": str(self.home / "platforms" / "tiny"),
            "XDREC_LANDING": str(self.home / "landing"),
            "XDREC_USER_KEY": "a key for tests only",
            "DAGSTER_HOME": str(self.home / "dagster"),
        }

    def pipeline(self) -> Pipeline:
        """The pipeline as it is opened anew by every run."""
        return open_pipeline(self.environment, TODAY)

    def copied_to(self, home: Path) -> "Tiny":
        """A second installation in the same state, to do with as a test likes."""
        shutil.copytree(self.home, home, dirs_exist_ok=True)
        return Tiny(home)


def small_world(seed: int = 7) -> World:
    """The world behind the tiny installation's logs."""
    return make_world(seed=seed, n_people=150, n_items=160, activity=3.0)


def lay_down(home: Path, world: World, settings: str = SETTINGS, days: int = DAYS) -> tuple[Tiny, Landed]:
    """A fresh installation over the logs of a world; and what landed."""
    platforms = home / "platforms" / "tiny"
    shutil.copytree(SAMPLE, platforms)
    (platforms / "settings.yaml").write_text(settings, encoding="utf-8")
    return Tiny(home), lay_out(world, home / "landing", days)


def rows(pipeline: Pipeline, table: str) -> pa.Table:
    """A published table as it stands."""
    delta = pipeline.lake.open(table)
    assert delta is not None, f"{table} was never published"
    return delta.to_pyarrow_table()


def versions(pipeline: Pipeline) -> dict[str, int | None]:
    """The Delta version of every table."""
    return {table: pipeline.lake.version(table) for table in pipeline.lake.tables()}


def fingerprints(pipeline: Pipeline, tables: Iterable[str]) -> dict[tuple[str, str], int | None]:
    """What every day of some tables was made from."""
    days = [partition.key for partition in pipeline.day_partitions()]
    found = {table: pipeline.lake.fingerprints(table, days) for table in tables}
    return {(table, day): value for table, of_days in found.items() for day, value in of_days.items()}


def published(instance: dg.DagsterInstance) -> set[str]:
    """The tables that an instance has seen a materialization of."""
    return {"/".join(key.path) for key in instance.all_asset_keys() if instance.get_latest_materialization_event(key)}
