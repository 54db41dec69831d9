"""Whoever has a case writes to its reporter; the strand shows both sides, and an anonymous report shows its hour at most."""

import json
import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from services.cases.reading.hours import FROM_ARRIVAL

pytestmark = pytest.mark.anyio


async def strand_of(cases, case, who):
    answer = await cases.get(f"cases/{case}", who, reason="safety")
    assert answer.status_code == 200, answer.text
    (strand,) = answer.json()["strands"]
    return strand


async def concern_of(cases, case) -> str:
    return json.loads((await cases.events(case, "strand-added"))[0])["concern"]["concern"]


async def test_whoever_has_the_case_writes_to_the_reporter_and_the_strand_shows_both_sides_in_order(cases):
    school = await cases.school()
    case = await school.case(reporter_kind="anonymous")
    concern = await concern_of(cases, case)
    await cases.done(case, "answer-reporter", school.counsellor, concern=concern, text="Terima kasih sudah bercerita.")
    await school.addition(case)
    await cases.done(case, "answer-reporter", school.counsellor, concern=concern, text="Kami sudah bertemu.")
    strand = await strand_of(cases, case, school.counsellor)
    assert [(each["text"], each["by"], each["after"]) for each in strand["answers"]] == [
        ("Terima kasih sudah bercerita.", school.named("counsellor"), 0), ("Kami sudah bertemu.", school.named("counsellor"), 1),
    ]  # fmt: skip
    page = (await cases.client.get(f"/cases/cases/{case}", headers=school.counsellor)).text
    places = [page.index(each) for each in ("Terima kasih sudah bercerita.", "Kenari lagi", "Kami sudah bertemu.")]
    assert places == sorted(places)
    assert f"/cases/cases/{case}/langkah/answer-reporter?concern={concern}" in page
    form = await cases.client.get(f"/cases/cases/{case}/langkah/answer-reporter?concern={concern}", headers=school.counsellor)
    assert "Hanya pemegang tanda terima yang membacanya." in form.text


async def test_the_words_leave_cases_sealed_and_without_a_name(cases):
    school = await cases.school()
    case = await school.case()
    concern = await concern_of(cases, case)
    await cases.done(case, "answer-reporter", school.counsellor, concern=concern, text="Kenari ketiga")
    (told,) = [json.loads(body) for body in await cases.events(case, "reporter-answered")]
    assert (told["concern"], told["by"], "Kenari" in json.dumps(told)) == (concern, school.named("counsellor"), False)


async def test_after_the_end_the_reporter_can_still_be_written_to(cases):
    school = await cases.school()
    case = await school.case()
    concern = await concern_of(cases, case)
    await cases.done(case, "close", school.counsellor, outcome_class="helped", task_reviewed="x")
    await cases.done(case, "answer-reporter", school.counsellor, concern=concern, text="Selamat jalan.")
    assert len(await cases.events(case, "reporter-answered")) == 1


async def test_who_may_not_work_the_case_writes_to_nobody_and_reads_no_answer(cases):
    school = await cases.school()
    case = await school.case()
    concern = await concern_of(cases, case)
    await cases.done(case, "answer-reporter", school.counsellor, concern=concern, text="Kenari")
    for person in (school.principal, cases.who(school.named("homeroom"), "homeroom", school.id)):
        assert (await cases.act(case, "answer-reporter", person, concern=concern, text="x")).status_code in (403, 404)
    (answer,) = (await strand_of(cases, case, school.principal))["answers"]
    assert answer["text"] == {"withheld": "not for this role"}
    history = (await cases.get(f"cases/{case}/history", school.principal)).text
    assert "Kenari" not in history


async def test_a_concern_of_another_case_is_not_answered_here(cases):
    school = await cases.school()
    mine, other = await school.case("ani"), await school.case("budi")
    answer = await cases.act(mine, "answer-reporter", school.counsellor, concern=await concern_of(cases, other), text="x")
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/not-of-this-case")


@pytest.mark.parametrize("facts", [{"repeated": False}, {"weapon": True}], ids=["an ordinary concern", "an emergency"])
async def test_an_anonymous_report_shows_its_hour_and_an_emergency_its_minute(cases, facts):
    """For an emergency help runs against the clock."""
    school = await cases.school()
    case = await school.case(reporter_kind="anonymous", facts=facts)
    await school.addition(case)
    told = (await cases.get(f"cases/{case}", school.counsellor)).json()
    (strand,) = told["strands"]
    shown = [
        strand["recorded_at"],
        strand["additions"][0]["recorded_at"],
        *(each["due"] for each in told["deadlines"] if each["what"] in FROM_ARRIVAL),
    ]
    assert len(shown) > 2
    exact = [json.loads((await cases.events(case, "strand-added"))[0])["at"], json.loads((await cases.events(case, "strand-continued"))[0])["at"]]
    moments = [datetime.fromisoformat(each) for each in shown]
    if told["urgency"] == "emergency":
        assert moments[:2] == [datetime.fromisoformat(each) for each in exact]
    else:
        assert [(each.minute, each.second, each.microsecond) for each in moments] == [(0, 0, 0)] * len(moments)


async def test_histories_and_lists_of_the_api_show_the_hour_too(cases):
    school = await cases.school()
    case = await school.case(reporter_kind="anonymous", facts={"repeated": False})
    exact = json.loads((await cases.events(case, "strand-added"))[0])["at"]
    history = await cases.get(f"cases/{case}/history", school.counsellor)
    (row,) = [each for each in (await cases.get("cases", school.counsellor)).json()["items"] if each["id"] == case]
    by_service = [each for each in history.json()["items"] if each["actor"].startswith("service:")]
    assert {"case-opened", "strand-added"} <= {each["type"] for each in by_service}
    moments = re.findall(r"\d{4}-\d\d-\d\dT[0-9:.]+", json.dumps([by_service, row]))
    assert len(moments) > 4
    assert {each[13:16] for each in moments} == {":00"}
    assert not any(exact.removesuffix("Z") in text for text in (history.text, json.dumps(row)))


async def test_pages_and_lists_show_the_hour_of_what_the_service_wrote_down(cases):
    """What a person wrote keeps its minute: they know when they did it."""
    school = await cases.school()
    case = await school.case(reporter_kind="anonymous")
    page = (await cases.client.get(f"/cases/cases/{case}", headers=school.counsellor)).text
    arrived = ZoneInfo("Asia/Jakarta").fromutc(
        datetime.fromisoformat(json.loads((await cases.events(case, "strand-added"))[0])["at"]).replace(tzinfo=ZoneInfo("Asia/Jakarta"))
    )
    minute = f"{arrived:%H.%M}"
    told = re.findall(r"<li>.*?</li>", page.split('id="riwayat"')[1], re.DOTALL)
    of_service = [each for each in told if "Satu laporan masuk ke kasus ini." in each]
    assert len(of_service) == 1
    assert (f"{arrived:%H}.00" in of_service[0], minute in of_service[0] and not minute.endswith(".00")) == (True, False)
