"""Groups, partnerships and consultations, over HTTP."""

from uuid import uuid4

import pytest

from tests.cases.asking import faults, formed, refused_by_name, seen
from tests.cases.desk import soon
from tests.cases.test_forms import Fields, page, sent

pytestmark = pytest.mark.anyio


async def test_a_group_is_its_leader_s_and_goes_over_to_the_next(cases):
    school, elsewhere = await cases.school(), await cases.school()
    group, (one, _) = await formed(cases, school)
    told = (await cases.get(f"groups/{group}", school.counsellor)).json()
    assert (told["state"], told["sessions"], told["steps"][0]["purpose"]) == ("formed", 0, "Tujuan kenari")
    assert sorted(told["members"][0]) == ["case", "student"], "never the roles"
    others = (school.other, school.coordinator, cases.duty, elsewhere.counsellor)
    for who in others:
        assert (await cases.get(f"groups/{group}", who)).status_code == 404
        assert (await cases.post(f"groups/{group}/close-group", who, result="x")).status_code == 404
    assert (await cases.get(f"groups/{group}", school.teacher)).status_code == 403
    session = {"session": 1, "stage": "beginning", "when": soon(hours=-1), "present": [school.named("ani")], "dynamics": "x"}
    assert refused_by_name(await cases.post(f"groups/{group}/hold-session", school.counsellor, pledge=False, **session)) == "pledge-missing"
    assert (await cases.post(f"groups/{group}/hold-session", school.counsellor, pledge=True, **session)).json()["state"] == "running"
    wrong = session | {"session": 3}
    assert refused_by_name(await cases.post(f"groups/{group}/hold-session", school.counsellor, pledge=True, **wrong)) == "wrong-session-number"
    left = await cases.post(f"groups/{group}/remove-member", school.counsellor, student=school.named("ani"))
    assert refused_by_name(left) == "too-few-members"
    assert (await cases.post(f"groups/{group}/hand-over-group", school.counsellor, match='"1"', to=school.named("other"))).status_code == 412
    await cases.post(f"groups/{group}/hand-over-group", school.counsellor, to=school.named("other"))
    assert (await cases.get(f"groups/{group}", school.counsellor)).status_code == 404
    assert (await cases.get(f"groups/{group}", school.other)).json()["members"][0]["case"] == one


async def test_a_note_about_a_member_lives_in_that_case_and_is_its_writer_s(cases):
    school = await cases.school()
    group, (one, two) = await formed(cases, school)
    await cases.done(one, "note-member", school.counsellor, group=group, session=1, note="Catatan kenari")
    assert "Catatan kenari" in await seen(cases, one, school.counsellor)
    for who in (school.coordinator, cases.duty, school.principal):
        assert "Catatan kenari" not in await seen(cases, one, who)
    assert "Catatan kenari" not in await seen(cases, two, school.counsellor)
    assert "Catatan kenari" not in (await cases.get(f"groups/{group}", school.counsellor)).text


async def test_a_note_about_a_member_is_of_a_group_that_its_writer_led_and_the_student_was_in(cases):
    school = await cases.school()
    group, (one, two) = await formed(cases, school)
    others, _ = await formed(cases, school, ("citra", "dewi"))
    stranger = await school.case("eko")
    mine, hers = school.counsellor, school.other
    for case, who, named in ((one, mine, "Kelompok Ani"), (one, mine, others), (stranger, mine, group), (one, hers, group)):
        refused = await cases.act(case, "note-member", who, group=named, session=1, note="Catatan kenari")
        assert (refused.status_code, faults(refused)) == (422, [("/group", "unknown-group")]), named
        assert await cases.events(case, "member-noted") == []
    await cases.post(f"groups/{group}/hand-over-group", school.counsellor, to=school.named("other"))
    for who in (school.counsellor, school.other):
        await cases.done(two, "note-member", who, group=group, session=1, note="Catatan kenari")


