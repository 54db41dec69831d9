"""Composition root of cases: the only file that knows settings."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, FastAPI

from services.cases import api, pages
from services.cases.subscribers import FromIntake, FromNotifications
from services.cases.views import TABLES, VIEW, Roster, project
from shared.eventstore.projection import Projection, one_by_one
from shared.running import Part
from shared.service import Kernel, create_service
from shared.settings import Settings

MIGRATIONS = Path(__file__).parent / "schema"


def create_app(settings: Settings) -> FastAPI:
    """Cases as an ASGI application under `/cases`."""
    projections: dict[str, Projection] = {}

    def parts(kernel: Kernel) -> list[Part]:
        projections[VIEW] = Projection(VIEW, kernel.store, kernel.database, one_by_one(project), TABLES, kernel.heartbeats)
        intake = kernel.subscribe("intake", FromIntake(kernel.store, Roster(kernel.database)))
        return [projections[VIEW], intake, kernel.subscribe("notifications", FromNotifications(kernel.store))]

    def routers(kernel: Kernel) -> list[APIRouter]:
        return [api.router(kernel, Roster(kernel.database), projections[VIEW]), pages.router(kernel)]

    return create_service("cases", settings, migrations=MIGRATIONS, routers=routers, parts=parts)
