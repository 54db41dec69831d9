"""Composition root of notifications: the only file that knows settings."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, FastAPI

from services.notifications import api, pages
from services.notifications.case_people import KeptPeople
from services.notifications.clocks import Clockwork
from services.notifications.contacting import Turns
from services.notifications.projecting import TABLES, VIEW, carry, project
from services.notifications.senders.mail import MailSender
from services.notifications.senders.webhook import WebhookSender
from services.notifications.sending import Sender
from services.notifications.subscribers import FromCases, FromIntake
from services.notifications.views import Roster
from shared.eventstore.projection import Projection
from shared.pace import Pace
from shared.running import Part
from shared.school_day import national
from shared.service import Kernel, create_service
from shared.sessions.kept import KeptSessions
from shared.settings import Settings

_UNHURRIED = Pace(together=10, beat=0.5, always=True)
"""The roster, and marks, which are acknowledged only when they are committed here."""

_PROMPT = Pace(together=84, beat=0.2, phase=0.5)
"""One concern makes about five events of its case."""

_OUTBOX = Pace(together=64, beat=0.2)
"""What is to be sent is known from here: in a flood several messages are written, claimed and sent together."""

MIGRATIONS = Path(__file__).parent / "schema"


def create_app(settings: Settings) -> FastAPI:
    """Notifications as an ASGI application under `/notifications`."""
    projections: dict[str, Projection] = {}
    rosters: dict[str, Roster] = {}
    turns: dict[str, Turns] = {}

    def parts(kernel: Kernel) -> list[Part]:
        roster = rosters.setdefault("roster", Roster(kernel.database, kernel.posts, national(settings.time_zone)))
        taking_turns = turns.setdefault("contact", Turns(kernel.database))
        projections[VIEW] = Projection(VIEW, kernel.store, kernel.database, project, TABLES, kernel.heartbeats, pace=_OUTBOX, carry=carry)
        webhooks = WebhookSender(kernel.keys, loopback=settings.demo_sign_in)
        return [
            projections[VIEW],
            Sender(kernel, projections[VIEW], MailSender(settings.smtp_url, settings.smtp_connections), webhooks, taking_turns, roster),
            Clockwork(kernel),
            kernel.subscribe("intake", lambda store: FromIntake(store, roster, taking_turns, KeptSessions(kernel.database)), pace=_UNHURRIED),
            kernel.subscribe("cases", lambda store: FromCases(store, roster, kernel.clock, KeptPeople(kernel.database)), pace=_PROMPT),
        ]

    def routers(kernel: Kernel) -> list[APIRouter]:
        return [api.router(kernel, rosters["roster"], projections[VIEW], turns["contact"]), pages.router(kernel)]

    return create_service("notifications", settings, migrations=MIGRATIONS, routers=routers, parts=parts)
