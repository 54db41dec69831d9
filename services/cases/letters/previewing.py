"""A document as a page: the same parts in the same order, before it is issued or beside its file."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import HTMLResponse

from services.cases.letters.laid_out import LaidOut
from services.cases.letters.legible import BREAK, legible
from shared.pages import Frame

UNNUMBERED = "(nomor diberikan saat diterbitkan)"
"""Stands for the number in a preview."""


def preview(frame: Frame, request: Request, laid_out: LaidOut, number: str) -> HTMLResponse:
    """number: as it will be printed."""
    return frame.page(request, "letters/preview.html", previewed(laid_out, number))


def previewed(laid_out: LaidOut, number: str) -> dict[str, object]:
    """What the template of a preview is told."""
    return {"document": laid_out, "number": number, "printed": _printed}


def _printed(text: str) -> str:
    """As it will be printed; the browser breaks lines itself."""
    return legible(text).replace(BREAK, "")
