"""Guardians are told only after a counsellor chose it, and never while the register forbids it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.notifications.domain.notice import (
    NOTICE,
    TRIES,
    AnswerNotice,
    AskNotice,
    ClimbNotice,
    EndNotice,
    LinkNotValid,
    NoSuchNotice,
    NotAsked,
    NoteAttempt,
    NoticeDue,
    NoticeLocked,
    NoticePassedOn,
    NoticeRevoked,
    NoticeTried,
    RevokeNotice,
    TryNotice,
)  # fmt: skip
from services.notifications.domain.notice.events import Factor, NoticeEvent
from services.notifications.domain.outcome import Accepted, Later, Never
from services.notifications.domain.register import REGISTER, HomeMarkedUnsafe, MarkUnsafe
from shared.events import GuardianAnswer, GuardianAnswered, GuardianMarkedUnsafe, GuardianTold, NoticeOutcome
from shared.eventstore.store import Entry
from shared.sealed import Sealed
from shared.testing import given

ABOUT = {"case": "case-1", "student": "student-1", "school": "school-1", "notice": "n"}
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
WORDS = Sealed(kid="k", context="c", box="Ym94")
ASKED = {
    **ABOUT,
    "guardian": "ibu",
    "second": None,
    "not_before": NOON,
    "words": WORDS,
    "asks": "reading",
    "about": None,
    "meet_at": None,
    "by": "ani",
}
DUE = NoticeDue(**ASKED)
OF_TWO = DUE.model_copy(update={"second": "bibi"})
MEETING = DUE.model_copy(update={"asks": "appointment", "meet_at": NOON + timedelta(days=3), "about": "activity-1"})
CONSENT = DUE.model_copy(update={"asks": "referral-consent", "about": "referral-1"})
SENT = NoteAttempt(guardian="ibu", outcome=Accepted())
NEVER = NoteAttempt(guardian="ibu", outcome=Never("mailbox-refused"))


def told(outcome: NoticeOutcome, guardian: str = "ibu") -> GuardianTold:
    return GuardianTold(**ABOUT, guardian=guardian, outcome=outcome)


# sending ----------------------------------------------------------------------------------------------------------


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
    never = NoteAttempt(guardian="ibu", outcome=Never(why))
    given(NOTICE, DUE).when(never).then(told(outcome))
    given(NOTICE, DUE, told("sent")).when(never).then()


def test_a_notice_that_waits_decides_nothing():
    given(NOTICE, DUE).when(NoteAttempt(guardian="ibu", outcome=Later("mail-server-busy"))).then()


def test_the_first_version_says_nobody_who_chose_it_and_the_second_kept_no_words():
    older = DUE.model_copy(update={"words": None})
    body = older.model_dump_json(exclude={"second", "words", "asks", "about", "meet_at"})
    assert NOTICE.codec.decode(Entry("notice-n", 1, 1, "notice-due", 2, body.replace('"version":3', '"version":2'))) == older
    first = older.model_dump_json(exclude={"second", "words", "asks", "about", "meet_at", "by"}).replace('"version":3', '"version":1')
    assert NOTICE.codec.decode(Entry("notice-n", 1, 1, "notice-due", 1, first)) == older.model_copy(update={"by": None})


def test_looked_at_again_before_it_leaves_it_may_be_forbidden_and_nobody_else_at_home_hears_instead():
    given(NOTICE, OF_TWO).when(EndNotice(guardian="ibu", outcome="unsafe")).then(told("unsafe"))
    given(NOTICE, OF_TWO).when(EndNotice(guardian="ibu", outcome="no-longer-guardian")).then(told("no-longer-guardian"))
    given(NOTICE, OF_TWO, told("unsafe")).when(ClimbNotice(step=1)).then()
    given(NOTICE, OF_TWO, told("unsafe")).when(ClimbNotice(step=2)).then()


def test_a_second_guardian_hears_only_where_the_counsellor_allowed_it():
    given(NOTICE, OF_TWO).when(NEVER).then(told("undeliverable"), NoticePassedOn(case="case-1", guardian="bibi"))
    given(NOTICE, OF_TWO, told("sent")).when(ClimbNotice(step=1)).then(NoticePassedOn(case="case-1", guardian="bibi"))
    given(NOTICE, DUE, told("sent")).when(ClimbNotice(step=1)).then()


def test_a_notice_that_nobody_answers_ends_in_a_person_s_hands_once():
    given(NOTICE, DUE, told("sent")).when(ClimbNotice(step=2)).then(told("unanswered"))
    given(NOTICE, DUE, told("sent"), told("unanswered")).when(ClimbNotice(step=2)).then()
    passed = NoticePassedOn(case="case-1", guardian="bibi")
    given(NOTICE, OF_TWO, told("sent"), passed, told("sent", "bibi")).when(ClimbNotice(step=2)).then(told("unanswered", "bibi"))


def test_an_answered_or_revoked_notice_waits_for_nobody():
    answered: list[NoticeEvent] = [told("sent"), said("not-for-me")]
    for step in (1, 2):
        given(NOTICE, OF_TWO, told("acknowledged")).when(ClimbNotice(step=step)).then()
        given(NOTICE, OF_TWO, *answered).when(ClimbNotice(step=step)).then()
        given(NOTICE, OF_TWO, told("sent"), NoticeRevoked(by="ani")).when(ClimbNotice(step=step)).then()


def test_there_is_no_outcome_without_a_notice():
    for command in (SENT, EndNotice(guardian="ibu", outcome="unsafe"), ClimbNotice(step=1), RevokeNotice(by="ani")):
        given(NOTICE).when(command).refuses(NoSuchNotice)


# behind the link --------------------------------------------------------------------------------------------------


def tried(*, right: bool, factor: Factor = "code") -> TryNotice:
    return TryNotice(guardian="ibu", factor=factor, right=right)


def answer(what: GuardianAnswer, factor: Factor = "code", answer_id: str = "a", **more: Any) -> AnswerNotice:
    return AnswerNotice(guardian="ibu", factor=factor, answer_id=answer_id, answer=what, **more)


def said(what: GuardianAnswer, due: NoticeDue = DUE, answer_id: str = "a", **more: Any) -> GuardianAnswered:
    asked = {"asks": due.asks, "about": due.about, "by": due.by}
    return GuardianAnswered(**ABOUT, guardian="ibu", answer_id=answer_id, answer=what, **asked, **({"words": None, "wish": None} | more))


def opened(what: bool, factor: Factor = "code") -> NoticeTried:
    return NoticeTried(guardian="ibu", factor=factor, right=what)


def test_the_code_opens_and_five_wrong_ones_lock_the_link():
    given(NOTICE, DUE, told("sent")).when(tried(right=True)).then(opened(True))
    wrong = [opened(False)] * (TRIES - 1)
    given(NOTICE, DUE, told("sent"), *wrong).when(tried(right=False)).then(opened(False), NoticeLocked(guardian="ibu"))
    given(NOTICE, DUE, told("sent"), *wrong).when(tried(right=True)).then(opened(True))
    given(NOTICE, DUE, told("sent"), *wrong, opened(False), NoticeLocked(guardian="ibu")).when(tried(right=True)).refuses(LinkNotValid)


def test_the_child_s_birth_date_opens_an_appointment_only():
    given(NOTICE, MEETING, told("sent")).when(tried(right=True, factor="birth-date")).then(opened(True, "birth-date"))
    given(NOTICE, DUE, told("sent")).when(tried(right=True, factor="birth-date")).then(opened(False, "birth-date"))
    given(NOTICE, MEETING, told("sent")).when(answer("confirmed", "birth-date")).then(said("confirmed", MEETING), told("acknowledged"))
    given(NOTICE, CONSENT, told("sent")).when(answer("consented", "birth-date")).refuses(LinkNotValid)


@pytest.mark.parametrize(
    "before",
    [
        [],
        [DUE],
        [DUE, told("unsafe")],
        [DUE, told("no-contact")],
        [DUE, told("no-longer-guardian")],
        [DUE, told("sent"), NoticeRevoked(by="ani")],
        [DUE, told("sent"), NoticeLocked(guardian="ibu")],
        [DUE, told("sent"), said("not-for-me")],
    ],
)
def test_a_link_that_opens_nothing_is_refused_the_same_whatever_the_reason(before):
    given(NOTICE, *before).when(tried(right=True)).refuses(LinkNotValid)
    given(NOTICE, *before).when(answer("read", answer_id="b")).refuses(LinkNotValid)


def test_the_second_guardian_s_link_opens_only_after_the_notice_was_passed_on():
    theirs = TryNotice(guardian="bibi", factor="code", right=True)
    given(NOTICE, OF_TWO, told("sent")).when(theirs).refuses(LinkNotValid)
    passed: list[NoticeEvent] = [told("sent"), NoticePassedOn(case="case-1", guardian="bibi"), told("sent", "bibi")]
    given(NOTICE, OF_TWO, *passed).when(theirs).then(NoticeTried(guardian="bibi", factor="code", right=True))


def test_an_answer_is_told_to_the_case_with_its_words_and_acknowledges():
    given(NOTICE, DUE, told("sent")).when(answer("read")).then(said("read"), told("acknowledged"))
    given(NOTICE, DUE, told("sent")).when(answer("words", words=WORDS)).then(said("words", words=WORDS), told("acknowledged"))
    given(NOTICE, DUE, told("sent")).when(answer("not-for-me")).then(said("not-for-me"))


def test_a_wish_for_another_time_is_told_with_its_moment():
    wish = NOON + timedelta(days=4)
    then = (said("another-time", MEETING, wish=wish), told("acknowledged"))
    given(NOTICE, MEETING, told("sent")).when(answer("another-time", wish=wish)).then(*then)


def test_one_form_sent_twice_and_the_same_answer_without_words_are_one_answer():
    given(NOTICE, DUE, told("sent"), said("read"), told("acknowledged")).when(answer("read")).then()
    given(NOTICE, DUE, told("sent"), said("read"), told("acknowledged")).when(answer("read", answer_id="b")).then()
    more = said("words", answer_id="b", words=WORDS)
    given(NOTICE, DUE, told("sent"), said("read"), told("acknowledged")).when(answer("words", answer_id="b", words=WORDS)).then(more)


def test_a_consent_is_given_and_withdrawn_and_only_what_was_given_can_be_withdrawn():
    consented: list[NoticeEvent] = [told("sent"), said("consented", CONSENT), told("acknowledged")]
    given(NOTICE, CONSENT, told("sent")).when(answer("consented")).then(*consented[1:])
    given(NOTICE, CONSENT, *consented).when(answer("withdrawn", answer_id="b")).then(said("withdrawn", CONSENT, "b"))
    written = said("words", CONSENT, "b", words=WORDS)
    given(NOTICE, CONSENT, *consented, written).when(answer("withdrawn", answer_id="c")).then(said("withdrawn", CONSENT, "c"))
    given(NOTICE, CONSENT, told("sent")).when(answer("withdrawn")).refuses(NotAsked)
    refused: list[NoticeEvent] = [told("sent"), said("refused", CONSENT), told("acknowledged")]
    given(NOTICE, CONSENT, *refused).when(answer("withdrawn", answer_id="b")).refuses(NotAsked)


@pytest.mark.parametrize(("due", "what"), [(DUE, "confirmed"), (DUE, "consented"), (MEETING, "refused"), (CONSENT, "another-time"), (DUE, "words")])
def test_what_was_not_asked_is_refused(due, what):
    given(NOTICE, due, told("sent")).when(answer(what)).refuses(NotAsked)


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


def test_a_birth_date_that_is_known_is_no_excuse_for_guessing_codes():
    wrong = [opened(False)] * (TRIES - 1)
    given(NOTICE, MEETING, told("sent"), *wrong, opened(True, "birth-date")).when(tried(right=False)).then(
        opened(False), NoticeLocked(guardian="ibu")
    )
    given(NOTICE, MEETING, told("sent"), *wrong, opened(True), *wrong).when(tried(right=True)).then(opened(True))
