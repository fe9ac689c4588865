"""Texts are encoded once per family, chunk by chunk, and families take turns."""

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from tests.embeddings.worlds import ENCODER, LengthEncoder, item, length_world, publish, states, stored
from tests.worlds import TODAY, join, land, lines, rows
from xdrec_assets.embeddings.families import serving
from xdrec_assets.embeddings.reading import text_vectors
from xdrec_assets.pipeline import Pipeline

NAMES = ("tea", "kettle", "pot of tea")
WIDE = ENCODER.replace("}", ", size: 4}")


def more_items(pipeline: Pipeline, *names: str) -> None:
    land(pipeline, {"shop/items/2026-01-07.jsonl": lines(*map(item, names))})
    join(pipeline)


def test_a_day_without_new_content_loads_no_encoder(tmp_path, encoders: list[LengthEncoder]) -> None:
    pipeline = length_world(tmp_path, NAMES)
    first = publish(pipeline)["embeddings/item_texts"]
    assert {name: first.figures[name] for name in ("texts encoded", "cache hits", "texts broken", "tokens")} == {
        "texts encoded": 3, "cache hits": 0, "texts broken": 0, "tokens": 19,
    }  # fmt: skip
    assert first.figures["ran as"] == "by hand"
    versions = {table: pipeline.lake.version(table) for table in pipeline.lake.tables()}
    assert {each.audit for each in publish(pipeline).values()} == {None}
    assert {table: pipeline.lake.version(table) for table in pipeline.lake.tables()} == versions
    assert len(encoders) == 1


def test_only_new_content_is_encoded(tmp_path, encoders: list[LengthEncoder]) -> None:
    pipeline = length_world(tmp_path, NAMES)
    publish(pipeline)
    more_items(pipeline, "tea", "cup")
    said = publish(pipeline)["embeddings/item_texts"].figures
    assert encoders[-1].asked == ["cup"]
    assert (said["texts encoded"], said["cache hits"]) == (1, 3)
    assert stored(pipeline) == {3: [3, 0], 6: [6, 0], 10: [10, 0]}


def test_content_with_no_new_text_is_looked_up_and_nothing_is_loaded(tmp_path, encoders: list[LengthEncoder]) -> None:
    pipeline = length_world(tmp_path, NAMES)
    publish(pipeline)
    more_items(pipeline, "tea", "pot of tea")
    publish(pipeline)
    assert len(encoders) == 1


def test_a_text_that_broke_is_not_tried_again_by_its_family(tmp_path, encoders: list[LengthEncoder]) -> None:
    pipeline = length_world(tmp_path, ("tea", "break it"))
    publish(pipeline)
    assert rows(pipeline, "embeddings/quarantined", "reason", "first_seen") == [("not finite", TODAY)]
    assert states(pipeline) == {"endpoint": ("serving", 0)}
    more_items(pipeline, "cup of tea")
    publish(pipeline)
    assert [each.asked for each in encoders] == [sorted(encoders[0].asked, key=encoders[0].asked.index), ["cup of tea"]]
    assert "break it" in encoders[0].asked
    wide = length_world(tmp_path, ("tea", "break it"), encoder=WIDE)
    publish(wide)
    assert "break it" in encoders[-1].asked


def test_a_new_family_fills_beside_the_one_that_serves(tmp_path, encoders: list[LengthEncoder]) -> None:
    publish(length_world(tmp_path, NAMES))
    wide = length_world(tmp_path, NAMES, encoder=WIDE, texts_per_run=2)
    publish(wide)
    assert states(wide) == {"endpoint": ("serving", 0), "endpoint size 4": ("filling", 1)}
    assert serving(wide).family.variant == "endpoint"
    publish(wide)
    assert states(wide) == {"endpoint": ("retired", 0), "endpoint size 4": ("serving", 0)}
    assert serving(wide).filled.size == 4
    assert len(stored(wide, "endpoint")) == len(stored(wide, "endpoint size 4")) == 3


