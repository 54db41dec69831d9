"""Composition root of intake: the only file that knows settings."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, FastAPI

from services.intake import api, later_pages, own_reports
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
from services.intake.attaching.routes import router as attachments_router
from services.intake.attaching.sealing import Attaching
from services.intake.attaching.telling import ConcernsTell
from services.intake.dialogue import Dialogue
from services.intake.earlier_receipts import EarlierReceipts
from services.intake.erasure.asking import Inquiry
from services.intake.erasure.continuing import Continuing
from services.intake.erasure.office import ErasureOffice
from services.intake.erasure.pages import pages as erasure_pages
from services.intake.erasure.purging import OwnTraces
from services.intake.erasure.receipt import Receipts
from services.intake.erasure.retaining import Retaining
from services.intake.erasure.routes import router as erasure_router
from services.intake.erasure.schedule import read_schedule
from services.intake.erasure.view import TABLES as TABLES_OF_ERASURES
from services.intake.erasure.view import VIEW as VIEW_OF_ERASURES
from services.intake.erasure.view import Erasures
from services.intake.erasure.view import project as project_erasures
from services.intake.fhir import routes as fhir_routes
from services.intake.fhir.sending import Sending
from services.intake.flooding import Flooding
from services.intake.form.routes import router as form_router
from services.intake.guessing import Guessing
from services.intake.health import pages as health_pages
from services.intake.health.asking import Asking
from services.intake.held import pages as held_pages
from services.intake.held import view as held_view
from services.intake.held.desk import HeldDesk
from services.intake.held.letting_through import LettingThrough, Release
from services.intake.held.view import HeldReports
from services.intake.identity import pages as identity_pages
from services.intake.machines import pages as key_pages
from services.intake.machines import routes as key_routes
from services.intake.machines.agencies import Agencies
from services.intake.machines.office import KeyOffice
from services.intake.machines.uses import KeyUses
from services.intake.machines.word import StoredKeys
from services.intake.mending import pages as mending_pages
from services.intake.mending.office import MendingOffice
from services.intake.office import pages as office_pages
from services.intake.office.people import OfficePeople
from services.intake.raising import Raising
from services.intake.receipts import Receipts as ReporterReceipts
from services.intake.reporters import Reporters
from services.intake.roster import double_pages, readiness, role_pages
from services.intake.roster import pages as import_pages
from services.intake.roster.ages import RosterAges
from services.intake.roster.ages import router as ages_router
from services.intake.roster.appointing import Appointing
from services.intake.roster.appointing import router as appointing_router
from services.intake.roster.asked_roles import RoleRequests
from services.intake.roster.doubles import DoublesDesk
from services.intake.roster.importing import RosterImport
from services.intake.sessions import pages as session_pages
from services.intake.sessions import view as sessions_view
from services.intake.sessions.ending import Leavers
from services.intake.sessions.office import Sessions
from services.intake.sessions.routes import asked_router, ending_router
from services.intake.sessions.view import SessionList
from services.intake.sessions.word import StoreWord
from services.intake.subjects import pages as subject_pages
from services.intake.subjects.finding import SubjectFinder
from services.intake.subjects.gathering import Copies
from services.intake.subjects.listing import Requests
from services.intake.subjects.routes import Claims
from services.intake.subjects.routes import router as subjects_router
from services.intake.subscribers import FromCases
from services.intake.views import TABLES, VIEW, Directory, project
from services.intake.year import pages as year_pages
from services.intake.year.homerooms import HomeroomTeachers
from services.intake.year.lists import YearLists
from services.intake.year.office import YearOffice
from services.intake.year.screens import YearScreens
from shared.attachments.keeping import PostgresStore
from shared.attachments.redrawing import Redrawing
from shared.attachments.relooking import Relooking
from shared.attachments.rescanning import Quarantine, Rescanning
from shared.attachments.scanning import Scanner
from shared.attachments.sweeping import Sweep
from shared.attachments.taking import Taking
from shared.clock import Clock
from shared.database import Database
from shared.destroying import Destroyer
from shared.erasing import Sibling
from shared.eventstore.later import is_known
from shared.eventstore.projection import Projection
from shared.eventstore.store import EventStore
from shared.keys import Service
from shared.neighbours import Told
from shared.pace import Pace
from shared.running import Part
from shared.sealing import Vault
from shared.service import Kernel, create_service
from shared.settings import Settings

_UNHURRIED = Pace(together=10, beat=0.5, always=True)
"""A reporter asks how the concern stands, and is not told by these events."""

_SIBLINGS: tuple[Service, ...] = ("cases", "notifications")

MIGRATIONS = Path(__file__).parent / "schema"


def create_app(settings: Settings) -> FastAPI:
    """Intake as an ASGI application under `/intake`."""
    projections: dict[str, Projection] = {}
    earlier: dict[str, EarlierReceipts] = {}
    offices: dict[str, Sessions] = {}
    accounts: dict[str, AccountOffice] = {}
    endings: dict[str, Projection] = {}
    offices_of_erasures: dict[str, ErasureOffice] = {}

    def parts(kernel: Kernel) -> list[Part]:
        directory = Projection(VIEW, kernel.store, kernel.database, project, TABLES, kernel.heartbeats, pace=_UNHURRIED, known=is_known)
        projections[VIEW] = directory
        receipts = earlier["receipts"] = EarlierReceipts(kernel.database, kernel.vault, kernel.keys, kernel.heartbeats)
        kernel.depends.append(receipts.depends)
        sessions = view_of_sessions(kernel)
        office = offices["sessions"] = sessions_office(kernel, sessions)
        leavers = Leavers(office, SessionList(sessions), directory, sessions, kernel.clock, kernel.heartbeats)
        desk = accounts["office"] = AccountOffice.of(kernel, Directory(kernel.database, directory), office, SessionList(sessions))
        ended = endings[VIEW_OF_ERASURES] = Projection(
            VIEW_OF_ERASURES, kernel.store, kernel.database, project_erasures, TABLES_OF_ERASURES, kernel.heartbeats, pace=_UNHURRIED, known=is_known
        )
        erasing = offices_of_erasures["office"] = erasure_office(kernel, Directory(kernel.database, directory), Erasures(ended), office)
        continuing = Continuing(erasing, erasing.inquiry.erasures, Retaining(erasing), kernel.heartbeats)
        held = projections[held_view.VIEW] = view_of_held(kernel)
        letting_through = LettingThrough(Release(kernel.store, HeldReports(held), kernel.clock), kernel.heartbeats)
        return [
            ended,
            continuing,
            held,
            letting_through,
            looking_after_files(kernel),
            directory,
            sessions,
            leavers,
            desk.leaving,
            receipts,
            kernel.subscribe("cases", FromCases, pace=_UNHURRIED),
        ]

    def routers(kernel: Kernel) -> list[APIRouter]:
        directory = Directory(kernel.database, projections[VIEW])
        receipts = ReporterReceipts(kernel.vault, earlier["receipts"])
        raising, attachments = Raising(kernel, directory, receipts), PostgresStore(kernel.database)
        adding, taking = Adding(kernel, Attaching(kernel.vault, attachments)), Taking(Redrawing(), Scanner(kernel.settings.scanner))
        reporters, dialogue = Reporters(kernel.store, receipts, directory, Guessing()), Dialogue(kernel.store, kernel.vault)
        roster = RosterImport(kernel, projections[VIEW])
        appointing = Appointing(kernel, projections[VIEW], directory)
        requests, ages = RoleRequests(appointing), RosterAges(kernel, directory)
        desk = accounts["office"]
        ways = Ways.of(desk)
        machines = machines_office(kernel)
        copies = Copies(kernel, directory, offices_of_erasures["office"].inquiry.erasures, _cases_of_subjects(kernel))
        finder = SubjectFinder(kernel, directory, copies.erasures)
        return [
            api.router(raising, adding, reporters, dialogue, directory, roster),
            fhir_routes.router(fhir_routes.Reception(Sending(kernel, raising, reporters, dialogue), directory)),
            appointing_router(appointing),
            import_pages.router(import_pages.ImportPages(roster, requests, ages)),
            ages_router(ages),
            role_pages.router(requests),
            double_pages.router(DoublesDesk(kernel, directory)),
            mending_pages.router(mending_pages.MendPages(MendingOffice(roster, directory))),
            year_pages.router(YearScreens(YearOffice(_year_lists(kernel, projections[VIEW]), roster), HomeroomTeachers(appointing), directory)),
            office_pages.router(OfficePeople(appointing)),
            health_pages.router(Asking(kernel)),
            form_router(kernel, raising, directory, Flooding()),
            held_pages.router(HeldDesk(kernel, HeldReports(projections[held_view.VIEW]), directory)),
            later_pages.router(kernel, adding, reporters, dialogue, taking),
            own_reports.router(own_reports.OwnReports(kernel, reporters)),
            attachments_router(attachments),
            identity_pages.router(kernel),
            asked_router(StoreWord(kernel.store, kernel.database)),
            sign_in_router(desk, ways),
            invitation_router(desk, ways),
            own_router(desk, ways),
            staff_router(desk),
            invitations_router(desk),
            readiness.router(readiness.Readiness(projections[VIEW], desk)),
            ending_router(offices["sessions"]),
            key_routes.router(machines, stored_keys(kernel.store, kernel.database, kernel.vault, kernel.clock)),
            key_pages.router(machines),
            session_pages.router(kernel, offices["sessions"], ways.also_left_at),
            passkey_pages.router(ways),
            openid_pages.router(ways),
            erasure_router(offices_of_erasures["office"], Retaining(offices_of_erasures["office"])),
            erasure_pages(offices_of_erasures["office"], finder),
            subjects_router(copies),
            subject_pages.router(subject_pages.SubjectPages(Requests(kernel, copies.erasures, finder), Claims(copies))),
        ]

    app = create_service(
        "intake", settings, migrations=MIGRATIONS, routers=routers, parts=parts, directory=VIEW, word=StoreWord, key_word=stored_keys
    )
    app.state.sessions, app.state.accounts = offices["sessions"], accounts["office"]
    return app


def looking_after_files(kernel: Kernel) -> Rescanning:
    """What looks after the files that lie here."""
    telling, files = ConcernsTell(kernel.store), PostgresStore(kernel.database)
    quarantine = Quarantine(telling, kernel.vault, files, Scanner(kernel.settings.scanner))
    relooking = Relooking(telling, kernel.vault, files, Taking(Redrawing(), quarantine.scanner))
    return Rescanning(quarantine, relooking, Sweep(telling, files, kernel.clock), kernel.heartbeats)


def erasure_office(kernel: Kernel, directory: Directory, erasures: Erasures, sessions: Sessions) -> ErasureOffice:
    """Where a person's data ends. Raises: StartRefused: the archive schedule cannot be read."""
    siblings = {name: Sibling(name, kernel.settings.origin(name), kernel.keys, kernel.clock) for name in _SIBLINGS}
    schedule = read_schedule(kernel.settings.retention_file)
    inquiry = Inquiry(kernel, directory, erasures, schedule, siblings["cases"], siblings["notifications"])
    destroyer = Destroyer(kernel.settings.erasure_database_url)
    return ErasureOffice(kernel, inquiry, destroyer, OwnTraces(kernel, sessions), Receipts(kernel.database, kernel.keys))


