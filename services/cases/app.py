"""Composition root of cases: the only file that knows settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from fastapi import APIRouter, FastAPI

from services.cases import listing, pages
from services.cases.assigning import pages as assigning
from services.cases.assigning.giving import GivingMany
from services.cases.attached import pages as file_pages
from services.cases.attached.activities import ActivityFiles
from services.cases.attached.filing import Filing
from services.cases.attached.kept import AttachedFiles
from services.cases.attached.letters import LetterFiles
from services.cases.attached.opening import Opening
from services.cases.attached.routes import router as attached_router
from services.cases.attached.sending import Sending
from services.cases.attached.telling import CasesTell, Filers
from services.cases.attached.unsealing import Unsealing
from services.cases.bringing_in import pages as bringing_in
from services.cases.bringing_in.form import BringingIn
from services.cases.bringing_in.whom import Whom as WhomOnPaper
from services.cases.clocks import Clockwork
from services.cases.closing.naming import Closing
from services.cases.commands import next_steps
from services.cases.commands import routes as commands
from services.cases.commands.fit_staff import FitStaff
from services.cases.commands.road import Road
from services.cases.domain.casework import Casework, casework
from services.cases.domain.register import STRATEGIES
from services.cases.domain.steps.tells import Described
from services.cases.drafts.kept import Drafts
from services.cases.erasing import CaseErasures
from services.cases.figures import pages as figures
from services.cases.figures.open_cases import Counting
from services.cases.figures.told import Figures
from services.cases.forms import pages as forms
from services.cases.forms.choosing import Choosing
from services.cases.forms.drafting import StepDrafts
from services.cases.forms.following import following_of
from services.cases.forms.going_on import GoingOn
from services.cases.forms.pages import StepPages
from services.cases.forms.past import Past
from services.cases.forms.wording import Form, forms_of
from services.cases.guides import pages as guides
from services.cases.letters import composing
from services.cases.letters.issuing import Issuing
from services.cases.letters.kinds import KINDS, Kind
from services.cases.letters.material import Material
from services.cases.letters.pages import DocumentPages
from services.cases.letters.reading import Readable
from services.cases.letters.settings import Papers
from services.cases.mine import pages as mine
from services.cases.mine.reading import OwnCases
from services.cases.mine.saying import Saying
from services.cases.owners import Owners
from services.cases.pages.around import Around
from services.cases.pages.people import Names
from services.cases.pages.since import Since
from services.cases.reading import breaches, lists, reads, reports, routes, what_if, without_case
from services.cases.reading.absences import Absences
from services.cases.reading.agencies import Agencies
from services.cases.reading.calendars import SchoolCalendars
from services.cases.reading.calendars import router as calendar_routes
from services.cases.reading.case import CaseReader
from services.cases.reading.case_list import CaseList
from services.cases.reading.chained_reads import ReadSigner
from services.cases.reading.directory import Directory
from services.cases.reading.projecting import LEAVES, TABLES, VIEW, projecting
from services.cases.reading.receivers import Receivers
from services.cases.reading.roster import Roster
from services.cases.reading.summary import services_given
from services.cases.reading.vocabulary import WORDS, words_of
from services.cases.reading.whereabouts import Whereabouts
from services.cases.reading.words import Words
from services.cases.reading.worklist import WorkList
from services.cases.recording import pages as recording
from services.cases.recording.pages import Recording
from services.cases.recording.presets import Presets
from services.cases.recording.whom import Whom
from services.cases.referring import pages as referring
from services.cases.referring.contents import AboutStudent
from services.cases.referring.keeping import Keeping
from services.cases.referring.pages import Referring
from services.cases.referring.screens import Screens
from services.cases.school import pages as school
from services.cases.school.calendar import SchoolCalendar
from services.cases.school.elsewhere import Elsewhere
from services.cases.school.giving import Settings as SchoolSettings
from services.cases.school.pages import SchoolPages
from services.cases.school.paper import PaperPage
from services.cases.school.readiness import Readiness
from services.cases.school.rota import Rota
from services.cases.school.whose import Whose
from services.cases.searching import pages as searching
from services.cases.searching.finding import Finding
from services.cases.searching.index import Candidates, NameIndex
from services.cases.searching.indexing import Indexing
from services.cases.standing import files as standing_files
from services.cases.standing import kept
from services.cases.standing import pages as standing_pages
from services.cases.standing import routes as standing_routes
from services.cases.standing.absences import StandingAbsences
from services.cases.standing.files import StandingFiles
from services.cases.standing.led import LedGroups
from services.cases.standing.listing import StandingList
from services.cases.standing.owners import StandingOwners
from services.cases.standing.pages import StandingPages
from services.cases.standing.successors import Succession
from services.cases.subjects.gathering import Subjects
from services.cases.subjects.routes import router as subjects_router
from services.cases.subscribers import FromIntake, FromNotifications
from services.cases.without_case.composing import routers as without_case_routers
from services.cases.year import routes as year
from shared.attachments.keeping import PostgresStore
from shared.attachments.redrawing import Redrawing
from shared.attachments.relooking import Relooking
from shared.attachments.rescanning import Quarantine, Rescanning
from shared.attachments.scanning import Scanner
from shared.attachments.sweeping import Sweep
from shared.attachments.taking import Taking
from shared.erasing import erasing_router
from shared.eventstore.later import is_known
from shared.eventstore.projection import Projection
from shared.neighbours import Told
from shared.pace import Pace
from shared.rights.matrix import matrix
from shared.running import Part
from shared.service import Kernel, create_service
from shared.sessions.kept import KeptSessions
from shared.settings import Settings

_UNHURRIED = Pace(together=10, beat=0.5, always=True)
"""What notifications did is folded in; nobody is told because of it."""

_LIST = Pace(together=10, beat=0.2, always=True)
"""Whoever reads a list waits for it, so it is written only now and then."""

_REMEMBERED = 1.0
"""Seconds that a school's calendar is used again: in a flood it is asked for with every concern."""

