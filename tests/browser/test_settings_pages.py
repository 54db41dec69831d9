"""The search by name, the settings of a school, imports and asked roles in a real browser: empty, full and with an error (ADR 46)."""

import pytest

from services.intake.roster.ids import school_id
from shared.access import Principal
from shared.testing import eventually
from tests.browser import needs_browser
from tests.browser.looking import VIEWS, View, context, is_well
from tests.browser.serving import on_a_port
from tests.intake.test_asked_roles import HEAD, ORGS, RINA, USERS, bundle
from tests.keys import bearer, somebody

pytestmark = [pytest.mark.anyio, pytest.mark.browser, needs_browser]


@pytest.mark.parametrize("view", VIEWS, ids=str)
async def test_the_search_finds_a_student_in_two_steps(chromium, cases, view: View):
    school = await cases.school()
    await school.case()

    async def indexed() -> bool:
        return not await cases.sql("SELECT FROM person_v1 WHERE kind = 'student' AND name_key IS NULL")

    await eventually(indexed)
    async with on_a_port(cases.app) as origin:
        browsing = await context(chromium, view, headers=school.counsellor)
        page = await browsing.new_page()
        await page.goto(f"{origin}/cases/menunggu")
        await page.get_by_label("Cari murid atau kasusnya menurut nama").fill("stud")
        await page.get_by_role("button", name="Cari").click()
        await is_well(page, "search-found")
        assert "stud" not in page.url
        await page.get_by_role("link", name="student").click()
        assert "/cases/cases/" in page.url
        await page.goto(f"{origin}/cases/cari-murid")
        await page.get_by_role("button", name="Cari").click()
        await is_well(page, "search-name-error")
        await browsing.close()


@pytest.mark.parametrize("view", VIEWS, ids=str)
async def test_a_coordinator_gets_the_school_ready(chromium, cases, view: View):
    school = await cases.school()
    async with on_a_port(cases.app) as origin:
        browsing = await context(chromium, view, headers=school.coordinator)
        page = await browsing.new_page()
        await page.goto(f"{origin}/cases/sekolah")
        await is_well(page, "school-ready")
        for name, path, button in (("rota", "piket", "Simpan"), ("calendar", "kalender", "Tambah"), ("paper", "surat", "Simpan kop surat")):
            await page.goto(f"{origin}/cases/sekolah/{school.id}/{path}")
            await is_well(page, f"school-{name}")
            if name == "paper":
                await page.get_by_label("Nama sekolah", exact=True).fill("")
            await page.get_by_role("button", name=button, exact=True).click()
            assert await page.get_by_role("heading", name="Ada yang perlu diperbaiki").is_visible()
            await is_well(page, f"school-{name}-error")
        await page.goto(f"{origin}/cases/sekolah/{school.id}/kalender")
        await page.get_by_label("Nama", exact=True).fill("Libur banjir")
        await page.get_by_label("Hari pertama").fill("2026-12-07")
        await page.get_by_role("button", name="Tambah", exact=True).click()
        assert await page.get_by_text("Tersimpan.").is_visible()
        await is_well(page, "school-calendar-full")
        await browsing.close()


@pytest.mark.parametrize("view", VIEWS, ids=str)
async def test_imports_and_the_roles_that_they_ask_for(chromium, office, view: View):
    await office.bring_files({"orgs": HEAD + ORGS, "users": USERS})
    operator = somebody("operator-a", {"school-operator"}, {school_id("roster", "a")})

    def headers(who: Principal) -> dict[str, str]:
        return bearer(office.kernel.settings, who)

    async with office.app.router.lifespan_context(office.app), on_a_port(office.app) as origin:
        browsing = await context(chromium, view, headers=headers(operator))
        page = await browsing.new_page()
        await page.goto(f"{origin}/intake/impor")
        await page.get_by_role("button", name="Terapkan").click()
        await is_well(page, "imports-error")
        file = office.folder / "sekolah.zip"
        file.write_bytes(bundle(office, RINA))
        await page.get_by_label("Berkas data sekolah").set_input_files(file)
        await page.get_by_role("button", name="Terapkan").click()
        assert await page.get_by_text("Menunggu persetujuan dinas").is_visible()
        await is_well(page, "imports")
        await browsing.close()
        browsing = await context(chromium, view, headers=headers(somebody("duty", {"district-duty"})))
        page = await browsing.new_page()
        await page.goto(f"{origin}/intake/peran")
        await is_well(page, "roles")
        await page.get_by_role("button", name="Setujui untuk Rina Contoh").click()
        assert await page.get_by_text("Tidak ada yang menunggu jawaban.").is_visible()
        await is_well(page, "roles-empty")
        await browsing.close()
