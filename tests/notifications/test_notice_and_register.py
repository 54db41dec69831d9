"""Guardians are told only after a counsellor chose it, and never while the register forbids it."""

from datetime import UTC, datetime

import pytest

from services.notifications.domain.notice import NOTICE, AskNotice, EndNotice, NoSuchNotice, NoteAttempt, NoticeDue, NoticeNotSent
from services.notifications.domain.outcome import Accepted, Later, Never
from services.notifications.domain.register import REGISTER, HomeMarkedUnsafe, MarkUnsafe
from shared.events import GuardianMarkedUnsafe, GuardianTold
from shared.eventstore.store import Entry
from shared.testing import given

ABOUT = {"case": "case-1", "student": "student-1", "school": "school-1", "notice": "n", "guardian": "ibu"}
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
ASKED = {**ABOUT, "not_before": NOON, "by": "ani"}
DUE = NoticeDue(**ASKED)
SENT = NoteAttempt(outcome=Accepted())


def told(outcome: str) -> GuardianTold:
    return GuardianTold(**ABOUT, outcome=outcome)


def test_a_notice_becomes_due():
    given(NOTICE).when(AskNotice(**ASKED, unsafe=False)).then(DUE)


def test_a_notice_to_an_unsafe_guardian_is_told_as_such_and_never_waits_to_be_sent():
    given(NOTICE).when(AskNotice(**ASKED, unsafe=True)).then(DUE, told("unsafe"))


def test_asking_twice_is_quiet():
    given(NOTICE, DUE).when(AskNotice(**ASKED, unsafe=False)).then()


def test_the_outcome_is_told_once():
    given(NOTICE, DUE).when(SENT).then(told("sent"))
    given(NOTICE, DUE, told("sent")).when(SENT).then()
    given(NOTICE, DUE, told("unsafe")).when(SENT).then()


@pytest.mark.parametrize(
    ("why", "outcome"),
    [("no-address", "no-contact"), ("not-an-address", "no-contact"), ("mailbox-refused", "undeliverable"), ("needs-smtputf8", "undeliverable")],
)
def test_a_notice_that_can_never_arrive_ends_at_once(why, outcome):
    given(NOTICE, DUE).when(NoteAttempt(outcome=Never(why))).then(told(outcome))
    given(NOTICE, DUE, told("sent")).when(NoteAttempt(outcome=Never(why))).then()


def test_a_notice_that_waits_decides_nothing():
    given(NOTICE, DUE).when(NoteAttempt(outcome=Later("mail-server-busy"))).then()


def test_a_notice_of_the_first_version_says_nobody_who_chose_it():
    body = DUE.model_dump_json(exclude={"by"}).replace('"version":2', '"version":1')
    assert NOTICE.codec.decode(Entry("notice-n", 1, 1, "notice-due", 1, body)) == DUE.model_copy(update={"by": None})


def test_a_guardian_acknowledges_what_was_sent():
    given(NOTICE, DUE, told("sent")).when(EndNotice(outcome="acknowledged")).then(told("acknowledged"))
    given(NOTICE, DUE, told("acknowledged")).when(EndNotice(outcome="acknowledged")).then()


def test_nobody_acknowledges_what_was_never_sent():
    given(NOTICE, DUE).when(EndNotice(outcome="acknowledged")).refuses(NoticeNotSent)
    given(NOTICE, DUE, told("unsafe")).when(EndNotice(outcome="acknowledged")).refuses(NoticeNotSent)


def test_there_is_no_outcome_without_a_notice():
    given(NOTICE).when(SENT).refuses(NoSuchNotice)


# the do-not-contact register --------------------------------------------------------------------------------------


def marked(guardian: str) -> GuardianMarkedUnsafe:
    return GuardianMarkedUnsafe(student="student-1", guardian=guardian, school="school-1")


def mark(*guardians: str, home: bool = False) -> MarkUnsafe:
    return MarkUnsafe(student="student-1", school="school-1", guardians=guardians, home=home)


def test_a_guardian_is_marked_and_forbidden_from_then_on():
    after = given(REGISTER).when(mark("ayah")).then(marked("ayah"))
    assert after.state.forbids("ayah")
    assert not after.state.forbids("ibu")


def test_marking_twice_is_quiet():
    given(REGISTER, marked("ayah")).when(mark("ayah", "ayah")).then()


def test_an_accused_guardian_without_a_name_closes_the_whole_home_also_for_those_the_roster_names_later():
    after = given(REGISTER).when(mark("ayah", home=True)).then(HomeMarkedUnsafe(student="student-1"), marked("ayah"))
    assert after.state.forbids("somebody the roster names tomorrow")
    after.when(mark("ayah", home=True)).then()