MIGRATIONS = Path(__file__).parent / "schema"


def create_app(
    settings: Settings,
    strategies: Sequence[Described] = STRATEGIES,
    words_files: Sequence[Path] = (WORDS,),
    kinds: Mapping[str, Kind[Material]] = KINDS,
) -> FastAPI:
    """Cases as an ASGI application under `/cases`.

    strategies: that cases are worked with. words_files: the folders where their words lie. kinds: their documents. Raises: StartRefused: a strategy
    does not fit together with the others, something that can happen has no words, or a document has no model.
    """
    work = casework(strategies)
    words, asked = words_of(work, tuple(words_files)), forms_of(work, tuple(words_files))
    views: dict[str, Projection] = {}

    def parts(kernel: Kernel) -> list[Part]:
        views[VIEW] = Projection(VIEW, kernel.store, kernel.database, projecting(work), TABLES, kernel.heartbeats, pace=_LIST, known=is_known)
        views[kept.VIEW] = Projection(
            kept.VIEW, kernel.store, kernel.database, kept.standing(work), kept.TABLES, kernel.heartbeats, pace=_LIST, known=is_known
        )
        return [*_parts(kernel, views[VIEW], work), *_standing_parts(kernel, views[kept.VIEW], work)]

    def routers(kernel: Kernel) -> list[APIRouter]:
        issuing = composing.issuing_of(_road(kernel, views[VIEW], work))
        own = [*_routers(kernel, views[VIEW], work, words, kinds, issuing), *_schools(issuing), guides.router(kernel, issuing.press)]
        listed = StandingList(views[kept.VIEW], kernel.store, work)
        forms = _forms(kernel, views[VIEW], listed, work, words, asked)
        documents = DocumentPages(composing.subjects_of(issuing.road, words, issuing), issuing, kinds, Agencies(kernel))
        choosing = _choosing(issuing.road, views[VIEW], listed, pages.since_of(issuing.road, words, asked))
        beside = without_case_routers(issuing.road, documents, choosing, words, asked)
        return [*own, *beside, *_standing(issuing, listed, words), *forms]

    return create_service("cases", settings, migrations=MIGRATIONS, routers=routers, parts=parts, leaves=LEAVES)


