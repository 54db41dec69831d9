"""What another district sent: announced once, answered by the table of every referral, passed on by a person to one school (ADR 66)."""

from datetime import UTC, datetime

import pytest

from services.notifications.domain.arrival import (
    ARRIVAL,
    AlreadyPassedOn,
    Announce,
    Answer,
    Arrival,
    ArrivalAnnounced,
    ArrivalAnswered,
    ArrivalAnswersArrived,
    ArrivalBecameConcern,
    ArrivalCancelAsked,
    ArrivalPassed,
    ArrivalRead,
    ArrivalUndelivered,
    NoSuchArrival,
    NoteAttempt,
    NoteCancelAsked,
    NoteConcern,
    PassOn,
    ReadArrival,
)
from services.notifications.domain.district import DISTRICT, DistrictKeysTrusted, TrustKeys
from services.notifications.domain.outcome import Accepted, Later, Never
from services.notifications.domain.task.moving import InvalidTransition, Move, PackageClosed, ReasonMissing
from services.notifications.domain.task.table import TABLE, TERMINAL
from shared.testing import given

FIELDS = {
    "arrival": "a",
    "district": "b",
    "task": "t",
    "purpose": "referral",
    "priority": "routine",
    "respond_by": datetime(2026, 11, 30, tzinfo=UTC),
}
ANNOUNCED = ArrivalAnnounced(**FIELDS)


def move(trigger: str, transition: str = "m", **more: object) -> Move:
    return Move(transition=transition, actor="R", trigger=trigger, by="dewi", **more)


def answered(trigger: str, state: str, number: int = 1, answer: str = "m", **more: object) -> ArrivalAnswered:
    said = {"reason": None, "note": None, "at": None} | more
    return ArrivalAnswered(arrival="a", district="b", answer=answer, number=number, trigger=trigger, state=state, by="dewi", **said)


ACCEPTED = answered("accept", "accepted")
PASSED = ArrivalPassed(arrival="a", school="s1", by="dewi")


def test_a_message_that_comes_again_announces_nothing_again():
    given(ARRIVAL).when(Announce(**FIELDS)).then(ANNOUNCED)
    given(ARRIVAL, ANNOUNCED).when(Announce(**FIELDS)).then()


@pytest.mark.parametrize(
    "command",
    [
        Answer(move=move("accept")), ReadArrival(by="dewi"), PassOn(school="s1", by="dewi"), NoteConcern(concern="c"), NoteCancelAsked(),
        NoteAttempt(number=1, outcome=Accepted()),
    ],
)  # fmt: skip
def test_nothing_is_said_about_what_nobody_sent(command):
    given(ARRIVAL).when(command).refuses(NoSuchArrival)


def test_answers_are_numbered_and_the_same_form_is_one_answer():
    given(ARRIVAL, ANNOUNCED).when(Answer(move=move("accept"))).then(ACCEPTED)
    given(ARRIVAL, ANNOUNCED, ACCEPTED).when(Answer(move=move("accept"))).then()
    later = answered("outcome", "completed", 2, "n")
    given(ARRIVAL, ANNOUNCED, ACCEPTED).when(Answer(move=move("outcome", "n"))).then(later)


def test_what_the_table_lacks_is_refused_and_a_decline_says_why():
    given(ARRIVAL, ANNOUNCED).when(Answer(move=move("outcome"))).refuses(InvalidTransition)
    given(ARRIVAL, ANNOUNCED).when(Answer(move=move("decline"))).refuses(ReasonMissing)
    given(ARRIVAL, ANNOUNCED).when(Answer(move=move("decline", reason="age"))).then(answered("decline", "rejected", reason="age"))


def test_what_was_disclosed_is_read_and_passed_on_only_after_a_person_accepted():
    given(ARRIVAL, ANNOUNCED).when(ReadArrival(by="dewi")).refuses(PackageClosed)
    given(ARRIVAL, ANNOUNCED).when(PassOn(school="s1", by="dewi")).refuses(PackageClosed)
    given(ARRIVAL, ANNOUNCED, ACCEPTED).when(ReadArrival(by="dewi")).then(ArrivalRead(by="dewi"))
    given(ARRIVAL, ANNOUNCED, ACCEPTED).when(PassOn(school="s1", by="dewi")).then(PASSED)


