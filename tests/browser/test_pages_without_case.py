"""The pages of groups, partnerships and consultations: what each looks like (ADR 71)."""

import pytest

from tests.browser import needs_browser
from tests.browser.looking import VIEWS, View, context, is_well
from tests.browser.serving import on_a_port
from tests.cases.asking import formed

pytestmark = [pytest.mark.anyio, pytest.mark.browser, needs_browser]


@pytest.mark.parametrize("view", [*VIEWS, View(390, "light")], ids=str)
async def test_they_fit_empty_faulty_and_full(chromium, cases, view: View):
    school = await cases.school()
    async with on_a_port(cases.app) as origin:
        browsing = await context(chromium, view, headers=school.counsellor)
        page = await browsing.new_page()
        await page.goto(f"{origin}/cases/kegiatan")
        await is_well(page, "kegiatan-empty")
        group, _ = await formed(cases, school)
        asked = {"school": school.id, "asker_kind": "teacher", "asker": school.named("homeroom"), "aim": "climate", "question": "Tanya kenari"}
        consultation = (await cases.post("consultations", school.counsellor, **asked)).json()["id"]
        await page.goto(f"{origin}/cases/kegiatan")
        await is_well(page, "kegiatan")
        for name, address in {
            "kelompok": f"kelompok/{group}",
            "kelompok-surat": f"group/{group}/surat",
            "kelompok-surat-satu": f"group/{group}/surat/group-plan/1",
            "konsultasi": f"consultation/{consultation}",
        }.items():
            await page.goto(f"{origin}/cases/tanpa-kasus/{address}")
            await is_well(page, name)
        for name, address in {"kelompok-sesi": f"group/{group}/langkah/hold-session", "baru": f"baru/form-group?school={school.id}"}.items():
            await page.goto(f"{origin}/cases/tanpa-kasus/{address}")
            await is_well(page, f"{name}-empty")
            await page.locator("main form button.button:not(.second)").first.click()
            await page.locator(".errors").wait_for()
            await is_well(page, f"{name}-faulty")
        await browsing.close()
