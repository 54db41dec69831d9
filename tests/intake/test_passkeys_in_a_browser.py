"""Passkeys in a real Chromium with a virtual authenticator: invited, made, signed in without typing anything, and what the page says where they are off."""

import pytest

from tests.browser import browser, device_of, needs_browser
from tests.intake.serving import Served, served

pytestmark = [pytest.mark.anyio, needs_browser]


@pytest.fixture
async def intake(database, tmp_path):
    async with served(database, tmp_path) as running:
        yield running


@pytest.fixture
async def chromium():
    async with browser() as made:
        yield made


@pytest.fixture
async def page(chromium):
    made = await chromium.new_page()
    yield made
    await made.close()


async def makes_a_passkey(page, intake: Served, person: str, name: str = "HP saya") -> None:
    await page.goto(f"{intake.by_name}{await intake.invited(person)}/passkey")
    await page.get_by_label("Nama untuk perangkat ini").fill(name)
    async with page.expect_navigation():
        await page.get_by_role("button", name="Buat kunci sandi").click()


async def is_signed_in(page) -> bool:
    return any(each["name"] == "tanggap_session" for each in await page.context.cookies())


async def test_who_is_invited_makes_a_passkey_and_signs_in_with_it_later_without_typing_anything(intake, page):
    await device_of(page)
    await makes_a_passkey(page, intake, "ani")
    assert await is_signed_in(page)
    await page.context.clear_cookies()
    await page.goto(f"{intake.by_name}/intake/masuk/passkey?next=/intake/status")
    await page.get_by_role("button", name="Lanjutkan").click()
    await page.wait_for_url(f"{intake.by_name}/intake/status")
    assert await is_signed_in(page)
    assert [each["way"] for each in await intake.office.told("session-begun")] == ["passkey", "passkey"]


async def test_a_device_that_does_not_know_its_owner_signs_nobody_in(intake, page):
    session, device = await device_of(page)
    await makes_a_passkey(page, intake, "ani")
    await page.context.clear_cookies()
    await session.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    await page.goto(f"{intake.by_name}/intake/masuk/passkey")
    await page.get_by_role("button", name="Lanjutkan").click()
    await page.get_by_role("alert").get_by_text("Silakan coba lagi").wait_for()
    assert not await is_signed_in(page)


async def test_a_device_without_a_passkey_of_ours_says_so_and_the_button_works_again(intake, page):
    await device_of(page)
    await page.goto(f"{intake.by_name}/intake/masuk/passkey")
    for _ in range(2):
        await page.get_by_role("button", name="Lanjutkan").click()
        await page.get_by_role("alert").get_by_text("Silakan coba lagi").wait_for()


async def test_a_device_that_has_one_already_is_told_so(intake, page):
    await device_of(page)
    await makes_a_passkey(page, intake, "ani")
    await page.goto(f"{intake.by_name}/intake/akun/passkey")
    await page.get_by_label("Nama untuk perangkat ini").fill("lagi")
    await page.get_by_role("button", name="Buat kunci sandi").click()
    await page.get_by_role("alert").get_by_text("sudah menyimpan").wait_for()


async def test_without_scripts_the_page_says_why_and_where_else_to_go(intake, chromium):
    context = await chromium.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{intake.by_name}/intake/masuk/passkey")
    assert "memerlukan JavaScript" in await page.inner_text("main")
    assert await page.get_by_role("button", name="Lanjutkan").count() == 0
    assert await page.get_by_role("link", name="Cara lain untuk masuk").is_visible()
    await context.close()


async def test_by_the_number_of_this_machine_the_page_leads_to_its_name(intake, page):
    await page.goto(f"{intake.origin}/intake/masuk/passkey?next=/intake/status")
    link = page.get_by_role("link", name="Buka dengan nama itu")
    assert await link.get_attribute("href") == f"{intake.by_name}/intake/masuk/passkey?next=/intake/status"


async def test_over_plain_http_the_page_says_why_passkeys_are_off(database, tmp_path, page):
    async with served(database, tmp_path, TANGGAP_PUBLIC_ORIGIN="http://tanggap.contoh.id") as plain:
        await page.goto(f"{plain.origin}/intake/masuk/passkey")
        assert "belum memakai https" in await page.inner_text("main")
        await page.get_by_role("button", name="English").click()
        assert "not served over https" in await page.inner_text("main")


async def test_no_script_of_the_page_breaks_its_policy(intake, page):
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if "(Not Found)" not in message.text else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    await device_of(page)
    await makes_a_passkey(page, intake, "ani")
    assert said == []
