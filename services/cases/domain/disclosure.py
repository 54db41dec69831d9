"""The disclosure ledger: who received what of this case, exactly and when. A correction keeps the old words and finds every past receiver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from services.cases.domain.activity import Expected
from services.cases.domain.acts import CaseActEvent, CaseCommand
from shared.errors import Refused
from shared.message import Event
from shared.sealed import Sealed

Receiver = Literal["agency", "teacher", "guardian", "attendee", "office", "police"]


class CorrectFact(CaseCommand):
    """event: version of the event that said it wrongly; words: what is true. tell_by: until when every past receiver hears of it."""

    event: int
    words: Sealed
    reason: Sealed
    tell_by: datetime


class FactCorrected(CorrectFact, CaseActEvent):
    type: Literal["fact-corrected"] = "fact-corrected"
    version: Literal[1] = 1


class TellReceiver(CaseCommand):
    """disclosure: of the ledger; how: the channel by which this receiver was told of the correction or the cleared label."""

    correction: str
    disclosure: str
    channel: Literal["letter", "phone", "in-person", "system"]


class ReceiverTold(TellReceiver, CaseActEvent):
    type: Literal["receiver-told"] = "receiver-told"
    version: Literal[1] = 1


class RecordDisclosure(CaseCommand):
    """Something was told outside the strategies, for example by phone in an emergency: the minimum, on a recorded ground."""

    receiver: Receiver
    to: str
    ground: Literal["vital-interest", "legal-duty", "consent"]
    what: Sealed


class DisclosureRecorded(RecordDisclosure, CaseActEvent):
    type: Literal["disclosure-recorded"] = "disclosure-recorded"
    version: Literal[1] = 1


DISCLOSURE_COMMANDS = (CorrectFact, TellReceiver, RecordDisclosure)
DISCLOSURE_EVENTS = (FactCorrected, ReceiverTold, DisclosureRecorded)


@dataclass(frozen=True, slots=True)
class Disclosure:
    """disclosure: id. receiver: kind; to: who. event: version at which it was given, so a correction knows who heard the old words."""

    disclosure: str
    receiver: Receiver
    to: str
    event: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """entries: in order. to_tell: correction (or allegation) to its day and the disclosures whose receivers were not told yet."""

    entries: tuple[Disclosure, ...] = ()
    to_tell: Mapping[str, tuple[datetime, frozenset[str]]] | None = None

    def with_entry(self, entry: Disclosure) -> Ledger:
        return self if any(each.disclosure == entry.disclosure for each in self.entries) else replace(self, entries=(*self.entries, entry))

    def must_tell(self, correction: str, since: int, due: datetime) -> Ledger:
        """Everybody who received something at or after an event's version."""
        receivers = frozenset(each.disclosure for each in self.entries if each.event >= since)
        return replace(self, to_tell={**(self.to_tell or {}), correction: (due, receivers)})


NONE = Ledger()


class NothingToTell(Refused):
    indonesian = "Penerima ini tidak menunggu pemberitahuan koreksi."
    english = "This receiver is not waiting to hear of a correction."


class NoSuchEvent(Refused):
    status = 404
    indonesian = "Peristiwa yang dikoreksi tidak ada."
    english = "There is no such event to correct."


def decide(command: CaseCommand, ledger: Ledger, version: int) -> Sequence[CaseActEvent]:
    """version: of the case before the command. Raises: a refusal by name."""
    match command:
        case CorrectFact(event=event) if not 1 <= event <= version:
            raise NoSuchEvent
        case TellReceiver():
            _, waiting = (ledger.to_tell or {}).get(command.correction, (None, frozenset[str]()))
            if command.disclosure not in waiting:
                raise NothingToTell
        case _:
            pass
    event_class = _EVENT_OF[type(command)]
    return [event_class(**{name: getattr(command, name) for name in type(command).model_fields})]


_EVENT_OF: Mapping[type[CaseCommand], type[CaseActEvent]] = dict(zip(DISCLOSURE_COMMANDS, DISCLOSURE_EVENTS, strict=True))


def evolve(ledger: Ledger, event: Event, version: int) -> Ledger:
    match event:
        case DisclosureRecorded():
            return ledger.with_entry(Disclosure(event.act, event.receiver, event.to, version))
        case FactCorrected():
            return ledger.must_tell(event.act, event.event, event.tell_by)
        case ReceiverTold(correction=correction) if correction in (ledger.to_tell or {}):
            due, waiting = (ledger.to_tell or {})[correction]
            return replace(ledger, to_tell={**(ledger.to_tell or {}), correction: (due, waiting - {event.disclosure})})
        case _:
            return ledger


def expected(ledger: Ledger, owner: str | None) -> list[Expected]:
    """Every past receiver hears of every correction."""
    return [
        Expected(f"correction/{correction}/{disclosure}", "tell-correction", due, owner)
        for correction, (due, waiting) in (ledger.to_tell or {}).items()
        for disclosure in sorted(waiting)
    ]
