"""Whoever writes a concern chooses whom it names; naming everybody silences no case, as the district always can (security, row 1; ADR 73)."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.commands.doubles import BY
from services.cases.domain.case.arriving import carrying
from services.cases.domain.case.case import CASE
from services.cases.domain.case.conflict import DeclareConflict, LeftToDistrict, RuleConflict
from services.cases.domain.case.merging import MergeInto, TakeMerged
from services.cases.domain.case.people import people_of
from services.cases.domain.case.state import Case
from services.cases.domain.relatives import Relatives
from services.cases.domain.successor import Staff
from services.cases.reading.named import kept
from services.cases.reading.named import named as listed
from shared.events import CaseTriaged, PersonsMatched, StaffToBeTold
from tests.cases.desk import accused
from tests.cases.people import (
    COORDINATOR,
    COUNSELLOR,
    NOW,
    OFFICER,
    OTHER,
    POLICY,
    PRINCIPAL,
    decided,
    later,
    named,
    raised,
    say_more,
    step,
    take,
    words,
)
from tests.cases.test_bringing_in import bring_in
from tests.cases.test_doubles_law import ANI, BUDI, PAIR, WithDoubles

DUTY = ("duty", "night-duty")
STAFF = Staff(
    {
        "counsellor": (COUNSELLOR, OTHER), "coordinator": (COORDINATOR,), "principal": (PRINCIPAL,), "district-duty": DUTY,
        "district-officer": (OFFICER,),
    }
)  # fmt: skip
SCHOOL = (OTHER, COORDINATOR, PRINCIPAL)
SCHOOL_ROLES = ("counsellor", "other", "coordinator", "principal")


def taken(*people: str, staff: Staff = STAFF) -> tuple[list[Any], Case]:
    said = take(raised(people=tuple(named(each) for each in people)))
    return decided(CASE.initial, said.model_copy(update={"relatives": Relatives(staff=staff)}))


def left(events: Iterable[Any]) -> list[tuple[str, ...]]:
    return [each.people for each in events if isinstance(each, LeftToDistrict)]


def excluded(events):
    return next(set(each.excluded) for each in events if isinstance(each, CaseTriaged))


def test_whoever_is_named_is_kept_away_as_long_as_a_duty_officer_is_not():
    events, case = taken(*SCHOOL, "duty")
    assert (left(events), set(case.named), excluded(events)) == ([], {*SCHOOL, "duty"}, {*SCHOOL, "duty"})


def test_where_every_duty_officer_is_named_the_case_comes_up_to_an_officer_who_is_not():
    events, case = taken(*SCHOOL, *DUTY)
    assert (left(events), set(case.named), excluded(events)) == ([(OFFICER,)], {*SCHOOL, *DUTY}, {*SCHOOL, *DUTY})
    assert people_of(case).escalated


def test_where_the_whole_district_is_named_those_on_duty_hear_of_it_and_work_it_all_the_same():
    events, case = taken(*SCHOOL, COUNSELLOR, *DUTY, OFFICER)
    away = {*SCHOOL, COUNSELLOR, OFFICER}
    assert (left(events), set(case.named), excluded(events)) == ([DUTY], away, away)
    again = decided(case, say_more())[1]
    assert again.named == away, "what a reporter adds keeps nobody away whom the first words did not"


def test_a_district_without_duty_officers_has_its_officers():
    events, case = taken(*SCHOOL, OFFICER, staff=Staff({**STAFF.by_role, "district-duty": ()}))
    assert (left(events), set(case.named)) == ([(OFFICER,)], set(SCHOOL))


@pytest.mark.parametrize("ruled", [False, True])
def test_an_own_conflict_and_a_ruling_keep_them_away_nevertheless(ruled):
    case = taken(*DUTY, OFFICER)[1]
    by = COORDINATOR if ruled else "duty"
    after = decided(case, step(DeclareConflict, by=by, person="duty", ground="accused", rule_by=later(days=1), staff=STAFF))[1]
    if ruled:
        ruling = step(RuleConflict, by=PRINCIPAL, person="duty", conflicted=True, reason=words(), rule_by=later(days=2), staff=STAFF)
        after = decided(after, ruling)[1]
    assert after.named == {"duty", OFFICER}


# merged ------------------------------------------------------------------------------------------------------------

EVERYBODY = (*SCHOOL, COUNSELLOR, *DUTY, OFFICER)


def merged(one: Iterable[str], other: Iterable[str], *, staff: Staff = STAFF) -> tuple[list[Any], Case]:
    """What the case that goes on says, of two whose concerns name these people."""
    rests, stays = taken(*other)[1], taken(*one)[1]
    return decided(stays, step(TakeMerged, by=BY, merged="case-2", takes=carrying(rests), policy=POLICY, staff=staff))


def test_two_cases_that_each_name_a_half_are_looked_at_together_when_they_are_merged():
    events, case = merged((*SCHOOL, "duty"), (COUNSELLOR, "night-duty"))
    away = {*SCHOOL, COUNSELLOR, *DUTY}
    assert (left(events), set(case.named), excluded(events)) == ([(OFFICER,)], away, away)
    assert people_of(case).escalated


@pytest.mark.parametrize("rests_here", [False, True])
def test_whichever_of_the_two_rests_the_one_that_goes_on_is_left_to_somebody(rests_here):
    stays, rests = taken(*SCHOOL, OFFICER, "duty")[1], taken(COUNSELLOR, "night-duty")[1]
    takes = step(TakeMerged, merged="case-2", takes=carrying(rests), policy=POLICY, staff=STAFF)
    merge = step(MergeInto, into="case-2", takes=carrying(rests), policy=POLICY, staff=STAFF)
    events, case = decided(stays, merge if rests_here else takes)
    assert (left(events), set(case.named)) == ([DUTY], {*SCHOOL, COUNSELLOR, OFFICER})


@given(st.sets(st.sampled_from(EVERYBODY)), st.sets(st.sampled_from(EVERYBODY)))
def test_after_a_merge_somebody_of_the_district_may_open_it_whomever_the_two_name(one, other):
    events, case = merged(one, other)
    assert {*DUTY, OFFICER} - case.named
    assert not set(DUTY) <= case.named or people_of(case).escalated
    if not set(DUTY) <= one | other:
        assert (left(events), case.named) == ([], one | other), "nobody comes near whom a concern names, as long as a duty officer is free"


@pytest.mark.anyio
async def test_so_they_are_where_the_roster_finds_that_the_two_students_are_one_child():
    district = WithDoubles()
    district.directory.working = STAFF
    for number, (student, people) in enumerate(((ANI, (*SCHOOL, "duty")), (BUDI, (COUNSELLOR, "night-duty")))):
        await district.hear(raised(f"c-{number}", student=student, people=tuple(named(each) for each in people)))
    await district.hear(PersonsMatched(**PAIR))
    stays, rests = await district.cases()
    assert (rests.state, left(district.events_of(stays)), set(stays.named)) == ("merged", [(OFFICER,)], {*SCHOOL, COUNSELLOR, *DUTY})


def test_a_list_keeps_the_same_people_away_as_the_case():
    events, case = taken(*SCHOOL, *DUTY, OFFICER)
    stored = [each.model_dump(mode="json") for each in events if each.type in ("strand-added", "left-to-district")]
    assert listed([kept(each, case.student) for each in stored]) == sorted(case.named)
    first, (events, case) = taken(*SCHOOL, "duty")[0], merged((*SCHOOL, "duty"), ("night-duty", OFFICER))
    both = [each.model_dump(mode="json") for each in (*first, *events) if each.type in ("strand-added", "merged-taken", "left-to-district")]
    assert listed([kept(each, case.student) for each in both]) == sorted(case.named) == sorted({*SCHOOL, OFFICER})


def test_a_paper_file_that_accuses_many_is_told_to_whoever_it_does_not_keep_away_and_keeps_out_no_whole_district():
    events, case = decided(CASE.initial, bring_in(accused=(*SCHOOL, *DUTY), staff=STAFF, entered_at=NOW))
    assert (left(events), set(case.named)) == ([(OFFICER,)], {*SCHOOL, *DUTY})
    assert [(each.person, each.message) for each in events if isinstance(each, StaffToBeTold)] == [(OFFICER, "many-claims")]
    assert not left(CASE.decide(bring_in(accused=(OTHER,), staff=STAFF), CASE.initial))


@pytest.mark.anyio
async def test_over_http_one_report_that_names_everybody_hides_no_childs_case(cases):
    school = await cases.school()
    await cases.hear_duty()
    case = await school.concern(people=tuple(accused(each) for each in (*map(school.named, SCHOOL_ROLES), "duty")))
    assert (await cases.get(f"cases/{case}", school.coordinator)).status_code == 404
    assert (await cases.get(f"cases/{case}", cases.duty)).status_code == 200
    await cases.done(case, "acknowledge", cases.duty)
