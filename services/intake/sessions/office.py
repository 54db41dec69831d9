"""Beginning, proving and ending sessions. An ending is acknowledged once every service knows it (ADR 30)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response

from services.intake.domain.session import SESSION, Begin, Command, End, Prove, Session, continued
from services.intake.sessions.telling import Ending, tell
from services.intake.sessions.view import OpenSession, SessionList
from services.intake.sessions.word import session_stream
from shared.decider import Executed, commit, execute, load, untouched, write
from shared.events import Level, SessionBegun, SessionHolder, Way, WhyEnded
from shared.eventstore.store import Item
from shared.message import Occasion
from shared.service import Kernel
from shared.sessions.asking import Neighbour
from shared.sessions.session import LONGEST, new_value, session_id
from shared.sessions.wire import EndedSession


class Sessions:
    """The owner of all sessions. listed: who has which. neighbours: the services to tell of endings."""

    def __init__(self, kernel: Kernel, listed: SessionList, neighbours: Sequence[Neighbour]) -> None:
        self._kernel, self._listed, self._neighbours = kernel, listed, neighbours

    async def enter(self, request: Request, answer: Response, person: str, *, level: Level, way: Way, kind: SessionHolder = "person") -> None:
        """Signs a browser in after a proof, and gives it the cookies: its session of this very person goes on, that of anybody else ends.

        Raises: Unavailable.
        """
        cookie = self._kernel.cookies.value(request.cookies)
        before = await self._kernel.sessions.of(session_id(cookie), reading=False) if cookie else None
        if before and before.person == person and self._kernel.access.presence.holds(request, before):
            value = await self.prove(before.id, level=level, way=way)
        else:
            value = await self.begin(person, level=level, way=way, kind=kind)
            if before:
                await self.end(before.id, "signed-out")
        self.give(answer, value)

    def give(self, answer: Response, value: str) -> None:
        """Gives a browser the cookies of a session that has just begun or was proved again."""
        self._kernel.cookies.begin(answer, value, session_id(value), self._kernel.clock.now())

    async def begin(self, person: str, *, level: Level, way: Way, kind: SessionHolder = "person") -> str:
        """Begins a session of somebody who has just proved who they are; the value for their cookie, which is kept nowhere. Raises: Unavailable."""
        value, now = new_value(), self._kernel.clock.now()
        told = SessionBegun(
            session=session_id(value), person=person, kind=kind, level=level, way=way, proved_at=now, ends_at=now + LONGEST
        )  # fmt: skip
        await self._give(told.session, Begin(told=told), person)
        return value

    async def prove(self, session: str, *, level: Level, way: Way) -> str:
        """Who holds the session has just proved again that it is them: the new value for their cookie. The old one is worth nothing from now on.

        Raises: NotSignedIn: it has ended. Unavailable.
        """
        store, value = self._kernel.store, new_value()
        proof = Prove(level=level, way=way, at=self._kernel.clock.now())

        async def plan() -> Item:
            old = await load(store, SESSION, session_stream(session))
            begun = continued(old.state, session_id(value))
            occasion = self._occasion(begun.person)
            told = [begun, *SESSION.decide(proof, SESSION.fold([begun]))]
            new = write(SESSION, untouched(SESSION, session_stream(begun.session), store.outages), told, occasion)
            return Item((new, write(SESSION, old, SESSION.decide(End(why="renewed"), old.state), occasion)))

        await commit(store, plan)
        await self._tell([session], await self._holder(session))
        return value

    async def end(self, session: str, why: WhyEnded) -> Ending:
        """Ends one session. Raises: Unavailable."""
        begun = (await self._give(session, End(why=why), "service:intake")).state.begun
        return await self._tell([session], begun.person) if begun else Ending()

    async def end_all(self, person: str, why: WhyEnded, *, but: str | None = None) -> Ending:
        """Ends every session of somebody. but: the one that goes on. Raises: Unavailable; BehindWrite: not every session is known yet."""
        found = [each.session for each in await self.of(person) if each.session != but]
        for session in found:
            await self._give(session, End(why=why), "service:intake")
        return await self._tell(found, person)

    async def of(self, person: str) -> list[OpenSession]:
        """Somebody's sessions that have not ended. Raises: Unavailable; BehindWrite: not every session is known yet."""
        return await self._listed.of(person, self._kernel.clock.now())

    async def every(self, person: str | None, after: tuple[datetime, str] | None, most: int) -> list[OpenSession]:
        """Sessions of everybody, or of one person, that have not ended; the newest first. Raises: Unavailable; StillBuilding, BehindWrite."""
        return await self._listed.every(self._kernel.clock.now(), person, after, most)

    async def begun(self, session: str) -> SessionBegun | None:
        """How a session began; None where there never was one. Raises: Unavailable."""
        return (await load(self._kernel.store, SESSION, session_stream(session))).state.begun

    async def _holder(self, session: str) -> str:
        begun = await self.begun(session)
        return begun.person if begun else ""

    async def _give(self, session: str, command: Command, actor: str) -> Executed[Session]:
        done = await execute(self._kernel.store, SESSION, session_stream(session), command, self._occasion(actor))
        self._kernel.sessions.forget(session)
        return done

    async def _tell(self, sessions: Sequence[str], person: str) -> Ending:
        self._kernel.sessions.forget(*sessions)
        return await tell(self._neighbours, [EndedSession(session=each, person=person) for each in sessions])

    def _occasion(self, actor: str) -> Occasion:
        cause = uuid4()
        return Occasion(actor, None, self._kernel.clock.now(), cause, cause)
