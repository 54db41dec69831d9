"""Conflicts of interest (domain.md, Conflicts; domain page, "People come and go"): an own one suspends at once and the substitute works; somebody else's is a claim.

District life, row 16; security, row 1.
"""

import pytest

from services.cases.domain.case import conflict as c
from services.cases.domain.case.case import CASE, ConflictOfInterest
from services.cases.domain.case.handing_over import CaseHandedOver, DeputiseCase
from services.cases.domain.case.strands import Assign
from services.cases.domain.case.suspending import MANY
from services.cases.domain.steps.activity import PersonInConflict
from services.cases.domain.steps.endings import ActivityHandedOver
from services.cases.domain.strategies.teacher import AskTeacher
from services.cases.domain.successor import Staff
from services.cases.rights import rights
from shared.errors import NotFound, Refused
from shared.events import StaffToBeTold
from tests.cases.asking import faults, refused_by_name
from tests.cases.desk import accused
from tests.cases.people import (
    COORDINATOR,
    COUNSELLOR,
    NOW,
    OTHER,
    PRINCIPAL,
    after,
    decided,
    handled,
    later,
    named,
    raised,
    step,
    types,
    words,
)
from tests.cases.scenarios import SCENARIOS, ask, asked
from tests.keys import somebody

STAFF = Staff({"counsellor": [COUNSELLOR, OTHER], "coordinator": [COORDINATOR], "principal": [PRINCIPAL], "district-duty": ["duty"]})
MINE = step(Assign, to=COUNSELLOR, by=COORDINATOR)


def declared(person, by=None, *, staff=STAFF, ground="family-of-victim", substitute=None, **more):
    return step(c.DeclareConflict, by=by or person, person=person, ground=ground, substitute=substitute, rule_by=later(days=1), staff=staff, **more)


def ruled(person, *, conflicted, by=COORDINATOR, staff=STAFF):
    return step(c.RuleConflict, by=by, person=person, conflicted=conflicted, reason=words(), rule_by=later(days=2), staff=staff)


def told(events):
    return [(event.person, event.message) for event in events if isinstance(event, StaffToBeTold)]


def deadlines(case, what):
    return [(each.owner, each.expected) for each in case.deadlines.values() if each.what == what]


def may(person, role, case):
    """What somebody of the school reads; nothing for whoever is suspended."""
    try:
        return rights(somebody(person, {role}, {"smp1"}), case, NOW)
    except NotFound:
        return "nothing"


# an own conflict ---------------------------------------------------------------------------------------------------


def test_row_16_the_substitute_owns_and_works_the_case_from_that_moment():
    events, case = decided(handled(MINE), declared(COUNSELLOR, substitute=OTHER))
    assert (case.owner, case.assignee, may(OTHER, "counsellor", case), may(COUNSELLOR, "counsellor", case)) == (OTHER, OTHER, "content", "nothing")
    assert told(events) == [(COORDINATOR, "conflict-ruling"), (OTHER, "assigned")]
    assert deadlines(case, "conflict-ruling") == [(COORDINATOR, later(days=1))]
    assert deadlines(case, "without-owner") == []


def test_row_16_the_substitute_goes_on_with_the_activities_but_with_counselling_only_by_a_hand_over_by_name():
    mine, request = ask.model_copy(update={"activity": "a-2"}), asked
    events, case = decided(handled(MINE, mine, request), declared(COUNSELLOR, substitute=OTHER))
    assert [(event.activity, event.to) for event in events if isinstance(event, ActivityHandedOver)] == [("a-2", OTHER)]
    assert (case.activities["a-1"].owner, case.activities["a-2"].owner) == (COUNSELLOR, OTHER)


def test_an_own_conflict_without_a_substitute_goes_to_the_coordinator_as_without_an_owner():
    events, case = decided(handled(MINE), declared(COUNSELLOR))
    assert (case.owner, case.assignee) == (None, None)
    assert told(events) == [(COORDINATOR, "conflict-ruling"), (COORDINATOR, "without-owner")]
    assert deadlines(case, "without-owner") == [(COORDINATOR, later(days=1))]
    assert deadlines(after(step(Assign, to=OTHER, by=COORDINATOR), case=case), "without-owner") == []


