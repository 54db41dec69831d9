"""Two processes per service behind a proxy's view of them, replaced one after the other under load."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from threading import Event

import httpx

from district.deployment import Deployment, free_port
from district.sample.roster import SOURCE
from services.intake.roster.people import person_id, school_id
from shared.keys import SERVICES
from tests.faults.rig import Rig

RESTARTS = 2 * len(SERVICES)
READY = 240.0
"""Seconds that a process may take to get ready, on a machine with much else to do."""


@dataclass
class Balanced:
    """A proxy's view of intake's two processes. passed: requests that one did not take and the other did; wrong: those that neither answered.

    A connection that waits in the kernel's queue in the very moment in which the listener closes is reset: nobody can take it back. Its sender repeats
    the request under the same key, as every sender must that got no answer (contracts.md). reset: how often.
    """

    district: Rig
    origins: tuple[str, str]
    ended: Event = field(default_factory=Event)
    told: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    async def load(self) -> None:
        """One concern after the other until it is ended, every request over a connection of its own."""
        async with httpx.AsyncClient(timeout=20, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)) as client:
            while not self.ended.is_set():
                await asyncio.gather(*(self._raise(client) for _ in range(2)))

    async def _raise(self, client: httpx.AsyncClient) -> None:
        self.district.attempted += 1
        number = self.district.attempted
        student = person_id(SOURCE, f"smp1-murid-{number % 180 + 1:03}")
        body = {
            "school": school_id(SOURCE, "smp1"), "students": [{"id": student, "role": "affected"}], "kind": "incident", "categories": ["bullying"],
            "narrative": f"Kenari {number}", "channel": "api", "reporter": {"kind": "staff"},
        }  # fmt: skip
        first = number % 2
        for origin in (self.origins[first], self.origins[1 - first]):
            answer = await self._asked(client, origin, body, f"rolling-{number}")
            if answer is not None:
                self.told["answered"] += 1
                self.district.acknowledged[answer["concern_id"]] = student
                return
            self.told["passed"] += 1
        self.wrong.append(f"request {number} was answered by neither")

    async def _asked(self, client: httpx.AsyncClient, origin: str, body: Mapping[str, object], key: str) -> dict[str, str] | None:
        headers = self.district.service() | {"idempotency-key": key}
        try:
            answer = await client.post(f"{origin}/intake/api/concerns", json=body, headers=headers)
        except httpx.ConnectError:
            return None  # its listener is closed: a proxy asks the other
        except httpx.ReadError:
            self.told["reset"] += 1
            return None
        except httpx.TransportError as broken:
            self.wrong.append(f"{key} was taken and dropped: {type(broken).__name__}")
            return None
        if answer.status_code != httpx.codes.CREATED:
            self.wrong.append(f"{key} was answered with {answer.status_code}")
            return None
        return dict(answer.json())


def second_of(first: Deployment) -> Deployment:
    """The same district's other processes."""
    folder = first.folder / "second"
    folder.mkdir()
    return replace(first, folder=folder, ports={service: free_port() for service in SERVICES}, processes={})


def roll(deployments: tuple[Deployment, Deployment]) -> None:
    """Every process is asked to end and replaced, the next when the one before is ready."""
    for service in SERVICES:
        for each in deployments:
            each.processes[service].terminate()
            each.wait_dead(service)
            each.start(service)
            each.wait_ready(service, within=READY)


def rolled(district: Rig, second: Deployment) -> Balanced:
    """Replaces every process of both under load; what became of each request."""
    balanced = Balanced(district, (district.deployment.origin("intake"), second.origin("intake")))
    with ThreadPoolExecutor() as pool:
        loading = pool.submit(lambda: asyncio.run(balanced.load()))
        try:
            roll((district.deployment, second))
        finally:
            balanced.ended.set()
        loading.result()
    return balanced
