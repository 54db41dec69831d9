"""Nothing typed is lost, and nothing says saved that is not (people page, rule 3): drafts, outages, ended sessions, two presses, two people."""

import re
from contextlib import asynccontextmanager
from datetime import timedelta

import psycopg
import pytest

from services.cases.drafts.kept import Drafts, Place
from tests.cases.test_forms import Fields, page, sent
from tests.erasing import erase

pytestmark = pytest.mark.anyio

PLACE = "note?"


def address(case: str, called: str = "note", end: str = "", query: str = "") -> str:
    return f"/cases/cases/{case}/langkah/{called}{end}{query}"


async def drafted(cases, case, who, typed, accept="text/plain", **more):
    headers = who | {"sec-fetch-site": "same-origin", "accept": accept}
    return await cases.client.post(address(case, end="/konsep", **more), headers=headers, data=typed)


@asynccontextmanager
async def without_database(cases):
    """The database does not answer: every connection of the service ends, and no new one is let in."""
    async with await psycopg.AsyncConnection.connect(cases._url, autocommit=True) as administrator:
        name = administrator.info.dbname
        await administrator.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT 0')
        await administrator.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'tanggap-%'")
        try:
            yield
        finally:
            await administrator.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT -1')


async def test_a_draft_comes_back_on_any_device_and_is_gone_once_the_form_is_sent(cases):
    school = await cases.school()
    case = await school.case()
    hidden = Fields((await page(cases, school.counsellor, address(case))).text).hidden
    answer = await drafted(cases, case, school.counsellor, hidden | {"text": "Kata kenari"})
    assert (answer.status_code, bool(re.fullmatch(r"\d\d\.\d\d", answer.text))) == (200, True)
    again = (await page(cases, school.counsellor, address(case))).text
    assert "Kata kenari" in again and f"Konsep disimpan {answer.text}" in again
    assert Fields(again).hidden["key"] == hidden["key"], "sending it later is the same act"
    assert await cases.events(case, "note-added") == []
    assert (await sent(cases, school.counsellor, address(case), hidden | {"text": "Kata kenari"})).status_code == 303
    assert "Kata kenari" not in (await page(cases, school.counsellor, address(case))).text


async def test_without_scripts_a_button_saves_it_and_another_throws_it_away(cases):
    school = await cases.school()
    case = await school.case()
    hidden = Fields((await page(cases, school.counsellor, address(case))).text).hidden
    answer = await drafted(cases, case, school.counsellor, hidden | {"text": "Kata kenari"}, accept="text/html")
    assert answer.status_code == 200
    assert "Kata kenari" in answer.text and "Konsep disimpan" in answer.text and f'action="{address(case)}"' in answer.text
    thrown = await drafted(cases, case, school.counsellor, hidden | {"buang": "1"}, accept="text/html")
    assert (thrown.status_code, thrown.headers["location"]) == (303, address(case))
    assert "Kata kenari" not in (await page(cases, school.counsellor, address(case))).text


async def test_a_draft_is_sealed_under_the_students_key_and_nobody_elses_page_shows_it(cases):
    school = await cases.school()
    case = await school.case()
    hidden = Fields((await page(cases, school.counsellor, address(case))).text).hidden
    await drafted(cases, case, school.counsellor, hidden | {"text": "Kata kenari"})
    ((kept,),) = await cases.sql("SELECT box::text FROM draft WHERE case_id = %s", case)
    assert "kenari" not in kept and hidden["key"] not in kept
    other = (await page(cases, school.other, address(case))).text
    assert "Kata kenari" not in other and "counsellor juga menulis di formulir ini" in other, "but that somebody writes is known"
    await erase(cases.kernel, school.named("student"))
    assert "Kata kenari" not in (await page(cases, school.counsellor, address(case))).text


async def test_what_counselling_confides_has_counsellings_key(cases):
    school = await cases.school()
    case = await school.case()
    where = f"/cases/cases/{case}/langkah/request-counselling"
    hidden = Fields((await page(cases, school.counsellor, where)).text).hidden
    headers = school.counsellor | {"sec-fetch-site": "same-origin", "accept": "text/plain"}
    await cases.client.post(f"{where}/konsep", headers=headers, data=hidden | {"reason": "Kata kenari"})
    ((kid,),) = await cases.sql("SELECT box ->> 'kid' FROM draft WHERE case_id = %s", case)
    assert (await cases.sql("SELECT purpose FROM keyring.key WHERE kid = %s", kid))[0][0] == "counselling"


async def test_after_seven_days_it_is_gone(cases):
    school = await cases.school()
    case = await school.case()
    hidden = Fields((await page(cases, school.counsellor, address(case))).text).hidden
    await drafted(cases, case, school.counsellor, hidden | {"text": "Kata kenari"})
    await cases.sql("UPDATE draft SET saved_at = saved_at - %s WHERE case_id = %s RETURNING 1", timedelta(days=7, seconds=1), case)
    assert "Kata kenari" not in (await page(cases, school.counsellor, address(case))).text
    await Drafts(cases.kernel).save(Place("x", "y", PLACE), "x", "case", {"text": ["z"]}, "k")
    assert await cases.sql("SELECT 1 FROM draft WHERE case_id = %s", case) == [], "and leaves the table"


