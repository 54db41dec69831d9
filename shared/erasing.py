"""How intake asks the other services when a person's data is to end: what forbids it, to keep it so, and to take every trace away (ADR 50)."""

from __future__ import annotations

from typing import Literal, Protocol

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from shared.access import SignedIn, require_service
from shared.clock import Clock
from shared.keys import Keys, Service
from shared.neighbours import Told
from shared.sealed import Purpose


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Asked(_Told):
    """only_notes: counselling notes alone, which no agency's task keeps. cases: of the person, as cases said. dry: nothing is kept."""

    erasure: str
    person: str
    only_notes: bool = False
    cases: tuple[str, ...] = ()
    dry: bool = False


class Obstacle(_Told):
    what: Literal["legal-hold", "open-case", "open-task"]
    about: str


class Answer(_Told):
    """obstacles: none means that the service agreed, and sees to it that none comes. cases, concerns: of the person.

    owners: whose keys hold their words besides their own. mentions: records of others in which words about them may stand.
    weighty: an official report was filed, or a member of staff or a guardian is accused: the archive schedule holds, whatever the ground is.
    """

    obstacles: tuple[Obstacle, ...] = ()
    cases: tuple[str, ...] = ()
    concerns: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    mentions: int = 0
    weighty: bool = False


class Ended(_Told):
    """These keys are destroyed: whatever else is left of the person goes. purposes: of the person's own keys that ended."""

    erasure: str
    person: str
    cases: tuple[str, ...]
    owners: tuple[str, ...]
    purposes: tuple[Purpose, ...]


class Purged(_Told):
    """counts: rows that were taken away, by what they were."""

    counts: dict[str, int]


class Answering(Protocol):
    """A service's own part in an erasure. Each act may be repeated."""

    async def claim(self, asked: Asked) -> Answer:
        """What forbids it; where nothing does and it is not dry, nothing will until the erasure is over. Raises: Unavailable."""
        ...

    async def release(self, asked: Asked) -> Answer:
        """The erasure came to nothing. Raises: Unavailable."""
        ...

    async def purge(self, ended: Ended) -> Purged:
        """Raises: Unavailable."""
        ...


class NamedPart(Answering, Protocol):
    """The same, as intake sees it."""

    @property
    def name(self) -> Service: ...


def erasing_router(name: Service, answering: Answering) -> APIRouter:
    """Where intake asks a sibling, and nobody else does."""
    routes = APIRouter(prefix=f"/{name}/api/erasures", tags=["erasures"])

    @routes.post("/claim", summary="What forbids an erasure; where nothing does, nothing will from now on")
    async def claim(asked: Asked, principal: SignedIn) -> Answer:
        require_service(principal, "intake")
        return await answering.claim(asked)

    @routes.post("/release", summary="An erasure came to nothing")
    async def release(asked: Asked, principal: SignedIn) -> Answer:
        require_service(principal, "intake")
        return await answering.release(asked)

    @routes.post("/purge", summary="The keys are destroyed: what else is left goes")
    async def purge(ended: Ended, principal: SignedIn) -> Purged:
        require_service(principal, "intake")
        return await answering.purge(ended)

    return routes


class Sibling:
    """Another service's part, as intake asks for it over HTTP."""

    def __init__(self, name: Service, origin: str, keys: Keys, clock: Clock) -> None:
        self.name = name
        self._told = Told(name, origin, "erasures", keys, clock)

    async def claim(self, asked: Asked) -> Answer:
        return await self._told.post("claim", asked, Answer)

    async def release(self, asked: Asked) -> Answer:
        return await self._told.post("release", asked, Answer)

    async def purge(self, ended: Ended) -> Purged:
        return await self._told.post("purge", ended, Purged)
