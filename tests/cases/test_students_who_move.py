"""A student moves: the school where the student is now hears and works at once; the old one is asked for the case (domain page, "People come and go")."""

import pytest

from shared.events import PersonRegistered, Post
from tests.cases.asking import refused_by_name
from tests.cases.desk import accused
from tests.cases.moving_about import EMERGENCY, concern_at, expected, leaves, moves, told

pytestmark = pytest.mark.anyio


async def schools(cases, count=2):
    return [await cases.school() for _ in range(count)]


async def test_row_11_a_weapon_at_the_new_school_alerts_its_staff_who_work_it_at_once_and_the_old_school_is_asked_to_transfer(cases):
    here, there = await schools(cases)
    case, student = await here.case(), here.named("student")
    await moves(cases, student, there)
    assert await concern_at(cases, student, there, **EMERGENCY) == case
    assert (await told(cases, case, "case-triaged", "school", "urgency"))[-1] == (there.id, "emergency")
    assert await told(cases, case, "school-to-be-told", "school", "message") == [(there.id, "student-arrived")]
    assert await told(cases, case, "staff-to-be-told", "person", "message") == [(here.named("counsellor"), "student-moved")] * 2
    assert (await expected(cases, case, here.counsellor))["transfer"] == here.named("counsellor")
    await cases.done(case, "acknowledge", there.counsellor)
    await cases.done(case, "assess-case", there.counsellor, field="social", findings="Aman kenari", safe=True)
    await cases.done(case, "note", there.counsellor, text="Polisi ditelepon, kenari")
    draft = {"agency": "rsud", "why": "x", "alternatives": [], "consent": "overridden", "ground": "vital-interest", "by_phone_first": True}
    await cases.done(case, "draft-referral", there.counsellor, **draft)
    seen = (await cases.get(f"cases/{case}", there.counsellor)).json()
    assert [each["text"] for each in seen["strands"]] == ["Kabar kenari"]
    assert [each["text"] for each in seen["notes"]] == ["Polisi ditelepon, kenari"]
    (referral,) = seen["referrals"]
    call = {"referral": referral["referral"], "ground": "vital-interest", "said": "Bahaya kenari"}
    await cases.done(case, "call-for-help", there.counsellor, **call)
    assert (await cases.get(f"cases/{case}", here.counsellor)).json()["assignee"] == here.named("counsellor")
    assert (await expected(cases, case, here.counsellor))["transfer"] == here.named("counsellor"), "the old school remains responsible"


async def test_a_crowd_of_the_roster_moves_a_case_as_one_word_does(cases):
    here, there = await schools(cases)
    case, student = await here.case(), here.named("student")
    new, mother, teacher = (there.named(name) for name in ("new", "her-mother", "teacher"))
    name = await cases.kernel.vault.seal(new, "identity", "Nama", f"{new}/name")
    crowd = [
        PersonRegistered(person=person, kind=kind, school=there.id, name=name, guardians=guardians, homeroom=homeroom, posts=posts)
        for person, kind, guardians, homeroom, posts in (
            (new, "student", (mother,), "7-1", ()),
            (student, "student", (), "7-2", ()),
            (mother, "guardian", (), None, ()),
            (teacher, "staff", (), None, (Post("counsellor", there.id),)),
        )
    ]
    assert await cases.hear_together(*crowd) == [student, teacher]
    assert await cases.hear_together(*crowd) == [student, teacher]
    await cases.caught_up()
    assert await told(cases, case, "school-to-be-told", "school", "message") == [(there.id, "student-arrived")]
    kept = await cases.sql(
        "SELECT person, kind, school, guardians FROM person_v1 WHERE person = ANY (%s) ORDER BY kind, person", [new, mother, teacher]
    )
    assert kept == [(mother, "guardian", there.id, []), (teacher, "staff", there.id, []), (new, "student", there.id, [mother])]
    there_now = await cases.sql("SELECT student, school, homeroom FROM whereabouts_v1 WHERE student = ANY (%s) ORDER BY homeroom", [new, student])
    assert there_now == [(new, there.id, "7-1"), (student, there.id, "7-2")]
    assert await cases.sql("SELECT role, school FROM post_v1 WHERE person = %s", teacher) == [("counsellor", there.id)]