async def test_its_leader_chooses_the_group_by_its_members_and_nobody_else_has_one_to_choose(cases):
    school = await cases.school()
    group, (one, _) = await formed(cases, school)
    await formed(cases, school, ("citra", "dewi"))
    address = f"/cases/cases/{one}/langkah/note-member"
    shown = Fields((await page(cases, school.counsellor, address)).text)
    assert (shown.asked["group"], shown.options["group"]) == ("select", [group])
    assert "group" not in Fields((await page(cases, school.other, address)).text).options
    typed = shown.hidden | {"group": group, "session": "1", "note": "Catatan kenari"}
    assert (await sent(cases, school.counsellor, address, typed)).status_code == 303
    back = await sent(cases, school.counsellor, address, typed | {"key": "another", "group": "Kelompok Ani"})
    assert (back.status_code, "Pilih kelompok yang Anda pimpin" in back.text) == (422, True)
    assert len(await cases.events(one, "member-noted")) == 1


async def test_victim_and_accused_of_one_incident_never_come_into_one_group(cases):
    school, concern = await cases.school(), str(uuid4())
    victim, blamed = await school.case("victim", concern=concern), await school.concern("blamed", concern=concern, role="accused")
    other = await school.case("other-student")
    body = {"school": school.id, "field": "social", "purpose": "x"}
    refused = await cases.post("groups", school.counsellor, **body, cases=[victim, other, blamed])
    assert (refused.status_code, refused_by_name(refused)) == (409, "victim-and-accused-together")
    assert refused_by_name(await cases.post("groups", school.counsellor, **body, cases=[victim, victim])) == "too-few-members"
    group = (await cases.post("groups", school.counsellor, **body, cases=[victim, other])).json()["id"]
    assert refused_by_name(await cases.post(f"groups/{group}/add-member", school.counsellor, case=blamed)) == "victim-and-accused-together"
    assert len((await cases.get(f"groups/{group}", school.counsellor)).json()["members"]) == 2
    third = await school.case("third-student")
    again = str(uuid4())
    for student, role in (("victim", "affected"), ("third-student", "accused")):
        await school.concern(student, concern=again, role=role)
    late = await cases.post(f"groups/{group}/add-member", school.counsellor, case=third)
    assert refused_by_name(late) == "victim-and-accused-together", "a concern that came after the group was formed"
    await school.concern("other-student", concern=again, role="accused")
    session = {"session": 1, "stage": "beginning", "when": soon(hours=-1), "present": [school.named("victim")], "dynamics": "x"}
    begun = await cases.post(f"groups/{group}/hold-session", school.counsellor, pledge=True, **session)
    assert refused_by_name(begun) == "victim-and-accused-together", "nor does it begin with both"


async def test_a_group_takes_only_identified_students_of_cases_that_its_leader_knows(cases):
    school, elsewhere = await cases.school(), await cases.school()
    mine, unknown, theirs = await school.case(), await school.case(None), await elsewhere.case()
    body = {"school": school.id, "field": "social", "purpose": "x"}
    nobody = await cases.post("groups", school.counsellor, **body, cases=[mine, unknown])
    assert (nobody.status_code, nobody.json()["errors"]) == (422, [{"pointer": "/cases", "code": "student-not-identified"}])
    assert (await cases.post("groups", school.counsellor, **body, cases=[mine, theirs])).status_code == 404
    assert (await cases.post("groups", school.counsellor, **body, cases=[mine])).status_code == 422


async def test_a_partnership_needs_no_case_and_is_agreed_by_somebody_else(cases):
    school, elsewhere = await cases.school(), await cases.school()
    body = {"institution": "MGBK", "kind": "mgbk", "improves": "Layanan kenari", "contribution": "x", "contact": "x"}
    assert (await cases.post("partnerships", school.counsellor, school=elsewhere.id, **body)).status_code == 404
    begun = (await cases.post("partnerships", school.counsellor, school=school.id, **body)).json()
    path = f"partnerships/{begun['id']}"
    assert begun["state"] == "proposed"
    agreed = {"memorandum": "421/1", "until": soon(days=90)}
    own = await cases.post(f"{path}/agree-partnership", school.counsellor, **agreed)
    assert refused_by_name(own) == "partnership-agreed-by-proposer"
    assert (await cases.post(f"{path}/agree-partnership", school.principal, match='"7"', **agreed)).status_code == 412
    assert (await cases.post(f"{path}/agree-partnership", school.principal, match='"1"', **agreed)).json() == begun | {
        "version": 2,
        "state": "agreed",
    }
    for step, said, state in (("start-partnership", {}, "active"), ("end-partnership", {"result": "x", "helped": True}, "ended")):
        assert (await cases.post(f"{path}/{step}", school.counsellor, **said)).json()["state"] == state
    assert refused_by_name(await cases.post(f"{path}/start-partnership", school.counsellor)) == "activity-ended"
    for who in (school.counsellor, school.coordinator, school.principal):
        assert "Layanan kenari" in (await cases.get(path, who)).text
    for who in (elsewhere.counsellor, elsewhere.principal):
        assert (await cases.get(path, who)).status_code == 404
        assert (await cases.post(f"{path}/cancel-activity", who, reason="x")).status_code == 404
    assert (await cases.get(path, school.teacher)).status_code == 403
    assert (await cases.get("partnerships/none", school.counsellor)).status_code == 404


