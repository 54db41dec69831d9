"""Giving machines their keys, and ending them (people.md, Signing in; ADR 43)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from services.intake.domain.api_key import API_KEYS, STREAM, ApiKeyCommand, ApiKeyIssued, ApiKeys, IssueKey, RevokeKey
from services.intake.machines.agencies import Agencies
from services.intake.machines.uses import KeyUses
from services.intake.machines.word import keyed_hash
from shared.access import Principal
from shared.asked import Asked
from shared.decider import Executed, execute, load
from shared.errors import Fault, Invalid, NotAllowed
from shared.machines.key import HolderKind, new_key, shown_key
from shared.message import Occasion
from shared.service import Kernel


class Wanted(NamedTuple):
    """A key as it is asked for. holder: id of an agency, or what an integrator is called."""

    holder: str
    kind: HolderKind
    scopes: tuple[str, ...]
    days: int


class Given(NamedTuple):
    """value: shown this once; None of a repeat, whose key was shown already."""

    issued: ApiKeyIssued
    value: str | None


class Listed(NamedTuple):
    issued: ApiKeyIssued
    revoked_at: datetime | None
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeyOffice:
    """The owner of all keys. agencies: who is registered."""

    kernel: Kernel
    agencies: Agencies
    uses: KeyUses

    async def issue(self, principal: Principal, wanted: Wanted, command: Asked) -> Given:
        """Raises: Invalid: an unknown agency, or scopes that its kind cannot have. TwoKeysHold, KeyHoldsTooLong, Unavailable."""
        self._require_scopes(wanted)
        if wanted.kind == "agency" and wanted.holder not in await self.agencies.names():
            raise Invalid(Fault("/holder", "unknown-agency"), message="holder: no agency of this id is registered: ./tanggap agencies import")
        value, now = new_key(), self.kernel.clock.now()
        done = await self._give(principal, await self._issue(wanted, value, now), command, now)
        return _given(done.state, value, wanted)

    async def revoke(self, principal: Principal, key: str, command: Asked) -> bool:
        """Whether it held until now. A second after this answers no service takes it any more. Raises: NoSuchKey, Unavailable."""
        now = self.kernel.clock.now()
        return (await self._give(principal, RevokeKey(key=key, why="by-administrator", at=now), command, now)).changed

    async def listed(self) -> list[Listed]:
        """Every key there ever was, the newest first. Raises: Unavailable."""
        keys, used = (await load(self.kernel.store, API_KEYS, STREAM)).state, await self.uses.all()
        return [Listed(each, keys.revoked.get(each.key), used.get(each.key)) for each in reversed(list(keys.issued.values()))]

    def scopes(self) -> Mapping[HolderKind, Sequence[str]]:
        """Which scopes each kind of holder may be given."""
        return self.kernel.access.permissions.scopes_of_holders()

    def _require_scopes(self, wanted: Wanted) -> None:
        if not wanted.scopes or not set(wanted.scopes) <= set(self.scopes()[wanted.kind]):
            possible = ", ".join(self.scopes()[wanted.kind])
            raise Invalid(Fault("/scopes", "scopes-of-kind"), message=f"scopes: one or more of {possible}")

    async def _issue(self, wanted: Wanted, value: str, now: datetime) -> IssueKey:
        shown = shown_key(value)
        hashed = await keyed_hash(self.kernel.vault, wanted.kind, wanted.holder, shown) if shown else None
        if shown is None or hashed is None:
            raise NotAllowed("this holder's own key was destroyed: it gets no key any more")
        return IssueKey(
            key=shown.id, holder=wanted.holder, kind=wanted.kind, scopes=tuple(sorted(set(wanted.scopes))), hash=hashed,
            until=now + timedelta(days=wanted.days), at=now,
        )  # fmt: skip

    async def _give(self, principal: Principal, wanted: ApiKeyCommand, command: Asked, now: datetime) -> Executed[ApiKeys]:
        occasion = Occasion(principal.id, None, now, command.cause, command.cause)
        return await execute(self.kernel.store, API_KEYS, STREAM, wanted, occasion, asked=command)


def _given(keys: ApiKeys, value: str, wanted: Wanted) -> Given:
    shown = shown_key(value)
    fresh = keys.issued.get(shown.id) if shown else None
    if fresh:
        return Given(fresh, value)
    return Given(next(each for each in reversed(list(keys.issued.values())) if (each.kind, each.holder) == (wanted.kind, wanted.holder)), None)
