"""A person's copy: their own words, nothing of others; a guardian's copy holds nothing confided, and no case where home may be unsafe (ADR 50)."""

import json
from datetime import date
from io import BytesIO
from uuid import uuid4

import pytest
from pikepdf import Pdf

from services.cases.subjects.printing import printed
from shared.events import ConcernAttached, NamedPerson
from shared.subjects import Part, Reader, ToPrint
from tests.attachments.hostile import PDF
from tests.cases.asking import formed
from tests.cases.desk import Desk, School, soon
from tests.cases.letters.reading_pdf import opened, text

pytestmark = pytest.mark.anyio


async def held(cases: Desk, person: str, reader: str) -> str:
    answer = await cases.client.post("/cases/api/subjects/held", json={"person": person, "by": "dinas-1", "reader": reader}, headers=cases.service)
    assert answer.status_code == 200, answer.text
    return json.dumps(answer.json(), ensure_ascii=False)


async def test_a_student_s_copy_holds_what_was_confided_and_a_guardian_s_does_not_and_neither_shows_who_reported(cases):
    school = await cases.school()
    person = await school.person("ani", "student")
    words = await cases.kernel.vault.seal(person, "concern", "KATA-PELAPOR", "concern-1/text")
    case = await school.case("ani", text=words)
    await school.held(case)
    await judged(cases, case, school, safe=True)
    mine, theirs = await held(cases, person, "student"), await held(cases, person, "guardian")
    assert json.loads(theirs)["parts"]
    assert ("Kenari rahasia" in mine, "Kenari rahasia" in theirs) == (True, False)
    for copy in (mine, theirs):
        assert not {"KATA-PELAPOR", school.named("counsellor"), school.named("homeroom")} & {copy, *copy.replace(chr(34), " ").split()}
        assert "KATA-PELAPOR" not in copy
    reads = await cases.sql("SELECT DISTINCT reader, what FROM read_log WHERE case_id = %s AND what = 'subject-access'", case)
    assert reads == [("dinas-1", "subject-access")]


NAMED_BY_ID = NamedPerson(person="ayah", relation="guardian", role="accused")
UNNAMED = NamedPerson(person=None, relation="guardian", role="accused")
SEEN = NamedPerson(person="ayah", relation="guardian", role="witness")


async def judged(cases: Desk, case: str, school: School, *, safe: bool) -> None:
    await school.person("mother", "guardian")
    await cases.done(case, "assess-guardian", school.counsellor, guardian=school.named("mother"), safe=safe, reason="Alasan kenari")


async def test_a_guardian_who_was_judged_safe_has_a_copy(cases):
    school = await cases.school()
    case = await school.case("budi")
    await cases.done(case, "note", school.counsellor, text="KATA-KASUS")
    await judged(cases, case, school, safe=True)
    assert "KATA-KASUS" in await held(cases, school.named("budi"), "guardian")


@pytest.mark.parametrize(
    "told", [{"people": (NAMED_BY_ID,)}, {"people": (UNNAMED,)}, {"people": (SEEN,)}, {"guardians_unsafe": True}, {"reporter_kind": "student"}]
)
async def test_where_home_may_be_unsafe_a_guardian_learns_of_no_case_also_if_somebody_else_at_home_was_judged_safe(cases, told):
    school = await cases.school()
    await judged(cases, await school.case("budi", **told), school, safe=True)
    assert json.loads(await held(cases, school.named("budi"), "student"))["parts"]
    assert json.loads(await held(cases, school.named("budi"), "guardian")) == {"parts": []}


@pytest.mark.parametrize("safe", [None, False])
async def test_a_guardian_whom_nobody_judged_safe_learns_of_no_case(cases, safe):
    school = await cases.school()
    case = await school.case("budi")
    if safe is not None:
        await judged(cases, case, school, safe=safe)
    assert json.loads(await held(cases, school.named("budi"), "guardian")) == {"parts": []}


def of_kind(copy: str, title: str) -> list[dict]:
    return [each for each in json.loads(copy)["parts"] if each["title"] == title]


async def test_a_consultation_is_told_to_whoever_asked_with_its_words_and_to_the_student_of_its_case_without(cases):
    school = await cases.school()
    case = await school.case("ani")
    await judged(cases, case, school, safe=True)
    confided = {"school": school.id, "asker_kind": "student", "asker": school.named("ani"), "aim": "climate", "question": "KATA-ANI"}
    about = {"school": school.id, "asker_kind": "teacher", "asker": school.named("homeroom"), "aim": "climate", "case": case, "question": "KATA-GURU"}
    for body in (confided, about):
        answer = await cases.post("consultations", school.counsellor, **body)
        assert answer.status_code == 200, answer.text
    mine, theirs = [await held(cases, school.named("ani"), reader) for reader in ("student", "guardian")]
    asker = await held(cases, school.named("homeroom"), "student")
    told = {name: [(each["entries"][0]["words"], each["entries"][0]["withheld"]) for each in of_kind(copy, "Konsultasi")]
            for name, copy in (("mine", mine), ("theirs", theirs), ("asker", asker))}  # fmt: skip
    assert told == {"mine": [(["KATA-ANI"], 0), ([], 1)], "theirs": [([], 1)], "asker": [([], 1)]}