async def test_a_consultation_needs_no_case_and_is_read_by_its_two_parties(cases):
    school, elsewhere = await cases.school(), await cases.school()
    body = {"school": school.id, "asker_kind": "teacher", "asker": school.named("homeroom"), "aim": "climate", "question": "Tanya kenari"}
    path = f"consultations/{(await cases.post('consultations', school.counsellor, **body)).json()['id']}"
    await cases.post(f"{path}/give-advice", school.counsellor, advice="Saran kenari")
    for who in (school.counsellor, school.teacher):
        told = (await cases.get(path, who)).json()
        assert [step.get("question") or step.get("advice") for step in told["steps"]] == ["Tanya kenari", "Saran kenari"]
    for who in (school.other, school.coordinator, school.principal, cases.duty):
        assert (await cases.get(path, who)).status_code == 404
        assert (await cases.post(f"{path}/give-advice", who, advice="x")).status_code == 404
    assert (await cases.get(path, elsewhere.counsellor)).status_code == 404
    assert (await cases.post(f"{path}/give-advice", school.teacher, advice="x")).status_code == 403
    feedback = {"feedback": "x", "commitment": "x", "monitor_by": soon(days=9)}
    assert (await cases.post(f"{path}/record-feedback", school.counsellor, **feedback)).json()["state"] == "feedback"
    assert (await cases.post(f"{path}/close-consultation", school.counsellor, helped=True, result="x")).json()["state"] == "closed"


async def test_a_repeat_of_what_stands_alone_is_quiet_too(cases):
    school, key = await cases.school(), str(uuid4())
    body = {"school": school.id, "asker_kind": "teacher", "asker": None, "aim": "climate", "question": "x"}
    first, again = [(await cases.post("consultations", school.counsellor, key=key, **body)).json() for _ in range(2)]
    assert again == first
    assert first["version"] == 1


async def test_the_rota_is_kept_by_the_school_and_refuses_what_cannot_be(cases):
    school, elsewhere = await cases.school(), await cases.school()
    path, away = f"schools/{school.id}", {"person": school.named("counsellor"), "away_from": soon(), "away_until": soon(days=3)}
    assert (await cases.post(f"{path}/record-leave", school.principal, deputy=school.named("other"), **away)).status_code == 200
    (told,) = (await cases.get(f"{path}/duty", school.counsellor)).json()["items"]
    assert (told["person"], told["deputy"]) == (school.named("counsellor"), school.named("other"))
    itself = await cases.post(f"{path}/record-leave", school.principal, **away, deputy=school.named("counsellor"))
    assert faults(itself) == [("/deputy", "person-away")]
    backwards = away | {"away_until": soon(days=-1)}
    assert refused_by_name(await cases.post(f"{path}/record-leave", school.principal, **backwards)) == "leave-backwards"
    for who in (elsewhere.principal, elsewhere.counsellor):
        assert (await cases.get(f"{path}/duty", who)).status_code == 404
        assert (await cases.post(f"{path}/end-leave", who, person=school.named("counsellor"))).status_code == 404
    assert (await cases.post(f"{path}/end-leave", school.principal, person=school.named("counsellor"))).status_code == 200
    assert (await cases.get(f"{path}/duty", school.counsellor)).json()["items"] == []
