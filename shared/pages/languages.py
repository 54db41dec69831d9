"""The languages of pages, and which one a person has chosen."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from starlette.requests import HTTPConnection

from shared.errors import Sentences

Language = Literal["id", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
NAMES: dict[Language, str] = {"id": "Bahasa Indonesia", "en": "English"}

COOKIE = "tanggap_language"

Text: TypeAlias = str | Sentences | tuple[str, str]
"""What a page can say: an Indonesian text of the catalogue, or both sentences themselves, Indonesian first."""


def language_of(request: HTTPConnection) -> Language:
    """What the person has chosen; Indonesian unless they say otherwise."""
    return known_language(request.cookies.get(COOKIE)) or "id"


def known_language(told: str | None) -> Language | None:
    """One of ours, or None."""
    return next((language for language in LANGUAGES if language == told), None)