def _parts(kernel: Kernel, view: Projection, work: Casework) -> list[Part]:
    roster, listed = Roster(kernel.database, kernel.posts), WorkList(kernel.database, view)
    whereabouts, absences = Whereabouts(kernel.database), Absences(kernel.database, kernel.posts)
    sessions, attached = KeptSessions(kernel.database), AttachedFiles(kernel.database)
    calendars = SchoolCalendars(kernel.store, kernel.database, kernel.settings.time_zone, remembered=_REMEMBERED)
    return [
        view,
        Clockwork(kernel, view, work.case),
        Owners(kernel, view, work.case),
        ReadSigner(kernel.database, kernel.keys, kernel.heartbeats),
        Indexing(kernel, NameIndex(kernel.database, kernel.keys)),
        _looking_after_files(kernel, work),
        kernel.subscribe("intake", lambda store: FromIntake(store, roster, listed, whereabouts, absences, work.case, calendars, sessions, attached)),
        kernel.subscribe("notifications", lambda store: FromNotifications(store, work.case, calendars), pace=_UNHURRIED),
    ]


def _standing_parts(kernel: Kernel, view: Projection, work: Casework) -> list[Part]:
    absences = StandingAbsences(kernel.database, Absences(kernel.database, kernel.posts))
    return [view, StandingOwners(kernel, view, work, absences)]


def _routers(
    kernel: Kernel, view: Projection, work: Casework, words: Words, kinds: Mapping[str, Kind[Material]], issuing: Issuing
) -> list[APIRouter]:
    matrix().require_groups(kernel.access.permissions.groups)
    calendars, road = _calendars(kernel), _road(kernel, view, work)
    counted = reports.Reports(view, work, calendars)
    return [
        routes.router(kernel, view, work),
        reads.router(reads.Reads(kernel.database, kernel.store), CaseReader(kernel, work.case, services_given(work))),
        commands.router(road),
        next_steps.router(road),
        without_case.router(kernel, work),
        lists.router(kernel, view, calendars),
        reports.router(kernel, counted),
        calendar_routes(kernel, calendars),
        what_if.router(kernel),
        *composing.routers(road, words, kinds, counted, issuing),
        subjects_router(Subjects(kernel, work, words, calendars, road.roster)),
        year.router(CaseList(view)),
        breaches.router(breaches.Breaches(kernel, work.case)),
        erasing_router("cases", CaseErasures(kernel, view, work)),
        attached_router(_opening(kernel, work)),
        *_files(road, words, issuing),
    ]


def _opening(kernel: Kernel, work: Casework) -> Opening:
    intake = Told("intake", kernel.settings.origin("intake"), "attachments", kernel.keys, kernel.clock, reader="cases")
    return Opening(CaseReader(kernel, work.case, services_given(work)), AttachedFiles(kernel.database), intake)


def _looking_after_files(kernel: Kernel, work: Casework) -> Rescanning:
    files = PostgresStore(kernel.database)
    telling = CasesTell(kernel.store, Filers(work), files)
    quarantine = Quarantine(telling, kernel.vault, files, Scanner(kernel.settings.scanner))
    relooking = Relooking(telling, kernel.vault, files, Taking(Redrawing(), quarantine.scanner))
    return Rescanning(quarantine, relooking, Sweep(telling, files, kernel.clock), kernel.heartbeats)


def _files(road: Road, words: Words, issuing: Issuing) -> list[APIRouter]:
    """Of activities and referrals, beside letters, and of what stands without a case."""
    kernel, work = road.kernel, road.casework
    store, taking = PostgresStore(kernel.database), Taking(Redrawing(), Scanner(kernel.settings.scanner))
    sending, unsealing = Sending(Filing(kernel, Filers(work).of, store), taking), Unsealing(kernel, store)
    reader = CaseReader(kernel, work.case, services_given(work))
    shown = file_pages.FilePages(sending, unsealing, Names(kernel, road.roster), road.calendars)
    return [
        file_pages.router(shown, "kegiatan", ActivityFiles(reader, words).seen),
        file_pages.router(shown, "dokumen", LetterFiles(reader, Readable(composing.subjects_of(road, words, issuing), issuing)).seen),
        standing_files.router(StandingFiles(road, words), shown),
    ]


