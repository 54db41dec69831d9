"""The main jobs of each role: each is reached in at most three presses from the first page (issue of the desk), and done without a pointer as well.

What each takes until it is saved is said at the end of the run.
"""

from collections.abc import Sequence

import pytest
from fastapi import FastAPI
from playwright.async_api import Browser

from tests.browser import needs_browser
from tests.browser.counting import Counting, counted
from tests.browser.jobs import Job, in_cases, in_intake, in_notifications
from tests.browser.keys import Keys
from tests.browser.serving import on_a_port
from tests.notifications.desk import Mailbox, desk, mail_server
from tests.notifications.family import Family
from tests.notifications.partner import Partner
from tests.notifications.scenes import staffed

pytestmark = [pytest.mark.anyio, pytest.mark.browser, needs_browser]

MOST_PRESSES = 3
HANDS = pytest.mark.parametrize(("hands", "width"), [(Counting, 390), (Keys, 1280)], ids=["pointer", "keys"])
"""By pointer on a phone, where no script runs; without a pointer on a desk."""


async def do(chromium: Browser, app: FastAPI, jobs: Sequence[Job], hands: type[Counting], width: int) -> None:
    """Each job by somebody in a browser of their own."""
    async with on_a_port(app) as origin:
        for job in jobs:
            browsing = await chromium.new_context(
                viewport={"width": width, "height": 844}, extra_http_headers=job.who | {"accept": "text/html"} if job.who else {},
                java_script_enabled=hands is Keys, locale="id-ID", reduced_motion="reduce",
            )  # fmt: skip
            who = hands(await browsing.new_page())
            await who.page.goto(f"{origin}{job.first}")
            await job.reached(who)
            presses = who.interactions
            await job.done(who)
            counted(f"{job.name}: {presses} presses until there, {who.interactions} interactions until saved{who.by_the_way}")
            assert presses <= MOST_PRESSES, job.name
            await browsing.close()


@HANDS
async def test_the_jobs_of_a_school_the_district_and_a_student(chromium, cases, hands: type[Counting], width: int):
    await do(chromium, cases.app, await in_cases.jobs(cases, await cases.school()), hands, width)


@HANDS
async def test_the_jobs_of_an_administrator_and_an_operator(chromium, office, hands: type[Counting], width: int):
    jobs = await in_intake.jobs(office)
    async with office.app.router.lifespan_context(office.app):
        await do(chromium, office.app, jobs, hands, width)


@HANDS
async def test_the_jobs_of_an_agency_and_a_guardian(chromium, database, redis_url, hands: type[Counting], width: int):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.person("siswa", "student", guardians=("ibu", "ayah"), born="2011-04-30")
        await running.register("upt", None, mail="kantor@upt.example")
        await do(chromium, running.app, await in_notifications.jobs(Partner(running, mailbox), Family(running, mailbox)), hands, width)


@pytest.mark.parametrize("first", ["/cases/menunggu", "/cases/untuk-saya"])
async def test_whoever_uses_keys_skips_the_head_first_of_all(chromium, cases, first: str):
    school = await cases.school()
    who = school.counsellor if first == "/cases/menunggu" else school.who("student")
    async with on_a_port(cases.app) as origin:
        browsing = await chromium.new_context(viewport={"width": 1280, "height": 844}, extra_http_headers=who, reduced_motion="reduce")
        page = await browsing.new_page()
        await page.goto(f"{origin}{first}")
        await page.keyboard.press("Tab")
        assert await page.locator(".skip").evaluate("each => document.activeElement === each && each.getBoundingClientRect().left >= 0")
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.closest('main, footer') !== null"), "the head is behind"
        await browsing.close()


async def test_what_is_wrong_has_the_focus_and_leads_to_its_field(chromium, cases):
    school = await cases.school()
    case = await school.case()
    async with on_a_port(cases.app) as origin:
        browsing = await chromium.new_context(viewport={"width": 1280, "height": 844}, extra_http_headers=school.counsellor)
        page = await browsing.new_page()
        await page.goto(f"{origin}/cases/cases/{case}/catat")
        await page.locator("main form button.button:not(.second)").first.focus()
        await page.keyboard.press("Enter")
        await page.locator(".errors").wait_for()
        assert await page.evaluate("document.activeElement.className") == "errors"
        await page.keyboard.press("Tab")
        wanted = await page.evaluate("document.activeElement.hash")
        await page.keyboard.press("Enter")
        assert await page.evaluate("'#' + document.activeElement.id") == wanted
        await browsing.close()
