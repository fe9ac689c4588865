"""Searches as of a date over a small installation: rows, when they are made anew, and who is trained with them."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from resources.partitions import Partition
from tests.rankers.planted import knowledge_of
from tests.worlds import SHOP, VIDEO, event, join, lines, rows, world
from xdrec_assets.joined.history import History
from xdrec_assets.joined.past import load_past
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.publishing import Publication
from xdrec_assets.rankers import training
from xdrec_assets.rankers.search import searching, validation
from xdrec_assets.rankers.search.chosen import SEARCHES, settings_by_scope
from xdrec_assets.rankers.search.searching import publish_searches
from xdrec_assets.rankers.search.settings import SearchSettings
from xdrec_assets.rankers.search.validation import validation_of
from xdrec_assets.rankers.store import load_ranker
from xdrec_assets.rankers.training import Trained, publish_ranker

AS_OF = Partition.of_day(date(2026, 1, 12))
PLATFORMS = {"shop": SHOP, "video": VIDEO}
PEOPLE = [f"p{n:02d}" for n in range(12)]
ITEMS = ["pan", "pot", "wok", "cup", "jug", "mug"]
SEARCH: dict[str, Any] = {"trials": 3, "days": 2, "rankers": ("ease", "popularity"), "margin": 0.0}


def log(days: Sequence[int], seed: int = 0) -> dict[str, str]:
    """Everyone takes something on each platform every day; a shop's and a video site's people are others."""
    rng = np.random.default_rng(seed)
    return {
        f"{platform}/events/2026-01-{day:02d}.jsonl": lines(
            *(event(who, str(rng.choice(ITEMS)), f"2026-01-{day:02d}T12:00:00Z", "buy") for who in PEOPLE)
        )
        for platform in PLATFORMS
        for day in days
    }


def nothing_known(history: History) -> dict[str, Knowledge]:
    nothing = knowledge_of(np.zeros((history.n_items, 1)), history.n_people)
    return dict.fromkeys(("all", *history.platforms), nothing)


def searching_in(pipeline: Pipeline, **settings: Any) -> Pipeline:
    search = SearchSettings.model_validate({**SEARCH, **settings})
    return replace(pipeline, settings=replace(pipeline.settings, search=search))


def published(pipeline: Pipeline) -> Publication:
    (done,) = publish_searches(pipeline, AS_OF)
    return done


def tried(pipeline: Pipeline) -> list[dict[str, Any]]:
    """The rows without what a clock says."""
    found = sorted(rows(pipeline, SEARCHES), key=lambda row: (row["ranker"], row["platform"], row["trial"]))
    return [{name: value for name, value in row.items() if name != "seconds"} for row in found]


@pytest.fixture(autouse=True)
def no_knowledge(monkeypatch: pytest.MonkeyPatch) -> None:
    """EASE and popularity need no knowledge of items, so none is made."""
    known = lambda pipeline, past, before: nothing_known(before)  # noqa: E731
    monkeypatch.setattr(validation, "knowledge_before", known)
    monkeypatch.setattr(searching, "_known", lambda *_: [1, 2])
    monkeypatch.setattr(
        training, "load_knowledge", lambda pipeline, day: nothing_known(load_past(pipeline, day).history)
    )


@pytest.fixture(scope="module")
def joined(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    pipeline = world(tmp_path_factory.mktemp("searches"), log(range(5, 12)), PLATFORMS)
    join(pipeline)
    return pipeline


def test_every_trial_of_every_model_is_a_row(joined: Pipeline) -> None:
    pipeline = searching_in(joined)
    done, found = published(pipeline), tried(pipeline)
    models = [("ease", "all"), ("ease", "shop"), ("ease", "video"), ("popularity", "shop"), ("popularity", "video")]
    assert [(row["ranker"], row["platform"], row["trial"]) for row in found] == [
        (*model, n) for model in models for n in range(4)
    ]
    assert done.audit is not None and done.audit.passed
    assert done.figures["trials"] == 20
    for model in models:
        own = [row for row in found if (row["ranker"], row["platform"]) == model]
        assert sum(row["is_chosen"] for row in own) == 1
        assert own[0]["gain"] == 0
        best = max(own, key=lambda row: row["gain"])
        assert next(row for row in own if row["is_chosen"])["gain"] == best["gain"]
    for row in found:
        settings, varied = json.loads(row["settings"]), json.loads(row["tried"])
        assert {name: settings[name] for name in varied} == varied
        assert 0 < row["n_people"] <= (24 if row["platform"] == "all" else 12)


def test_a_table_and_a_picture_are_shown(joined: Pipeline) -> None:
    shown = published(searching_in(joined, seed=5)).shown
    assert shown.texts["chosen"].startswith("| ranker | trained on | trials |")
    assert shown.pictures["plot of trials"].startswith(b"\x89PNG")


def test_the_same_is_tried_again_and_not_searched_for_twice(joined: Pipeline) -> None:
    published(searching_in(joined))
    first = tried(joined)
    assert published(searching_in(joined)).audit is None
    assert published(searching_in(joined, use=True)).audit is None
    assert published(searching_in(joined, seed=1)).audit is not None
    other = tried(joined)
    assert published(searching_in(joined)).audit is not None
    assert tried(joined) == first
    assert other != first


def test_without_a_search_no_row_is_left_and_nothing_is_read(joined: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    published(searching_in(joined))
    monkeypatch.setattr(searching, "load_past", lambda *_: pytest.fail("the past is read"))
    assert published(joined).n_rows == 0
    assert rows(joined, SEARCHES) == []
    assert published(joined).audit is None


def test_what_happens_from_the_date_on_changes_no_trial(joined: Pipeline, tmp_path: Path) -> None:
    """What happened on the last day before it does."""
    published(searching_in(joined))
    later = world(tmp_path / "later", log(range(5, 12)) | log([12, 13], seed=9), PLATFORMS)
    join(later)
    assert published(searching_in(later)).audit is not None
    assert later.lake.count("joined/interactions") > joined.lake.count("joined/interactions")
    assert tried(later) == tried(joined)


def test_what_happened_before_it_changes_them(joined: Pipeline) -> None:
    past = load_past(joined, AS_OF.first)
    age_days = np.where(past.history.age_days < 1, past.history.age_days + 2, past.history.age_days)
    other = replace(past, history=replace(past.history, age_days=age_days))
    one, two = (validation_of(searching_in(joined), each) for each in (past, other))
    model, section = Trained("ease", "all"), joined.settings.rankers.ease
    judged, otherwise = one.judge(model, section), two.judge(model, section)
    assert any(not np.array_equal(judged[name], otherwise[name]) for name in judged)


def test_with_two_windows_each_trial_is_judged_in_both(joined: Pipeline) -> None:
    past = load_past(joined, AS_OF.first)
    once, twice = (validation_of(searching_in(joined, windows=n), past) for n in (1, 2))
    assert [(each.window.history.as_of - AS_OF.first).days for each in twice.rounds] == [-2, -4]
    model, section = Trained("ease", "all"), joined.settings.rankers.ease
    of_one, of_both = once.judge(model, section), twice.judge(model, section)
    earlier = replace(twice, rounds=twice.rounds[1:]).judge(model, section)
    assert {*of_both} == {"shop", "video"}
    for name, values in of_both.items():
        np.testing.assert_array_equal(values, np.concatenate([of_one[name], earlier[name]]))


def test_knowledge_that_was_never_made_is_asked_for(joined: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "_known", lambda *_: [1, None])
    with pytest.raises(ValueError, match="knowledge/item_vectors or knowledge/person_vectors holds nothing as of 2026"):
        published(searching_in(joined, seed=77))


def test_models_are_trained_with_what_was_chosen_where_that_is_set(joined: Pipeline) -> None:
    reported, used = searching_in(joined), searching_in(joined, use=True)
    published(reported)
    list(publish_ranker(reported, "ease", AS_OF))
    assert settings_of(joined) == dict.fromkeys(("all", "shop", "video"), joined.settings.rankers.ease)
    list(publish_ranker(used, "ease", AS_OF))
    chosen = {row["platform"]: json.loads(row["settings"]) for row in tried(joined) if is_of_ease(row)}
    assert {scope: each.model_dump() for scope, each in settings_of(joined).items()} == chosen
    assert any(each["ridge"] != joined.settings.rankers.ease.ridge for each in chosen.values())
    assert all(each.audit is None for each in publish_ranker(used, "ease", AS_OF))


def test_other_rankers_keep_what_stands(joined: Pipeline) -> None:
    found = settings_by_scope(searching_in(joined, use=True), "svd", AS_OF, ["all"])
    assert found == {"all": joined.settings.rankers}


def test_what_was_never_searched_cannot_be_used(tmp_path: Path) -> None:
    pipeline = searching_in(world(tmp_path, {}), use=True)
    with pytest.raises(ValueError, match=r"search.use is true and rankers/searches holds nothing as of 2026-01-12"):
        settings_by_scope(pipeline, "ease", AS_OF, ["all"])


def is_of_ease(row: dict[str, Any]) -> bool:
    return row["ranker"] == "ease" and row["is_chosen"]


def settings_of(pipeline: Pipeline) -> dict[str, Any]:
    """The settings that EASE's models were trained with."""
    scopes = ("all", "shop", "video")
    folders = {scope: pipeline.places.models / Trained("ease", scope).folder(AS_OF.key) for scope in scopes}
    return {scope: load_ranker(folder).settings for scope, folder in folders.items()}
