"""The owner's word on machines' keys, from its own store."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from hashlib import sha256

from services.intake.domain.api_key import API_KEYS, STREAM, ApiKeyIssued
from services.intake.machines.uses import KeyUses
from shared.clock import Clock
from shared.decider import load
from shared.eventstore.store import EventStore
from shared.machines.key import ApiKey, HolderKind, ShownKey
from shared.sealed import Erased
from shared.sealing import Vault


class StoredKeys:
    """Tells of keys as they are stored now, and notes that they were used."""

    def __init__(self, store: EventStore, uses: KeyUses, vault: Vault, clock: Clock) -> None:
        self._store, self._uses, self._vault, self._clock = store, uses, vault, clock

    async def look(self, shown: Sequence[ShownKey]) -> Mapping[ShownKey, ApiKey]:
        """As `KeyWord.look`. Raises: Unavailable."""
        keys = (await load(self._store, API_KEYS, STREAM)).state
        now = self._clock.now()
        candidates = {each: kept for each in shown if (kept := keys.holds(each.id, now))}
        found = {each: _known(kept) for each, kept in candidates.items() if await self._fits(each, kept)}
        if found:
            await self._uses.note([each.id for each in found], now)
        return found

    async def _fits(self, shown: ShownKey, kept: ApiKeyIssued) -> bool:
        hashed = await keyed_hash(self._vault, kept.kind, kept.holder, shown)
        return hashed is not None and hmac.compare_digest(hashed, kept.hash)


async def keyed_hash(vault: Vault, kind: HolderKind, holder: str, shown: ShownKey) -> str | None:
    """What is kept of a key: under a key of its holder's own, which no rotation changes. None where that one was destroyed. Raises: Unavailable."""
    (key,) = await vault.derive_many([f"{kind}-{holder}"], "sign-in", "api-key-hash")
    return None if isinstance(key, Erased) else hmac.digest(key, f"{shown.id}.{shown.digest}".encode(), sha256).hex()


def _known(kept: ApiKeyIssued) -> ApiKey:
    return ApiKey(kept.key, kept.holder, kept.kind, frozenset(kept.scopes), kept.until)
