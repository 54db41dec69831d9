"""Says in the terms of OneRoster what Dapodik says, so that one reader compares, refuses and sets aside for both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from services.intake.roster.cells import wrong_id
from services.intake.roster.dapodik.told import Field, Subject, Told, ToldSchool
from services.intake.roster.known import Kind
from services.intake.roster.manifest import Manifest, Mode
from services.intake.roster.reading import Bundle, Row
from shared.events import StaffRole

SOURCE = "dapodik"
"""The system's name for our ids: Dapodik's own are national, so that somebody who moves or works at two schools stays the same person."""

_POSTS: Sequence[tuple[str, StaffRole]] = (
    ("wakil kepala sekolah", "vice-principal"), ("kepala sekolah", "principal"), ("guru bk", "counsellor"), ("bimbingan", "counsellor"),
    ("konselor", "counsellor"), ("guru", "subject-teacher"),
)  # fmt: skip
"""How posts begin or are called, the longer words first."""

_GUARDIANS: Sequence[tuple[Field, str, str]] = (("father", "ayah", "parent"), ("mother", "ibu", "parent"), ("guardian", "wali", "guardian"))
"""Field, the end of the id, and the role of each guardian. Nobody there has agreed to be written to: whom a message may reach, staff choose."""

_HOMEROOM_KINDS = ("", "kelas")
"""How Dapodik calls the class where a student belongs; others are subjects, practice and clubs."""

_COLUMNS: Mapping[str, frozenset[str]] = {
    "orgs": frozenset({"identifier"}),
    "users": frozenset({"email", "phone", "agentSourcedIds", "metadata.tanggapRoles"}),
    "classes": frozenset({"classType"}),
    "enrollments": frozenset(),
    "demographics": frozenset({"birthDate"}),
}

_SAID_BY: Mapping[str, frozenset[Field]] = {
    "email": frozenset({"email"}), "phone": frozenset({"phone"}), "sms": frozenset({"phone"}),
    "agentSourcedIds": frozenset({"father", "mother", "guardian"}),
}  # fmt: skip
"""Which fields say something for a column of users. A row of a list without them says nothing about it, which takes nothing away."""


def bundle_of(schools: Sequence[ToldSchool]) -> Bundle:
    """One bundle for all schools. Where students or staff of one are not told, nobody of that kind leaves."""
    bundle = Bundle(manifest=Manifest(source=SOURCE, modes=_modes(schools)), covers=_covered(schools), columns=dict(_COLUMNS))
    rows = [row for each in schools for row in _School(each).rows()]
    bundle.files = {name: [row for place, row in rows if place == name] for name in _COLUMNS}
    return bundle


def _covered(schools: Sequence[ToldSchool]) -> frozenset[Kind]:
    kinds: Mapping[Subject, tuple[Kind, ...]] = {"students": ("student", "guardian"), "staff": ("staff",)}
    return frozenset(kind for subject, covered in kinds.items() if all(each.rows.get(subject) for each in schools) for kind in covered)


def _modes(schools: Sequence[ToldSchool]) -> dict[str, Mode]:
    """Where some students' rows have no class or birth date at all, a missing one proves nothing."""
    fields = [each.fields.get("students", frozenset()) for each in schools]
    classes: Mode = "bulk" if all(each & {"class", "class-name"} for each in fields) else "delta"
    births: Mode = "bulk" if all("born" in each for each in fields) else "delta"
    return {"classes": classes, "enrollments": classes, "demographics": births}


