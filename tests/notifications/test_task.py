"""The agency's task: every transition of the table, every one that it lacks, and what can never be undone."""

import csv
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as some

from services.notifications.domain.notice import LinkNotValid
from services.notifications.domain.outcome import Accepted, Later, Never
from services.notifications.domain.task import TASK, NoSuchTask, RequestTask
from services.notifications.domain.task.events import PackageOpened, TaskRequested, TransitionConfirmed, TransitionKept, TransitionProposed
from services.notifications.domain.task.moving import InvalidTransition, Move, OpenPackage, PackageClosed, ReasonMissing
from services.notifications.domain.task.silence import NoteAttempt, NoteSilence
from services.notifications.domain.task.state import Task
from services.notifications.domain.task.table import TABLE, TERMINAL, TRIGGERS
from services.notifications.domain.task_link import TRIES, TaskLinkLocked, TaskLinkTried, TryLink
from shared.events import TaskMoved, TaskUnanswered
from shared.sealed import Sealed
from shared.testing import given
from shared.two_people import SecondPersonNeeded

SEALED = Sealed(kid="k", context="c", box="Ym94")
TIME = datetime(2026, 1, 5, 12, tzinfo=UTC)
ABOUT = {"case": "case-1", "student": "student-1", "school": "school-1", "task": "t", "referral": "r", "agency": "upt"}
FIELDS = {**ABOUT, "priority": "routine", "respond_by": TIME, "package": SEALED, "package_opens": "after-acceptance"}
REQUESTED = TaskRequested(**FIELDS)
STATES = sorted({state for state, _, _ in TABLE} | {to for to, _ in TABLE.values()})


def move(trigger: str, actor: str = "R", **fields: object) -> Move:
    return Move(
        **{"transition": f"{actor}-{trigger}", "actor": actor, "trigger": trigger, "by": "upt", "reason": "age", **_question(trigger), **fields}
    )


def _question(trigger: str) -> dict[str, object]:
    """Who asks, asks something."""
    return {"note": SEALED} if trigger == "ask" else {}


def moved(trigger: str, state: str, business_status: str, **fields: object) -> TaskMoved:
    return TaskMoved(**ABOUT, trigger=trigger, state=state, business_status=business_status, **fields)


def at(state: str) -> Task:
    return Task(requested=REQUESTED, state=state)


# commands ----------------------------------------------------------------------------------------------------------


def test_a_referral_asks_the_agency_once():
    given(TASK).when(RequestTask(**FIELDS)).then(REQUESTED)
    given(TASK, REQUESTED).when(RequestTask(**FIELDS)).then()


def test_nothing_moves_that_was_never_asked():
    for command in (move("accept"), OpenPackage(by="upt"), NoteSilence()):
        given(TASK).when(command).refuses(NoSuchTask)


def test_an_agency_accepts():
    accepted = moved("accept", "accepted", "3.0")
    given(TASK, REQUESTED).when(move("accept", reason=None)).then(accepted, TransitionKept(transition="R-accept"))


def test_a_repeated_request_is_quiet():
    given(TASK, REQUESTED, moved("accept", "accepted", "3.0"), TransitionKept(transition="R-accept")).when(move("accept")).then()


def test_only_the_first_fetch_says_received():
    after = given(TASK, REQUESTED).when(move("fetch")).says("task-moved", "transition-kept")
    assert after.state.state == "received"
    after.when(move("fetch", transition="another")).then()


def test_a_decline_needs_a_reason_from_the_list_and_other_needs_words():
    given(TASK, REQUESTED).when(move("decline", reason=None)).refuses(ReasonMissing)
    given(TASK, REQUESTED).when(move("decline", reason="other")).refuses(ReasonMissing)
    given(TASK, REQUESTED).when(move("decline", reason="other", note=SEALED)).says("task-moved", "transition-kept")
    with pytest.raises(ValueError, match="reason"):
        move("decline", reason="we do not like it")


