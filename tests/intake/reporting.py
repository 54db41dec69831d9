"""Intake as reporters meet it: one school with two students, its forms and routes; the test plays cases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import uuid4

import httpx

from services.intake.domain.concern import CONCERN
from services.intake.domain.roster import ROSTER, RegisterPerson, RegisterSchool
from services.intake.subscribers import FromCases
from shared.decider import execute, load
from shared.events import PersonRegistered, SchoolRegistered
from shared.message import TANGGAP, Event, Occasion, Recorded
from shared.sealed import Sealed
from tests.intake.office import Office
from tests.keys import bearer, somebody


class Desk:
    """The forms and routes of intake for one school with two students."""

    def __init__(self, office: Office, client: httpx.AsyncClient) -> None:
        self.office, self.client = office, client

    def person(self, person: str, role: str = "counsellor") -> dict[str, str]:
        return bearer(self.office.kernel.settings, somebody(person, {role}, {"smp1"}))

    async def raises(self, who: dict[str, str] | None = None, **changed) -> dict[str, str]:
        told = {
            "school": "smp1", "students": [{"id": "ani", "role": "affected"}], "kind": "incident", "categories": ["bullying"], "narrative": "Kata",
            "channel": "api", "reporter": {"kind": "staff"},
        } | changed  # fmt: skip
        headers = (who or self.person("guru", "homeroom")) | {"idempotency-key": str(uuid4())}
        answer = await self.client.post("/intake/api/concerns", json=told, headers=headers)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def adds(self, raised: dict[str, str], who: dict[str, str] | None = None, key: str | None = None, **body) -> httpx.Response:
        headers = ({"receipt": raised["receipt"]} if who is None else who) | ({"idempotency-key": key} if key else {})
        return await self.client.post(f"/intake/api/concerns/{raised['concern_id']}/additions", json=body, headers=headers)

    async def form(self, path: str, **fields) -> httpx.Response:
        return await self.client.post(f"/intake/{path}", data=fields)

    async def continued(self) -> list[dict]:
        return await self.office.told("concern-continued")

    async def opened(self, told: dict) -> object:
        (text,) = await self.office.kernel.vault.open_many([Sealed.model_validate(told["text"])])
        return text

    async def hears(self, event: Event) -> None:
        """Cases says something."""
        now = datetime.now(UTC)
        body = event.model_dump_json()
        recorded = Recorded(uuid4(), "elsewhere", 1, 1, 0, None, "", event.type, 1, body, True, "smp1", "x", now, now, uuid4(), uuid4(), *[b""] * 4)
        await FromCases(self.office.kernel.store)(recorded, None)

    async def state(self, raised: dict[str, str]) -> str:
        return (await load(self.office.kernel.store, CONCERN, f"concern-{raised['concern_id']}")).state.state

    async def registered(self) -> None:
        kernel = self.office.kernel
        occasion = Occasion("service:test", None, datetime.now(UTC), TANGGAP, TANGGAP)
        school = SchoolRegistered(school="smp1", npsn="20100002", name="SMP 1", level="smp")
        await execute(kernel.store, ROSTER, "school-smp1", RegisterSchool(school=school), occasion)
        for person in ("ani", "budi"):
            name = await kernel.vault.seal(person, "identity", person, f"{person}/name")
            told = PersonRegistered(person=person, kind="student", school="smp1", name=name)
            await execute(kernel.store, ROSTER, f"person-{person}", RegisterPerson(person=told, digest="d"), occasion)
        async with self.office.directory.reading():
            pass  # the directory knows them


@asynccontextmanager
async def running(office: Office) -> AsyncIterator[Desk]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=office.app), base_url="http://intake") as client:
        desk = Desk(office, client)
        await desk.registered()
        yield desk
