"""The service cases for tests: the real application in this process, on a real PostgreSQL and Redis. The test plays intake and notifications."""

import asyncio
import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import httpx
import psycopg
from fastapi import FastAPI

from services.cases.app import create_app
from shared.access import Principal, service_principal
from shared.delivery.applying import TakesMany
from shared.events import ConcernContinued, ConcernRaised, NamedPerson, PersonRegistered, Post, Role, SchoolRegistered
from shared.message import PublicEvent, Recorded
from shared.settings import Settings, read_settings
from shared.testing import eventually
from tests.keys import bearer, somebody
from tests.logins import login

KEY = urlsafe_b64encode(b"k" * 32).decode()
_schools = count(1)


def soon(**span: float) -> str:
    """A moment from now, or before now, as a body says it."""
    return (datetime.now(UTC) + timedelta(**span)).isoformat()


def accused(person: str | None, relation: str = "staff") -> NamedPerson:
    return NamedPerson(person=person, relation=relation, role="accused")


class Desk:
    """The running service, and what a test says to it."""

    def __init__(self, app, settings, url: str) -> None:
        self.app, self.kernel, self.settings, self._url = app, app.state.kernel, settings, url
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://cases")
        self._heard = {subscription.source: subscription.applying.handler for subscription in self.kernel.subscriptions}
        self.position = 0

    # neighbours ---------------------------------------------------------------------------------------------------

    async def hear(self, event: PublicEvent, source: str = "intake", school: str | None = None, position: int | None = None) -> None:
        """A neighbour says something: through the subscription's own handler. school: where it was said, if not where it belongs. position: in the
        neighbour's store, the next one where nothing is said.
        """
        where, key = school or getattr(event, "school", None), event.ordering_key or ""
        await self._heard[source](self._recorded(event.type, event.version, event.model_dump_json(), where, key, position), None)

    async def hear_together(self, *events: PublicEvent) -> list[str]:
        """Intake says several things of one type at once. The keys of those that were handled one by one as well."""
        handler = self._heard["intake"]
        assert isinstance(handler, TakesMany)
        told = [self._recorded(each.type, each.version, each.model_dump_json(), None, each.ordering_key or "", None) for each in events]
        left = await handler.many(told)
        for each in left:
            await handler(each, None)
        return [each.key for each in left]

    async def hear_body(self, event_type: str, version: int, body: dict[str, Any]) -> None:
        """Intake says something as an older release wrote it."""
        await self._heard["intake"](self._recorded(event_type, version, json.dumps(body), body.get("school"), "", None), None)

    def _recorded(self, event_type: str, version: int, body: str, school: str | None, key: str, position: int | None) -> Recorded:
        self.position = self.position + 1 if position is None else self.position
        now = datetime.now(UTC)
        return Recorded(
            uuid4(), "elsewhere", 1, position or self.position, 0, None, key, event_type, version, body, True, school, "service:test", now, now,
            uuid4(), uuid4(), b"", b"", b"", b"",
        )  # fmt: skip

    async def school(self) -> "School":
        """A fresh school with a staff of its own."""
        school = School(self, f"school-{next(_schools)}")
        await self.hear(SchoolRegistered(school=school.id, npsn=None, name=school.id.upper(), level="smp"))
        for role in ("counsellor", "coordinator", "principal", "homeroom"):
            await school.person(role, "staff", role)
        await school.person("other", "staff", "counsellor")
        return school

    async def cluster(self, cluster: str | None, *schools: "School") -> None:
        """These schools are one cluster (gugus), or of none."""
        for school in schools:
            await self.hear(SchoolRegistered(school=school.id, npsn=None, name=school.id.upper(), level="sd", cluster=cluster))

    async def hear_duty(self, *people: str) -> None:
        """The district's duty officers stand in the roster; the one of that name where nobody is said."""
        await self.hear(SchoolRegistered(school="dinas", npsn=None, name="DINAS", level="district"))
        for person in people or ("duty",):
            name = await self.kernel.vault.seal(person, "identity", person, f"{person}/name")
            await self.hear(PersonRegistered(person=person, kind="staff", school="dinas", posts=(Post("district-duty"),), name=name))

    # who asks -----------------------------------------------------------------------------------------------------

    def who(self, person: str, role: str, *schools: str) -> dict[str, str]:
        return self.holder(person, {role}, *schools)

    def holder(self, person: str, roles: set[str], *schools: str) -> dict[str, str]:
        """Somebody with several roles."""
        return self._headers(somebody(person, roles, schools))

    @property
    def duty(self) -> dict[str, str]:
        return self.who("duty", "district-duty")

    @property
    def officer(self) -> dict[str, str]:
        return self.who("officer", "district-officer")

    @property
    def service(self) -> dict[str, str]:
        return self._headers(service_principal("test"))

    def _headers(self, principal: Principal) -> dict[str, str]:
        headers = bearer(self.settings, principal)
        self.kernel.posts.forget()
        return headers

    # requests -----------------------------------------------------------------------------------------------------

    async def get(self, path: str, who: dict[str, str], **query: Any) -> httpx.Response:
        return await self.client.get(f"/cases/api/{path}", headers=who, params=query)

    async def post(self, path: str, who: dict[str, str], /, key: str | None = None, match: str | None = None, **body: Any) -> httpx.Response:
        sent = who | ({"idempotency-key": key} if key else {}) | ({"if-match": match} if match else {})
        return await self.client.post(f"/cases/api/{path}", headers=sent, json=body)

    async def act(self, case: str, route: str, who: dict[str, str], /, **more: Any) -> httpx.Response:
        return await self.post(f"cases/{case}/{route}", who, **more)

    async def done(self, case: str, route: str, who: dict[str, str], /, **more: Any) -> dict[str, Any]:
        """A command that must be accepted; what became of it."""
        answer = await self.act(case, route, who, **more)
        assert answer.status_code == 200, f"{route}: {answer.status_code} {answer.text}"
        return answer.json()

    # what is there ------------------------------------------------------------------------------------------------

    async def sql(self, query: str, *values: object) -> list[tuple]:
        """As the administrator, past every wall."""
        async with await psycopg.AsyncConnection.connect(self._url, options="-c search_path=cases") as connection:
            return await (await connection.execute(query, values)).fetchall()

    async def events(self, case: str, event_type: str) -> list[str]:
        """Bodies of a case's events of one type."""
        return [
            row[0] for row in await self.sql("SELECT body FROM event WHERE stream = %s AND type = %s ORDER BY version", f"case-{case}", event_type)
        ]

    async def caught_up(self, view: str = "case_list_v2") -> None:
        """The read model has everything that the store has."""

        async def level() -> bool:
            answers = "SELECT position FROM view_checkpoint WHERE view = %s AND state = 'answering'"
            rows = await self.sql(f"SELECT ({answers}), (SELECT position FROM store_head)", view)
            return rows[0][0] == rows[0][1]

        await eventually(level)

    async def is_relayed(self) -> bool:
        """Everything that was told has been brought to Redis."""
        rows = await self.sql("SELECT position FROM relay_checkpoint")
        return await self.kernel.store.head(public=True) == (rows[0][0] if rows else 0)


