"""The page of reports that are held, over HTTP: who looks, what they do, and what the reporter notices (ADR 59)."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest

from services.intake import flooding
from services.intake.app import view_of_held
from services.intake.buckets import Rate
from services.intake.domain.concern import CONCERN, RaiseConcern
from services.intake.held.letting_through import UNHURRIED, Release
from services.intake.held.view import PAGE, HeldReports
from shared.clock import FixedClock
from shared.decider import execute
from shared.message import Occasion
from shared.running import ended
from tests.intake.concerns import FIELDS, UNKNOWN
from tests.intake.form import add_school, receipt_of, report
from tests.intake.office import Office
from tests.keys import bearer, somebody

pytestmark = pytest.mark.anyio
WORDS = {"about": "other", "school": "smp1", "description": "Murid bertopi biru"}


@dataclass
class Flooded:
    """A district whose public form lets one report through at once: every later one is held."""

    office: Office
    client: httpx.AsyncClient
    reports: HeldReports

    async def reports_with(self, narrative: str, **more) -> httpx.Response:
        return await report(self.client, **WORDS, narrative=narrative, **more)

    async def keeps(self, rate: flooding.Flooding, network: str, narrative: str, at: datetime, **facts: bool) -> str:
        """A report that is held, as it is stored when the form sends it; the first of a network is not held."""
        judged = rate.judged(network, narrative, at) or rate.judged(network, narrative, at)
        concern, cause = str(uuid4()), uuid4()
        said = FIELDS | {"concern": concern, "students": (UNKNOWN,), "facts": facts, "flooded": judged}
        await execute(self.office.kernel.store, CONCERN, f"concern-{concern}", RaiseConcern(**said), Occasion("form", "smp1", at, cause, cause))
        return concern

    async def told(self) -> list[dict]:
        return await self.office.told("concern-raised")

    async def held(self, school: str = "smp1") -> list[str]:
        return [each.concern for each in await self.reports.waiting(school)]

    def who(self, role: str = "counsellor", school: str = "smp1") -> dict[str, str]:
        return bearer(self.office.kernel.settings, somebody("guru", {role}, {school}))

    async def page(self, **who) -> httpx.Response:
        return await self.client.get("/intake/ditahan", headers=self.who(**who))

    async def reads(self, **who) -> httpx.Response:
        return await self.client.post("/intake/ditahan/baca", data={"school": "smp1"}, headers=self.who(**who))

    async def does(self, act: str, concerns: list[str], **more) -> httpx.Response:
        said = {"act": act, "concern": concerns, "school": "smp1", **more}
        return await self.client.post("/intake/ditahan", data=said, headers=self.who())

    def release(self, later: timedelta = timedelta(0)) -> Release:
        return Release(self.office.kernel.store, self.reports, FixedClock(datetime.now(UTC) + later))


@pytest.fixture
def one_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the office opens: it takes the rates as they are then."""
    rate = Rate(a_second=1e-9, at_once=1)
    monkeypatch.setattr(flooding, "OF_A_NETWORK", rate)
    monkeypatch.setattr(flooding, "OF_EVERYBODY", rate)


@pytest.fixture
async def flooded(one_at_once: None, office: Office) -> AsyncIterator[Flooded]:
    await add_school(office)
    view = view_of_held(office.kernel)
    running = asyncio.create_task(view.run())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=office.app), base_url="http://intake") as client:
        try:
            yield Flooded(office, client, HeldReports(view))
        finally:
            await ended(running)


async def test_over_the_rate_a_reporter_gets_a_receipt_as_ever_and_the_school_hears_nothing_yet(flooded):
    first, second = await flooded.reports_with("Yang pertama"), await flooded.reports_with("Beli di sini!")
    assert [len(receipt_of(each).split()) for each in (first, second)] == [10, 10]
    assert len(await flooded.told()) == 1
    status = await flooded.client.post("/intake/status", data={"receipt": receipt_of(second)})
    assert "Diterima, menunggu dibaca" in status.text
    assert len(await flooded.held()) == 1


async def test_the_words_are_shown_to_who_asks_and_that_is_kept(flooded):
    await flooded.reports_with("Yang pertama")
    await flooded.reports_with("Beli kenari!")
    before = await flooded.page()
    assert (before.status_code, "kenari" in before.text) == (200, False)
    assert await flooded.office.told("held-read") == []
    assert "Beli kenari!" in (await flooded.reads()).text
    assert [each["by"] for each in await flooded.office.told("held-read")] == ["guru"]