def test_an_emergency_may_be_read_at_once_and_still_a_person_accepts_before_a_school_has_it():
    emergency = ANNOUNCED.model_copy(update={"priority": "stat"})
    given(ARRIVAL, emergency).when(ReadArrival(by="dewi")).then(ArrivalRead(by="dewi"))
    given(ARRIVAL, emergency).when(PassOn(school="s1", by="dewi")).refuses(PackageClosed)


def test_it_goes_to_one_school_and_becomes_one_concern():
    given(ARRIVAL, ANNOUNCED, ACCEPTED, PASSED).when(PassOn(school="s1", by="eka")).then()
    given(ARRIVAL, ANNOUNCED, ACCEPTED, PASSED).when(PassOn(school="s2", by="eka")).refuses(AlreadyPassedOn)
    became = ArrivalBecameConcern(arrival="a", concern="c")
    given(ARRIVAL, ANNOUNCED, ACCEPTED, PASSED).when(NoteConcern(concern="c")).then(became)
    given(ARRIVAL, ANNOUNCED, ACCEPTED, PASSED, became).when(NoteConcern(concern="c")).then()


def test_where_the_child_moves_here_the_sender_hears_that_a_school_has_the_case():
    moves = ANNOUNCED.model_copy(update={"purpose": "transfer"})
    became = ArrivalBecameConcern(arrival="a", concern="c")
    receipt = answered("outcome", "completed", 2, "received-a").model_copy(update={"by": "service:notifications"})
    given(ARRIVAL, moves, ACCEPTED, PASSED).when(NoteConcern(concern="c")).then(became, receipt)
    given(ARRIVAL, moves, ACCEPTED, PASSED, became, receipt).when(NoteConcern(concern="c")).then()
    on_hold = answered("hold", "on-hold", 2, "h")
    given(ARRIVAL, moves, ACCEPTED, PASSED, on_hold).when(NoteConcern(concern="c")).then(became)


def test_the_sender_asks_to_cancel_as_the_table_says():
    for state in sorted({each for each, _, _ in TABLE}):
        asked = ArrivalCancelAsked(arrival="a", state="in-progress/5.2")
        expected = [asked] if (state, "I", "request-cancel") in TABLE else []
        assert list(ARRIVAL.decide(NoteCancelAsked(), Arrival(announced=ANNOUNCED, state=state))) == expected
    assert all((state, "I", "request-cancel") not in TABLE for state in TERMINAL)


def test_an_answer_that_can_not_arrive_is_remembered_once():
    lost = ArrivalUndelivered(number=1, why="refused")
    given(ARRIVAL, ANNOUNCED, ACCEPTED).when(NoteAttempt(number=1, outcome=Later("unreachable"))).then()
    given(ARRIVAL, ANNOUNCED, ACCEPTED).when(NoteAttempt(number=1, outcome=Never("refused"))).then(lost)
    given(ARRIVAL, ANNOUNCED, ACCEPTED, lost).when(NoteAttempt(number=1, outcome=Never("refused"))).then()


def test_each_message_holds_every_answer_so_far_and_what_a_later_one_brought_is_not_lost():
    second, arrived = answered("outcome", "completed", 2, "n"), ArrivalAnswersArrived(number=2)
    lost = ArrivalUndelivered(number=1, why="busy")
    given(ARRIVAL, ANNOUNCED, ACCEPTED, second).when(NoteAttempt(number=2, outcome=Accepted())).then(arrived)
    given(ARRIVAL, ANNOUNCED, ACCEPTED, second, arrived).when(NoteAttempt(number=1, outcome=Never("busy"))).then()
    given(ARRIVAL, ANNOUNCED, ACCEPTED, second, arrived).when(NoteAttempt(number=1, outcome=Accepted())).then()
    assert ARRIVAL.fold([ANNOUNCED, ACCEPTED, lost, second]).lost == {1}
    assert ARRIVAL.fold([ANNOUNCED, ACCEPTED, lost, second, arrived]).lost == set()


def test_the_keys_of_a_district_are_the_ones_said_last():
    first, other = DistrictKeysTrusted(district="b", keys=("whpk_1",)), DistrictKeysTrusted(district="b", keys=("whpk_1", "whpk_2"))
    given(DISTRICT).when(TrustKeys(district="b", keys=("whpk_1",))).then(first)
    given(DISTRICT, first).when(TrustKeys(district="b", keys=("whpk_1",))).then()
    given(DISTRICT, first).when(TrustKeys(district="b", keys=("whpk_1", "whpk_2"))).then(other)
