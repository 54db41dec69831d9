"""*Catat layanan*: a session that took place is one form and one append (people page, rule 2)."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.sessions.shown_to import FIELD
from tests.cases.test_forms import Fields

pytestmark = pytest.mark.anyio

SAID = {"story": "Cerita kenari", "result": "partly", "next": "open"}


def then(**span: float) -> str:
    return (datetime.now(ZoneInfo("Asia/Jakarta")) - timedelta(**(span or {"hours": 1}))).strftime("%Y-%m-%dT%H:%M")


async def opened(cases, case, who) -> Fields:
    answer = await cases.client.get(f"/cases/cases/{case}/catat", headers=who)
    assert answer.status_code == 200, answer.text
    return Fields(answer.text)


async def sent(cases, case, who, fields, **typed):
    said = fields.hidden | {"at": then()} | SAID | typed
    return await cases.client.post(f"/cases/cases/{case}/catat", headers=who | {"sec-fetch-site": "same-origin"}, data=said)


def forged(hidden: dict[str, str]) -> dict[str, str]:
    """A form of somebody else's as one sends it who does not say whom it was shown to."""
    return {name: value for name, value in hidden.items() if name != FIELD}


async def kinds(cases, case) -> list[str]:
    rows = await cases.sql("SELECT type FROM event WHERE stream = %s AND type LIKE 'counselling-%%' ORDER BY version", f"case-{case}")
    return [row[0].removeprefix("counselling-") for row in rows]


async def activity_of(cases, case, who):
    return (await cases.get(f"cases/{case}", who)).json()["activities"][-1]


async def test_a_first_session_is_requested_scheduled_held_and_evaluated_in_one_append(cases):
    school = await cases.school()
    case = await school.case()
    answer = await sent(cases, case, school.counsellor, await opened(cases, case, school.counsellor), area="social", confidentiality="1")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/cases/{case}?tersimpan=hold-counselling")
    assert await kinds(cases, case) == ["requested", "scheduled", "held", "evaluated"]
    query = "SELECT DISTINCT causation FROM event WHERE stream = %s AND type LIKE 'counselling-%%'"
    assert len(await cases.sql(query, f"case-{case}")) == 1, "one act"
    steps = (await activity_of(cases, case, school.counsellor))["steps"]
    assert [steps[2][name] for name in ("problem", "result", "approach", "meeting")] == ["Cerita kenari", "Sebagian", "–", 1]
    assert (steps[3]["kind"], steps[3]["helped"], steps[3]["finding"]) == ("laiseg", True, "Sebagian")


async def test_the_next_date_stands_in_the_same_submit(cases):
    school = await cases.school()
    case = await school.case()
    fields, at = await opened(cases, case, school.counsellor), then(days=1)
    await sent(cases, case, school.counsellor, fields, at=at, area="social", confidentiality="1", next="two-weeks")
    assert await kinds(cases, case) == ["requested", "scheduled", "held", "evaluated", "scheduled"]
    planned = (await activity_of(cases, case, school.counsellor))["steps"][-1]["when"]
    assert datetime.fromisoformat(planned) - datetime.fromisoformat(at).replace(tzinfo=ZoneInfo("Asia/Jakarta")) == timedelta(weeks=2)


async def test_a_planned_session_is_only_held_and_evaluated_and_brings_its_presets(cases):
    school = await cases.school()
    case = await school.case()
    begun = await cases.done(case, "request-counselling", school.counsellor, origin="self", field="social", reason="x")
    when = datetime.now(UTC) - timedelta(hours=3)
    known = {"activity": begun["activity"], "place": "Ruang kenari", "when": when.isoformat()}
    await cases.done(case, "schedule-counselling", school.counsellor, **known)
    page = (await cases.client.get(f"/cases/cases/{case}/catat", headers=school.counsellor)).text
    assert f'value="{when.astimezone(ZoneInfo("Asia/Jakarta")):%Y-%m-%dT%H:%M}"' in page and 'value="Ruang kenari"' in page
    answer = await sent(cases, case, school.counsellor, Fields(page), confidentiality="1", next="ended")
    assert answer.status_code == 303
    assert await kinds(cases, case) == ["requested", "scheduled", "held", "evaluated", "ended"]


async def test_a_second_session_goes_on_with_what_the_last_one_said(cases):
    school = await cases.school()
    case = await school.case()
    more = {"area": "social", "confidentiality": "1", "goal": "Tujuan kenari", "other_approach": "Bermain peran"}
    await sent(cases, case, school.counsellor, await opened(cases, case, school.counsellor), **more)
    page = (await cases.client.get(f"/cases/cases/{case}/catat", headers=school.counsellor)).text
    assert "pertemuan ke-2" in page and "Tujuan kenari" in page and "Bermain peran" in page
    assert 'name="area"' not in page and 'name="confidentiality"' not in page
    assert (await sent(cases, case, school.counsellor, Fields(page))).status_code == 303
    assert [each["meeting"] for each in (await activity_of(cases, case, school.counsellor))["steps"] if each["type"] == "counselling-held"] == [1, 2]


async def test_pressed_twice_it_is_one_session_and_the_second_press_shows_the_first_result(cases):
    school = await cases.school()
    case = await school.case()
    fields = await opened(cases, case, school.counsellor)
    typed = {"at": then(), "area": "social", "confidentiality": "1"}
    answers = [await sent(cases, case, school.counsellor, fields, **typed) for _ in range(2)]
    assert [(each.status_code, each.headers["location"]) for each in answers] == [(303, f"/cases/cases/{case}?tersimpan=hold-counselling")] * 2
    assert (await kinds(cases, case)).count("held") == 1


