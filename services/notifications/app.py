"""Composition root of notifications: the only file that knows settings."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, FastAPI

from services.notifications import api, inbox
from services.notifications.case_people import KeptPeople
from services.notifications.channels import callbacks
from services.notifications.channels.carrying import Carrier, senders
from services.notifications.channels.gateway import Gateway
from services.notifications.channels.keeping import Dispatches
from services.notifications.channels.settings import read_channels
from services.notifications.channels.short import organisation
from services.notifications.channels.stragglers import Stragglers
from services.notifications.channels.texts import Gate
from services.notifications.clocks import Clockwork
from services.notifications.contacting import Turns
from services.notifications.directory import routes as directory
from services.notifications.districts import routes as districts
from services.notifications.districts.intake import Intake
from services.notifications.districts.passing import Passing
from services.notifications.districts.sending import ToDistricts
from services.notifications.erasing import MessageErasures
from services.notifications.families import routes as families
from services.notifications.fhir import routes as fhir
from services.notifications.inbox import Inbox
from services.notifications.noticing import Notices
from services.notifications.partners import routes as partners
from services.notifications.projecting import TABLES, VIEW, carry, project
from services.notifications.quiet import QuietHours
from services.notifications.senders.mail import MailSender
from services.notifications.senders.webhook import WebhookSender
from services.notifications.sending import Sender
from services.notifications.subscribers import FromCases, FromIntake
from services.notifications.taking import pages as taking
from services.notifications.taking.links import AlertLinks
from services.notifications.upkeep import routes as upkeep
from services.notifications.upkeep.reminding import Reminders
from services.notifications.views import LEAVES, Roster
from shared.erasing import erasing_router
from shared.eventstore.later import is_known
from shared.eventstore.projection import Projection
from shared.pace import Pace
from shared.running import Part
from shared.school_day import national
from shared.service import Kernel, create_service
from shared.sessions.kept import KeptSessions
from shared.settings import Settings

_UNHURRIED = Pace(together=10, beat=0.5, always=True)
"""The roster, and marks, which are acknowledged only when they are committed here."""

PROMPT = Pace(together=150, beat=0.2, phase=0.5)
"""One concern makes about five events of its case, so events gather from 150 concerns a second on. A busy day has 100, and nobody waits then."""

OUTBOX = Pace(together=100, beat=0.2)
"""What is to be sent is known from here, about three events of ours for each concern: gathered from the same rate on, and sent together."""

MIGRATIONS = Path(__file__).parent / "schema"


def create_app(settings: Settings) -> FastAPI:
    """Notifications as an ASGI application under `/notifications`."""
    projections: dict[str, Projection] = {}
    rosters: dict[str, Roster] = {}
    turns: dict[str, Turns] = {}
    mails: dict[str, MailSender] = {}
    hooks: dict[str, WebhookSender] = {}
    channels = read_channels(settings.channels)

    def parts(kernel: Kernel) -> list[Part]:
        roster = rosters.setdefault("roster", Roster(kernel.database, kernel.posts, national(settings.time_zone)))
        taking_turns = turns.setdefault("contact", Turns(kernel.database))
        projections[VIEW] = Projection(
            VIEW, kernel.store, kernel.database, project, TABLES, kernel.heartbeats, pace=OUTBOX, carry=carry, known=is_known
        )
        notices = Notices(kernel.store, roster)
        quiet = None if settings.demo_sign_in else QuietHours.read(settings.quiet_hours)
        mail = mails.setdefault("mail", MailSender(settings.smtp_url, settings.smtp_connections, plain=settings.demo_sign_in))
        webhooks = hooks.setdefault("webhooks", WebhookSender(kernel.keys, loopback=settings.loopback_webhooks))
        gate, gateway = Gate(settings.public_origin, organisation(settings.district)), Gateway()
        dispatches = Dispatches(kernel.database)
        carrier = Carrier(channels, dispatches, gate, kernel.clock, settings.retry_seconds, gateway, *senders(channels, gateway))
        sender = Sender(kernel, projections[VIEW], mail, webhooks, taking_turns, notices, carrier, quiet)
        return [
            projections[VIEW],
            sender,
            Stragglers(kernel, carrier, sender.staff),
            Clockwork(kernel, notices),
            Reminders(kernel),
            Passing(kernel, ToDistricts(kernel, webhooks), Intake(kernel)),
            kernel.subscribe("intake", lambda store: FromIntake(store, roster, taking_turns, KeptSessions(kernel.database)), pace=_UNHURRIED),
            kernel.subscribe("cases", lambda store: FromCases(store, roster, kernel.clock, KeptPeople(kernel.database), quiet), pace=PROMPT),
        ]

    def routers(kernel: Kernel) -> list[APIRouter]:
        return [
            api.router(kernel, rosters["roster"], projections[VIEW], turns["contact"]),
            directory.router(kernel, projections[VIEW]),
            *upkeep.routers(kernel, projections[VIEW]),
            *districts.routers(kernel, projections[VIEW], rosters["roster"], hooks["webhooks"]),
            taking.router(taking.Taking(kernel, rosters["roster"], AlertLinks(kernel.database, kernel.keys))),
            erasing_router("notifications", MessageErasures(kernel, projections[VIEW])),
            *families.routers(kernel, rosters["roster"], projections[VIEW]),
            fhir.router(kernel, projections[VIEW]),
            inbox.router(Inbox(kernel, projections[VIEW])),
            callbacks.router(callbacks.Callbacks(channels, Dispatches(kernel.database), kernel.clock)),
            *partners.routers(kernel, projections[VIEW], mails["mail"]),
        ]

    return create_service("notifications", settings, migrations=MIGRATIONS, routers=routers, parts=parts, leaves=LEAVES)
