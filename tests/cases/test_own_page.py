"""A student's own page: what was agreed with them, what they say, and nothing of what anybody reported (domain.md, Who is who; ADR 62)."""

import re

import pytest

from tests.cases.desk import soon
from tests.cases.test_merging import rests

pytestmark = pytest.mark.anyio

PAGE, OBJECT, RATE = "/cases/untuk-saya", "/cases/untuk-saya/keberatan", "/cases/untuk-saya/kepuasan"
AT_ONCE = {"sec-fetch-site": "same-origin"}


async def seen(cases, who) -> str:
    answer = await cases.client.get(PAGE, headers=who)
    assert answer.status_code == 200, answer.text
    return answer.text


async def sent(cases, who, where=OBJECT, **form):
    return await cases.client.post(where, headers=who | AT_ONCE, data=form)


async def scheduled(cases, school, case) -> str:
    asked = await cases.done(case, "request-counselling", school.counsellor, origin="self", field="social", reason="Alasan rahasia")
    known = {"activity": asked["activity"]}
    await cases.done(case, "schedule-counselling", school.counsellor, when=soon(days=1), place="Ruang BK lama", **known)
    return asked["activity"]


async def test_who_was_spoken_to_sees_the_appointment_and_nothing_of_the_report(cases):
    school = await cases.school()
    await school.person("counsellor", "staff", "counsellor")
    case = await school.case()
    await scheduled(cases, school, case)
    page = await seen(cases, school.who("student"))
    assert ("Ruang BK lama" in page, "counsellor" in page) == (True, True)
    assert [word for word in ("Kenari", "Alasan rahasia", "rendah", case) if word in page] == []
    assert await cases.sql("SELECT what FROM read_log WHERE reader = %s", school.named("student")) == [("own-page",)]


async def test_a_student_of_whom_somebody_only_told_sees_the_page_of_a_student_without_a_case(cases):
    school = await cases.school()
    await school.case()
    await school.person("nobody", "student")
    reported, nobody = [re.sub(r'value="[0-9a-f-]{36}"', "", await seen(cases, school.who(each, "student"))) for each in ("student", "nobody")]
    assert reported == nobody
    assert (await sent(cases, school.who("student"), words="Apa ini?")).status_code == 404
    assert await cases.sql("SELECT count(*) FROM read_log WHERE reader = %s", school.named("student")) == [(0,)]


async def test_an_objection_waits_for_an_answer_and_the_student_reads_it(cases):
    school = await cases.school()
    case = await school.case()
    await scheduled(cases, school, case)
    who, form = school.who("student"), {"key": "k-1", "words": "Saya tidak mau\r\nibu saya tahu."}
    assert [(await sent(cases, who, **form)).status_code for _ in range(2)] == [303, 303]
    await cases.caught_up()
    (waits,) = [each for each in await school.listed("waiting-for-me", school.counsellor) if each["what"] == "objection"]
    assert waits["case"] == case
    (told,) = (await cases.get(f"cases/{case}", school.counsellor)).json()["objections"]
    assert (told["words"], told["answer"]) == ("Saya tidak mau\nibu saya tahu.", None)
    shown = (await cases.client.get(f"/cases/cases/{case}", headers=school.counsellor)).text
    assert ("ibu saya tahu" in shown, "langkah/answer-objection" in shown) == (True, True)
    objection = waits["key"].partition("/")[2]
    await cases.done(case, "answer-objection", school.counsellor, objection=objection, words="Ibu tidak diberi tahu tanpa Anda.")
    assert "Ibu tidak diberi tahu tanpa Anda." in await seen(cases, who)
    assert [each for each in await school.listed("waiting-for-me", school.counsellor) if each["what"] == "objection"] == []


async def test_who_sees_the_summary_alone_does_not_see_what_the_student_objects_to(cases):
    school = await cases.school()
    case = await school.case()
    await scheduled(cases, school, case)
    await sent(cases, school.who("student"), words="Keberatan rahasia")
    await school.person("counsellor", "staff", "counsellor")
    await cases.done(case, "assign", school.coordinator, to=school.named("counsellor"))
    for name, who in {"principal": school.principal, "colleague": school.other, "duty": cases.duty}.items():
        told = await cases.get(f"cases/{case}", who)
        history = await cases.get(f"cases/{case}/history", who)
        assert (name, told.status_code, "Keberatan rahasia" in told.text + history.text, "objections" in told.json()) == (name, 200, False, False)


