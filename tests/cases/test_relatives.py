"""Family of a student on the staff: kept away at once, though nobody has said so (domain.md, Conflicts; ADR 74)."""

import json
from typing import Any

import pytest

from services.cases.domain.case.arriving import carrying
from services.cases.domain.case.case import CASE
from services.cases.domain.case.conflict import ConflictClaimed, ConflictRulingAsked, DeclareConflict, RuleConflict, WorkLeftBehind
from services.cases.domain.case.guardians import AssessGuardian
from services.cases.domain.case.keeping_away import NoteFamily
from services.cases.domain.case.merging import TakeMerged
from services.cases.domain.case.state import Case
from services.cases.domain.case.strands import Acknowledge, Close, Match, Reopen, TakeConcern
from services.cases.domain.relatives import Relatives
from services.cases.domain.steps.home import GuardianUnsafe
from services.cases.domain.successor import Staff
from services.cases.reading.roster import Roster
from shared.events import CaseTriaged, PersonAppointed, PersonDismissed, PersonRegistered, Post
from tests.cases.desk import accused
from tests.cases.people import (
    COORDINATOR,
    COUNSELLOR,
    NOW,
    OFFICER,
    OTHER,
    POLICY,
    PRINCIPAL,
    STUDENT,
    after,
    continued,
    later,
    raised,
    say_more,
    step,
    take,
    words,
)

STAFF = Staff({"counsellor": (COUNSELLOR, OTHER), "coordinator": (COORDINATOR,), "principal": (PRINCIPAL,), "district-duty": (OFFICER,)})
MINE = Relatives({STUDENT: (COUNSELLOR, "mother")}, STAFF)


def told(relatives: Relatives, concern: str = "c-1", **said: Any) -> TakeConcern:
    return take(raised(concern, **said)).model_copy(update={"relatives": relatives})


def claim(person: str, ground: str, act: str = "triage-c-1", *, suspends: bool = True) -> list[Any]:
    known: dict[str, Any] = {"act": f"{act}/{person}", "by": "service:cases", "at": NOW, "person": person}
    ruler = COORDINATOR if person != COORDINATOR else PRINCIPAL
    return [
        ConflictClaimed(ground=ground, substitute=None, rule_by=later(days=1), suspends=suspends, **known),
        ConflictRulingAsked(ruler=ruler, **known),
    ]


def linked(relatives: Relatives = MINE, act: str = "roster") -> NoteFamily:
    """The roster has a guardian of the student whom it did not have before."""
    return NoteFamily(act=act, relatives=relatives, at=NOW, policy=POLICY)


def claims(events) -> list[Any]:
    return [event for event in events if isinstance(event, ConflictClaimed | ConflictRulingAsked | WorkLeftBehind)]


@pytest.mark.parametrize(("role", "ground"), [("affected", "family-of-victim"), ("accused", "family-of-accused")])
def test_a_parent_on_the_staff_is_kept_away_before_anybody_is_alerted(role, ground):
    events = CASE.decide(told(MINE, role=role), Case())
    assert claims(events) == claim(COUNSELLOR, ground)
    assert [event.excluded for event in events if isinstance(event, CaseTriaged)] == [(COUNSELLOR,)]


def test_the_parent_of_another_student_of_the_incident_is_kept_away_and_of_one_who_only_saw_it_is_not():
    others = Relatives({"other-student": (OTHER,), STUDENT: (COUNSELLOR,)}, STAFF)
    events = CASE.decide(told(others, role="witness", others=("other-student",)), Case())
    assert claims(events) == claim(OTHER, "other")


def test_the_last_who_may_work_or_rule_stays_and_the_claim_waits_for_a_ruling():
    alone = Relatives({STUDENT: (COUNSELLOR,)}, Staff({"counsellor": (COUNSELLOR,), "district-officer": (OFFICER,)}))
    events = CASE.decide(told(alone), Case())
    assert [(event.person, event.suspends) for event in events if isinstance(event, ConflictClaimed)] == [(COUNSELLOR, False)]
    assert [event.excluded for event in events if isinstance(event, CaseTriaged)] == [()]


def test_whom_a_concern_names_is_kept_away_by_it_and_nothing_is_claimed_twice():
    named = told(MINE, people=(accused(COUNSELLOR),))
    assert claims(CASE.decide(named, Case())) == []
    known = after(told(MINE))
    assert claims(CASE.decide(told(MINE, "c-2"), known)) == []


def test_a_ruling_frees_them_until_a_concern_says_that_home_is_not_safe():
    ruled = after(told(MINE), step(RuleConflict, by=COORDINATOR, person=COUNSELLOR, conflicted=False, reason=words(), rule_by=later(days=1)))
    assert ruled.named == frozenset()
    assert claims(CASE.decide(told(MINE, "c-2"), ruled)) == []
    assert claims(CASE.decide(told(MINE, "c-3", guardians_unsafe=True), ruled)) == claim(COUNSELLOR, "family-of-victim", "triage-c-3")


