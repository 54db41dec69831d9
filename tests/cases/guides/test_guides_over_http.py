"""The page of guides and the files behind it, as somebody of each role opens them."""

import pytest

from services.cases.guides.words import WORDS
from shared.pages.languages import COOKIE
from tests.cases.letters.reading_pdf import opened, text

pytestmark = pytest.mark.anyio


def said(file: bytes) -> str:
    return "".join(text(opened(file)).split())


@pytest.mark.parametrize("role", sorted(WORDS.sees))
async def test_whoever_signs_in_finds_their_guide_first_and_may_print_it(cases, role):
    who = cases.who(f"reader-{role}", role, "school-of-guides")
    page = (await cases.client.get("/cases/panduan", headers=who | {"accept": "text/html"})).text
    links = [line for line in page.split('href="') if line.startswith("/cases/panduan/")]
    assert (links[0].split('"')[0], len(links)) == (f"/cases/panduan/{role}", len(WORDS.sees))
    file = await cases.client.get(f"/cases/panduan/{role}", headers=who)
    assert file.headers["content-type"] == "application/pdf"
    assert file.headers["content-disposition"] == f'inline; filename="panduan-{role}.pdf"'
    assert said(file.content).startswith("PanduanTanggap:")


async def test_the_guide_is_in_the_readers_language_and_the_same_for_everybody(cases):
    school = await cases.school()
    path, english = "/cases/panduan/counsellor", {"cookie": f"{COOKIE}=en"}
    own = await cases.client.get(path, headers=school.counsellor)
    colleagues = await cases.client.get(path, headers=school.coordinator)
    other = await cases.client.get(path, headers=school.counsellor | english)
    assert own.content == colleagues.content != other.content
    assert (own.headers["content-language"], other.headers["content-language"]) == ("id", "en")
    assert "GuidetoTanggap:Counsellor" in said(other.content)


@pytest.mark.parametrize(("role", "status"), [("guardian", 404), ("nobody", 422), ("Counsellor", 422)])
async def test_a_role_without_a_guide_is_refused(cases, role, status):
    school = await cases.school()
    assert (await cases.client.get(f"/cases/panduan/{role}", headers=school.counsellor)).status_code == status


async def test_nobody_reads_a_guide_without_signing_in(cases):
    assert (await cases.client.get("/cases/panduan/counsellor")).status_code == 401


async def test_the_first_page_leads_to_the_guides(cases):
    school = await cases.school()
    page = (await cases.client.get("/cases/menunggu", headers=school.counsellor | {"accept": "text/html"})).text
    assert '<a href="/cases/panduan">Panduan</a>' in page
