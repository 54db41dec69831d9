"""An agency without a system on a phone, without scripts: the message, the code, the package, an answer; and what staff see of it (people.md, By link)."""

import pytest

from tests.browser import needs_browser
from tests.browser.looking import VIEWS, View, context, is_well
from tests.browser.serving import on_a_port
from tests.notifications.desk import Mailbox, desk, mail_server
from tests.notifications.partner import PACKAGE, Partner
from tests.notifications.scenes import in_states, staffed

pytestmark = [pytest.mark.anyio, pytest.mark.browser, needs_browser]


@pytest.fixture
async def partner(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.register("upt", None, mail="kantor@upt.example")
        yield Partner(running, mailbox)


async def test_an_agency_reads_and_answers_on_a_phone_without_scripts(chromium, partner):
    task = await partner.refer()
    await in_states(partner.running, "case-1", "sent")
    code = await partner.code(task)
    async with on_a_port(partner.running.app) as origin:
        browsing = await chromium.new_context(viewport={"width": 320, "height": 844}, java_script_enabled=False)
        page = await browsing.new_page()
        await page.goto(f"{origin}{partner.link()}")
        await page.get_by_label("Kode lembaga").fill(code)
        await page.get_by_role("button", name="Buka pesan").click()
        assert "Rani" not in await page.content()
        await page.get_by_label("Rujukan kami terima").check()
        await page.get_by_role("button", name="Kirim jawaban").click()
        assert await page.get_by_text(PACKAGE).is_visible()
        assert "Rani" not in await page.title()
        await page.get_by_label("Penanganan selesai").check()
        await page.get_by_label("Keterangan, pertanyaan, atau hasil").fill("Sudah didampingi.")
        await page.get_by_role("button", name="Kirim jawaban").click()
        assert await page.get_by_text("Rujukan ini sudah berakhir").is_visible()
        await page.get_by_role("button", name="Selesai").click()
        await page.get_by_label("Kode lembaga").wait_for()
        await page.go_back()
        await page.reload()
        assert "Rani" not in await page.content(), "whoever sits there next sees nothing"
        await browsing.close()


@pytest.mark.parametrize("view", VIEWS, ids=str)
async def test_every_page_of_a_partner_empty_faulty_and_full(chromium, partner, view: View):
    async with on_a_port(partner.running.app) as origin:
        of_school = await context(chromium, view, headers=partner.counsellor)
        desk_page = await of_school.new_page()
        await desk_page.goto(f"{origin}/notifications/rujukan")
        await is_well(desk_page, "partner-staff-list-empty")
        task = await partner.refer(priority="stat", opens="at-once")
        await in_states(partner.running, "case-1", "sent")
        await desk_page.goto(f"{origin}/notifications/rujukan")
        await is_well(desk_page, "partner-staff-list")
        await desk_page.goto(f"{origin}/notifications/rujukan/{task}")
        await is_well(desk_page, "partner-staff-task")
        await desk_page.get_by_role("button", name="Catat jawaban").click()
        await is_well(desk_page, "partner-staff-task-faulty")
        code = await partner.code(task)
        await desk_page.get_by_role("button", name="Tampilkan kode").click()
        assert f"{code[:3]} {code[3:]}" in await desk_page.content()
        await is_well(desk_page, "partner-staff-code")
        browsing = await context(chromium, view)
        page = await browsing.new_page()
        await page.goto(f"{origin}{partner.link()}")
        await is_well(page, "partner-closed")
        await page.get_by_label("Kode lembaga").fill("000")
        await page.get_by_role("button", name="Buka pesan").click()
        await is_well(page, "partner-closed-faulty")
        await page.get_by_label("Kode lembaga").fill(code)
        await page.get_by_role("button", name="Buka pesan").click()
        await is_well(page, "partner-opened")
        await page.get_by_role("button", name="Kirim jawaban").click()
        await is_well(page, "partner-opened-faulty")
        await page.get_by_label("Rujukan tidak dapat kami terima").check()
        await page.get_by_label("Alasan").select_option("no-capacity")
        await page.get_by_role("button", name="Kirim jawaban").click()
        await is_well(page, "partner-ended")
        await browsing.close()
        of_agency = await context(chromium, view, headers=partner.running.as_person("tuti", "agency-officer", "upt") | {"accept": "text/html"})
        page = await of_agency.new_page()
        await page.goto(f"{origin}/notifications/lembaga")
        await is_well(page, "partner-officer-list")
        await page.locator("table a").click()
        await is_well(page, "partner-officer-task-ended")
        await partner.refer("case-2")
        await in_states(partner.running, "case-2", "sent")
        await page.goto(f"{origin}/notifications/lembaga")
        await page.locator("table a").first.click()
        await page.get_by_role("button", name="Kirim jawaban").click()
        await is_well(page, "partner-officer-task-faulty")
        await of_agency.close()
        await of_school.close()
