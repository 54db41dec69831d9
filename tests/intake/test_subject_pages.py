"""The district's page of what people ask of their own data: written down, due in 3 × 24 hours, answered once (ADR 50)."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from services.intake.domain.erasure import ERASURE, Request, erasure_stream
from services.intake.domain.roster import ROSTER, LetGo
from services.intake.erasure import view as of_erasures
from shared.decider import execute
from shared.eventstore.projection import Projection
from shared.message import TANGGAP, Occasion
from shared.running import ended
from tests.intake.office import Office
from tests.intake.reporting import Desk, running
from tests.keys import bearer, somebody

pytestmark = pytest.mark.anyio
PAGE = "/intake/permintaan"


@pytest.fixture
async def desk(office: Office) -> AsyncIterator[Desk]:
    kernel = office.kernel
    view = Projection(of_erasures.VIEW, kernel.store, kernel.database, of_erasures.project, of_erasures.TABLES, kernel.heartbeats)
    viewing = asyncio.create_task(view.run())
    async with running(office) as desk:
        try:
            yield desk
        finally:
            await ended(viewing)


async def sends(desk: Desk, where: str = "", **said):
    return await desk.client.post(PAGE + where, data={"key": str(uuid4())} | said, headers=desk.person("dinas-1", "district-officer"))


async def page(desk: Desk) -> str:
    answer = await desk.client.get(PAGE, headers=desk.person("dinas-1", "district-officer"))
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_a_request_is_written_down_once_and_answered_with_its_ground(desk):
    said = {"key": str(uuid4()), "person": "ani", "right": "rectification", "asker": "guardian", "words": "Tanggal lahirnya keliru"}
    assert [(await sends(desk, **said)).status_code for _ in range(2)] == [303, 303]
    (asked,) = await desk.office.told("subject-asked")
    assert (asked["person"], asked["right"], asked["asker"], asked["by"], "keliru" in str(asked)) == (
        "ani",
        "rectification",
        "guardian",
        "dinas-1",
        False,
    )
    shown = await page(desk)
    assert [each in shown for each in ("perbaikan data yang keliru", "Tanggal lahirnya keliru", "Dijawab paling lambat", "Terlambat")] == [
        True,
        True,
        True,
        False,
    ]
    about = {"person": "ani", "about": asked["request"]}
    nameless = await sends(desk, "/jawab", outcome="refused", **about)
    assert (nameless.status_code, "Penolakan memerlukan alasan" in nameless.text) == (422, True)
    assert (await sends(desk, "/jawab", outcome="refused", refused_for="law", **about)).status_code == 303
    (answered,) = await desk.office.told("subject-answered")
    assert (answered["request"], answered["outcome"], answered["refused_for"], answered["by"]) == (asked["request"], "refused", "law", "dinas-1")
    after = await page(desk)
    assert ("undang-undang lain mewajibkan" in after, "Dijawab paling lambat" in after) == (True, False)


async def test_whoever_is_to_grant_a_restriction_reads_that_a_person_stops_the_work(desk):
    """A confirmation of something that nobody did would be worse than none."""
    assert (await sends(desk, key=str(uuid4()), person="ani", right="rectification", asker="guardian")).status_code == 303
    assert "tidak menghentikan apa pun" not in await page(desk)
    assert (await sends(desk, key=str(uuid4()), person="ani", right="restriction", asker="guardian")).status_code == 303
    assert "tidak menghentikan apa pun" in await page(desk)


async def test_a_copy_is_led_to_and_what_was_typed_comes_back(desk):
    wrong = await sends(desk, person="nobody", right="access", asker="student", words="Minta salinan")
    assert (wrong.status_code, "di sekolah Anda tidak ada orang ini" in wrong.text, "Minta salinan" in wrong.text) == (404, True, True)
    empty = await sends(desk, person="ani", words="Minta salinan")
    assert (empty.status_code, re.findall(r'id="(right|asker)-error"', empty.text), "Minta salinan" in empty.text) == (422, ["right", "asker"], True)
    assert await desk.office.told("subject-asked") == []
    assert (await sends(desk, person="ani", right="access", asker="guardian")).status_code == 303
    assert "/intake/api/subjects/ani/data.pdf?for=guardian" in await page(desk)


async def test_the_person_is_found_by_name_and_chosen(desk):
    nameless = await sends(desk, "/cari", sekolah="smp1", nama="an")
    assert (nameless.status_code, re.findall(r'id="(sekolah|nama)-error"', nameless.text)) == (422, ["nama"])
    found = await sends(desk, "/cari", sekolah="smp1", nama="Ani")
    assert (found.status_code, re.findall(r'name="person" value="([^"]+)"', found.text)) == (200, ["ani"])
    assert "ani, murid" in found.text
    nobody = await sends(desk, "/cari", sekolah="smp1", nama="Zulkarnain")
    assert (nobody.status_code, "Tidak ada yang cocok" in nobody.text, 'name="right"' in nobody.text) == (200, True, False)
    chosen = await sends(desk, person="ani")
    assert re.findall(r'name="person" value="([^"]+)" checked', chosen.text) == ["ani"]
    assert re.findall(r'id="nomor"[^>]*value="([^"]*)"', chosen.text) == [""]


async def test_whoever_left_is_found_among_those_who_left_alone(desk):
    occasion = Occasion("service:test", None, datetime.now(UTC), TANGGAP, TANGGAP)
    await execute(desk.office.kernel.store, ROSTER, "person-budi", LetGo(person="budi", school="smp1"), occasion)
    async with desk.office.directory.reading():
        pass  # the directory knows it
    there = await sends(desk, "/cari", sekolah="smp1", nama="budi")
    gone = await sends(desk, "/cari", sekolah="smp1", nama="budi", keluar="1")
    assert [re.findall(r'name="person" value="([^"]+)"', each.text) for each in (there, gone)] == [[], ["budi"]]


async def test_another_school_s_people_are_not_found(desk):
    elsewhere = await sends(desk, "/cari", sekolah="sma1", nama="ani")
    number = await sends(desk, "/cari", nomor="somebody-else")
    assert [("Tidak ada yang cocok" in each.text, each.status_code) for each in (elsewhere, number)] == [(True, 200)] * 2


ERASE = "/intake/penghapusan"
OF_ANI = {"person": "ani"}
OFFICERS = (("dinas-1", "smp1"), ("dinas-2", "sma1"))
ASKS = {"key": "0f8c5c1e-6f0b-4a55-9a53-5d2a0c7b6f11", "right": "access", "asker": "student"}
ADDRESSES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "what would end": ("POST", f"{ERASE}/periksa", {"data": OF_ANI}),
    "an erasure": ("POST", ERASE, {"data": OF_ANI | ASKS}),
    "how far it is": ("GET", f"{ERASE}/ani", {}),
    "an erasure, by a machine": ("POST", "/intake/api/erasures", {"json": OF_ANI | {"dry_run": True}}),
    "how far it is, by a machine": ("GET", "/intake/api/erasures/ani", {}),
    "a request": ("POST", PAGE, {"data": OF_ANI | ASKS}),
    "an answer": ("POST", f"{PAGE}/jawab", {"data": OF_ANI | ASKS | {"about": "r-1", "outcome": "done"}}),
    "a request, by a machine": ("POST", "/intake/api/subject-requests", {"json": OF_ANI | {"right": "access", "asker": "student"}}),
    "an answer, by a machine": ("POST", "/intake/api/subject-requests/answer", {"json": OF_ANI | {"request": "r-1", "outcome": "done"}}),
    "a copy": ("GET", "/intake/api/subjects/ani/data?for=student", {}),
    "a copy on paper": ("GET", "/intake/api/subjects/ani/data.pdf?for=student", {}),
}


async def test_an_officer_of_other_schools_does_nothing_about_a_person_and_learns_nothing(desk):
    """Each address of the rights to erasure and to one's own data, by somebody whose it is not."""
    other = bearer(desk.office.kernel.settings, somebody("dinas-2", {"district-officer"}, {"sma1"})) | {"idempotency-key": "k-1"}
    answers = {told: await desk.client.request(method, where, headers=other, **said) for told, (method, where, said) in ADDRESSES.items()}
    of_the_school = ("nobody in your schools has this id", "di sekolah Anda tidak ada orang ini")
    assert {told: (each.status_code, any(words in each.text for words in of_the_school)) for told, each in answers.items()} == dict.fromkeys(
        ADDRESSES, (404, True)
    )
    assert (await sends(desk, person="ani", right="access", asker="student", words="Minta salinan")).status_code == 303
    lists = [(await desk.client.get(where, headers=other)).text for where in (PAGE, ERASE)]
    assert ["Minta salinan" in each or "Dinas (orang kabupaten)" in each or "SMP 1" in each for each in lists] == [False, False]
    for where in (PAGE, ERASE):
        found = await desk.client.post(f"{where}/cari", data={"sekolah": "smp1", "nama": "Ani"}, headers=other)
        assert re.findall(r'name="person" value="([^"]+)"', found.text) == []
    assert await desk.office.told("erasure-requested") == []


async def test_an_erasure_stands_on_the_page_of_the_officer_of_that_school_alone(desk):
    now = datetime.now(UTC)
    wanted = Request(erasure="e-1", person="ani", ground="asked", scope="everything", by="dinas-1", at=now)
    await execute(desk.office.kernel.store, ERASURE, erasure_stream("ani"), wanted, Occasion("dinas-1", None, now, TANGGAP, TANGGAP))
    headers = [bearer(desk.office.kernel.settings, somebody(who, {"district-officer"}, {school})) for who, school in OFFICERS]
    pages = [await desk.client.get(ERASE, headers=each) for each in headers]
    assert [(each.status_code, f"{ERASE}/ani" in each.text) for each in pages] == [(200, True), (200, False)]


async def test_nobody_but_the_district_s_officer_sees_the_page(desk):
    for role in ("counsellor", "coordinator", "principal", "system-administrator"):
        assert (role, (await desk.client.get(PAGE, headers=desk.person("guru", role))).status_code) == (role, 403)
