"""What becomes of the files that items name: encoded once per content, each broken one alone."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pytest

from resources.encoding.media_files import BrokenFile
from resources.encoding.media_network import Prepared, unit_or_nan
from resources.landing import LandedFile
from xdrec_assets.embeddings import item_media
from xdrec_assets.embeddings.families import Family
from xdrec_assets.embeddings.item_media import NO_VECTOR, EncodedFiles, encode_files, in_chunks, quarantined

FAMILY = Family("lengths", "1", "auto auto")
NOW, CHANGED = datetime(2026, 1, 5, 12, tzinfo=UTC), datetime(2026, 1, 4, tzinfo=UTC)


@dataclass
class LengthEncoder:
    """An encoder that says how long a file is, and remembers what it was asked."""

    device: str = "cpu"
    precision: str = "fp32"
    asked: list[bytes] = field(default_factory=list)

    def prepare(self, content: bytes) -> Prepared:
        if content.startswith(b"broken"):
            raise BrokenFile("PNG that cannot be decoded; land a whole one")
        self.asked.append(content)
        return Prepared([{"content": np.frombuffer(content, np.uint8)}], {"width": len(content), "height": 1})

    def encode(self, prepared: Sequence[Prepared]) -> np.ndarray:
        lengths = [0 if one.parts[0]["content"][0] == ord("z") else len(one.parts[0]["content"]) for one in prepared]
        return unit_or_nan(np.array([[length, 0] for length in lengths]))


def run(contents: dict[str, bytes], encoder: LengthEncoder, known: Sequence[str] = ()) -> EncodedFiles:
    files = [LandedFile(path, len(content), CHANGED) for path, content in contents.items()]
    (found,) = in_chunks(
        encode_files(files, lambda file: contents[file.path], encoder, "image", FAMILY, known, NOW), 1_000
    )
    return found


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_rows_have_the_key_of_their_family_and_the_hash_of_their_bytes() -> None:
    found = run({"a.png": b"four"}, LengthEncoder())
    row = {**vars(FAMILY), "content_hash": sha(b"four"), "width": 4, "height": 1, "vector": [1.0, 0.0]}
    assert found.vectors.to_pylist() == [row]
    read = {"medium": "image", "file": "a.png", "n_bytes": 4, "modified_at": CHANGED, "read_at": NOW}
    assert found.files.to_pylist() == [read | {"content_hash": sha(b"four")}]


def test_equal_contents_are_encoded_once_also_in_different_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(item_media, "FILES_PER_BATCH", 2)
    found = run({"a": b"one", "b": b"one", "c": b"one", "d": b"two"}, encoder := LengthEncoder())
    assert found.vectors["content_hash"].to_pylist() == [sha(b"one"), sha(b"two")]
    assert encoder.asked.count(b"one") <= 2  # side by side within a batch, and never after it
    assert found.files["file"].to_pylist() == ["a", "b", "c", "d"]


def test_what_is_known_is_read_and_not_encoded() -> None:
    found = run({"a": b"one", "b": b"three"}, encoder := LengthEncoder(), known=[sha(b"one")])
    assert encoder.asked == [b"three"]
    assert found.vectors["content_hash"].to_pylist() == [sha(b"three")]
    assert found.files["file"].to_pylist() == ["a", "b"]


def test_a_broken_file_is_left_out_alone() -> None:
    found = run({"a": b"one", "b": b"broken", "c": b"three"}, LengthEncoder())
    assert found.broken == {"b": "PNG that cannot be decoded; land a whole one"}
    assert found.files["file"].to_pylist() == ["a", "c"]
    assert (found.vectors.num_rows, found.n_files) == (2, 3)


def test_a_file_without_a_finite_vector_is_broken_under_each_of_its_names() -> None:
    found = run({"a": b"zero", "b": b"zero", "c": b"three"}, LengthEncoder())
    assert found.broken == {"a": NO_VECTOR, "b": NO_VECTOR}
    assert found.vectors["content_hash"].to_pylist() == [sha(b"three")]


def test_other_errors_than_a_broken_file_are_not_swallowed() -> None:
    files = [LandedFile("a", 1, CHANGED)]
    with pytest.raises(ZeroDivisionError):
        list(encode_files(files, lambda _: bytes(1 // 0), LengthEncoder(), "image", FAMILY, (), NOW))


def test_batches_are_put_together_to_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(item_media, "FILES_PER_BATCH", 2)
    contents = {str(n): b"broken" if n == 1 else bytes([n + 1]) * 3 for n in range(7)}
    files = [LandedFile(path, 3, CHANGED) for path in contents]
    parts = encode_files(files, lambda file: contents[file.path], LengthEncoder(), "image", FAMILY, (), NOW)
    assert [(chunk.n_files, len(chunk.broken)) for chunk in in_chunks(parts, 3)] == [(4, 1), (3, 0)]


def test_every_item_of_a_broken_file_is_quarantined_and_keeps_its_first_day() -> None:
    named = pa.Table.from_pylist(
        [
            {"platform": "shop", "item_id": "1", "medium": "image", "file": "a.png"},
            {"platform": "shop", "item_id": "2", "medium": "image", "file": "a.png"},
            {"platform": "shop", "item_id": "3", "medium": "audio", "file": "a.png"},
            {"platform": "shop", "item_id": "4", "medium": "image", "file": "b.png"},
        ]
    )
    first = quarantined(named.slice(0, 1), {"image": {"a.png": "cut"}}, item_media_rows([]), date(2026, 1, 5))
    later = quarantined(named, {"image": {"a.png": "still cut"}}, first, date(2026, 1, 6))
    assert [(row["item_id"], row["reason"], row["first_seen"].day) for row in later.to_pylist()] == [
        ("1", "still cut", 5),
        ("2", "still cut", 6),
    ]


def item_media_rows(rows: list[dict]) -> pa.Table:
    from data_quality.contract import load_contract

    return pa.Table.from_pylist(rows, load_contract(item_media.QUARANTINED).arrow_schema())
