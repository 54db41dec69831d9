"""Refers one concern in ten while the load goes on, as two officers would do it: from the accepted concern to the agency's webhook."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

import httpx
import psycopg

from bench.client import LightClient
from bench.district import AGENCY, District, duty
from shared.message import TANGGAP, derived_id

EACH = 10
"""One concern in this many is referred."""


@dataclass
class Referring:
    """sent: the time at which the last command of each referral was sent, by referral."""

    district: District
    sent: dict[str, float] = field(default_factory=dict)

    async def open(self) -> None:
        self._client = LightClient(self.district.deployment.origin("cases"), connections=8)
        self._looking = await psycopg.AsyncConnection.connect(self.district.database_url, autocommit=True)
        self._one, self._other = (self.district.headers(duty(number)) for number in (1, 2))

    async def refer(self, concern: str) -> None:
        """Takes the case over, drafts the referral, has another officer approve it, and sends it. Whoever reads words of a case has taken it over."""
        base = f"/cases/api/cases/{await self._case_of(concern)}"
        for officer in (self._one, self._other):
            await self._client.post(f"{base}/take-over-case", {"reason": "x"}, officer)
        draft = {"agency": AGENCY, "why": "x", "alternatives": ["other"], "consent": "given"}
        await self._client.post(f"{base}/draft-referral", draft, self._one | {"idempotency-key": concern})
        referral = str(derived_id(derived_id(TANGGAP, f"{duty(1).id} POST {base}/draft-referral", concern), "referral"))
        await self._client.post(f"{base}/record-consent", {"referral": referral, "giver": "student", "form": "F-1"}, self._one)
        await self._client.post(f"{base}/approve-referral", {"referral": referral}, self._other)
        self.sent[referral] = time.time()  # taken before the request: the webhook may arrive before the answer does
        await self._client.post(f"{base}/send-referral", {"referral": referral, "package": "x"}, self._one)

    async def _case_of(self, concern: str) -> str:
        query = (
            "SELECT case_id FROM cases.strand_v1 WHERE concern = %s"
            " AND generation = (SELECT generation FROM cases.view_checkpoint WHERE view = 'case_list_v2' AND state = 'answering')"
        )
        while not (row := await (await self._looking.execute(query, (concern,))).fetchone()):  # noqa: ASYNC110 - a table rings no bell
            await asyncio.sleep(0.3)
        return str(row[0])

    def latencies(self) -> list[float]:
        """Milliseconds from the command that sends the referral to the webhook's arrival at the agency."""
        return [(arrived - sent) * 1000 for sent, arrived in self.received()]

    def received(self) -> list[tuple[float, float]]:
        """For every referral that arrived: when the command was sent and when the webhook came in."""
        log = httpx.get(f"{self.district.agency_origin}/log", timeout=10, trust_env=False).json()
        arrived: dict[str, float] = {}
        for each in log:
            arrived.setdefault(each["task"].rsplit("/", 1)[1], each["at"])
        with psycopg.connect(self.district.database_url) as connection:
            query = "SELECT body::json ->> 'referral', body::json ->> 'task' FROM notifications.event WHERE type = 'task-requested'"
            tasks = connection.execute(query).fetchall()
        return [(self.sent[referral], arrived[task]) for referral, task in tasks if task in arrived and referral in self.sent]

    async def close(self) -> None:
        self._client.close()
        await self._looking.close()
