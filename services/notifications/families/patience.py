"""How long a link holds, and when a notice that nobody answers goes on: to the second guardian, then to a person who phones. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.notifications.domain.notice import NoticeDue
from shared.events import CONSENTS

LINK = timedelta(hours=72)
CONSENT_LINK = timedelta(days=14)
"""A consent can be withdrawn where it was given; after that the school is asked."""

CHANNEL, SECOND, PHONE = timedelta(hours=6), timedelta(hours=24), timedelta(hours=48)
_BEFORE_MEETING = timedelta(hours=12)
_AT_LEAST = timedelta(hours=1)


def holds_until(due: NoticeDue, sent: datetime) -> datetime:
    """When a link that is sent now ends: before that for nobody, and not before an appointment is over."""
    life = CONSENT_LINK if due.asks in CONSENTS else LINK
    return max(sent + life, due.meet_at or sent)


def channel_at(due: NoticeDue) -> datetime:
    """When the first guardian hears over another channel, half way to what comes after it where there is less time."""
    after = second_at(due) if due.second else phone_at(due)
    return min(due.not_before + CHANNEL, due.not_before + (after - due.not_before) / 2)


def second_at(due: NoticeDue) -> datetime:
    """When the second guardian hears, half way to the call where there is less time than a day."""
    return min(due.not_before + SECOND, due.not_before + (phone_at(due) - due.not_before) / 2)


def phone_at(due: NoticeDue) -> datetime:
    """When a person phones: after two days; twelve hours before an appointment that is sooner, but an hour after the notice at the earliest."""
    latest = due.not_before + PHONE
    soon = min(latest, due.meet_at - _BEFORE_MEETING) if due.meet_at else latest
    return max(soon, due.not_before + _AT_LEAST)
