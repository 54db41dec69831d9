"""Reports: each service is counted once, for its school and month, frozen as of a moment. The district sees no small cell."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from shared.clock import FixedClock
from shared.events import ConcernRaised, TaskMoved
from tests.cases.asking import climbed, sent
from tests.cases.desk import accused, soon

pytestmark = pytest.mark.anyio


def month():
    return datetime.now(ZoneInfo("Asia/Jakarta")).strftime("%Y-%m")


async def monthly(cases, school, who=None, **query):
    answer = await cases.get("reports/monthly", who or school.coordinator, school=school.id, month=month(), **query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def row_of(cases, school, **query):
    """As it is seen tomorrow: whoever reads statistics sees whole days."""
    today, cases.kernel.clock = cases.kernel.clock, FixedClock(datetime.now(UTC) + timedelta(days=1))
    try:
        told = (await cases.get("reports/district", cases.officer, month=month(), **query)).json()
    finally:
        cases.kernel.clock = today
    return next(row for row in told["schools"] if row["school"] == school.id)


async def test_an_empty_month_counts_nothing_and_names_every_strategy(cases):
    school = await cases.school()
    told = await monthly(cases, school)
    assert set(told["services"].values()) == {0}
    assert len(told["services"]) == 10
    assert told["cases"] == {"new": 0, "closed": {}, "reopened": 0, "transferred": 0, "open_at_end": 0}
    assert told["clocks"] == {"ended": 0, "late": {}, "climbed": 0}


async def test_a_month_counts_each_thing_once_for_its_own_school(cases):
    school, elsewhere = await cases.school(), await cases.school()
    case, second, third = [await school.case(f"student-{place}") for place in range(3)]
    await school.held(case)
    await school.conference(case)
    asked = await school.ask(case)
    await cases.done(case, "answer-as-teacher", school.teacher, activity=asked, answer="x")
    await sent(cases, school, case)
    await cases.done(second, "close", school.counsellor, outcome_class="helped", task_reviewed="x")
    await cases.done(third, "close", school.counsellor, outcome_class="referred", task_reviewed="x")
    await cases.done(third, "reopen", school.counsellor, text="x")
    await elsewhere.held(await elsewhere.case())
    await cases.caught_up()
    told = await monthly(cases, school)
    given = {name: count for name, count in told["services"].items() if count}
    assert given == {"individual-counselling": 1, "case-conference": 1, "teacher-collaboration": 1, "referral": 1}
    assert told["cases"] == {"new": 3, "closed": {"helped": 1, "referred": 1}, "reopened": 1, "transferred": 0, "open_at_end": 2}
    assert told["urgency"] == {"medium": 3}
    assert (told["counselling_by_field"], told["counselling_by_origin"]) == ({"social": 1}, {"self": 1})
    assert told["referrals"]["sent"] == 1
    assert told["services_by_person"][school.named("counsellor")] == 3
    assert told["services_by_person"][school.named("homeroom")] == 1
    assert "Kenari" not in str(told)


async def test_a_report_is_frozen_as_of_a_moment_and_lists_what_was_corrected_since(cases):
    school = await cases.school()
    first = await school.case()
    await school.held(first)
    await cases.caught_up()
    then, told = datetime.now(UTC).isoformat(), await monthly(cases, school)
    second = await school.case("student-2")
    await school.held(second)
    await cases.done(first, "correct-fact", school.counsellor, event=2, words="Benar kenari", reason="x")
    await cases.caught_up()
    frozen = await monthly(cases, school, as_of=then)
    assert {name: value for name, value in frozen.items() if name != "as_of"} == {name: value for name, value in told.items() if name != "as_of"}
    assert (await monthly(cases, school))["services"]["individual-counselling"] == told["services"]["individual-counselling"] + 1
    now = await monthly(cases, school)
    assert now["cases"]["new"] == 2
    assert [(each["case"], each["event"]) for each in now["corrections"]] == [(first, 2)]
    assert told["corrections"] == frozen["corrections"] == []


async def test_a_month_that_is_none_is_refused_and_another_month_counts_nothing_of_this_one(cases):
    school = await cases.school()
    await school.held(await school.case())
    await cases.caught_up()
    for wrong in ("2026-13", "2026-00", "26-01", "x"):
        answer = await cases.get("reports/monthly", school.coordinator, school=school.id, month=wrong)
        assert answer.status_code == 422, wrong
    past = (await cases.get("reports/monthly", school.coordinator, school=school.id, month="2020-01")).json()
    assert past["services"]["individual-counselling"] == 0
    assert past["cases"]["open_at_end"] == 0


async def test_what_was_written_down_later_counts_in_the_month_in_which_it_happened(cases):
    school = await cases.school()
    case = await school.case()
    activity = (await cases.done(case, "request-counselling", school.counsellor, origin="self", field="social", reason="x"))["activity"]
    await cases.done(case, "schedule-counselling", school.counsellor, activity=activity, when=soon(days=-62), place="x")
    words = dict.fromkeys(("symptoms", "complaint", "problem", "causes", "goal", "approach", "result", "next_plan"), "x")
    said = {"activity": activity, "meeting": 1, "confidentiality_told": True, "happened_at": soon(days=-62)}
    await cases.done(case, "hold-counselling", school.counsellor, **said, **words)
    await cases.caught_up()
    assert (await monthly(cases, school))["services"]["individual-counselling"] == 0


async def test_a_school_s_report_is_its_own(cases):
    school, elsewhere = await cases.school(), await cases.school()
    for who in (elsewhere.counsellor, elsewhere.coordinator, elsewhere.principal):
        for name in ("monthly", "semester"):
            assert (await cases.get(f"reports/{name}", who, school=school.id, month=month())).status_code == 404
    for who in (school.counsellor, school.coordinator, school.principal):
        assert (await cases.get("reports/district", who, month=month())).status_code == 403
    for name in ("monthly", "semester", "district"):
        assert (await cases.get(f"reports/{name}", school.teacher, school=school.id, month=month())).status_code == 403


async def test_a_case_of_the_district_s_desk_is_counted_by_the_district_and_not_by_its_school(cases):
    school = await cases.school()
    case = await school.case()
    await school.held(case)
    for place in range(5):
        await school.case(f"student-{place}")
    assert await school.concern(people=(accused(None),), desk="district") == case
    await cases.caught_up()
    told = await monthly(cases, school)
    assert (told["cases"]["new"], told["cases"]["open_at_end"], told["services"]["individual-counselling"]) == (5, 5, 0)
    assert (await monthly(cases, school, cases.duty))["cases"]["new"] == 6
    assert (await row_of(cases, school))["urgency"]["medium"] == "5-9"


async def test_a_semester_sets_what_was_planned_against_what_was_reached(cases):
    school = await cases.school()
    case = await school.case()
    await cases.done(case, "assess-case", school.counsellor, field="social", findings="x", safe=True)
    goals = [{"goal": f"g-{each}", "field": "social", "words": "x", "owner": school.named("counsellor"), "due": soon(days=9)} for each in range(3)]
    await cases.done(case, "plan-case", school.counsellor, goals=goals)
    await cases.done(case, "reach-goal", school.counsellor, goal="g-0", reached=True, words="x")
    await cases.done(case, "reach-goal", school.counsellor, goal="g-1", reached=False, words="x")
    activity = await school.held(case)
    await cases.done(case, "record-satisfaction", school.counsellor, activity=activity, score=4, words="x")
    await cases.done(case, "evaluate-counselling", school.counsellor, activity=activity, kind="laiseg", helped=True, finding="x")
    await cases.caught_up()
    told = (await cases.get("reports/semester", school.principal, school=school.id, month=month())).json()
    assert told["goals"] == {"planned": 3, "reached": {"True": 1, "False": 1}}
    assert told["evaluations"] == {"laiseg": {"True": 1}, "laijapen": {}, "laijapang": {}}
    assert told["satisfaction"] == {"answers": 1, "mean": 4.0}
    assert told["services"]["individual-counselling"] == 1


async def test_the_district_sees_no_small_cell_and_a_silent_school_as_a_warning(cases):
    small, large, silent = [await cases.school() for _ in range(3)]
    for place in range(4):
        await small.concern(f"student-{place}")
    for place in range(5):
        await large.case(f"student-{place}")
    await cases.caught_up()
    row = await row_of(cases, small)
    assert (row["cases"], row["urgency"], row["minutes_to_acknowledge"]) == ("<5", {"medium": "<5"}, None)
    row = await row_of(cases, large)
    assert (row["cases"], row["urgency"], row["minutes_to_acknowledge"]) == ("5-9", {"medium": "5-9"}, 0)
    row = await row_of(cases, silent)
    assert row["cases"] == 0
    assert [each["warning"] for each in row["warnings"]] == ["no-reports"]
    assert row["warnings"][0]["id"] != row["warnings"][0]["en"]


async def test_the_district_s_report_is_frozen_too(cases):
    school = await cases.school()
    for place in range(5):
        await school.case(f"student-{place}")
    await cases.caught_up()
    before = await row_of(cases, school)
    for place in range(5, 8):
        await school.case(f"student-{place}")
    await cases.caught_up()
    assert await row_of(cases, school) == before
    for place in range(8, 10):
        await school.case(f"student-{place}")
    await cases.caught_up()
    assert (before["cases"], (await row_of(cases, school))["cases"]) == ("5-9", "10-14")


async def test_the_district_cannot_step_through_a_day_or_look_ahead(cases):
    """Row 17 of what an attacker with a role found: `as_of` by seconds over a school's counts."""
    school = await cases.school()
    for place in range(5):
        await school.case(f"student-{place}")
    await cases.caught_up()
    now = datetime.now(UTC)
    for as_of in (now, now + timedelta(seconds=1), now + timedelta(days=400)):
        told = (await cases.get("reports/district", cases.officer, month=month(), as_of=as_of.isoformat())).json()
        assert next(row["cases"] for row in told["schools"] if row["school"] == school.id) == 0