async def test_before_the_receipt_the_new_school_reads_what_it_was_alerted_to_and_nothing_else(cases):
    here, there, elsewhere = await schools(cases, 3)
    case, student = await here.case(), here.named("student")
    await cases.done(case, "note", here.counsellor, text="Catatan lama")
    activity = await here.held(case)
    await moves(cases, student, there)
    before = (await cases.get(f"cases/{case}", there.counsellor)).json()
    assert (before["school"], before["student_at"], before["strands"], before["notes"], before["activities"]) == (here.id, there.id, [], [], [])
    await concern_at(cases, student, there, **EMERGENCY)
    text = (await cases.get(f"cases/{case}", there.counsellor)).text
    assert "Kabar kenari" in text and "Catatan lama" not in text and "rahasia" not in text and activity not in text
    assert (await cases.get(f"cases/{case}/decisions", there.counsellor)).status_code == 403
    history = (await cases.get(f"cases/{case}/history", there.counsellor)).json()["items"]
    assert [each["type"] for each in history] == ["strand-added"]
    closing = {"outcome_class": "helped", "task_reviewed": "x"}
    for route, body in (("close", closing), ("assign", {"to": there.named("counsellor")}), ("transfer-case", {"to": there.id, "reason": "x"})):
        assert (await cases.act(case, route, there.counsellor, **body)).status_code == 403, route
    assert (await cases.get(f"cases/{case}", elsewhere.counsellor)).status_code == 404
    assert (await cases.get(f"cases/{case}", there.teacher)).status_code == 404


async def test_the_page_to_which_the_alert_leads_opens_for_the_new_school(cases):
    here, there, asked = await schools(cases, 3)
    case, student = await here.case(), here.named("student")
    await cases.done(case, "note", here.counsellor, text="Catatan lama")
    await moves(cases, student, there)
    await concern_at(cases, student, there, **EMERGENCY)
    page = await cases.client.get(f"/cases/cases/{case}", headers=there.counsellor)
    assert (page.status_code, "Kabar kenari" in page.text, "Catatan lama" in page.text) == (200, True, False)
    await cases.done(case, "transfer-case", here.counsellor, to=asked.id, reason="x")
    offered = await cases.client.get(f"/cases/cases/{case}", headers=asked.counsellor)
    assert (offered.status_code, "kenari" in offered.text.lower()) == (200, False)
    assert (await cases.client.get(f"/cases/cases/{case}", headers=here.counsellor)).status_code == 200


async def test_only_who_is_where_the_student_is_takes_a_new_concern_in_hand(cases):
    """The old school must not silence the alert of the new one."""
    here, there = await schools(cases)
    case, student = await here.case(), here.named("student")
    await moves(cases, student, there)
    await concern_at(cases, student, there, **EMERGENCY)
    assert refused_by_name(await cases.act(case, "acknowledge", here.counsellor)) == "taken-in-hand-elsewhere"
    await cases.done(case, "acknowledge", cases.duty)
    assert (await told(cases, case, "case-acknowledged", "by", "school"))[-1] == ("duty", there.id)


async def test_a_move_while_an_alert_is_unacknowledged_alerts_the_new_school_too_and_either_takes_it(cases):
    here, there = await schools(cases)
    case, student = await here.concern(**EMERGENCY), here.named("student")
    await moves(cases, student, there)
    assert await told(cases, case, "case-triaged", "school", "urgency") == [(here.id, "emergency"), (there.id, "emergency")]
    assert await told(cases, case, "school-to-be-told", "school", "message") == [(here.id, "student-moved")], "nobody had it, so the school hears"
    assert "Kenari" in (await cases.get(f"cases/{case}", there.counsellor)).text, "what is in nobody's hand is for them to read"
    await cases.done(case, "acknowledge", here.counsellor)
    assert len(await cases.events(case, "case-acknowledged")) == 1


