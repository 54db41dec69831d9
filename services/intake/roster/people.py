"""Turns the rows of a bundle into schools and people in our terms. Pure: rows in, people and set-aside rows out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, get_args

from services.intake.roster.reading import Bundle, Row
from shared.addresses import MailAddress, mail_address
from shared.events import SchoolRegistered, StaffRole
from shared.message import TANGGAP, derived_id

_STAFF_ROLES: dict[str, StaffRole] = {
    "teacher": "subject-teacher",
    "counselor": "counsellor",
    "principal": "principal",
    "districtadministrator": "district-officer",
    "siteadministrator": "vice-principal",
    "systemadministrator": "system-administrator",
}
_GUARDIANS = frozenset({"parent", "guardian", "relative"})
_NOTHING = "-–—. "
"""What people write into a cell that has to hold something."""
_KNOWN_STAFF = frozenset(get_args(StaffRole))
_LEVELS: tuple[tuple[str, Literal["sd", "smp", "sma", "smk", "slb"]], ...] = (
    ("sd", "sd"), ("mi", "sd"), ("smp", "smp"), ("mts", "smp"), ("sma", "sma"), ("ma", "sma"), ("smk", "smk"), ("slb", "slb"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row or a cell that was not applied: where it stands, why and what mends it, never its content. person: whose row it is, so that nobody leaves
    because of a bad row.
    """

    file: str
    row: int
    reason: str
    person: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """One person as the roster has them, not sealed yet. Everything is sealed before it is stored."""

    id: str
    kind: Literal["student", "staff", "guardian"]
    school: str
    roles: tuple[StaffRole, ...]
    name: str
    born: str
    email: str
    phone: str
    guardians: tuple[str, ...]
    homeroom: str | None


@dataclass
class Roster:
    """What a bundle contains, in our terms."""

    schools: list[SchoolRegistered] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)


def person_id(source: str, sourced_id: str) -> str:
    """Our opaque id of a person. National numbers and source ids are personal data and never serve as ids (decision 4)."""
    return str(derived_id(TANGGAP, "person", source, sourced_id))


def school_id(source: str, sourced_id: str) -> str:
    return str(derived_id(TANGGAP, "school", source, sourced_id))


def interpret(bundle: Bundle) -> Roster:
    """The schools and people of a bundle. A row that makes no sense is set aside and affects no other row."""
    roster = Roster()
    schools = {told.school: told for told in _schools(bundle, roster)}
    roster.schools = list(schools.values())
    reader = _People(bundle, roster, set(schools))
    people = list(reader.read())
    known = {person.id for person in people}
    roster.people = [replace(person, guardians=tuple(each for each in person.guardians if each in known)) for person in people]
    return roster


def _schools(bundle: Bundle, roster: Roster) -> Iterable[SchoolRegistered]:
    for row in bundle.rows("orgs"):
        if _gone(row):
            continue
        if not row["sourcedId"] or not row["name"]:
            roster.set_aside.append(SetAside(row.file, row.number, "no sourcedId or name"))
            continue
        kind = row["type"].lower()
        level = _level(row["name"]) if kind == "school" else "district"
        npsn = row["identifier"] if kind == "school" else ""
        yield SchoolRegistered(
            school=school_id(bundle.source, row["sourcedId"]),
            npsn=npsn or None,
            name=row["name"],
            level=level,
            cluster=row["metadata.cluster"] or None,
        )


def _level(name: str) -> Literal["sd", "smp", "sma", "smk", "slb", "other"]:
    words = name.lower().replace("n ", " ").split()
    first = words[0] if words else ""
    return next((level for prefix, level in _LEVELS if first in (prefix, f"{prefix}n", f"{prefix}s")), "other")


def _gone(row: Row) -> bool:
    return row["status"].lower() in ("tobedeleted", "inactive")


