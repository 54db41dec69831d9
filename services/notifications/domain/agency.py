"""A partner agency: who it is, what it offers, and where its webhook is. Secrets are sealed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, assert_never

from services.notifications.domain import agency_correction, agency_entry, agency_room
from services.notifications.domain.agency_correction import (
    WHOLE,
    CorrectEntry,
    CorrectionCommand,
    CorrectionEvent,
    Corrections,
    CorrectionWithdrawn,
    EntryCorrected,
    WithdrawCorrection,
)
from services.notifications.domain.agency_entry import UNASSURED, AssureEntry, Entry, EntryAssured, EntryReminded, RemindOfEntry
from services.notifications.domain.agency_room import UNASKED, AskForRoom, Room, RoomAsked, RoomTold, TellRoom
from services.notifications.domain.listing import Offer
from shared.decider import Decider
from shared.errors import Refused
from shared.eventstore.codec import EventCodec
from shared.eventstore.upcasting import Json, Upcasters
from shared.message import Event, Fact
from shared.sealed import ContactText


class RegisterAgency(Fact):
    """url: of the webhook, None if the agency has none (link, letter, phone). digest: a keyed hash of secrets and mailbox, so that a repeat is
    seen as one. secret, old_secret: both sign while keys rotate. mail: the office's address, to which links go where there is no webhook.
    """

    agency: str
    name: str
    kind: str
    services: tuple[str, ...]
    url: str | None
    secret: ContactText | None
    old_secret: ContactText | None
    mail: ContactText | None
    digest: str


class DescribeAgency(Fact):
    """What the directory says about a registered agency, in place of what it said before. description: of the whole agency."""

    agency: str
    description: str
    offers: tuple[Offer, ...]


class NoteGone(Fact):
    """The webhook at `url` answered 410. It is not called until the agency is registered again (sources.md, Standards)."""

    url: str


Command = RegisterAgency | DescribeAgency | NoteGone | AskForRoom | TellRoom | RemindOfEntry | AssureEntry | CorrectionCommand


class AgencyRegistered(Event):
    type: Literal["agency-registered"] = "agency-registered"
    version: Literal[2] = 2
    agency: str
    name: str
    kind: str
    services: tuple[str, ...]
    url: str | None
    secret: ContactText | None
    old_secret: ContactText | None
    mail: ContactText | None
    digest: str


class AgencyDescribed(Event):
    type: Literal["agency-described"] = "agency-described"
    version: Literal[1] = 1
    agency: str
    description: str
    offers: tuple[Offer, ...]


class WebhookDisabled(Event):
    type: Literal["webhook-disabled"] = "webhook-disabled"
    version: Literal[1] = 1
    agency: str
    url: str


AgencyEvent = AgencyRegistered | AgencyDescribed | WebhookDisabled | RoomAsked | RoomTold | EntryReminded | EntryAssured | CorrectionEvent


@dataclass(frozen=True, slots=True)
class Agency:
    """disabled: the webhook has answered 410. described: None where no directory said more than the name. corrections: its own."""

    registered: AgencyRegistered | None = None
    disabled: bool = False
    described: AgencyDescribed | None = None
    room: Room = UNASKED
    entry: Entry = UNASSURED
    corrections: Corrections = ()

    def offers(self) -> tuple[Offer, ...]:
        """What the directory says, without the agency's own words; where it knows no service, the agency as a whole."""
        assert self.registered is not None
        described = self.described.offers if self.described else ()
        return described or (Offer(service=WHOLE, name=self.registered.name),)

    @property
    def can_be_asked(self) -> bool:
        """Whether a message of ours gets there: it has a webhook that answers, or a mailbox."""
        known = self.registered
        return known is not None and (known.mail is not None or (known.url is not None and not self.disabled))


initial = Agency()


def evolve(agency: Agency, event: AgencyEvent) -> Agency:
    match event:
        case AgencyRegistered():
            return replace(agency, registered=event, disabled=False)
        case AgencyDescribed():
            return replace(agency, described=event)
        case WebhookDisabled():
            return replace(agency, disabled=True)
        case RoomAsked() | RoomTold():
            return replace(agency, room=agency_room.evolve(agency.room, event))
        case EntryReminded() | EntryAssured():
            return replace(agency, entry=agency_entry.evolve(agency.entry, event))
        case EntryCorrected() | CorrectionWithdrawn():
            return replace(agency, corrections=agency_correction.evolve(agency.corrections, event))
        case _:
            assert_never(event)


