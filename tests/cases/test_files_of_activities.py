"""Files with the words of an activity: whoever reads it reads them, whoever takes a step of it adds one; an erasure ends them (ADR 69)."""

import json
import re
from hashlib import sha256

import pytest

from services.cases.erasing import CaseErasures
from shared.attachments.kinds import MOST_OF_ONE
from shared.erasing import Ended
from tests.attachments.hostile import PDF, PLACE, WRONG_KINDS, photograph
from tests.cases.desk import Desk, School, soon
from tests.erasing import erase

pytestmark = pytest.mark.anyio
AT_ONCE = {"sec-fetch-site": "same-origin"}


async def counselling(cases: Desk, school: School) -> tuple[str, str]:
    """A case and the page of files of its counselling."""
    case = await school.case()
    asked = await cases.done(case, "request-counselling", school.counsellor, origin="self", field="social", reason="Alasan rahasia")
    return case, f"/cases/cases/{case}/kegiatan/{asked['activity']}/lampiran"


async def sends(cases: Desk, page: str, who, *files: bytes, nonce: str = "n"):
    parts = [("files", ("../Foto Ani.jpg", each, "image/jpeg")) for each in files] or [("files", ("", b"", "application/octet-stream"))]
    return await cases.client.post(page, headers=who | AT_ONCE, data={"nonce": nonce}, files=parts)


async def kept(cases: Desk, case: str) -> list[dict]:
    return [json.loads(each) for each in await cases.events(case, "file-added")]


async def test_a_photograph_stands_with_the_activity_redrawn_and_its_original_as_evidence(cases):
    school = await cases.school()
    case, page = await counselling(cases, school)
    photo = photograph()
    assert (await sends(cases, page, school.counsellor, photo, PDF)).status_code == 303
    told = await kept(cases, case)
    assert [(each["kind"], each["octets"], each["digest"], each["by"]) for each in told] == [
        (kind, len(file), sha256(file).hexdigest(), school.named("counsellor")) for kind, file in (("jpeg", photo), ("pdf", PDF))
    ]  # fmt: skip
    place = f"{page}/{told[0]['attachment']}"
    shown = (await cases.client.get(page, headers=school.counsellor)).text
    assert [address in shown for address in (f'"{place}"', f'"{place}/asli"', f'"{page}/{told[1]["attachment"]}"')] == [True, True, False]
    assert re.findall(r'<p class="mute">\d+ \w+ \d{4}, \d\d\.\d\d · (\S+)</p>', shown) == ["counsellor", "counsellor"], (
        "two photographs are told apart"
    )
    picture, original = [await cases.client.get(each, headers=school.counsellor) for each in (place, f"{place}/asli")]
    assert (picture.content[:2], PLACE in picture.content, original.content) == (b"\xff\xd8", False, photo)
    for answer in (picture, original):
        assert answer.headers["content-disposition"] == f'attachment; filename="lampiran-{told[0]["attachment"][:8]}.jpg"'
        assert (answer.headers["content-type"], answer.headers["content-security-policy"]) == (
            "application/octet-stream",
            "sandbox; default-src 'none'",
        )
    reads = {what for (what,) in await cases.sql("SELECT what FROM read_log WHERE case_id = %s", case)}
    assert {f"attachment-picture-{told[0]['attachment']}", f"attachment-original-{told[0]['attachment']}"} <= reads
    on_the_case = (await cases.client.get(f"/cases/cases/{case}", headers=school.counsellor)).text
    assert (f'href="{page}"' in on_the_case, "Sebuah berkas dilampirkan." in on_the_case) == (True, True)


async def test_whoever_may_not_read_the_activity_reads_none_of_its_files_and_adds_none(cases):
    school = await cases.school()
    case, page = await counselling(cases, school)
    await sends(cases, page, school.counsellor, PDF)
    (told,) = await kept(cases, case)
    place = f"{page}/{told['attachment']}/asli"
    others = {
        "colleague": school.other,
        "coordinator": school.coordinator,
        "principal": school.principal,
        "teacher": school.teacher,
        "duty": cases.duty,
    }
    for name, who in others.items():
        answers = [await cases.client.get(each, headers=who, params={"reason": "supervision"}) for each in (page, place)]
        answers.append(await sends(cases, page, who, PDF))
        assert (name, {answer.status_code for answer in answers} <= {403, 404, 428}) == (name, True)
    assert len(await kept(cases, case)) == 1