class _People:
    """Joins users with their roles, classes, guardians and birth dates."""

    def __init__(self, bundle: Bundle, roster: Roster, schools: set[str]) -> None:
        self._bundle, self._roster, self._schools = bundle, roster, schools
        self._roles: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for row in bundle.rows("roles"):
            if not _gone(row):
                place = 0 if row["roleType"].lower() == "primary" else len(self._roles[row["userSourcedId"]])
                self._roles[row["userSourcedId"]].insert(place, (row["role"].lower(), row["orgSourcedId"]))
        titles = {row["sourcedId"]: row["title"] for row in bundle.rows("classes")}
        self._classes = {
            row["userSourcedId"]: titles.get(row["classSourcedId"], "")
            for row in bundle.rows("enrollments")
            if row["role"].lower() == "student" and not _gone(row)
        }
        self._born = {row["sourcedId"] or row["userSourcedId"]: row["birthDate"] or row["birthdate"] for row in bundle.rows("demographics")}

    def read(self) -> Iterable[Person]:
        known = {row["sourcedId"] for row in self._bundle.rows("users")}
        seen: set[str] = set()
        for row in self._bundle.rows("users"):
            if _gone(row) or row["enabledUser"].lower() == "false":
                continue
            reason = self._reason(row, seen)
            if reason:
                whose = person_id(self._bundle.source, row["sourcedId"]) if row["sourcedId"] else None
                self._roster.set_aside.append(SetAside(row.file, row.number, reason, whose))
                continue
            seen.add(row["sourcedId"])
            yield self._person(row, known)

    def _reason(self, row: Row, seen: set[str]) -> str | None:
        if not row["sourcedId"]:
            return "no sourcedId"
        if row["sourcedId"] in seen:
            return "sourcedId appears twice"
        if not (row["givenName"] or row["familyName"]):
            return "no name"
        role, organisation = self._role(row)
        if role not in _STAFF_ROLES and role not in _GUARDIANS and role not in ("student", "aide"):
            return "unknown role"
        if school_id(self._bundle.source, organisation) not in self._schools:
            return "unknown organisation"
        return self._bad_birth_date(row)

    def _bad_birth_date(self, row: Row) -> str | None:
        try:
            date.fromisoformat(self._born.get(row["sourcedId"]) or "2000-01-01")
        except ValueError:
            return "birthDate is not a date"
        return None

    def _role(self, row: Row) -> tuple[str, str]:
        """Version 1.2 has roles.csv; version 1.1 has the columns role and orgSourcedIds."""
        if found := self._roles.get(row["sourcedId"]):
            return found[0]
        organisations = row.many("orgSourcedIds") or (row["primaryOrgSourcedId"],)
        return row["role"].lower(), organisations[0] if organisations else ""

    def _person(self, row: Row, known: set[str]) -> Person:
        role, organisation = self._role(row)
        source = self._bundle.source
        kind: Literal["student", "staff", "guardian"] = "student" if role == "student" else "guardian" if role in _GUARDIANS else "staff"
        guardians = tuple(person_id(source, each) for each in row.many("agentSourcedIds") if each in known)
        return Person(
            id=person_id(source, row["sourcedId"]),
            kind=kind,
            school=school_id(source, organisation),
            roles=self._staff_roles(row, role) if kind == "staff" else (),
            name=" ".join(part for part in (row["givenName"], row["middleName"], row["familyName"]) if part),
            born=self._born.get(row["sourcedId"], "") if kind == "student" else "",
            email=self._email(row),
            phone=row["phone"] or row["sms"],
            guardians=guardians if kind == "student" else (),
            homeroom=self._classes.get(row["sourcedId"]) or None,
        )

    def _email(self, row: Row) -> str:
        """The one address of the cell. A cell that holds another thing is set aside alone: the person comes in, without an address."""
        if not row["email"].strip(_NOTHING):
            return ""
        address = mail_address(row["email"])
        if isinstance(address, MailAddress):
            return str(address)
        whose = person_id(self._bundle.source, row["sourcedId"])
        self._roster.set_aside.append(SetAside(row.file, row.number, f"email: {address.reason}", whose))
        return ""

    def _staff_roles(self, row: Row, role: str) -> tuple[StaffRole, ...]:
        """A column of our own names the roles that OneRoster does not know (coordinator, homeroom, duty …)."""
        ours = [each for each in row["metadata.tanggapRoles"].split("|") if each in _KNOWN_STAFF]
        given = {_STAFF_ROLES[each] for each, _ in self._roles.get(row["sourcedId"], [(role, "")]) if each in _STAFF_ROLES}
        return tuple(sorted({*ours} or given))  # type: ignore[arg-type]