async def test_junk_is_set_aside_with_a_reason_and_comes_back(flooded):
    await flooded.reports_with("Yang pertama")
    await flooded.reports_with("Beli kenari!")
    (concern,) = await flooded.held()
    nameless = await flooded.does("aside", [concern], words="Iklan burung")
    assert (nameless.status_code, "Pilih alasannya." in nameless.text, "Iklan burung" in nameless.text) == (422, True, True)
    assert (await flooded.does("aside", [concern], ground="advertising", words="Iklan burung")).status_code == 303
    assert await flooded.held() == []
    (aside,) = await flooded.office.told("held-set-aside")
    assert (aside["by"], aside["ground"], "burung" in str(aside)) == ("guru", "advertising", False)
    assert (await flooded.does("back", [concern])).status_code == 303
    assert await flooded.held() == [concern]
    assert (await flooded.does("through", [concern])).status_code == 303
    assert [each["concern"] for each in await flooded.told()][1:] == [concern]
    assert (await flooded.does("aside", [concern], ground="advertising")).status_code == 303, "somebody was faster: it is a case by now"


async def test_nothing_chosen_is_said_and_changes_nothing(flooded):
    await flooded.reports_with("Yang pertama")
    await flooded.reports_with("Beli!")
    answer = await flooded.does("through", [])
    assert (answer.status_code, "Pilih dulu laporan mana yang dimaksud." in answer.text) == (422, True)


async def test_another_school_and_other_roles_see_nothing_of_it(flooded):
    await flooded.reports_with("Yang pertama")
    await flooded.reports_with("Beli!")
    (concern,) = await flooded.held()
    elsewhere = flooded.who(school="sma1")
    answers = [
        await flooded.client.post("/intake/ditahan/baca", data={"school": "smp1"}, headers=elsewhere),
        await flooded.client.get("/intake/ditahan?school=smp1", headers=elsewhere),
        await flooded.client.post("/intake/ditahan", data={"act": "through", "concern": [concern], "school": "smp1"}, headers=elsewhere),
        await flooded.reads(role="principal"),
    ]
    assert [each.status_code for each in answers] == [404] * 4
    assert await flooded.held() == [concern]
    theirs = await flooded.page(school="sma1")
    assert (theirs.status_code, "SMP Negeri 1" in theirs.text, "SMP Negeri 1" in (await flooded.page()).text) == (200, False, False)


async def test_a_reporter_who_writes_again_brings_it_back(flooded):
    await flooded.reports_with("Yang pertama")
    receipt = receipt_of(await flooded.reports_with("Seperti iklan"))
    (concern,) = await flooded.held()
    await flooded.does("aside", [concern], ground="not-a-report")
    answer = await flooded.client.post("/intake/tambah", data={"receipt": receipt, "text": "Sungguh, tolong"}, files={"files": ("", b"")})
    assert answer.status_code == 201
    assert await flooded.held() == [concern]
    await flooded.does("through", [concern])
    assert [each["concern"] for each in await flooded.office.told("concern-continued")] == [concern]


async def test_three_hundred_that_all_tell_of_danger_hide_no_true_one_on_the_page_nor_put_it_off(flooded):
    rate, now = flooding.Flooding(), datetime.now(UTC)
    calm = await flooded.keeps(rate, "home", "Aku takut pulang", now - UNHURRIED - timedelta(minutes=1))
    for number in range(300):
        await flooded.keeps(rate, f"junk {number % 6}", "Awas" + "a" * number, now, weapon=True)
    danger = await flooded.keeps(rate, "another home", "Ada yang membawa pisau", now, weapon=True)
    last = await flooded.keeps(rate, "junk 1", "Aku dipukul", now + timedelta(seconds=1))
    page = await flooded.held()
    assert len(page) == PAGE
    assert {calm, danger, last} <= set(page)
    assert await flooded.release().look() == 2
    assert calm in {each["concern"] for each in await flooded.told()}, "what waits longest goes on beside what tells of danger"
    for _ in range(6):
        await flooded.held()  # the view knows what went on
        await flooded.release().look()
    assert danger in {each["concern"] for each in await flooded.told()}, "one from each flooding network goes before it, and no more"


async def test_what_nobody_looks_at_goes_on_by_itself_dangers_at_once_and_one_at_a_time(flooded):
    await flooded.reports_with("Yang pertama")
    for words in ("Beli!", "Beli!", "Pelan"):
        await flooded.reports_with(words)
    await flooded.reports_with("Ada pisau", facts=["weapon"])
    await flooded.held()  # the view knows them all
    assert (await flooded.release().look(), await flooded.release().look()) == (1, 0), "only the one that tells of danger goes on at once"
    assert (await flooded.told())[-1]["facts"] == {"weapon": True}
    late = flooded.release(UNHURRIED + timedelta(minutes=1))
    for left in (2, 1, 0):
        await flooded.held()
        assert await late.look() == 1
        assert len(await flooded.held()) == left
    assert len(await flooded.told()) == 5


async def test_the_school_is_told_once_that_reports_are_held(flooded):
    for words in ("Yang pertama", "Beli kenari!", "Beli lagi!"):
        await flooded.reports_with(words)
    await flooded.held()  # the view knows them all
    for later in (timedelta(0), timedelta(minutes=1)):
        await flooded.release(later).look()
    assert [each["school"] for each in await flooded.office.told("reports-held")] == ["smp1"]