async def test_a_group_is_told_to_its_member_without_what_was_said_of_all_of_them(cases):
    school = await cases.school()
    group, _ = await formed(cases, school)
    present = [school.named("budi")]
    session = {"session": 1, "stage": "beginning", "when": soon(hours=-1), "present": present, "dynamics": "KATA-KELOMPOK", "pledge": True}
    assert (await cases.post(f"groups/{group}/hold-session", school.counsellor, **session)).status_code == 200
    told = {}
    for student in ("ani", "budi"):
        copy = await held(cases, school.named(student), "student")
        assert not [word for word in ("KATA-KELOMPOK", "Tujuan kenari", school.named("counsellor")) if word in copy]
        told[student] = [each["what"] for part in of_kind(copy, "Konseling kelompok") for each in part["entries"]]
    assert told == {"ani": ["Kelompok konseling dibentuk."], "budi": ["Kelompok konseling dibentuk.", "Sesi kelompok diadakan."]}
    assert ("dinas-1", "subject-access") in await cases.sql("SELECT reader, what FROM read_log WHERE case_id = %s", group)


async def test_the_copy_counts_the_files_of_a_case_and_of_its_concerns_and_holds_none(cases):
    school = await cases.school()
    concern = str(uuid4())
    case = await school.case("ani", concern=concern)
    key = await cases.kernel.vault.seal(school.named("ani"), "concern", "kunci", "attachment-a/key")
    came = ConcernAttached(
        concern=concern, addition="", school=school.id, student=school.named("ani"), attachment="a", kind="pdf", octets=9, digest="0" * 64, key=key
    )  # fmt: skip
    await cases.hear(came)
    asked = await cases.done(case, "request-counselling", school.counsellor, origin="self", field="social", reason="x")
    page = f"/cases/cases/{case}/kegiatan/{asked['activity']}/lampiran"
    files = [("files", ("a.pdf", PDF, "application/pdf"))] * 2
    headers = school.counsellor | {"sec-fetch-site": "same-origin"}
    assert (await cases.client.post(page, headers=headers, data={"nonce": "n"}, files=files)).status_code == 303
    copy = await held(cases, school.named("ani"), "student")
    assert (dict(of_kind(copy, "Kasus")[0]["facts"])["Lampiran"], "%PDF" in copy) == ("3 berkas", False)


def a_copy(reader: Reader, parts: tuple[Part, ...]) -> ToPrint:
    return ToPrint(name="Ani", day=date(2027, 3, 1), district="Dinas Pendidikan", reader=reader, parts=parts)


async def test_the_copy_is_a_pdf_with_its_title_that_a_screen_reader_can_read(cases):
    part = Part(title="Kasus", title_en="Case", facts=(("Tingkat", "sedang"),))
    told = a_copy("guardian", (part,))
    answer = await cases.client.post(
        "/cases/api/subjects/print", content=told.model_dump_json(), headers={**cases.service, "content-type": "application/json"}
    )
    with Pdf.open(BytesIO(answer.content)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.docinfo["/Title"]) == "Salinan data pribadi"


async def test_on_paper_what_happened_stands_alone_and_how_staff_work_is_counted(cases):
    school = await cases.school()
    await school.case("ani")
    (part,) = of_kind(await held(cases, school.named("ani"), "student"), "Kasus")
    routine = {each["what"] for each in part["entries"] if each["routine"]}
    assert {"Batas waktu ditetapkan.", "Laporan menunggu dibaca."} <= routine
    assert not {"Kasus dibuka.", "Satu laporan masuk ke kasus ini."} & routine
    parts = (Part.model_validate(part),)
    said = {reader: text(opened(await printed(a_copy(reader, parts)))) for reader in ("student", "guardian")}
    assert all("Kasus dibuka." in each and f"{len([each for each in part['entries'] if each['routine']])} hal" in each for each in said.values())
    assert not [what for what in routine for each in said.values() if what in each]
    assert ("tentang Anda" in said["student"], "tentang anak Anda" in said["student"]) == (True, False)
    assert "tentang anak Anda" in said["guardian"]


async def test_a_copy_of_no_day_is_refused_and_the_document_says_what_comes(cases):
    told = {"name": "Ani", "day": "kemarin", "district": "Dinas Pendidikan", "reader": "student", "parts": []}
    answer = await cases.client.post("/cases/api/subjects/print", json=told, headers=cases.service)
    assert (answer.status_code, [each["pointer"] for each in answer.json()["errors"]]) == (422, ["/day"])
    document = (await cases.client.get("/cases/openapi.json")).json()
    assert list(document["paths"]["/cases/api/subjects/print"]["post"]["responses"]["200"]["content"]) == ["application/pdf"]
    assert list(document["paths"]["/cases/metrics"]["get"]["responses"]["200"]["content"]) == ["text/plain"]