class NoSuchAgency(Refused):
    code = "no-such-agency"
    status = 404
    indonesian = "Lembaga ini tidak ada."
    english = "There is no such agency."


class NoSuchService(Refused):
    code = "no-such-service"
    status = 404
    indonesian = "Layanan ini tidak ada lagi di direktori. Buka lagi halaman lembaga Anda."
    english = "The directory does not have this service any more. Open the page of your agency again."


class NobodyToAsk(Refused):
    code = "nobody-to-ask"
    indonesian = "Lembaga ini tidak punya sistem atau surel: teleponlah, lalu catat jawabannya."
    english = "This agency has no system and no mailbox: phone it, then note what it says."


def decide(command: Command, agency: Agency) -> Sequence[AgencyEvent]:
    match command:
        case RegisterAgency():
            return _register(command, agency)
        case DescribeAgency():
            return _describe(command, agency)
        case NoteGone(url=url):
            return _note_gone(url, agency)
        case AskForRoom() | TellRoom():
            return _room(command, agency)
        case RemindOfEntry() | AssureEntry():
            return _entry(command, agency)
        case CorrectEntry() | WithdrawCorrection():
            return _correction(command, agency)
        case _:
            assert_never(command)


def _note_gone(url: str, agency: Agency) -> Sequence[AgencyEvent]:
    if agency.registered is None:
        raise NoSuchAgency
    if agency.disabled or agency.registered.url != url:
        return []
    return [WebhookDisabled(agency=agency.registered.agency, url=url)]


def _describe(command: DescribeAgency, agency: Agency) -> Sequence[AgencyEvent]:
    if agency.registered is None:
        raise NoSuchAgency
    told = AgencyDescribed(agency=command.agency, description=command.description, offers=command.offers)
    return [] if told == agency.described else [told]


def _room(command: AskForRoom | TellRoom, agency: Agency) -> Sequence[AgencyEvent]:
    if agency.registered is None:
        raise NoSuchAgency
    if isinstance(command, AskForRoom) and not agency.can_be_asked:
        raise NobodyToAsk
    return agency_room.decide(command, agency.room, agency.registered.agency)


def _entry(command: RemindOfEntry | AssureEntry, agency: Agency) -> Sequence[AgencyEvent]:
    if agency.registered is None:
        raise NoSuchAgency
    return agency_entry.decide(command, agency.entry, agency.registered.agency)


def _correction(command: CorrectionCommand, agency: Agency) -> Sequence[AgencyEvent]:
    if agency.registered is None:
        raise NoSuchAgency
    directory = next((each for each in agency.offers() if each.service == command.service), None)
    if directory is None and isinstance(command, CorrectEntry):
        raise NoSuchService
    return agency_correction.decide(command, agency.corrections, agency.registered.agency, directory)


def _register(command: RegisterAgency, agency: Agency) -> Sequence[AgencyEvent]:
    known = agency.registered
    sealed = {"secret", "old_secret", "mail"}
    if known and not agency.disabled and known.model_dump(exclude={"type", "version", *sealed}) == command.model_dump(exclude=sealed):
        return []
    return [AgencyRegistered(**{name: getattr(command, name) for name in RegisterAgency.model_fields})]


def _without_mailbox(first: Json) -> Json:
    """Version 1 knew no way to an agency but its webhook."""
    return {**first, "mail": None}


UPCASTERS = Upcasters({("agency-registered", 1): _without_mailbox})

AGENCY: Decider[Command, Agency, AgencyEvent] = Decider(
    initial,
    decide,
    evolve,
    EventCodec(
        AgencyRegistered,
        AgencyDescribed,
        WebhookDisabled,
        RoomAsked,
        RoomTold,
        EntryReminded,
        EntryAssured,
        EntryCorrected,
        CorrectionWithdrawn,
        upcasters=UPCASTERS,
    ),
)
