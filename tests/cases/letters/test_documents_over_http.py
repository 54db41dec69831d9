"""Documents over HTTP: issued, numbered, kept, read by those who may."""

import pathlib

import pytest

from tests.cases.letters.office import office

pytestmark = pytest.mark.anyio


async def test_every_document_of_a_case_is_issued(cases):
    desk = await office(cases)
    case = await desk.full_case()
    found = await desk.documents(case)
    out = pathlib.Path("/tmp/letters")
    out.mkdir(exist_ok=True)
    for each in found:
        issued = await desk.issue(f"cases/{case}", each["name"], each["version"])
        (out / f"{each['name']}.pdf").write_bytes(await desk.pdf(issued))
    slip = await cases.get(f"issued/{issued['id']}/receipt-slip", desk.school.counsellor)
    (out / "slip.pdf").write_bytes(slip.content)
    for path, names in (
        (f"groups/{await desk.group()}", {"group-plan": 1, "group-attendance": 2, "group-report": 3}),
        (f"partnerships/{await desk.partnership()}", {"partnership-report": 4}),
        (f"consultations/{await desk.consultation()}", {"consultation-report": 4}),
    ):
        for name, version in names.items():
            issued = await desk.issue(path, name, version)
            (out / f"{name}.pdf").write_bytes(await desk.pdf(issued))
    await cases.caught_up()
    for kind in ("monthly", "semester"):
        answer = await cases.post(f"reports/schools/{desk.school.id}/{kind}/issue", desk.school.coordinator, month="2026-11")
        assert answer.status_code == 200, answer.text
        for form in ("pdf", "xlsx"):
            got = await cases.get(f"reports/issued/{answer.json()['id']}/{form}", desk.school.coordinator)
            assert got.status_code == 200, got.text
            (out / f"{kind}.{form}").write_bytes(got.content)
    answer = await cases.post("reports/district/issue", cases.officer, month="2026-11")
    assert answer.status_code == 200, answer.text
    got = await cases.get(f"reports/issued/{answer.json()['id']}/pdf", cases.officer)
    (out / "district.pdf").write_bytes(got.content)
    got = await cases.get(f"cases/{case}/documents/referral-letter/72/preview", desk.school.counsellor)
    print(got.status_code, got.text[:3000])
    got = await cases.get(f"schools/{desk.school.id}/paper", desk.school.counsellor)
    print(got.text)
