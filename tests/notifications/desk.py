"""The service notifications for tests: the real application on a real PostgreSQL, with a real mail server and a real agency, all in this process."""

import asyncio
import socket
import threading
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from typing import Any
from uuid import UUID, uuid4

import httpx
import uvicorn
from aiosmtpd.controller import Controller
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from services.notifications.app import create_app
from services.notifications.views import Roster
from shared.access import Principal, service_principal
from shared.events import CATALOGUE, DISTRICT_ROLES, PersonRegistered, Post, Role, SchoolRegistered
from shared.message import Occasion, PublicEvent, Recorded
from shared.settings import read_settings
from shared.testing import eventually
from tests.keys import bearer, somebody
from tests.logins import login, past_the_wall

KEY = urlsafe_b64encode(b"k" * 32).decode()
SECRET = "whsec_" + "QUJD" * 12


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Mailbox:
    """A mail server. hold: while it is cleared, a message waits inside the server. refuse: a code for every recipient. refuse_message: a code for
    every message.
    """

    messages: list[tuple[str, bytes]] = field(default_factory=list)
    refuse: str = ""
    refuse_message: str = ""
    held: threading.Event | None = None
    arrived: int = 0

    def let_go(self) -> None:
        """What waits inside the server goes on."""
        assert self.held is not None
        self.held.set()

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:  # noqa: ARG002, N802 - aiosmtpd's names
        if self.refuse:
            return f"{self.refuse} no"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: ARG002, N802 - aiosmtpd's names
        self.arrived += 1
        while self.held is not None and not self.held.is_set():  # noqa: ASYNC110 - the server lives in another thread
            await asyncio.sleep(0.01)
        if self.refuse_message:
            return f"{self.refuse_message} no"
        self.messages.append((envelope.rcpt_tos[0], envelope.content))
        return "250 OK"


def text_of(content: bytes) -> str:
    """The text of a mail."""
    part = next(each for each in message_from_bytes(content).walk() if each.get_content_type() == "text/plain")
    body = part.get_payload(decode=True)
    assert isinstance(body, bytes)
    return body.decode()


@asynccontextmanager
async def mail_server(mailbox: Mailbox, *, smtputf8: bool = True) -> AsyncIterator[str]:
    """A real server; smtputf8: whether it takes letters beyond ASCII left of the @."""
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port(), enable_SMTPUTF8=smtputf8)
    await asyncio.to_thread(controller.start)
    try:
        yield f"smtp://127.0.0.1:{controller.port}"
    finally:
        await asyncio.to_thread(controller.stop)


@dataclass
class Agency:
    """An agency's server: what it received, and what it answers next (the last answer stays)."""

    answers: list[Response] = field(default_factory=lambda: [Response(status_code=202)])
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def hook(self, request) -> Response:
        self.received.append((dict(request.headers), await request.body()))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@asynccontextmanager
async def agency_server(agency: Agency, **more: Any) -> AsyncIterator[str]:
    """A real server. more: for uvicorn, such as a certificate."""
    port, scheme = free_port(), "https" if "ssl_certfile" in more else "http"
    app = Starlette(routes=[Route("/hook", agency.hook, methods=["POST"])])
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="critical", lifespan="off", **more)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it no other way
        await asyncio.sleep(0.01)
    try:
        yield f"{scheme}://127.0.0.1:{port}/hook"
    finally:
        server.should_exit = True
        await serving


