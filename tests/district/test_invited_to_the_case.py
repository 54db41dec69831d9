"""From the mailed invitation to the case that an alert's mail is about: each way in, with a real mail server, browser, authenticator and issuer.

The embedded district runs in a process of its own, `./tanggap invite` in another (people.md, Signing in; first-use, row 13).
"""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from uuid import uuid4

import httpx
import pyotp
import pytest
from aiosmtpd.controller import Controller
from playwright.async_api import Page

from district.commands.directory import import_bundle
from district.deployment import free_port
from district.embedded.process import dying_with_us
from district.home import Home
from district.sample.people import District, Someone, generate
from district.sample.roster import SOURCE, write_roster
from services.intake.roster.people import person_id
from shared.testing import eventually
from tests.browser import browser, device_of, needs_browser
from tests.district.test_signing_in import answers
from tests.intake.openid.providers import provider_mock
from tests.notifications.desk import Mailbox

pytestmark = [pytest.mark.servers, pytest.mark.anyio, needs_browser]

CHECKOUT = Path(__file__).parents[2]
PASSWORD = "gunung merapi di pagi hari"
AT = ("smp1", "sma1")


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


def people() -> District:
    """Two schools' staff, and some students of each."""
    whole = generate()
    taken = [each for each in whole.people if each.kind == "staff" and each.school in AT]
    return District(whole.schools, [*taken, *(each for school in AT for each in whole.of(school, "student")[:3])])


WHO = people()


def staff(school: str, role: str, place: int = 0) -> Someone:
    return [each for each in WHO.people if each.school == school and role in each.roles][place]


@dataclass
class Running:
    """A district, and the mailbox of everybody in it."""

    origin: str
    home: Home
    mailbox: Mailbox
    environment: dict[str, str]

    def invite(self, person: Someone) -> None:
        """By `./tanggap invite`, mailed to the roster's address."""
        told = (sys.executable, "-m", "district", "invite", person_id(SOURCE, person.key), "--mail")
        done = subprocess.run(told, cwd=CHECKOUT, env=self.environment, capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode, "/undangan/" in done.stdout) == (0, False), done.stderr

    async def mailed(self, person: Someone, pattern: str) -> str:
        """The newest address in a mail to somebody that looks like this, once it is there."""
        found: list[str] = []

        async def arrived() -> bool:
            mine = [content for receiver, content in self.mailbox.messages if receiver == person.email]
            found[:] = [match for content in mine for match in re.findall(pattern, text_of(content))]
            return bool(found)

        await eventually(arrived, within=30)
        return found[-1]

    async def concern(self, school: str) -> None:
        student = next(each for each in WHO.of(school, "student"))
        npsn = next(each.npsn for each in WHO.schools if each.key == school)
        told = {
            "school": npsn, "students": [{"id": person_id(SOURCE, student.key), "role": "affected"}], "kind": "incident", "categories": ["bullying"],
            "narrative": "Didorong di tangga.", "channel": "api", "reporter": {"kind": "staff"},
        }  # fmt: skip
        headers = self.home.service_headers() | {"idempotency-key": str(uuid4())}
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.post(f"{self.origin}/intake/api/concerns", json=told, headers=headers)
        assert answer.status_code == 201, answer.text


def text_of(content: bytes) -> str:
    body = message_from_bytes(content, policy=policy.default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home, port, mailbox = Home(tmp_path_factory.mktemp("district")), free_port(), Mailbox()
    origin = f"http://localhost:{port}"
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    callback = f"{origin}/intake/masuk/openid/sekolah/selesai"
    with provider_mock(tmp_path_factory.mktemp("issuer"), callback, origin) as provider:
        told = {
            "TANGGAP_HOME": str(home.folder), "TANGGAP_PORT": str(port), "TANGGAP_PUBLIC_ORIGIN": origin, "SMTP_URL": f"smtp://127.0.0.1:{controller.port}",
            "TANGGAP_OPENID": json.dumps([provider.settings]),
        }  # fmt: skip
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("TANGGAP_", "DATABASE_", "REDIS_"))}
        with (home.folder / "up.log").open("wb") as log:
            command = (sys.executable, "-m", "district", "up")
            process = subprocess.Popen(command, cwd=CHECKOUT, env=kept | told, stdout=log, stderr=log, preexec_fn=dying_with_us())
        try:
            by_number = f"http://127.0.0.1:{port}"
            asyncio.run(eventually(lambda: answers(by_number), within=60))
            import_bundle(by_number, home.service_headers(), write_roster(WHO, home.folder / "roster.zip"), allow_drop=False)
            yield Running(origin, home, mailbox, kept | told)
        finally:
            process.terminate()
            process.wait(30)
            controller.stop()


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    """A browser with a device that keeps passkeys. It reaches this machine alone."""
    async with browser() as made:
        opened = await made.new_page()
        await device_of(opened)
        await opened.route(lambda address: "127.0.0.1" not in address and "localhost" not in address, lambda route: route.abort())
        yield opened


