"""Composition root of intake: the only file that knows settings."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, FastAPI

from services.intake import api, pages
from services.intake.earlier_receipts import EarlierReceipts
from services.intake.raising import Raising
from services.intake.receipts import Receipts
from services.intake.roster.appointing import Appointing
from services.intake.roster.appointing import router as appointing_router
from services.intake.roster.importing import RosterImport
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

    def parts(kernel: Kernel) -> list[Part]:
        directory = Projection(VIEW, kernel.store, kernel.database, project, TABLES, kernel.heartbeats, pace=_UNHURRIED)
        projections[VIEW] = directory
        receipts = earlier["receipts"] = EarlierReceipts(kernel.database, kernel.vault, kernel.keys, kernel.heartbeats)
        kernel.depends.append(receipts.depends)
        return [directory, receipts, kernel.subscribe("cases", FromCases, pace=_UNHURRIED)]

    def routers(kernel: Kernel) -> list[APIRouter]:
        directory = Directory(kernel.database, projections[VIEW])
        raising = Raising(kernel, directory, Receipts(kernel.vault, earlier["receipts"]))
        roster = RosterImport(kernel, projections[VIEW])
        appointing = Appointing(kernel, projections[VIEW], directory)
        return [api.router(kernel, raising, directory, roster), appointing_router(appointing), pages.router(kernel, raising, directory)]

    return create_service("intake", settings, migrations=MIGRATIONS, routers=routers, parts=parts, directory=VIEW)