async def test_whoever_may_not_give_the_command_saves_no_draft(cases):
    school, elsewhere = await cases.school(), await cases.school()
    case = await school.case()
    answers = [await drafted(cases, case, who, {"key": "k", "text": "x"}) for who in (elsewhere.counsellor, school.principal)]
    assert [each.status_code for each in answers] == [404, 403]
    assert await cases.sql("SELECT 1 FROM draft WHERE case_id = %s", case) == []


# outages -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("accept", ["text/plain", "text/html"])
async def test_the_database_goes_away_while_a_draft_is_saved_and_nothing_says_saved(cases, accept):
    school = await cases.school()
    case = await school.case()
    hidden = Fields((await page(cases, school.counsellor, address(case))).text).hidden
    async with without_database(cases):
        answer = await drafted(cases, case, school.counsellor, hidden | {"text": "Kata kenari yang cukup panjang untuk dibaca lagi"}, accept=accept)
    assert answer.status_code == 503
    assert "disimpan 1" not in answer.text
    assert accept == "text/plain" or ("Kata kenari" in answer.text and "Belum tersimpan" in answer.text)


async def test_the_database_goes_away_while_a_form_is_sent_the_form_comes_back_and_sends_one_act(cases):
    school = await cases.school()
    case = await school.case()
    text = "Kata kenari yang cukup panjang untuk dibaca lagi"
    hidden = Fields((await page(cases, school.counsellor, address(case))).text).hidden
    async with without_database(cases):
        headers = school.counsellor | {"sec-fetch-site": "same-origin", "accept": "text/html"}
        answer = await cases.client.post(address(case), headers=headers, data=hidden | {"text": text})
    assert answer.status_code == 503
    assert text in answer.text and "Belum tersimpan." in answer.text and Fields(answer.text).hidden["key"] == hidden["key"]
    again = [await sent(cases, school.counsellor, address(case), Fields(answer.text).hidden | {"text": text}) for _ in range(2)]
    assert [each.status_code for each in again] == [303, 303]
    assert len(await cases.events(case, "note-added")) == 1


# sessions, presses, people -----------------------------------------------------------------------------------------


async def test_an_ended_session_keeps_what_was_drafted_and_says_that_nothing_more_was_saved(cases):
    school = await cases.school()
    case = await school.case()
    hidden = Fields((await page(cases, school.counsellor, address(case))).text).hidden
    await drafted(cases, case, school.counsellor, hidden | {"text": "Kata kenari"})
    elsewhere = await cases.client.post(address(case), headers={"accept": "text/html", "sec-fetch-site": "cross-site"}, data={"text": "Kata gelatik"})
    assert "Kata gelatik" not in elsewhere.text, "what another site sent is not offered to be sent again"
    gone = await cases.client.post(
        address(case), headers={"accept": "text/html", "sec-fetch-site": "same-origin"}, data=hidden | {"text": "Kata kenari"}
    )
    assert (gone.status_code, "Belum tersimpan." in gone.text, "Kata kenari" in gone.text) == (401, True, True)
    assert Fields(gone.text).hidden["key"] == hidden["key"], "sent again after signing in it is one act"
    assert (await cases.client.post(address(case, end="/konsep"), headers={"accept": "text/plain"}, data=hidden)).status_code in (401, 403)
    assert "Kata kenari" in (await page(cases, school.counsellor, address(case))).text


async def test_back_and_pressed_again_slowly_shows_the_first_result(cases):
    school = await cases.school()
    case = await school.case()
    hidden = Fields((await page(cases, school.counsellor, address(case))).text).hidden
    first = await sent(cases, school.counsellor, address(case), hidden | {"text": "Kata kenari"})
    await page(cases, school.counsellor, f"/cases/cases/{case}?tersimpan=note")
    second = await sent(cases, school.counsellor, address(case), hidden | {"text": "Kata kenari"})
    assert (first.status_code, first.headers["location"]) == (second.status_code, second.headers["location"])
    assert len(await cases.events(case, "note-added")) == 1


async def test_two_people_at_once_the_second_sees_both_texts(cases):
    school = await cases.school()
    case = await school.case()
    begun = await cases.done(case, "request-counselling", school.counsellor, origin="self", field="social", reason="Kata kenari")
    where = f"/cases/cases/{case}/langkah/schedule-counselling?activity={begun['activity']}"
    typed = Fields((await page(cases, school.counsellor, where)).text).hidden | {"when": "2031-03-04T10:00", "place": "Ruang kutilang"}
    await cases.done(
        case, "schedule-counselling", school.counsellor, activity=begun["activity"], when="2031-03-05T10:00:00+07:00", place="Ruang gelatik"
    )
    answer = await sent(cases, school.counsellor, where, typed)
    assert answer.status_code == 412
    assert "Ruang kutilang" in answer.text and "Ruang gelatik" in answer.text and "Yang disimpan orang lain" in answer.text


async def test_an_asked_teacher_goes_back_to_what_waits_for_them(cases):
    school = await cases.school()
    case = await school.case()
    activity = await school.ask(case)
    where = f"/cases/cases/{case}/langkah/answer-as-teacher?activity={activity}"
    shown = await page(cases, school.teacher, where)
    assert 'href="/cases/menunggu"' in shown.text and f'class="back" href="/cases/cases/{case}"' not in shown.text
    answer = await sent(cases, school.teacher, where, Fields(shown.text).hidden | {"answer": "Hadir setiap hari"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/cases/menunggu?tersimpan=answer-as-teacher")
