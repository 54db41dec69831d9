"""The scan of a signed letter stands beside the document that was issued, and is read by whoever reads the document (ADR 69)."""

import json

import pytest

from tests.attachments.hostile import PLACE, photograph
from tests.cases.letters.office import Office

pytestmark = pytest.mark.anyio


async def test_a_scan_stands_beside_its_letter_for_whoever_reads_the_letter(cases):
    school = await cases.school()
    office = Office(cases, school)
    await office.equipped()
    case = await school.case()
    letter, other = [await office.issue(f"cases/{case}", "subject-access", 1) for _ in range(2)]
    page, photo = f"/cases/cases/{case}/dokumen/{letter['id']}/lampiran", photograph()
    who = school.counsellor | {"sec-fetch-site": "same-origin"}
    sent = await cases.client.post(page, headers=who, data={"nonce": "n"}, files={"files": ("Surat Ani.jpg", photo, "image/jpeg")})
    assert sent.status_code == 303, sent.text
    (told,) = [json.loads(each) for each in await cases.events(case, "file-added")]
    assert (told["document"], told["activity"], told["kind"]) == (letter["id"], None, "jpeg")
    place = f"{page}/{told['attachment']}"
    picture, original = [await cases.client.get(each, headers=school.counsellor) for each in (place, f"{place}/asli")]
    assert (picture.content[:2], PLACE in picture.content, original.content) == (b"\xff\xd8", False, photo)
    listed = (await cases.client.get(f"/cases/cases/{case}/surat", headers=school.counsellor)).text
    assert (f'href="{page}"' in listed, f"/dokumen/{other['id']}/lampiran" in listed) == (True, True)
    beside_another = page.replace(letter["id"], other["id"])
    assert (await cases.client.get(f"{beside_another}/{told['attachment']}/asli", headers=school.counsellor)).status_code == 404
    readers = {
        "counsellor": school.counsellor,
        "colleague": school.other,
        "principal": school.principal,
        "teacher": school.teacher,
        "duty": cases.duty,
    }
    of_the_letter = {name: (await cases.get(f"issued/{letter['id']}/pdf", who)).status_code for name, who in readers.items()}
    of_the_scan = {name: (await cases.client.get(f"{place}/asli", headers=who)).status_code for name, who in readers.items()}
    assert of_the_scan == of_the_letter
    assert (of_the_scan["counsellor"], of_the_scan["teacher"]) == (200, 403)
    elsewhere = await school.case("budi")
    assert (await cases.client.get(page.replace(case, elsewhere), headers=school.counsellor)).status_code == 404