async def test_of_twins_only_the_one_who_moved_moves(cases):
    here, there = await schools(cases)
    one, two = await here.case("kembar-1"), await here.case("kembar-2")
    await moves(cases, here.named("kembar-1"), there)
    assert "transfer" in await expected(cases, one, here.counsellor)
    assert "transfer" not in await expected(cases, two, here.counsellor)
    assert (await cases.get(f"cases/{two}", there.counsellor)).status_code == 404
    assert [each["id"] for each in await there.listed("arrivals", there.counsellor)] == [one]


async def test_who_leaves_and_comes_back_is_the_same_person_with_the_same_case(cases):
    school = await cases.school()
    case, student = await school.case(), school.named("student")
    await leaves(cases, student, school)
    assert (await expected(cases, case, school.counsellor))["leaving"] == school.named("counsellor")
    assert [each["case"] for each in await school.listed("leaving", school.coordinator)] == [case]
    await moves(cases, student, school)
    assert "leaving" not in await expected(cases, case, school.counsellor)
    assert await concern_at(cases, student, school) == case
    assert len(await cases.sql("SELECT FROM event WHERE stream = %s AND type = 'case-claimed'", f"student-{student}")) == 1


async def test_who_comes_back_to_another_school_brings_the_case_along(cases):
    here, there = await schools(cases)
    case, student = await here.case(), here.named("student")
    await leaves(cases, student, here)
    await moves(cases, student, there)
    assert set(await expected(cases, case, here.counsellor)) >= {"transfer"}
    assert "leaving" not in await expected(cases, case, here.counsellor)
    await cases.done(case, "ask-for-case", there.coordinator)
    await cases.done(case, "transfer-case", here.counsellor, to=there.id, reason="Pindah")
    await cases.done(case, "receive-transfer", there.counsellor)
    assert await concern_at(cases, student, there) == case
    assert (await told(cases, case, "case-triaged", "school"))[-1] == (there.id,)


async def test_a_case_may_be_kept_with_a_reason_until_the_roster_says_something_new_or_the_other_school_asks(cases):
    here, there = await schools(cases)
    case, student = await here.case(), here.named("student")
    assert refused_by_name(await cases.act(case, "keep-case", here.counsellor, reason="x")) == "nothing-to-settle"
    await moves(cases, student, there)
    await cases.done(case, "keep-case", here.counsellor, reason="Salah ekspor")
    assert "transfer" not in await expected(cases, case, here.counsellor)
    await cases.done(case, "ask-for-case", there.counsellor)
    assert (await expected(cases, case, here.counsellor))["transfer"] == here.named("counsellor")
    assert (await told(cases, case, "staff-to-be-told", "person", "message"))[-1] == (here.named("counsellor"), "case-asked-for")
    await cases.done(case, "keep-case", here.counsellor, reason="Kembali pekan depan")
    assert (await told(cases, case, "staff-to-be-told", "person", "message"))[-1] == (there.named("counsellor"), "case-kept")


async def test_only_the_school_where_the_student_is_asks_for_the_case(cases):
    here, there, elsewhere = await schools(cases, 3)
    case = await here.case()
    assert (await cases.act(case, "ask-for-case", elsewhere.counsellor)).status_code == 404
    await moves(cases, here.named("student"), there)
    assert (await cases.act(case, "ask-for-case", elsewhere.counsellor)).status_code == 404
    assert refused_by_name(await cases.act(case, "ask-for-case", here.counsellor)) == "student-not-there"


async def test_a_case_of_the_district_s_desk_is_not_shown_to_the_new_school(cases):
    here, there = await schools(cases)
    case, student = await here.concern(desk="district", people=(accused(None),)), here.named("student")
    await moves(cases, student, there)
    assert {each[0] for each in await told(cases, case, "case-triaged", "desk")} == {"district"}
    assert (await cases.get(f"cases/{case}", there.counsellor)).status_code == 404
    assert await there.listed("arrivals", there.counsellor) == []
    assert (await cases.get(f"cases/{case}", cases.duty)).status_code == 200


