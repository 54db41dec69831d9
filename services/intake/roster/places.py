"""Where somebody belongs: kind, school and roles, from roles.csv (version 1.2) or from the columns role and orgSourcedIds (version 1.1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from services.intake.roster.ids import person_id
from services.intake.roster.known import Kind, Known, KnownPerson, held
from services.intake.roster.reading import Row
from services.intake.roster.reasons import Reason
from services.intake.roster.sifting import Sifted
from shared.events import DISTRICT_ROLES, Post, StaffRole

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
    """The main school, what staff are there, and their posts at other schools."""

    kind: Kind
    school: str
    roles: tuple[StaffRole, ...] = ()
    elsewhere: tuple[Post, ...] = ()


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
            return Place(known.kind, known.school, known.roles, known.elsewhere)
        return told

    def _is_doubtful(self, row: Row, told: Place | tuple[str, Reason], known: KnownPerson) -> bool:
        key = row["sourcedId"]
        if ("roles", key) in self._sifted.spoiled or "metadata.tanggapRoles" in self._sifted.touched_of("users", key):
            return True
        if "roles" not in self._sifted.bundle.files or self._sifted.proves_absence("roles"):
            return False
        return not isinstance(told, Place) or (bool(self._sifted.unreadable["roles"]) and _posts(told) < set(known.posts))

    def _told(self, row: Row) -> Place | tuple[str, Reason]:
        pairs = self._pairs(row)
        if not pairs or pairs[0][0] not in _ROLES:
            return "role", "unknown-role"
        role, organisation = pairs[0]
        if organisation not in self._schools:
            return "orgSourcedIds", "unknown-school"
        kind: Kind = "student" if role == "student" else "guardian" if role in _GUARDIANS else "staff"
        school = self._schools[organisation]
        return Place(kind, school, *held(self._posts(row, pairs, school), school)) if kind == "staff" else Place(kind, school)

    def _posts(self, row: Row, pairs: list[tuple[str, str]], main: str) -> set[Post]:
        """Each role at the school where it is said. A column of our own names what OneRoster does not know, for the main school."""
        said = {Post(_STAFF_ROLES[role], self._schools[each]) for role, each in pairs if role in _STAFF_ROLES and each in self._schools}
        ours = {Post(_OURS[each], main) for each in row.many("metadata.tanggapRoles", "|") if each in _OURS}
        self._tell_of_district_roles(row, ours | said)
        return ours | {post for post in said if not ours or post.school != main}

    def _tell_of_district_roles(self, row: Row, posts: set[Post]) -> None:
        """The district's own people are appointed; an export neither gives nor takes their posts (domain.md, People come and go)."""
        if all(post.role not in DISTRICT_ROLES for post in posts):
            return
        rows = [each for each in self._roles[row["sourcedId"]] if _STAFF_ROLES.get(each["role"].lower()) in DISTRICT_ROLES]
        for each in rows:
            self._sifted.put_cell_aside("roles", each, "role", "district-role")
        if not rows:
            self._sifted.put_cell_aside("users", row, "role", "district-role")

    def _pairs(self, row: Row) -> list[tuple[str, str]]:
        """Role and organisation, the main one first: the one marked as primary, else the one at the person's main organisation.

        Whoever works at a school and has a child there is staff, whatever the export calls primary: nobody's alerts end because they are a parent.
        """
        main = row["primaryOrgSourcedId"]
        found = {
            (
                told["role"].lower() in _GUARDIANS,
                told["roleType"].lower() != "primary",
                told["orgSourcedId"] != main,
                told["role"].lower(),
                told["orgSourcedId"],
            )
            for told in self._roles[row["sourcedId"]]
        }
        if found:
            return [(role, organisation) for *_, role, organisation in sorted(found)]
        return [(row["role"].lower(), organisation) for organisation in row.many("orgSourcedIds") or (main,)]


def _is_family(told: Row) -> bool:
    return told["role"].lower() in _GUARDIANS


def _posts(place: Place) -> set[Post]:
    return {*(Post(role, place.school) for role in place.roles), *place.elsewhere}
