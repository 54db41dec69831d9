"""Two members of a group that goes on turn out to be victim and accused of one incident: it stops until one of them is out of it."""

from typing import Any
from uuid import uuid4

import pytest

from services.cases.domain.strategies.group import GROUP, Group, VictimAndAccusedTogether
from services.cases.domain.strategies.group_sides import FindTwoSides, TwoSidesFound
from services.cases.domain.strategies.group_steps import CancelGroup, FormGroup, HoldSession, Member, RecordMemberRefusal, RemoveMember
from services.cases.standing.kept import VIEW
from shared.events import StaffToBeTold
from shared.testing import eventually
from tests.cases.asking import formed, refused_by_name
from tests.cases.desk import soon
from tests.cases.people import COUNSELLOR, later, step, words

W = words()


def member(student: str, **roles: str) -> Member:
    return Member(case=f"case-{student}", student=student, roles=roles)


FORM = step(FormGroup, group="g", school="smp1", field="social", purpose=W, members=(member("ani"), member("budi"), member("citra")))
PARTED = FindTwoSides(now=(member("ani", c="affected"), member("budi", c="accused"), member("citra", c="witness")), at=later(days=2))
FOUND = TwoSidesFound(one="ani", other="budi", at=later(days=2))
TOLD = StaffToBeTold(case="", student=None, school="smp1", person=COUNSELLOR, message="new-words")


def session(number: int, days: int) -> HoldSession:
    held: dict[str, Any] = {"stage": "working", "when": later(days=days), "present": ("citra",), "pledge": True, "dynamics": W}
    return step(HoldSession, session=number, **held)


def group(*commands: Any) -> Group:
    state = GROUP.initial
    for command in (FORM, *commands):
        state = GROUP.fold(GROUP.decide(command, state), state)
    return state


def test_it_says_so_once_and_its_leader_hears():
    assert GROUP.decide(PARTED, group(session(1, 1))) == [FOUND, TOLD]
    assert GROUP.decide(PARTED, group(session(1, 1), PARTED)) == [], "it is known"
    assert GROUP.decide(PARTED, group(step(CancelGroup, reason=W))) == [], "what has ended meets no more"
    alike = PARTED.model_copy(update={"now": (member("ani", c="affected", d="accused"), member("budi", c="affected"), member("eko", d="affected"))})
    assert GROUP.decide(alike, group()) == [], "both were harmed, and whoever harmed is in no group of theirs"


def test_what_was_held_before_is_recorded_and_nothing_goes_on_with_both():
    stopped = group(session(1, 1), PARTED)
    assert [event.type for event in GROUP.decide(session(2, 2), stopped)] == ["session-held"]
    with pytest.raises(VictimAndAccusedTogether):
        GROUP.decide(session(2, 3), stopped)


@pytest.mark.parametrize("leaving", [step(RemoveMember, student="ani"), step(RecordMemberRefusal, student="budi", reason=W)], ids=["out", "refused"])
def test_it_goes_on_once_one_of_them_is_out_of_it(leaving):
    assert [event.type for event in GROUP.decide(session(2, 3), group(session(1, 1), PARTED, leaving))] == ["session-held"]


@pytest.mark.anyio
async def test_a_concern_that_comes_later_stops_the_group(cases):
    school = await cases.school()
    group_id, _ = await formed(cases, school)
    held = {"stage": "working", "present": [school.named("ani")], "dynamics": "x", "pledge": True}
    first = await cases.post(f"groups/{group_id}/hold-session", school.counsellor, session=1, when=soon(hours=-1), **held)
    assert first.status_code == 200, first.text
    concern = str(uuid4())
    for student, role in (("ani", "affected"), ("budi", "accused")):
        await school.concern(student, concern=concern, role=role)

    async def found() -> bool:
        await cases.caught_up(VIEW)
        return bool((await cases.get(f"groups/{group_id}", school.counsellor)).json()["two_sides"])

    await eventually(found)
    again = await cases.post(f"groups/{group_id}/hold-session", school.counsellor, session=2, when=soon(), **held)
    assert refused_by_name(again) == "victim-and-accused-together"
    shown = await cases.client.get(f"/cases/tanpa-kasus/kelompok/{group_id}", headers=school.counsellor)
    assert "tidak boleh dilanjutkan bersama-sama" in shown.text
