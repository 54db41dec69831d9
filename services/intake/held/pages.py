"""`/intake/ditahan`: reports that came faster than people can read, for whoever triages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.intake.domain.held import Junk
from services.intake.held.desk import HeldDesk, Opened
from services.intake.held.view import PAGE
from shared.access import Principal, SignedIn
from shared.pages import Text, say
from shared.school_day import national

_LIST = "/intake/ditahan"
_School = Annotated[str, Form(max_length=100)]

GROUNDS: Mapping[Junk, Text] = {
    "advertising": say("Iklan atau pesan massal"),
    "trying-out": say("Coba-coba: bukan tentang seorang murid"),
    "not-a-report": say("Bukan laporan: kata-kata acak atau candaan"),
    "sent-many-times": say("Laporan yang sama dikirim berkali-kali; satu sudah diteruskan"),
}
_CHOOSE = say("Pilih dulu laporan mana yang dimaksud.")
_WHY = say("Pilih alasannya.")


def router(desk: HeldDesk) -> APIRouter:
    """The words are shown only to who asks for them, and that is kept."""
    routes, frame = APIRouter(prefix=_LIST, include_in_schema=False), desk.kernel.frame
    zone = national(desk.kernel.settings.time_zone).zone

    async def shown(request: Request, principal: Principal, school: str, more: Mapping[str, object], status: int = 200) -> HTMLResponse:
        schools = await desk.schools(principal)
        chosen = school or (schools[0][0] if schools else "")
        waiting = await desk.waiting(principal, chosen) if chosen else []
        aside = await desk.set_aside(principal, chosen) if chosen else []
        counts = {each: count for each, _, count in schools}
        told = {
            "schools": [(each, name) for each, name, _ in schools], "school": chosen, "count": counts.get(chosen, 0),
            "waiting": [Opened(each, None) for each in waiting], "aside": [Opened(each, None) for each in aside], "grounds": GROUNDS, "opened": False,
            "errors": {}, "saved": "tersimpan" in request.query_params, "page": PAGE, "zone": zone, "chosen": (), "ground": "", "words": "",
        }  # fmt: skip
        return frame.page(request, "held/list.html", told | dict(more), status)

    async def opened(request: Request, principal: Principal, school: str, more: Mapping[str, object], status: int = 200) -> HTMLResponse:
        waiting = await desk.read(principal, school, await desk.waiting(principal, school))
        aside = await desk.read(principal, school, await desk.set_aside(principal, school))
        return await shown(request, principal, school, {"waiting": waiting, "aside": aside, "opened": True, **more}, status)

    @routes.get("")
    async def listed(request: Request, principal: SignedIn, school: str = "") -> HTMLResponse:
        """How many wait, and since when. Raises: NotFound."""
        return await shown(request, principal, school, {})

    @routes.post("/baca")
    async def read(request: Request, principal: SignedIn, school: _School = "") -> HTMLResponse:
        """The same with their words. Raises: NotFound."""
        return await opened(request, principal, school, {})

    @routes.post("")
    async def decide(
        request: Request, principal: SignedIn, act: Annotated[Literal["through", "aside", "back"], Form()], school: _School = "",
        concern: Annotated[list[str], Form(max_length=PAGE)] = [], ground: Annotated[str, Form(max_length=40)] = "",  # noqa: B006  FastAPI copies it
        words: Annotated[str, Form(max_length=500)] = "",
    ) -> Response:  # fmt: skip
        """Raises: NotFound. NotHeld: somebody let one through meanwhile."""
        typed = {"chosen": concern, "ground": ground, "words": words}
        if not concern:
            return await opened(request, principal, school, typed | {"errors": {"concern": _CHOOSE}}, 422)
        if act == "through":
            await desk.let_through(principal, school, concern)
        elif act == "back":
            await desk.bring_back(principal, school, concern)
        else:
            known = next((each for each in GROUNDS if each == ground), None)
            if known is None:
                return await opened(request, principal, school, typed | {"errors": {"ground": _WHY}}, 422)
            await desk.set_them_aside(principal, school, concern, known, words.strip())
        return RedirectResponse(f"{_LIST}?tersimpan=1&school={school}", 303)

    return routes
