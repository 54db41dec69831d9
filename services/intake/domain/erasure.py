"""A person's data ends: what was asked, what each service answered, which keys end, what a duty keeps, and that every trace was taken away.

One stream a person, `erasure-<person>`. Nothing here destroys anything: the office does what is decided here (architecture, decision 8; ADR 50).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import ClassVar, Literal, assert_never

from pydantic import AwareDatetime

from shared.decider import Decider
from shared.errors import Refused
from shared.eventstore.codec import EventCodec
from shared.keys import Service
from shared.message import Event, Fact, Outlives
from shared.retelling import retold
from shared.sealed import Purpose

Ground = Literal["asked", "consent-withdrawn", "retention-over", "unlawful"]
"""Why: the person asks (UU PDP 43), their consent is withdrawn, the archive schedule says destroy (44), or it should never have been kept."""

Scope = Literal["everything", "counselling-notes"]


class Hold(Fact):
    """Nothing ends while it holds. what: a code. about: the case, task or person it stands at."""

    service: Service
    what: Literal["legal-hold", "open-case", "open-task", "in-service"]
    about: str


class Kept(Fact):
    """What a duty keeps. until: None is for ever. rule: of the archive schedule, by its id."""

    purpose: Purpose
    until: date | None
    rule: str


class OwnedKey(Fact):
    """owner: whose key; a person, `concern-<id>` or `case-<id>`."""

    owner: str
    purpose: Purpose


# commands ----------------------------------------------------------------------------------------------------------


class Request(Fact):
    erasure: str
    person: str
    ground: Ground
    scope: Scope
    by: str
    at: AwareDatetime


class FindHeld(Fact):
    """Somebody's duty forbids it now, also where every service had agreed before. at: when that was found."""

    holds: tuple[Hold, ...]
    at: AwareDatetime


class DecideErasure(Fact):
    """Every service agreed. keys: that end. kept: what does not, and why. mentions: records of others in which words about the person may stand."""

    keys: tuple[OwnedKey, ...]
    kept: tuple[Kept, ...]
    cases: tuple[str, ...]
    concerns: tuple[str, ...]
    mentions: int
    at: AwareDatetime


class ReportDestroyed(Fact):
    """living: how many of the keys lived until now."""

    living: int
    at: AwareDatetime


class ReportPurged(Fact):
    """counts: rows that were taken away, by what they were."""

    service: Service
    counts: dict[str, int]


class Complete(Fact):
    """backups_end: when the last backup that may still hold the keys ends."""

    at: AwareDatetime
    backups_end: AwareDatetime


Command = Request | FindHeld | DecideErasure | ReportDestroyed | ReportPurged | Complete


# events ------------------------------------------------------------------------------------------------------------


class ErasureRequested(Event):
    """It outlives a restore, as what was decided does: so an erasure is gone on with, and what a backup brings back of the person is purged again."""

    outlives: ClassVar[Outlives | None] = "always"
    type: Literal["erasure-requested"] = "erasure-requested"
    version: Literal[1] = 1
    erasure: str
    person: str
    ground: Ground
    scope: Scope
    by: str
    at: AwareDatetime


class ErasureHeld(Event):
    type: Literal["erasure-held"] = "erasure-held"
    version: Literal[1] = 1
    erasure: str
    person: str
    holds: tuple[Hold, ...]
    at: AwareDatetime


class ErasureDecided(Event):
    outlives: ClassVar[Outlives | None] = "always"
    type: Literal["erasure-decided"] = "erasure-decided"
    version: Literal[1] = 1
    erasure: str
    person: str
    keys: tuple[OwnedKey, ...]
    kept: tuple[Kept, ...]
    cases: tuple[str, ...]
    concerns: tuple[str, ...]
    mentions: int
    at: AwareDatetime


class KeysDestroyed(Event):
    """It outlives a restore: ids and codes only."""

    outlives: ClassVar[Outlives | None] = "always"
    type: Literal["keys-destroyed"] = "keys-destroyed"
    version: Literal[1] = 1
    erasure: str
    person: str
    keys: tuple[OwnedKey, ...]
    living: int
    at: AwareDatetime


class TracesPurged(Event):
    type: Literal["traces-purged"] = "traces-purged"
    version: Literal[1] = 1
    erasure: str
    person: str
    service: Service
    counts: dict[str, int]


class ErasureCompleted(Event):
    type: Literal["erasure-completed"] = "erasure-completed"
    version: Literal[1] = 1
    erasure: str
    person: str
    at: AwareDatetime
    backups_end: AwareDatetime


