"""The step that publishes decisions: what it reads, when it has nothing to do, what it says of where they come from."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from data_quality.contract import load_contract
from resources.fingerprint import fingerprint
from resources.partitions import BY_AS_OF, Partition
from tests.evaluation.champion.judged import Judged, judged, people
from tests.worlds import SETTINGS, SHOP, VIDEO, rows, world
from xdrec_assets.evaluation.champion import deciding
from xdrec_assets.evaluation.champion.deciding import publish_champion
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.rankers.popularity import Popularity
from xdrec_assets.rankers.settings import PopularitySettings
from xdrec_assets.rankers.store import save_ranker

WEEKS = [date(2026, 1, 12), date(2026, 1, 19), date(2026, 1, 26)]
LONG = SETTINGS.replace("last: 2026-01-14", "last: 2026-02-01")
PINNED = LONG + "evaluation: {champion: {overrides: {shop: {pin: {ranker: svd, trained_on: one}}}}}\n"
LISTED = LONG.replace("{weekly_from: 2026-01-12}", "{dates: [2026-01-12, 2026-01-26]}")
ROLLED_BACK = LONG + "evaluation: {champion: {overrides: {shop: {roll_back: 2026-01-12}}}}\n"
BASE = people(0.10, seed=1)
BETTER, BEST = people(0.02, seed=2, like=BASE), people(0.04, seed=3, like=BASE)


def pipeline(tmp_path: Path, settings: str = LONG) -> Pipeline:
    return world(tmp_path, {}, {"shop": SHOP, "video": VIDEO}, settings, today=date(2026, 2, 1))


def lay_down(pipeline: Pipeline, found: Judged, judged_on: date) -> None:
    """Publish a judgement as the stage does: in the partition of the date that judged, under the models' date."""
    (as_of,) = {row["as_of"] for row in found.boards}
    for table, of_table in (("evaluation/leaderboard", found.boards), ("evaluation/resamples", found.resamples)):
        schema = load_contract(table).arrow_schema()
        built = pa.Table.from_pylist([{"rank": 1, **row} for row in of_table], schema=schema)
        partition = Partition(f"{judged_on}", as_of, Partition.of_day(as_of).after)
        pipeline.lake.publish(table, built.to_reader, BY_AS_OF, [partition], {f"{judged_on}": fingerprint(of_table)})


def publish(pipeline: Pipeline, as_of: date) -> dict[str, Any]:
    """The shop's decision as it was published."""
    list(publish_champion(pipeline, Partition.of_day(as_of)))
    (found,) = [
        row for row in rows(pipeline, "evaluation/champion") if (row["platform"], row["as_of"]) == ("shop", as_of)
    ]
    return dict(found)


def two_weeks(tmp_path: Path, settings: str = LONG) -> Pipeline:
    """SVD is best in the first week, NMF in the second; nothing is known before."""
    found = pipeline(tmp_path, settings)
    values = {"popularity_one": BASE, "svd_one": BETTER}
    lay_down(found, judged(values | {"nmf_one": BASE}, WEEKS[0]), WEEKS[1])
    lay_down(found, judged(values | {"nmf_one": people(0.2, seed=4, like=BASE)}, WEEKS[1]), WEEKS[2])
    return found


def served(found: Mapping[str, Any]) -> tuple[str, str]:
    return found["ranker"], found["decision"]


def test_dates_are_decided_one_after_the_other(tmp_path: Path) -> None:
    found = two_weeks(tmp_path)
    decisions = [publish(found, week) for week in WEEKS]
    assert [served(row) for row in decisions] == [("popularity", "first"), ("svd", "promoted"), ("nmf", "promoted")]
    assert [row["former_ranker"] for row in decisions] == [None, "popularity", "svd"]
    assert [row["windows"] for row in decisions] == [0, 1, 2]


def test_platform_without_evidence_has_a_decision_too(tmp_path: Path) -> None:
    found = two_weeks(tmp_path)
    publish(found, WEEKS[1])
    (video,) = [row for row in rows(found, "evaluation/champion") if row["platform"] == "video"]
    assert served(video) == ("popularity", "first")


