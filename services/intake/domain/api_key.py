"""Keys of machines: given to an agency or an integrator, and ended. All of a district stand in one stream (people.md, Signing in; ADR 43).

Ids, codes and times; of a key itself only a keyed hash.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar, Literal, assert_never

from pydantic import AwareDatetime

from shared.decider import Decider
from shared.errors import Refused
from shared.eventstore.codec import EventCodec
from shared.machines.key import LONGEST, HolderKind
from shared.message import Event, Fact, Outlives

STREAM = "api-keys"

AT_A_TIME = 2
"""Keys of one holder that hold together: the one in use, and the next one while it is being changed."""

WhyRevoked = Literal["by-administrator", "restored"]

# commands ----------------------------------------------------------------------------------------------------------


class IssueKey(Fact):
    """hash: keyed, in hexadecimal. scopes: as shared/permissions.toml names them."""

    key: str
    holder: str
    kind: HolderKind
    scopes: tuple[str, ...]
    hash: str
    until: AwareDatetime
    at: AwareDatetime


class RevokeKey(Fact):
    key: str
    why: WhyRevoked
    at: AwareDatetime


# events ------------------------------------------------------------------------------------------------------------


class ApiKeyIssued(Event):
    type: Literal["api-key-issued"] = "api-key-issued"
    version: Literal[1] = 1
    key: str
    holder: str
    kind: HolderKind
    scopes: tuple[str, ...]
    hash: str
    until: AwareDatetime
    at: AwareDatetime


class ApiKeyRevoked(Event):
    """Ended before its time."""

    outlives: ClassVar[Outlives | None] = "with-its-stream"
    type: Literal["api-key-revoked"] = "api-key-revoked"
    version: Literal[1] = 1
    key: str
    why: WhyRevoked
    at: AwareDatetime


ApiKeyCommand = IssueKey | RevokeKey
ApiKeyEvent = ApiKeyIssued | ApiKeyRevoked

# state -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ApiKeys:
    """issued: by id, in the order in which they were given. revoked: when a key was ended before its time."""

    issued: Mapping[str, ApiKeyIssued] = field(default_factory=dict)
    revoked: Mapping[str, datetime] = field(default_factory=dict)

    def holds(self, key: str, now: datetime) -> ApiKeyIssued | None:
        """The key of this id, where it holds."""
        found = self.issued.get(key)
        return found if found and key not in self.revoked and now < found.until else None

    def of(self, kind: HolderKind, holder: str, now: datetime) -> list[ApiKeyIssued]:
        """A holder's keys that hold."""
        return [each for each in self.issued.values() if (each.kind, each.holder) == (kind, holder) and self.holds(each.key, now)]


# evolve ------------------------------------------------------------------------------------------------------------


def evolve(keys: ApiKeys, event: ApiKeyEvent) -> ApiKeys:
    match event:
        case ApiKeyIssued():
            return replace(keys, issued={**keys.issued, event.key: event})
        case ApiKeyRevoked():
            return replace(keys, revoked={**keys.revoked, event.key: event.at})
        case _:
            assert_never(event)


# decide ------------------------------------------------------------------------------------------------------------


class TwoKeysHold(Refused):
    code = "two-keys-hold"
    indonesian = "Pemegang ini sudah punya dua kunci yang berlaku. Cabut dahulu kunci yang tidak dipakai lagi."
    english = "This holder has two keys that hold. Revoke the one that is no longer used first."


class KeyHoldsTooLong(Refused):
    code = "key-holds-too-long"
    status = 422
    indonesian = "Kunci berlaku paling lama 400 hari, dan paling cepat berakhir setelah saat ini."
    english = "A key holds 400 days at most, and ends after this moment."


class NoSuchKey(Refused):
    code = "no-such-key"
    status = 404
    indonesian = "Tidak ada kunci dengan nomor itu."
    english = "There is no key of that id."


def decide(command: ApiKeyCommand, keys: ApiKeys) -> Sequence[ApiKeyEvent]:
    """Raises: a refusal by name. A key that was revoked or ran out is not revoked again."""
    match command:
        case IssueKey():
            return [_issued(command, keys)]
        case RevokeKey(key=key, why=why, at=at):
            if key not in keys.issued:
                raise NoSuchKey
            return [ApiKeyRevoked(key=key, why=why, at=at)] if keys.holds(key, at) else []
        case _:
            assert_never(command)


def _issued(command: IssueKey, keys: ApiKeys) -> ApiKeyIssued:
    if not command.at < command.until <= command.at + LONGEST:
        raise KeyHoldsTooLong
    if len(keys.of(command.kind, command.holder, command.at)) >= AT_A_TIME:
        raise TwoKeysHold
    return ApiKeyIssued.model_validate(command.model_dump())


API_KEYS: Decider[ApiKeyCommand, ApiKeys, ApiKeyEvent] = Decider(ApiKeys(), decide, evolve, EventCodec(ApiKeyIssued, ApiKeyRevoked))
