"""One door for every way in: what the settings do not offer is refused in words, and whoever stands nowhere now is known and not let in."""

import httpx
import pytest

from services.intake.accounts import signing_in
from tests.browser import browser as chromium
from tests.browser import device_of, needs_browser
from tests.intake.accounts_browser import at_a_school, next_code
from tests.intake.accounts_desk import PASSWORD
from tests.intake.office import KEY, opened
from tests.intake.serving import served
from tests.intake.test_own_account import entered
from tests.intake.test_passkeys_in_a_browser import makes_a_passkey
from tests.keys import make_known, somebody

pytestmark = pytest.mark.anyio

ROUTES = {
    "passkey": ["GET /intake/masuk/passkey", "POST /intake/masuk/passkey", "GET {invitation}/passkey", "POST {invitation}/passkey"],
    "openid": ["GET /intake/masuk/openid/belajar", "GET /intake/masuk/openid/belajar/selesai", "GET {invitation}/openid/belajar"],
    "password": ["POST /intake/masuk", "GET {invitation}/sandi", "POST {invitation}/sandi"],
}


async def asked(browser, route: str, invitation: str) -> httpx.Response:
    method, path = route.format(invitation=invitation).split()
    return await (browser.get(path) if method == "GET" else browser.post(path))


@pytest.mark.parametrize("way", ROUTES)
async def test_a_way_that_is_not_offered_is_on_no_page_and_refused_in_words(database, tmp_path, way):
    others = ",".join(each for each in ROUTES if each != way)
    keys = {"TANGGAP_MASTER_KEY": KEY, "TANGGAP_TOKEN_KEY": KEY}
    async with opened(database, tmp_path, **keys, TANGGAP_SIGN_IN_WAYS=others) as office, at_a_school(office) as browser:
        invitation = await browser.invited(await browser.staff())
        for route in ROUTES[way]:
            answer = await asked(browser, route, invitation)
            assert (answer.status_code, "Cara masuk ini tidak dipakai di sini" in browser.shown) == (403, True), route
        await browser.get("/intake/masuk")
        assert {"passkey": "/masuk/passkey", "openid": "/masuk/openid", "password": 'name="password"'}[way] not in browser.shown
        assert (await browser.get(invitation)).status_code == 200
        assert f"{invitation}/{'sandi' if way == 'password' else way}" not in browser.shown


async def test_a_password_typed_as_a_fresh_proof_renews_the_session_and_goes_on_in_it(office, monkeypatch):
    monkeypatch.setattr(signing_in, "ANSWERED_AFTER", 0.0)
    async with at_a_school(office) as browser:
        seed = await browser.opens(await browser.invited(await browser.staff()))
        before = browser.client.cookies[office.kernel.cookies.session]
        answer = await browser.post("/intake/bukti", next="/intake/akun/sandi", password=PASSWORD, code=next_code(seed))
        assert (answer.status_code, answer.headers["location"]) == (303, "/intake/akun/sandi")
        assert browser.client.cookies[office.kernel.cookies.session] != before
        assert (await browser.get("/intake/akun/sandi")).status_code == 200
        assert [each["why"] for each in await office.told("session-ended")] == ["renewed"]


async def test_whoever_signs_in_over_somebody_else_s_session_ends_it(office, monkeypatch):
    monkeypatch.setattr(signing_in, "ANSWERED_AFTER", 0.0)
    async with at_a_school(office) as browser:
        people = [str(each["person"]) for each in await browser.accounts.directory.people("staff", None, schools="*")][:2]
        await entered(browser, people[1])
        await browser.opens(await browser.invited(people[0]))
        ended = [(each["person"], each["why"]) for each in await office.told("session-ended")]
        assert ended == [(people[1], "signed-out")]


@needs_browser
async def test_the_passkey_of_whoever_stands_nowhere_now_is_known_and_lets_nobody_in(database, tmp_path):
    async with served(database, tmp_path) as intake, chromium() as made:
        page = await made.new_page()
        await device_of(page)
        await makes_a_passkey(page, intake, "ani")
        await page.context.clear_cookies()
        make_known(intake.kernel.settings.database_url, somebody("ani", (), ()))
        intake.kernel.posts.forget()
        await page.goto(f"{intake.by_name}/intake/masuk/passkey")
        async with page.expect_navigation():
            await page.get_by_role("button", name="Lanjutkan").click()
        assert "tidak mempunyai tugas" in await page.inner_text("main")
        assert not [each for each in await page.context.cookies() if each["name"] == "tanggap_session"]
