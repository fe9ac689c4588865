"""The secret that turns platforms' user ids into keys (HMAC-SHA256, RFC 2104)."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

BLOCK_BYTES = 64
SHORTEST = 16


@dataclass(frozen=True, repr=False)
class UserKey:
    """A secret key; it shows itself in no message, log or repr."""

    secret: bytes

    def pads(self) -> dict[str, bytes]:
        """The inner and outer padded keys, as SQL takes them: sha256(opad ‖ sha256(ipad ‖ message))."""
        import hashlib

        key = self.secret if len(self.secret) <= BLOCK_BYTES else hashlib.sha256(self.secret).digest()
        block = key.ljust(BLOCK_BYTES, b"\0")
        return {"ipad": bytes(byte ^ 0x36 for byte in block), "opad": bytes(byte ^ 0x5C for byte in block)}


def user_key(environment: Mapping[str, str], file: Path) -> UserKey:
    """The key from XDREC_USER_KEY; else the one kept in `file`, made at random with owner-only rights if missing.

    Raises:
        ValueError: the key is shorter than 16 characters, from wherever it comes.
    """
    given = environment.get("XDREC_USER_KEY")
    if given is not None:
        return UserKey(_long_enough(given, "XDREC_USER_KEY").encode())
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = file.with_suffix(f".{secrets.token_hex(8)}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(secrets.token_hex(32))
        try:
            os.link(fresh, file)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return UserKey(_long_enough(file.read_text(encoding="ascii").strip(), str(file)).encode())


def _long_enough(key: str, source: str) -> str:
    if len(key) < SHORTEST:
        raise ValueError(f"{source} has {len(key)} characters, expected at least {SHORTEST}; use a longer key")
    return key
