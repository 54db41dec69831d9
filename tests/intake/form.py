"""Filling the public form as a browser does: page after page, with its cookies."""

import re

import httpx

from services.intake.domain.roster import ROSTER, RegisterSchool
from shared.decider import execute
from shared.events import SchoolRegistered
from shared.message import TANGGAP, Occasion
from tests.intake.office import Office

FORM = "/intake/lapor"
PAGES = {
    "siapa": ("about",), "apa": ("narrative", "categories", "facts"), "sekolah": ("school", "description"), "kontak": ("reply_to",),
}  # fmt: skip


async def add_school(office: Office) -> None:
    """The school smp1, which the form offers from then on."""
    kernel = office.kernel
    occasion = Occasion("service:test", None, kernel.clock.now(), TANGGAP, TANGGAP)
    school = SchoolRegistered(school="smp1", npsn="20100002", name="SMP Negeri 1 Contoh", level="smp")
    await execute(kernel.store, ROSTER, "school-smp1", RegisterSchool(school=school), occasion)
    async with office.directory.reading():
        pass  # the directory knows it


async def fill(client: httpx.AsyncClient, **answers) -> list[httpx.Response]:
    """Each page's answer, in order. The form is begun anew."""
    client.cookies.delete("tanggap_draft")
    await client.get(FORM)
    typed = [{name: answers[name] for name in names if name in answers} for names in PAGES.values()]
    return [await client.post(f"{FORM}/{step}", data=fields) for step, fields in zip(PAGES, typed, strict=True)]


async def send(client: httpx.AsyncClient) -> httpx.Response:
    """The last button; the answer is the page where it leads."""
    return await client.post(f"{FORM}/kirim", follow_redirects=True)


async def report(client: httpx.AsyncClient, **answers) -> httpx.Response:
    """The receipt's page."""
    for answer in await fill(client, **answers):
        assert answer.status_code == 303, answer.text
    return await send(client)


def receipt_of(page: httpx.Response) -> str:
    return page.text.split('class="receipt">')[1].split("<")[0]


def nonce_of(page: httpx.Response) -> str:
    found = re.search(r'name="nonce" value="([^"]+)"', page.text)
    assert found
    return found[1]
