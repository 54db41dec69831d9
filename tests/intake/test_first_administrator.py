"""A district that nobody can administer invites its first administrator, and no second one (people.md, Signing in)."""

from datetime import timedelta

import pytest

from services.intake.accounts.first_administrator import NAME, FirstAdministrator
from services.intake.accounts.occasions import occasion_of
from services.intake.domain.account import Lock
from shared.clock import SystemClock
from tests.intake.accounts_browser import at_a_school
from tests.intake.test_own_account import appointed

pytestmark = pytest.mark.anyio


@pytest.fixture
async def browser(office):
    async with at_a_school(office) as somebody:
        yield somebody


@pytest.fixture
def first(browser) -> FirstAdministrator:
    return FirstAdministrator(browser.accounts)


async def told(browser, first) -> str | None:
    """The path of the invitation."""
    link = await first.invited()
    await browser.office.directory.caught_up(await browser.office.kernel.store.head())
    browser.office.kernel.posts.forget()
    return link.address.removeprefix("http://127.0.0.1:8000") if link else None


async def test_the_first_administrator_is_appointed_and_invited_once(browser, first):
    address = await told(browser, first)
    assert address is not None
    assert await told(browser, first) is None
    await browser.opens(address)
    (administrator,) = await browser.office.kernel.posts.holders("system-administrator", "")
    assert await browser.accounts.name_of(administrator) == NAME
    assert (await browser.accounts.accounts.of(administrator)).open
    assert (await browser.get("/intake/akun-staf")).status_code == 200
    assert await told(browser, first) is None


async def test_an_invitation_that_nobody_followed_is_made_again_for_the_same_person(browser, first, monkeypatch):
    before = await told(browser, first)
    later = browser.office.kernel.clock.now() + timedelta(days=1)
    monkeypatch.setattr(SystemClock, "now", lambda _: later)
    assert await told(browser, first) not in (None, before)
    assert len(await browser.office.kernel.posts.holders("system-administrator", "")) == 1


async def test_an_administrator_who_was_appointed_by_name_is_the_one_who_is_invited(browser, first):
    await appointed(browser, "gita", "system-administrator", None)
    assert await told(browser, first) is not None
    assert await browser.office.kernel.posts.holders("system-administrator", "") == ("gita",)
    assert (await browser.accounts.accounts.of("gita")).invitation is not None


async def test_a_locked_account_of_an_administrator_is_no_reason_to_invite(browser, first):
    address = await told(browser, first)
    assert address is not None
    await browser.opens(address)
    (administrator,) = await browser.office.kernel.posts.holders("system-administrator", "")
    occasion = occasion_of("dewi", browser.office.kernel.clock)
    await browser.accounts.accounts.change(Lock(person=administrator, by="dewi"), occasion)
    assert await told(browser, first) is None
