"""Files with what has no activity: an agency's answer on paper, a consultation, a group. They follow the words with which they stand (ADR 87)."""

import json

import pytest

from services.cases.attached.telling import CasesTell, Filers
from services.cases.domain.casework import CASEWORK
from services.cases.erasing import CaseErasures
from shared.attachments.keeping import PostgresStore
from shared.erasing import Ended
from tests.attachments.hostile import PDF
from tests.cases.asking import formed
from tests.cases.desk import Desk, School
from tests.cases.test_files_of_activities import kept, sends
from tests.erasing import erase

pytestmark = pytest.mark.anyio


async def consultation(cases: Desk, school: School, asker: str, **more: str) -> str:
    body = {"school": school.id, "asker_kind": "teacher", "asker": asker, "aim": "climate", "question": "Tanya", **more}
    return (await cases.post("consultations", school.counsellor, **body)).json()["id"]


def page_of(kind: str, name: str) -> str:
    return f"/cases/tanpa-kasus/{kind}/{name}/lampiran"


async def added(cases: Desk, stream: str) -> list[dict]:
    rows = await cases.sql("SELECT body FROM event WHERE stream = %s AND type = 'file-added' ORDER BY version", stream)
    return [json.loads(body) for (body,) in rows]


async def test_an_agency_s_letter_of_answer_stands_with_the_referral_for_whoever_works_the_case(cases):
    school, elsewhere = await cases.school(), await cases.school()
    case = await school.case()
    draft = {"agency": "agency-1", "why": "x", "alternatives": ["agency-2"], "consent": "given"}
    await cases.done(case, "draft-referral", school.counsellor, **draft)
    referral = (await cases.get(f"cases/{case}", school.counsellor)).json()["referrals"][0]["referral"]
    page = f"/cases/cases/{case}/kegiatan/{referral}/lampiran"
    assert f'href="{page}"' in (await cases.client.get(f"/cases/cases/{case}", headers=school.counsellor)).text
    assert (await sends(cases, page, school.counsellor, PDF)).status_code == 303
    (told,) = await kept(cases, case)
    assert told["activity"] == referral
    place = f"{page}/{told['attachment']}/asli"
    assert (await cases.client.get(place, headers=school.counsellor)).content == PDF
    for who in (school.teacher, elsewhere.counsellor, elsewhere.principal):
        assert (await cases.client.get(place, headers=who, params={"reason": "supervision"})).status_code in (403, 404)


async def test_a_signed_agreement_stands_with_a_consultation_for_its_two_parties_and_each_download_is_recorded(cases):
    school = await cases.school()
    name = await consultation(cases, school, school.named("homeroom"))
    page = page_of("consultation", name)
    assert (await sends(cases, page, school.counsellor, PDF)).status_code == 303
    (told,) = await added(cases, f"consultation-{name}")
    place = f"{page}/{told['attachment']}/asli"
    for who in (school.counsellor, school.teacher):
        assert (await cases.client.get(place, headers=who)).content == PDF
    shown = [(await cases.client.get(page, headers=who)).text for who in (school.counsellor, school.teacher)]
    assert ['type="file"' in each for each in shown] == [True, False]
    assert (await sends(cases, page, school.teacher, PDF)).status_code == 403
    for who in (school.other, school.coordinator, cases.duty):
        assert [(await cases.client.get(each, headers=who)).status_code for each in (page, place)] == [404, 404]
        assert (await sends(cases, page, who, PDF)).status_code == 404
    reads = await cases.sql(
        "SELECT count(DISTINCT reader) FROM read_log WHERE case_id = %s AND what = %s", name, f"attachment-original-{told['attachment']}"
    )
    assert reads == [(2,)]


async def test_a_group_s_files_are_its_leader_s_and_go_over_with_its_notes_alone(cases):
    school = await cases.school()
    group, _ = await formed(cases, school)
    page = page_of("group", group)
    assert f'href="{page}"' in (await cases.client.get(f"/cases/tanpa-kasus/kelompok/{group}", headers=school.counsellor)).text
    assert (await sends(cases, page, school.counsellor, PDF)).status_code == 303
    (told,) = await added(cases, f"group-{group}")
    place = f"{page}/{told['attachment']}/asli"
    for who in (school.other, school.coordinator, cases.duty):
        assert (await cases.client.get(place, headers=who)).status_code == 404
    await cases.post(f"groups/{group}/hand-over-group", school.counsellor, to=school.named("other"))
    assert (await cases.client.get(place, headers=school.other)).content == PDF
    assert (await cases.client.get(place, headers=school.counsellor)).status_code == 404


async def test_each_is_known_to_the_sweep_by_its_own_history(cases):
    school = await cases.school()
    group, _ = await formed(cases, school)
    name = await consultation(cases, school, school.named("homeroom"))
    for kind, each in (("group", group), ("consultation", name)):
        await sends(cases, page_of(kind, each), school.counsellor, PDF)
    store = PostgresStore(cases.kernel.database)
    telling = CasesTell(cases.kernel.store, Filers(CASEWORK), store)
    for stream in (f"group-{group}", f"consultation-{name}"):
        (told,) = await added(cases, stream)
        assert (await telling.names(told["attachment"], stream), await telling.names("another", stream)) == (True, False)


async def test_a_consultation_that_is_over_ends_with_whoever_asked_for_it_and_its_files_too(cases):
    school = await cases.school()
    asker, case = school.named("homeroom"), await school.case("someone-else")
    over, goes_on, of_other = [await consultation(cases, school, asker, **more) for more in ({}, {}, {"case": case})]
    for each in (over, of_other):
        await sends(cases, page_of("consultation", each), school.counsellor, PDF)
        await cases.post(f"consultations/{each}/give-advice", school.counsellor, advice="Saran")
        await cases.post(f"consultations/{each}/close-consultation", school.counsellor, helped=True, result="x")
    erasures = CaseErasures(cases.kernel, None, CASEWORK)  # type: ignore[arg-type]  # the list of cases is not asked
    ending, stays = await erasures._consultations(asker, ())
    assert (ending, stays) == ([f"consultation-{over}"], 2), f"{goes_on} goes on, {of_other} is about somebody else's case"
    await erase(cases.kernel, f"consultation-{over}", "case")
    ended = Ended(erasure="e", person=asker, cases=(), owners=(asker, *ending), purposes=("case",))
    assert await erasures._kept_here(ended) == 1
    (told,) = await added(cases, f"consultation-{over}")
    assert (await cases.client.get(f"{page_of('consultation', over)}/{told['attachment']}/asli", headers=school.counsellor)).status_code == 404
