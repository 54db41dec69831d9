"""The school's calendar, asked of the running service: who says it, and that days, clocks and lists follow it (ADR 24; district-life 13)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.cases.domain.calendars import CALENDARS, SetCalendar
from services.cases.domain.case.case import CASE
from services.cases.domain.steps.deadline import DeadlinePassed, PassDeadline, clocks
from services.cases.policies import policy_at
from shared.events import CalendarChanged, CaseTriaged, calendar_of_school
from shared.school_day import Calendar, Layer, national
from shared.testing import given
from tests.cases.people import COORDINATOR, after, raised, step, take

WIB = ZoneInfo("Asia/Jakarta")
FRIDAY_EVENING = datetime(2026, 11, 27, 20, 37, tzinfo=WIB)
DAYS = national("Asia/Jakarta")


def free(day, until=None):
    return {"first": day, "last": day, "name": "Libur (contoh)"} | ({"until": until} if until else {})


# the clocks of a concern -------------------------------------------------------------------------------------------


def due_of(level, at, calendar=DAYS):
    return {each.key: each.due for each in clocks(policy_at(calendar, at), level, at, None)}


@pytest.mark.parametrize(
    ("level", "acknowledge", "decide"),
    [
        ("emergency", "2026-11-27 20:52", "2026-11-27 21:37"),  # the emergency alone knows no days
        ("high", "2026-11-28 00:37", "2026-11-28 20:37"),  # assessed within 24 hours, whatever day it is
        ("medium", "2026-11-30 20:37", "2026-12-02 20:37"),
        ("low", "2026-12-01 20:37", "2026-12-04 20:37"),
    ],
)
def test_row_13_a_concern_of_friday_evening_is_due_on_school_days(level, acknowledge, decide):
    found = due_of(level, FRIDAY_EVENING)
    assert (found["acknowledge"], found["decide"]) == tuple(datetime.fromisoformat(each).replace(tzinfo=WIB) for each in (acknowledge, decide))


def test_row_13_the_alert_says_the_same_times_as_the_deadlines():
    concern, policy = raised(categories=("truancy",), facts={}), policy_at(DAYS, FRIDAY_EVENING)
    events = CASE.decide(take(concern, at=FRIDAY_EVENING, policy=policy), CASE.initial)
    alert = next(event for event in events if isinstance(event, CaseTriaged))
    found = due_of("low", FRIDAY_EVENING)
    assert (alert.urgency, alert.acknowledge_by, alert.decide_by) == ("low", found["acknowledge"], found["decide"])


@pytest.mark.parametrize(
    ("facts", "categories", "following"),
    [
        ({}, ("truancy",), "2026-12-01 20:37"),
        ({"suicidal_thoughts": True}, ("truancy",), "2026-11-30 04:00"),  # high: its ladder counts school days, too
        ({"weapon": True}, ("truancy",), "2026-11-28 09:15"),
    ],
)
def test_row_13_the_next_rung_hears_on_a_school_day_but_in_an_emergency(facts, categories, following):
    policy = policy_at(DAYS, FRIDAY_EVENING)
    case = after(take(raised(categories=categories, facts=facts, kind="need"), at=FRIDAY_EVENING - timedelta(days=7), policy=policy))
    due = FRIDAY_EVENING if case.urgency == "low" else datetime(2026, 11, 28, 9, 0, tzinfo=WIB)
    known = case.deadlines["acknowledge"]
    moved = {**case.deadlines, "acknowledge": type(known)(known.key, known.what, due, due, known.owner, known.climb)}
    events = CASE.decide(PassDeadline(key="acknowledge", due=due, now=due, calendar=DAYS), replace(case, deadlines=moved))
    passed = next(event for event in events if isinstance(event, DeadlinePassed))
    assert passed.next_due == datetime.fromisoformat(following).replace(tzinfo=WIB)


def test_a_policy_takes_effect_at_the_midnight_of_each_zone():
    moment = datetime(2026, 11, 26, 16, 0, tzinfo=UTC)  # 23:00 in Jakarta, 01:00 of the 27th in Jayapura
    assert [policy_at(Calendar(zone=zone), moment).version for zone in ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")] == [1, 2, 2]


# saying the calendar -----------------------------------------------------------------------------------------------


def test_saying_the_same_calendar_again_is_quiet_and_an_empty_one_takes_it_back():
    said = step(SetCalendar, by=COORDINATOR, of="school:smp1", zone="Asia/Makassar")
    event = CalendarChanged(of="school:smp1", layer=Layer(zone="Asia/Makassar"))
    given(CALENDARS).when(said).then(event)
    given(CALENDARS, event).when(step(SetCalendar, by=COORDINATOR, of="school:smp1", zone="Asia/Makassar")).then()
    given(CALENDARS).when(step(SetCalendar, by=COORDINATOR, of="school:smp1")).then()
    given(CALENDARS, event).when(step(SetCalendar, by=COORDINATOR, of="school:smp1")).then(CalendarChanged(of="school:smp1", layer=Layer()))


@pytest.mark.anyio
async def test_a_school_s_calendar_is_said_by_its_own_coordinator_and_by_the_district(cases):
    school, elsewhere = await cases.school(), await cases.school()
    path = f"calendar/schools/{school.id}"
    for who in (school.coordinator, school.principal, cases.officer, cases.duty, cases.service):
        answer = await cases.post(f"{path}/set-calendar", who, zone="Asia/Jayapura", half_days=[free("2026-12-18", "10:30")])
        assert (answer.status_code, answer.json()) == (200, {"of": calendar_of_school(school.id)})
    assert (await cases.post(f"{path}/set-calendar", elsewhere.coordinator, zone="Asia/Jakarta")).status_code == 404
    assert (await cases.post(f"{path}/set-calendar", school.counsellor, zone="Asia/Jakarta")).status_code == 403
    assert (await cases.post("calendar/schools/none/set-calendar", cases.duty, zone="Asia/Jakarta")).status_code == 404
    for place in ("calendar/set-calendar", "calendar/kinds/smp/set-calendar"):
        assert (await cases.post(place, school.coordinator, zone="Asia/Jakarta")).status_code == 403
    told = (await cases.get(path, school.counsellor)).json()
    assert told["zone"] == "Asia/Jayapura"
    assert told["half_days"] == [free("2026-12-18", "10:30:00")]
    assert told["holidays"] == [each.model_dump(mode="json") for each in DAYS.holidays]
    assert told["own"]["zone"] == "Asia/Jayapura"
    assert (await cases.get(path, elsewhere.counsellor)).status_code == 404
    said = (await cases.get("calendar", cases.officer)).json()["items"]
    assert calendar_of_school(school.id) in [each["of"] for each in said]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"holidays": [{"first": "2026-12-08", "last": "2026-12-07", "name": "x"}]}, None),
        ({"half_days": [free("2026-12-08", "00:00")]}, None),
        ({"zone": "Asia/Singapore"}, "/zone"),
        ({"school_days": [0]}, "/school_days/0"),
        ({"school_days": [8]}, "/school_days/0"),
        ({"holidays": [free("2026-02-30")]}, "/holidays/0/first"),
        ({"colour": "red"}, "/colour"),
    ],
)
async def test_a_calendar_that_cannot_be_is_422_and_changes_nothing(cases, body, pointer):
    school = await cases.school()
    before = (await cases.get(f"calendar/schools/{school.id}", school.coordinator)).json()
    answer = await cases.post(f"calendar/schools/{school.id}/set-calendar", school.coordinator, **body)
    assert answer.status_code == 422, answer.text
    assert pointer in (None, *(each["pointer"] for each in answer.json()["errors"]))
    assert (await cases.get(f"calendar/schools/{school.id}", school.coordinator)).json() == before


@pytest.mark.anyio
async def test_deadlines_and_today_follow_the_school_s_own_days(cases):
    school = await cases.school()
    today = datetime.now(UTC)
    days = [(today + timedelta(days=each)).date().isoformat() for each in range(-1, 9)]
    body = {"zone": "Asia/Jayapura", "holidays": [{"first": days[0], "last": days[-1], "name": "Libur panjang (contoh)"}]}
    assert (await cases.post(f"calendar/schools/{school.id}/set-calendar", school.coordinator, **body)).status_code == 200
    calendar = (await cases.get(f"calendar/schools/{school.id}", school.counsellor)).json()
    assert (calendar["school_day"], calendar["today"]) == (False, today.astimezone(ZoneInfo("Asia/Jayapura")).date().isoformat())
    case = await school.concern(categories=("truancy",), facts={})
    told = (await cases.get(f"cases/{case}", school.counsellor)).json()
    due = {each["what"]: datetime.fromisoformat(each["due"]) for each in told["deadlines"]}
    over = datetime.fromisoformat(days[-1]).replace(tzinfo=ZoneInfo("Asia/Jayapura")) + timedelta(days=1)
    assert min(due["acknowledge"], due["contact"]) > over, "nothing of a low level is due before the holidays are over"


@pytest.mark.anyio
async def test_a_kind_of_school_has_its_own_half_days_and_the_nearest_zone_counts(cases):
    school = await cases.school()
    exams = free("2027-03-01", "11:00")
    assert (await cases.post("calendar/kinds/smp/set-calendar", cases.officer, half_days=[exams], zone="Asia/Makassar")).status_code == 200
    try:
        told = (await cases.get(f"calendar/schools/{school.id}", school.counsellor)).json()
        assert (told["zone"], told["half_days"]) == ("Asia/Makassar", [exams | {"until": "11:00:00"}])
        await cases.post(f"calendar/schools/{school.id}/set-calendar", school.principal, zone="Asia/Jakarta")
        told = (await cases.get(f"calendar/schools/{school.id}", school.counsellor)).json()
        assert (told["zone"], told["half_days"]) == ("Asia/Jakarta", [exams | {"until": "11:00:00"}])
    finally:
        await cases.post("calendar/kinds/smp/set-calendar", cases.officer)
    assert (await cases.post("calendar/kinds/kindergarten/set-calendar", cases.officer)).status_code == 422
