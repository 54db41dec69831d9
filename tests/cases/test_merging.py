"""A merge keeps one case that goes on, and everything that must not stop goes with it (domain page, "People come and go")."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from services.cases.domain.case.case import CASE
from services.cases.domain.case.guardians import GuardianFoundUnsafe
from services.cases.domain.case.merging import CaseMerged, MergedTaken
from services.cases.domain.case.moves import Carrying
from shared.decider import load, write
from shared.events import GuardianMarkedUnsafe
from shared.eventstore.store import Item
from shared.message import Occasion
from tests.cases.asking import refused_by_name
from tests.cases.desk import accused
from tests.cases.moving_about import EMERGENCY, concern_at, expected, told

pytestmark = pytest.mark.anyio

CLOSING = {"outcome_class": "helped", "task_reviewed": "x"}


async def state_of(cases, school, case):
    return (await cases.get(f"cases/{case}", school.counsellor)).json()["state"]


async def merged(cases, school, case, into, by=None):
    return await cases.done(case, "merge-into", by or school.counsellor, into=into)


async def marked_unsafe(cases, school, case, guardian):
    """In this case alone, as it is where nobody knew yet whose it was."""
    store, now, cause = cases.kernel.store, datetime.now(UTC), uuid4()
    loaded = await load(store, CASE, f"case-{case}")
    found = write(CASE, loaded, [GuardianFoundUnsafe(guardian=guardian)], Occasion("service:cases", school.id, now, cause, cause))
    await store.append(Item((found,)))


async def rests(cases, school, case, into):
    """As a store holds it where the direction was as it was said."""
    store, now, cause = cases.kernel.store, datetime.now(UTC), uuid4()
    said = {"act": str(cause), "by": school.named("counsellor"), "at": now}
    one, other = [await load(store, CASE, f"case-{each}") for each in (case, into)]
    halves = ((one, CaseMerged(into=into, **said)), (other, MergedTaken(merged=case, takes=Carrying(), **said)))
    occasion = Occasion(school.named("counsellor"), school.id, now, cause, cause)
    await store.append(Item(tuple(write(CASE, loaded, [event], occasion) for loaded, event in halves)))


@pytest.mark.parametrize("said", ["the identified one into the other", "the other into the identified one"])
async def test_row_10_the_identified_student_s_case_goes_on_and_an_emergency_lands_there(cases, said):
    school = await cases.school()
    known, unknown = await school.case(), await school.case(None)
    case, into = (known, unknown) if said.startswith("the identified") else (unknown, known)
    await merged(cases, school, case, into)
    assert (await state_of(cases, school, known), await state_of(cases, school, unknown)) == ("opened", "merged")
    assert await concern_at(cases, school.named("student"), school, **EMERGENCY) == known
    await cases.done(known, "acknowledge", school.counsellor)
    await cases.done(known, "assess-case", school.counsellor, field="social", findings="x", safe=True)
    await cases.done(known, "close", school.counsellor, **CLOSING)


async def test_a_case_that_rests_by_an_earlier_release_s_merge_takes_no_concern(cases):
    """There, the identified student's case could be the one that rests."""
    school = await cases.school()
    known, unknown = await school.case(), await school.case(None)
    await rests(cases, school, known, unknown)
    assert await state_of(cases, school, known) == "merged"
    assert await concern_at(cases, school.named("student"), school, **EMERGENCY) == unknown
    await cases.done(unknown, "acknowledge", school.counsellor)
    await cases.done(unknown, "match", school.counsellor, student=school.named("student"))
    assert await concern_at(cases, school.named("student"), school) == unknown


async def test_a_guardian_marked_unsafe_is_so_in_the_case_that_goes_on_and_in_the_one_that_rests(cases):
    school = await cases.school()
    known, unknown = await school.case(), await school.case(None)
    await rests(cases, school, known, unknown)
    for _ in range(2):  # the second time it is known
        marked = GuardianMarkedUnsafe(student=school.named("student"), guardian="g1", school=school.id)
        await cases.hear(marked, source="notifications")
    for case in (known, unknown):
        assert await told(cases, case, "guardian-found-unsafe", "guardian") == [("g1",)]


@pytest.mark.parametrize("said", ["the unidentified one into the other", "the other into the unidentified one"])
async def test_whom_a_merged_case_holds_to_be_unsafe_is_so_in_the_one_that_goes_on_and_its_owner_is_told(cases, said):
    school = await cases.school()
    known, unknown = await school.case(), await school.case(None)
    await cases.done(known, "assign", school.coordinator, to=school.named("other"))
    await marked_unsafe(cases, school, unknown, "g1")
    case, into = (unknown, known) if said.startswith("the unidentified") else (known, unknown)
    await merged(cases, school, case, into, by=school.coordinator)
    assert await told(cases, known, "guardian-found-unsafe", "guardian") == [("g1",)]
    assert (await told(cases, known, "staff-to-be-told", "person", "message"))[-1] == (school.named("other"), "same-student")


@pytest.mark.parametrize("rests_here", [True, False])
async def test_two_cases_that_each_accuse_one_duty_officer_are_left_to_the_district_when_somebody_merges_them(cases, rests_here):
    school = await cases.school()
    await cases.hear_duty("duty", "night-duty")
    known, unknown = [await school.case(student, people=(accused(each),)) for student, each in (("student", "duty"), (None, "night-duty"))]
    case, into = (unknown, known) if rests_here else (known, unknown)
    await merged(cases, school, case, into)
    assert await told(cases, known, "left-to-district", "people") == [(["duty", "night-duty"],)]


