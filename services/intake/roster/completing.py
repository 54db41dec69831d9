"""Fills in what a bundle does not say about people whom we know, so that a missing file, column or cell takes nothing away."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from services.intake.roster.known import Known, KnownPerson, held
from services.intake.roster.people import Roster, people_of
from services.intake.roster.person import Person
from services.intake.roster.registered import Registered
from shared.addresses import MailAddress, mail_address

AT_ONCE = 50
"""People whose last registration is looked up together."""

_SEALED = frozenset({"born", "email", "phone"})


async def complete(people: Sequence[Person], known: Known, registered: Registered) -> list[Person]:
    """The same people in the same order."""
    done = list(people)
    lacking = [place for place, person in enumerate(people) if person.untold and person.id in known.people]
    for start in range(0, len(lacking), AT_ONCE):
        batch = lacking[start : start + AT_ONCE]
        filled = await asyncio.gather(*(_completed(people[place], known.people[people[place].id], registered) for place in batch))
        for place, person in zip(batch, filled, strict=True):
            done[place] = person
    return done


async def keep_elsewhere(roster: Roster, known: Known, registered: Registered) -> list[Person]:
    """The people of a full export, and what it cannot take from staff: the posts at schools of which it says nothing."""
    if "staff" not in roster.covers:
        return roster.people
    told = {each.school for each in roster.schools}
    named = set(people_of(roster)) | roster.gone
    kept = [_with_posts_elsewhere(person, known.people.get(person.id), told) for person in roster.people]
    for person, was in known.people.items():
        if person not in named and was.school in told and any(post.school not in told for post in was.posts):
            last = await registered.last(person)
            kept += [_only_elsewhere(last, was, told)] if last else []
    return kept


def _only_elsewhere(last: Person, was: KnownPerson, told: set[str]) -> Person:
    posts = [post for post in was.posts if post.school not in told]
    main = min(post.school for post in posts if post.school)
    roles, elsewhere = held(posts, main)
    return replace(last, school=main, roles=roles, elsewhere=elsewhere)


def _with_posts_elsewhere(person: Person, was: KnownPerson | None, told: set[str]) -> Person:
    posts = {post for post in was.posts if post.school not in told} if was and person.kind == was.kind == "staff" else set()
    if was is None or not posts:
        return person
    main = was.school if was.school not in told else person.school
    roles, elsewhere = held({*person.posts, *posts}, main)
    return replace(person, school=main, roles=roles, elsewhere=elsewhere)


async def _completed(person: Person, was: KnownPerson, registered: Registered) -> Person:
    if "homeroom" in person.untold:
        person = replace(person, homeroom=was.homeroom)
    if "guardians" in person.untold:
        person = replace(person, guardians=was.guardians)
    last = await registered.last(person.id) if person.untold & _SEALED else None
    return _filled_in(person, last) if last else person


def _filled_in(person: Person, last: Person) -> Person:
    return replace(
        person,
        born=last.born if "born" in person.untold else person.born,
        email=_still_an_address(last.email) if "email" in person.untold else person.email,
        phone=last.phone if "phone" in person.untold else person.phone,
    )


def _still_an_address(kept: str) -> str:
    """An older release kept whatever stood in the cell, also two addresses."""
    address = mail_address(kept)
    return str(address) if isinstance(address, MailAddress) else ""