def test_entered_in_error_needs_two_different_people():
    """Security, row 4: the second acts in a session of their own; both stand in the event."""
    asked = given(TASK, REQUESTED).when(move("enter-in-error", "I", by="a", transition="t-1"))
    asked = asked.then(TransitionProposed(transition="t-1", trigger="enter-in-error", by="a"))
    assert asked.state.state == "requested"
    asked.when(move("enter-in-error", "I", by="a", transition="t-1")).then()
    asked.when(move("enter-in-error", "I", by="a", transition="t-2")).refuses(SecondPersonNeeded)
    done = asked.when(move("enter-in-error", "I", by="b", transition="t-3", reason=None)).then(
        TransitionConfirmed(transition="t-3", trigger="enter-in-error", proposed_by="a", by="b"),
        moved("enter-in-error", "entered-in-error", "2.0"),
        TransitionKept(transition="t-3"),
    )
    assert done.state.state == "entered-in-error"


def test_cancelling_is_a_handshake_and_an_outcome_may_still_win():
    asked = given(TASK, REQUESTED).when(move("request-cancel", "I")).says("task-moved", "transition-kept")
    assert asked.state.state == "in-progress/5.2"
    asked.when(move("confirm-cancel", "I")).refuses(InvalidTransition)
    won = given(TASK, REQUESTED, moved("request-cancel", "in-progress", "5.2")).when(move("outcome")).says("task-moved", "transition-kept")
    assert won.state.state == "completed"


def test_silence_is_told_once_and_not_after_an_answer():
    silent = TaskUnanswered(**ABOUT, reason="no-answer")
    given(TASK, REQUESTED).when(NoteSilence()).then(silent)
    given(TASK, REQUESTED, silent).when(NoteSilence()).then()
    given(TASK, REQUESTED, moved("accept", "accepted", "3.0")).when(NoteSilence()).then()


def test_what_the_school_asks_for_is_no_answer_of_the_agency():
    asked = given(TASK, REQUESTED, moved("request-cancel", "in-progress", "5.2"))
    asked.when(NoteSilence()).then(TaskUnanswered(**ABOUT, reason="no-answer"))
    given(TASK, REQUESTED, moved("accept", "accepted", "3.0"), moved("request-cancel", "in-progress", "5.2")).when(NoteSilence()).then()
    given(TASK, REQUESTED, moved("enter-in-error", "entered-in-error", "2.0")).when(NoteSilence()).then()


def test_a_link_that_is_locked_is_told_to_the_case_at_once_and_only_where_an_answer_is_still_missing():
    wrong, tries = TryLink(number=0, right=False), [TaskLinkTried(right=False)] * (TRIES - 1)
    locked: tuple[TaskLinkTried, TaskLinkLocked] = (TaskLinkTried(right=False), TaskLinkLocked())
    given(TASK, REQUESTED, *tries).when(wrong).then(*locked, UNREACHABLE).when(wrong).refuses(LinkNotValid)
    given(TASK, REQUESTED, moved("accept", "accepted", "3.0"), *tries).when(wrong).then(*locked)


UNREACHABLE = TaskUnanswered(**ABOUT, reason="unreachable")


def attempt(outcome, priority="routine") -> tuple[TaskRequested, NoteAttempt]:
    return TaskRequested(**{**FIELDS, "priority": priority}), NoteAttempt(outcome=outcome, since=TIME)


def test_a_notice_that_can_never_reach_the_agency_is_told_at_once_and_once():
    requested, never = attempt(Never("redirects", "308"))
    given(TASK, requested).when(never).then(UNREACHABLE).when(never).then()
    given(TASK, requested, moved("accept", "accepted", "3.0")).when(never).then()


def test_what_was_accepted_or_waits_decides_nothing():
    for outcome in (Accepted(), Later("busy", "503", TIME + timedelta(hours=1))):
        requested, command = attempt(outcome)
        given(TASK, requested).when(command).then()


def test_an_urgent_notice_that_has_to_wait_more_than_ten_minutes_is_told_as_soon_as_that_is_known():
    requested, soon = attempt(Later("busy", "503", TIME + timedelta(minutes=10)), "stat")
    _, too_late = attempt(Later("busy", "503", TIME + timedelta(minutes=10, seconds=1)), "stat")
    given(TASK, requested).when(soon).then().when(too_late).then(UNREACHABLE)


# the package -------------------------------------------------------------------------------------------------------


def test_a_routine_package_opens_after_acceptance_and_every_fetch_is_recorded():
    given(TASK, REQUESTED).when(OpenPackage(by="upt")).refuses(PackageClosed)
    opened = given(TASK, REQUESTED, moved("accept", "accepted", "3.0")).when(OpenPackage(by="upt")).then(PackageOpened(by="upt"))
    opened.when(OpenPackage(by="upt")).then(PackageOpened(by="upt"))


