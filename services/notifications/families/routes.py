"""Composes the pages of families: a guardian's own, and what the school sees of a notice."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter

from services.notifications.case_people import KeptPeople
from services.notifications.families import pages, school
from services.notifications.families.answers import Answers
from services.notifications.families.factors import Factors
from services.notifications.families.forbidding import Forbidding
from services.notifications.families.lettering import Lettering
from services.notifications.families.letters import LettersBehind
from services.notifications.families.reading import Reading
from services.notifications.families.visits import Visits
from services.notifications.links import Links
from services.notifications.noticing import Notices
from services.notifications.views import Roster
from shared.eventstore.projection import Projection
from shared.neighbours import Told
from shared.service import Kernel

PATIENCE = 5.0
"""Seconds: a guardian waits for the page."""


def routers(kernel: Kernel, roster: Roster, outbox: Projection) -> Sequence[APIRouter]:
    """`/notifications/n/…` for guardians, `/notifications/keluarga/…` and `/notifications/api/notices/…` for the school."""
    people, notices, factors = KeptPeople(kernel.database), Notices(kernel.store, roster), Factors(kernel, roster)
    forbidding, links = Forbidding(kernel.store, people, roster), Links(kernel.database, kernel.keys)
    reading = Reading(links, forbidding, kernel.vault, kernel.clock, kernel.settings)
    lettering = Lettering(kernel, notices, links, forbidding)
    visits = Visits(kernel.keys, kernel.clock, kernel.settings.public_origin.startswith("https://"))
    origin = kernel.settings.origin("cases")
    cases = Told("cases", origin, "guardian-letters", kernel.keys, kernel.clock, reader="notifications", patience=PATIENCE)
    return [
        pages.router(pages.GuardianPages(kernel.frame, reading, Answers(kernel, notices, factors), visits, LettersBehind(cases))),
        school.router(kernel, school.OfSchool(kernel, people, notices, factors, outbox, lettering)),
    ]