def test_whoever_has_the_case_gives_it_up_when_their_own_child_comes_into_it():
    theirs = after(take(), step(Acknowledge, by=COUNSELLOR))
    events = CASE.decide(told(MINE, "c-2"), theirs)
    assert [(event.left_by, event.instead) for event in events if isinstance(event, WorkLeftBehind)] == [(COUNSELLOR, COORDINATOR)]
    assert after(told(MINE, "c-2"), case=theirs).deadlines["left/triage-c-2/counsellor"].owner == COORDINATOR


def test_it_holds_from_the_moment_at_which_a_student_is_identified():
    unknown = after(take(raised(student=None)))
    match = step(Match, by=COORDINATOR, student=STUDENT, policy=POLICY, relatives=MINE)
    assert claims(CASE.decide(match, unknown)) == claim(COUNSELLOR, "family-of-victim", f"{match.act}/c-1")
    assert COUNSELLOR in after(match, case=unknown).named


def test_whoever_becomes_family_after_the_concern_is_kept_away_at_once_and_gives_up_what_they_have():
    theirs = after(take(), step(Acknowledge, by=COUNSELLOR))
    events = CASE.decide(linked(), theirs)
    known = claim(COUNSELLOR, "family-of-victim", "roster/c-1")
    behind = [(each.left_by, each.instead) for each in events if isinstance(each, WorkLeftBehind)]
    assert ([each for each in claims(events) if not isinstance(each, WorkLeftBehind)], behind) == (known, [(COUNSELLOR, COORDINATOR)])
    case = after(linked(), case=theirs)
    assert case.named == {COUNSELLOR}
    assert CASE.decide(linked(act="again"), case) == [], "the roster says it again with every import"


def test_a_ruling_that_they_are_in_no_conflict_as_family_stays_and_one_about_something_else_does_not():
    rule = step(RuleConflict, by=COORDINATOR, person=COUNSELLOR, conflicted=False, reason=words(), rule_by=later(days=1))
    assert CASE.decide(linked(act="again"), after(take(), linked(), rule)) == []
    other = after(take(), step(DeclareConflict, by=OTHER, person=COUNSELLOR, ground="other", rule_by=later(days=1)), rule)
    assert claims(CASE.decide(linked(), other)) == claim(COUNSELLOR, "family-of-victim", "roster/c-1")


def test_a_parent_on_the_staff_is_turned_to_as_any_parent_and_one_whom_a_concern_names_is_not():
    judged = step(AssessGuardian, by=OTHER, guardian=COUNSELLOR, safe=True, reason=words())
    assert COUNSELLOR in after(judged, case=after(told(MINE))).home.safe
    claimed = after(take(), step(DeclareConflict, by=OTHER, person=COUNSELLOR, ground="accused", rule_by=later(days=1)))
    for case in (after(told(MINE), told(MINE, "c-2", people=(accused(COUNSELLOR),))), after(told(MINE, "c-2"), case=claimed)):
        assert COUNSELLOR in case.named
        with pytest.raises(GuardianUnsafe):
            CASE.decide(judged, case)
    ruled = step(RuleConflict, by=COORDINATOR, person=COUNSELLOR, conflicted=True, reason=words(), rule_by=later(days=1))
    assert COUNSELLOR in after(judged, case=after(told(MINE), ruled)).home.safe


CLOSED = (take(), step(Acknowledge, by=OTHER), step(Close, by=OTHER, outcome_class="helped", task_reviewed=words()))
AGAIN = {
    "by a person": step(Reopen, by=OTHER, text=words(), families=MINE),
    "by a concern that says nothing of it": told(MINE, "c-2", role="witness"),
    "by what a reporter adds": say_more(continued(answers={"weapon": True})).model_copy(update={"relatives": MINE}),
}
"""What opens a case again, with the roster as it is then."""


@pytest.mark.parametrize("reopening", AGAIN.values(), ids=AGAIN)
def test_a_case_that_opens_again_keeps_away_whoever_became_family_while_it_was_closed(reopening):
    closed = after(*CLOSED)
    assert CASE.decide(linked(), closed) == [], "nobody rules about what is over"
    events = CASE.decide(reopening, closed)
    assert [(each.person, each.ground, each.suspends) for each in events if isinstance(each, ConflictClaimed)] == [
        (COUNSELLOR, "family-of-victim", True)
    ]
    assert [each.excluded for each in events if isinstance(each, CaseTriaged)] in ([], [(COUNSELLOR,)]), "before anybody is alerted"
    assert COUNSELLOR in after(reopening, case=closed).named


def test_a_concern_that_came_with_a_merged_case_keeps_its_family_away_too():
    rests = after(told(Relatives(staff=STAFF), "c-2"))
    saw = after(told(Relatives(staff=STAFF), role="witness"))
    merged = step(TakeMerged, merged="case-2", takes=carrying(rests), policy=POLICY, staff=STAFF)
    assert claims(CASE.decide(linked(), saw)) == []
    assert claims(CASE.decide(linked(), after(merged, case=saw))) == claim(COUNSELLOR, "family-of-victim", "roster/c-2")