def test_a_deputy_goes_before_the_coordinator():
    case = handled(MINE, step(DeputiseCase, deputy=OTHER, until=later(days=3)))
    assert deadlines(decided(case, declared(COUNSELLOR))[1], "without-owner") == [(OTHER, later(days=1))]
    leave = Staff(STAFF.by_role, frozenset({COORDINATOR}), {})
    assert deadlines(decided(handled(MINE), declared(COUNSELLOR, staff=leave))[1], "without-owner") == [(PRINCIPAL, later(days=1))]


def test_whoever_has_nothing_of_the_case_leaves_nothing_behind():
    events, case = decided(handled(MINE), declared(OTHER, substitute=PRINCIPAL))
    assert case.owner == COUNSELLOR
    assert types(events) == ["conflict-declared", "conflict-ruling-asked"]


def test_an_own_conflict_suspends_also_the_last_one():
    alone = Staff({"counsellor": [COUNSELLOR]})
    case = decided(handled(MINE), declared(COUNSELLOR, staff=alone))[1]
    assert may(COUNSELLOR, "counsellor", case) == "nothing"
    assert deadlines(case, "without-owner") == [(None, later(days=1))], "it climbs the ladder"


# a claim -----------------------------------------------------------------------------------------------------------


def test_security_1_a_claim_suspends_nobody_until_somebody_rules():
    events, case = decided(handled(MINE), declared(COUNSELLOR, by=OTHER, ground="other"))
    assert types(events) == ["conflict-claimed", "conflict-ruling-asked"]
    assert told(events) == [(COORDINATOR, "conflict-ruling")], "at once, an unconflicted leader"
    assert (may(COUNSELLOR, "counsellor", case), case.owner) == ("content", COUNSELLOR)
    assert deadlines(case, "conflict-ruling") == [(COORDINATOR, later(days=1))]


def test_security_1_claims_against_everybody_lock_nobody_out():
    case = handled(MINE)
    for person in (COUNSELLOR, COORDINATOR, PRINCIPAL, "duty"):
        case = after(declared(person, by=OTHER, ground="other"), case=case)
    assert case.named == frozenset()
    for person in (COUNSELLOR, COORDINATOR, PRINCIPAL):
        case = after(ruled(person, conflicted=False, by="duty"), case=case)
    assert set(case.conflicts.waiting) == {"duty"}


@pytest.mark.parametrize(
    ("excluded", "ruler"),
    [((), COORDINATOR), ((COORDINATOR,), PRINCIPAL), ((COORDINATOR, PRINCIPAL), "duty"), ((COORDINATOR, PRINCIPAL, "duty"), None)],
)
def test_whoever_rules_is_not_named_is_not_the_person_and_does_not_claim_it(excluded, ruler):
    case = after(step(Assign, to=COUNSELLOR, by=OTHER), case=handled(concern=raised(people=tuple(named(each) for each in excluded))))
    assert deadlines(decided(case, declared(COUNSELLOR, by=OTHER))[1], "conflict-ruling") == [(ruler, later(days=1))]
    if not excluded:
        assert deadlines(decided(case, declared(COORDINATOR, by=OTHER))[1], "conflict-ruling") == [(PRINCIPAL, later(days=1))]
        assert deadlines(decided(case, declared(COUNSELLOR, by=COORDINATOR))[1], "conflict-ruling") == [(PRINCIPAL, later(days=1))]


