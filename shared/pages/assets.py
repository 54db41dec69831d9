"""The sheet and the script of all pages, from the own origin. Their addresses change with their content, so an old one is never shown."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from html import escape
from pathlib import Path

STATIC = Path(__file__).parents[1] / "static"
KEPT = "public, max-age=86400"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that browsers keep. mark: changes with its content."""

    name: str
    media_type: str
    content: str
    mark: str


def _read(name: str, media_type: str) -> Asset:
    content = (STATIC / name).read_text(encoding="utf-8")
    return Asset(name, media_type, content, sha256(content.encode()).hexdigest()[:12])


ASSETS = {
    name: _read(name, media_type)
    for name, media_type in (("tanggap.css", "text/css"), ("tanggap.js", "text/javascript"), ("passkey.js", "text/javascript"))
}


def address_of(service: str, name: str) -> str:
    """Where a page of this service finds it."""
    return f"/{service}/static/{name}?{ASSETS[name].mark}"


def plain_page(service: str, title: str, inside: str) -> str:
    """For those who build on a service, in English: without the frame, in the same sheet. inside: HTML."""
    name = escape(title)
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{name} – Tanggap</title>'
    sheet = f'<link rel="stylesheet" href="{address_of(service, "tanggap.css")}">'
    return f'<!doctype html><html lang="en"><head>{head}{sheet}</head><body><main class="width"><h1>{name}</h1>{inside}</main></body></html>'
