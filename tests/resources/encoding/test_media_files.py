"""Files that items name, honest and hostile: what is read of the landing area, and what a refusal says."""

import os
from pathlib import Path

import pytest

from resources.encoding.media_files import BrokenFile, MediaLimits, find_media, format_of, read_media
from resources.landing import Landing
from tests.media import encoded, noise, sound, tone

LIMITS = MediaLimits(bytes=1000)
PNG = encoded(noise(4, 4))


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    (tmp_path / "landing" / "shop").mkdir(parents=True)
    (tmp_path / "landing" / "shop" / "a.png").write_bytes(PNG)
    (tmp_path / "secret.png").write_bytes(PNG)
    return Landing(str(tmp_path / "landing"))


def read(landing: Landing, path: str, limits: MediaLimits = LIMITS) -> bytes:
    return read_media(landing, find_media(landing, path, limits))


def test_a_file_below_the_root_is_read(landing: Landing) -> None:
    assert read(landing, "shop/a.png") == PNG
    assert read(landing, "shop/../shop/a.png") == PNG


@pytest.mark.parametrize("path", ["../secret.png", "shop/../../secret.png"])
def test_a_path_that_leads_out_is_refused(landing: Landing, path: str) -> None:
    with pytest.raises(BrokenFile, match="leads out of the landing area"):
        read(landing, path)


def test_links_that_lead_out_are_refused_whichever_part_of_the_path_they_are(landing: Landing, tmp_path: Path) -> None:
    (tmp_path / "landing" / "link.png").symlink_to(tmp_path / "secret.png")
    (tmp_path / "landing" / "up").symlink_to(tmp_path)
    for path in ("link.png", "up/secret.png"):
        with pytest.raises(BrokenFile, match="leads out of the landing area"):
            read(landing, path)


def test_an_absolute_path_is_one_below_the_root(landing: Landing, tmp_path: Path) -> None:
    with pytest.raises(BrokenFile, match="no such file"):
        read(landing, str(tmp_path / "secret.png"))


@pytest.mark.parametrize(
    "url", ["https://example.com/a.png", "s3://bucket/a.png", "file:///etc/passwd", "file://host/a.png", "data://,x"]
)
def test_a_url_is_not_fetched(landing: Landing, url: str) -> None:
    with pytest.raises(BrokenFile, match="a URL is not fetched; land the file"):
        read(landing, url)


def test_a_url_of_a_file_below_the_root_is_that_file(landing: Landing, tmp_path: Path) -> None:
    assert read(landing, (tmp_path / "landing" / "shop" / "a.png").as_uri()) == PNG
    with pytest.raises(BrokenFile, match="leads out"):
        read(landing, f"file://{tmp_path}/landing/../secret.png")


@pytest.mark.parametrize(("path", "said"), [("a\0b.png", "looked up"), ("x" * 5000, "looked up"), ("", "folder")])
def test_a_path_that_is_none_gives_a_reason(landing: Landing, path: str, said: str) -> None:
    with pytest.raises(BrokenFile, match=said):
        read(landing, path)


def test_folders_and_pipes_are_no_files(landing: Landing, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "landing" / "pipe.png")
    for path, said in (("shop", "a folder"), ("pipe.png", "a pipe")):
        with pytest.raises(BrokenFile, match=said):
            read(landing, path)


def test_what_is_too_large_or_empty_is_not_opened(landing: Landing, tmp_path: Path) -> None:
    (tmp_path / "landing" / "empty.png").touch()
    (tmp_path / "landing" / "large.png").write_bytes(bytes(1001))
    (tmp_path / "landing" / "whole.png").write_bytes(bytes(1000))
    with pytest.raises(BrokenFile, match="0 bytes"):
        read(landing, "empty.png")
    with pytest.raises(BrokenFile, match=r"1,001 bytes, at most 1,000 are read; .* embeddings\.media_bytes"):
        read(landing, "large.png")
    assert len(read(landing, "whole.png")) == 1000


@pytest.mark.parametrize("after", [b"", PNG + b"more", PNG[:-1]])
def test_a_file_that_changes_while_it_is_read_waits_for_the_next_run(
    landing: Landing, tmp_path: Path, after: bytes
) -> None:
    found = find_media(landing, "shop/a.png", LIMITS)
    (tmp_path / "landing" / "shop" / "a.png").write_bytes(after)
    with pytest.raises(BrokenFile, match="the next run"):
        read_media(landing, found)


def test_a_file_that_goes_while_it_is_read_gives_a_reason(landing: Landing, tmp_path: Path) -> None:
    found = find_media(landing, "shop/a.png", LIMITS)
    (tmp_path / "landing" / "shop" / "a.png").unlink()
    with pytest.raises(BrokenFile, match="cannot be read"):
        read_media(landing, found)


@pytest.mark.parametrize("name", ["PNG", "JPEG", "GIF", "WEBP"])
def test_pictures_are_known_by_their_content(name: str) -> None:
    assert format_of(encoded(noise(4, 4), name), "image") == name


@pytest.mark.parametrize(("name", "found"), [("WAV", "WAV"), ("FLAC", "FLAC"), ("OGG", "OGG"), ("MP3", "MP3")])
def test_sounds_are_known_by_their_content(name: str, found: str) -> None:
    assert format_of(sound(tone(0.2), name=name), "audio") == found


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "text such as SVG or HTML"),
        (b"  <!doctype html>", "text such as SVG or HTML"),
        (b"\x00\x01\x02", r"of no known kind \(it begins with 00 01 02\)"),
        (b"RIFF\0\0\0\0AVI ", "of no known kind"),
        (b"\xff\xfe\x00", "of no known kind"),
        (b"%PDF-1.7", "of no known kind"),
    ],
)
def test_what_is_no_picture_is_said_to_be_what_it_is(content: bytes, said: str) -> None:
    with pytest.raises(BrokenFile, match=f"the content is {said}.*, expected PNG, JPEG, WebP or GIF; convert"):
        format_of(content, "image")


def test_a_sound_is_no_picture() -> None:
    with pytest.raises(BrokenFile, match="the content is WAV, expected PNG"):
        format_of(sound(tone(0.1)), "image")
