"""The pages of an invitation and of signing in, over HTTP: works without scripts, says one thing for unknown and wrong, leads to where one wanted to go."""

import re

import pyotp
import pytest

from services.intake.accounts import signing_in
from tests.intake.accounts_browser import at_a_school, next_code
from tests.intake.accounts_desk import PASSWORD

pytestmark = pytest.mark.anyio


@pytest.fixture
async def browser(office, monkeypatch):
    monkeypatch.setattr(signing_in, "ANSWERED_AFTER", 0.0)
    async with at_a_school(office) as somebody:
        yield somebody


async def test_an_invitation_leads_to_password_and_code_and_the_codes_are_shown_once(browser):
    address = await browser.invited(await browser.staff())
    assert (await browser.get(address)).status_code == 200
    assert f"{address}/sandi" in browser.shown
    await browser.opens(address)
    assert len(re.findall(r"<code>[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}</code>", browser.shown)) == 10
    assert (await browser.get(address)).status_code == 404
    assert "Ini tidak dapat dilakukan" in browser.shown


async def test_opening_the_link_changes_nothing(browser):
    """Mail scanners open links."""
    address = await browser.invited(await browser.staff())
    before = await browser.office.kernel.store.head()
    for path in (address, f"{address}/sandi", address):
        assert (await browser.get(path)).status_code == 200
    assert await browser.office.kernel.store.head() == before
    await browser.opens(address)


async def test_a_form_sent_twice_shows_its_codes_twice_and_is_one_account(browser):
    address = await browser.invited(await browser.staff())
    await browser.get(f"{address}/sandi")
    fields = {"box": browser.hidden("box"), "name": "ani@contoh.invalid", "password": PASSWORD, "code": pyotp.TOTP(browser.key()).now()}
    first = await browser.post(f"{address}/sandi", **fields)
    browser.client.cookies.clear()
    second = await browser.post(f"{address}/sandi", **fields)
    assert re.findall(r"<code>(.*?)</code>", first.text) == re.findall(r"<code>(.*?)</code>", second.text) != []
    assert "set-cookie" not in second.headers
    assert (await browser.post(f"{address}/sandi", **fields | {"password": "another one of them"})).status_code == 404


async def test_what_is_wrong_stands_at_its_field_and_the_picture_stays(browser):
    address = await browser.invited(await browser.staff())
    await browser.get(f"{address}/sandi")
    seed = browser.key()
    answer = await browser.post(f"{address}/sandi", box=browser.hidden("box"), name="ani@contoh.invalid", password="password", code="000000")
    assert answer.status_code == 422
    assert browser.key() == seed
    assert "terlalu umum" in browser.shown
    assert "Kode tidak cocok" in browser.shown
    assert 'value="ani@contoh.invalid"' in browser.shown
    assert 'value="password"' not in browser.shown


async def test_a_name_that_somebody_has_is_told_so(browser):
    people = [str(each["person"]) for each in await browser.accounts.directory.people(None, None, schools="*")][:2]
    await browser.opens(await browser.invited(people[0]))
    address = await browser.invited(people[1])
    await browser.get(f"{address}/sandi")
    answer = await browser.post(
        f"{address}/sandi", box=browser.hidden("box"), name="ANI@contoh.invalid", password=PASSWORD, code=pyotp.TOTP(browser.key()).now()
    )
    assert answer.status_code == 409
    assert "sudah dipakai orang lain" in browser.shown


async def test_first_use_13_signing_in_leads_to_where_one_wanted_to_go(browser):
    seed = await browser.opens(await browser.invited(await browser.staff()))
    browser.client.cookies.clear()
    answer = await browser.get("/intake/bukti")
    assert (answer.status_code, answer.headers["location"]) == (303, "/intake/masuk?next=%2Fintake%2Fbukti")
    await browser.get("/intake/masuk?next=/cases/cases/case-1")
    wanted = browser.hidden("next")
    answer = await browser.post("/intake/masuk", next=wanted, name="ani@contoh.invalid", password=PASSWORD, code=next_code(seed))
    assert (answer.status_code, answer.headers["location"]) == (303, "/cases/cases/case-1")
    assert (await browser.get("/intake/bukti")).status_code == 200


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "/masuk/../..//evil.example", "javascript:alert(1)"]
)
async def test_nobody_is_led_elsewhere(browser, wanted):
    await browser.get("/intake/masuk", params={"next": wanted})
    assert browser.hidden("next") == ""
    seed = await browser.opens(await browser.invited(await browser.staff()))
    answer = await browser.post("/intake/masuk", next=wanted, name="ani@contoh.invalid", password=PASSWORD, code=next_code(seed))
    assert answer.headers["location"] == "/intake/mulai"


async def test_unknown_and_wrong_are_one_page_and_no_secret_comes_back(browser):
    seed = await browser.opens(await browser.invited(await browser.staff()))
    right = {"name": "ani@contoh.invalid", "password": PASSWORD, "code": next_code(seed)}
    seen = set()
    for wrong in ({"name": "nobody@contoh.invalid"}, {"password": "wrong wrong wrong"}, {"code": "000000"}, {"code": "K7F2-9QX0-AAAA"}):
        answer = await browser.post("/intake/masuk", **right | wrong)
        assert answer.status_code == 401
        assert PASSWORD not in browser.shown
        seen.add(browser.shown.replace("nobody@contoh.invalid", "ani@contoh.invalid"))
    assert len(seen) == 1


async def test_whoever_tries_too_often_is_told_how_long_to_wait(browser):
    for _ in range(5):
        assert (await browser.post("/intake/masuk", name="ani", password="wrong wrong", code="000000")).status_code == 401
    answer = await browser.post("/intake/masuk", name="ani", password="wrong wrong", code="000000")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    assert "akun Anda tidak dikunci" in browser.shown


async def test_a_suspended_person_is_known_and_not_let_in(browser):
    from services.intake.accounts.occasions import occasion_of
    from services.intake.domain.roster import ROSTER, Suspend
    from shared.decider import execute

    person, kernel = await browser.staff(), browser.office.kernel
    seed = await browser.opens(await browser.invited(person))
    await execute(kernel.store, ROSTER, f"person-{person}", Suspend(person=person), occasion_of("district", kernel.clock))
    await browser.office.directory.caught_up(await kernel.store.head())
    kernel.posts.forget()
    browser.client.cookies.clear()
    answer = await browser.post("/intake/masuk", name="ani@contoh.invalid", password=PASSWORD, code=next_code(seed))
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)


async def test_a_link_that_is_none_is_refused_and_trying_them_becomes_slow(browser):
    for _ in range(40):
        assert (await browser.get(f"/intake/undangan/{'X' * 26}")).status_code == 404
    assert (await browser.get(f"/intake/undangan/{'X' * 26}")).status_code == 429


async def test_no_page_has_anything_that_the_policy_forbids(browser):
    address = await browser.invited(await browser.staff())
    for path in ("/intake/masuk", address, f"{address}/sandi"):
        answer = await browser.get(path)
        assert "style=" not in answer.text
        assert not re.search(r"<script(?! src=)|<style|\son\w+=", answer.text)
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "same-origin"
