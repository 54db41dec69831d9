"""A photograph comes with an anonymous reporter's words and reaches whoever has the case, through three real processes; each download is recorded."""

from uuid import uuid4

import httpx
import pytest

from district.sample.roster import SOURCE
from services.intake.roster.people import person_id
from tests.attachments.hostile import PLACE, photograph
from tests.system.test_thread import body, case_of, counsellor, post

pytestmark = pytest.mark.servers


def test_a_photograph_is_downloaded_by_whoever_reads_the_words_and_by_nobody_else(district):
    raised = post(district, body(students=[{"id": person_id(SOURCE, "smp1-murid-061"), "role": "affected"}], reporter={"kind": "anonymous"})).json()
    photo, intake = photograph(), district.deployment.origin("intake")
    told = {"receipt": raised["receipt"], "text": "Ini fotonya.", "nonce": str(uuid4())}
    sent = httpx.post(f"{intake}/intake/tambah", data=told, files={"files": ("Ani.jpg", photo)}, trust_env=False)
    assert sent.status_code == 201, sent.text
    case, cases = case_of(district, raised["concern_id"]), district.deployment.origin("cases")

    def page() -> str:
        return httpx.get(f"{cases}/cases/cases/{case}", headers=counsellor(district), trust_env=False).text

    place = district.wait_for(lambda: page().partition(f'href="/cases/cases/{case}/lampiran/')[2].partition('"')[0], "the file on the page")
    address = f"{cases}/cases/cases/{case}/lampiran/{place}"
    shown = httpx.get(address, headers=counsellor(district), trust_env=False)
    kept = httpx.get(f"{address}/asli", headers=counsellor(district), trust_env=False)
    assert (shown.status_code, shown.content[:2], PLACE in shown.content) == (200, b"\xff\xd8", False)
    assert (kept.status_code, kept.content) == (200, photo)
    for answer in (shown, kept):
        assert answer.headers["content-disposition"] == f'attachment; filename="lampiran-{place[:8]}.jpg"'
        assert (answer.headers["content-type"], answer.headers["x-content-type-options"]) == ("application/octet-stream", "nosniff")
        assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    reads = httpx.get(f"{cases}/cases/api/cases/{case}/reads", headers=counsellor(district), trust_env=False).json()["items"]
    assert {f"attachment-original-{place}", f"attachment-picture-{place}"} <= {each["what"] for each in reads}
    elsewhere = counsellor(district, school="smp2")
    assert httpx.get(address, headers=elsewhere, trust_env=False).status_code in (403, 404)
    assert httpx.get(f"{address[:-1]}x", headers=counsellor(district), trust_env=False).status_code == 404
