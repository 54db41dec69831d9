"""The shape of a sealed value inside an event: who holds the key, and the box. Opening it is `shared/sealing.py`'s work."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Sealed(BaseModel):
    """Personal text under the key `kid`. Folding never opens it; rendering does (decision 8).

    kid: opaque id of the (person, purpose) key. box: base64 of nonce and ciphertext (AES-256-GCM). context: what the box is bound to
    (for example `concern-<id>/narrative`), so that it cannot be moved elsewhere.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    kid: str
    context: str
    box: str


class Erased(BaseModel):
    """What a reader gets where the key is gone. Every reader copes."""

    model_config = ConfigDict(frozen=True)

    kid: str

    def __str__(self) -> str:
        return "[dihapus / erased]"
