"""Composes the pages of partner agencies: behind a link, and what staff see of a referral."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter

from services.notifications.families.visits import Visits
from services.notifications.partners import officers, pages, staff
from services.notifications.partners.answering import Answering
from services.notifications.partners.codes import AgencyCodes
from services.notifications.partners.giving import Giving
from services.notifications.partners.links import UNDER, TaskLinks
from services.notifications.partners.mailing import LinkMail
from services.notifications.partners.reading import Reading
from services.notifications.senders.mail import MailSender
from shared.eventstore.projection import Projection
from shared.service import Kernel


def routers(kernel: Kernel, outbox: Projection, mail: MailSender) -> Sequence[APIRouter]:
    """`/notifications/r/…` for agencies by link, `/notifications/lembaga/…` for their officers, `/notifications/rujukan/…` for staff."""
    answering, codes, links = Answering(kernel), AgencyCodes(kernel), TaskLinks(kernel.database, kernel.keys)
    giving = Giving(answering, kernel.settings.time_zone)
    reading = Reading(kernel, links, codes, answering)
    visits = Visits(kernel.keys, kernel.clock, kernel.settings.public_origin.startswith("https://"), pages.COOKIE, UNDER)
    return [
        pages.router(pages.AgencyLinkPages(kernel.frame, reading, giving, visits)),
        officers.router(officers.OfficerPages(kernel, outbox, reading, giving)),
        staff.router(staff.StaffPages(kernel, outbox, giving, codes, LinkMail(kernel, mail, links))),
    ]