def test_an_emergencys_package_opens_at_once():
    given(TASK, TaskRequested(**{**FIELDS, "package_opens": "at-once"})).when(OpenPackage(by="upt")).then(PackageOpened(by="upt"))


def test_a_wish_to_cancel_never_opens_a_package():
    for history in (
        [moved("request-cancel", "in-progress", "5.2")],
        [moved("request-cancel", "in-progress", "5.2"), moved("outcome", "completed", "7.0")],
    ):
        given(TASK, REQUESTED, *history).when(OpenPackage(by="upt")).refuses(PackageClosed)


@pytest.mark.parametrize(
    ("trigger", "state", "business"), [("decline", "rejected", "4.0"), ("fail", "failed", "4.0"), ("confirm-cancel", "cancelled", "6.0")]
)
def test_a_package_closes_when_the_work_ended_without_help(trigger, state, business):
    emergency = TaskRequested(**{**FIELDS, "package_opens": "at-once"})
    given(TASK, emergency, moved("accept", "accepted", "3.0"), moved(trigger, state, business)).when(OpenPackage(by="upt")).refuses(PackageClosed)


# the table ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def golden(vectors):
    """The 34 rows of HL7 BSeR by their number."""
    with (vectors / "referral" / "bser-transitions.csv").open(encoding="utf-8") as file:
        rows = {int(row["row"]): row for row in csv.DictReader(file)}
    assert sorted(rows) == list(range(1, 35))
    return rows


def test_every_golden_row_after_sending_is_accepted(golden):
    for row in (golden[number] for number in range(2, 31)):
        events = TASK.decide(move(row["trigger"], row["actor"]), at(row["from"]))
        after = TASK.fold(events, at(row["from"]))
        assert (after.state, after.business_status) == (row["to"], row["business_status"]), row["row"]


def test_row_1_is_the_tasks_creation_and_rows_31_to_34_are_for_import_only(golden):
    """31 to 34 would give a state, actor and trigger a second answer: in-progress/5.1 is no state of ours."""
    assert golden[1]["trigger"] == "send-referral-package" not in TRIGGERS
    assert given(TASK, REQUESTED).state.business_status == golden[1]["business_status"]
    for row in (golden[number] for number in range(31, 35)):
        assert TABLE.get((row["from"], row["actor"], row["trigger"]), ("",))[0] != row["to"] or row["from"] == "in-progress/5.1"
        assert "in-progress/5.1" not in STATES


def test_our_own_rows_are_received_ask_hold_resume_fail_and_entered_in_error(golden):
    theirs = {(row["from"], row["actor"], row["trigger"]) for row in golden.values()}
    ours = {trigger for state, actor, trigger in TABLE if (state, actor, trigger) not in theirs}
    own = {"fetch", "ask", "hold", "resume", "fail", "enter-in-error"}
    assert own <= ours
    assert ours - own == {"accept", "decline", "request-cancel"}  # from requested and on-hold


@pytest.mark.parametrize("state", STATES)
def test_what_the_table_lacks_is_refused(state):
    for actor, trigger in product("IR", TRIGGERS):
        if (state, actor, trigger) in TABLE:
            assert TASK.decide(move(trigger, actor), at(state))
        elif trigger == "fetch" and state != "requested":
            assert not TASK.decide(move(trigger, actor), at(state))  # looking is never refused, and says nothing
        else:
            with pytest.raises(InvalidTransition):
                TASK.decide(move(trigger, actor), at(state))


@settings(max_examples=200)
@for_all(some.lists(some.tuples(some.sampled_from("IR"), some.sampled_from(sorted(TRIGGERS))), max_size=25))
def test_an_ended_task_stays_as_it_ended(steps):
    task, ended = at("requested"), None
    for number, (actor, trigger) in enumerate(steps):
        with suppress(InvalidTransition):
            task = TASK.fold(TASK.decide(move(trigger, actor, transition=str(number), by=f"by-{number}"), task), task)
        assert ended in (None, task.state)
        ended = task.state if task.state in TERMINAL else None
        assert task.state in STATES
