"""What somebody who leads a school looks at and decides in a real browser: its figures, and that no official report is filed."""

import pytest

from tests.browser import needs_browser
from tests.browser.looking import VIEWS, View, context, is_well
from tests.browser.serving import on_a_port

pytestmark = [pytest.mark.anyio, pytest.mark.browser, needs_browser]


@pytest.mark.parametrize("view", VIEWS, ids=str)
async def test_a_school_s_figures_of_a_month_and_of_a_semester(chromium, cases, view: View):
    school = await cases.school()
    case = await school.case()
    activity = await school.held(case)
    await cases.done(case, "evaluate-counselling", school.counsellor, activity=activity, kind="laiseg", helped=True, finding="Kenari")
    ended = await school.case("student-2")
    await cases.done(ended, "assess-case", school.counsellor, field="personal", findings="Kenari", safe="yes")
    await cases.done(ended, "close", school.counsellor, outcome_class="no-action-needed", task_reviewed="Kenari")
    async with on_a_port(cases.app) as origin:
        browsing = await context(chromium, view, headers=school.coordinator)
        page = await browsing.new_page()
        await page.goto(f"{origin}/cases/angka")
        await is_well(page, "figures")
        await page.get_by_label("Rentang").select_option("semester")
        await page.get_by_role("button", name="Tampilkan").click()
        assert await page.get_by_role("heading", name="Konseling menurut bidang").is_visible()
        await is_well(page, "figures-semester")
        await page.get_by_role("link", name="Semua kasus yang ditutup").click()
        assert await page.locator(f'a[href="/cases/cases/{ended}"]').is_visible()
        await browsing.close()


@pytest.mark.parametrize("view", VIEWS, ids=str)
async def test_a_case_whose_report_is_owed_is_closed_once_a_principal_said_that_none_is_filed(chromium, cases, view: View):
    school = await cases.school()
    case = await school.case(categories=("sexual-violence",))
    async with on_a_port(cases.app) as origin:
        holding = await context(chromium, view, headers=school.counsellor)
        page = await holding.new_page()
        await page.goto(f"{origin}/cases/cases/{case}/langkah/close")
        await is_well(page, "report-owed")
        leading = await context(chromium, view, headers=school.principal)
        form = await leading.new_page()
        await form.goto(f"{origin}/cases/cases/{case}/langkah/waive-official-report")
        await is_well(form, "waiving")
        await form.get_by_label("Sudah dilaporkan oleh pihak lain").check()
        await form.get_by_label("Alasan, atau nomor dan kantor").fill("Polres Contoh, LP/1/2026")
        await form.get_by_role("button", name="Simpan", exact=True).click()
        await is_well(form, "waived")
        await page.goto(f"{origin}/cases/cases/{case}")
        assert "Tidak ada pelaporan resmi dari kasus ini: sudah dilaporkan oleh pihak lain." in await page.content()
        await page.goto(f"{origin}/cases/cases/{case}/langkah/close")
        assert await page.get_by_text("pelaporan resmi").count() == 0, "nothing of it holds the case any more"
        await leading.close()
        await holding.close()
