"""The master key around the keys of persons: what lies in the keyring opens only with it (architecture, decision 8)."""

from __future__ import annotations

import os
from typing import NamedTuple, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.clock import Clock
from shared.errors import HistoryBroken, Unavailable
from shared.secretfile import SecretSource
from shared.secretset import FIRST, Secret

NONCE = 12


class Wrapped(NamedTuple):
    """A key in its box. master: id of the master key that opens it."""

    master: str
    box: bytes


class KeyWrapping(Protocol):
    """The port to whatever holds the master keys: a file, the environment, or a key management service."""

    def wrap(self, key: bytes, bound_to: bytes) -> Wrapped: ...
    def unwrap(self, wrapped: Wrapped, bound_to: bytes) -> bytes: ...


class MasterKey:
    """`KeyWrapping` with one key of 32 bytes."""

    def __init__(self, key: bytes, secret_id: str = FIRST) -> None:
        self._cipher, self._id = AESGCM(key), secret_id

    def wrap(self, key: bytes, bound_to: bytes) -> Wrapped:
        nonce = os.urandom(NONCE)
        return Wrapped(self._id, nonce + self._cipher.encrypt(nonce, key, bound_to))

    def unwrap(self, wrapped: Wrapped, bound_to: bytes) -> bytes:
        try:
            return self._cipher.decrypt(wrapped.box[:NONCE], wrapped.box[NONCE:], bound_to)
        except (InvalidTag, ValueError) as error:
            raise HistoryBroken("a key of the keyring does not open: TANGGAP_MASTER_KEY is not the one it was made with") from error


class MasterKeys:
    """`KeyWrapping` with every secret called `master`: the active one wraps, and each opens what it has wrapped, however long ago."""

    def __init__(self, source: SecretSource, clock: Clock) -> None:
        self._source, self._clock = source, clock
        self._made: dict[bytes, MasterKey] = {}

    def wrap(self, key: bytes, bound_to: bytes) -> Wrapped:
        return self._of(self._active()).wrap(key, bound_to)

    def unwrap(self, wrapped: Wrapped, bound_to: bytes) -> bytes:
        secret = self._source.read().find("master", wrapped.master)
        if secret is None:
            raise Unavailable(f"keys of the keyring are wrapped under the master key {wrapped.master}: add it to the secrets of this service")
        return self._of(secret).unwrap(wrapped, bound_to)

    def outdated(self) -> list[str]:
        """Ids of the master keys before the active one: what they wrapped is to be wrapped anew."""
        active = self._active()
        return [each.id for each in self._source.read().of("master") if each is not active and each.used_at(self._clock.now())]

    def _active(self) -> Secret:
        return self._source.read().active("master", self._clock.now())

    def _of(self, secret: Secret) -> MasterKey:
        if secret.value not in self._made:
            self._made[secret.value] = MasterKey(secret.value, secret.id)
        return self._made[secret.value]
