"""What a guardian answers behind the link reaches the case: its words, the counsellor's list, and the ledger of consents, over HTTP and on the page."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from shared.events import GuardianAnswered, GuardianTold
from tests.cases.test_case_page import shown

pytestmark = pytest.mark.anyio

WORDS = "Saya datang hari Senin, terima kasih."


async def told(cases, school) -> tuple[str, str]:
    """A case of the counsellor's with a notice to the student's mother."""
    await school.person("mother", "guardian")
    case = await school.case()
    await cases.done(case, "assess-guardian", school.counsellor, guardian=school.named("mother"), safe=True, reason="Wawancara.")
    await cases.done(case, "tell-guardian", school.counsellor, guardian=school.named("mother"), words="Mohon bertemu.")
    return case, (await cases.get(f"cases/{case}", school.counsellor)).json()["families"]["notices"][0]["notice"]


async def answer(cases, school, case: str, notice: str, what: str, words: str = "", **more) -> None:
    sealed = await cases.kernel.vault.seal(school.named("student"), "answer", words, f"notice-{notice}/answer") if words else None
    asked = {"asks": "reading", "about": None, "wish": None, "by": school.named("counsellor")} | more
    event = GuardianAnswered(
        case=case,
        student=school.named("student"),
        school=school.id,
        notice=notice,
        guardian=school.named("mother"),
        answer_id=f"{notice}-{what}",
        answer=what,
        words=sealed,
        **asked,
    )
    await cases.hear(event, "notifications", school.id)


async def test_an_answer_shows_its_words_and_waits_until_somebody_dealt_with_it(cases):
    school = await cases.school()
    case, notice = await told(cases, school)
    await answer(cases, school, case, notice, "words", WORDS)
    page = await shown(cases, case, school.counsellor)
    assert (WORDS in page, "menunggu tindak lanjut" in page, f"/notifications/keluarga/{notice}" in page) == (True, True, True)
    mine = await school.listed("waiting-for-me", school.counsellor)
    assert "guardian-answer" in [each["what"] for each in mine if each["case"] == case]
    (reply,) = (await cases.get(f"cases/{case}", school.counsellor)).json()["families"]["answers"]
    await cases.done(case, "take-guardian-answer", school.counsellor, reply=reply["reply"], result="Dijadwalkan.")
    assert "guardian-answer" not in [each["what"] for each in await school.listed("waiting-for-me", school.counsellor) if each["case"] == case]


async def test_a_consent_that_was_withdrawn_is_dealt_with_within_three_days_also_in_the_holidays(cases):
    school = await cases.school()
    days = [(datetime.now(UTC) + timedelta(days=each)).date().isoformat() for each in (-1, 13)]
    body = {"zone": "Asia/Jayapura", "holidays": [{"first": days[0], "last": days[1], "name": "Libur panjang (contoh)"}]}
    assert (await cases.post(f"calendar/schools/{school.id}/set-calendar", school.coordinator, **body)).status_code == 200
    case, notice = await told(cases, school)
    for what in ("refused", "withdrawn"):
        await answer(cases, school, case, notice, what, asks="group-consent")
    replies = [json.loads(each) for each in await cases.events(case, "guardian-replied")]
    left = {each["answer"]: datetime.fromisoformat(each["take_by"]) - datetime.fromisoformat(each["at"]) for each in replies}
    assert (left["withdrawn"], left["refused"] > timedelta(days=9)) == (timedelta(hours=72), True)


async def test_who_may_not_read_the_case_sees_neither_words_nor_that_there_are_any(cases):
    school = await cases.school()
    case, notice = await told(cases, school)
    await answer(cases, school, case, notice, "words", WORDS)
    seen = await cases.get(f"cases/{case}", school.principal)
    assert (WORDS in seen.text, "families" in seen.json()) == (False, False)


async def test_a_call_is_expected_and_recorded_where_nobody_answered(cases):
    school = await cases.school()
    case, notice = await told(cases, school)
    event = GuardianTold(
        case=case, student=school.named("student"), school=school.id, notice=notice, guardian=school.named("mother"), outcome="unanswered"
    )
    await cases.hear(event, "notifications", school.id)
    assert "guardian-call" in [each["what"] for each in await school.listed("waiting-for-me", school.counsellor)]
    await cases.done(case, "record-guardian-call", school.counsellor, notice=notice, reached=True, words="Ibu akan datang.")
    assert "guardian-call" not in [each["what"] for each in await school.listed("waiting-for-me", school.counsellor)]