def _forms(kernel: Kernel, view: Projection, standing: StandingList, work: Casework, words: Words, asked: Mapping[str, Form]) -> list[APIRouter]:
    """The pages of cases, and the forms that they lead to. asked: what the form of each command asks."""
    road = _road(kernel, view, work)
    names = Names(kernel, road.roster)
    since = pages.since_of(road, words, asked)
    choosing = _choosing(road, view, standing, since)
    finding = _finding(kernel, view, names, words)
    drafts = StepDrafts(road, Drafts(kernel), choosing, since)
    return [
        pages.router(road, words, asked),
        listing.router(kernel, view, names, words, road.calendars),
        pages.desk_router(road, view, standing, words),
        figures.router(kernel, _figures(kernel, view, work, words, asked), Directory(kernel.database), road.calendars),
        forms.router(StepPages(road, asked, choosing, drafts, following_of(asked), Closing(names, Agencies(kernel), words))),
        searching.router(kernel, finding),
        bringing_in.router(BringingIn(road, WhomOnPaper(road, names, Whereabouts(kernel.database)), names, Drafts(kernel), words), finding),
        referring.router(Referring(road, Keeping(Drafts(kernel)), _referral_screens(road, choosing, asked))),
        mine.router(_own_page(kernel, work, names, road.calendars)),
        assigning.router(_assigning(road, view, names, words)),
        recording.router(road, Recording(road, names, Presets(kernel), Drafts(kernel)), Whom(CaseList(view), names)),
    ]


def _choosing(road: Road, view: Projection, standing: StandingList, since: Since) -> Choosing:
    kernel = road.kernel
    going_on = GoingOn(LedGroups(standing.view), CaseList(view), road.calendars, Names(kernel, road.roster), Whereabouts(kernel.database))
    past, directory = Past(since, road.calendars), Directory(kernel.database)
    return Choosing(kernel, road.roster, directory, Agencies(kernel), going_on, past, road.work, road.casework.case)


def _own_page(kernel: Kernel, work: Casework, names: Names, calendars: SchoolCalendars) -> mine.OwnPage:
    own = OwnCases(kernel, work.case)
    return mine.OwnPage(own, Saying(own, calendars), names, Agencies(kernel), calendars)


def _assigning(road: Road, view: Projection, names: Names, words: Words) -> assigning.AssigningPage:
    kernel = road.kernel
    staff = FitStaff(kernel, road.roster)
    return assigning.AssigningPage(kernel, CaseList(view), names, words, staff, Directory(kernel.database), GivingMany(road))


def _schools(issuing: Issuing) -> list[APIRouter]:
    """What a school says of itself."""
    road, kernel = issuing.road, issuing.road.kernel
    giving, names = SchoolSettings(road), Names(kernel, road.roster)
    pages_of_school = SchoolPages(
        kernel,
        Whose(Directory(kernel.database)),
        Rota(giving, names),
        SchoolCalendar(giving),
        PaperPage(giving, Papers(issuing), names),
        Readiness(issuing.standing, road.calendars, Elsewhere(kernel)),
    )
    return [school.router(pages_of_school), school.district_router(pages_of_school)]


def _standing(issuing: Issuing, listed: StandingList, words: Words) -> list[APIRouter]:
    """What nobody has and no case holds."""
    road, kernel = issuing.road, issuing.road.kernel
    names = Names(kernel, road.roster)
    succession = Succession(road, names)
    shown = StandingPages(listed, SchoolSettings(road), names, succession, Directory(kernel.database), words)
    return [standing_routes.router(listed), standing_pages.router(shown)]


def _figures(kernel: Kernel, view: Projection, work: Casework, words: Words, asked: Mapping[str, Form]) -> Figures:
    outcomes = next(each.options for each in asked["close"].questions if each.field.name == "outcome_class") or {}
    return Figures(Counting(view), reports.Reports(view, work, _calendars(kernel)), words, outcomes, Agencies(kernel), kernel.clock)


def _finding(kernel: Kernel, view: Projection, names: Names, words: Words) -> Finding:
    index = NameIndex(kernel.database, kernel.keys)
    kernel.depends.append(index.depends)
    return Finding(kernel, Candidates(view), CaseList(view), names, Whereabouts(kernel.database), words)


def _referral_screens(road: Road, choosing: Choosing, asked: Mapping[str, Form]) -> Screens:
    around = Around(road.kernel, road.roster, road.calendars)
    return Screens(road, Receivers(road.kernel), choosing, AboutStudent(road.kernel, around, Names(road.kernel, road.roster)), asked)


def _road(kernel: Kernel, view: Projection, work: Casework) -> Road:
    return Road(work, kernel, Roster(kernel.database, kernel.posts), WorkList(kernel.database, view), _calendars(kernel))


def _calendars(kernel: Kernel) -> SchoolCalendars:
    return SchoolCalendars(kernel.store, kernel.database, kernel.settings.time_zone)
