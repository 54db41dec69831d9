"""Turns the rows of a bundle into schools and people in our terms. Pure: rows in, people and set-aside rows out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from services.intake.domain.asked_roles import Wish
from services.intake.roster.classes import Homerooms
from services.intake.roster.guardians import Guardians
from services.intake.roster.ids import person_id, school_id
from services.intake.roster.known import EVERYBODY, Kind, Known
from services.intake.roster.person import Person, Untold, shown_name
from services.intake.roster.places import Place, Places
from services.intake.roster.reading import Bundle, Row
from services.intake.roster.reasons import SetAside
from services.intake.roster.schools import read_schools
from services.intake.roster.sifting import Sifted, sift, whose
from services.intake.roster.untrusted import untrusted
from shared.addresses import MailAddress, mail_address
from shared.events import SchoolRegistered
from shared.phones import PhoneNumber, phone_number

__all__ = ["Person", "Roster", "SetAside", "interpret", "person_id", "school_id"]

MOST_SET_ASIDE = 100_000
"""Rows and cells of a bundle that are told one by one, and recorded."""


@dataclass
class Roster:
    """What a bundle contains, in our terms.

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


def interpret(bundle: Bundle, known: Known | None = None) -> Roster:
    """The schools and people of a bundle. A row that makes no sense is set aside and affects no other row.

    known: what we have already, for bundles that hold only changes and for schools that another system named.

    Raises: Invalid: so much is wrong that nobody would read the list of it.
    """
    known = known or Known()
    sifted = sift(bundle)
    whole = "users" in bundle.files and bundle.manifest.whole("users")
    if not whole:
        _put_strangers_aside(sifted)
    schools = read_schools(sifted, known)
    read = list(_People(sifted, Places(sifted, schools.ids, known)).read())
    guardians = Guardians(sifted, read, known)
    people = [guardians.joined(person) for person in read]
    nameless = {_school_of(row, schools.ids) for row in sifted.unreadable["users"]}
    gone = frozenset(person_id(bundle.source, row["sourcedId"]) for row in sifted.gone["users"])
    return Roster(schools.told, people, _told(sifted.set_aside), gone, bundle.covers if whole else frozenset(), frozenset(nameless))


def _told(aside: Sequence[SetAside]) -> list[SetAside]:
    told = sorted(aside, key=lambda each: (each.file, each.row, each.field))
    if len(told) > MOST_SET_ASIDE:
        raise untrusted("too-many-faults", f"/{told[0].file}/{told[0].row}")
    return told


def _put_strangers_aside(sifted: Sifted) -> None:
    """Where users.csv holds only changes, a row about somebody whom it does not name cannot be applied."""
    named = {row["sourcedId"] for row in sifted.rows["users"]}
    for name in ("roles", "enrollments", "demographics"):
        for row in sifted.rows[name]:
            if whose(name, row) not in named:
                sifted.put_row_aside(name, row, "", "person-not-told")
        sifted.rows[name] = [row for row in sifted.rows[name] if whose(name, row) in named]


def _school_of(row: Row, schools: dict[str, str]) -> str | None:
    organisations = () if row.torn else (*row.many("orgSourcedIds"), row["primaryOrgSourcedId"])
    return next((schools[each] for each in organisations if each in schools), None)


class _People:
    """Joins users with their places, classes, guardians and birth dates. A switched-off login is no departure: the person stays."""

    def __init__(self, sifted: Sifted, places: Places) -> None:
        self._sifted, self._places = sifted, places
        self._homerooms = Homerooms(sifted)
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
    number = phone_number(cell)
    return str(number) if isinstance(number, PhoneNumber) else cell


def _on_the_wire(cell: str) -> str:
    """The one address of a cell that passed the sieve, or none."""
    address = mail_address(cell)
    return str(address) if isinstance(address, MailAddress) else ""


def people_of(roster: Roster) -> Sequence[str]:
    """Our ids of everybody whom the bundle names, also in rows that were set aside."""
    return [*(person.id for person in roster.people), *(each.person for each in roster.set_aside if each.person)]
