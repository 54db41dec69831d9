"""*Masukkan kasus berjalan* in a real browser: empty, with errors, full, and where the student has a case already (people.md, The desk)."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.browser import needs_browser
from tests.browser.looking import VIEWS, View, context, is_well
from tests.browser.serving import on_a_port
from tests.cases.test_search_by_name import indexed

pytestmark = [pytest.mark.anyio, pytest.mark.browser, needs_browser]


def day(days: int) -> str:
    return (datetime.now(ZoneInfo("Asia/Jakarta")) + timedelta(days=days)).date().isoformat()


@pytest.mark.parametrize("view", [*VIEWS, View(390, "light")], ids=str)
async def test_a_case_on_paper_is_entered_from_the_first_page(chromium, cases, view: View):
    school = await cases.school()
    await school.person("student", "student")
    await indexed(cases)
    async with on_a_port(cases.app) as origin:
        browsing = await context(chromium, view, headers=school.counsellor)
        page = await browsing.new_page()
        await page.goto(f"{origin}/cases/menunggu")
        await page.get_by_role("link", name="Masukkan kasus berjalan").click()
        await is_well(page, "on-paper-whom")
        await page.get_by_label("Murid siapa?").fill("stud")
        await page.get_by_role("button", name="Cari").click()
        await is_well(page, "on-paper-found")
        assert "stud" not in page.url
        await page.get_by_role("link", name="student").click()
        form = page.url
        await is_well(page, "on-paper")
        await page.get_by_role("button", name="Simpan", exact=True).click()
        assert await page.get_by_role("heading", name="Ada yang perlu diperbaiki").is_visible()
        await is_well(page, "on-paper-error")
        await page.get_by_label("Berjalan sejak").fill(day(-40))
        for radio in ("kejadian", "korban atau yang terdampak", "sedang"):
            await page.get_by_role("radio", name=radio).check()
        await page.get_by_role("checkbox", name="perundungan").check()
        await page.get_by_label("Isi berkas, singkat").fill("Sering diejek sejak awal tahun ajaran.")
        first = page.get_by_role("group", name="Layanan 1")
        await first.get_by_label("Layanan", exact=True).select_option("counselling")
        await first.get_by_label("Tanggal").fill(day(-20))
        await page.get_by_label("Langkah berikutnya").fill("Bertemu ibu.")
        await page.get_by_label("Paling lambat").fill(day(4))
        await page.get_by_role("button", name="Simpan", exact=True).click()
        await page.get_by_text("Kasus dari berkas kertas sudah masuk.").wait_for()
        assert await page.get_by_role("heading", name="Dari berkas kertas").is_visible()
        await is_well(page, "on-paper-case")
        await page.goto(form)
        assert await page.get_by_text("Murid ini sudah punya kasus terbuka.").is_visible()
        await is_well(page, "on-paper-has-one")
        await browsing.close()
