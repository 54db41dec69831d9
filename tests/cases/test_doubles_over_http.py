"""One child under two ids, in the running service: what people see and what they are refused (ADR 58)."""

import pytest

from shared.events import PersonsMatched, PersonsUnmatched
from tests.cases.asking import refused_by_name
from tests.cases.moving_about import EMERGENCY, concern_at, told

pytestmark = pytest.mark.anyio


async def state_of(cases, school, case):
    seen = (await cases.get(f"cases/{case}", school.counsellor)).json()
    return seen["state"], sorted(seen["merged"])


async def both(cases):
    """A school with two open cases of one child, who was matched; the ids of the school, the cases and the pair."""
    school = await cases.school()
    case, second = await school.case("ani"), await school.case("ani-2")
    pair = {"person": school.named("ani"), "other": school.named("ani-2"), "by": school.named("coordinator")}
    await cases.hear(PersonsMatched(**pair))
    await cases.caught_up()
    return school, case, second, pair


async def test_one_case_goes_on_and_takes_the_concerns_of_both_ids(cases):
    school, case, second, pair = await both(cases)
    assert [await state_of(cases, school, each) for each in (case, second)] == [("opened", [second]), ("merged", [])]
    third = await concern_at(cases, pair["other"], school, **EMERGENCY)
    assert await state_of(cases, school, third) == ("merged", [])
    assert (await state_of(cases, school, case))[1] == sorted([second, third])
    assert (await cases.get(f"cases/{case}", school.counsellor)).json()["urgency"] == "emergency"
    assert (await told(cases, case, "case-triaged", "urgency"))[-1] == ("emergency",), "its alert goes on where somebody works"


async def test_whoever_thinks_they_are_two_undoes_the_match_and_not_the_merge(cases):
    school, case, second, pair = await both(cases)
    refused = await cases.act(second, "unmerge-case", school.counsellor, reason="Bukan dia")
    assert refused_by_name(refused) == "one-child-in-the-roster"
    await cases.hear(PersonsUnmatched(**pair))
    await cases.caught_up()
    assert [await state_of(cases, school, each) for each in (case, second)] == [("opened", []), ("opened", [])]
    assert await concern_at(cases, pair["other"], school) == second
    history = (await cases.get(f"cases/{second}/history", school.counsellor)).json()["items"]
    (undone,) = [each["data"]["reason"] for each in history if each["type"] == "case-unmerged"]
    assert undone is None


async def test_what_came_under_one_id_stays_one_case_of_it_when_the_match_is_undone(cases):
    school, _, second, pair = await both(cases)
    third = await concern_at(cases, pair["other"], school)
    await cases.hear(PersonsUnmatched(**pair))
    await cases.caught_up()
    assert [await state_of(cases, school, each) for each in (second, third)] == [("opened", [third]), ("merged", [])]
    assert refused_by_name(await cases.act(third, "unmerge-case", school.counsellor, reason="x")) == "student-has-open-case"


async def test_an_unidentified_student_who_is_the_child_is_merged_with_the_one_open_case(cases):
    school, case, second, pair = await both(cases)
    unknown = await school.case(None)
    refused = await cases.act(unknown, "match", school.counsellor, student=pair["other"])
    assert refused_by_name(refused) == "student-has-open-case"
    await cases.done(unknown, "merge-into", school.counsellor, into=case)
    assert (await state_of(cases, school, case))[1] == sorted([second, unknown])


async def test_the_page_of_each_case_opens_for_whoever_had_it(cases):
    school, case, second, _ = await both(cases)
    for each in (case, second):
        page = await cases.client.get(f"/cases/cases/{each}", headers=school.counsellor)
        assert (page.status_code, "service:cases" in page.text) == (200, False)
