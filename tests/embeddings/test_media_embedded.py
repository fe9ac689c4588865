"""From landed pictures and sounds of a small shop to the tables of vectors, run after run."""

import os
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import numpy as np
import pytest

from resources.encoding.pictures import PictureEncoder
from tests.media import encoded, noise, sound, tiny_clip, tiny_wav2vec2, tone
from tests.worlds import ITEMS, SETTINGS, SHOP, join, land, lines, rows, world
from xdrec_assets.definitions import definitions_of
from xdrec_assets.embeddings.media_embedded import TABLES, media_vectors, publish_item_media
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.publishing import Publication

WITH_MEDIA = SHOP + ITEMS.replace("image: image", "image: image, audio: audio")
PICTURES = {f"shop/{name}.png": encoded(noise(20, 30, seed)) for seed, name in enumerate("abc")}
NAMED = [{"sku": name, "name": name, "image": f"shop/{name}.png"} for name in "abc"]


def shop(tmp_path: Path, items: list[dict[str, Any]], files: dict[str, bytes], **media: Any) -> Pipeline:
    """A shop with items and media files, and a tiny CLIP for its pictures."""
    told = {"image_encoder": tiny_clip(tmp_path / "clip"), **media}
    settings = SETTINGS + "embeddings:\n" + "".join(f"  {name}: {value}\n" for name, value in told.items())
    landed = {"shop/items/2026-01-05.jsonl": lines(*items), **files}
    pipeline = world(tmp_path, landed, {"shop": WITH_MEDIA}, settings)
    join(pipeline)
    return pipeline


def publish(pipeline: Pipeline) -> dict[str, Publication]:
    return {publication.table: publication for publication in publish_item_media(pipeline)}


def vectors(pipeline: Pipeline, as_of: date = date(2026, 1, 12)) -> dict[str, np.ndarray]:
    found = media_vectors(pipeline, "image", as_of).to_pylist()
    return {row["item_id"]: np.array(row["vector"]) for row in found}


def encode(tmp_path: Path, content: bytes) -> np.ndarray:
    from resources.encoding.media_spec import MediaSpec
    from resources.encoding.model_files import find_model_files

    folder = str(tmp_path / "clip")
    encoder = PictureEncoder.load(find_model_files(folder), MediaSpec(model=folder), device="cpu")
    return encoder.encode([encoder.prepare(content)])[0]


