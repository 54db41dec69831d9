"""The main jobs of an agency, with an account and by its link: in the service notifications. A guardian's page by link, too."""

from tests.browser.counting import Counting
from tests.browser.jobs import Job, Way
from tests.notifications.family import Family
from tests.notifications.partner import Partner
from tests.notifications.scenes import in_states

TASKS = "/notifications/lembaga"


async def a_task(who: Counting) -> None:
    await who.press(who.page.locator("main table a").first)


async def accepted(who: Counting) -> None:
    await who.tick(who.page.get_by_label("Rujukan kami terima"))
    await who.press(who.page.get_by_role("button", name="Kirim jawaban"))
    await who.page.get_by_text("Jawaban lembaga Anda sudah sampai di sekolah.").wait_for()


def opened_with(code: str) -> Way:
    """What a link leads to opens with the code that was handed over."""

    async def way(who: Counting) -> None:
        await who.write(who.page.locator("main form input[name=code]"), code)
        await who.press(who.page.get_by_role("button", name="Buka pesan"))

    return way


async def replied(who: Counting) -> None:
    await who.tick(who.page.get_by_label("Saya hanya ingin menulis kepada sekolah"))
    await who.write(who.page.get_by_label("Dengan kata-kata Anda sendiri"), "Baik, saya datang.")
    await who.press(who.page.get_by_role("button", name="Kirim jawaban"))
    await who.page.get_by_text("Sekolah menerima jawaban Anda").wait_for()


async def jobs(partner: Partner, family: Family) -> list[Job]:
    """Each with what waits for it."""
    officer = partner.running.as_person("tuti", "agency-officer", partner.agency)
    await partner.refer("case-1")
    await in_states(partner.running, "case-1", "sent")
    task = await partner.refer("case-2")
    await in_states(partner.running, "case-2", "sent")
    by_link, code = partner.link(), await partner.code(task)
    told = await family.tell("case-3")
    await in_states(family.running, "case-3", "sent")
    return [
        Job("lembaga menerima rujukan, dengan akun", officer, a_task, accepted, first=TASKS),
        Job("lembaga menerima rujukan, lewat tautan", {}, opened_with(code), accepted, first=by_link),
        Job("orang tua menjawab, lewat tautan", {}, opened_with(await family.code(told)), replied, first=family.link()),
    ]
