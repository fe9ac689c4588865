"""Rankers on disk."""

import json
from pathlib import Path

import numpy as np
import pytest

from xdrec_assets.rankers.popularity import Popularity
from xdrec_assets.rankers.settings import PopularitySettings
from xdrec_assets.rankers.store import (
    StoredRankerError,
    about_sha256,
    is_kept,
    load_ranker,
    save_ranker,
    verified_ranker,
)


def popularity_of(*popularity: float) -> Popularity:
    settings = PopularitySettings(half_life_days=7)
    return Popularity.from_arrays({"popularity": np.array(popularity, dtype=np.float32)}, settings)


def arrays_file(folder: Path) -> Path:
    (only,) = folder.glob("*.safetensors")
    return only


def test_settings_come_back_with_the_arrays(tmp_path: Path) -> None:
    save_ranker(popularity_of(1, 2), tmp_path)
    assert load_ranker(tmp_path).settings == PopularitySettings(half_life_days=7)


def test_saving_again_replaces_and_leaves_nothing_behind(tmp_path: Path) -> None:
    for popularity in (1, 2, 2):
        save_ranker(popularity_of(popularity), tmp_path)
    assert load_ranker(tmp_path).arrays()["popularity"].tolist() == [2]
    assert len(list(tmp_path.iterdir())) == 2


def test_the_same_ranker_gives_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        save_ranker(popularity_of(1, 2), tmp_path / folder)
    first, second = ({f.name: f.read_bytes() for f in (tmp_path / folder).iterdir()} for folder in ("a", "b"))
    assert first == second


def test_a_writer_killed_before_the_last_step_leaves_the_former_ranker(tmp_path: Path) -> None:
    save_ranker(popularity_of(1), tmp_path)
    before = (tmp_path / "ranker.json").read_bytes()
    former = arrays_file(tmp_path)
    kept = former.read_bytes()
    save_ranker(popularity_of(2), tmp_path)
    (tmp_path / "ranker.json").write_bytes(before)  # as it stands until the last step
    former.write_bytes(kept)
    assert load_ranker(tmp_path).arrays()["popularity"].tolist() == [1]


def test_a_flipped_bit_is_noticed(tmp_path: Path) -> None:
    save_ranker(popularity_of(1, 2), tmp_path)
    content = bytearray(arrays_file(tmp_path).read_bytes())
    content[-1] ^= 1
    arrays_file(tmp_path).write_bytes(content)
    with pytest.raises(StoredRankerError, match=r"has checksum .* materialise this ranker again"):
        load_ranker(tmp_path)


@pytest.mark.parametrize(
    ("about", "complaint"),
    [
        ({"ranker": "clairvoyant"}, "clairvoyant"),
        ({"ranker": "popularity", "settings": {"half_life": 3}}, "half_life"),
        ({}, "ranker"),
    ],
)
def test_what_this_version_cannot_read_is_said(tmp_path: Path, about: dict[str, object], complaint: str) -> None:
    save_ranker(popularity_of(1), tmp_path)
    known = json.loads((tmp_path / "ranker.json").read_text())
    written = {**known, **about} if about else {}
    (tmp_path / "ranker.json").write_text(json.dumps({**written, "about_sha256": about_sha256(written)}))
    with pytest.raises(StoredRankerError, match=complaint):
        load_ranker(tmp_path)


def test_an_empty_folder_holds_no_ranker(tmp_path: Path) -> None:
    with pytest.raises(StoredRankerError, match="holds no readable ranker"):
        load_ranker(tmp_path)


def test_where_it_comes_from_is_kept(tmp_path: Path) -> None:
    origin = {"as_of": "2026-02-02", "scope": "shop", "tables": {"joined/items": 3}, "commit": None}
    save_ranker(popularity_of(1), tmp_path, origin)
    about, _ = verified_ranker(tmp_path)
    assert about["origin"] == origin
    assert load_ranker(tmp_path).arrays()["popularity"].tolist() == [1]


def test_a_ranker_is_known_again_by_what_it_was_made_from(tmp_path: Path) -> None:
    assert not is_kept(tmp_path, 7)
    save_ranker(popularity_of(1), tmp_path, made_from=7)
    assert (is_kept(tmp_path, 7), is_kept(tmp_path, 8)) == (True, False)
    arrays_file(tmp_path).write_bytes(b"broken")
    assert not is_kept(tmp_path, 7)


def test_a_ranker_of_unknown_making_is_not_taken_for_another(tmp_path: Path) -> None:
    save_ranker(popularity_of(1), tmp_path)
    assert not is_kept(tmp_path, 7)


def test_origin_that_was_altered_is_noticed(tmp_path: Path) -> None:
    save_ranker(popularity_of(1), tmp_path, {"commit": "a" * 40})
    path = tmp_path / "ranker.json"
    path.write_text(path.read_text().replace("aaaa", "bbbb"))
    with pytest.raises(StoredRankerError, match="is not what was written"):
        load_ranker(tmp_path)


def test_rankers_kept_before_origins_were_still_load(tmp_path: Path) -> None:
    save_ranker(popularity_of(1, 2), tmp_path)
    assert set(json.loads((tmp_path / "ranker.json").read_text())) == {
        "ranker",
        "settings",
        "arrays",
        "sha256",
        "about_sha256",
    }
    assert load_ranker(tmp_path).arrays()["popularity"].tolist() == [1, 2]


def test_losses_are_kept_where_a_ranker_has_them(tmp_path: Path) -> None:
    ranker = popularity_of(1)
    ranker.losses = (0.5, np.float32(0.25))
    save_ranker(ranker, tmp_path)
    assert verified_ranker(tmp_path)[0]["losses"] == [0.5, 0.25]
    assert load_ranker(tmp_path).losses == (0.5, 0.25)
