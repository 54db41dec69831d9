"""Virtual time: whatever channels answer, every message ends accepted, or never with a person told, or it has its moment."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notifications.domain import alert, notice
from services.notifications.domain.alert import ALERT, LAST_RESORT_STEP, AlertStepTaken, LadderStep, RaiseAlert
from services.notifications.domain.notice import NOTICE, AskNotice
from services.notifications.domain.outcome import NO_RECEIVER, Accepted, Later, Never, Outcome, Why
from services.notifications.domain.task import TASK, RequestTask, silence
from services.notifications.domain.task.table import SILENCE
from services.notifications.patience import UNKNOWN_HOST_FOR, Waiting, settled
from services.notifications.reasons import reasons
from shared.decider import Decider
from shared.events import AlertExhausted, GuardianTold, StaffAlerted, TaskUnanswered
from shared.sealed import Sealed

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
WAITS = (5, 30, 120, 600)
ABOUT = {"case": "case-1", "student": "siswa", "school": "school-1"}
BOX = Sealed(kid="k", context="c", box="Ym94")
NOTHING_ASKED: dict[str, Any] = {"second": None, "words": BOX, "asks": "reading", "about": None, "meet_at": None}


def waiting(tried: int = 0, **after: float) -> Waiting:
    return Waiting(tried, NOON, NOON + timedelta(**after))


def test_a_message_is_tried_again_after_a_share_of_the_wait_but_not_before_the_moment_that_was_asked_for():
    assert settled(Later("busy"), waiting(), WAITS, 0.5) == Later("busy", when=NOON + timedelta(seconds=2.5))
    asked = NOON + timedelta(minutes=10)
    assert settled(Later("busy", "503", asked), waiting(), WAITS, 0.5) == Later("busy", "503", asked)
    assert settled(Later("busy", "503", NOON), waiting(3), WAITS, 1) == Later("busy", "503", asked)


def test_what_was_tried_often_enough_will_never_arrive_for_the_reason_of_the_last_attempt():
    assert settled(Later("server-error", "503", NOON), waiting(4), WAITS, 0) == Never("server-error", "503")


def test_a_name_that_does_not_exist_may_be_an_outage_for_ten_minutes_and_is_a_wrong_name_afterwards():
    assert timedelta(minutes=10) == UNKNOWN_HOST_FOR
    assert isinstance(settled(Later("unknown-host"), waiting(1, minutes=9.9), WAITS, 0), Later)
    assert settled(Later("unknown-host"), waiting(1, minutes=10), WAITS, 0) == Never("unknown-host")
    assert isinstance(settled(Later("unreachable"), waiting(1, minutes=10), WAITS, 0), Later)


@pytest.mark.parametrize("outcome", [Accepted(), Never("redirects", "308")])
def test_what_ended_stays_so(outcome):
    assert settled(outcome, waiting(9), WAITS, 1) == outcome


def test_every_reason_has_its_sentence_and_no_sentence_is_left_over():
    assert set(reasons()) == set(get_args(Why))
    assert all(each.id.endswith(".") and each.en.endswith(".") for each in reasons().values())


# laws --------------------------------------------------------------------------------------------------------------


@dataclass
class Message:
    """One message of the simulated outbox. sent: moments of its attempts."""

    kind: str
    person: str
    step: int
    since: datetime
    due: datetime
    tried: int = 0
    sent: list[datetime] = field(default_factory=list)


@dataclass
class Outbox:
    """The sender in virtual time: nothing is sent before it is due, outcomes come from the channel as hypothesis draws them."""

    decider: Decider[Any, Any, Any]
    outcomes: list[Outcome]
    events: list[Any] = field(default_factory=list)
    queued: list[Message] = field(default_factory=list)
    ended: list[tuple[Message, Outcome]] = field(default_factory=list)
    reached: set[tuple[str, int]] = field(default_factory=set)
    now: datetime = NOON
    state: Any = None

    def decide(self, command: Any) -> None:
        events = self.decider.decide(command, self.state or self.decider.initial)
        self.state = self.decider.fold(events, self.state)
        self.events += events
        for event in events:
            if isinstance(event, AlertStepTaken):
                self.queued += [Message("alert", person, event.step, self.now, self.now) for person in event.people]
            if isinstance(event, AlertExhausted):
                self.queued = []
                self.queued += [Message("alert", event.person, LAST_RESORT_STEP, self.now, self.now)] if event.person else []

    def run(self, attempts: int = 400) -> None:
        while self.queued and attempts:
            attempts -= 1
            message = min(self.queued, key=lambda each: each.due)
            self.now = max(self.now, message.due)
            self.attempt(message, self.outcomes.pop(0) if self.outcomes else Accepted())

    def attempt(self, message: Message, said: Outcome) -> None:
        assert self.now >= message.due
        message.sent.append(self.now)
        outcome = settled(said, Waiting(message.tried, message.since, self.now), WAITS, 0.5)
        message.tried += 1
        if isinstance(outcome, Later):
            assert outcome.when is not None
            assert outcome.when >= max(self.now, (said.when if isinstance(said, Later) else None) or self.now)
            message.due = outcome.when
        else:
            self.queued.remove(message)
            self.ended.append((message, outcome))
        if isinstance(outcome, Accepted):
            self.reached.add((message.person, message.step))
        self.decide(self.command(message, outcome))

    def command(self, message: Message, outcome: Outcome) -> Any:
        if message.kind == "alert":
            return alert.NoteAttempt(person=message.person, step=message.step, outcome=outcome)
        if message.kind == "notice":
            return notice.NoteAttempt(guardian=message.person, outcome=outcome)
        return silence.NoteAttempt(outcome=outcome, since=message.since)

    def told(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]


WHY = st.sampled_from(get_args(Why))
OUTCOMES = st.lists(
    st.just(Accepted())
    | st.builds(Later, WHY, when=st.none() | st.integers(-60, 3600).map(lambda seconds: NOON + timedelta(seconds=seconds)))
    | st.builds(Never, WHY),
    max_size=40,
)
PEOPLE = st.lists(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=3, unique=True), max_size=4)


@settings(max_examples=300)
@given(OUTCOMES, PEOPLE, st.booleans(), st.sampled_from([None, "dewi"]))
def test_an_alert_ends_with_a_person_who_got_it_or_the_case_hears_that_nobody_did(outcomes, people, plain, last_resort):
    steps = tuple(LadderStep(minutes=0, people=tuple(each)) for each in people)
    outbox = Outbox(ALERT, outcomes)
    outbox.decide(RaiseAlert(**ABOUT, alert="a", urgency="high", steps=steps, last_resort=None if plain else last_resort, give_up=1440, plain=plain))
    outbox.run()
    assert not outbox.queued
    alerted = {(event.person, event.step) for event in outbox.told(StaffAlerted)}
    assert alerted == outbox.reached, "sent is recorded of exactly those who got it"
    assert alerted or outbox.told(AlertExhausted)
    if not alerted:
        assert outbox.told(AlertExhausted)[-1].person is None, "in the end the case hears that nobody could be reached"


@settings(max_examples=300)
@given(OUTCOMES)
def test_a_notice_is_sent_only_where_it_was_accepted_and_otherwise_its_end_is_told(outcomes):
    outbox = Outbox(NOTICE, outcomes)
    outbox.decide(AskNotice(**ABOUT, **NOTHING_ASKED, notice="n", guardian="ibu", not_before=NOON, by="ani", unsafe=False))
    outbox.queued = [Message("notice", "ibu", 0, NOON, NOON)]
    outbox.run()
    ((_, outcome),) = outbox.ended
    (told,) = outbox.told(GuardianTold)
    expected = "sent" if not isinstance(outcome, Never) else "no-contact" if outcome.why in NO_RECEIVER else "undeliverable"
    assert told.outcome == expected


@settings(max_examples=300)
@given(OUTCOMES, st.sampled_from(["routine", "stat"]))
def test_a_referral_that_does_not_arrive_is_told_to_the_case_once_and_an_urgent_one_within_ten_minutes(outcomes, priority):
    box = Sealed(kid="k", context="c", box="Ym94")
    outbox = Outbox(TASK, outcomes)
    fields = {"task": "t", "referral": "r", "agency": "upt", "priority": priority, "respond_by": NOON, "package": box, "package_opens": "at-once"}
    outbox.decide(RequestTask(**ABOUT, **fields))
    message = Message("webhook", "upt", 0, NOON, NOON)
    outbox.queued = [message]
    outbox.run()
    ((_, outcome),) = outbox.ended
    late = any(at - NOON > SILENCE[priority] for at in message.sent)
    assert len(outbox.told(TaskUnanswered)) == (1 if late or isinstance(outcome, Never) else 0)


@given(OUTCOMES)
def test_no_attempt_is_made_before_the_moment_of_the_last(outcomes):
    outbox = Outbox(NOTICE, list(outcomes))
    outbox.decide(AskNotice(**ABOUT, **NOTHING_ASKED, notice="n", guardian="ibu", not_before=NOON, by="ani", unsafe=False))
    message = Message("notice", "ibu", 0, NOON, NOON)
    outbox.queued = [message]
    outbox.run()
    for said, before, after in zip(outcomes, message.sent, message.sent[1:], strict=False):
        assert after >= before
        assert after >= (said.when or before)
    assert len(message.sent) <= len(WAITS) + 1
