"""The guide of a role: its lists, its main jobs, its pages and whom to call, each in the words that stand on the pages themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from services.cases.guides.words import WORDS, Pair
from services.cases.pages.beside import BESIDE
from services.cases.pages.roles import FIRST_PAGES, TOLD
from services.cases.reading.questions import TITLES
from shared.events import Role
from shared.pages import Text
from shared.pages.help_lines import HELP_LINES, HelpLine
from shared.pages.navigation import entries_for
from shared.pages.purposes import PURPOSES
from shared.pages.roles import ROLES

FIRST_PAGE, GUIDES = "/cases/menunggu", "/cases/panduan"


@dataclass(frozen=True, slots=True)
class Guide:
    """Everything that one guide says. lists: of the first page; pages: the others in the head; each with what it is for."""

    role: Role
    name: Text
    sees: Pair
    first_page: Text | None
    lists: tuple[tuple[Text, Text], ...]
    jobs: tuple[tuple[Pair, tuple[Pair, ...]], ...]
    pages: tuple[tuple[Text, Text], ...]
    keep_in_mind: tuple[Pair, ...]
    help_lines: tuple[HelpLine, ...] = HELP_LINES


def guide_of(role: Role) -> Guide:
    """Raises: KeyError: this role has no guide."""
    return Guide(
        role=role,
        name=ROLES[role],
        sees=WORDS.sees[role],
        first_page=PURPOSES[FIRST_PAGE] if role in FIRST_PAGES else None,
        lists=(
            *((TITLES[name], TOLD[name]) for name in FIRST_PAGES.get(role, ())),
            *((each.title, each.told) for each in BESIDE.values() if role in each.roles),
        ),
        jobs=tuple((job.title, job.steps) for job in WORDS.jobs if role in job.roles),
        pages=tuple(_pages(role)),
        keep_in_mind=tuple(each.text for each in WORDS.keep_in_mind if role in each.roles or not each.roles),
    )


def _pages(role: Role) -> Iterator[tuple[Text, Text]]:
    """In the order of the head."""
    for entry in entries_for(frozenset({role})):
        if entry.address != GUIDES and (entry.address != FIRST_PAGE or role not in FIRST_PAGES):
            yield entry.text, PURPOSES[entry.address]
