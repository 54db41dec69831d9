"""A flood of junk over the public form hides none of twenty true reports that come meanwhile from elsewhere (ADR 59).

FLOOD_SECONDS=60 floods for a minute, FLOOD_AT_ONCE=32 with as many senders, each as fast as it is answered.
"""

import asyncio
import os
import time

import httpx
import pytest

from district.sample.roster import SOURCE
from services.intake.flooding import OF_A_NETWORK
from services.intake.roster.people import school_id
from tests.faults.rig import rig

pytestmark = pytest.mark.faults

SECONDS = float(os.environ.get("FLOOD_SECONDS", "20"))
AT_ONCE = int(os.environ.get("FLOOD_AT_ONCE", "16"))
TRUE = 20
FLOODING = "127.0.0.66"
"""The network of the junk; each true report comes from one of its own."""

_OF_CATEGORY = "SELECT count(DISTINCT body::json -> 'concern' ->> 'concern') FROM cases.event WHERE type = 'strand-added' AND body LIKE %s"
_HELD = "SELECT count(*) FROM intake.event WHERE type = 'concern-held'"


def test_a_flood_of_junk_hides_none_of_twenty_true_reports_and_loses_none_of_the_junk(tmp_path_factory):
    with rig(tmp_path_factory.mktemp("flood")) as district:
        origin = district.deployment.origin("intake")
        junk, slowest, lasted = asyncio.run(_flood(origin))
        district.wait_for(lambda: district.sql(_OF_CATEGORY, "%bullying%") == [(TRUE,)], "a case for each true report")
        ((held,),) = district.sql(_HELD)
        ((received,),) = district.sql("SELECT count(*) FROM intake.event WHERE type = 'concern-received'")
        assert received == junk + TRUE
        assert junk - held <= OF_A_NETWORK.at_once + OF_A_NETWORK.a_second * lasted
        print(
            f"{junk} junk reports in {SECONDS:.0f} s ({junk / SECONDS:.0f}/s), {held} held; {TRUE} of {TRUE} true ones in a case, slowest sent in {slowest:.1f} s"
        )


async def _flood(origin: str) -> tuple[int, float, float]:
    """How many junk reports were received, how long the slowest true one took to be sent, and how long all of it lasted."""
    began = time.monotonic()
    until = began + SECONDS
    junk = [asyncio.create_task(_junk(origin, until)) for _ in range(AT_ONCE)]
    took = await asyncio.gather(*(_true(origin, number) for number in range(TRUE)))
    received = sum(await asyncio.gather(*junk))
    return received, max(took), time.monotonic() - began


async def _junk(origin: str, until: float) -> int:
    sent = 0
    while time.monotonic() < until:
        await _report(origin, FLOODING, "learning", "Beli sekarang!")
        sent += 1
    return sent


async def _true(origin: str, number: int) -> float:
    """Spread over the time of the flood. Seconds until the receipt."""
    await asyncio.sleep(number * SECONDS / TRUE)
    began = time.monotonic()
    await _report(origin, f"127.0.1.{number + 1}", "bullying", f"Dia dipukul lagi {number}")
    return time.monotonic() - began


async def _report(origin: str, network: str, category: str, narrative: str) -> None:
    """Through every page of the form, as a browser does."""
    pages = {
        "siapa": {"about": "self"}, "apa": {"narrative": narrative, "categories": category}, "sekolah": {"school": school_id(SOURCE, "smp1")},
        "kontak": {}, "kirim": {},
    }  # fmt: skip
    async with httpx.AsyncClient(base_url=f"{origin}/intake", transport=httpx.AsyncHTTPTransport(local_address=network), timeout=60) as browser:
        (await browser.get("/lapor")).raise_for_status()
        for step, typed in pages.items():
            answer = await browser.post(f"/lapor/{step}", data=typed, headers={"sec-fetch-site": "same-origin"})
            assert answer.status_code == 303, (step, answer.status_code)
        assert answer.headers["location"].endswith("/tanda-terima"), answer.headers["location"]
