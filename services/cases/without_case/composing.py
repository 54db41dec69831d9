"""The pages of groups, partnerships and consultations put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fastapi import APIRouter

from services.cases.commands.road import Road
from services.cases.drafts.kept import Drafts
from services.cases.forms.choosing import Choosing
from services.cases.forms.wording import Form
from services.cases.letters.pages import DocumentPages
from services.cases.pages import told_by
from services.cases.pages.people import Names
from services.cases.reading.words import Words
from services.cases.standing.successors import Succession
from services.cases.without_case import group_page, pages
from services.cases.without_case.acting import Acting
from services.cases.without_case.beginning import Beginning
from services.cases.without_case.choices import Choices
from services.cases.without_case.finding import Finding
from services.cases.without_case.group_page import GroupPage
from services.cases.without_case.offered import Offering
from services.cases.without_case.opened import Opening
from services.cases.without_case.shown import Showing


def routers(road: Road, documents: DocumentPages, choosing: Choosing, words: Words, asked: Mapping[str, Form]) -> Sequence[APIRouter]:
    """A group's page goes before that of any other kind. asked: what the form of each command asks."""
    kernel, names = road.kernel, Names(road.kernel, road.roster)
    opening, offering, succession = Opening(road), Offering(road), Succession(road, names)
    telling, after = told_by(road, words, asked)
    beginning = Beginning(road, choosing.directory)
    acting = Acting(opening, offering, beginning, Choices(choosing.going_on, succession), choosing, Drafts(kernel), asked)
    showing = Showing(offering, names, words, telling, choosing.directory, succession, after, asked)
    stands = pages.Pages(kernel.frame, Finding(opening), showing, acting, documents, asked)
    return [group_page.router(GroupPage(opening, showing)), pages.router(stands)]