class Desk:
    """The running service, and what a test says to it."""

    def __init__(self, app, settings) -> None:
        self.app, self.kernel, self.settings = app, app.state.kernel, settings
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://desk")
        self.heard = {subscription.source: subscription.applying.handler for subscription in self.kernel.subscriptions}
        self.roster: Roster = self.heard["intake"].roster
        self._position = 0

    async def hear(self, event: PublicEvent, *, cause: UUID | None = None) -> None:
        """A neighbour says something: through the subscription's own handler."""
        self._position += 1
        source = "intake" if type(event) in CATALOGUE["intake"] else "cases"
        now = datetime.now(UTC)
        recorded = Recorded(
            cause or uuid4(), "elsewhere", 1, self._position, 0, None, event.ordering_key or "", event.type, 1, event.model_dump_json(), True,
            getattr(event, "school", None), "service:test", now, now, uuid4(), uuid4(), b"", b"", b"", b"",
        )  # fmt: skip
        await self.heard[source](recorded, None)

    async def school(self, school: str = "school-1", cluster: str | None = None) -> None:
        await self.hear(SchoolRegistered(school=school, npsn=None, name="SMP", level="smp", cluster=cluster))

    async def person(
        self,
        person: str,
        kind: str,
        *roles: Role,
        school: str = "school-1",
        guardians: tuple[str, ...] = (),
        address: str | None = None,
        born: str = "",
        phone: str = "",
    ) -> None:
        """Somebody of the roster. address: as it was kept under their own key, `<person>@example.org` where nothing is said, none where empty.

        born: 2011-04-30, unknown where empty. phone: likewise, as the roster has it.
        """
        vault = self.kernel.vault
        name = await vault.seal(person, "contact", person, f"{person}/name")
        kept = f"{person}@example.org" if address is None else address
        email = await vault.seal(person, "contact", kept, f"{person}/email") if kept else None
        known = await vault.seal(person, "identity", born, f"{person}/born") if born else None
        number = await vault.seal(person, "contact", phone, f"{person}/phone") if phone else None
        posts = tuple(Post(role, None if role in DISTRICT_ROLES else school) for role in roles)
        await self.hear(
            PersonRegistered(
                person=person, kind=kind, school=school, posts=posts, name=name, born=known, email=email, phone=number, guardians=guardians
            )
        )

    def as_person(self, person: str, role: str, *schools: str) -> dict[str, str]:
        return self._headers(somebody(person, {role}, schools))

    def as_agency(self, agency: str) -> dict[str, str]:
        return self._headers(Principal(agency, "agency"))

    def as_service(self) -> dict[str, str]:
        return self._headers(service_principal("test"))

    def _headers(self, principal: Principal) -> dict[str, str]:
        headers = bearer(self.settings, principal)
        self.kernel.posts.forget()
        return headers

    async def register(self, agency: str, url: str | None, **more: Any) -> None:
        body = {"id": agency, "name": agency.upper(), "url": url, "secret": SECRET, **more}
        answer = await self.client.post("/notifications/api/agencies", json=body, headers=self.as_service())
        assert answer.status_code == 201, answer.text

    async def deliveries(self, case: str | None = None) -> list[dict]:
        """All of them, page by page. A list that is behind what was stored answers 503 and is asked again."""
        parameters, found = {"case": case} if case else {}, []
        while True:
            answer = await self.client.get("/notifications/api/deliveries", params=parameters, headers=self.as_service())
            if answer.status_code == 503:
                continue
            found += answer.json()["items"]
            if answer.json()["next"] is None:
                return found
            parameters["cursor"] = answer.json()["next"]

    async def states(self, case: str) -> list[str]:
        return [each["state"] for each in await self.deliveries(case)]

    async def told(self, event_type: str) -> list[Recorded]:
        """Every event of a type in the service's store."""
        return [event for event in await self.kernel.store.read_after(0, limit=10_000) if event.type == event_type]

    async def is_relayed(self) -> bool:
        """Everything that was told has been brought to Redis."""
        head = await self.kernel.store.head(public=True)
        async with past_the_wall(self.kernel.database).connection() as connection:
            row = await (await connection.execute("SELECT position FROM relay_checkpoint")).fetchone()
        return head == (row[0] if row else 0)

    def occasion(self) -> Occasion:
        cause = uuid4()
        return Occasion("test", "school-1", datetime.now(UTC), cause, cause)


@asynccontextmanager
async def desk(database: str, redis_url: str, smtp_url: str, **changed: str) -> AsyncIterator[Desk]:
    """The service with all its own parts, as it runs in a district; retries after hundredths of a second."""
    settings = read_settings(
        {
            "DATABASE_URL": login(database, "notifications"),
            "REDIS_URL": redis_url,
            "SMTP_URL": smtp_url,
            "TANGGAP_MASTER_KEY": KEY,
            "TANGGAP_TOKEN_KEY": KEY,
            "TANGGAP_DEMO_SIGN_IN": "true",
            "TANGGAP_LOOPBACK_WEBHOOKS": "true",
            "TANGGAP_RETRY_SECONDS": "0.02,0.02,0.02",
            "TANGGAP_ORIGIN_INTAKE": "http://127.0.0.1:9",
            "TANGGAP_ORIGIN_CASES": "http://127.0.0.1:9",
            "TANGGAP_LOG_LEVEL": "ERROR",
            **changed,
        }
    )
    app = create_app(settings)
    for subscription in app.state.kernel.subscriptions:
        subscription.run = asyncio.Event().wait  # the test plays the neighbours and calls the handlers itself
    async with app.router.lifespan_context(app):
        running = Desk(app, settings)
        async with running.client:
            yield running
            await eventually(running.is_relayed)  # redis-py leaves a connection open that is cancelled while it connects
