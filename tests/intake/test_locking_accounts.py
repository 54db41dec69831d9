"""Abuse of what one colleague may do to another's account: locking somebody out, and resetting an account to read as its holder."""

from datetime import timedelta

import pytest

from services.intake.accounts import signing_in
from shared.access import service_principal
from shared.clock import SystemClock
from tests.intake.accounts_browser import at_a_school, next_code
from tests.intake.accounts_desk import PASSWORD
from tests.intake.test_own_account import LIST, appointed, entered, school
from tests.keys import bearer

pytestmark = pytest.mark.anyio

REFUSED = 404


@pytest.fixture
async def browser(office, monkeypatch):
    monkeypatch.setattr(signing_in, "ANSWERED_AFTER", 0.0)
    async with at_a_school(office) as somebody:
        mine = await school(somebody)
        await appointed(somebody, "dewi", "coordinator", mine)
        await appointed(somebody, "eka", "principal", mine)
        await appointed(somebody, "gita", "counsellor", mine)
        yield somebody


async def messages(browser) -> list[tuple[str, str]]:
    return [(each["person"], each["message"]) for each in await browser.office.told("account-holder-to-be-told")]


async def test_a_locked_account_signs_nobody_in_ends_its_sessions_and_its_holder_is_told(browser):
    person = await browser.staff()
    seed = await browser.opens(await browser.invited(person))
    await entered(browser, "dewi")
    answer = await browser.post(f"{LIST}/kunci", person=person)
    assert (answer.status_code, answer.headers["location"]) == (303, LIST)
    assert await browser.accounts.listed.of(person, browser.office.kernel.clock.now()) == []
    assert (await messages(browser))[-1] == (person, "locked")
    await browser.get(LIST)
    assert "Akun dikunci" in browser.shown
    browser.client.cookies.clear()
    told = {"name": "ani@contoh.invalid", "password": PASSWORD, "code": next_code(seed)}
    assert (await browser.post("/intake/masuk", **told)).status_code == 401


async def test_whoever_locks_a_colleague_out_cannot_keep_them_out_another_one_unlocks(browser):
    """A colleague locks others out."""
    person = await browser.staff()
    seed = await browser.opens(await browser.invited(person))
    await entered(browser, "dewi")
    await browser.post(f"{LIST}/kunci", person=person)
    await entered(browser, "eka")
    assert (await browser.post(f"{LIST}/buka-kunci", person=person)).status_code == 303
    locked = [each["by"] for each in await browser.office.told("account-locked")]
    unlocked = [each["by"] for each in await browser.office.told("account-unlocked")]
    assert (locked, unlocked) == (["dewi"], ["eka"])
    assert [message for _, message in await messages(browser)] == ["opened", "locked", "unlocked"]
    browser.client.cookies.clear()
    told = {"name": "ani@contoh.invalid", "password": PASSWORD, "code": next_code(seed)}
    assert (await browser.post("/intake/masuk", **told)).status_code == 303


@pytest.mark.parametrize("path", ["kunci", "buka-kunci", "pulihkan", "tegaskan"])
async def test_nobody_locks_or_recovers_themselves_or_somebody_elsewhere_or_above(browser, path):
    """A colleague locks others out: the district's duty, another school's people, oneself, and nobody are one answer."""
    await appointed(browser, "hadi", "district-duty", None)
    await appointed(browser, "fajar", "coordinator", "another-school")
    await entered(browser, "dewi")
    for person in ("hadi", "fajar", "dewi", "tidak-ada"):
        assert (await browser.post(f"{LIST}/{path}", person=person)).status_code == REFUSED, person


@pytest.mark.parametrize("path", ["kunci", "buka-kunci"])
async def test_a_counsellor_locks_nobody(browser, path):
    person = await browser.staff()
    await entered(browser, "gita")
    assert (await browser.post(f"{LIST}/{path}", person=person)).status_code == 403


@pytest.mark.parametrize("path", ["kunci", "buka-kunci"])
async def test_locking_asks_for_a_fresh_proof(browser, path, monkeypatch):
    person = await browser.staff()
    await entered(browser, "dewi")
    later = browser.office.kernel.clock.now() + timedelta(minutes=11)
    monkeypatch.setattr(SystemClock, "now", lambda _: later)
    assert (await browser.post(f"{LIST}/{path}", person=person)).status_code == 403
    assert await browser.office.told("account-locked") == []


async def test_one_coordinator_alone_never_gets_into_a_counsellor_s_account(browser):
    """A coordinator resets somebody's account to read as them: alone they get no link, and the holder hears of the first step at once."""
    person = await browser.staff()
    await browser.opens(await browser.invited(person))
    await entered(browser, "dewi")
    assert (await browser.post(f"{LIST}/undang", person=person)).status_code == 409
    assert (await browser.post(f"{LIST}/tegaskan", person=person)).status_code == 409
    assert (await browser.post(f"{LIST}/pulihkan", person=person)).status_code == 303
    assert (await browser.post(f"{LIST}/tegaskan", person=person)).status_code == 409
    assert "/intake/undangan/" not in browser.shown
    assert (await browser.accounts.accounts.of(person)).open
    assert [message for _, message in await messages(browser)] == ["opened", "recovery-asked"]


async def test_of_an_account_that_two_people_recovered_the_holder_hears_each_step(browser):
    """A coordinator resets somebody's account to read as them, with a helper: nothing of it is quiet."""
    person = await browser.staff()
    await browser.opens(await browser.invited(person))
    await entered(browser, "dewi")
    await browser.post(f"{LIST}/pulihkan", person=person)
    await entered(browser, "eka")
    answer = await browser.post(f"{LIST}/tegaskan", person=person, way="paper")
    address = browser.shown.partition('<p class="receipt">')[2].partition("</p>")[0]
    assert answer.status_code == 201
    browser.client.cookies.clear()
    await browser.opens(address.replace("http://127.0.0.1:8000", ""), name="lain@contoh.invalid")
    assert await messages(browser) == [(person, each) for each in ("opened", "recovery-asked", "recovered", "opened")]
    (granted,) = await browser.office.told("recovery-granted")
    assert (granted["proposed_by"], granted["by"]) == ("dewi", "eka")


async def test_an_administrator_sees_who_holds_sessions_page_by_page_and_ends_them(browser, monkeypatch):
    """`./tanggap sessions`."""
    monkeypatch.setattr("services.intake.sessions.routes.MOST", 2)
    for person in ("dewi", "eka", "gita"):
        browser.client.cookies.clear()
        await entered(browser, person)
    browser.client.cookies.clear()
    asking = bearer(browser.office.kernel.settings, service_principal("operator"))

    async def page(**wanted: str) -> tuple[list[str], str | None]:
        answer = (await browser.client.get("/intake/api/sessions", params=wanted, headers=asking)).json()
        return [each["person"] for each in answer["items"]], answer["next"]

    first, more = await page()
    assert (first, await page(cursor=more or "")) == (["gita", "eka"], (["dewi"], None))
    assert await page(person="eka") == (["eka"], None)
    done = await browser.client.post("/intake/api/sessions/end", json={"person": "eka"}, headers=asking)
    assert (done.json()["ended"], await page(person="eka")) == (1, ([], None))
    assert (await browser.client.get("/intake/api/sessions", params={"cursor": "x"}, headers=asking)).status_code == 422