async def test_an_asked_teacher_adds_a_file_to_the_answer_and_reads_it_and_no_other(cases):
    school = await cases.school()
    case, confided = await counselling(cases, school)
    asked = await cases.done(
        case, "ask-teacher", school.counsellor, teacher=school.named("homeroom"), aim="information", question="Nilai?", respond_by=soon(days=2)
    )
    page, form = f"/cases/cases/{case}/kegiatan/{asked['activity']}/lampiran", f"/cases/cases/{case}/langkah/answer-as-teacher"
    assert f'href="{page}"' in (await cases.client.get(form, headers=school.teacher, params={"activity": asked["activity"]})).text
    assert (await sends(cases, page, school.teacher, PDF)).status_code == 303
    (told,) = await kept(cases, case)
    for who in (school.teacher, school.counsellor):
        assert (await cases.client.get(f"{page}/{told['attachment']}/asli", headers=who)).content == PDF
    assert "/cases/menunggu" in (await cases.client.get(page, headers=school.teacher)).text
    assert (await cases.client.get(confided, headers=school.teacher)).status_code == 404


async def test_what_is_not_taken_is_said_beside_the_field_and_nothing_is_kept(cases):
    school = await cases.school()
    case, page = await counselling(cases, school)
    for files, says in (([], "Pilih paling sedikit satu berkas"), ([WRONG_KINDS["html"]], "Jenis berkas ini"), ([PDF] * 4, "Terlalu banyak berkas")):
        answer = await sends(cases, page, school.counsellor, *files)
        assert (answer.status_code, says in answer.text, 'id="files-error"' in answer.text) == (422, True, True)
    assert (await kept(cases, case), await cases.sql("SELECT count(*) FROM attachment WHERE owner = %s", f"case-{case}")) == ([], [(0,)])


async def test_the_same_form_keeps_once_and_an_activity_has_twelve_files_at_most(cases):
    school = await cases.school()
    case, page = await counselling(cases, school)
    assert [(await sends(cases, page, school.counsellor, PDF)).status_code for _ in range(2)] == [303, 303]
    assert (await sends(cases, page, school.counsellor, photograph())).status_code == 409
    for number in range(MOST_OF_ONE // 3):
        answer = await sends(cases, page, school.counsellor, *[PDF] * 3, nonce=f"n-{number}")
    assert (answer.status_code, "sudah sebanyak" in answer.text) == (422, True)
    assert len(await kept(cases, case)) == MOST_OF_ONE - 2
    assert await cases.sql("SELECT count(*) FROM attachment WHERE owner = %s", f"case-{case}") == [(MOST_OF_ONE - 2,)]


async def test_counselling_files_end_with_the_counselling_notes_and_others_stay(cases):
    school = await cases.school()
    case, confided = await counselling(cases, school)
    asked = await cases.done(
        case, "ask-teacher", school.counsellor, teacher=school.named("homeroom"), aim="help", question="Apa?", respond_by=soon(days=2)
    )
    open_page = f"/cases/cases/{case}/kegiatan/{asked['activity']}/lampiran"
    for page in (confided, open_page):
        await sends(cases, page, school.counsellor, PDF)
    ends, stays = await kept(cases, case)
    student = school.named("student")
    await erase(cases.kernel, student, "counselling")
    erasures = CaseErasures(cases.kernel, None, None)  # type: ignore[arg-type]  # neither is asked for files
    assert await erasures._kept_here(Ended(erasure="e", person=student, cases=(case,), owners=(student,), purposes=("counselling",))) == 1
    assert (await cases.client.get(f"{confided}/{ends['attachment']}/asli", headers=school.counsellor)).status_code == 404
    assert (await cases.client.get(f"{open_page}/{stays['attachment']}/asli", headers=school.counsellor)).content == PDF


async def test_whoever_reads_a_colleague_s_case_is_asked_why_before_its_files_are_shown(cases):
    school = await cases.school()
    case, page = await counselling(cases, school)
    await cases.done(case, "assign", school.coordinator, to=school.named("counsellor"))
    asked = await cases.client.get(page, headers=school.coordinator | {"accept": "text/html"})
    assert (asked.status_code, "Mengapa Anda membaca kasus ini?" in asked.text) == (428, True)
    assert f'action="{page}"' in asked.text, "and it leads back to where they wanted to go"
