"""Invitations to appointments as calendars understand them (RFC 5545 and 5546), in neutral words: a moment, and that it is with the school.

One appointment keeps its id when its moment changes, and whoever changes or cancels it later has the higher number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from typing import Literal

from icalendar import Calendar, Event, vCalAddress

from shared.addresses import MailAddress
from shared.message import TANGGAP, derived_id

Method = Literal["REQUEST", "CANCEL"]

SUMMARY = "Janji temu sekolah"
LASTS = timedelta(hours=1)
_COUNTED_FROM = datetime(2026, 1, 1, tzinfo=UTC)
_STATUS: Mapping[Method, str] = {"REQUEST": "CONFIRMED", "CANCEL": "CANCELLED"}


@dataclass(frozen=True, slots=True)
class Invitation:
    """appointment: what stays the same when the moment changes; only a hash of it leaves. said_at: when the school last said so."""

    appointment: str
    starts: datetime
    said_at: datetime
    method: Method


def calendar(invitation: Invitation, organiser: str, attendee: MailAddress) -> bytes:
    """The part of a mail. The same bytes at every attempt."""
    event = Event()
    event.add("uid", f"{derived_id(TANGGAP, 'appointment', invitation.appointment, str(attendee))}@tanggap.invalid")
    event.add("sequence", int((invitation.said_at - _COUNTED_FROM).total_seconds()) + (invitation.method == "CANCEL"))
    event.add("dtstamp", invitation.said_at.astimezone(UTC))
    event.add("dtstart", invitation.starts.astimezone(UTC))
    event.add("dtend", (invitation.starts + LASTS).astimezone(UTC))
    event.add("summary", SUMMARY)
    event.add("status", _STATUS[invitation.method])
    event.add("class", "PRIVATE")
    event.add("organizer", vCalAddress(f"mailto:{organiser}"))
    event.add("attendee", _asked(attendee))
    told = Calendar()
    told.add("prodid", "-//Tanggap//ID")
    told.add("version", "2.0")
    told.add("method", invitation.method)
    told.add_component(event)
    made: bytes = told.to_ical()
    return made


def _asked(attendee: MailAddress) -> vCalAddress:
    found = vCalAddress(f"mailto:{attendee}")
    for name, value in (("ROLE", "REQ-PARTICIPANT"), ("PARTSTAT", "NEEDS-ACTION"), ("RSVP", "TRUE")):
        found.params[name] = value
    return found


def with_calendar(message: MIMEMultipart, invitation: Invitation, attendee: MailAddress) -> MIMEMultipart:
    """The mail, with the invitation beside its text: programs without a calendar show the text."""
    part = MIMEText(calendar(invitation, str(message["From"]), attendee).decode(), "calendar", "utf-8")
    part.set_param("method", invitation.method)
    message.attach(part)
    return message
