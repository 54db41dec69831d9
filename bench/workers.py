"""Measures one, two and four processes of each service: what a concern costs in processor time, of whom, and how many are taken a second.

docs/kubernetes.md has the model that these figures are held against.
"""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import replace
from pathlib import Path

import uvloop

from bench.client import LightClient
from bench.district import District, running
from bench.latency import concern_of
from bench.table import Row
from district.deployment import Deployment, free_port
from shared.access import service_principal
from shared.keys import SERVICES

WORKERS = (1, 2, 4)
CONCERNS = int(os.environ.get("BENCH_CONCERNS", "600"))
AT_ONCE = 16
"""Reporters who wait at the same time."""

_HEARD = "SELECT count(*) FROM notifications.event WHERE type = 'alert-raised'"


def run(folder: Path) -> list[Row]:
    """One district, to which processes are added."""
    rows: list[Row] = []
    with running(folder) as district:
        sets = [district.deployment]
        try:
            for workers in WORKERS:
                while len(sets) < workers:
                    sets.append(_another(district.deployment))
                rows += _measured(district, sets)
        finally:
            for each in sets[1:]:
                each.stop()
    return rows


def _another(first: Deployment) -> Deployment:
    """One more process of each service, over the same stores."""
    more = replace(first, ports={service: free_port() for service in SERVICES}, processes={})
    more.start()
    more.wait_ready(within=120)
    return more


def _measured(district: District, sets: list[Deployment]) -> list[Row]:
    """Until every concern was alerted, so that nothing of it is left to the next measurement."""
    before, alerted, began = district.processor(sets[1:]), district.scalar(_HEARD), time.perf_counter()
    uvloop.run(_reported(district, sets))
    took = time.perf_counter() - began
    district.wait(_HEARD, alerted + CONCERNS)
    whole = time.perf_counter() - began
    spent = {name: 1000 * (after - before[name]) / CONCERNS for name, after in district.processor(sets[1:]).items()}
    told = ", ".join(f"{name} {each:.1f}" for name, each in spent.items())
    many = f"{len(sets)} of each service"
    return [
        Row(f"{many}: concerns accepted, {AT_ONCE} at once", CONCERNS / took, "/s", ""),
        Row(f"{many}: and alerted", CONCERNS / whole, "/s", ""),
        Row(f"{many}: processor time of a concern ({told})", sum(spent.values()), "ms", ""),
    ]


async def _reported(district: District, sets: list[Deployment]) -> None:
    """Whoever has an answer sends the next one, each to one of the processes in turn."""
    clients = [LightClient(each.origin("intake")) for each in sets]
    headers, numbers = district.headers(service_principal("bench")), iter(range(CONCERNS))

    async def reporter() -> None:
        for number in numbers:
            key = {"idempotency-key": f"workers-{len(sets)}-{number}"}
            await clients[number % len(sets)].post("/intake/api/concerns", concern_of(number + CONCERNS * len(sets), 1), headers | key)

    await asyncio.gather(*(reporter() for _ in range(AT_ONCE)))
    for each in clients:
        each.close()
