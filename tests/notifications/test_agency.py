"""A partner agency in the directory."""

from datetime import UTC, datetime, timedelta

from services.notifications.domain.agency import (
    AGENCY,
    AgencyDescribed,
    AgencyRegistered,
    DescribeAgency,
    NobodyToAsk,
    NoSuchAgency,
    NoteGone,
    RegisterAgency,
    WebhookDisabled,
)
from services.notifications.domain.agency_room import AskForRoom, RoomAsked, RoomTold, TellRoom
from services.notifications.domain.listing import Offer
from shared.sealed import Sealed
from shared.testing import given

URL = "https://upt.example/hook"


def fields(**changed: object) -> dict[str, object]:
    secret = Sealed(kid="k", context="c", box="Ym94")
    return {"agency": "upt", "name": "UPTD PPA", "kind": "uptd-ppa", "services": ("pendampingan",), "url": URL, "secret": secret, "old_secret": None, "mail": None, "digest": "d", **changed}  # fmt: skip


REGISTERED = AgencyRegistered(**fields())
GONE = WebhookDisabled(agency="upt", url=URL)


def test_an_agency_is_registered():
    given(AGENCY).when(RegisterAgency(**fields())).then(REGISTERED)


def test_the_same_registration_is_quiet_though_its_secret_is_sealed_anew():
    again = Sealed(kid="k", context="c", box="YW5vdGhlcg==")
    given(AGENCY, REGISTERED).when(RegisterAgency(**fields(secret=again))).then()


def test_a_changed_agency_or_secret_is_registered_again():
    given(AGENCY, REGISTERED).when(RegisterAgency(**fields(name="UPTD"))).then(AgencyRegistered(**fields(name="UPTD")))
    given(AGENCY, REGISTERED).when(RegisterAgency(**fields(digest="e"))).then(AgencyRegistered(**fields(digest="e")))


def test_a_webhook_that_is_gone_is_disabled_once():
    given(AGENCY, REGISTERED).when(NoteGone(url=URL)).then(GONE)
    given(AGENCY, REGISTERED, GONE).when(NoteGone(url=URL)).then()


def test_an_older_address_that_is_gone_disables_nothing():
    given(AGENCY, REGISTERED).when(NoteGone(url="https://old.example/hook")).then()


def test_there_is_no_webhook_without_an_agency():
    given(AGENCY).when(NoteGone(url=URL)).refuses(NoSuchAgency)


def test_registering_again_takes_a_disabled_webhook_into_use():
    given(AGENCY, REGISTERED, GONE).when(RegisterAgency(**fields())).then(REGISTERED)


SHELTER = Offer(service="s", name="Rumah aman", around_the_clock=True)
SAID = {"agency": "upt", "description": "Unit perlindungan.", "offers": (SHELTER,)}
DESCRIBED = AgencyDescribed(**SAID)


def test_what_the_directory_says_is_kept_and_said_again_only_where_it_changed():
    given(AGENCY, REGISTERED).when(DescribeAgency(**SAID)).then(DESCRIBED)
    given(AGENCY, REGISTERED, DESCRIBED).when(DescribeAgency(**SAID)).then()
    given(AGENCY, REGISTERED, DESCRIBED).when(DescribeAgency(**{**SAID, "offers": ()})).then(AgencyDescribed(**{**SAID, "offers": ()}))


def test_an_agency_that_is_registered_again_keeps_its_description():
    given(AGENCY, REGISTERED, DESCRIBED, AgencyRegistered(**fields(name="UPTD"))).when(DescribeAgency(**SAID)).then()


def test_nobody_is_described_who_is_not_registered():
    given(AGENCY).when(DescribeAgency(**SAID)).refuses(NoSuchAgency)


AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
ASKED = RoomAsked(agency="upt", number=1, by="ani", at=AT)
TELL = TellRoom(answer="a", has_room=True, channel="link", by="link:upt", at=AT)
TOLD = RoomTold(agency="upt", answer="a", has_room=True, channel="link", by="link:upt", at=AT)


def test_several_who_ask_within_a_day_are_one_question():
    given(AGENCY, REGISTERED).when(AskForRoom(by="ani", at=AT)).then(ASKED)
    given(AGENCY, REGISTERED, ASKED).when(AskForRoom(by="budi", at=AT + timedelta(hours=23))).then()
    later = AT + timedelta(hours=24)
    given(AGENCY, REGISTERED, ASKED).when(AskForRoom(by="budi", at=later)).then(RoomAsked(agency="upt", number=2, by="budi", at=later))


def test_an_agency_that_answered_can_be_asked_again_at_once():
    given(AGENCY, REGISTERED, ASKED, TOLD).when(AskForRoom(by="budi", at=AT)).then(RoomAsked(agency="upt", number=2, by="budi", at=AT))


def test_an_answer_that_comes_twice_is_one_and_another_replaces_it():
    given(AGENCY, REGISTERED, ASKED).when(TELL).then(TOLD)
    given(AGENCY, REGISTERED, ASKED, TOLD).when(TELL).then()
    changed = {"answer": "b", "has_room": False}
    given(AGENCY, REGISTERED, ASKED, TOLD).when(TELL.model_copy(update=changed)).then(TOLD.model_copy(update=changed))


def test_an_agency_says_that_it_has_room_without_being_asked():
    given(AGENCY, REGISTERED).when(TELL).then(TOLD)


def test_who_has_neither_webhook_nor_mailbox_is_phoned():
    silent = AgencyRegistered(**fields(url=None))
    given(AGENCY, silent).when(AskForRoom(by="ani", at=AT)).refuses(NobodyToAsk)
    given(AGENCY, REGISTERED, GONE).when(AskForRoom(by="ani", at=AT)).refuses(NobodyToAsk)
    given(AGENCY, AgencyRegistered(**fields(url=None, mail=Sealed(kid="k", context="c", box="Ym94")))).when(AskForRoom(by="ani", at=AT)).then(ASKED)
    given(AGENCY, silent).when(TELL).then(TOLD)


def test_nobody_is_asked_and_nobody_answers_who_is_not_registered():
    given(AGENCY).when(AskForRoom(by="ani", at=AT)).refuses(NoSuchAgency)
    given(AGENCY).when(TELL).refuses(NoSuchAgency)