async def test_the_accused_may_object_too(cases):
    school = await cases.school()
    case = await school.case(role="accused")
    await scheduled(cases, school, case)
    assert (await sent(cases, school.who("student"), words="Bukan saya.")).status_code == 303
    assert len(await cases.events(case, "objection-raised")) == 1


async def test_the_satisfaction_form_is_the_students_own_and_asked_once(cases):
    school = await cases.school()
    case = await school.case()
    activity = await school.held(case)
    who = school.who("student")
    assert "Bagaimana konselingnya?" in await seen(cases, who)
    form = {"activity": activity, "key": "k-1", "score": "4", "words": "Saya didengarkan."}
    assert [(await sent(cases, who, RATE, **form)).status_code for _ in range(2)] == [303, 303]
    (recorded,) = await cases.events(case, "satisfaction-recorded")
    assert (f'"by":"{school.named("student")}"' in recorded, '"score":4' in recorded, "didengarkan" in recorded) == (True, True, False)
    assert "Bagaimana konselingnya?" not in await seen(cases, who)


@pytest.mark.parametrize(
    ("where", "form", "kept"),
    [
        (OBJECT, {"words": "  "}, 'href="#words"'),
        (OBJECT, {"words": "x" * 4001}, "xxxx"),
        (RATE, {"score": "", "words": "Baik"}, "Baik"),
        (RATE, {"score": "6"}, 'href="#score-1"'),
        (RATE, {"score": "٤"}, 'href="#score-1"'),
        (RATE, {"score": "4" * 5000}, 'href="#score-1"'),
    ],
)
async def test_bad_input_comes_back_as_typed_with_words_at_the_field(cases, where, form, kept):
    school = await cases.school()
    activity = await school.held(await school.case())
    answer = await sent(cases, school.who("student"), where, activity=activity, **form)
    assert (answer.status_code, kept in answer.text, "Ada yang perlu diperbaiki" in answer.text) == (422, True, True)


async def test_nobody_rates_what_is_anothers(cases):
    school = await cases.school()
    activity = await school.held(await school.case("other-student"))
    await school.held(await school.case())
    answer = await sent(cases, school.who("student"), RATE, activity=activity, score="1", words="")
    assert answer.status_code == 404
    assert (await cases.client.get(PAGE, headers=school.counsellor)).status_code == 403


async def test_a_service_is_rated_in_the_case_that_it_stands_in_also_where_that_one_rests(cases):
    school = await cases.school()
    rested, goes_on = await school.case(), await school.case(None)
    activity = await school.held(rested)
    await rests(cases, school, rested, goes_on)
    await cases.done(goes_on, "match", school.counsellor, student=school.named("student"))
    who = school.who("student")
    assert "Bagaimana konselingnya?" in await seen(cases, who)
    form = {"activity": activity, "key": "k-1", "score": "4", "words": "Saya didengarkan."}
    assert [(await sent(cases, who, RATE, **form)).status_code for _ in range(2)] == [303, 303]
    assert [len(await cases.events(each, "satisfaction-recorded")) for each in (rested, goes_on)] == [1, 0]
    assert "Bagaimana konselingnya?" not in await seen(cases, who)


async def test_after_the_end_only_what_the_student_said_stays_and_it_is_answered(cases):
    school = await cases.school()
    case = await school.case()
    activity = await scheduled(cases, school, case)
    who = school.who("student")
    await sent(cases, who, words="Saya keberatan.")
    await cases.done(case, "cancel-activity", school.counsellor, activity=activity, reason="Selesai")
    await cases.done(case, "close", school.counsellor, outcome_class="helped", task_reviewed="Tugas")
    page = await seen(cases, who)
    assert ("Saya keberatan." in page, "Ruang BK lama" in page) == (True, False)
    possible = (await cases.get(f"cases/{case}/possible", school.counsellor)).json()["items"]
    assert "answer-objection" in [each["called"] for each in possible]
