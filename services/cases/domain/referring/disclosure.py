"""The disclosure ledger: who received what of this case, exactly and when. A correction keeps the old words and finds every past receiver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Literal

from services.cases.domain.steps.about import About
from services.cases.domain.steps.act import Acts, act
from services.cases.domain.steps.activity import Expected
from services.cases.domain.steps.command import ActEvent, Command
from services.cases.domain.steps.filled import ThreeSchoolDaysLater
from services.cases.domain.steps.named import NamedBefore
from services.cases.domain.steps.offer import Around, Known, offered
from services.cases.domain.steps.tells import Given, Receiver, counted
from shared.errors import Refused
from shared.message import Event
from shared.sealed import CaseText


class CorrectFact(Command, called="correct-fact", permission="work"):
    """event: version of the event that said it wrongly; words: what is true. tell_by: until when every past receiver hears of it."""

    event: int
    words: CaseText
    reason: CaseText
    tell_by: ThreeSchoolDaysLater


class FactCorrected(ActEvent):
    type: Literal["fact-corrected"] = "fact-corrected"
    version: Literal[1] = 1
    event: int
    words: CaseText
    reason: CaseText
    tell_by: datetime


class TellReceiver(Command, called="tell-receiver", permission="work"):
    """disclosure: of the ledger; how: the channel by which this receiver was told of the correction or the cleared label."""

    correction: str
    disclosure: str
    channel: Literal["letter", "phone", "in-person", "system"]


class ReceiverTold(ActEvent):
    type: Literal["receiver-told"] = "receiver-told"
    version: Literal[1] = 1
    correction: str
    disclosure: str
    channel: Literal["letter", "phone", "in-person", "system"]


class RecordDisclosure(Command, called="record-disclosure", permission="work"):
    """Something was told outside the strategies, for example by phone in an emergency: the minimum, on a recorded ground."""

    receiver: Receiver
    to: Annotated[str, NamedBefore("whoever received it, mostly somebody outside")]
    ground: Literal["vital-interest", "legal-duty", "consent"]
    what: CaseText


class DisclosureRecorded(ActEvent):
    type: Literal["disclosure-recorded"] = "disclosure-recorded"
    version: Literal[1] = 1
    receiver: Receiver
    to: str
    ground: Literal["vital-interest", "legal-duty", "consent"]
    what: CaseText


@dataclass(frozen=True, slots=True)
class Disclosure(Given):
    """event: version at which it was given, so a correction knows who heard the old words."""

    event: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """entries: in order. to_tell: correction (or allegation) to its day and the disclosures whose receivers were not told yet."""

    entries: tuple[Disclosure, ...] = ()
    to_tell: Mapping[str, tuple[datetime, frozenset[str]]] | None = None

    def with_entry(self, entry: Disclosure) -> Ledger:
        return self if any(each.disclosure == entry.disclosure for each in self.entries) else replace(self, entries=(*self.entries, entry))

    def waiting(self, correction: str) -> frozenset[str]:
        """The disclosures whose receivers were not told of this correction yet."""
        return (self.to_tell or {})[correction][1] if correction in (self.to_tell or {}) else frozenset()

    def must_tell(self, correction: str, since: int, due: datetime) -> Ledger:
        """Everybody who received something at or after an event's version."""
        receivers = frozenset(each.disclosure for each in self.entries if each.event >= since)
        return replace(self, to_tell={**(self.to_tell or {}), correction: (due, receivers)})


NONE = Ledger()


class NothingToTell(Refused):
    code = "nothing-to-tell"
    indonesian = "Penerima ini tidak menunggu pemberitahuan koreksi."
    english = "This receiver is not waiting to hear of a correction."


class NoSuchEvent(Refused):
    code = "no-such-event"
    status = 404
    indonesian = "Peristiwa yang dikoreksi tidak ada."
    english = "There is no such event to correct."


def _correct(command: CorrectFact, _: Ledger, about: About) -> None:
    if not 1 <= command.event <= about.version:
        raise NoSuchEvent


def _tell(command: TellReceiver, ledger: Ledger, _: About) -> None:
    if command.disclosure not in ledger.waiting(command.correction):
        raise NothingToTell


def _waiting(ledger: Ledger, _: Around) -> list[Known]:
    told = ledger.to_tell or {}
    return [Known({"correction": correction, "disclosure": each}) for correction, (_, waiting) in told.items() for each in sorted(waiting)]


DISCLOSURE: Acts[Ledger] = Acts(
    act(CorrectFact, FactCorrected, _correct, tells=counted("event")),
    act(TellReceiver, ReceiverTold, _tell, offer=offered("tell-correction", _waiting)),
    act(RecordDisclosure, DisclosureRecorded),
    awaits=("tell-correction",),
)


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