def test_a_supervisor_may_rule_so_a_school_s_only_leader_is_kept_away_from_the_own_child_s_case():
    led_by = {"counsellor": (COUNSELLOR,), "coordinator": (COORDINATOR,)}
    for staff, suspends in ((Staff(led_by), False), (Staff({**led_by, "supervisor": ("pengawas",)}), True)):
        events = CASE.decide(told(Relatives({STUDENT: (COORDINATOR,)}, staff)), Case())
        assert [(event.person, event.suspends) for event in events if isinstance(event, ConflictClaimed)] == [(COORDINATOR, suspends)]


# over HTTP ---------------------------------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_a_counsellor_finds_nothing_of_the_own_child_s_case_and_is_asked_as_a_parent(cases):
    school = await cases.school()
    await school.person("mother", "staff", "counsellor")
    case = await school.concern("ani", guardians_unsafe=True)
    mother = school.who("mother", "counsellor")
    assert (await cases.get(f"cases/{case}", mother)).status_code == 404
    assert case not in {each["case"] for each in await school.listed("unacknowledged", mother)}
    assert (await cases.act(case, "acknowledge", mother)).status_code in (403, 404)
    assert {each["what"] for each in await school.listed("waiting-for-me", school.coordinator) if each["case"] == case} >= {"conflict-ruling"}
    await cases.done(case, "acknowledge", school.counsellor)
    await cases.done(case, "assess-guardian", school.counsellor, guardian=school.named("mother"), safe=True, reason="Kenari")


@pytest.mark.anyio
async def test_a_counsellor_whom_the_roster_links_to_a_student_later_is_kept_away_from_every_case_of_the_incident(cases):
    school = await cases.school()
    ani, budi, concern = school.named("ani"), school.named("budi"), f"of-two-{school.id}"
    mine = await school.concern("ani", concern=concern, others=(budi,))
    other = await school.concern("budi", concern=concern, others=(ani,), role="witness")
    assert [(await cases.get(f"cases/{case}", school.other)).status_code for case in (mine, other)] == [200, 200]
    name = await cases.kernel.vault.seal(ani, "identity", "ani", f"{ani}/name")
    await cases.hear(PersonRegistered(person=ani, kind="student", school=school.id, name=name, guardians=(school.named("other"),)))
    await cases.caught_up()
    assert [(await cases.get(f"cases/{case}", school.other)).status_code for case in (mine, other)] == [404, 404]
    heard = [json.loads((await cases.events(case, "case-people-changed"))[-1])["suspended"] for case in (mine, other)]
    assert heard == [[school.named("other")]] * 2


@pytest.mark.anyio
async def test_who_became_family_while_a_case_was_closed_reads_nothing_of_it_once_it_is_open_again(cases):
    school = await cases.school()
    ani, other = school.named("ani"), school.named("other")
    closed = await school.concern("ani")
    await cases.done(closed, "close", school.counsellor, outcome_class="helped", task_reviewed="x")
    name = await cases.kernel.vault.seal(ani, "identity", "ani", f"{ani}/name")
    await cases.hear(PersonRegistered(person=ani, kind="student", school=school.id, name=name, guardians=(other,)))
    await cases.done(closed, "reopen", school.counsellor, text="x")
    heard = json.loads((await cases.events(closed, "case-people-changed"))[-1])["suspended"]
    assert heard == [other]
    assert (await cases.get(f"cases/{closed}", school.other)).status_code == 404


@pytest.mark.anyio
async def test_only_a_member_of_staff_is_looked_up_as_a_parent_so_a_roster_full_of_guardians_costs_nothing(cases, monkeypatch):
    looked_up = []

    async def children(_: Roster, guardian: str) -> list[str]:
        looked_up.append(guardian)
        return []

    school = await cases.school()
    monkeypatch.setattr(Roster, "children", children)
    await school.person("mother", "guardian")
    await school.person("father", "staff", "homeroom")
    assert looked_up == [school.named("father")]


@pytest.mark.anyio
async def test_a_parent_who_begins_to_work_at_the_school_or_for_the_district_is_kept_away_from_the_own_child_s_case(cases):
    school = await cases.school()
    mother = await school.person("mother", "guardian")
    case = await school.case("ani")
    await school.person("mother", "staff", "counsellor")
    await cases.caught_up()
    assert (await cases.get(f"cases/{case}", school.who("mother", "counsellor"))).status_code == 404
    assert json.loads((await cases.events(case, "conflict-claimed"))[0])["person"] == mother
    name = await cases.kernel.vault.seal("dinas-baru", "identity", "Ayah", "dinas-baru/name")
    ani = await cases.kernel.vault.seal(school.named("ani"), "identity", "ani", f"{school.named('ani')}/name")
    await cases.hear(PersonRegistered(person=school.named("ani"), kind="student", school=school.id, name=ani, guardians=(mother, "dinas-baru")))
    await cases.hear(PersonAppointed(person="dinas-baru", post=Post("district-duty"), name=name))
    assert {json.loads(each)["person"] for each in await cases.events(case, "conflict-claimed")} == {mother, "dinas-baru"}
    await cases.hear(PersonDismissed(person="dinas-baru", post=Post("district-duty")))
