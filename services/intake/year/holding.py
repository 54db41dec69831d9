"""What a coordinator confirmed of a school's new year goes before an export that still says what was before it (ADR 70)."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import replace
from datetime import datetime

from services.intake.domain.school_year import SCHOOL_YEAR, SchoolYear, year_stream
from services.intake.roster.people import Roster
from services.intake.roster.person import Person
from services.intake.roster.reasons import SetAside
from shared.decider import folded
from shared.eventstore.store import EventStore

AT_ONCE = 50
"""Schools whose years are looked up together."""


async def hold(roster: Roster, store: EventStore, now: datetime) -> None:
    """Where a row still has a student in the class that they left, the confirmed one stands. Any other class is news, and the row's word."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, person in enumerate(roster.people):
        if person.kind == "student" and person.homeroom:
            places[person.school].append(place)
    schools, gone = list(places), set[int]()
    for start in range(0, len(schools), AT_ONCE):
        batch = schools[start : start + AT_ONCE]
        for school, year in zip(batch, await asyncio.gather(*(_year(store, each) for each in batch)), strict=True):
            if year.holds(now):
                gone |= _held(roster, places[school], year)
    if gone:
        roster.people = [person for place, person in enumerate(roster.people) if place not in gone]


async def _year(store: EventStore, school: str) -> SchoolYear:
    """Read for one import, and not remembered: a district has a thousand."""
    stream = year_stream(school)
    return folded(SCHOOL_YEAR, stream, await store.entries(stream)).state


def _held(roster: Roster, places: list[int], year: SchoolYear) -> set[int]:
    """Puts the confirmed classes in. Returns the places of those who left."""
    gone = set[int]()
    for place in places:
        person = roster.people[place]
        move = year.moves.get(person.id)
        if move is None or move.was != person.homeroom:
            continue
        if move.to is None:
            gone.add(place)
            roster.set_aside.append(_left(person))
        else:
            roster.people[place] = replace(person, homeroom=move.to)
    return gone


def _left(person: Person) -> SetAside:
    return SetAside(person.file, person.row, "", "left-with-the-year", person.id)