@dataclass
class School:
    """One school and its people; a person's id begins with the school's."""

    desk: Desk
    id: str

    def named(self, person: str) -> str:
        return f"{self.id}-{person}"

    def who(self, person: str, role: str | None = None) -> dict[str, str]:
        return self.desk.who(self.named(person), role or person, self.id)

    @property
    def counsellor(self) -> dict[str, str]:
        return self.who("counsellor")

    @property
    def other(self) -> dict[str, str]:
        """Another counsellor of the school."""
        return self.who("other", "counsellor")

    @property
    def coordinator(self) -> dict[str, str]:
        return self.who("coordinator")

    @property
    def principal(self) -> dict[str, str]:
        return self.who("principal")

    @property
    def teacher(self) -> dict[str, str]:
        return self.who("homeroom")

    async def person(self, person: str, kind: str, *roles: Role) -> str:
        name = await self.desk.kernel.vault.seal(self.named(person), "identity", person, f"{self.named(person)}/name")
        guardians = (self.named("mother"),) if kind == "student" else ()
        await self.desk.hear(
            PersonRegistered(
                person=self.named(person),
                kind=kind,
                school=self.id,
                posts=tuple(Post(role, self.id) for role in roles),
                name=name,
                guardians=guardians,
            )
        )
        return self.named(person)

    async def taken_over(self, case: str) -> str:
        """The duty officer has taken the case over: from then on they read and work it. The case."""
        await self.desk.done(case, "take-over-case", self.desk.duty, reason="Perlu ditangani dinas")
        return case

    async def concern(self, student: str | None = "student", **told: Any) -> str:
        """A concern as intake tells it; the id of the case that took it, once it is listed."""
        concern = str(uuid4())
        person = await self.person(student, "student") if student else None
        text = await self.desk.kernel.vault.seal(person or f"concern-{concern}", "concern", "Kenari", f"concern-{concern}/text")
        known = {
            "concern": concern, "school": self.id, "student": person, "role": "affected", "kind": "incident", "categories": ("bullying",),
            "facts": {"repeated": False}, "text": text, "channel": "api", "reporter_kind": "staff",
        } | told  # fmt: skip
        await self.desk.hear(ConcernRaised(**known))
        rows = await self.desk.sql(
            "SELECT substr(stream, 6) FROM event WHERE type = 'strand-added' AND body::json -> 'concern' ->> 'concern' = %s"
            " AND body::json -> 'concern' ->> 'student' IS NOT DISTINCT FROM %s", known["concern"], person,
        )  # fmt: skip
        await self.desk.caught_up()
        return rows[0][0]

    async def addition(self, case: str, concern: str | None = None, student: str | None = "student", **told: Any) -> ConcernContinued:
        """What the reporter of a case's concern says later, as intake tells it. concern: where it is not the case's first."""
        first = json.loads((await self.desk.events(case, "strand-added"))[0])["concern"]["concern"]
        person, answers = self.named(student) if student else None, told.get("answers", {})
        owner, addition = person or f"concern-{concern or first}", str(uuid4())
        text = await self.desk.kernel.vault.seal(owner, "concern", "Kenari lagi", f"concern-{concern or first}/addition-{addition}")
        known = {
            "concern": concern or first, "addition": addition, "school": self.id, "student": person, "students": 1, "role": "affected", "reporter_kind": "staff", "kind": "incident",
            "categories": ("bullying",), "answers": answers, "facts": {"repeated": False, **answers}, "text": text, "people": (),
            "guardians_unsafe": False, "desk": "school",
        } | told  # fmt: skip
        said = ConcernContinued(**known)
        await self.desk.hear(said)
        await self.desk.caught_up()
        return said

    async def case(self, student: str | None = "student", **told: Any) -> str:
        """A concern's case, in the counsellor's hand."""
        case = await self.concern(student, **told)
        await self.desk.done(case, "acknowledge", self.counsellor)
        return case

    async def listed(self, name: str, who: dict[str, str], **query: Any) -> list[dict[str, Any]]:
        """The items of a list of a working day."""
        answer = await self.desk.get(f"lists/{name}", who, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    async def ask(self, case: str, **span: float) -> str:
        """A teacher is asked; the activity's id."""
        body = {"teacher": self.named("homeroom"), "aim": "information", "question": "Tanya kenari", "respond_by": soon(**(span or {"days": 1}))}
        return (await self.desk.done(case, "ask-teacher", self.counsellor, **body))["activity"]

    async def held(self, case: str) -> str:
        """A counselling meeting that was held; the activity's id."""
        asked = await self.desk.done(case, "request-counselling", self.counsellor, origin="self", field="social", reason="Kenari")
        known = {"activity": asked["activity"]}
        await self.desk.done(case, "schedule-counselling", self.counsellor, when=soon(days=1), place="Kenari", **known)
        words = dict.fromkeys(("symptoms", "complaint", "problem", "causes", "goal", "approach", "result", "next_plan"), "Kenari rahasia")
        await self.desk.done(case, "hold-counselling", self.counsellor, meeting=1, confidentiality_told=True, **words, **known)
        return asked["activity"]

    async def conference(self, case: str, third: str | None = None) -> str:
        """A case conference with its minutes: counsellor, principal and a third came, the coordinator was invited; the activity's id."""
        known = {"activity": (await self.desk.done(case, "propose-conference", self.counsellor, kind="help", purpose="Tujuan kenari"))["activity"]}
        people = [self.named(each) for each in ("counsellor", "principal", *((third,) if third else ()), "coordinator")]
        invitees = [{"person": person, "side": "school", "reason": "support"} for person in people]
        await self.desk.done(case, "convene-conference", self.counsellor, when=soon(days=1), invitees=invitees, **known)
        await self.desk.done(case, "hold-conference", self.counsellor, present=people[:-1], pledge=True, **known)
        promise = {"commitment": "k-1", "owner": people[1], "what": "Janji kenari", "due": soon(days=3)}
        said = {"facts": "Berita kenari", "decisions": "Berita kenari", "commitments": [promise]}
        await self.desk.done(case, "minute-conference", self.counsellor, **said, **known)
        return known["activity"]


@asynccontextmanager
async def desk(database: str, redis_url: str, service: Callable[[Settings], FastAPI] = create_app, **changed: str) -> AsyncIterator[Desk]:
    """The service with all its own parts, as it runs in a district; only its neighbours are played. service: makes it."""
    settings = read_settings(
        {
            "DATABASE_URL": login(database, "cases"),
            "REDIS_URL": redis_url,
            "SMTP_URL": "smtp://127.0.0.1:9",
            "TANGGAP_MASTER_KEY": KEY,
            "TANGGAP_TOKEN_KEY": KEY,
            "TANGGAP_DEMO_SIGN_IN": "true",
            "TANGGAP_ORIGIN_INTAKE": "http://127.0.0.1:9",
            "TANGGAP_ORIGIN_NOTIFICATIONS": "http://127.0.0.1:9",
            "TANGGAP_LOG_LEVEL": "ERROR",
            **changed,
        }
    )
    app = service(settings)
    for subscription in app.state.kernel.subscriptions:
        subscription.run = asyncio.Event().wait
    async with app.router.lifespan_context(app):
        running = Desk(app, settings, database)
        async with running.client:
            yield running
            await eventually(running.is_relayed)  # redis-py leaves a connection open that is cancelled while it connects
