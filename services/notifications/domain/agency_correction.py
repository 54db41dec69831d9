"""What an agency says itself about its hours and telephones. It lies over what the directory says, and no import takes it away (ADR 75)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, assert_never

from services.notifications.domain.listing import Offer
from shared.message import Event, Fact

WHOLE = ""
"""In place of a service: what is said of the whole agency, where the directory knows no service of it."""


class CorrectEntry(Fact):
    """Instead of what stood there as the agency's own. hours, phones: empty where the directory's are to be shown. by: of the agency."""

    service: str
    hours: tuple[str, ...]
    around_the_clock: bool
    phones: tuple[str, ...]
    by: str
    at: datetime


class WithdrawCorrection(Fact):
    """The directory's words are to be shown again. by: of the agency, or whoever keeps the directory."""

    service: str
    by: str
    at: datetime


CorrectionCommand = CorrectEntry | WithdrawCorrection


class EntryCorrected(Event):
    """The agency says its own hours or telephones of one service. What is empty is said by the directory alone."""

    type: Literal["entry-corrected"] = "entry-corrected"
    version: Literal[1] = 1
    agency: str
    service: str
    hours: tuple[str, ...]
    around_the_clock: bool
    phones: tuple[str, ...]
    by: str
    at: datetime

    @property
    def has_hours(self) -> bool:
        """Whether it says when the agency is open."""
        return bool(self.hours) or self.around_the_clock


class CorrectionWithdrawn(Event):
    """The agency's own words about one service are not shown any more."""

    type: Literal["correction-withdrawn"] = "correction-withdrawn"
    version: Literal[1] = 1
    agency: str
    service: str
    by: str
    at: datetime


CorrectionEvent = EntryCorrected | CorrectionWithdrawn
Corrections = tuple[EntryCorrected, ...]
"""One for each service at most, the latest last."""


def evolve(corrections: Corrections, event: CorrectionEvent) -> Corrections:
    others = tuple(each for each in corrections if each.service != event.service)
    match event:
        case EntryCorrected():
            return (*others, event)
        case CorrectionWithdrawn():
            return others
        case _:
            assert_never(event)


def decide(command: CorrectionCommand, corrections: Corrections, agency: str, directory: Offer | None) -> Sequence[CorrectionEvent]:
    """directory: what it says of the service; None where it says nothing. What says the same as the directory is no correction."""
    known = next((each for each in corrections if each.service == command.service), None)
    match command:
        case CorrectEntry():
            told = EntryCorrected(agency=agency, **command.model_dump())
            if directory and (told.hours, told.around_the_clock) == (directory.hours, directory.around_the_clock):
                told = told.model_copy(update={"hours": (), "around_the_clock": False})
            if directory and told.phones == directory.phones:
                told = told.model_copy(update={"phones": ()})
            if not told.has_hours and not told.phones:
                return _withdrawn(known, command.by, command.at)
            return [] if known and _words(known) == _words(told) else [told]
        case WithdrawCorrection(by=by, at=at):
            return _withdrawn(known, by, at)
        case _:
            assert_never(command)


def _withdrawn(known: EntryCorrected | None, by: str, at: datetime) -> Sequence[CorrectionEvent]:
    return [CorrectionWithdrawn(agency=known.agency, service=known.service, by=by, at=at)] if known else []


def _words(told: EntryCorrected) -> tuple[tuple[str, ...], bool, tuple[str, ...]]:
    return told.hours, told.around_the_clock, told.phones


def correction_of(service: str, corrections: Sequence[EntryCorrected]) -> EntryCorrected | None:
    """What the agency says of a service; where it says nothing of it, what it said of itself as a whole."""
    by_service = {each.service: each for each in corrections}
    return by_service.get(service) or by_service.get(WHOLE)


def corrected(offer: Offer, corrections: Sequence[EntryCorrected]) -> Offer:
    """What holds: the agency's own words where there are any, else the directory's. Who corrects also assures."""
    own = correction_of(offer.service, corrections)
    if own is None:
        return offer
    said: dict[str, object] = {"checked_on": max(filter(None, (offer.checked_on, own.at.date())))}
    if own.has_hours:
        said |= {"hours": own.hours, "around_the_clock": own.around_the_clock}
    return offer.model_copy(update=said | ({"phones": own.phones} if own.phones else {}))
