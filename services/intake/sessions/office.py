"""Beginning, proving and ending sessions. An ending is acknowledged once every service knows it (ADR 30)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from starlette.responses import Response

from services.intake.domain.session import SESSION, Begin, Command, End, Prove, Session
from services.intake.sessions.view import SessionList
from services.intake.sessions.word import session_stream
from shared.decider import Executed, execute
from shared.errors import Unavailable
from shared.events import Level, SessionBegun, SessionHolder, Way, WhyEnded
from shared.keys import Service
from shared.message import Occasion
from shared.service import Kernel
from shared.sessions.asking import Neighbour
from shared.sessions.session import LONGEST, new_value, session_id
from shared.sessions.wire import EndedBody, EndedSession


@dataclass(frozen=True, slots=True)
class Ending:
    """What an ending has come to. ended: ids of the sessions. untold: services that do not answer; while intake does not answer either, these may let
    the sessions read for ten minutes more.
    """

    ended: tuple[str, ...] = ()
    untold: tuple[Service, ...] = ()

    @property
    def acknowledged(self) -> bool:
        """Every service knows it: a second later no request succeeds in these sessions any more."""
        return not self.untold


class Sessions:
    """The owner of all sessions. neighbours: the services to tell of endings. listed: who has which."""

    def __init__(self, kernel: Kernel, listed: SessionList, neighbours: Sequence[Neighbour]) -> None:
        self._kernel, self._listed, self._neighbours = kernel, listed, neighbours

    async def begin(self, person: str, *, level: Level, way: Way, kind: SessionHolder = "person") -> str:
        """Begins a session of somebody who has just proved who they are; the value for their cookie, which is kept nowhere. Raises: Unavailable."""
        value, now = new_value(), self._kernel.clock.now()
        session = session_id(value)
        told = SessionBegun(session=session, person=person, kind=kind, level=level, way=way, proved_at=now, ends_at=now + LONGEST)
        await self._give(session, Begin(told=told), person)
        return value

    def give(self, response: Response, value: str) -> None:
        """Gives a browser the cookies of a session that has just begun."""
        self._kernel.cookies.begin(response, value, session_id(value), self._kernel.clock.now())

    async def prove(self, session: str, *, level: Level, way: Way) -> None:
        """Who holds the session has just proved again that it is them. Raises: NotSignedIn: it has ended. Unavailable."""
        await self._give(session, Prove(level=level, way=way, at=self._kernel.clock.now()), "service:intake")

    async def end(self, session: str, why: WhyEnded) -> Ending:
        """Ends one session. Raises: Unavailable."""
        done = await self._give(session, End(why=why), "service:intake")
        begun = done.state.begun
        return await self._told([EndedSession(session=session, person=begun.person)]) if begun else Ending()

    async def end_all(self, person: str, why: WhyEnded, *, but: str | None = None) -> Ending:
        """Ends every session of somebody. but: the one that goes on. Raises: Unavailable; BehindWrite: not every session is known yet."""
        found = [each.session for each in await self._listed.of(person, self._kernel.clock.now()) if each.session != but]
        for session in found:
            await self._give(session, End(why=why), "service:intake")
        return await self._told([EndedSession(session=session, person=person) for session in found]) if found else Ending()

    async def _give(self, session: str, command: Command, actor: str) -> Executed[Session]:
        cause = uuid4()
        occasion = Occasion(actor, None, self._kernel.clock.now(), cause, cause)
        done = await execute(self._kernel.store, SESSION, session_stream(session), command, occasion)
        self._kernel.sessions.forget(session)
        return done

    async def _told(self, ended: Sequence[EndedSession]) -> Ending:
        answers = await asyncio.gather(*(self._tell(each, ended) for each in self._neighbours))
        untold = tuple(neighbour.name for neighbour, told in zip(self._neighbours, answers, strict=True) if not told)
        return Ending(tuple(each.session for each in ended), untold)

    async def _tell(self, neighbour: Neighbour, ended: Sequence[EndedSession]) -> bool:
        """Whether the service keeps from now on that these have ended."""
        try:
            await neighbour.post("ended", EndedBody(sessions=tuple(ended)))
        except Unavailable:
            return False
        return True
