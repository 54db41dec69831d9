"""A flood of junk over the public form hides none of twenty true reports that come meanwhile from elsewhere, nor what is said in their dialogues (ADR 59).

`FLOOD_SECONDS=60 FLOOD_A_SECOND=300` floods for a minute. What a network sends over what can be worked on is asked to come again (ADR 87).
"""

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from statistics import median

import httpx
import pytest

from district.sample.roster import SOURCE
from services.intake.flooding import OF_A_NETWORK
from services.intake.roster.people import school_id
from tests.faults.rig import rig

pytestmark = pytest.mark.faults

SECONDS = float(os.environ.get("FLOOD_SECONDS", "20"))
A_SECOND = float(os.environ.get("FLOOD_A_SECOND", "300"))
TRUE = 20
PATIENCE = 120.0
"""Seconds that a reporter waits for the district's answer before the test gives up."""

_OF_CATEGORY = "SELECT count(DISTINCT body::json -> 'concern' ->> 'concern') FROM cases.event WHERE type = 'strand-added' AND body LIKE %s"
_HELD = "SELECT count(*) FROM intake.event WHERE type = 'concern-held'"


@dataclass
class Said:
    """Of one true report, in seconds: until its receipt, and until what its reporter added could be read."""

    receipt: float
    added: float


def test_a_flood_of_junk_hides_none_of_twenty_true_reports_and_their_dialogues_go_on_meanwhile(tmp_path_factory):
    with rig(tmp_path_factory.mktemp("flood")) as district:
        origin = district.deployment.origin("intake")
        junk = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.junk", origin.rsplit(":", 1)[1], str(A_SECOND), str(SECONDS)], stdout=subprocess.PIPE, text=True
        )
        true = asyncio.run(_all_true(origin))
        told = json.loads(junk.communicate(timeout=SECONDS + PATIENCE)[0])
        accepted = told["became"].get("accepted", 0)
        district.wait_for(lambda: district.sql(_OF_CATEGORY, "%bullying%") == [(TRUE,)], "a case for each true report")
        district.wait_for(lambda: len(district.additions()) == TRUE, "what each of them added, in its case")
        ((held,),) = district.sql(_HELD)
        ((received,),) = district.sql("SELECT count(*) FROM intake.event WHERE type = 'concern-received'")
        print(f"sent {told['sent']} in {SECONDS:.0f} s: {told['became']}, {held} of them held; lasted {told['lasted']:.0f} s")
        for name in ("receipt", "added"):
            took = sorted(getattr(each, name) for each in true)
            print(f"{TRUE} of {TRUE} true ones, {name}: median {median(took):.2f} s, slowest {took[-1]:.2f} s")
        assert received == accepted + TRUE
        assert accepted - held <= OF_A_NETWORK.at_once + OF_A_NETWORK.a_second * told["lasted"]
        assert set(told["became"]) <= {"accepted", "503"}


async def _all_true(origin: str) -> list[Said]:
    return await asyncio.gather(*(_true(origin, number) for number in range(TRUE)))


async def _true(origin: str, number: int) -> Said:
    """Spread over the time of the flood; each adds something by its receipt."""
    await asyncio.sleep(number * SECONDS / TRUE)
    transport = httpx.AsyncHTTPTransport(local_address=f"127.0.1.{number + 1}")
    async with httpx.AsyncClient(base_url=f"{origin}/intake", transport=transport, timeout=60) as browser:
        began = time.monotonic()
        secret = await _report(browser, f"Dia dipukul lagi {number}")
        reported = time.monotonic()
        await _answered(browser, "/api/additions", {"text": f"Ia takut pulang {number}", "facts": {}, "receipt": secret}, f"added-{number}")
        said = (await _answered(browser, "/api/dialogue", {"receipt": secret})).json()["said"]
        assert [each["text"] for each in said] == [f"Ia takut pulang {number}"]
        return Said(reported - began, time.monotonic() - reported)


async def _answered(browser: httpx.AsyncClient, path: str, body: dict[str, object], key: str = "") -> httpx.Response:
    """Sent again while there is no answer yet, as the answer itself asks for."""
    until = time.monotonic() + PATIENCE
    while True:
        answer = await browser.post(path, json=body, headers={"idempotency-key": key} if key else {})
        if answer.status_code != 503 or time.monotonic() > until:
            return answer.raise_for_status()
        await asyncio.sleep(float(answer.headers["retry-after"]))


async def _report(browser: httpx.AsyncClient, narrative: str) -> str:
    """Through every page of the form, as a browser does; the receipt."""
    pages = {
        "siapa": {"about": "self"}, "apa": {"narrative": narrative, "categories": "bullying"}, "sekolah": {"school": school_id(SOURCE, "smp1")},
        "kontak": {}, "kirim": {},
    }  # fmt: skip
    (await browser.get("/lapor")).raise_for_status()
    for step, typed in pages.items():
        answer = await browser.post(f"/lapor/{step}", data=typed, headers={"sec-fetch-site": "same-origin"})
        assert answer.status_code == 303, (step, answer.status_code)
    shown = await browser.get("/lapor/tanda-terima")
    found = re.search(r'<p class="receipt">([^<]+)</p>', shown.text)
    assert found is not None
    return found[1]
