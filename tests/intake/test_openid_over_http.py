"""Signing in by an issuer's account, from the invitation on: a served intake, two providers of different make in processes of their own."""

import asyncio
import json
import logging
from contextlib import ExitStack
from dataclasses import dataclass
from html import unescape

import httpx
import pytest
import structlog

from district.deployment import free_port
from shared.access import Permissions
from tests.intake.openid.providers import Provider, django_provider, provider_mock, signs_in
from tests.intake.serving import Served, served
from tests.keys import make_known, somebody

pytestmark = [pytest.mark.servers, pytest.mark.anyio]


@dataclass
class Providers:
    port: int
    all: list[Provider]

    @property
    def settings(self) -> str:
        return json.dumps([each.settings for each in self.all])


@pytest.fixture(scope="module")
def providers(tmp_path_factory):
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp
        mock = stack.enter_context(provider_mock(folder("mock"), f"{origin}/intake/masuk/openid/sekolah/selesai", origin))
        django = stack.enter_context(django_provider(folder("django"), f"{origin}/intake/masuk/openid/belajar/selesai", origin))
        yield Providers(port, [mock, django])


@pytest.fixture
async def intake(database, tmp_path, providers):
    async with served(database, tmp_path, port=providers.port, TANGGAP_OPENID=providers.settings) as running:
        yield running


class Browser:
    """Without scripts. It fills in a provider's form with one name."""

    def __init__(self, intake: Served) -> None:
        self.origin = intake.origin
        self.client = httpx.Client(base_url=intake.origin, trust_env=False, headers={"accept": "text/html"})

    async def get(self, path: str) -> httpx.Response:
        return await asyncio.to_thread(self.client.get, path)

    async def post(self, path: str) -> httpx.Response:
        own = {"origin": self.origin, "sec-fetch-site": "same-origin"}
        return await asyncio.to_thread(lambda: self.client.post(path, headers=own))

    async def returns(self, path: str, name: str) -> httpx.URL:
        """The address of ours that the provider sends the browser back to."""
        return await asyncio.to_thread(signs_in, self.client, f"{self.origin}{path}", name, f"{self.origin}/intake/masuk/openid")

    async def enters(self, path: str, name: str) -> httpx.Response:
        return await self.get(str(await self.returns(path, name)))

    @property
    def signed_in(self) -> bool:
        return "tanggap_session" in self.client.cookies


@pytest.fixture
def browser(intake):
    made = Browser(intake)
    yield made
    made.client.close()


@pytest.fixture
def other(intake):
    made = Browser(intake)
    yield made
    made.client.close()


async def stopped(browser: Browser, answer: httpx.Response, why: str) -> None:
    """It was refused, for this reason, and nobody is signed in."""
    assert (answer.status_code, answer.headers["location"]) == (303, f"/intake/masuk/terhenti?why={why}")
    assert not browser.signed_in


@pytest.mark.parametrize("issuer", ["sekolah", "belajar"])
async def test_who_is_invited_links_their_account_and_signs_in_with_it_later(intake, browser, other, issuer):
    invitation = await intake.invited("ani")
    answer = await browser.enters(f"{invitation}/openid/{issuer}", "guru-1")
    assert (answer.status_code, browser.signed_in) == (303, True)
    later = await other.enters(f"/intake/masuk/openid/{issuer}?next=/intake/status", "guru-1")
    assert (later.headers["location"], other.signed_in) == ("/intake/status", True)
    told = await intake.office.told("session-begun")
    assert [(each["person"], each["way"], each["level"]) for each in told] == [("ani", "openid", "single")] * 2


async def test_an_issuer_that_says_two_factors_gives_a_session_of_two_factors(intake, browser):
    await browser.enters(f"{await intake.invited('ani')}/openid/belajar", "dua-langkah")
    assert [each["level"] for each in await intake.office.told("session-begun")] == ["two-factor"]


async def test_who_was_never_invited_is_told_to_ask_for_an_invitation(intake, browser):
    await stopped(browser, await browser.enters("/intake/masuk/openid/sekolah", "guru-1"), "not-invited")
    page = await browser.get("/intake/masuk/terhenti?why=not-invited")
    assert "Mintalah undangan" in page.text


