"""A person's copy: their own words, nothing of others; a guardian's copy holds nothing confided, and no case where home may be unsafe (ADR 50)."""

import json
from datetime import date
from io import BytesIO

import pytest
from pikepdf import Pdf

from shared.events import NamedPerson
from shared.subjects import Part, ToPrint
from tests.cases.desk import Desk, School

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


async def test_the_copy_is_a_pdf_with_its_title_that_a_screen_reader_can_read(cases):
    part = Part(title="Kasus", title_en="Case", facts=(("Tingkat", "sedang"),))
    told = ToPrint(name="Ani", day=date(2027, 3, 1), district="Dinas Pendidikan", reader="guardian", parts=(part,))
    answer = await cases.client.post(
        "/cases/api/subjects/print", content=told.model_dump_json(), headers={**cases.service, "content-type": "application/json"}
    )
    with Pdf.open(BytesIO(answer.content)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.docinfo["/Title"]) == "Salinan data pribadi"


async def test_a_copy_of_no_day_is_refused_and_the_document_says_what_comes(cases):
    told = {"name": "Ani", "day": "kemarin", "district": "Dinas Pendidikan", "reader": "student", "parts": []}
    answer = await cases.client.post("/cases/api/subjects/print", json=told, headers=cases.service)
    assert (answer.status_code, [each["pointer"] for each in answer.json()["errors"]]) == (422, ["/day"])
    document = (await cases.client.get("/cases/openapi.json")).json()
    assert list(document["paths"]["/cases/api/subjects/print"]["post"]["responses"]["200"]["content"]) == ["application/pdf"]
    assert list(document["paths"]["/cases/metrics"]["get"]["responses"]["200"]["content"]) == ["text/plain"]
