"""Turns the rows of a bundle into schools and people in our terms, portion by portion, so that a district's people are never in memory together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from services.intake.domain.asked_roles import Wish
from services.intake.roster.classes import Classes, Homerooms
from services.intake.roster.guardians import Guardians
from services.intake.roster.ids import person_id, school_id
from services.intake.roster.known import EVERYBODY, Kind, Known
from services.intake.roster.person import Person, Untold, shown_name
from services.intake.roster.places import Place, Places
from services.intake.roster.reading import Bundle, Row
from services.intake.roster.reasons import SetAside
from services.intake.roster.schools import ids_of, read_schools
from services.intake.roster.sifting import Sifted, by_place, sift, whose
from services.intake.roster.spool.spool import Spool
from shared.addresses import MailAddress, mail_address
from shared.events import SchoolRegistered
from shared.phones import PhoneNumber, phone_number

__all__ = ["Person", "Roster", "RosterReader", "SetAside", "person_id", "school_id"]


@dataclass
class Roster:
    """What a bundle, or a portion of it, contains in our terms.

    gone: ids of people whose row says that they left. covers: of which kinds whoever is missing has left, too. nameless: schools
    of which rows do not tell whose they are; None among them stands for all schools. asked: roles that only the district gives.
    """

    schools: list[SchoolRegistered] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    gone: frozenset[str] = frozenset()
    covers: frozenset[Kind] = EVERYBODY
    nameless: frozenset[str | None] = frozenset()
    asked: list[Wish] = field(default_factory=list)


class RosterReader:
    """Reads a bundle into the spool, in which whoever is known stands already. A row that makes no sense is set aside and affects no other row.

    known: the schools that we have, and what the district gave. whole: what the bundle says of the whole district, without people.

    Raises: Invalid: so much is wrong that nobody would read the list of it.
    """

    def __init__(self, bundle: Bundle, known: Known, spool: Spool) -> None:
        self._known, self._spool = known, spool
        self._sifted = sift(bundle, spool.rows)
        self._schools, self._classes = read_schools(self._sifted, known), Classes(self._sifted)
        self._is_whole = "users" in bundle.files and bundle.manifest.whole("users")
        nameless = frozenset(_school_of(row, ids_of(self._schools, self._sifted, known)) for row in self._sifted.unreadable["users"])
        self.whole = Roster(self._schools.told, covers=bundle.covers if self._is_whole else frozenset(), nameless=nameless)
        self.portions = list(spool.rows.portions())
        for number, places in enumerate(self.portions):
            spool.people.keep_read(number, self._read(places))
        self._guardians = Guardians(self._sifted, spool)
        self._aside: dict[str, list[SetAside]] = defaultdict(list)
        for each in self.set_aside():
            if each.person:
                self._aside[each.person].append(each)

    def set_aside(self) -> list[SetAside]:
        """Everything that reading set aside."""
        return sorted(self._sifted.set_aside, key=by_place)

    def portion(self, number: int) -> tuple[Roster, Known]:
        """All that the bundle says of some people, and what is known of them."""
        named, seen = self._spool.rows.people(self.portions[number]), len(self._sifted.set_aside)
        people = self._guardians.joined(self._spool.people.read(number))
        without = [each for each in self._sifted.set_aside[seen:] if each.person]
        return self._roster(named, people, without)

    def absent(self, people: Sequence[str]) -> tuple[Roster, Known]:
        """Known people of whom the bundle has no row that can be taken."""
        return self._roster(people, [], [])

    def _roster(self, named: Sequence[str], people: list[Person], more: Iterable[SetAside]) -> tuple[Roster, Known]:
        aside = sorted([*(each for person in named for each in self._aside.get(person, ())), *more], key=by_place)
        roster = replace(self.whole, people=people, set_aside=aside, gone=self._spool.rows.gone(named), asked=[])
        return roster, replace(self._known, people=self._spool.known.of(named))

    def _read(self, places: range) -> Iterable[Person]:
        sifted = self._sifted.portion(self._spool.rows.portion(places))
        if not self._is_whole:
            _put_strangers_aside(sifted)
        known = replace(self._known, people=self._spool.known.of(self._spool.rows.people(places)))
        return _People(sifted, Places(sifted, ids_of(self._schools, sifted, known), known), self._classes).read()


def _put_strangers_aside(sifted: Sifted) -> None:
    """Where users.csv holds only changes, a row about somebody whom it does not name cannot be applied."""
    named = {row["sourcedId"] for row in sifted.rows["users"]}
    for name in ("roles", "enrollments", "demographics"):
        for row in sifted.rows[name]:
            if whose(name, row) not in named:
                sifted.put_row_aside(name, row, "", "person-not-told")
        sifted.rows[name] = [row for row in sifted.rows[name] if whose(name, row) in named]


def _school_of(row: Row, schools: Mapping[str, str]) -> str | None:
    organisations = () if row.torn else (*row.many("orgSourcedIds"), row["primaryOrgSourcedId"])
    return next((schools[each] for each in organisations if each in schools), None)


class _People:
    """Joins users with their places, classes, guardians and birth dates. A switched-off login is no departure: the person stays."""

    def __init__(self, sifted: Sifted, places: Places, classes: Classes) -> None:
        self._sifted, self._places = sifted, places
        self._homerooms = Homerooms(sifted, classes)
        self._born = {whose("demographics", row): row["birthDate"] for row in sifted.rows["demographics"]}

    def read(self) -> Iterable[Person]:
        for row in self._sifted.rows["users"]:
            name, place = shown_name(row), self._places.place(row)
            if not name:
                self._sifted.put_row_aside("users", row, "givenName", "no-name")
            elif isinstance(place, Place):
                yield self._person(row, name, place)
            else:
                self._sifted.put_row_aside("users", row, *place)

    def _person(self, row: Row, name: str, place: Place) -> Person:
        source, key, is_student = self._sifted.bundle.source, row["sourcedId"], place.kind == "student"
        untold = frozenset(self._untold(row, is_student=is_student))
        return Person(
            id=person_id(source, key),
            kind=place.kind,
            school=place.school,
            roles=place.roles,
            elsewhere=place.elsewhere,
            name=name,
            born=self._born.get(key, "") if is_student else "",
            email="" if "email" in untold else _on_the_wire(row["email"]),
            phone="" if "phone" in untold else _dialled(row["phone"]) or _dialled(row["sms"]),
            guardians=() if "guardians" in untold or not is_student else tuple(person_id(source, each) for each in row.many("agentSourcedIds")),
            homeroom=self._homerooms.of(key) if is_student else None,
            file=row.file,
            row=row.number,
            untold=untold,
        )

    def _untold(self, row: Row, *, is_student: bool) -> Iterable[Untold]:
        key = row["sourcedId"]
        touched = self._sifted.touched_of("users", key)
        if "email" in touched or not self._says(row, "email"):
            yield "email"
        if touched & {"phone", "sms"} or not self._says(row, "phone", "sms"):
            yield "phone"
        if is_student and ("agentSourcedIds" in touched or not self._says(row, "agentSourcedIds")):
            yield "guardians"
        if is_student and not self._birth_is_told(key):
            yield "born"
        if is_student and not self._homerooms.is_told(key):
            yield "homeroom"

    def _says(self, row: Row, *columns: str) -> bool:
        return self._sifted.has_column("users", *columns) and not row.silent.issuperset(columns)

    def _birth_is_told(self, key: str) -> bool:
        if ("demographics", key) in self._sifted.spoiled or not self._sifted.has_column("demographics", "birthDate"):
            return False
        return key in self._born or self._sifted.proves_absence("demographics")


def _dialled(cell: str) -> str:
    """The number as every country dials it. What is no single number stays as it was written, for people who dial; no message goes there."""
    number = phone_number(cell) if cell else None
    return str(number) if isinstance(number, PhoneNumber) else cell


def _on_the_wire(cell: str) -> str:
    """The one address of a cell that passed the sieve, or none."""
    address = mail_address(cell) if cell else None
    return str(address) if isinstance(address, MailAddress) else ""


def people_of(roster: Roster) -> Sequence[str]:
    """Our ids of everybody whom the bundle names, also in rows that were set aside."""
    return [*(person.id for person in roster.people), *(each.person for each in roster.set_aside if each.person)]
