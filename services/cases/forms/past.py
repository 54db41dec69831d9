"""Entries of a case's history as a form offers them: when, by whom, what, and how its words begin. No number of an entry shows."""

from __future__ import annotations

from dataclasses import dataclass

from services.cases.domain.case.state import Case
from services.cases.forms.going_on import Option
from services.cases.pages.entries import Entry
from services.cases.pages.since import Since
from services.cases.reading.calendars import SchoolCalendars
from services.cases.rights import ReadingReason
from shared.access import Principal
from shared.errors import Sentences
from shared.pages import Text
from shared.pages.languages import LANGUAGES, Language
from shared.pages.moments import Moments

SHOWN = 40
"""Characters of an entry's words that are shown, enough to tell two entries of the same minute apart."""


@dataclass(frozen=True, slots=True)
class Past:
    """Raises: Unavailable."""

    since: Since
    calendars: SchoolCalendars

    async def of(self, reader: Principal, case: Case, reason: ReadingReason | None) -> list[Option]:
        """Newest first. reason: why the person reads the case, if they said so."""
        zone = (await self.calendars.of(case.school)).zone
        told = await self.since.told(reader, case.case, reason) if case.case else ()
        return [(str(each.version), _told(each, zone)) for each in reversed(told)]


def _told(entry: Entry, zone: str) -> Text:
    indonesian, english = (_in(language, entry, zone) for language in LANGUAGES)
    return indonesian, english


def _in(language: Language, entry: Entry, zone: str) -> str:
    head = " · ".join(each for each in (Moments(language, zone).moment(entry.at), entry.by) if each)
    words = next((_of(value, language) for each in entry.details if each.kind == "text" for value in each.values), "")
    return f"{head}: {_of(entry.said, language)}" + (f" {_shortened(words)}" if words else "")


def _of(text: Text, language: Language) -> str:
    if isinstance(text, Sentences):
        text = text.indonesian, text.english
    return text if isinstance(text, str) else text[LANGUAGES.index(language)]


def _shortened(words: str) -> str:
    return words if len(words) <= SHOWN else f"{words[:SHOWN].rstrip()}…"
