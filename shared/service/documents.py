"""What a service says about itself: OpenAPI and AsyncAPI."""

from __future__ import annotations

from html import escape
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse, JSONResponse

from shared import asyncapi
from shared.access import SignedIn
from shared.pages.assets import plain_page
from shared.service.kernel import Kernel


def documents_router(app: FastAPI, kernel: Kernel) -> APIRouter:
    """app: whose routes the OpenAPI document lists."""
    router = APIRouter(include_in_schema=False)
    name, partitions = kernel.name, kernel.settings.partitions

    @router.get(f"/{name}/docs")
    async def docs(_: SignedIn) -> HTMLResponse:
        return HTMLResponse(_openapi_page(name, app.openapi()))

    @router.get(f"/{name}/asyncapi")
    async def asyncapi_page(_: SignedIn) -> HTMLResponse:
        return HTMLResponse(asyncapi.page(name, partitions))

    @router.get(f"/{name}/asyncapi.json")
    async def asyncapi_document(_: SignedIn) -> JSONResponse:
        return JSONResponse(asyncapi.document(name, partitions))

    return router


def _openapi_page(name: str, told: dict[str, Any]) -> str:
    rows = "".join(
        f"<li><code>{escape(method.upper())} {escape(path)}</code><p>{escape(operation.get('summary', ''))}</p></li>"
        for path, operations in told["paths"].items()
        for method, operation in operations.items()
    )
    links = '<p><a href="openapi.json">OpenAPI 3.1 (JSON)</a> · <a href="asyncapi">AsyncAPI</a></p>'
    return plain_page(name, f"{name}: API", f'{links}<ul class="plain">{rows}</ul>')