async def test_what_was_late_is_counted_at_its_school(cases):
    school = await cases.school()
    case = await school.case()
    await school.ask(case, minutes=-20)
    await climbed(cases, case)
    assert (await monthly(cases, school))["clocks"]["late"] == {"teacher-answer": 1}


async def test_what_a_neighbour_tells_counts_at_the_school_that_has_the_case(cases):
    here, there = await cases.school(), await cases.school()
    student = await there.person("student", "student")
    text = await cases.kernel.vault.seal(student, "concern", "Kenari", "text")
    about = {"student": student, "role": "affected", "kind": "incident", "categories": ("bullying",), "facts": {"repeated": False}}
    raised = ConcernRaised(concern=str(uuid4()), school=there.id, text=text, channel="api", reporter_kind="staff", **about)
    await cases.hear(raised, school=here.id)  # told at one school about a student of another
    await cases.caught_up()
    assert [(await monthly(cases, each))["cases"]["new"] for each in (here, there)] == [0, 1]


async def test_an_agency_s_answer_counts_at_the_school_that_has_the_case_now(cases):
    here, there = await cases.school(), await cases.school()
    case = await here.case()
    referral = await sent(cases, here, case)
    await cases.done(case, "transfer-case", here.counsellor, to=there.id, reason="x")
    await cases.done(case, "receive-transfer", there.counsellor)
    known = {"task": "t", "referral": referral, "agency": "agency-1", "case": case, "student": here.named("student"), "school": here.id}
    await cases.hear(TaskMoved(**known, trigger="accept", state="accepted", business_status="2.1"), "notifications")
    await cases.caught_up()
    assert [(await monthly(cases, each))["referrals"]["answers"] for each in (here, there)] == [{}, {"accepted": 1}]


