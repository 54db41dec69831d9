"""Whose a group, a partnership or a consultation is leaves, is on leave, is suspended or moves: it has no owner at once, who may go on is told, and
the notes go along by a named hand-over alone (domain page, "People come and go").
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.cases.domain.case.student import STUDENT, CaseReleased
from services.cases.domain.steps.endings import CancelActivity, HandOverActivity
from services.cases.domain.steps.gone import LoseOwner, OwnerBack, OwnerGone, RegainOwner
from services.cases.domain.strategies.consultation import CONSULTATION, AskConsultation
from services.cases.domain.strategies.group import GROUP, Group
from services.cases.domain.strategies.group_steps import CloseGroup, FormGroup, GroupNotesHandedOver, HandOverGroup, HoldSession, Member
from services.cases.domain.streams import student_stream
from services.cases.domain.without_case import WITHOUT_CASE
from services.cases.rights.alone import is_leader, require_party
from services.cases.standing import listing
from services.cases.standing.kept import VIEW
from shared.decider import load, write
from shared.errors import NotFound
from shared.events import PersonLeft, PersonReinstated, PersonSuspended, StaffToBeTold
from shared.eventstore.store import Item
from shared.message import Occasion
from shared.testing import eventually
from tests.cases.asking import faults, formed
from tests.cases.desk import accused, soon
from tests.cases.people import COORDINATOR, COUNSELLOR, OTHER, later, step, words
from tests.cases.test_absences import on_leave
from tests.keys import somebody

W = words()
MEMBERS = tuple(Member(case=f"case-{student}", student=student, roles={"c-1": "affected"}) for student in ("ani", "budi"))
FORM = step(FormGroup, group="g", school="smp1", field="social", purpose=W, members=MEMBERS)
HELD: dict[str, Any] = {"stage": "working", "when": later(), "present": ("ani",), "pledge": True, "dynamics": W}
GONE = LoseOwner(person=COUNSELLOR, why="left", goes_to=COORDINATOR, at=later(days=1))
BACK = RegainOwner(person=COUNSELLOR, at=later(days=2))
ASK = step(AskConsultation, activity="a-1", school="smp1", asker_kind="teacher", asker="teacher", aim="climate", question=W)
TOLD = StaffToBeTold(case="", student=None, school="smp1", person=COORDINATOR, message="without-owner")


def session(number, by=COUNSELLOR):
    return step(HoldSession, by=by, session=number, **HELD)


def given_to(person, by, *, above=False):
    return step(HandOverGroup, by=by, to=person, above=above)


def group(*commands) -> Group:
    """A group after these commands."""
    state = GROUP.initial
    for command in (FORM, *commands):
        state = GROUP.fold(GROUP.decide(command, state), state)
    return state


def consultation(*commands):
    state = WITHOUT_CASE.initial
    for command in (ASK, *commands):
        state = WITHOUT_CASE.fold(WITHOUT_CASE.decide(command, state), state)
    return state


# what a fact about the owner leads to ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("decider", "standing", "ending"), [(GROUP, group, None), (WITHOUT_CASE, consultation, step(CancelActivity, activity="a-1", reason=W))]
)
def test_it_has_no_owner_who_may_go_on_is_told_once_and_it_is_theirs_again_when_they_return(decider, standing, ending):
    lost = OwnerGone(person=COUNSELLOR, why="left", goes_to=COORDINATOR, at=later(days=1))
    assert decider.decide(GONE, standing()) == [lost, TOLD]
    assert decider.decide(GONE, standing(GONE)) == [], "it is known"
    assert decider.decide(BACK, standing()) == [], "nobody was missed"
    assert decider.decide(BACK, standing(GONE)) == [OwnerBack(person=COUNSELLOR, at=later(days=2))]
    assert standing(GONE, BACK) == standing()
    assert decider.decide(GONE.model_copy(update={"person": OTHER}), standing()) == [], "whose it is not is not missed"
    ended = ending or step(CloseGroup, result=W)
    before = (ended,) if ending else (session(1), ended)
    assert decider.decide(GONE, standing(*before)) == [], "what has ended is nobody's work"


def test_where_nobody_is_left_nobody_is_told_and_other_news_are_kept():
    nobody = GONE.model_copy(update={"goes_to": None})
    assert [event.type for event in GROUP.decide(nobody, group())] == ["owner-gone"]
    conflict = GONE.model_copy(update={"why": "conflict"})
    assert [event.type for event in GROUP.decide(conflict, group(GONE))] == ["owner-gone"], "the same successor is not told again"
    assert [event.type for event in GROUP.decide(GONE, group(nobody))] == ["owner-gone", "staff-to-be-told"]


def test_what_somebody_took_meanwhile_stays_taken():
    taken = group(GONE, given_to(OTHER, OTHER))
    assert (taken.leader, taken.gone, GROUP.decide(BACK, taken)) == (OTHER, None, [])
    after = consultation(GONE, step(HandOverActivity, by=OTHER, activity="a-1", to=OTHER))
    assert (after.activity.owner, after.gone, WITHOUT_CASE.decide(BACK, after)) == (OTHER, None, [])


# the notes of a group ----------------------------------------------------------------------------------------------


def noted_sessions(state, person):
    """The sessions whose notes this person reads."""
    return [event.session for event in state.events if event.type == "session-held" and event.act in state.noted_for(person)]


def test_whom_a_conflict_keeps_away_has_neither_group_nor_consultation_any_more_though_they_still_work_there():
    mine = somebody(COUNSELLOR, {"counsellor"}, {"smp1"})
    conflicted = GONE.model_copy(update={"why": "conflict"})
    assert [is_leader(mine, group(*gone)) for gone in ((), (conflicted,), (conflicted, BACK))] == [True, False, True]
    assert require_party(mine, consultation(), CONSULTATION) == consultation().activity
    with pytest.raises(NotFound):
        require_party(mine, consultation(conflicted), CONSULTATION)


def test_whoever_takes_a_group_reads_only_what_they_write_themselves():
    taken = group(session(1), GONE, given_to(OTHER, OTHER), session(2, OTHER))
    assert noted_sessions(taken, OTHER) == [2]
    assert noted_sessions(taken, COUNSELLOR) == [1], "what they wrote stays theirs"


def test_a_leader_s_own_hand_over_takes_what_the_leader_reads_along():
    assert noted_sessions(group(session(1), given_to(OTHER, COUNSELLOR)), OTHER) == [1]
    passed_on = group(session(1), GONE, given_to(OTHER, OTHER), session(2, OTHER), given_to(COORDINATOR, OTHER))
    assert noted_sessions(passed_on, COORDINATOR) == [2], "nobody gives what they do not read"


def test_whoever_stands_above_names_to_whom_all_notes_go_and_never_themselves():
    absent = group(session(1), GONE)
    named = GROUP.decide(given_to(OTHER, COORDINATOR, above=True), absent)
    assert [event.type for event in named] == ["group-handed-over", "group-notes-handed-over", "staff-to-be-told"]
    assert isinstance(named[1], GroupNotesHandedOver)
    given = GROUP.fold(named, absent)
    assert (given.leader, noted_sessions(given, OTHER), noted_sessions(given, COORDINATOR)) == (OTHER, [1], [])
    themselves = GROUP.fold(GROUP.decide(given_to(COORDINATOR, COORDINATOR, above=True), absent), absent)
    assert (themselves.leader, noted_sessions(themselves, COORDINATOR)) == (COORDINATOR, [])


# over PostgreSQL ---------------------------------------------------------------------------------------------------


async def in_history(cases, stream, kind, count=1):
    """Until the stream has so many events of this type, and the read model knows."""

    async def said() -> bool:
        rows = await cases.sql("SELECT count(*) FROM event WHERE stream = %s AND type = %s", stream, kind)
        return rows[0][0] >= count

    await eventually(said)
    await cases.caught_up(VIEW)


async def told_without_owner(cases, stream):
    query = (
        "SELECT body::json ->> 'person' FROM event WHERE stream = %s AND type = 'staff-to-be-told'"
        " AND body::json ->> 'message' = 'without-owner' ORDER BY version"
    )
    return [row[0] for row in await cases.sql(query, stream)]


async def met(cases, school, group):
    said = {"session": 1, "stage": "beginning", "when": soon(hours=-1), "present": [school.named("ani")], "dynamics": "Dinamika cempaka"}
    answer = await cases.post(f"groups/{group}/hold-session", school.counsellor, pledge=True, **said)
    assert answer.status_code == 200, answer.text


@pytest.mark.anyio
async def test_a_group_whose_leader_left_is_the_coordinator_s_to_name_a_leader_for(cases):
    school, elsewhere = await cases.school(), await cases.school()
    group, _ = await formed(cases, school)
    await met(cases, school, group)
    await cases.hear(PersonLeft(person=school.named("counsellor"), school=school.id))
    await in_history(cases, f"group-{group}", "owner-gone")
    assert await told_without_owner(cases, f"group-{group}") == [school.named("coordinator")]
    for who in (school.coordinator, school.other, school.principal):
        told = await cases.get(f"groups/{group}", who)
        assert (told.json()["leader"], told.json()["without_an_owner"], len(told.json()["members"])) == (None, True, 2)
        assert "Tujuan kenari" in told.text
        assert (told.json()["steps"][1]["present"], "cempaka" in told.text) == ([school.named("ani")], False), "who came, and not what was said"
    for who in (elsewhere.coordinator, elsewhere.counsellor):
        assert (await cases.get(f"groups/{group}", who)).status_code == 404
    assert (await cases.post(f"groups/{group}/cancel-group", school.coordinator, reason="x")).status_code == 404, "first somebody has to have it"
    away = await cases.post(f"groups/{group}/hand-over-group", school.coordinator, to=school.named("homeroom"))
    assert faults(away) == [("/to", "role-may-not")]
    given = await cases.post(f"groups/{group}/hand-over-group", school.principal, to=school.named("other"))
    assert given.status_code == 200, given.text
    assert "Dinamika cempaka" in (await cases.get(f"groups/{group}", school.other)).text
    for who in (school.coordinator, school.principal):
        assert (await cases.get(f"groups/{group}", who)).status_code == 404, "it has a leader again"


@pytest.mark.anyio
async def test_a_colleague_takes_a_group_of_somebody_on_leave_without_the_notes(cases):
    school = await cases.school()
    group, _ = await formed(cases, school)
    await met(cases, school, group)
    await on_leave(cases, school, "counsellor", school.named("other"))
    await in_history(cases, f"group-{group}", "owner-gone")
    assert await told_without_owner(cases, f"group-{group}") == [school.named("other")]
    path = f"groups/{group}/hand-over-group"
    assert (await cases.post(path, school.other, to=school.named("coordinator"))).status_code == 404, "a counsellor names nobody else"
    assert (await cases.post(path, school.other, to=school.named("other"))).status_code == 200
    told = await cases.get(f"groups/{group}", school.other)
    assert (told.json()["leader"], "cempaka" in told.text) == (school.named("other"), False)
    documents = (await cases.get(f"groups/{group}/documents", school.other)).json()["items"]
    assert {each["name"] for each in documents} == {"group-plan", "group-attendance"}
    assert (await cases.post(f"groups/{group}/close-group", school.other, result="Hasil melati")).status_code == 200
    report = await cases.get(f"groups/{group}/documents/group-report/4/preview", school.other)
    assert (report.status_code, "cempaka" in report.text) == (403, False), "the report tells of sessions that are not theirs"


@pytest.mark.anyio
async def test_whom_a_member_s_case_accuses_is_no_successor_and_finds_nothing(cases):
    school = await cases.school()
    group, _ = await formed(cases, school)
    await school.concern("ani", people=(accused(school.named("other")),))
    await on_leave(cases, school, "counsellor", school.named("other"))
    await in_history(cases, f"group-{group}", "owner-gone")
    assert await told_without_owner(cases, f"group-{group}") == [school.named("coordinator")]
    assert (await cases.get(f"groups/{group}", school.other)).status_code == 404
    assert (await cases.post(f"groups/{group}/hand-over-group", school.other, to=school.named("other"))).status_code == 404
    refused = await cases.post(f"groups/{group}/hand-over-group", school.coordinator, to=school.named("other"))
    assert faults(refused) == [("/to", "person-in-conflict")]


@pytest.mark.anyio
async def test_a_leader_whom_a_member_s_case_accuses_loses_the_group(cases):
    school = await cases.school()
    group, _ = await formed(cases, school)
    await school.concern("ani", people=(accused(school.named("counsellor")),))
    await in_history(cases, f"group-{group}", "owner-gone")
    assert (await cases.get(f"groups/{group}", school.counsellor)).status_code == 404
    assert (await cases.get(f"groups/{group}", school.coordinator)).status_code == 200
    assert (await cases.post(f"groups/{group}/cancel-group", school.counsellor, reason="x")).status_code == 404


@pytest.mark.anyio
async def test_a_partnership_and_a_consultation_of_somebody_suspended_come_back_when_they_do(cases):
    school = await cases.school()
    said = {"institution": "MGBK", "kind": "mgbk", "improves": "Layanan kenari", "contribution": "x", "contact": "x"}
    partnership = (await cases.post("partnerships", school.counsellor, school=school.id, **said)).json()["id"]
    asked = {"school": school.id, "asker_kind": "teacher", "asker": school.named("homeroom"), "aim": "climate", "question": "Tanya kenari"}
    consultation = (await cases.post("consultations", school.counsellor, **asked)).json()["id"]
    streams = [f"partnership-{partnership}", f"consultation-{consultation}"]
    await cases.hear(PersonSuspended(person=school.named("counsellor")))
    for stream in streams:
        await in_history(cases, stream, "owner-gone")
        assert await told_without_owner(cases, stream) == [school.named("coordinator")]
    assert (await cases.get(f"partnerships/{partnership}", school.coordinator)).json()["without_an_owner"]
    assert (await cases.get(f"consultations/{consultation}", school.coordinator)).status_code == 404, "it is read by its two parties"
    given = await cases.post(f"consultations/{consultation}/hand-over-activity", school.coordinator, to=school.named("other"))
    assert given.status_code == 200, given.text
    assert "Tanya kenari" in (await cases.get(f"consultations/{consultation}", school.other)).text
    await cases.hear(PersonReinstated(person=school.named("counsellor")))
    await in_history(cases, streams[0], "owner-back")
    back = (await cases.get(f"partnerships/{partnership}", school.counsellor)).json()
    assert (back["owner"], back["without_an_owner"]) == (school.named("counsellor"), False)
    assert (await cases.get(f"consultations/{consultation}", school.counsellor)).status_code == 404, "it is another's now"


# where it is found -------------------------------------------------------------------------------------------------


async def nobodys(cases, who):
    answer = await cases.get("standing/without-an-owner", who)
    assert answer.status_code == 200, answer.text
    return {each["id"] for each in answer.json()["items"]}


async def page(cases, who, path="", status=200, **typed):
    """The page of what nobody has; or what a form on it answers."""
    address = f"/cases/tanpa-kasus{path}"
    answer = await (cases.client.post(address, headers=who, data={"key": "k-1", **typed}) if path else cases.client.get(address, headers=who))
    assert answer.status_code == status, answer.text
    return answer.text


@pytest.mark.anyio
async def test_what_nobody_has_stands_on_a_list_and_a_page_of_who_may_take_it(cases):
    school, elsewhere = await cases.school(), await cases.school()
    group, _ = await formed(cases, school)
    asked = {"school": school.id, "asker_kind": "teacher", "asker": None, "aim": "climate", "question": "Tanya kenari"}
    consultation = (await cases.post("consultations", school.counsellor, **asked)).json()["id"]
    assert await nobodys(cases, school.coordinator) == set()
    await cases.hear(PersonLeft(person=school.named("counsellor"), school=school.id))
    for stream in (f"group-{group}", f"consultation-{consultation}"):
        await in_history(cases, stream, "owner-gone")
    for who in (school.coordinator, school.other, school.principal, cases.duty):
        assert {group, consultation} <= await nobodys(cases, who)
        told = await page(cases, who)
        assert ("Konseling kelompok" in told, "kenari" in told) == (True, False)
        assert "/cases/tanpa-kasus" in (await cases.client.get("/cases/menunggu", headers=who)).text
    assert await nobodys(cases, elsewhere.coordinator) == set()
    assert (await cases.get("standing/without-an-owner", school.teacher)).status_code == 403
    assert "Rekan yang ditunjuk" not in await page(cases, school.other), "a counsellor takes it, and names nobody"
    plan = f"/cases/tanpa-kasus/kelompok/{group}"
    assert plan in await page(cases, school.other)
    for who, status in ((school.other, 200), (school.coordinator, 200), (elsewhere.coordinator, 404)):
        answer = await cases.client.get(plan, headers=who)
        assert (answer.status_code, "menunggu pemegang" in answer.text, "Tujuan kenari" in answer.text) == (status, status == 200, status == 200)
        assert ("Ambil alih" in answer.text) == (status == 200)
    offered = (await cases.client.get(plan, headers=school.coordinator)).text
    assert [f'value="{school.named(each)}"' in offered for each in ("other", "counsellor", "homeroom")] == [True, False, False]
    await page(cases, school.other, f"/group/{group}", 303)
    await cases.caught_up(VIEW)
    assert await nobodys(cases, school.other) == {consultation}
    assert (await cases.get(f"groups/{group}", school.other)).json()["leader"] == school.named("other")
    assert "Pilih" in await page(cases, school.principal, f"/consultation/{consultation}", 422, to=""), "who names nobody is asked again"
    await page(cases, school.principal, f"/consultation/{consultation}", 303, to=school.named("other"))
    assert "Tanya kenari" in (await cases.get(f"consultations/{consultation}", school.other)).text
    await cases.caught_up(VIEW)
    assert await nobodys(cases, cases.duty) & {group, consultation} == set()
    assert "/cases/tanpa-kasus" not in (await cases.client.get("/cases/menunggu", headers=school.coordinator)).text


@pytest.mark.anyio
async def test_a_list_that_is_longer_than_a_page_says_so_and_goes_on(cases, monkeypatch):
    monkeypatch.setattr(listing, "MOST", 1)
    school = await cases.school()
    groups = [(await formed(cases, school))[0] for _ in range(2)]
    await cases.hear(PersonLeft(person=school.named("counsellor"), school=school.id))
    for each in groups:
        await in_history(cases, f"group-{each}", "owner-gone")
    first = (await cases.get("standing/without-an-owner", school.coordinator)).json()
    second = (await cases.get("standing/without-an-owner", school.coordinator, cursor=first["next"])).json()
    assert ([each["id"] for each in (*first["items"], *second["items"])], second["next"]) == (groups, None)
    assert "Hanya sebagian awal daftar ini yang ditampilkan" in await page(cases, school.coordinator)
    desk = (await cases.client.get("/cases/menunggu", headers=school.coordinator)).text
    assert 'Kegiatan tanpa pemegang <span class="count">1+</span>' in desk, "nobody takes the first page for all there is"
    assert (await cases.get("standing/without-an-owner", school.coordinator, cursor="x")).status_code == 422


@pytest.mark.anyio
async def test_whom_a_case_keeps_away_finds_it_on_no_list(cases):
    school = await cases.school()
    group, _ = await formed(cases, school)
    await school.concern("ani", people=(accused(school.named("other")),))
    await cases.hear(PersonLeft(person=school.named("counsellor"), school=school.id))
    await in_history(cases, f"group-{group}", "owner-gone")
    assert (await nobodys(cases, school.coordinator), await nobodys(cases, school.other)) == ({group}, set())
    for path in ("", f"/kelompok/{group}"):
        told = await cases.client.get(f"/cases/tanpa-kasus{path}", headers=school.coordinator)
        assert ("Ambil alih" in told.text, school.named("other") in told.text) == (True, False), "nobody is offered who would be refused"
    assert (await cases.client.post(f"/cases/tanpa-kasus/group/{group}", headers=school.other, data={"key": "k"})).status_code == 404


# a member's case goes its own way ----------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_a_group_goes_on_when_a_member_s_case_is_closed_or_moves_to_another_school(cases):
    school, there = await cases.school(), await cases.school()
    group, (closed, moved) = await formed(cases, school)
    await cases.done(closed, "assess-case", school.counsellor, field="social", findings="x", safe=True)
    await cases.done(closed, "close", school.counsellor, outcome_class="helped", task_reviewed="x")
    await cases.done(moved, "transfer-case", school.counsellor, to=there.id, reason="x")
    await cases.done(moved, "receive-transfer", there.counsellor)
    await met(cases, school, group)
    assert len((await cases.get(f"groups/{group}", school.counsellor)).json()["members"]) == 2
    await cases.hear(PersonLeft(person=school.named("counsellor"), school=school.id))
    await in_history(cases, f"group-{group}", "owner-gone")
    assert await told_without_owner(cases, f"group-{group}") == [school.named("coordinator")]
    assert (await nobodys(cases, school.coordinator), await nobodys(cases, there.coordinator)) == ({group}, set()), "the group stays at its school"
    assert (await cases.post(f"groups/{group}/hand-over-group", school.coordinator, to=school.named("other"))).status_code == 200


async def closed_long_ago(cases, school, case):
    """The next concern opens a case of its own."""
    store, now = cases.kernel.store, datetime.now(UTC)
    claim = await load(store, STUDENT, student_stream(school.named("ani")))
    released = CaseReleased(case=case, at=now - timedelta(days=60))
    await store.append(Item((write(STUDENT, claim, [released], Occasion("service:test", school.id, now, uuid4(), uuid4())),)))


@pytest.mark.anyio
async def test_whom_a_later_case_of_a_member_accuses_finds_and_commands_nothing_of_the_group_from_that_moment(cases):
    school = await cases.school()
    group, (first, _) = await formed(cases, school)
    await cases.done(first, "assess-case", school.counsellor, field="social", findings="x", safe=True)
    await cases.done(first, "close", school.counsellor, outcome_class="helped", task_reviewed="x")
    await cases.hear(PersonLeft(person=school.named("counsellor"), school=school.id))
    await in_history(cases, f"group-{group}", "owner-gone")
    assert await nobodys(cases, school.other) == {group}
    await closed_long_ago(cases, school, first)
    later_case = await school.concern("ani", people=(accused(school.named("other")),))
    assert later_case != first
    assert await nobodys(cases, school.other) == set()
    assert (await cases.get(f"groups/{group}", school.other)).status_code == 404
    assert (await cases.post(f"groups/{group}/hand-over-group", school.other, to=school.named("other"))).status_code == 404
    assert (await cases.get(f"groups/{group}", school.coordinator)).status_code == 200