ErasureEvent = ErasureRequested | ErasureHeld | ErasureDecided | KeysDestroyed | TracesPurged | ErasureCompleted


# state -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Erasure:
    """The latest request, and what has come of it. ended: keys that ended in this or an earlier one. purged: by service."""

    requested: ErasureRequested | None = None
    held: ErasureHeld | None = None
    decided: ErasureDecided | None = None
    destroyed: KeysDestroyed | None = None
    purged: tuple[TracesPurged, ...] = ()
    completed: ErasureCompleted | None = None
    ended: frozenset[OwnedKey] = frozenset()

    @property
    def underway(self) -> bool:
        """Asked, and neither held nor whole yet."""
        return self.requested is not None and self.held is None and self.completed is None

    def has_ended(self, owner: str, purpose: Purpose) -> bool:
        """Whether this key ended."""
        return OwnedKey(owner=owner, purpose=purpose) in self.ended


initial = Erasure()


def evolve(erasure: Erasure, event: ErasureEvent) -> Erasure:
    match event:
        case ErasureRequested():
            return Erasure(requested=event, ended=erasure.ended)
        case ErasureHeld():
            return replace(erasure, held=event)
        case ErasureDecided():
            return replace(erasure, decided=event)
        case KeysDestroyed():
            return replace(erasure, held=None, destroyed=event, ended=erasure.ended | frozenset(event.keys))
        case TracesPurged():
            return replace(erasure, purged=(*(each for each in erasure.purged if each.service != event.service), event))
        case ErasureCompleted():
            return replace(erasure, completed=event)
        case _:
            assert_never(event)


# decide ------------------------------------------------------------------------------------------------------------


class ErasureUnderway(Refused):
    code = "erasure-underway"
    indonesian = "Penghapusan data orang ini sedang berjalan."
    english = "An erasure of this person's data is underway."


class NothingToErase(Refused):
    code = "nothing-to-erase"
    indonesian = "Tidak ada permintaan penghapusan yang dapat dilanjutkan."
    english = "There is no erasure that could go on."


class DestructionFirst(Refused):
    code = "destruction-first"
    indonesian = "Kunci data harus dimusnahkan lebih dahulu."
    english = "The keys must be destroyed first."


def decide(command: Command, erasure: Erasure) -> Sequence[ErasureEvent]:
    match command:
        case Request():
            return _request(command, erasure)
        case FindHeld(holds=holds, at=at):
            return [] if erasure.held or erasure.destroyed else [ErasureHeld(holds=holds, at=at, **_which(erasure))]
        case DecideErasure():
            return [] if erasure.decided else [retold(ErasureDecided, command, **_which(_not_held(erasure)))]
        case ReportDestroyed(living=living, at=at):
            return _destroyed(erasure, living, at)
        case ReportPurged(service=service, counts=counts):
            known = any(each.service == service for each in erasure.purged)
            return [] if known else [TracesPurged(service=service, counts=counts, **_which(_after_destruction(erasure)))]
        case Complete():
            return [] if erasure.completed else [retold(ErasureCompleted, command, **_which(_after_destruction(erasure)))]
        case _:
            assert_never(command)


def _request(command: Request, erasure: Erasure) -> Sequence[ErasureEvent]:
    if erasure.requested and erasure.requested.erasure == command.erasure:
        return []
    if erasure.underway:
        raise ErasureUnderway
    return [retold(ErasureRequested, command)]


def _destroyed(erasure: Erasure, living: int, at: datetime) -> Sequence[ErasureEvent]:
    if erasure.destroyed:
        return []
    if erasure.decided is None:
        raise NothingToErase
    return [KeysDestroyed(keys=erasure.decided.keys, living=living, at=at, **_which(erasure))]


def _not_held(erasure: Erasure) -> Erasure:
    if erasure.held:
        raise NothingToErase
    return erasure


def _after_destruction(erasure: Erasure) -> Erasure:
    if erasure.destroyed is None:
        raise DestructionFirst
    return erasure


def _which(erasure: Erasure) -> dict[str, str]:
    if erasure.requested is None:
        raise NothingToErase
    return {"erasure": erasure.requested.erasure, "person": erasure.requested.person}


ERASURE: Decider[Command, Erasure, ErasureEvent] = Decider(
    initial, decide, evolve, EventCodec(ErasureRequested, ErasureHeld, ErasureDecided, KeysDestroyed, TracesPurged, ErasureCompleted)
)


def erasure_stream(person: str) -> str:
    return f"erasure-{person}"
