"""`/intake/pelapor`: the name of a confidential reporter, for an hour, to whoever asked for it and was let."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse

from services.intake.domain.concern import CONCERN
from services.intake.domain.concern.events import ConcernReceived
from services.intake.domain.concern.state import Concern
from services.intake.domain.revealed import ShowName, open_to
from services.intake.domain.roster import ROSTER
from shared.access import SignedIn
from shared.decider import execute, load
from shared.errors import NotFound
from shared.message import Occasion
from shared.pages import say
from shared.sealed import Erased, Sealed
from shared.service import Kernel

_GONE = say("Sudah dihapus.")


def router(kernel: Kernel) -> APIRouter:
    """Each look is kept before the name is shown."""
    routes = APIRouter(prefix="/intake/pelapor", include_in_schema=False)

    @routes.get("/{concern}")
    async def ask(request: Request, concern: str, principal: SignedIn) -> HTMLResponse:
        """Whether somebody may look, and how they come to. The same page whatever there is: it says nothing of a concern that is not theirs."""
        state = await _concern(kernel, concern)
        found = open_to(principal.id, kernel.clock.now(), state.opened)
        return kernel.frame.page(request, "identity/reporter.html", {"concern": concern, "may": found is not None, "name": None, "contact": None})

    @routes.post("")
    async def show(request: Request, principal: SignedIn, concern: Annotated[str, Form(max_length=100)] = "") -> HTMLResponse:
        """Raises: NotFound: nobody let them look, or the hour is over."""
        now, cause = kernel.clock.now(), uuid4()
        state = await _concern(kernel, concern)
        if open_to(principal.id, now, state.opened) is None:
            raise NotFound("no reporter's name is open to you")
        occasion = Occasion(principal.id, state.school, now, cause, cause)
        await execute(kernel.store, CONCERN, f"concern-{concern}", ShowName(by=principal.id, at=now), occasion)
        told = {"concern": concern, "may": True, **await _reporter(kernel, concern, state)}
        return kernel.frame.page(request, "identity/reporter.html", told)

    return routes


async def _concern(kernel: Kernel, concern: str) -> Concern:
    return (await load(kernel.store, CONCERN, f"concern-{concern}")).state


async def _reporter(kernel: Kernel, concern: str, state: Concern) -> Mapping[str, object]:
    """Name and contact. A name that is gone says so."""
    (first,) = CONCERN.codec.decode_many(await kernel.store.read_stream(f"concern-{concern}", until_version=1))
    assert isinstance(first, ConcernReceived)
    person = (await load(kernel.store, ROSTER, f"person-{state.reporter}")).state.person
    return {
        "name": await _opened(kernel, person.name if person else None),
        "contact": await _opened(kernel, first.reply_to) if first.reply_to else None,
    }


async def _opened(kernel: Kernel, box: Sealed | None) -> object:
    opened = await kernel.vault.open(box) if box else None
    return _GONE if opened is None or isinstance(opened, Erased) else (opened, opened)