def test_a_claim_that_is_upheld_suspends_and_the_substitute_works():
    case = handled(MINE, declared(COUNSELLOR, by=OTHER, substitute=OTHER))
    events, case = decided(case, ruled(COUNSELLOR, conflicted=True))
    assert (may(COUNSELLOR, "counsellor", case), case.owner) == ("nothing", OTHER)
    assert [event.reason for event in events if isinstance(event, CaseHandedOver)] == ["conflict"]
    without = decided(handled(MINE, declared(COUNSELLOR, by=OTHER)), ruled(COUNSELLOR, conflicted=True))[1]
    assert (without.owner, deadlines(without, "without-owner")) == (None, [(COORDINATOR, later(days=2))])


def test_whoever_claims_does_not_rule_nor_does_the_person():
    case = handled(MINE, declared(COUNSELLOR, by=COORDINATOR))
    with pytest.raises(c.RulesOwnClaim):
        CASE.decide(ruled(COUNSELLOR, conflicted=True, by=COORDINATOR), case)
    with pytest.raises(PersonInConflict):
        CASE.decide(ruled(COUNSELLOR, conflicted=False, by=COUNSELLOR), case)
    own = handled(MINE, declared(COUNSELLOR))
    with pytest.raises(ConflictOfInterest):
        CASE.decide(ruled(COUNSELLOR, conflicted=False, by=COUNSELLOR), own)


def test_family_by_the_roster_is_suspended_at_once_but_never_the_last_who_may_work_or_rule():
    family = {"family": frozenset({COUNSELLOR, COORDINATOR})}
    events, case = decided(handled(MINE), declared(COUNSELLOR, by=OTHER, substitute=OTHER, **family))
    assert may(COUNSELLOR, "counsellor", case) == "nothing"
    assert (case.owner, told(events)[-1]) == (None, (COORDINATOR, "without-owner")), "nobody takes a case by claiming a conflict"
    third = Staff({**STAFF.by_role, "counsellor": [COUNSELLOR, OTHER, "third"]})
    assert decided(handled(MINE), declared(COUNSELLOR, by=OTHER, substitute="third", staff=third, **family))[1].owner == "third"
    last = Staff({"counsellor": [COUNSELLOR], "coordinator": [COORDINATOR]})
    for person, staff in ((COUNSELLOR, Staff({"counsellor": [COUNSELLOR], "principal": [PRINCIPAL]})), (COORDINATOR, last)):
        assert decided(handled(MINE), declared(person, by=OTHER, staff=staff, **family))[1].named == frozenset(), person


def test_whoever_a_strand_names_stays_out_until_somebody_rules():
    case = handled(concern=raised(people=(named(OTHER),)))
    claimed = decided(case, declared(OTHER, by=COUNSELLOR, ground="accused"))[1]
    assert (set(claimed.named), deadlines(claimed, "conflict-ruling")) == ({OTHER}, [(COORDINATOR, later(days=1))])
    assert decided(claimed, ruled(OTHER, conflicted=False))[1].named == frozenset()


def test_many_claims_by_one_person_alarm_coordinator_and_district():
    quiet = decided(handled(MINE), declared(COUNSELLOR, by=OTHER, claims=MANY - 2))[0]
    loud = decided(handled(MINE), declared(COUNSELLOR, by=OTHER, claims=MANY - 1))[0]
    assert told(quiet) == [(COORDINATOR, "conflict-ruling")]
    assert told(loud) == [(COORDINATOR, "conflict-ruling"), (COORDINATOR, "many-claims"), ("duty", "many-claims")]


def test_a_claim_or_a_conflict_said_again_is_quiet():
    for first in (declared(COUNSELLOR), declared(COUNSELLOR, by=OTHER)):
        case = handled(MINE, first)
        assert list(CASE.decide(declared(COUNSELLOR, by=COORDINATOR), case)) == []
    upheld = handled(MINE, declared(COUNSELLOR), ruled(COUNSELLOR, conflicted=True))
    assert list(CASE.decide(declared(COUNSELLOR, by=COORDINATOR), upheld)) == []


def test_every_command_of_whoever_is_suspended_is_refused_afterwards():
    case = handled(MINE, declared(COUNSELLOR, substitute=OTHER))
    for scenario in SCENARIOS.values():
        if getattr(scenario.when, "by", None) == COUNSELLOR and not isinstance(scenario.when, AskTeacher):
            with pytest.raises(Refused):
                CASE.decide(scenario.when, case)


