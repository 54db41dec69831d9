"""An ended session is refused everywhere a second after its ending was acknowledged, in real processes; and what holds while something is down
(architecture, decision 20; ADR 30).
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import psycopg
import pytest

from district.embedded.redis import start_redis
from district.sample.roster import SOURCE
from services.intake.roster.people import person_id
from shared.sessions.session import session_id
from shared.testing import eventually
from tests.faults.rig import Rig
from tests.sessions import beside
from tests.system.interleaving import OURS, Browser, Told, World

pytestmark = pytest.mark.servers

PEOPLE = [person_id(SOURCE, f"smp1-staf-0{number}") for number in (1, 3, 4)]
COUNSELLOR = person_id(SOURCE, "smp1-staf-03")
AT_ONCE = 6
CALM = httpx.Limits(keepalive_expiry=2)
"""A connection is given up before the server closes it: else a request may meet its end."""


@asynccontextmanager
async def world(district: Rig, seed: int = 30) -> AsyncIterator[World]:
    async with beside(district.deployment) as office, httpx.AsyncClient(timeout=20, trust_env=False, limits=CALM) as client:
        yield World(district, client, office, random.Random(seed))


async def interleavings(district: Rig, count: int) -> list[Told]:
    async with world(district, count) as here:
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(number: int) -> Told:
            async with gate:
                return await here.interleave(PEOPLE[number % len(PEOPLE)])

        return list(await asyncio.gather(*(one(number) for number in range(count))))


def judge(told: list[Told]) -> None:
    assert [(each.by, late) for each in told for late in each.too_late] == []
    assert [each.by for each in told if not each.acknowledged] == []
    assert [each.by for each in told if len({asked.name for asked in each.after}) < 4] == [], "every service was asked after the second"
    by_service = Counter(asked.name for each in told for asked in each.before)
    assert len(by_service) >= 4, f"the session was good everywhere before: {by_service}"
    assert len({each.by for each in told}) == 4


def test_no_request_succeeds_that_began_a_second_after_the_ending_was_acknowledged(district):
    judge(asyncio.run(interleavings(district, 50)))


@pytest.mark.thorough
@pytest.mark.timeout(1500)
def test_nor_in_a_thousand_interleavings(district):
    judge(asyncio.run(interleavings(district, 1000)))


# what is down ------------------------------------------------------------------------------------------------------


async def status(browser: Browser, service: str = "cases", path: str = "/", method: str = "GET") -> int:
    return (await browser.ask(service, method, path)).status_code


async def reaches(browser: Browser, wanted: int, service: str = "cases", path: str = "/") -> None:
    """A service that cannot say yet answers 503 and is asked again, as a browser is told to."""

    async def there() -> bool:
        return await status(browser, service, path) == wanted

    await eventually(there)


def test_without_redis_new_sessions_are_known_and_ended_ones_refused_as_ever(district):
    async def scenario() -> None:
        async with world(district) as here:
            before, after = await here.browser(COUNSELLOR), await here.browser(COUNSELLOR)
            await asyncio.gather(*(reaches(each, 200) for each in (before, after)))
            assert (await here.office.end(before.session, "by-person")).acknowledged
            await asyncio.sleep(1.0)
            assert [await status(each) for each in (before, after)] == [401, 200]

    district.redis.stop()
    try:
        asyncio.run(scenario())
    finally:
        district.redis = start_redis(district.folder)


def test_without_intake_known_sessions_read_and_do_nothing_else_and_ended_ones_stay_out(district):
    """As after a power cut at the moment in which the ending was acknowledged."""

    async def scenario() -> None:
        async with world(district) as here:
            kept, ended, unknown = [await here.browser(COUNSELLOR) for _ in range(3)]
            await asyncio.gather(*(reaches(each, 200) for each in (kept, ended)))
            await eventually(lambda: is_kept(district, "cases", kept))
            assert (await here.office.end(ended.session, "suspended")).acknowledged
            district.deployment.kill("intake")
            await asyncio.sleep(1.0)
            assert await status(kept) == 200
            assert await status(ended) == 401
            assert await status(kept, "cases", "/api/cases/none/acknowledge", "POST") == 503
            assert await status(unknown) in (200, 401)  # the events may have been faster than the fault

    try:
        asyncio.run(scenario())
    finally:
        district.deployment.start("intake")
        district.deployment.wait_ready("intake", within=60)


async def is_kept(district: Rig, service: str, browser: Browser) -> bool:
    """The service has heard of the session by an event."""
    return bool(district.sql(f"SELECT 1 FROM {service}.session_v1 WHERE session = %s", browser.session))


def test_a_service_that_started_while_intake_is_down_knows_what_it_kept(district):
    async def scenario() -> None:
        async with world(district) as here:
            kept = await here.browser(COUNSELLOR)
            await eventually(lambda: is_kept(district, "cases", kept))
            district.deployment.kill("intake")
            district.deployment.kill("cases")
            district.deployment.start("cases")
            await asyncio.to_thread(district.deployment.wait_ready, "cases", within=60)
            assert await status(kept) == 200

    try:
        asyncio.run(scenario())
    finally:
        district.deployment.start("intake")
        district.deployment.wait_ready("intake", within=60)


def test_a_service_whose_table_is_behind_asks_intake_and_the_ending_says_that_it_was_not_told(district):
    async def scenario() -> None:
        async with world(district) as here:
            browser = await here.browser(COUNSELLOR)
            await reaches(browser, 200)
            with psycopg.connect(district.postgres.url()) as held:
                held.execute("LOCK TABLE cases.session_v1 IN ACCESS EXCLUSIVE MODE")
                done = await here.office.end(browser.session, "suspended")
                assert (done.ended, done.untold) == ((browser.session,), ("cases",))
                await asyncio.sleep(1.0)
                assert await status(browser) == 401
                await reaches(await here.browser(COUNSELLOR), 200)

    asyncio.run(scenario())


def test_a_suspended_person_holds_no_session_any_more(district):
    """Also one that an import or another administrator's word put out: the district's word ends what is open (people.md, Signing in)."""
    suspended = person_id(SOURCE, "smp1-staf-04")

    async def scenario() -> None:
        async with world(district) as here:
            browser = await here.browser(suspended)
            await reaches(browser, 200)
            url = f"{district.deployment.origin('intake')}/intake/api/suspensions"
            told = await here.client.post(url, json={"person": suspended}, headers=district.service())
            assert told.status_code == 200
            await reaches(browser, 401)
            assert [each.session for each in await here.office.of(suspended)] == []
            await here.client.post(f"{url}/end", json={"person": suspended}, headers=district.service())
            assert await status(browser) == 401, "a session that ended does not come back"

    asyncio.run(scenario())


def test_an_administrator_ends_every_session_of_somebody(district):
    async def scenario() -> None:
        async with world(district) as here:
            browsers = [await here.browser(PEOPLE[2]) for _ in range(2)]
            assert [await status(each) for each in browsers] == [200, 200]
            url = f"{district.deployment.origin('intake')}/intake/api/sessions/end"
            told = (await here.client.post(url, json={"person": PEOPLE[2]}, headers=district.service())).json()
            assert (told["acknowledged"], told["untold"]) == (True, [])
            assert told["ended"] >= 2
            await asyncio.sleep(1.0)
            assert [await status(each) for each in browsers] == [401, 401]

    asyncio.run(scenario())


def test_signing_out_takes_the_cookies_and_everything_that_the_browser_kept(district):
    async def scenario() -> None:
        async with world(district) as here:
            browser = await here.browser(COUNSELLOR)
            answer = await browser.ask("intake", "POST", "/keluar")
            assert answer.headers["clear-site-data"] == '"cache", "cookies", "storage"'
            assert all("Max-Age=0" in told for told in answer.headers.get_list("set-cookie"))
            assert await status(browser, "intake", "/sesi") == 401

    asyncio.run(scenario())


def test_the_value_of_a_cookie_is_kept_nowhere(district):
    async def scenario() -> str:
        async with world(district) as here:
            value = await here.office.begin(COUNSELLOR, level="single", way="password")
            await status(Browser(district, here.client, value))
            return value

    value = asyncio.run(scenario())
    for service in ("intake", "cases", "notifications"):
        assert value not in (district.folder / f"{service}.log").read_text()
        assert district.sql(f"SELECT count(*) FROM {service}.session_v1 WHERE session_v1::text LIKE %s", f"%{value}%") == [(0,)]
    assert district.sql("SELECT count(*) FROM intake.event WHERE body LIKE %s", f"%{value}%") == [(0,)]
    assert district.sql("SELECT count(*) FROM intake.event WHERE body LIKE %s", f"%{session_id(value)}%") == [(1,)]


@pytest.mark.parametrize("headers", [{}, {"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}])
def test_security_15_what_another_site_sends_with_the_cookie_is_refused_in_every_service(district, headers):
    async def scenario() -> list[int]:
        async with world(district) as here:
            browser = await here.browser(COUNSELLOR)
            sent = {name: value for name, value in browser._headers.items() if name not in OURS} | headers
            paths = ("intake/sesi/akhiri", "intake/keluar", "intake/lapor", "cases/api/cases/none/acknowledge", "notifications/api/do-not-contact")
            urls = [f"{district.deployment.origin(path.partition('/')[0])}/{path}" for path in paths]
            return [(await here.client.post(url, headers=sent, json={})).status_code for url in urls]

    assert asyncio.run(scenario()) == [403] * 5
