"""The pages where a summons, a conference, a visit and a teacher's answer are written, and where a case is closed: what each looks like."""

import pytest

from tests.browser import needs_browser
from tests.browser.looking import VIEWS, View, context, is_well
from tests.browser.serving import on_a_port

pytestmark = [pytest.mark.anyio, pytest.mark.browser, needs_browser]


async def handled(cases):
    """A case in handling, with a mother who is safe to contact and a teacher who was asked."""
    school = await cases.school()
    case = await school.case()
    await school.person("mother", "guardian")
    await cases.done(case, "assess-guardian", school.counsellor, guardian=school.named("mother"), safe=True, reason="Aman")
    await cases.done(case, "assess-case", school.counsellor, field="social", findings="Kenari", safe=True)
    return school, case, await school.ask(case)


@pytest.mark.parametrize("view", [*VIEWS, View(390, "light")], ids=str)
async def test_they_fit_empty_and_faulty_and_name_what_is_wrong_beside_the_field(chromium, cases, view: View):
    school, case, asked = await handled(cases)
    mother = school.named("mother")
    steps = {
        "ask-teacher": "",
        "plan-parent-meeting": f"?guardian={mother}",
        "propose-conference": "",
        "plan-visit": f"?guardian={mother}",
        "close": "",
    }
    async with on_a_port(cases.app) as origin:
        browsing = await context(chromium, view, headers=school.counsellor)
        page = await browsing.new_page()
        for called, query in steps.items():
            await page.goto(f"{origin}/cases/cases/{case}/langkah/{called}{query}")
            await is_well(page, f"{called}-empty")
            if called == "close":
                continue
            await page.locator("main form button.button:not(.second)").first.click()
            assert await page.locator(".errors a").count() == await page.locator("p.error").count()
            await is_well(page, f"{called}-faulty")
        await browsing.close()
        browsing = await context(chromium, view, headers=school.teacher)
        page = await browsing.new_page()
        await page.goto(f"{origin}/cases/cases/{case}/langkah/answer-as-teacher?activity={asked}")
        await is_well(page, "answer-as-teacher")
        await browsing.close()
