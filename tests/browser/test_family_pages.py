"""A guardian on a phone, without scripts: the message, the code, the very words, an answer; and what the school sees of it (people.md, By link)."""

import pytest

from tests.browser import needs_browser
from tests.browser.looking import VIEWS, View, context, is_well
from tests.browser.serving import on_a_port
from tests.notifications.desk import Mailbox, desk, mail_server
from tests.notifications.family import WORDS, Family
from tests.notifications.scenes import in_states, now, staffed

pytestmark = [pytest.mark.anyio, pytest.mark.browser, needs_browser]


@pytest.fixture
async def family(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.person("siswa", "student", guardians=("ibu", "ayah"), born="2011-04-30")
        yield Family(running, mailbox)


async def test_a_guardian_reads_and_answers_on_a_phone_without_scripts(chromium, family):
    told = await family.tell()
    await in_states(family.running, "case-1", "sent")
    code = await family.code(told)
    async with on_a_port(family.running.app) as origin:
        browsing = await chromium.new_context(viewport={"width": 320, "height": 844}, java_script_enabled=False)
        page = await browsing.new_page()
        await page.goto(f"{origin}{family.link()}")
        assert "Rani" not in await page.content()
        await page.get_by_label("Kode dari sekolah").fill(code)
        await page.get_by_role("button", name="Buka pesan").click()
        assert await page.get_by_text(WORDS).is_visible()
        assert "Rani" not in await page.title()
        await page.get_by_label("Saya hanya ingin menulis kepada sekolah").check()
        await page.get_by_label("Dengan kata-kata Anda sendiri").fill("Baik, saya datang.")
        await page.get_by_role("button", name="Kirim jawaban").click()
        assert await page.get_by_text("Sekolah menerima jawaban Anda").is_visible()
        await page.get_by_role("button", name="Selesai").click()
        await page.wait_for_load_state("networkidle")
        await page.go_back()
        await page.reload()
        assert "Rani" not in await page.content(), "whoever has the phone next sees nothing"
        await browsing.close()


@pytest.mark.parametrize("view", VIEWS, ids=str)
async def test_every_page_of_a_family_empty_faulty_and_full(chromium, family, view: View):
    told = await family.tell(asks="appointment", meet_at=now(), about="activity-1", second="ayah")
    await in_states(family.running, "case-1", "sent")
    code = await family.code(told)
    async with on_a_port(family.running.app) as origin:
        browsing = await context(chromium, view)
        page = await browsing.new_page()
        await page.goto(f"{origin}/notifications/n/{'0' * 32}")
        await is_well(page, "family-unknown")
        await page.goto(f"{origin}{family.link()}")
        await is_well(page, "family-closed")
        await page.get_by_role("button", name="Buka pesan").click()
        await is_well(page, "family-closed-faulty")
        await page.get_by_label("Kode dari sekolah").fill(code)
        await page.get_by_role("button", name="Buka pesan").click()
        await is_well(page, "family-opened")
        await page.get_by_role("button", name="Kirim jawaban").click()
        await is_well(page, "family-opened-faulty")
        await page.get_by_label("Ya, saya bersedia").check()
        await page.get_by_role("button", name="Kirim jawaban").click()
        await is_well(page, "family-answered")
        await page.get_by_label("bukan untuk saya").check()
        await page.get_by_role("button", name="Kirim jawaban").click()
        await is_well(page, "family-not-for-me")
        await browsing.close()
        of_school = await context(chromium, view, headers=family.counsellor)
        page = await of_school.new_page()
        await page.goto(f"{origin}/notifications/keluarga/{told.notice}")
        await page.get_by_role("button", name="Tampilkan kode").click()
        assert f"{code[:3]} {code[3:]}" in await page.content()
        await is_well(page, "family-notice")
        await page.get_by_role("button", name="Cabut tautan").click()
        await is_well(page, "family-notice-revoked")
        await of_school.close()
