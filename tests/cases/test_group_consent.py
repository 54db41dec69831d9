"""A guardian's no keeps a student out of a counselling group before it begins (domain.md, The nine strategies; Urgency)."""

from typing import Any

import pytest

from services.cases.domain.strategies.group import GROUP, GroupRefusedAtHome
from services.cases.domain.strategies.group_steps import AddMember, FormGroup, HoldSession, Member, RecordMemberRefusal
from tests.cases.asking import refused_by_name
from tests.cases.people import NOW, step, words
from tests.cases.test_families_come_back import answer, told

W = words()
ANI, BUDI, CITRA = (Member(case=f"case-{each}", student=each, roles={}) for each in ("ani", "budi", "citra"))
SESSION: dict[str, Any] = {"stage": "beginning", "when": NOW, "present": ("ani",), "pledge": True, "dynamics": W}
OF_ANI = frozenset({"ani"})
NOBODY: frozenset[str] = frozenset()


def group(*commands):
    state = GROUP.initial
    for command in commands:
        state = GROUP.fold(GROUP.decide(command, state), state)
    return state


def form(refused=NOBODY, members=(ANI, BUDI)):
    return step(FormGroup, group="g", school="smp1", field="social", purpose=W, members=members, refused=refused)


@pytest.mark.parametrize(
    ("before", "command"),
    [
        ([], form(OF_ANI)),
        ([form(members=(BUDI, CITRA))], step(AddMember, member=ANI, refused=OF_ANI)),
        ([form()], step(HoldSession, session=1, refused=OF_ANI, **(SESSION | {"present": ("budi",)}))),
    ],
)
def test_no_group_begins_with_a_student_whose_guardian_said_no(before, command):
    with pytest.raises(GroupRefusedAtHome):
        GROUP.decide(command, group(*before))


def test_it_begins_once_that_student_is_out_and_others_come_in():
    out = [form(members=(ANI, BUDI, CITRA)), step(RecordMemberRefusal, student="ani", reason=W)]
    first = step(HoldSession, session=1, refused=OF_ANI, **(SESSION | {"present": ("budi",)}))
    assert group(*out, first).state == "running"
    assert "citra" in group(form(), step(AddMember, member=CITRA, refused=OF_ANI)).students


def test_a_later_session_is_a_fact_and_is_recorded():
    state = group(form(), step(HoldSession, session=1, **SESSION), step(HoldSession, session=2, refused=OF_ANI, **SESSION))
    assert state.sessions == 2


@pytest.mark.anyio
async def test_the_answer_behind_the_link_is_looked_up_when_the_group_is_formed(cases):
    school = await cases.school()
    case, notice = await told(cases, school)
    other = await school.case("budi")
    body = {"school": school.id, "field": "social", "purpose": "x", "cases": [case, other]}
    await answer(cases, school, case, notice, "refused", asks="group-consent")
    assert refused_by_name(await cases.post("groups", school.counsellor, **body)) == "group-refused-at-home"
    await answer(cases, school, case, notice, "consented", asks="group-consent")
    assert (await cases.post("groups", school.counsellor, **body)).status_code == 200
