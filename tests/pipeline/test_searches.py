"""Searches for settings on the tiny installation, with the knowledge of it."""

from dataclasses import replace

import dagster as dg
import numpy as np
import pytest

from tests.pipeline.conftest import Refreshed
from tests.pipeline.tiny import SECOND, rows
from xdrec_assets.definitions import definitions_of
from xdrec_assets.joined.past import load_past
from xdrec_assets.knowledge.reading import load_knowledge
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.rankers.search.chosen import SEARCHES
from xdrec_assets.rankers.search.searching import publish_searches
from xdrec_assets.rankers.search.settings import SearchSettings
from xdrec_assets.rankers.search.validation import knowledge_before
from xdrec_assets.rankers.search.window import inner_window


@pytest.fixture(scope="module")
def pipeline(refreshed: Refreshed, tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """A copy, with searches for what reads texts and fused vectors."""
    found = refreshed.tiny.copied_to(tmp_path_factory.mktemp("searches")).pipeline()
    search = SearchSettings(trials=2, rankers=("nearest_text", "linear"), days=7, people=50)
    return replace(found, settings=replace(found.settings, search=search))


def test_a_refresh_searches_for_nothing_unless_it_is_set(refreshed: Refreshed) -> None:
    pipeline = refreshed.tiny.pipeline()
    assert rows(pipeline, SEARCHES).num_rows == 0
    assert [done.audit for done in publish_searches(pipeline, pipeline.folder.partition(SECOND))] == [None]


def test_the_asset_searches_once(pipeline: Pipeline) -> None:
    job = definitions_of(pipeline).resolve_job_def("models")
    with dg.DagsterInstance.ephemeral() as instance:
        for _ in range(2):
            done = job.execute_in_process(
                instance=instance, partition_key=f"{SECOND}", asset_selection=[dg.AssetKey(SEARCHES.split("/"))]
            )
            assert done.success
    (shown,) = (event.materialization.metadata for event in done.get_asset_materialization_events())
    found = rows(pipeline, SEARCHES).to_pylist()
    platforms = [*load_past(pipeline, SECOND).history.platforms]
    models = {(row["ranker"], row["platform"]) for row in found}
    assert {ranker for ranker, _ in models} == {"nearest_text", "linear"}
    assert {platform for _, platform in models} <= {"all", *platforms}
    assert len(found) == 3 * len(models)
    assert all(0 < row["n_people"] <= 50 * (len(platforms) if row["platform"] == "all" else 1) for row in found)
    assert any(row["ndcg"] > 0 for row in found)
    assert shown["unchanged"].value is True
    assert shown["trials"].value == len(found)
    assert "data:image/png" in shown["plot of trials"].value


def test_validation_knows_nothing_of_who_took_what_in_its_window(pipeline: Pipeline) -> None:
    """Knowledge of the window's own date, and with other people's choices in it."""
    past = load_past(pipeline, SECOND)
    window = inner_window(past.history, "time", days=7)
    known = knowledge_before(pipeline, past, window.history)
    is_late = past.history.age_days <= 7
    other = replace(past.history, person=np.where(is_late, past.history.person[::-1], past.history.person))
    again = knowledge_before(pipeline, replace(past, history=other), inner_window(other, "time", days=7).history)
    published = load_knowledge(pipeline, SECOND)
    for scope in ("all", *past.history.platforms):
        np.testing.assert_array_equal(known[scope].text, again[scope].text)
        np.testing.assert_array_equal(known[scope].fused, again[scope].fused)
        np.testing.assert_array_equal(known[scope].person, again[scope].person)
        np.testing.assert_allclose(known[scope].text, published[scope].text, atol=1e-5)
        np.testing.assert_array_equal(known[scope].texts, published[scope].texts)
    assert not np.allclose(known["all"].person, published["all"].person)
