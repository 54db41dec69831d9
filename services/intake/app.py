"""Composition root of intake: the only file that knows settings."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, FastAPI

from services.intake import api, later_pages
from services.intake.accounts.invitation_pages import invitation_router
from services.intake.accounts.office import AccountOffice
from services.intake.accounts.openid import pages as openid_pages
from services.intake.accounts.own_pages import own_router
from services.intake.accounts.passkeys import pages as passkey_pages
from services.intake.accounts.routes import invitations_router
from services.intake.accounts.sign_in_pages import sign_in_router
from services.intake.accounts.staff_pages import staff_router
from services.intake.accounts.ways import Ways
from services.intake.adding import Adding
from services.intake.earlier_receipts import EarlierReceipts
from services.intake.form.routes import router as form_router
from services.intake.raising import Raising
from services.intake.receipts import Receipts
from services.intake.reporters import Reporters
from services.intake.roster.appointing import Appointing
from services.intake.roster.appointing import router as appointing_router
from services.intake.roster.importing import RosterImport
from services.intake.sessions import pages as session_pages
from services.intake.sessions import view as sessions_view
from services.intake.sessions.ending import Leavers
from services.intake.sessions.office import Sessions
from services.intake.sessions.routes import asked_router, ending_router
from services.intake.sessions.view import SessionList
from services.intake.sessions.word import StoreWord
from services.intake.subscribers import FromCases
from services.intake.views import TABLES, VIEW, Directory, project
from shared.eventstore.projection import Projection
from shared.pace import Pace
from shared.running import Part
from shared.service import Kernel, create_service
from shared.settings import Settings

_UNHURRIED = Pace(together=10, beat=0.5, always=True)
"""A reporter asks how the concern stands, and is not told by these events."""

MIGRATIONS = Path(__file__).parent / "schema"


def create_app(settings: Settings) -> FastAPI:
    """Intake as an ASGI application under `/intake`."""
    projections: dict[str, Projection] = {}
    earlier: dict[str, EarlierReceipts] = {}
    offices: dict[str, Sessions] = {}
    accounts: dict[str, AccountOffice] = {}

    def parts(kernel: Kernel) -> list[Part]:
        directory = Projection(VIEW, kernel.store, kernel.database, project, TABLES, kernel.heartbeats, pace=_UNHURRIED)
        projections[VIEW] = directory
        receipts = earlier["receipts"] = EarlierReceipts(kernel.database, kernel.vault, kernel.keys, kernel.heartbeats)
        kernel.depends.append(receipts.depends)
        sessions = view_of_sessions(kernel)
        office = offices["sessions"] = sessions_office(kernel, sessions)
        leavers = Leavers(office, SessionList(sessions), directory, sessions, kernel.clock, kernel.heartbeats)
        desk = accounts["office"] = AccountOffice.of(kernel, Directory(kernel.database, directory), office, SessionList(sessions))
        return [directory, sessions, leavers, desk.leaving, receipts, kernel.subscribe("cases", FromCases, pace=_UNHURRIED)]

    def routers(kernel: Kernel) -> list[APIRouter]:
        directory = Directory(kernel.database, projections[VIEW])
        receipts = Receipts(kernel.vault, earlier["receipts"])
        raising, adding = Raising(kernel, directory, receipts), Adding(kernel)
        reporters, roster = Reporters(kernel.store, receipts, directory), RosterImport(kernel, projections[VIEW])
        desk = accounts["office"]
        ways = Ways.of(kernel, offices["sessions"], desk.accounts, desk.inviting, directory)
        return [
            api.router(raising, adding, reporters, directory, roster),
            appointing_router(Appointing(kernel, projections[VIEW], directory)),
            form_router(kernel, raising, directory),
            later_pages.router(kernel, adding, reporters),
            asked_router(StoreWord(kernel.store, kernel.database)),
            sign_in_router(desk, ways),
            invitation_router(desk, ways),
            own_router(desk, ways),
            staff_router(desk),
            invitations_router(desk),
            ending_router(offices["sessions"]),
            session_pages.router(kernel, offices["sessions"]),
            passkey_pages.router(ways),
            openid_pages.router(ways),
        ]

    app = create_service("intake", settings, migrations=MIGRATIONS, routers=routers, parts=parts, directory=VIEW, word=StoreWord)
    app.state.sessions, app.state.accounts = offices["sessions"], accounts["office"]
    return app


def view_of_sessions(kernel: Kernel) -> Projection:
    """Who has which sessions."""
    told = sessions_view
    return Projection(told.VIEW, kernel.store, kernel.database, told.project, told.TABLES, kernel.heartbeats, pace=_UNHURRIED)


def sessions_office(kernel: Kernel, view: Projection) -> Sessions:
    """The owner of sessions. view: `view_of_sessions`."""
    return Sessions(kernel, SessionList(view), [kernel.neighbour("cases"), kernel.neighbour("notifications")])


def sessions_of(intake: FastAPI) -> Sessions:
    """Where whoever runs intake in its own process begins sessions: the demonstration's sign-in."""
    found: Sessions = intake.state.sessions
    return found
