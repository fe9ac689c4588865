"""What models learn from, when they are trained anew, and what is read back of how they were trained."""

import json
from datetime import date
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from resources.partitions import Partition
from tests.rankers.planted import PLATFORMS, TARGET, World, knowledge_of, planted_world
from tests.worlds import SETTINGS, SHOP, VIDEO, event, join, lines, rows
from tests.worlds import world as installation
from xdrec_assets.joined.past import load_past
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.rankers import training
from xdrec_assets.rankers.item_knn import ItemKNN
from xdrec_assets.rankers.models import Trained, model_of, models_of
from xdrec_assets.rankers.popularity import Popularity
from xdrec_assets.rankers.settings import PopularitySettings, RankerSettings
from xdrec_assets.rankers.store import load_ranker, save_ranker, verified_ranker
from xdrec_assets.rankers.told import Told
from xdrec_assets.rankers.training import load_model, publish_ranker, train, training_losses
from xdrec_assets.rankers.transfer.per_platform import PerPlatform
from xdrec_assets.rankers.transfer.strategy import Learned

AS_OF = Partition.of_day(date(2026, 1, 12))
EVENTS = lines(*(event(who, what, "2026-01-06T12:00:00Z") for who in "ab" for what in ("pan", "pot", "wok")))
SCOPES = ("all", "shop", "video")


@pytest.fixture(scope="module")
def planted() -> World:
    return planted_world()


def test_model_of_all_learns_from_all_and_a_twin_from_its_platform_alone(planted: World) -> None:
    knowledge, settings = {"all": planted.knowledge, TARGET: planted.twin_knowledge()}, RankerSettings()
    whole = train(Trained("item_knn", "all"), planted.history, knowledge, settings)
    twin = train(Trained("item_knn", TARGET), planted.history, knowledge, settings)
    alone = ItemKNN(settings.item_knn).fit(planted.history.only(TARGET), planted.twin_knowledge())
    for name, array in twin.arrays().items():
        assert_array_equal(array, alone.arrays()[name])
    elsewhere = planted.history.items_of(PLATFORMS[0])
    assert whole.score(np.arange(5), elsewhere).any()
    assert not twin.score(np.arange(5), elsewhere).any()


def test_losses_of_models_that_have_any_are_read_back(tmp_path: Path) -> None:
    pipeline = installation(tmp_path, {})
    for ranker, as_of, scope, told in (
        ("nmf", "2026-01-12", "all", Told((1.0, 0.5), (0.1, 0.2))),
        ("nmf", "2026-01-12", "shop", Told((1.0, 0.25))),
        ("nmf", "2026-01-19", "shop", Told((1.0, 0.125))),
        ("svd", "2026-01-12", "all", Told()),
    ):
        model = Popularity.from_arrays({"popularity": np.ones(2, dtype=np.float32)}, PopularitySettings())
        model.told = told
        save_ranker(model, pipeline.places.models / Trained(ranker, scope).folder(as_of))
    assert training_losses(pipeline, "2026-01-12") == [
        {"ranker": "nmf", "trained_on": "all", "platform": "all", "losses": [1.0, 0.5], "validation": [0.1, 0.2]},
        {"ranker": "nmf", "trained_on": "one", "platform": "shop", "losses": [1.0, 0.25], "validation": []},
    ]
    assert training_losses(pipeline, "2026-01-26") == []


@pytest.fixture
def joined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    """Two platforms' events, joined; item-KNN needs no knowledge of items, so none is made."""
    return ready(with_neighbours(tmp_path, 2), monkeypatch)