def test_nothing_is_decided_twice(tmp_path: Path) -> None:
    found = two_weeks(tmp_path)
    publish(found, WEEKS[0])
    publish(found, WEEKS[1])
    version = found.lake.version("evaluation/champion")
    (again,) = publish_champion(found, Partition.of_day(WEEKS[1]))
    assert (again.n_rows, found.lake.version("evaluation/champion")) == (0, version)


def test_judgement_of_a_later_date_is_not_read(tmp_path: Path) -> None:
    found = two_weeks(tmp_path)
    before = publish(found, WEEKS[1])
    lay_down(found, judged({"popularity_one": BEST, "svd_one": BASE}, WEEKS[1]), WEEKS[2])
    (again,) = publish_champion(found, Partition.of_day(WEEKS[1]))
    assert again.n_rows == 0
    assert publish(found, WEEKS[1]) == before


def test_dates_taken_out_of_the_settings_do_not_vote(tmp_path: Path) -> None:
    decided = two_weeks(tmp_path)
    for week in WEEKS:
        publish(decided, week)
    again = publish(pipeline(tmp_path, LISTED), WEEKS[2])
    assert served(again) == ("svd", "promoted")
    assert (again["windows"], again["first_window"], again["former_ranker"]) == (1, WEEKS[0], "popularity")


def test_new_judgement_is_decided_on(tmp_path: Path) -> None:
    found = two_weeks(tmp_path)
    assert publish(found, WEEKS[1])["ranker"] == "svd"
    lay_down(found, judged({"popularity_one": BEST, "svd_one": BASE}, WEEKS[0]), WEEKS[1])
    assert publish(found, WEEKS[1])["ranker"] == "popularity"


def test_pin_and_roll_back_by_setting(tmp_path: Path) -> None:
    decided = two_weeks(tmp_path)
    for week in WEEKS:
        publish(decided, week)
    pinned = publish(pipeline(tmp_path, PINNED), WEEKS[2])
    assert served(pinned) == ("svd", "pinned")
    assert pinned["earned_ranker"] == "nmf"
    back = publish(pipeline(tmp_path, ROLLED_BACK), WEEKS[2])
    assert served(back) == ("popularity", "rolled_back")
    assert served(publish(pipeline(tmp_path), WEEKS[2])) == ("nmf", "promoted")


def test_roll_back_to_a_date_without_a_decision_publishes_nothing(tmp_path: Path) -> None:
    decided = two_weeks(tmp_path)
    publish(decided, WEEKS[1])
    version = decided.lake.version("evaluation/champion")
    with pytest.raises(
        ValueError, match=r"no decision for shop as of 2026-01-12; choose a date that has one \(2026-01-19\)"
    ):
        publish(pipeline(tmp_path, ROLLED_BACK), WEEKS[2])
    assert decided.lake.version("evaluation/champion") == version


def test_a_ranker_that_is_no_longer_in_use_is_no_longer_served(tmp_path: Path) -> None:
    found = two_weeks(tmp_path)
    publish(found, WEEKS[1])
    rankers = found.settings.rankers.model_copy(update={"in_use": ("popularity",)})
    gone = publish(replace(found, settings=replace(found.settings, rankers=rankers)), WEEKS[2])
    assert served(gone) == ("popularity", "demoted")
    assert "SVD trained on this platform alone is no longer among the rankers" in gone["reason"]


def test_versions_name_models_tables_and_code(tmp_path: Path) -> None:
    found = two_weeks(tmp_path)
    model = Popularity.from_arrays({"popularity": BASE.astype("float32")}, PopularitySettings())
    origin = {"tables": {"joined/items": 3}, "code": "abc", "commit": None, "history": "def", "scope": "shop"}
    save_ranker(model, found.places.models / "svd" / f"{WEEKS[0]}" / "shop", origin)
    versions = json.loads(publish(found, WEEKS[1])["versions"])
    assert versions["tables"] == {table: found.lake.version(table) for table in (deciding.BOARD, deciding.RESAMPLES)}
    assert set(versions["code"]) == {"evaluation", "rankers"}
    behind = versions["models"][f"{WEEKS[0]}"]
    assert behind["tables"] == {"joined/items": 3}
    assert set(behind) == {"sha256", "tables", "code", "commit", "history"}
