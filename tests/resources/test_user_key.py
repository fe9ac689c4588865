"""User ids become keys under a secret that shows itself nowhere."""

import hashlib
import hmac
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from resources.user_key import UserKey, user_key

MACRO = Path(__file__).parents[2] / "sql" / "macros" / "keyed.sql"


@pytest.mark.parametrize("secret", [b"sixteen letters!", b"k" * 64, b"k" * 65, b"k" * 300], ids=len)
@pytest.mark.parametrize("message", ["shop:u1", "", "video:你好", "x" * 1000])
def test_sql_keys_are_hmac_sha256(secret: bytes, message: str) -> None:
    with duckdb.connect() as con:
        con.execute(MACRO.read_text())
        found = con.execute("select keyed($message, $ipad, $opad)", {"message": message, **UserKey(secret).pads()})
        assert found.fetchall() == [(hmac.new(secret, message.encode(), hashlib.sha256).hexdigest(),)]


def test_a_given_key_is_used(tmp_path: Path) -> None:
    file = tmp_path / "user.key"
    assert user_key({"XDREC_USER_KEY": "sixteen letters!"}, file).secret == b"sixteen letters!"
    assert not file.exists()


def test_a_short_key_is_refused_without_being_shown(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="XDREC_USER_KEY has 5 characters, expected at least 16") as refused:
        user_key({"XDREC_USER_KEY": "qwert"}, tmp_path / "user.key")
    assert "qwert" not in str(refused.value)


def test_an_emptied_key_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "user.key"
    file.write_text("\n")
    with pytest.raises(ValueError, match=r"user\.key has 0 characters"):
        user_key({}, file)


def test_a_made_key_is_random_kept_and_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "user.key"
    first = user_key({}, file)
    assert user_key({}, file).secret == first.secret
    assert user_key({}, tmp_path / "other.key").secret != first.secret
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["user.key"]


def test_makers_at_the_same_time_agree(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "user.key"
    with ThreadPoolExecutor(8) as makers:
        assert len({key.secret for key in makers.map(lambda _: user_key({}, file), range(8))}) == 1


def test_a_key_shows_itself_in_no_text() -> None:
    key = UserKey(b"sixteen letters!")
    assert "sixteen" not in f"{key!r} {key}"
