"""Whether what the directory says of an agency is still true: the agency says so, and is reminded where nobody has for long (ADR 57)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, assert_never

from shared.message import Event, Fact

FRESH = timedelta(days=180)
"""So long something that was assured counts as true (the standing of a directory)."""

SELDOM = timedelta(days=30)
"""An agency is reminded at most once in this time."""

EntryChannel = Literal["portal", "link", "phone"]


class RemindOfEntry(Fact):
    """Its entry is old: the agency is asked whether it is still true."""

    at: datetime


class AssureEntry(Fact):
    """Somebody says that the entry is still true. by: of the agency; staff who note a call."""

    channel: EntryChannel
    by: str
    at: datetime


EntryCommand = RemindOfEntry | AssureEntry


class EntryReminded(Event):
    """The agency is asked whether its entry is still true. number: of the reminder."""

    type: Literal["entry-reminded"] = "entry-reminded"
    version: Literal[1] = 1
    agency: str
    number: int
    at: datetime


class EntryAssured(Event):
    """The entry is still true."""

    type: Literal["entry-assured"] = "entry-assured"
    version: Literal[1] = 1
    agency: str
    channel: EntryChannel
    by: str
    at: datetime


EntryEvent = EntryReminded | EntryAssured


@dataclass(frozen=True, slots=True)
class Entry:
    """reminded, assured: the last time of each."""

    reminded: EntryReminded | None = None
    assured: EntryAssured | None = None


UNASSURED = Entry()


def evolve(entry: Entry, event: EntryEvent) -> Entry:
    match event:
        case EntryReminded():
            return replace(entry, reminded=event)
        case EntryAssured():
            return replace(entry, assured=event)
        case _:
            assert_never(event)


def decide(command: EntryCommand, entry: Entry, agency: str) -> Sequence[EntryEvent]:
    match command:
        case RemindOfEntry(at=at):
            if (entry.reminded and at - entry.reminded.at < SELDOM) or (entry.assured and at - entry.assured.at <= FRESH):
                return []
            return [EntryReminded(agency=agency, number=entry.reminded.number + 1 if entry.reminded else 1, at=at)]
        case AssureEntry(channel=channel, by=by, at=at):
            if entry.assured and entry.assured.by == by and at - entry.assured.at < timedelta(minutes=1):
                return []  # the same press once more
            return [EntryAssured(agency=agency, channel=channel, by=by, at=at)]
        case _:
            assert_never(command)
