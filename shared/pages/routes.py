"""What every service answers for its pages: the sheet, the script, the choice of a language, the blank screen."""

from __future__ import annotations

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from shared.access import SignedIn
from shared.errors import Fault, Invalid
from shared.pages.assets import ASSETS, KEPT, Asset
from shared.pages.frame import Frame
from shared.pages.languages import COOKIE, known_language
from shared.pages.paths import path_of_ours

_YEAR = 365 * 24 * 3600
_PAGES_OF_NO_SERVICE = ("/", "/masuk")


def pages_router(service: str, frame: Frame) -> APIRouter:
    """`/<service>/static/…`, `/<service>/bahasa` and `/<service>/kosong`."""
    router = APIRouter(prefix=f"/{service}", include_in_schema=False)
    for asset in ASSETS.values():
        _serve(router, asset)

    @router.post("/bahasa")
    async def choose_language(_: SignedIn, language: str = Form(""), back: str = Form("")) -> RedirectResponse:
        """Raises: Invalid: no language of ours."""
        chosen = known_language(language)
        if chosen is None:
            raise Invalid(Fault("/language", "unknown-language"))
        known = back if back in _PAGES_OF_NO_SERVICE else path_of_ours(back)
        answer = RedirectResponse(known or "/", 303)
        answer.set_cookie(COOKIE, chosen, max_age=_YEAR, httponly=True, samesite="lax")
        return answer

    @router.get("/kosong")
    async def blank(request: Request, _: SignedIn) -> HTMLResponse:
        return frame.page(request, "blank.html")

    return router


def _serve(router: APIRouter, asset: Asset) -> None:
    @router.get(f"/static/{asset.name}")
    async def content(_: SignedIn) -> Response:
        return Response(asset.content, media_type=asset.media_type, headers={"cache-control": KEPT})