async def test_an_invitation_links_one_account_once(intake, browser, other):
    invitation = await intake.invited("ani")
    await browser.enters(f"{invitation}/openid/sekolah", "guru-1")
    assert (await other.get(f"{invitation}/openid/sekolah")).status_code == 404
    second = await intake.invited("budi")
    await stopped(other, await other.enters(f"{second}/openid/sekolah", "guru-1"), "sign-in-name-taken")


async def test_a_code_that_is_replayed_lets_nobody_in(intake, browser, other):
    await browser.enters(f"{await intake.invited('ani')}/openid/sekolah", "guru-1")
    browser.client.cookies.clear()
    back = await browser.returns("/intake/masuk/openid/sekolah", "guru-1")
    carried = dict(browser.client.cookies)
    await browser.get(str(back))
    await stopped(other, await other.get(str(back)), "not-proved")
    other.client.cookies.update(carried)
    await stopped(other, await other.get(str(back)), "not-proved")


async def test_two_browsers_cannot_swap_what_they_bring_back(intake, browser, other):
    await browser.enters(f"{await intake.invited('ani')}/openid/sekolah", "guru-1")
    browser.client.cookies.clear()
    mine = await browser.returns("/intake/masuk/openid/sekolah", "guru-1")
    await other.returns("/intake/masuk/openid/sekolah", "guru-2")
    await stopped(other, await other.get(str(mine)), "not-proved")


@pytest.mark.parametrize("query", ["", "?code=a&state=b", "?error=access_denied&state=b", "?code=" + "a" * 5000, "?state=%C3%A9&code=b"])
async def test_whoever_comes_back_without_having_left_is_refused(intake, browser, query):
    await stopped(browser, await browser.get(f"/intake/masuk/openid/sekolah/selesai{query}"), "not-proved")


async def test_an_unknown_issuer_is_refused(intake, browser):
    for path in ("/intake/masuk/openid/lain", "/intake/masuk/openid/lain/selesai?code=a&state=b", "/intake/keluar/openid/lain"):
        await stopped(browser, await browser.get(path), "not-proved")


async def test_nothing_of_a_sign_in_is_logged(intake, browser):
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))  # another test's service may have been set to say less
    with structlog.testing.capture_logs() as logged:
        back = await browser.returns("/intake/masuk/openid/belajar", "guru-rahasia")
        await stopped(browser, await browser.get(str(back)), "not-invited")
        await stopped(browser, await browser.get(str(back)), "not-proved")
    ours = [each for each in logged if each["event"] == "openid-refused"]
    assert [(each["issuer"], each["why"]) for each in ours] == [("belajar", "not-invited"), ("belajar", "nothing-begun")]
    assert not any(word in json.dumps(logged) for word in ("guru-rahasia", back.params["code"], back.params["state"]))


async def test_a_browser_is_led_to_the_issuer_and_nowhere_else(intake, browser, providers):
    away = await browser.get("/intake/masuk/openid/sekolah?next=https://jahat.id/")
    assert away.headers["location"].startswith(f"{providers.all[0].issuer.issuer}/")
    assert "jahat" not in away.headers["location"]
    leave = await browser.get("/intake/keluar/openid/belajar")
    assert leave.headers["location"].startswith(f"{providers.all[1].issuer.issuer}/logout/")
    redirect = await asyncio.to_thread(lambda: browser.client.get("/intake/lapor/", headers={"host": "jahat.id"}))
    assert redirect.headers["location"] == "/intake/lapor"


async def test_one_more_account_is_linked_by_the_person_who_is_signed_in(intake, browser, other):
    await browser.enters(f"{await intake.invited('ani')}/openid/sekolah", "guru-1")
    page = await browser.post("/intake/akun/openid/belajar")
    back = await asyncio.to_thread(signs_in, browser.client, issuers_link(page), "guru-2", f"{browser.origin}/intake/masuk/openid")
    assert (await browser.get(str(back))).headers["location"] == "/intake/akun"
    assert (await other.enters("/intake/masuk/openid/belajar?next=/intake/status", "guru-2")).headers["location"] == "/intake/status"