def ready(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    join(pipeline)
    history = load_past(pipeline, AS_OF.first).history
    nothing = knowledge_of(np.zeros((history.n_items, 1)), history.n_people)
    monkeypatch.setattr(training, "load_knowledge", lambda *_: dict.fromkeys(SCOPES, nothing))
    return pipeline


def with_neighbours(home: Path, n: int) -> Pipeline:
    """The installation with other settings of item-KNN."""
    return of_two(home, f"rankers: {{item_knn: {{neighbours: {n}}}}}\n")


def of_two(home: Path, settings: str) -> Pipeline:
    """An installation of a shop and a video site that the same people use."""
    files = {f"{platform}/events/2026-01-06.jsonl": EVENTS for platform in ("shop", "video")}
    return installation(home, files, {"shop": SHOP, "video": VIDEO}, f"{SETTINGS}{settings}")


def trained(pipeline: Pipeline) -> list[str]:
    """Materialise item-KNN; the files of its models that were written."""
    models = [pipeline.places.models / Trained("item_knn", scope).folder(AS_OF.key) for scope in SCOPES]
    before = [folder.stat().st_ino if folder.exists() else None for folder in _about(models)]
    list(publish_ranker(pipeline, "item_knn", AS_OF))
    return [one.parent.name for one, inode in zip(_about(models), before, strict=True) if one.stat().st_ino != inode]


def _about(models: list[Path]) -> list[Path]:
    return [folder / "ranker.json" for folder in models]


def killed(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def test_models_made_from_the_same_are_left_alone(joined: Pipeline) -> None:
    assert trained(joined) == [*SCOPES]
    assert trained(joined) == []


def test_models_of_a_run_killed_before_it_published_are_not_taken_for_the_former_ones(
    joined: Pipeline, tmp_path: Path
) -> None:
    trained(joined)
    other = with_neighbours(tmp_path, 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "publish_as_of", killed)
        with pytest.raises(KeyboardInterrupt):
            trained(other)
    trained(with_neighbours(tmp_path, 2))
    for scope in SCOPES:
        model = load_ranker(joined.places.models / Trained("item_knn", scope).folder(AS_OF.key))
        assert model.settings.neighbours == 2
        assert np.diff(model.arrays()["similarity.indptr"]).max() == 2


def test_models_are_trained_again_where_new_items_are_answered_for_otherwise(joined: Pipeline, tmp_path: Path) -> None:
    assert trained(joined) == [*SCOPES]
    assert trained(of_two(tmp_path, "rankers: {new_items: {discount: 0.5}}\n")) == [*SCOPES]


def test_models_are_trained_again_where_what_they_are_made_with_changed(
    joined: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert trained(joined) == [*SCOPES]
    monkeypatch.setattr(ItemKNN, "made_with", lambda self: "another language model")
    assert trained(joined) == [*SCOPES]
    assert trained(joined) == []


def test_a_broken_model_is_trained_again(joined: Pipeline) -> None:
    trained(joined)
    (arrays,) = (joined.places.models / "item_knn" / AS_OF.key / "shop").glob("*.safetensors")
    whole = arrays.read_bytes()
    arrays.write_bytes(b"broken")
    assert "shop" in trained(joined)
    assert arrays.read_bytes() == whole
    assert trained(joined) == []


def test_a_single_platform_has_no_others_to_learn_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = f"{SETTINGS}transfer: {{of: {{item_knn: choice}}}}\n"
    alone = ready(installation(tmp_path, {"shop/events/2026-01-06.jsonl": EVENTS}, settings=settings), monkeypatch)
    past = load_past(alone, AS_OF.first)
    (published,) = publish_ranker(alone, "item_knn", AS_OF)
    assert published.n_rows == 1
    assert [path.name for path in (alone.places.models / "item_knn" / AS_OF.key).iterdir()] == ["shop"]
    assert models_of("item_knn", past.history) == [Trained("item_knn", "shop")]
    for trained_on in ("one", "all"):  # as a person may have pinned it
        assert load_model(alone, model_of("item_knn", trained_on, "shop", past.history), past).arrays()


def test_what_an_earlier_version_kept_of_other_scopes_is_gone(joined: Pipeline) -> None:
    former = joined.places.models / "item_knn" / AS_OF.key / "music"
    save_ranker(Popularity.from_arrays({"popularity": np.ones(2, np.float32)}, PopularitySettings()), former)
    trained(joined)
    assert not former.exists()


class TestTransfer:
    """A strategy in the settings reaches the model, its row, its file and its asset."""

    SETTINGS = "rankers: {svd: {factors: 2}}\ntransfer: {of: {svd: mapping}, mapping: {ridge: 4}}\n"

    @pytest.fixture
    def pipeline(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pipeline:
        return ready(of_two(tmp_path, self.SETTINGS), monkeypatch)

    def test_it_is_said_in_the_row_the_file_and_the_table(self, pipeline: Pipeline) -> None:
        (published,) = publish_ranker(pipeline, "svd", AS_OF)
        models = {row["platform"]: json.loads(row["settings"]) for row in rows(pipeline, "rankers/svd")}
        assert models["all"]["transfer"]["strategy"] == "mapping"
        assert models["all"]["transfer"]["ridge"] == 4
        assert models["all"]["transfer"]["used"] == {"shop": "mapping", "video": "mapping"}
        assert models["shop"]["transfer"] == models["video"]["transfer"] == {"strategy": "none"}
        about, _ = verified_ranker(pipeline.places.models / Trained("svd", "all").folder(AS_OF.key))
        assert about["origin"]["transfer"] == models["all"]["transfer"]
        assert about["per_platform"]["video"]["strategy"] == "mapping"
        table = published.shown.texts["fitting"].splitlines()
        assert [line.split(" | ")[:2] for line in table[2:]] == [
            ["| all", "mapping"],
            ["| shop", "none"],
            ["| video", "none"],
        ]

    def test_the_loaded_model_answers_for_every_platform(self, pipeline: Pipeline) -> None:
        list(publish_ranker(pipeline, "svd", AS_OF))
        past = load_past(pipeline, AS_OF.first)
        ranker = load_model(pipeline, model_of("svd", "all", "shop", past.history), past)
        assert (ranker.name, ranker.settings.factors) == ("svd", 2)
        for platform in ("shop", "video"):
            items = past.history.items_of(platform)
            twin = load_model(pipeline, Trained("svd", platform), past)
            people = np.arange(past.history.n_people)
            assert_array_equal(ranker.score(people, items), twin.score(people, items))  # nobody is cold here

    def test_another_strategy_is_another_model_and_the_same_is_none(self, pipeline: Pipeline, tmp_path: Path) -> None:
        assert [one.n_rows for one in publish_ranker(pipeline, "svd", AS_OF)] == [3]
        assert [one.n_rows for one in publish_ranker(pipeline, "svd", AS_OF)] == [0]
        other = of_two(tmp_path, self.SETTINGS.replace("ridge: 4", "ridge: 5"))
        assert [one.n_rows for one in publish_ranker(other, "svd", AS_OF)] == [3]
        elsewhere = of_two(tmp_path, self.SETTINGS.replace("ridge: 4}", "ridge: 5}, bridge: {epochs: 1}"))
        assert [one.n_rows for one in publish_ranker(elsewhere, "svd", AS_OF)] == [0]

    def test_losses_of_each_platform_s_part_are_read_back(self, tmp_path: Path) -> None:
        pipeline = installation(tmp_path, {})
        model = Popularity.from_arrays({"popularity": np.ones(4, dtype=np.float32)}, PopularitySettings())
        model.told = Told((1.0, 0.5), (0.1, 0.2))
        parts = {"shop": Learned(model, "mapping"), "video": Learned(model, "mapping")}
        both = PerPlatform(parts, {"shop": slice(0, 2), "video": slice(2, 4)})
        save_ranker(both, pipeline.places.models / Trained("nmf", "all").folder("2026-01-12"))
        found = training_losses(pipeline, "2026-01-12")
        assert [(row["trained_on"], row["platform"]) for row in found] == [("all", f"all for {name}") for name in parts]
        assert [row["validation"] for row in found] == [[0.1, 0.2]] * 2
