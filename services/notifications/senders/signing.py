"""Signs and verifies as Standard Webhooks 1.0.0 says, with symmetric `v1` (HMAC-SHA256) and asymmetric `v1a` (Ed25519) side by side."""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared.errors import TanggapError
from shared.keys import Keys
from shared.typed import whole_number

TOLERANCE = 300
"""Seconds that a timestamp may be off, both ways (the reference libraries' five minutes)."""

MOST_SIGNATURES = 16
_HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


class NotVerified(TanggapError):
    """The message does not come from the sender it names, was changed, or is too old."""

    code = "not-verified"
    status = 401


def secret_bytes(secret: str) -> bytes:
    """The key of a `whsec_…` text; padding may be missing. Raises: NotVerified."""
    try:
        text = secret.removeprefix("whsec_")
        return b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError as error:
        raise NotVerified("the secret is not base64") from error


def sign(secrets: Sequence[str], private: Sequence[Ed25519PrivateKey], message_id: str, timestamp: int, body: bytes) -> str:
    """The `webhook-signature` header: one part for each of the agency's secrets and of our private keys (old and new while either rotates)."""
    content = f"{message_id}.{timestamp}.".encode() + body
    parts = [f"v1,{b64encode(hmac.digest(secret_bytes(secret), content, sha256)).decode()}" for secret in secrets]
    parts += [f"v1a,{b64encode(each.sign(content)).decode()}" for each in private]
    return " ".join(parts)


def verify(key: str, headers: Mapping[str, str], body: bytes, now: int) -> None:
    """key: `whsec_…` or `whpk_…`. Raises: NotVerified."""
    missing = [name for name in _HEADERS if not headers.get(name)]
    if missing:
        raise NotVerified(f"missing header: {missing[0]}")
    message_id, told, signatures = (headers[name] for name in _HEADERS)
    sent = whole_number(told)
    if sent is None or abs(now - sent) > TOLERANCE:
        raise NotVerified("the timestamp is too old or too new")
    parts = signatures.split(" ")
    if len(parts) > MOST_SIGNATURES:
        raise NotVerified("too many signatures")
    content = f"{message_id}.{told}.".encode() + body
    if not any(_fits(key, part, content) for part in parts):
        raise NotVerified("no signature fits")


def _fits(key: str, part: str, content: bytes) -> bool:
    version, comma, signature = part.partition(",")
    if not comma or not signature:
        return False
    if version == "v1" and key.startswith("whsec_"):
        expected = b64encode(hmac.digest(secret_bytes(key), content, sha256))
        return hmac.compare_digest(expected, signature.encode(errors="replace"))
    if version == "v1a" and key.startswith("whpk_"):
        return _fits_public(key, signature, content)
    return False


def _fits_public(key: str, signature: str, content: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(b64decode(key.removeprefix("whpk_"))).verify(b64decode(signature), content)
    except (InvalidSignature, ValueError):
        return False
    return True


def signing_keys(keys: Keys) -> list[Ed25519PrivateKey]:
    """The district's webhook keys that hold now: the active one, and during an overlap its neighbours."""
    return [Ed25519PrivateKey.from_private_bytes(each.value) for each in keys.accepted("webhook-signing")]


def public_key(private: Ed25519PrivateKey) -> str:
    """What agencies verify with: `whpk_…`."""
    return f"whpk_{b64encode(private.public_key().public_bytes_raw()).decode()}"
