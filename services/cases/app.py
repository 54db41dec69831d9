"""Composition root of cases: the only file that knows settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from fastapi import APIRouter, FastAPI

from services.cases import pages
from services.cases.clocks import Clockwork
from services.cases.commands import next_steps
from services.cases.commands import routes as commands
from services.cases.commands.road import Road
from services.cases.domain.casework import Casework, casework
from services.cases.domain.register import STRATEGIES
from services.cases.domain.steps.tells import Described
from services.cases.letters import composing
from services.cases.letters.kinds import KINDS, Kind
from services.cases.letters.material import Material
from services.cases.reading import lists, reports, routes, what_if, without_case
from services.cases.reading.calendars import SchoolCalendars
from services.cases.reading.calendars import router as calendar_routes
from services.cases.reading.projecting import TABLES, VIEW, projecting
from services.cases.reading.views import Roster, WorkList
from services.cases.reading.vocabulary import WORDS, words_of
from services.cases.reading.whereabouts import Whereabouts
from services.cases.reading.words import Words
from services.cases.subscribers import FromIntake, FromNotifications
from shared.eventstore.projection import Projection
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
    words = words_of(work, tuple(words_files))
    views: dict[str, Projection] = {}

    def parts(kernel: Kernel) -> list[Part]:
        views[VIEW] = Projection(VIEW, kernel.store, kernel.database, projecting(work), TABLES, kernel.heartbeats, pace=_LIST)
        return _parts(kernel, views[VIEW], work)

    def routers(kernel: Kernel) -> list[APIRouter]:
        return _routers(kernel, views[VIEW], work, words, kinds)

    return create_service("cases", settings, migrations=MIGRATIONS, routers=routers, parts=parts)


def _parts(kernel: Kernel, view: Projection, work: Casework) -> list[Part]:
    roster, listed = Roster(kernel.database, kernel.posts), WorkList(kernel.database, view)
    calendars = SchoolCalendars(kernel.store, kernel.database, kernel.settings.time_zone, remembered=_REMEMBERED)
    moved, sessions = Whereabouts(kernel.database), KeptSessions(kernel.database)
    return [
        view,
        Clockwork(kernel, view, work.case),
        kernel.subscribe("intake", lambda store: FromIntake(store, roster, listed, moved, work.case, calendars, sessions)),
        kernel.subscribe("notifications", lambda store: FromNotifications(store, work.case), pace=_UNHURRIED),
    ]


def _routers(kernel: Kernel, view: Projection, work: Casework, words: Words, kinds: Mapping[str, Kind[Material]]) -> list[APIRouter]:
    matrix().require_groups(kernel.access.permissions.groups)
    calendars = SchoolCalendars(kernel.store, kernel.database, kernel.settings.time_zone)
    road = Road(work, kernel, Roster(kernel.database, kernel.posts), WorkList(kernel.database, view), calendars)
    counted = reports.Reports(view, work, calendars)
    return [
        routes.router(kernel, view, work),
        commands.router(road),
        next_steps.router(road),
        without_case.router(kernel, work),
        lists.router(kernel, view, calendars),
        reports.router(kernel, counted),
        calendar_routes(kernel, calendars),
        what_if.router(kernel),
        pages.router(kernel, view, work, words, calendars),
        *composing.routers(road, words, kinds, counted),
    ]
