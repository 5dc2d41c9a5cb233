"""Keeps telephone numbers readable only to those who hold the installation's secret."""

import hashlib
import hmac
import os
import re
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES = 12
_PUNCTUATION = re.compile(r"[\s\-()（）]")


class SealBroken(Exception):
    """A sealed value was altered, moved to another row, or sealed under another secret."""


class Vault:
    """Seals and opens values: AES-256-GCM bound to the row's id, and a keyed digest for look-up."""

    def __init__(self, secret: str) -> None:
        if not secret:
            raise ValueError("the secret must not be empty")
        self._cipher = AESGCM(_derive(secret, b"responder contact encryption"))
        self._blind_key = _derive(secret, b"responder contact look-up")

    def seal(self, value: str, row_id: UUID) -> bytes:
        """Return *value* encrypted for the row *row_id*."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, value.encode(), row_id.bytes)

    def open(self, sealed: bytes, row_id: UUID) -> str:
        """Return the value sealed for the row *row_id*; raise SealBroken when it is not that."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], row_id.bytes).decode()
        except InvalidTag as cause:
            raise SealBroken(f"the value of row {row_id} cannot be opened") from cause

    def blind(self, value: str) -> str:
        """Return the keyed digest by which *value* is found again, however it is punctuated."""
        return hmac.new(self._blind_key, normal(value).encode(), hashlib.sha256).hexdigest()


def normal(value: str) -> str:
    """Return a number or address without punctuation, in lower case."""
    return value.strip().lower() if "@" in value else _PUNCTUATION.sub("", value)


def mask(value: str) -> str:
    """Return *value* as it may be shown: `139****0001`, `0439-000 **12`, `z***@example.cn`."""
    if "@" in value:
        name, _, domain = value.partition("@")
        return f"{name[:1]}***@{domain}"
    area, dash, number = value.partition("-")
    digits = normal(value)
    if dash and area.startswith("0") and len(normal(number)) >= 6:
        rest = normal(number)
        return f"{area}-{rest[:-4]} **{rest[-2:]}"
    if len(digits) >= 8:
        return f"{digits[:-8]}****{digits[-4:]}"
    return "*" * max(len(digits) - 2, 0) + digits[-2:]


def _derive(secret: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret.encode())
