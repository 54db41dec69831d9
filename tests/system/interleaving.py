"""Requests and endings of sessions at random moments, in real processes."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import httpx

from services.intake.sessions.office import Sessions
from shared.sessions.session import session_id
from tests.faults.rig import Rig
from tests.sessions import cookie

OURS = {"sec-fetch-site": "same-origin", "accept": "application/json"}
"""What a browser says of a form of our own page."""

LAG = 1.0
"""Seconds after the acknowledgement from which on no request may succeed."""


@dataclass(frozen=True)
class Asked:
    """A request: when it began, on the clock of this process, and how it was answered."""

    name: str
    began: float
    status: int


@dataclass
class Told:
    """What one session went through. ended_at: when its ending was acknowledged."""

    by: str
    asked: list[Asked] = field(default_factory=list)
    ended_at: float = 0.0
    acknowledged: bool = False

    @property
    def too_late(self) -> list[Asked]:
        """Requests that succeeded although they began a second after the acknowledgement."""
        return [each for each in self.asked if each.began > self.ended_at + LAG and each.status < 300]

    @property
    def before(self) -> list[Asked]:
        return [each for each in self.asked if each.began < self.ended_at and each.status < 300]

    @property
    def after(self) -> list[Asked]:
        return [each for each in self.asked if each.began > self.ended_at + LAG]


class Browser:
    """A browser that is signed in as somebody."""

    def __init__(self, district: Rig, client: httpx.AsyncClient, value: str) -> None:
        self.value, self.session = value, session_id(value)
        self._district, self._client = district, client
        self._headers = OURS | cookie(value, district.deployment.keys())

    async def ask(self, service: str, method: str, path: str, **form: str) -> httpx.Response:
        url = f"{self._district.deployment.origin(service)}/{service}{path}"
        return await self._client.request(method, url, headers=self._headers, data=form or None)


READS = (("cases", "/"), ("cases", "/api/cases"), ("notifications", "/api/deliveries"), ("intake", "/sesi"))

Ending = Callable[["World", Browser, str], Awaitable[bool]]
"""Ends a session of somebody; whether that was acknowledged."""


@dataclass
class World:
    """office: the owner of sessions in a process beside the running intake."""

    district: Rig
    client: httpx.AsyncClient
    office: Sessions
    chance: random.Random

    async def browser(self, person: str) -> Browser:
        return Browser(self.district, self.client, await self.office.begin(person, level="two-factor", way="passkey"))

    async def interleave(self, person: str) -> Told:
        """One session: requests from its beginning until two seconds after its end, which comes at a random moment."""
        browser = await self.browser(person)
        name, ending = self.chance.choice(ENDINGS)
        told, over = Told(name), asyncio.Event()
        asking = [asyncio.create_task(self._keep_asking(browser, service, path, told, over)) for service, path in READS]
        await asyncio.sleep(self.chance.uniform(0.2, 1.5))
        told.acknowledged = await ending(self, browser, person)
        told.ended_at = time.monotonic()
        await asyncio.sleep(LAG + self.chance.uniform(0.1, 0.6))
        over.set()
        await asyncio.gather(*asking)
        return told

    async def _keep_asking(self, browser: Browser, service: str, path: str, told: Told, over: asyncio.Event) -> None:
        """The last request is one from after the second."""
        last = False
        while not last:
            last, began = over.is_set(), time.monotonic()
            answer = await browser.ask(service, "GET", path)
            told.asked.append(Asked(f"{service}{path}", began, answer.status_code))
            await asyncio.sleep(self.chance.uniform(0.05, 0.4))


async def _signs_out(_: World, browser: Browser, __: str) -> bool:
    answer = await browser.ask("intake", "POST", "/keluar")
    return answer.status_code == 200 and "sepuluh menit" not in answer.text


async def _ends_from_another_browser(world: World, browser: Browser, person: str) -> bool:
    other = await world.browser(person)
    answer = await other.ask("intake", "POST", "/sesi/akhiri", session=browser.session)
    return answer.status_code == 200 and "sepuluh menit" not in answer.text


async def _another_process_ends_it(world: World, browser: Browser, _: str) -> bool:
    return (await world.office.end(browser.session, "credential-changed")).acknowledged


async def _proves_again(world: World, browser: Browser, _: str) -> bool:
    """The value of before is worth nothing from then on."""
    await world.office.prove(browser.session, level="two-factor", way="passkey")
    return True


ENDINGS: tuple[tuple[str, Ending], ...] = (
    ("signs out", _signs_out),
    ("ends it from another browser", _ends_from_another_browser),
    ("another process of intake", _another_process_ends_it),
    ("proves again", _proves_again),
)