async def comes_back(page: Page, link: str) -> None:
    """Later, without a session: the alert's link leads to the page where one signs in."""
    await page.context.clear_cookies()
    await page.goto(link)
    assert page.url.partition("?")[0].endswith("/intake/masuk")
    assert await page.get_by_text("Setelah masuk Anda dibawa ke halaman yang Anda buka tadi.").is_visible()


async def alerted(district: Running, person: Someone, school: str) -> str:
    await district.concern(school)
    return await district.mailed(person, r"(http://localhost:\d+/cases/cases/[0-9a-f-]{36})")


async def is_at_the_case(page: Page, link: str) -> None:
    await page.wait_for_url(link)
    assert await page.get_by_role("heading", level=1).count() == 1
    assert "perundungan" in await page.inner_text("main")


async def invited(district: Running, page: Page, person: Someone) -> None:
    await asyncio.to_thread(district.invite, person)
    await page.goto(await district.mailed(person, r"(http://localhost:\d+/intake/undangan/\w+)"))
    assert await page.get_by_role("heading", name="Anda diundang ke Tanggap").is_visible()


async def test_invited_by_mail_a_passkey_leads_from_the_alert_s_mail_to_the_case(district, page):
    counsellor = staff("smp1", "counsellor")
    await invited(district, page, counsellor)
    await page.get_by_role("link", name="Kunci sandi (passkey)").click()
    await page.get_by_label("Nama untuk perangkat ini").fill("HP saya")
    await page.get_by_role("button", name="Buat kunci sandi").click()
    await page.wait_for_url(f"{district.origin}/cases/menunggu")
    link = await alerted(district, counsellor, "smp1")
    await comes_back(page, link)
    await page.get_by_role("link", name="Masuk dengan kunci sandi").click()
    await page.get_by_role("button", name="Lanjutkan").click()
    await is_at_the_case(page, link)


async def test_invited_by_mail_an_issuer_s_account_leads_from_the_alert_s_mail_to_the_case(district, page):
    counsellor = staff("smp1", "counsellor", 1)
    await invited(district, page, counsellor)
    await page.get_by_role("link", name="Akun Akun Sekolah").click()
    await page.get_by_role("button", name="guru-1").first.click()
    await page.wait_for_url(f"{district.origin}/cases/menunggu")
    link = await alerted(district, counsellor, "smp1")
    await comes_back(page, link)
    await page.get_by_role("link", name="Masuk dengan Akun Sekolah").click()
    await page.get_by_role("button", name="guru-1").first.click()
    await is_at_the_case(page, link)


async def test_invited_by_mail_a_password_and_a_code_lead_from_the_alert_s_mail_to_the_case(district, page):
    counsellor = staff("sma1", "counsellor")
    await invited(district, page, counsellor)
    await page.get_by_role("link", name="Kata sandi dan kode").click()
    await page.get_by_text("Tidak dapat memindai?").click()
    seed = (await page.inner_text(".receipt")).replace(" ", "")
    await page.get_by_label("Nama masuk").fill("guru@contoh.invalid")
    await page.get_by_label("Kata sandi baru").fill(PASSWORD)
    await page.get_by_label("Kode yang tampil").fill(pyotp.TOTP(seed).now())
    await page.get_by_role("button", name="Simpan dan masuk").click()
    codes = await page.locator(".codes code").all_inner_texts()
    assert len(codes) == 10
    link = await alerted(district, counsellor, "sma1")
    await comes_back(page, link)
    await page.get_by_label("Nama masuk").fill("guru@contoh.invalid")
    await page.get_by_label("Kata sandi").fill(PASSWORD)
    await page.get_by_label("Kode").fill(codes[0])  # the telephone's code of this half minute counted already
    await page.get_by_role("button", name="Masuk", exact=True).click()
    await is_at_the_case(page, link)


async def test_whoever_may_not_see_the_case_is_told_so_and_nothing_of_it(district, page):
    """Somebody of another school follows a link that was passed on."""
    stranger = staff("sma1", "coordinator")
    link = await alerted(district, staff("smp1", "counsellor"), "smp1")
    await invited(district, page, stranger)
    await page.get_by_role("link", name="Kunci sandi (passkey)").click()
    await page.get_by_label("Nama untuk perangkat ini").fill("HP saya")
    await page.get_by_role("button", name="Buat kunci sandi").click()
    await page.wait_for_url(f"{district.origin}/cases/menunggu")
    await comes_back(page, link)
    await page.get_by_role("link", name="Masuk dengan kunci sandi").click()
    await page.get_by_role("button", name="Lanjutkan").click()
    await page.wait_for_url(link)
    shown = await page.inner_text("main")
    assert "isinya bukan untuk Anda" in shown
    assert "perundungan" not in shown