@pytest.fixture
def no_loading(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("the model was loaded, though nothing is new")

    monkeypatch.setattr(PictureEncoder, "load", refuse)


def test_every_picture_has_its_vector_under_its_item(tmp_path: Path) -> None:
    pipeline = shop(tmp_path, NAMED, PICTURES)
    found = publish(pipeline)
    assert found["embeddings/item_images"].figures["files encoded"] == 3
    assert [found[table].n_rows for table in TABLES] == [3, 3, 0, 0]
    by_item = vectors(pipeline)
    assert sorted(by_item) == ["a", "b", "c"]
    for name, vector in by_item.items():
        np.testing.assert_allclose(vector, encode(tmp_path, PICTURES[f"shop/{name}.png"]), atol=1e-5)


def test_a_second_run_reads_no_file_and_loads_no_model(tmp_path: Path, no_loading: None) -> None:
    pipeline = shop(tmp_path, [], {})
    publish(pipeline)
    again = publish(pipeline)
    assert set(again) == set(TABLES)
    assert all(publication.audit is None for publication in again.values())


def test_only_a_changed_file_is_read_again_and_the_week_before_keeps_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = shop(tmp_path, NAMED, PICTURES)
    publish(pipeline)
    before = vectors(pipeline)
    changed = encoded(noise(25, 25, 99))
    land(pipeline, {"shop/b.png": changed})
    os.utime(tmp_path / "landing" / "shop" / "b.png", (1, 1))  # restored from an older copy: other, if not newer
    read: list[int] = []
    prepare = PictureEncoder.prepare
    monkeypatch.setattr(PictureEncoder, "prepare", lambda self, content: read.append(1) or prepare(self, content))
    found = publish(pipeline)
    assert len(read) == found["embeddings/item_images"].n_rows == found["embeddings/media_files"].n_rows == 1
    assert pipeline.lake.count("embeddings/item_images") == 4
    tomorrow = date.fromordinal(date.today().toordinal() + 2)
    after = vectors(pipeline, tomorrow)
    np.testing.assert_allclose(after["b"], encode(tmp_path, changed), atol=1e-5)
    np.testing.assert_allclose(after["a"], before["a"])
    np.testing.assert_allclose(vectors(pipeline)["b"], before["b"])


def test_a_touched_file_is_read_and_not_encoded(tmp_path: Path) -> None:
    pipeline = shop(tmp_path, NAMED, PICTURES)
    publish(pipeline)
    os.utime(tmp_path / "landing" / "shop" / "b.png", (1, 1))
    found = publish(pipeline)
    assert found["embeddings/item_images"].audit is None
    assert found["embeddings/media_files"].n_rows == 1


def test_broken_files_are_quarantined_alone_until_they_are_mended(tmp_path: Path) -> None:
    names = {
        "cut": PICTURES["shop/a.png"][:400],
        "page": b"<html>not found</html>",
        "empty": b"",
        "large": bytes(3_000),
    }
    items = [{"sku": name, "image": f"shop/{name}.png"} for name in names]
    items += [{"sku": "url", "image": "https://example.com/a.png"}, {"sku": "gone", "image": "shop/gone.png"}]
    items += [{"sku": "out", "image": "../secret.png"}, {"sku": "link", "image": "shop/link.png"}]
    (tmp_path / "secret.png").write_bytes(PICTURES["shop/a.png"])
    (tmp_path / "landing" / "shop").mkdir(parents=True)
    (tmp_path / "landing" / "shop" / "link.png").symlink_to(tmp_path / "secret.png")
    files = {f"shop/{name}.png": content for name, content in names.items()} | PICTURES
    pipeline = shop(tmp_path, NAMED + items, files, media_bytes=2_500)
    publish(pipeline)
    reasons = {row["item_id"]: row["reason"] for row in rows(pipeline, "embeddings/media_quarantined")}
    said = {
        "cut": "PNG that cannot be decoded",
        "page": "the content is text such as SVG or HTML",
        "empty": "the file has 0 bytes",
        "large": "3,000 bytes, at most 2,500 are read",
        "url": "a URL is not fetched",
        "gone": "no such file",
        "out": "leads out",
        "link": "leads out",
    }
    assert reasons.keys() == said.keys()
    assert [name for name, words in said.items() if words not in reasons[name]] == []
    assert sorted(vectors(pipeline)) == ["a", "b", "c"]
    land(pipeline, {"shop/cut.png": PICTURES["shop/a.png"]})
    publish(pipeline)
    assert sorted(vectors(pipeline)) == ["a", "b", "c", "cut"]
    assert "cut" not in rows(pipeline, "embeddings/media_quarantined", "item_id")
    assert pipeline.lake.count("embeddings/item_images") == 3, "the content was known under another name"


def test_another_model_fills_a_family_of_its_own(tmp_path: Path) -> None:
    publish(shop(tmp_path, NAMED, PICTURES))
    other = tiny_clip(tmp_path / "other", seed=1)
    pipeline = shop(tmp_path, NAMED, PICTURES, image_encoder=other)
    assert publish(pipeline)["embeddings/item_images"].n_rows == 3
    assert pipeline.lake.count("embeddings/item_images") == 6
    assert sorted(vectors(pipeline)) == ["a", "b", "c"]
    back = shop(tmp_path, NAMED, PICTURES)
    assert publish(back)["embeddings/item_images"].audit is None


def test_sounds_come_along(tmp_path: Path) -> None:
    items = [{"sku": "song", "audio": "shop/song.flac"}, {"sku": "noise", "audio": "shop/a.png"}]
    files = {"shop/song.flac": sound(tone(0.5), name="FLAC"), "shop/a.png": PICTURES["shop/a.png"]}
    waves = tiny_wav2vec2(tmp_path / "waves")
    pipeline = shop(tmp_path, items, files, image_encoder="null", audio_encoder=waves, media_seconds=0.25)
    publish(pipeline)
    (row,) = rows(pipeline, "embeddings/item_sounds")
    assert (row["seconds"], row["is_cut"], row["variant"]) == (0.25, True, "auto auto 0.25 s")
    (heard,) = media_vectors(pipeline, "audio", date(2026, 1, 12)).to_pylist()
    assert (heard["item_id"], heard["vector"]) == ("song", row["vector"])
    (broken,) = rows(pipeline, "embeddings/media_quarantined")
    assert "the content is PNG, expected WAV" in broken["reason"]


def test_chunks_are_published_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xdrec_assets.embeddings.item_media.FILES_PER_BATCH", 1)
    pipeline = shop(tmp_path, NAMED, PICTURES, chunk_size=2)
    images = [found for found in publish_item_media(pipeline) if found.table == "embeddings/item_images"]
    assert [publication.n_rows for publication in images] == [2, 1]


def test_what_a_killed_run_published_is_not_encoded_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xdrec_assets.embeddings.item_media.FILES_PER_BATCH", 1)
    pipeline = shop(tmp_path, NAMED, PICTURES, chunk_size=1)
    killed = publish_item_media(pipeline)
    assert next(killed).table == "embeddings/item_images"
    killed.close()
    found = [publication.n_rows for publication in publish_item_media(pipeline) if publication.table == TABLES[1]]
    assert found == [1, 1]
    assert sorted(vectors(pipeline)) == ["a", "b", "c"]


def test_without_an_encoder_nothing_is_looked_at(tmp_path: Path) -> None:
    pipeline = shop(tmp_path, NAMED, {}, image_encoder="null")
    found = publish(pipeline)
    assert [(found[table].n_rows, found[table].audit) for table in TABLES] == [(0, None)] * 4
    assert not set(pipeline.lake.tables()) & set(TABLES)
    assert vectors(pipeline) == {}


def test_an_item_has_the_picture_that_it_named_then(tmp_path: Path) -> None:
    later = lines({"sku": "a", "name": "a", "image": "shop/b.png"})
    pipeline = shop(tmp_path, NAMED, PICTURES | {"shop/items/2026-01-09.jsonl": later.encode()})
    publish(pipeline)
    assert sorted(vectors(pipeline, date(2026, 1, 8))) == ["b", "c"], "nobody asked for a.png any more"
    now = vectors(pipeline, date(2026, 1, 12))
    np.testing.assert_array_equal(now["a"], now["b"])


def test_the_asset_reports_every_table_of_its_step(tmp_path: Path) -> None:
    pipeline = shop(tmp_path, [*NAMED, {"sku": "gone", "image": "shop/gone.png"}], PICTURES)
    definitions = definitions_of(pipeline)
    with dg.DagsterInstance.ephemeral() as instance:
        job = definitions.resolve_implicit_global_asset_job_def()
        keys = [dg.AssetKey(table.split("/")) for table in TABLES]
        ran = job.execute_in_process(instance=instance, asset_selection=keys)
        counts = {
            "/".join(event.asset_key.path): event.materialization.metadata["dagster/row_count"].value
            for event in ran.get_asset_materialization_events()
        }
        checks = [event.passed for event in ran.get_asset_check_evaluations()]
    assert counts == dict(zip(TABLES, (3, 3, 0, 1), strict=True))
    assert checks == [True] * 4