async def test_a_transferred_case_is_open_at_its_new_school_and_no_longer_at_the_old(cases):
    here, there = await cases.school(), await cases.school()
    case = await here.case()
    await cases.done(case, "transfer-case", here.counsellor, to=there.id, reason="x")
    await cases.done(case, "receive-transfer", there.counsellor)
    await cases.caught_up()
    assert [(await monthly(cases, each))["cases"]["open_at_end"] for each in (here, there)] == [0, 1]
    assert [(await monthly(cases, each))["cases"]["transferred"] for each in (here, there)] == [1, 0]
    await cases.done(case, "close", there.counsellor, outcome_class="helped", task_reviewed="x")
    await cases.caught_up()
    assert [(await monthly(cases, each))["cases"]["open_at_end"] for each in (here, there)] == [0, 0]


async def test_a_case_that_rests_in_another_is_not_open_until_it_is_unmerged(cases):
    school = await cases.school()
    known, unknown = await school.case(), await school.case(None)
    for route, body, open_at_end in (("merge-into", {"into": known}, 1), ("unmerge-case", {"reason": "x"}, 2)):
        await cases.done(unknown, route, school.counsellor, **body)
        await cases.caught_up()
        assert (await monthly(cases, school))["cases"]["open_at_end"] == open_at_end


async def test_a_meeting_after_a_transfer_counts_though_another_school_made_the_request(cases):
    here, there = await cases.school(), await cases.school()
    case = await here.case()
    activity = (await cases.done(case, "request-counselling", here.counsellor, origin="self", field="social", reason="x"))["activity"]
    await cases.done(case, "transfer-case", here.counsellor, to=there.id, reason="x")
    await cases.done(case, "receive-transfer", there.counsellor)
    await cases.done(case, "schedule-counselling", there.counsellor, activity=activity, when=soon(days=1), place="x")
    words = dict.fromkeys(("symptoms", "complaint", "problem", "causes", "goal", "approach", "result", "next_plan"), "x")
    await cases.done(case, "hold-counselling", there.counsellor, activity=activity, meeting=1, confidentiality_told=True, **words)
    await cases.caught_up()
    told = await monthly(cases, there)
    assert (told["services"]["individual-counselling"], told["counselling_by_field"]) == (1, {"unknown": 1})


async def test_an_officer_sees_no_small_cell_of_any_school_by_any_report(cases):
    school = await cases.school()
    await school.concern()
    await cases.caught_up()
    for name in ("monthly", "semester"):
        answer = await cases.get(f"reports/{name}", cases.officer, school=school.id, month=month())
        assert answer.status_code in (403, 404) or answer.json()["cases"]["new"] == "<5"


async def test_a_suppressed_cell_cannot_be_found_by_subtraction(cases):
    school = await cases.school()
    for place in range(6):
        await school.concern(f"student-{place}")
    await school.concern("student-7", categories=("weapon",), facts={"weapon": True})
    await cases.caught_up()
    row = await row_of(cases, school)
    shown = [count for count in row["urgency"].values() if isinstance(count, int)]
    hidden = [count for count in row["urgency"].values() if isinstance(count, str)]
    assert len(hidden) != 1 or not isinstance(row["cases"], int), f"{row['cases']} - {sum(shown)} is the hidden cell"
