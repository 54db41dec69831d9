"""Sessions for tests: of a look-up without a database, or begun in a real intake's store."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from district.deployment import Deployment
from services.intake.app import MIGRATIONS, sessions_office, view_of_sessions
from services.intake.sessions.office import Sessions
from services.intake.sessions.word import StoreWord
from services.intake.views import VIEW
from shared.access import Identity
from shared.clock import SystemClock
from shared.events import Level, SessionHolder
from shared.keys import Keys
from shared.service.kernel import kernel_of
from shared.sessions.cookies import Cookies
from shared.sessions.session import LONGEST, Session, session_id
from shared.settings import read_settings


class Held:
    """A look-up for tests without a database: these sessions, and no others."""

    def __init__(self, *sessions: Session) -> None:
        self.sessions = {each.id: each for each in sessions}

    async def of(self, session: str, *, reading: bool) -> Session | None:  # noqa: ARG002 - as the real one is asked
        return self.sessions.get(session)


def session(value: str, who: Identity, begun: datetime, *, level: Level = "single", proved: datetime | None = None) -> Session:
    """The session whose cookie holds a value."""
    kind: SessionHolder = "agency" if who.kind == "agency" else "person"
    return Session(session_id(value), who.id, kind, level, begun, proved or begun, begun + LONGEST)


def cookie(value: str, keys: Keys, used: datetime | None = None, *, secure: bool = False) -> dict[str, str]:
    """The header that a browser sends. used: the last use, where a service noted one."""
    cookies = Cookies(keys, secure)
    told = {cookies.session: value} | ({cookies.used: cookies.use(session_id(value), used)} if used else {})
    return {"cookie": "; ".join(f"{name}={each}" for name, each in told.items())}


@asynccontextmanager
async def beside(deployment: Deployment) -> AsyncIterator[Sessions]:
    """The owner of sessions in this process, beside the running intake and over the same store."""
    settings = read_settings({name: value for name, value in deployment.environment("intake").items() if name not in ("HOST", "PORT")})
    kernel = kernel_of("intake", settings, MIGRATIONS, SystemClock(), VIEW, StoreWord)
    await kernel.database.open()
    try:
        yield sessions_office(kernel, view_of_sessions(kernel))
    finally:
        await kernel.close()


def begun(deployment: Deployment, who: Identity) -> str:
    """The value of the cookie of a session that somebody has just begun."""

    async def begin() -> str:
        async with beside(deployment) as sessions:
            return await sessions.begin(who.id, level="two-factor", way="passkey")

    return asyncio.run(begin())