class _School:
    """The rows of one school."""

    def __init__(self, told: ToldSchool) -> None:
        self._told, self._key = told, told.school["id"] or told.school["npsn"]
        classes = [each for each in told.rows.get("classes", []) if each["kind"].lower() in _HOMEROOM_KINDS]
        self._homeroom_teachers = {each["homeroom-teacher"] for each in classes if each["homeroom-teacher"]}

    def rows(self) -> Iterator[tuple[str, Row]]:
        """The rows with the file of OneRoster where each belongs."""
        told = self._told
        yield "orgs", _row(told.school, {"sourcedId": self._key, "name": told.school["name"], "type": "school", "identifier": told.school["npsn"]})
        yield from self._classes()
        for student in told.rows.get("students", []):
            yield from self._student(student)
        for employee in told.rows.get("staff", []):
            yield "users", self._employee(employee)

    def _classes(self) -> Iterator[tuple[str, Row]]:
        """Those of the school's own list, and those that students' rows alone name."""
        listed = self._told.rows.get("classes", [])
        for each in listed:
            homeroom = each["kind"].lower() in _HOMEROOM_KINDS
            cells = {"sourcedId": each["id"], "title": each["name"], "classType": "homeroom" if homeroom else "scheduled"}
            yield "classes", _row(each, cells)
        named = {self._class(each): each for each in reversed(self._told.rows.get("students", [])) if self._class(each)}
        for key in sorted(named.keys() - {each["id"] for each in listed}):
            cells = {"sourcedId": key, "title": named[key]["class-name"] or named[key]["class"], "classType": "homeroom"}
            yield "classes", _row(named[key], cells, name="class-name")

    def _class(self, student: Told) -> str:
        return student["class"] or (f"{self._key}/{student['class-name']}" if student["class-name"] else "")

    def _student(self, told: Told) -> Iterator[tuple[str, Row]]:
        key = told["id"]
        guardians = [(f"{key}/{end}", name, role) for name, end, role in _GUARDIANS if any(letter.isalpha() for letter in told[name])]
        cells = {"sourcedId": key, "givenName": told["name"], "role": "student", "agentSourcedIds": ",".join(each for each, _, _ in guardians)}
        yield "users", self._user(told, cells, "students")
        if not key or wrong_id(key):
            return
        for guardian, name, role in guardians:
            yield "users", _row(told, {"sourcedId": guardian, "givenName": told[name], "role": role, "orgSourcedIds": self._key}, name=name)
        if told["born"]:
            yield "demographics", _row(told, {"sourcedId": key, "birthDate": told["born"]})
        if self._class(told):
            yield "enrollments", _row(told, {"userSourcedId": key, "classSourcedId": self._class(told), "role": "student"})

    def _employee(self, told: Told) -> Row:
        """Somebody's roles, as our own column names them: OneRoster does not know all of ours."""
        roles = _roles(told) | ({"homeroom"} if told["id"] in self._homeroom_teachers else set[StaffRole]())
        cells = {"sourcedId": told["id"], "givenName": told["name"], "role": "teacher" if roles else "aide"}
        return self._user(told, cells | {"metadata.tanggapRoles": "|".join(sorted(roles))}, "staff")

    def _user(self, told: Told, cells: Mapping[str, str], subject: Subject) -> Row:
        fields = self._told.fields.get(subject, frozenset())
        silent = frozenset(column for column, said in _SAID_BY.items() if not said & fields)
        contact = {"email": told["email"], "phone": told["phone"], "orgSourcedIds": self._key}
        return replace(_row(told, {**cells, **contact}), silent=silent)


def _roles(told: Told) -> set[StaffRole]:
    """Of somebody's post, and of a duty besides it."""
    said = [words for words in (told["post"].lower(), told["duty"].lower()) if words]
    found = (next((role for words, role in _POSTS if words in each), None) for each in said)
    return {role for role in found if role}


def _row(told: Told, cells: Mapping[str, str], *, name: Field = "name") -> Row:
    """name: the field that the name is taken from. Faults are told by the file's own headings."""
    fields: Mapping[str, Field] = {
        "sourcedId": "id", "userSourcedId": "id", "givenName": name, "name": "name", "title": name, "email": "email", "phone": "phone",
        "birthDate": "born", "classSourcedId": "class", "identifier": "npsn", "agentSourcedIds": "guardian", "metadata.tanggapRoles": "post",
    }  # fmt: skip
    headings = {column: told.headings.get(field, "") for column, field in fields.items()}
    headings["classSourcedId"] = headings["classSourcedId"] or told.headings.get("class-name", "")
    return Row(told.file, told.number, {column: cell for column, cell in cells.items() if cell}, headings=headings)
