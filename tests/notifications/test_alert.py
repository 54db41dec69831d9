"""The ladder of an alert: three tests for every command, and no step that ends in silence."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.notifications import ladder
from services.notifications.domain.alert import (
    ALERT,
    FIRST_ROUND,
    LAST_RESORT_STEP,
    Acknowledge,
    AlertAcknowledged,
    AlertRaised,
    AlertRepeated,
    AlertStepTaken,
    AlertUndelivered,
    Climb,
    LadderStep,
    NoSuchAlert,
    NoteAttempt,
    RaiseAlert,
)
from services.notifications.domain.outcome import Accepted, Later, Never
from shared.events import AlertExhausted, StaffAlerted
from shared.school_day import Calendar
from shared.testing import given

ABOUT = {"case": "case-1", "student": "student-1", "school": "school-1"}
STEPS = (LadderStep(minutes=0, people=("ani", "budi")), LadderStep(minutes=240, people=("citra",)))
FIELDS = {**ABOUT, "alert": "a", "urgency": "high", "steps": STEPS, "last_resort": "dewi", "give_up": 1440.0, "excluded": ("eka",)}
RAISE = RaiseAlert(**FIELDS)
RAISED = AlertRaised(**FIELDS)
FIRST = AlertStepTaken(case="case-1", urgency="high", step=0, people=("ani", "budi"))
SECOND = AlertStepTaken(case="case-1", urgency="high", step=1, people=("citra",))
EXHAUSTED = AlertExhausted(alert="a", person="dewi", **ABOUT)


NEVER = Never("mailbox-refused", "550")


def attempt(person: str, step: int, outcome: Accepted | Later | Never) -> NoteAttempt:
    return NoteAttempt(person=person, step=step, outcome=outcome)


def asked_again(number: int, minutes: float, urgency: str = "high") -> AlertRepeated:
    people = ("ani", "budi", "citra")
    return AlertRepeated(case="case-1", urgency=urgency, step=FIRST_ROUND + number, people=people, again_after=minutes)


def told(person: str, step: int) -> StaffAlerted:
    return StaffAlerted(alert="a", person=person, step=step, **ABOUT)


def test_an_alert_is_raised_with_its_first_step():
    given(ALERT).when(RAISE).then(RAISED, FIRST)


def test_raising_twice_is_quiet():
    given(ALERT, RAISED, FIRST).when(RAISE).then()


def test_where_every_rung_is_vacant_the_last_resort_has_it_at_once():
    nobody = {**FIELDS, "steps": ()}
    given(ALERT).when(RaiseAlert(**nobody)).then(AlertRaised(**nobody), EXHAUSTED)


def test_the_next_step_is_taken_when_its_time_has_come():
    given(ALERT, RAISED, FIRST).when(Climb(step=1)).then(SECOND)


def test_a_step_that_was_taken_is_quiet():
    given(ALERT, RAISED, FIRST, SECOND).when(Climb(step=1)).then()


def test_after_the_last_step_the_alert_is_in_a_named_persons_hands():
    given(ALERT, RAISED, FIRST, SECOND).when(Climb(step=2)).then(EXHAUSTED)


def test_nothing_climbs_without_an_alert():
    given(ALERT).when(Climb(step=1)).refuses(NoSuchAlert)


def test_the_ladder_stops_when_a_person_acts():
    given(ALERT, RAISED, FIRST, AlertAcknowledged(by="ani")).when(Climb(step=1)).then()


def test_a_mail_that_left_is_told():
    given(ALERT, RAISED, FIRST).when(attempt("ani", 0, Accepted())).then(told("ani", 0))


def test_a_mail_that_left_is_told_once():
    given(ALERT, RAISED, FIRST, told("ani", 0)).when(attempt("ani", 0, Accepted())).then()


def test_a_mail_of_no_alert_is_refused():
    given(ALERT).when(attempt("ani", 0, Accepted())).refuses(NoSuchAlert)


def test_one_person_who_cannot_be_reached_is_noted():
    given(ALERT, RAISED, FIRST).when(attempt("ani", 0, NEVER)).then(AlertUndelivered(person="ani", step=0))


def test_a_step_that_reaches_nobody_is_followed_by_the_next_at_once():
    missed = AlertUndelivered(person="ani", step=0)
    given(ALERT, RAISED, FIRST, missed).when(attempt("budi", 0, NEVER)).then(AlertUndelivered(person="budi", step=0), SECOND)


def test_when_nobody_at_all_can_be_reached_it_is_in_a_named_persons_hands():
    given(ALERT, RAISED, FIRST, SECOND).when(attempt("citra", 1, NEVER)).then(AlertUndelivered(person="citra", step=1), EXHAUSTED)


def test_missing_the_same_person_twice_is_quiet_and_without_an_alert_refused():
    given(ALERT, RAISED, FIRST, AlertUndelivered(person="ani", step=0)).when(attempt("ani", 0, NEVER)).then()
    given(ALERT).when(attempt("ani", 0, NEVER)).refuses(NoSuchAlert)


def test_a_message_that_waits_decides_nothing():
    given(ALERT, RAISED, FIRST).when(attempt("ani", 0, Later("mail-server-busy", "451"))).then()


def test_a_plain_message_that_cannot_reach_anybody_of_its_first_step_goes_to_those_who_hear_instead():
    fields = {**FIELDS, "plain": True, "last_resort": None}
    missed = AlertUndelivered(person="ani", step=0), AlertUndelivered(person="budi", step=0)
    after = given(ALERT, AlertRaised(**fields), FIRST, missed[0]).when(attempt("budi", 0, NEVER)).then(missed[1], SECOND)
    nobody = AlertExhausted(alert="a", person=None, **ABOUT)
    after.when(attempt("citra", 1, NEVER)).then(AlertUndelivered(person="citra", step=1), nobody)


def test_the_case_hears_that_nobody_has_it_when_the_last_resort_cannot_be_reached_either_and_the_ladder_is_asked_again():
    nobody, missed = AlertExhausted(alert="a", person=None, **ABOUT), AlertUndelivered(person="dewi", step=LAST_RESORT_STEP)
    last = attempt("dewi", LAST_RESORT_STEP, NEVER)
    given(ALERT, RAISED, FIRST, EXHAUSTED).when(last).then(missed, nobody, asked_again(0, 1440)).when(last).then()
    given(ALERT, RAISED, FIRST, EXHAUSTED, AlertAcknowledged(by="ani")).when(last).then(missed)


def test_an_alert_that_nobody_in_the_district_may_take_goes_on_asking_its_ladder_until_a_person_acts():
    """The rounds follow each other ever more slowly, but at least once a day in an emergency."""
    fields = {**FIELDS, "urgency": "emergency", "last_resort": None, "give_up": 45.0}
    nobody = AlertExhausted(alert="a", person=None, **ABOUT)
    rounds = given(ALERT, AlertRaised(**fields), FIRST, SECOND).when(Climb(step=2)).then(nobody, asked_again(0, 45, "emergency"))
    for number, minutes in enumerate((90, 180, 360, 720, 1440, 1440), start=1):
        rounds = rounds.when(Climb(step=FIRST_ROUND + number)).then(asked_again(number, minutes, "emergency"))
    rounds.when(Climb(step=FIRST_ROUND + 6)).then()
    rounds.when(Acknowledge(by="ani")).then(AlertAcknowledged(by="ani")).when(Climb(step=FIRST_ROUND + 7)).then()


def test_somebody_of_a_round_who_cannot_be_reached_begins_no_other_round():
    fields = {**FIELDS, "last_resort": None}
    begun = given(ALERT, AlertRaised(**fields), FIRST, SECOND, AlertExhausted(alert="a", person=None, **ABOUT), asked_again(0, 1440))
    begun.when(attempt("ani", FIRST_ROUND, NEVER)).then(AlertUndelivered(person="ani", step=FIRST_ROUND))
    begun.when(attempt("ani", FIRST_ROUND, Accepted())).then(told("ani", FIRST_ROUND))


def test_a_person_who_was_reached_is_not_missed():
    given(ALERT, RAISED, FIRST, told("ani", 0)).when(attempt("ani", 0, NEVER)).then()


def test_a_person_acknowledges_also_when_it_had_been_given_up():
    given(ALERT, RAISED, FIRST).when(Acknowledge(by="ani")).then(AlertAcknowledged(by="ani"))
    given(ALERT, RAISED, EXHAUSTED).when(Acknowledge(by="dewi")).then(AlertAcknowledged(by="dewi"))


def test_acknowledging_twice_is_quiet():
    given(ALERT, RAISED, AlertAcknowledged(by="ani")).when(Acknowledge(by="budi")).then()


def test_an_alert_that_is_not_there_cannot_be_acknowledged():
    given(ALERT).when(Acknowledge(by="ani")).refuses(NoSuchAlert)


# the ladder of a level --------------------------------------------------------------------------------------------

STAFF = {"counsellor": ["ani", "budi"], "coordinator": ["citra"], "principal": ["eka"], "district-duty": ["dewi"]}


def test_in_an_emergency_all_rungs_hear_at_once_and_again_at_15_and_30_minutes():
    steps = ladder.steps("emergency", STAFF, (), desk="school")
    assert [step.minutes for step in steps] == [0, 15, 30]
    assert all(step.people == ("ani", "budi", "citra", "eka", "dewi") for step in steps)


def test_otherwise_one_rung_after_another():
    steps = ladder.steps("high", STAFF, (), desk="school")
    assert [step.people for step in steps] == [("ani", "budi"), ("citra",), ("eka",), ("dewi",)]
    assert [step.minutes for step in steps] == [0, 240, 480, 720]


def test_nobody_who_is_named_in_the_concern_hears_at_any_level():
    for urgency in ("emergency", "high", "medium", "low"):
        steps = ladder.steps(urgency, STAFF, ("ani", "eka", "dewi"), desk="school")
        assert not {"ani", "eka", "dewi"} & {person for step in steps for person in step.people}


def test_a_vacant_or_conflicted_rung_is_skipped_at_once():
    steps = ladder.steps("high", STAFF, ("ani", "budi"), desk="school")
    assert steps[0] == LadderStep(minutes=0, people=("citra",))


def test_where_every_duty_officer_is_in_conflict_the_districts_officers_stand_in():
    """A vacant duty is no conflict: the officers then hear at the end of the ladder."""
    staff, officer = {**STAFF, "district-officer": ["gita"]}, LadderStep(minutes=0, people=("gita",))
    assert ladder.steps("emergency", staff, ("ani", "budi", "citra", "eka", "dewi"), desk="school")[0] == officer
    assert ladder.steps("emergency", staff, ("dewi",), desk="district")[0] == officer
    assert ladder.steps("emergency", {**staff, "district-duty": []}, (), desk="district") == ()


def test_a_supervisor_is_the_last_resort_where_neither_duty_nor_officers_may_be():
    """Year 767 of the generator: both duty officers had a conflict of their own, and the district had no officer of this kind of school."""
    staff = {**STAFF, "district-officer": ["gita"], "supervisor": ["hadi"]}
    assert ladder.last_resort(staff, ()) == "dewi"
    assert ladder.last_resort(staff, ("dewi",)) == "gita"
    assert ladder.last_resort(staff, ("dewi", "gita")) == "hadi"
    assert ladder.last_resort(STAFF, ("dewi",)) is None


def test_the_district_desk_goes_past_the_school():
    assert [step.people for step in ladder.steps("high", STAFF, (), desk="district")] == [("dewi",)]


def test_row_13_a_ladder_of_friday_evening_climbs_on_school_days_and_the_emergency_one_at_once():
    wib = ZoneInfo("Asia/Jakarta")
    friday = datetime(2026, 11, 27, 20, 37, tzinfo=wib)
    wait = ladder.school_days_from(friday, Calendar())
    heard = {
        level: [friday + timedelta(minutes=each.minutes) for each in ladder.steps(level, STAFF, (), desk="school", wait=wait)]
        for level in ("high", "medium", "low")
    }
    assert heard["low"] == [friday, *(datetime(2026, 12, day, 20, 37, tzinfo=wib) for day in (1, 3, 4))]
    assert heard["medium"] == [friday, datetime(2026, 11, 30, 20, 37, tzinfo=wib), *(datetime(2026, 12, day, 20, 37, tzinfo=wib) for day in (1, 2))]
    assert heard["high"] == [friday, *(datetime(2026, 11, 30, hour, 37, tzinfo=wib) for hour in (0, 4, 8))]
    assert friday + timedelta(minutes=ladder.give_up("low", wait)) == datetime(2026, 12, 7, 20, 37, tzinfo=wib)
    assert ladder.every_day(15) == 15


@pytest.mark.parametrize("start", [datetime(2026, 11, 23, tzinfo=UTC) + timedelta(hours=7 * number) for number in range(24)])
def test_on_any_day_the_first_rung_hears_at_once_and_the_others_in_order(start):
    wait = ladder.school_days_from(start, Calendar())
    for level in ("high", "medium", "low"):
        minutes = [each.minutes for each in ladder.steps(level, STAFF, (), desk="school", wait=wait)]
        assert minutes[0] == 0
        assert minutes == sorted(set(minutes))
        assert ladder.give_up(level, wait) > minutes[-1]


def test_every_level_gives_up_only_after_its_last_step():
    for urgency in ("emergency", "high", "medium", "low"):
        assert ladder.give_up(urgency) > ladder.steps(urgency, STAFF, (), desk="school")[-1].minutes