def stored_keys(store: EventStore, database: Database, vault: Vault, clock: Clock) -> StoredKeys:
    """The owner's word on machines' keys."""
    return StoredKeys(store, KeyUses(database), vault, clock)


def machines_office(kernel: Kernel) -> KeyOffice:
    """The owner of machines' keys."""
    registered = Told("notifications", kernel.settings.origin("notifications"), "agencies", kernel.keys, kernel.clock)
    return KeyOffice(kernel, Agencies(registered), KeyUses(kernel.database))


def _cases_of_subjects(kernel: Kernel) -> Told:
    return Told("cases", kernel.settings.origin("cases"), "subjects", kernel.keys, kernel.clock)


def _year_lists(kernel: Kernel, directory: Projection) -> YearLists:
    return YearLists(kernel, directory, Told("cases", kernel.settings.origin("cases"), "school-year", kernel.keys, kernel.clock))


def view_of_sessions(kernel: Kernel) -> Projection:
    """Who has which sessions."""
    told = sessions_view
    return Projection(told.VIEW, kernel.store, kernel.database, told.project, told.TABLES, kernel.heartbeats, pace=_UNHURRIED, known=is_known)


def view_of_held(kernel: Kernel) -> Projection:
    """Which reports wait for somebody, because they came faster than people can read."""
    return Projection(
        held_view.VIEW, kernel.store, kernel.database, held_view.project, held_view.TABLES, kernel.heartbeats, pace=_UNHURRIED, known=is_known
    )


def sessions_office(kernel: Kernel, view: Projection) -> Sessions:
    """The owner of sessions. view: `view_of_sessions`."""
    return Sessions(kernel, SessionList(view), [kernel.neighbour("cases"), kernel.neighbour("notifications")])


def accounts_of(intake: FastAPI) -> AccountOffice:
    """The accounts of an intake that runs in the same process."""
    found: AccountOffice = intake.state.accounts
    return found


def sessions_of(intake: FastAPI) -> Sessions:
    """Where whoever runs intake in its own process begins sessions: the demonstration's sign-in."""
    found: Sessions = intake.state.sessions
    return found
