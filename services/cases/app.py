"""Composition root of cases: the only file that knows settings."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, FastAPI

from services.cases import pages
from services.cases.clocks import Clockwork
from services.cases.commands import next_steps
from services.cases.commands import routes as commands
from services.cases.commands.road import Road
from services.cases.reading import documents, lists, reports, routes, what_if, without_case
from services.cases.reading.projecting import TABLES, VIEW, project
from services.cases.reading.views import Roster, WorkList
from services.cases.subscribers import FromIntake, FromNotifications
from shared.eventstore.projection import Projection
from shared.pace import Pace
from shared.running import Part
from shared.service import Kernel, create_service
from shared.settings import Settings

_UNHURRIED = Pace(together=10, beat=0.5, always=True)
"""What notifications did is folded in; nobody is told because of it."""

_LIST = Pace(together=10, beat=0.2, always=True)
"""Whoever reads a list waits for it, so it is written only now and then."""

MIGRATIONS = Path(__file__).parent / "schema"


def create_app(settings: Settings) -> FastAPI:
    """Cases as an ASGI application under `/cases`."""
    projections: dict[str, Projection] = {}

    def parts(kernel: Kernel) -> list[Part]:
        projections[VIEW] = Projection(VIEW, kernel.store, kernel.database, project, TABLES, kernel.heartbeats, pace=_LIST)
        roster = Roster(kernel.database)
        intake = kernel.subscribe("intake", lambda store: FromIntake(store, roster))
        return [
            projections[VIEW],
            Clockwork(kernel, projections[VIEW]),
            intake,
            kernel.subscribe("notifications", FromNotifications, pace=_UNHURRIED),
        ]

    def routers(kernel: Kernel) -> list[APIRouter]:
        view = projections[VIEW]
        road = Road(kernel, Roster(kernel.database), WorkList(kernel.database, view))
        return [
            routes.router(kernel, view),
            commands.router(road),
            next_steps.router(road),
            without_case.router(kernel),
            documents.router(kernel),
            lists.router(kernel, view),
            reports.router(kernel, view),
            what_if.router(kernel),
            pages.router(kernel, view),
        ]

    return create_service("cases", settings, migrations=MIGRATIONS, routers=routers, parts=parts)