async def test_all_or_nothing_a_refused_step_keeps_the_others_from_being_stored(cases):
    school = await cases.school()
    case = await school.case()
    fields = await opened(cases, case, school.counsellor)
    await cases.done(case, "close", school.counsellor, outcome_class="helped", task_reviewed="x")
    answer = await sent(cases, case, school.counsellor, fields, area="social", confidentiality="1")
    assert answer.status_code == 409
    assert "Cerita kenari" in answer.text and "Belum tersimpan." in answer.text
    assert await kinds(cases, case) == []


async def test_what_is_missing_is_said_at_its_field_in_both_languages_and_the_rest_stays(cases):
    school = await cases.school()
    case = await school.case()
    fields = await opened(cases, case, school.counsellor)
    wrong = {"at": (datetime.now(UTC) + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M"), "result": "", "next": "someday"}
    answer = await sent(cases, case, school.counsellor, fields, **wrong)
    assert answer.status_code == 422 and "Cerita kenari" in answer.text
    summary = re.findall(r'<a href="#(\w+)">([^<]+)</a>', answer.text[answer.text.index('class="errors"') : answer.text.index("<h1")])
    assert [name for name, _ in summary] == ["at", "result", "next", "area", "confidentiality"]
    assert all(answer.text.count(text) == 2 for text in {text for _, text in summary})
    english = school.counsellor | {"cookie": "tanggap_language=en"}
    assert "This session has not happened yet." in (await sent(cases, case, english, fields, **wrong)).text


async def test_save_and_next_leads_to_the_next_student_and_the_list_has_ones_own(cases):
    school = await cases.school()
    case, other = await school.case(), await school.case("second")
    await cases.done(other, "assign", school.counsellor, to=school.named("other"))
    fields = await opened(cases, case, school.counsellor)
    answer = await sent(cases, case, school.counsellor, fields, area="social", confidentiality="1", then="berikutnya")
    assert (answer.status_code, answer.headers["location"]) == (303, "/cases/catat?tersimpan=1")
    listed = (await cases.client.get("/cases/catat?tersimpan=1", headers=school.counsellor)).text
    assert (f"/cases/cases/{case}/catat" in listed, f"/cases/cases/{other}/catat" in listed, "Tersimpan." in listed) == (True, False, True)


async def test_who_may_not_record_gets_no_form(cases):
    school, elsewhere = await cases.school(), await cases.school()
    case = await school.case()
    await cases.done(case, "assign", school.counsellor, to=school.named("counsellor"))
    for who, status in ((school.other, 409), (elsewhere.counsellor, 404), (school.teacher, 403)):
        assert (await cases.client.get(f"/cases/cases/{case}/catat", headers=who)).status_code == status
    fields = await opened(cases, case, school.counsellor)
    fields.hidden = forged(fields.hidden)
    assert (await sent(cases, case, elsewhere.counsellor, fields, area="social", confidentiality="1")).status_code == 404
    assert (await sent(cases, case, school.other, fields, area="social", confidentiality="1")).status_code == 403
    assert (await sent(cases, case, elsewhere.counsellor, fields, result="")).status_code == 404
    assert await kinds(cases, case) == []


async def test_a_draft_of_a_session_comes_back_and_is_gone_once_it_is_recorded(cases):
    school = await cases.school()
    case = await school.case()
    fields = await opened(cases, case, school.counsellor)
    headers = school.counsellor | {"sec-fetch-site": "same-origin", "accept": "text/plain"}
    said = fields.hidden | {"at": then(), "story": "Cerita kutilang", "next": "open"}
    assert (await cases.client.post(f"/cases/cases/{case}/catat/konsep", headers=headers, data=said)).status_code == 200
    assert (await cases.client.post(f"/cases/cases/{case}/catat/konsep", headers=headers | school.principal, data=forged(said))).status_code == 403
    page = (await cases.client.get(f"/cases/cases/{case}/catat", headers=school.counsellor)).text
    assert "Cerita kutilang" in page and "Konsep disimpan" in page and Fields(page).hidden["key"] == fields.hidden["key"]
    answer = await sent(cases, case, school.counsellor, Fields(page), area="social", confidentiality="1")
    assert answer.status_code == 303
    assert "Cerita kutilang" not in (await cases.client.get(f"/cases/cases/{case}/catat", headers=school.counsellor)).text


async def test_a_coordinator_s_form_shows_and_continues_nothing_of_a_colleague_s_counselling(cases):
    """Counselling notes go to nobody but by a named hand-over (domain.md, People come and go)."""
    school = await cases.school()
    case = await school.case()
    first = await opened(cases, case, school.counsellor)
    await sent(cases, case, school.counsellor, first, area="social", confidentiality="1", goal="Tujuan kenari")
    theirs = (await activity_of(cases, case, school.counsellor))["id"]
    page = await cases.client.get(f"/cases/cases/{case}/catat", headers=school.coordinator)
    assert "kenari" not in page.text
    assert theirs not in page.text
    for way in ("catat", "catat/konsep"):
        said = forged(first.hidden) | {"at": then(), "activity": theirs} | SAID
        answer = await cases.client.post(f"/cases/cases/{case}/{way}", headers=school.coordinator | {"sec-fetch-site": "same-origin"}, data=said)
        assert (answer.status_code, "Tujuan kenari" in answer.text) == (403, False)
    assert await kinds(cases, case) == ["requested", "scheduled", "held", "evaluated"]