async def test_who_is_named_reads_nothing_of_a_case_that_is_to_come(cases):
    here, there = await schools(cases)
    case, student = await here.case(), here.named("student")
    await moves(cases, student, there)
    await concern_at(cases, student, there, people=(accused(there.named("counsellor")),), **EMERGENCY)
    assert (await told(cases, case, "case-triaged", "school", "excluded"))[-1] == (there.id, [there.named("counsellor")])
    assert (await cases.get(f"cases/{case}", there.counsellor)).status_code == 404
    assert await there.listed("arrivals", there.counsellor) == []
    await cases.done(case, "acknowledge", there.coordinator)


async def test_an_unidentified_case_whose_student_turns_out_to_be_of_another_school_is_asked_for_there(cases):
    """The public form names a school; the reporter may have named the wrong one."""
    here, there = await schools(cases)
    case = await here.case(None)
    student = await there.person("student-9", "student")
    await cases.done(case, "match", here.counsellor, student=student)
    assert "transfer" in await expected(cases, case, here.counsellor)
    assert [each["id"] for each in await there.listed("arrivals", there.coordinator)] == [case]


async def test_a_first_concern_opens_at_the_school_where_the_roster_has_the_student_now(cases):
    """Intake's own directory may be a moment behind."""
    here, there = await schools(cases)
    student = await here.person("student-8", "student")
    await moves(cases, student, there)
    case = await concern_at(cases, student, here)
    assert (await told(cases, case, "case-opened", "school"), await told(cases, case, "case-triaged", "school")) == ([(there.id,)], [(there.id,)])


# graduation day ----------------------------------------------------------------------------------------------------


async def test_every_open_case_of_a_leaving_class_is_listed_and_closed_or_transferred_by_name(cases):
    here, there = await schools(cases)
    known = {name: await here.case(name) for name in ("ani", "budi", "citra", "dian")}
    for name in ("ani", "budi", "citra"):
        await moves(cases, here.named(name), here, "9A")
    await moves(cases, here.named("dian"), here, "8A")
    await cases.done(known["citra"], "close", here.counsellor, outcome_class="helped", task_reviewed="x")
    listed = await cases.get("cases", here.coordinator, homeroom="9A", open="true")
    assert {each["id"] for each in listed.json()["items"]} == {known["ani"], known["budi"]}
    for name in ("ani", "citra"):
        await leaves(cases, here.named(name), here)
    await moves(cases, here.named("budi"), there)
    waiting = {(each["case"], each["what"], each["owner"]) for each in await here.listed("leaving", here.coordinator)}
    assert waiting == {(known["ani"], "leaving", here.named("counsellor")), (known["budi"], "transfer", here.named("counsellor"))}
    await cases.done(known["ani"], "close", here.counsellor, outcome_class="helped", task_reviewed="x")
    await cases.done(known["budi"], "transfer-case", here.counsellor, to=there.id, reason="Lulus")
    await cases.done(known["budi"], "receive-transfer", there.counsellor)
    assert await here.listed("leaving", here.coordinator) == []


async def test_of_a_school_that_closed_the_district_and_the_successor_list_every_open_case(cases):
    """Its staff left the roster with it; two that become one are a closed school whose students are at the other."""
    here, there = await schools(cases)
    moved, left = await here.case("ani"), await here.concern("budi")
    await moves(cases, here.named("ani"), there)
    await leaves(cases, here.named("budi"), here)
    for each in ("counsellor", "coordinator", "principal", "homeroom"):
        await leaves(cases, here.named(each), here)
    assert {each["case"] for each in await here.listed("leaving", cases.duty, school=here.id)} == {moved, left}
    assert [each["id"] for each in await there.listed("arrivals", there.counsellor)] == [moved]
    await here.taken_over(moved)
    await cases.done(moved, "transfer-case", cases.duty, to=there.id, reason="Sekolah digabung")
    await cases.done(moved, "receive-transfer", there.counsellor)
    assert await concern_at(cases, here.named("ani"), there) == moved
    assert (await told(cases, moved, "case-triaged", "school"))[-1] == (there.id,)