@pytest.mark.parametrize("route", ["GET /intake/akun/passkey", "POST /intake/akun/passkey", "POST /intake/akun/openid/{issuer}"])
def test_one_more_way_in_asks_for_a_fresh_proof(route):
    assert Permissions().asks_fresh(*route.split())


async def test_nobody_is_led_into_linking_by_a_mere_link(intake, browser):
    await browser.enters(f"{await intake.invited('ani')}/openid/sekolah", "guru-1")
    assert (await browser.get("/intake/akun/openid/belajar")).status_code == 405


async def test_what_one_person_began_another_cannot_finish(intake, browser, other):
    await browser.enters(f"{await intake.invited('ani')}/openid/sekolah", "guru-1")
    await other.enters(f"{await intake.invited('budi')}/openid/sekolah", "guru-3")
    page = await browser.post("/intake/akun/openid/belajar")
    back = await asyncio.to_thread(signs_in, browser.client, issuers_link(page), "guru-2", f"{browser.origin}/intake/masuk/openid")
    travelling = browser.client.cookies["tanggap_openid"]
    other.client.cookies.set("tanggap_openid", travelling, domain="127.0.0.1")
    answer = await other.get(str(back))
    assert answer.headers["location"] == "/intake/masuk/terhenti?why=not-proved"


async def test_a_step_up_renews_the_session_of_the_same_person_only(intake, browser, other):
    await browser.enters(f"{await intake.invited('ani')}/openid/belajar", "guru-1")
    before = browser.client.cookies["tanggap_session"]
    again = await browser.enters("/intake/masuk/openid/belajar?again=1&next=/intake/status", "guru-1")
    assert again.headers["location"] == "/intake/status"
    assert browser.client.cookies["tanggap_session"] != before
    assert (await browser.get("/intake/sesi")).status_code == 200
    other.client.cookies.set("tanggap_session", before, domain="127.0.0.1")
    assert (await other.get("/intake/sesi")).status_code == 303
    somebody_else = await browser.enters("/intake/masuk/openid/belajar?again=1", "guru-2")
    assert somebody_else.headers["location"] == "/intake/masuk/terhenti?why=not-invited"


def issuers_link(page: httpx.Response) -> str:
    """The link of a page that leads to an issuer."""
    return unescape(page.text.partition('class="button" href="')[2].partition('"')[0])


async def test_whoever_stands_nowhere_now_is_told_so_and_not_let_in(intake, browser):
    await browser.enters(f"{await intake.invited('ani')}/openid/sekolah", "guru-1")
    browser.client.cookies.clear()
    make_known(intake.kernel.settings.database_url, somebody("ani", (), ()))
    intake.kernel.posts.forget()
    await stopped(browser, await browser.enters("/intake/masuk/openid/sekolah", "guru-1"), "no-place-now")
    assert "tidak mempunyai tugas" in (await browser.get("/intake/masuk/terhenti?why=no-place-now")).text


async def test_signing_out_offers_to_sign_out_at_the_issuers_that_can_as_well(intake, browser):
    await browser.enters(f"{await intake.invited('ani')}/openid/belajar", "guru-1")
    left = await browser.post("/intake/keluar")
    assert ("Keluar juga dari belajar.id" in left.text, browser.signed_in) == (True, False)
    away = await browser.get("/intake/keluar/openid/belajar")
    assert away.status_code == 303
    assert away.headers["location"].split("?")[0].endswith("logout/")


async def test_whoever_did_not_come_from_an_issuer_is_offered_none_at_sign_out(intake, browser):
    make_known(intake.kernel.settings.database_url, somebody("budi", {"counsellor"}, {"smp1"}))
    value = await intake.office.app.state.sessions.begin("budi", level="two-factor", way="passkey")
    cookies = intake.kernel.cookies
    browser.client.cookies.set(cookies.session, value)
    left = await browser.post("/intake/keluar")
    assert (left.status_code, "Keluar juga dari" in left.text) == (200, False)