# over HTTP ---------------------------------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_row_16_over_http(cases):
    """Suspended at once; the substitute writes a note at once; a substitute who does not exist is 422 at the field."""
    school = await cases.school()
    case, body = await school.case(), {"person": school.named("counsellor"), "ground": "family-of-victim"}
    await cases.done(case, "assign", school.coordinator, to=school.named("counsellor"))
    unknown = await cases.act(case, "declare-conflict", school.counsellor, **body, substitute="tidak-ada")
    assert faults(unknown) == [("/substitute", "unknown-person")]
    await cases.done(case, "declare-conflict", school.counsellor, **body, substitute=school.named("other"))
    assert (await cases.act(case, "note", school.counsellor, text="x")).status_code == 404
    assert (await cases.get(f"cases/{case}", school.counsellor)).status_code == 404
    await cases.done(case, "note", school.other, text="x")
    assert (await cases.get(f"cases/{case}", school.other)).json()["assignee"] == school.named("other")
    messages = [each for each in await cases.events(case, "staff-to-be-told") if '"message":"assigned"' in each]
    assert school.named("other") in messages[-1]


@pytest.mark.anyio
async def test_security_1_over_http(cases):
    """An unassigned counsellor claims it of everybody: all of them still read; coordinator and district hear; the district rules."""
    school = await cases.school()
    await cases.hear_duty()
    case = await school.case()
    await cases.done(case, "assign", school.coordinator, to=school.named("counsellor"))
    for person in ("counsellor", "coordinator", "principal"):
        await cases.done(case, "declare-conflict", school.other, person=school.named(person), ground="other", substitute=None)
    for who in (school.counsellor, school.principal, cases.duty):
        assert (await cases.get(f"cases/{case}", who)).status_code == 200
    assert (await cases.get(f"cases/{case}", school.coordinator, reason="supervision")).status_code == 200
    alarmed = [each for each in await cases.events(case, "staff-to-be-told") if "many-claims" in each]
    assert [any(f'"{person}"' in each for each in alarmed) for person in (school.named("coordinator"), "duty")] == [True, True]
    asked_of = [each["owner"] for each in await school.listed("waiting-for-me", school.coordinator)]
    assert asked_of and set(asked_of) == {school.named("coordinator")}
    for person in ("counsellor", "coordinator", "principal"):
        await cases.done(case, "rule-conflict", cases.duty, person=school.named(person), conflicted=False, reason="x")
    own = await cases.act(case, "rule-conflict", school.coordinator, person=school.named("counsellor"), conflicted=False, reason="x")
    assert refused_by_name(own) == "not-in-conflict"


@pytest.mark.anyio
async def test_family_by_the_roster_is_found_in_the_roster(cases):
    school = await cases.school()
    case = await school.case("ani")
    await school.person("mother", "staff", "counsellor")
    await cases.done(case, "declare-conflict", school.counsellor, person=school.named("mother"), ground="family-of-victim", substitute=None)
    assert (await cases.get(f"cases/{case}", school.who("mother", "counsellor"))).status_code == 404
    await cases.done(case, "declare-conflict", school.counsellor, person=school.named("other"), ground="family-of-victim", substitute=None)
    assert (await cases.get(f"cases/{case}", school.other)).status_code == 200


@pytest.mark.anyio
async def test_an_officer_may_rule_on_a_case_where_a_ruling_waits(cases):
    school = await cases.school()
    case = await school.case(people=(accused(school.named("principal")),))
    assert (await cases.get(f"cases/{case}", cases.officer)).status_code == 404
    await cases.done(case, "declare-conflict", school.other, person=school.named("counsellor"), ground="other", substitute=None)
    await cases.done(case, "rule-conflict", cases.officer, person=school.named("counsellor"), conflicted=False, reason="x")
