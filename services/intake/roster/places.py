"""Where somebody belongs: kind, school and roles, from roles.csv (version 1.2) or from the columns role and orgSourcedIds (version 1.1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from services.intake.roster.ids import person_id
from services.intake.roster.known import Kind, Known, KnownPerson
from services.intake.roster.reading import Row
from services.intake.roster.reasons import Reason
from services.intake.roster.sifting import Sifted
from shared.events import StaffRole

_STAFF_ROLES: dict[str, StaffRole] = {
    "teacher": "subject-teacher",
    "counselor": "counsellor",
    "principal": "principal",
    "districtadministrator": "district-officer",
    "siteadministrator": "vice-principal",
    "systemadministrator": "system-administrator",
}
_OTHER_STAFF = frozenset({"aide", "administrator", "proctor"})
"""Staff who hold none of our roles."""

_GUARDIANS = frozenset({"parent", "guardian", "relative"})
_ROLES = frozenset({"student", *_STAFF_ROLES, *_OTHER_STAFF, *_GUARDIANS})
_OURS: Mapping[str, StaffRole] = {role: role for role in get_args(StaffRole)}


@dataclass(frozen=True, slots=True)
class Place:
    kind: Kind
    school: str
    roles: tuple[StaffRole, ...]


class Places:
    """Reads places. schools: our ids of schools, by the ids that the bundle uses. Role rows that make no sense are set aside."""

    def __init__(self, sifted: Sifted, schools: Mapping[str, str], known: Known) -> None:
        self._sifted, self._schools, self._known = sifted, schools, known
        self._roles: dict[str, list[Row]] = defaultdict(list)
        for row in sifted.rows["roles"]:
            if self._is_sound(row):
                self._roles[row["userSourcedId"]].append(row)

    def _is_sound(self, row: Row) -> bool:
        unknown: tuple[str, Reason] | None = None
        if row["role"].lower() not in _ROLES:
            unknown = "role", "unknown-role"
        elif row["orgSourcedId"] not in self._schools:
            unknown = "orgSourcedId", "unknown-school"
        if unknown:
            self._sifted.put_row_aside("roles", row, *unknown)
        return unknown is None

    def place(self, row: Row) -> Place | tuple[str, Reason]:
        """The place of a row of users, or the column and reason why it has none.

        Where a row about somebody's roles was set aside or not sent, who is known keeps the place they have.
        """
        told = self._told(row)
        known = self._known.people.get(person_id(self._sifted.bundle.source, row["sourcedId"]))
        if known and self._is_doubtful(row, told, known):
            return Place(known.kind, known.school, known.roles)
        return told

    def _is_doubtful(self, row: Row, told: Place | tuple[str, Reason], known: KnownPerson) -> bool:
        key = row["sourcedId"]
        if ("roles", key) in self._sifted.spoiled or "metadata.tanggapRoles" in self._sifted.touched["users", key]:
            return True
        if "roles" not in self._sifted.bundle.files or self._sifted.proves_absence("roles"):
            return False
        return not isinstance(told, Place) or (bool(self._sifted.unreadable["roles"]) and set(told.roles) < set(known.roles))

    def _told(self, row: Row) -> Place | tuple[str, Reason]:
        pairs = self._pairs(row)
        if not pairs or pairs[0][0] not in _ROLES:
            return "role", "unknown-role"
        role, organisation = pairs[0]
        if organisation not in self._schools:
            return "orgSourcedIds", "unknown-school"
        kind: Kind = "student" if role == "student" else "guardian" if role in _GUARDIANS else "staff"
        return Place(kind, self._schools[organisation], _staff_roles(row, pairs) if kind == "staff" else ())

    def _pairs(self, row: Row) -> list[tuple[str, str]]:
        """Role and organisation, the main one first: the one marked as primary, else the one at the person's main organisation."""
        main = row["primaryOrgSourcedId"]
        found = {
            (told["roleType"].lower() != "primary", told["orgSourcedId"] != main, told["role"].lower(), told["orgSourcedId"])
            for told in self._roles[row["sourcedId"]]
        }
        if found:
            return [(role, organisation) for _, _, role, organisation in sorted(found)]
        organisations = row.many("orgSourcedIds") or (main,)
        return [(row["role"].lower(), organisations[0])]


def _staff_roles(row: Row, pairs: list[tuple[str, str]]) -> tuple[StaffRole, ...]:
    """A column of our own names the roles that OneRoster does not know (coordinator, homeroom, duty …)."""
    ours = {_OURS[each] for each in row.many("metadata.tanggapRoles", "|") if each in _OURS}
    return tuple(sorted(ours or {_STAFF_ROLES[role] for role, _ in pairs if role in _STAFF_ROLES}))
