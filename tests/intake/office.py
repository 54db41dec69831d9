"""Intake over a real PostgreSQL, and districts to bring into it."""

import asyncio
import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI

from district.sample.people import OFFICE, District, generate
from services.intake.app import create_app
from services.intake.roster.importing import RosterImport, Wishes
from services.intake.roster.report import ImportReport
from services.intake.views import TABLES, VIEW, project
from shared.errors import StillBuilding
from shared.eventstore.projection import Projection
from shared.heartbeat import Heartbeats
from shared.running import ended
from shared.settings import read_settings
from shared.testing import eventually
from tests.intake.bundles import zipped
from tests.logins import login, past_the_wall

KEY = urlsafe_b64encode(b"k" * 32).decode()


@dataclass
class Office:
    """Intake over a real PostgreSQL, its directory kept up to date; Redis is not needed."""

    app: FastAPI
    importing: RosterImport
    directory: Projection
    folder: Path

    @property
    def kernel(self):
        return self.importing.kernel

    async def bring(self, bundle: Path, **more) -> ImportReport:
        return await self.importing.run(bundle, "tester", wishes=Wishes(**more))

    async def bring_files(self, files: Mapping[str, str | bytes], **more) -> ImportReport:
        return await self.bring(zipped(files, self.folder / "bundle.zip"), **more)

    async def people(self) -> set[str]:
        async with past_the_wall(self.kernel.database).connection() as connection:
            return {name for (name,) in await (await connection.execute("SELECT person FROM person_v1")).fetchall()}

    async def told(self, event_type: str) -> list[dict]:
        return [json.loads(each.body) for each in await self.kernel.store.read_after(0, limit=10_000) if each.type == event_type]


@asynccontextmanager
async def opened(database: str, folder: Path, **secrets: str) -> AsyncIterator[Office]:
    given = secrets or {"TANGGAP_MASTER_KEY": KEY, "TANGGAP_TOKEN_KEY": KEY}
    settings = read_settings({"DATABASE_URL": login(database, "intake"), "REDIS_URL": "redis://127.0.0.1:9"} | given)
    app = create_app(settings)
    kernel = app.state.kernel
    await kernel.database.open()
    directory = Projection(VIEW, kernel.store, kernel.database, project, TABLES, Heartbeats(kernel.database))
    running = asyncio.create_task(directory.run())

    async def answers() -> bool:
        with suppress(StillBuilding):
            async with directory.as_it_stands():
                return True
        return False

    await eventually(answers, within=30)
    try:
        yield Office(app, RosterImport(kernel, directory), directory, folder)
    finally:
        await ended(running)
        await kernel.database.close()


def sample(students: int = 40) -> District:
    """One school of the sample district, with so many students, their guardians, and its staff."""
    whole = generate()
    school = next(each for each in whole.schools if each.key == "smp1")
    taken = whole.of("smp1", "student")[:students]
    theirs = {guardian for each in taken for guardian in each.guardians}
    others = [each for each in whole.people if each.key in theirs or (each.kind == "staff" and each.school == "smp1")]
    return District([school, OFFICE], [*taken, *others])


def without(district: District, count: int) -> District:
    """The same without the first students; their guardians stay."""
    gone = {each.key for each in district.of("smp1", "student")[:count]}
    return District(district.schools, [each for each in district.people if each.key not in gone])
