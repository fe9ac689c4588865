"""What a report reads of the judgement that was made on its date."""

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from data_quality.contract import load_contract
from resources.partitions import BY_AS_OF, Partition
from tests.evaluation.champion.judged import judged
from tests.evaluation.champion.test_deciding import LONG, WEEKS, lay_down, pipeline
from tests.evaluation.report.made_up import learned
from xdrec_assets.evaluation.report.findings import findings
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.rankers.popularity import Popularity
from xdrec_assets.rankers.settings import PopularitySettings
from xdrec_assets.rankers.store import save_ranker
from xdrec_assets.rankers.told import Told

LATER = LONG.replace("{weekly_from: 2026-01-12}", f"{{dates: [{WEEKS[1]}, {WEEKS[2]}]}}")


def lay_down_metrics(found: Pipeline, **changed: str) -> None:
    """One figure of the second week's models, over each catalogue."""
    row = {"as_of": WEEKS[1], "platform": "shop", "ranker": "svd", "trained_on": "one", "segment": "all"}
    row |= {"twins": "with", "metric": "ndcg", "k": 10, "value": 0.1, "n_people": 9}
    rows = [row | {"catalogue": catalogue} for catalogue in ("known", "seen")]
    rows += [row | {"catalogue": "known", name: value} for name, value in changed.items()]
    built = pa.Table.from_pylist(rows, schema=load_contract("evaluation/metrics").arrow_schema())
    partition = Partition(f"{WEEKS[2]}", WEEKS[1], Partition.of_day(WEEKS[1]).after)
    found.lake.publish("evaluation/metrics", built.to_reader, BY_AS_OF, [partition], {f"{WEEKS[2]}": 1})


def days_of_history(tmp_path: Path, settings: str) -> set[date]:
    found = pipeline(tmp_path, settings)
    lay_down(found, judged({"svd_one": 0.1}, WEEKS[0]), WEEKS[1])
    lay_down(found, judged({"svd_one": 0.2}, WEEKS[1]), WEEKS[2])
    return {row["as_of"] for row in findings(found, Partition.of_day(WEEKS[2])).past}


def test_dates_that_were_taken_out_of_the_settings_are_no_history(tmp_path: Path) -> None:
    assert days_of_history(tmp_path / "all", LONG) == {WEEKS[0]}
    assert days_of_history(tmp_path / "later", LATER) == set()


def test_of_the_metrics_it_reads_the_ndcg_of_everyone_over_both_catalogues(tmp_path: Path) -> None:
    found = pipeline(tmp_path)
    lay_down_metrics(found, segment="long_tail", twins="without", metric="recall")
    rows = findings(found, Partition.of_day(WEEKS[2])).metrics
    assert [(row["catalogue"], row["segment"], row["twins"], row["metric"]) for row in rows] == [
        ("known", "all", "with", "ndcg"),
        ("seen", "all", "with", "ndcg"),
    ]


def test_losses_are_those_of_models_that_went_in_two_passes_or_more(tmp_path: Path) -> None:
    found = pipeline(tmp_path)
    for scope, losses, validation in (("all", (1.0, 0.5), (0.1, 0.2)), ("shop", (1.0,), ()), ("video", (), ())):
        model = Popularity.from_arrays({"popularity": np.ones(2, dtype=np.float32)}, PopularitySettings())
        model.told = Told(losses, validation)
        save_ranker(model, found.places.models / "nmf" / f"{WEEKS[1]}" / scope)
    (row,) = findings(found, Partition.of_day(WEEKS[2])).losses
    assert row == learned("nmf", "all", "all", [1.0, 0.5], [0.1, 0.2])