async def test_clocks_alert_level_and_people_go_with_it_and_the_clocks_of_the_merged_case_end(cases):
    school = await cases.school()
    known = await school.case(categories=("truancy",), facts={})
    unknown = await school.concern(None, people=(accused(school.named("homeroom")),), **EMERGENCY)
    alerts = len(await cases.events(known, "case-triaged"))
    await merged(cases, school, unknown, known)
    (alert,) = (await told(cases, known, "case-triaged", "urgency", "excluded"))[alerts:]
    assert alert == ("emergency", [school.named("homeroom")])
    assert await told(cases, unknown, "alerts-passed-on", "to_case") == [(known,)]
    assert await expected(cases, unknown, school.counsellor) == {}
    assert {"acknowledge", "decide"} <= set(await expected(cases, known, school.counsellor))
    seen = (await cases.get(f"cases/{known}", school.counsellor)).json()
    assert (seen["urgency"], seen["merged"], len(seen["strands"])) == ("emergency", [unknown], 1), "its words stay its own"
    (row,) = [each for each in (await cases.get("cases", school.coordinator)).json()["items"] if each["id"] == known]
    assert row["urgency"] == "emergency"
    assert (await cases.act(known, "assign", school.counsellor, to=school.named("homeroom"))).status_code in (409, 422)
    await cases.done(known, "acknowledge", school.counsellor)
    concerns = {body[0] for body in await cases.sql(
        "SELECT body::json -> 'concern' ->> 'concern' FROM event WHERE type = 'strand-added' AND stream = ANY (%s)",
        [f"case-{known}", f"case-{unknown}"],
    )}  # fmt: skip
    assert set((await told(cases, known, "case-acknowledged", "concerns"))[-1][0]) == concerns


async def test_the_reporters_of_both_hear_the_end(cases):
    school = await cases.school()
    known, unknown = await school.case(), await school.case(None)
    await merged(cases, school, unknown, known)
    await cases.done(known, "close", school.counsellor, **CLOSING)
    ((concerns,),) = await told(cases, known, "case-closed", "concerns")
    assert len(concerns) == 2


async def test_what_was_under_way_in_the_merged_case_is_brought_to_its_end_there(cases):
    school = await cases.school()
    known, unknown = await school.case(), await school.case(None)
    activity = await school.ask(unknown)
    await merged(cases, school, unknown, known)
    assert set(await expected(cases, unknown, school.counsellor)) == {"teacher-answer"}
    await cases.done(unknown, "answer-as-teacher", school.teacher, activity=activity, answer="Hadir")
    begun = await cases.act(unknown, "request-counselling", school.counsellor, origin="self", field="social", reason="x")
    assert refused_by_name(begun) == "case-rests"


async def test_after_an_unmerge_each_concern_is_in_exactly_one_case_that_goes_on(cases):
    school = await cases.school()
    known, unknown = await school.case(), await school.concern(None, **EMERGENCY)
    await merged(cases, school, unknown, known)
    assert await concern_at(cases, school.named("student"), school) == known, "more came meanwhile"
    await cases.done(unknown, "unmerge-case", school.counsellor, reason="Bukan dia")
    assert (await told(cases, unknown, "case-triaged", "urgency"))[-1] == ("emergency",), "its own alert goes on with it"
    assert {"acknowledge", "decide"} <= set(await expected(cases, unknown, school.counsellor))
    await cases.done(known, "acknowledge", school.counsellor)
    await cases.done(known, "close", school.counsellor, **CLOSING)
    ((concerns,),) = await told(cases, known, "case-closed", "concerns")
    assert len(concerns) == 2
    await cases.done(unknown, "acknowledge", school.counsellor)
    ((own,),) = await told(cases, unknown, "case-acknowledged", "concerns")
    assert set(own).isdisjoint(concerns)


async def test_merges_of_merges_go_on_in_one_case_and_come_apart_again_one_by_one(cases):
    school = await cases.school()
    known, first, second = await school.case(), await school.case(None), await school.case(None)
    await merged(cases, school, second, first)
    await merged(cases, school, first, known)
    await cases.done(second, "unmerge-case", school.counsellor, reason="x")
    assert [await state_of(cases, school, each) for each in (known, first, second)] == ["opened", "merged", "opened"]
    await cases.done(known, "close", school.counsellor, **CLOSING)
    ((concerns,),) = await told(cases, known, "case-closed", "concerns")
    assert len(concerns) == 2
    await cases.done(second, "close", school.counsellor, **CLOSING)


async def test_matching_an_unidentified_case_with_a_student_who_has_one_says_how_to_go_on(cases):
    school = await cases.school()
    known, unknown = await school.case(), await school.case(None)
    answer = await cases.act(unknown, "match", school.counsellor, student=school.named("student"))
    assert refused_by_name(answer) == "student-has-open-case"
    assert "merge" in answer.json()["sentence"]["en"]
    await merged(cases, school, unknown, known)
    await cases.done(known, "unmatch-student", school.counsellor, student=school.named("student"), reason="x")
    third = await concern_at(cases, school.named("student"), school)
    assert third not in (known, unknown)