def test_the_family_that_serves_is_kept_up_while_another_fills(tmp_path, encoders: list[LengthEncoder]) -> None:
    publish(length_world(tmp_path, NAMES))
    wide = length_world(tmp_path, NAMES, encoder=WIDE, texts_per_run=2)
    more_items(wide, "cup")
    publish(wide)
    assert (encoders[1].size, encoders[1].asked) == (2, ["cup"])
    assert len(encoders[2].asked) == 1  # of the two of this run the one that serves took the first
    assert states(wide) == {"endpoint": ("serving", 0), "endpoint size 4": ("filling", 3)}


def test_a_first_family_serves_when_it_is_complete_and_no_sooner(tmp_path, encoders: list[LengthEncoder]) -> None:
    pipeline = length_world(tmp_path, NAMES, texts_per_run=2)
    publish(pipeline)
    with pytest.raises(ValueError, match=r"no family .* serves yet \(length 1 \(endpoint\): 2 of 3 texts\)"):
        serving(pipeline)
    publish(pipeline)
    assert serving(pipeline).since == TODAY


def test_a_family_that_serves_again_is_not_filled_again(tmp_path, encoders: list[LengthEncoder]) -> None:
    for encoder in (ENCODER, WIDE, ENCODER):
        pipeline = length_world(tmp_path, NAMES, encoder=encoder)
        publish(pipeline)
    assert len(encoders) == 2
    assert states(pipeline) == {"endpoint": ("serving", 0), "endpoint size 4": ("retired", 0)}


def test_vectors_are_read_of_the_family_that_serves(tmp_path, encoders: list[LengthEncoder]) -> None:
    publish(length_world(tmp_path, ("tea", "", "break it")))
    pipeline = length_world(tmp_path, ("tea", "", "break it"), encoder=WIDE)
    publish(pipeline)
    hashes = dict(rows(pipeline, "joined/items", "text", "content_hash"))
    wanted = pa.array(["unheard", hashes["tea"], None, hashes["break it"], hashes["tea"]])
    found = text_vectors(pipeline, serving(pipeline), wanted)
    known = np.array([3, 0, 1 / 3, 1 / 3], dtype=np.float32)
    np.testing.assert_array_equal(found, [known * 0, known, known * 0, known * 0, known])


def test_unused_content_is_collected_when_it_is_much(tmp_path, encoders: list[LengthEncoder]) -> None:
    before, after = (
        length_world(tmp_path / name, names) for name, names in (("before", NAMES), ("after", ["tea", "cups"]))
    )
    publish(before)
    Path(before.places.lake, "embeddings").rename(Path(after.places.lake, "embeddings"))
    publish(after)
    assert stored(after) == {3: [3, 0], 4: [4, 0]}
    publish(after)
    assert [each.asked for each in encoders[1:]] == [["cups"]]


def test_a_little_unused_content_stays(tmp_path, encoders: list[LengthEncoder]) -> None:
    names = [f"tea of {n:03}" for n in range(10)]
    before, after = (length_world(tmp_path / name, names) for name, names in (("before", names), ("after", names[2:])))
    publish(before)
    Path(before.places.lake, "embeddings").rename(Path(after.places.lake, "embeddings"))
    publish(after)
    assert after.lake.count("embeddings/item_texts") == 10


def test_a_family_out_of_use_goes_after_a_while(tmp_path, encoders: list[LengthEncoder]) -> None:
    publish(length_world(tmp_path, NAMES))
    publish(length_world(tmp_path, NAMES, encoder=WIDE))
    for day, variants in ((date(2026, 2, 13), 2), (date(2026, 2, 14), 1)):
        later = length_world(tmp_path, NAMES, encoder=WIDE, today=day)
        publish(later)
        assert len({row["variant"] for row in rows(later, "embeddings/item_texts")}) == variants
        assert len(states(later)) == variants
    assert len(encoders) == 2
