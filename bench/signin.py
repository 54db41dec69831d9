"""Measures signing in with a password beside concerns: 20 tries a second, each with a whole Argon2id, while 50 concerns a second come in.

Nobody has these names: an unknown name costs as much as a known one. Each try comes from a network of its own, as the next proxy tells it; else the
limits for one network would answer instead of the hashing.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import uvloop

from bench.district import District, running
from bench.latency import SECONDS, raise_at
from bench.table import Row, percentile
from services.intake.accounts.hashing import Hashing

A_SECOND, CONCERNS = 20, 50
HASHES = 40


@dataclass
class Tries:
    """What became of tries to sign in. waited: milliseconds until the answer. statuses: how many of each. without: 503 that do not say when."""

    waited: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    without: int = 0

    def note(self, answer: httpx.Response, milliseconds: float) -> None:
        self.waited.append(milliseconds)
        self.statuses[answer.status_code] += 1
        if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE and "retry-after" not in answer.headers:
            self.without += 1


def run(folder: Path) -> list[Row]:
    """Concerns alone, then the same beside sign-ins."""
    hashing = uvloop.run(_hashes())
    with running(folder) as district:
        uvloop.run(raise_at(district, 20, 2))
        alone, beside, tries = list[float](), list[float](), Tries()
        uvloop.run(raise_at(district, CONCERNS, SECONDS, answered=alone))
        uvloop.run(_together(district, beside, tries))
    unexpected = sum(tries.statuses.values()) - tries.statuses[401] - tries.statuses[503]
    if unexpected or tries.without:
        raise RuntimeError(f"sign-ins were answered with {dict(tries.statuses)}, {tries.without} without Retry-After")
    return [
        Row("Argon2id, one hash: p50", percentile(hashing, 0.5), "ms", "<= 60 ms"),
        Row(
            f"concerns at {CONCERNS}/s beside {A_SECOND} sign-ins/s: p99, peer: alone",
            percentile(beside, 0.99),
            "ms",
            "<= 1.5x",
            percentile(alone, 0.99),
        ),
        Row(f"sign-ins: checked, of {len(tries.waited)}", tries.statuses[401], "", ""),
        Row("sign-ins: told to come again (503, Retry-After)", tries.statuses[503], "", ""),
        Row("sign-ins: a person waits: p99", percentile(tries.waited, 0.99), "ms", "<= 2,500 ms"),
    ]


async def _hashes() -> list[float]:
    """Milliseconds of each, one after the other, as the service does them."""
    hashing, took = Hashing(), list[float]()
    for number in range(HASHES):
        started = time.perf_counter()
        await hashing.hashed(f"gunung merapi di pagi hari {number}")
        took.append((time.perf_counter() - started) * 1000)
    return took


async def _together(district: District, beside: list[float], tries: Tries) -> None:
    await asyncio.gather(raise_at(district, CONCERNS, SECONDS + 0.5, answered=beside), _sign_in(district, tries))


async def _sign_in(district: District, tries: Tries) -> None:
    async with httpx.AsyncClient(base_url=district.deployment.origin("intake"), trust_env=False, timeout=30) as client:
        started, tasks = time.perf_counter(), []
        for number in range(A_SECOND * SECONDS):
            await asyncio.sleep(max(0.0, started + number / A_SECOND - time.perf_counter()))
            tasks.append(asyncio.create_task(_one(client, number, tries)))
        await asyncio.gather(*tasks)


async def _one(client: httpx.AsyncClient, number: int, tries: Tries) -> None:
    form = {"name": f"guru-{number}@contoh.invalid", "password": "sawah di kaki gunung", "code": "123456"}
    network = f"10.{number // 65536}.{number // 256 % 256}.{number % 256}"
    started = time.perf_counter()
    answer = await client.post("/intake/masuk", data=form, headers={"x-forwarded-for": network, "accept": "text/html"})
    tries.note(answer, (time.perf_counter() - started) * 1000)
