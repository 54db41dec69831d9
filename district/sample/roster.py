"""The sample district as a OneRoster 1.2 CSV bundle, so that the demo uses the same importer as a real district."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from district.sample.people import OFFICE, District, School, Someone

SOURCE = "tanggap-sample"
_STAMP = "2026-01-05T00:00:00.000Z"
_ONEROSTER_ROLE = {
    "principal": "principal", "vice-principal": "siteAdministrator", "counsellor": "counselor", "coordinator": "counselor",
    "homeroom": "teacher", "subject-teacher": "teacher", "district-duty": "districtAdministrator", "district-officer": "districtAdministrator",
    "supervisor": "districtAdministrator", "auditor": "districtAdministrator", "system-administrator": "systemAdministrator",
}  # fmt: skip


def write_roster(district: District, path: Path) -> Path:
    """Writes the bundle as a zip file. The district's own people stand in no export (district/sample/office.py)."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in _files(district).items():
            archive.writestr(zipfile.ZipInfo(f"{name}.csv", (2026, 1, 5, 0, 0, 0)), _csv(rows))
    return path


def _csv(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _files(district: District) -> dict[str, list[Sequence[str]]]:
    people = [person for person in district.people if person.school != OFFICE.key]
    students = [person for person in people if person.kind == "student"]
    return {
        "manifest": [("propertyName", "value"), ("manifest.version", "1.0"), ("oneroster.version", "1.2"), ("source.systemName", "Tanggap sample"), ("source.systemCode", SOURCE)],
        "orgs": [
            ("sourcedId", "status", "dateLastModified", "name", "type", "identifier", "parentSourcedId", "metadata.cluster"),
            *(_organisation(school) for school in district.schools),
        ],
        "users": [
            ("sourcedId", "status", "dateLastModified", "enabledUser", "username", "userIds", "givenName", "familyName", "middleName", "identifier",
             "email", "sms", "phone", "agentSourcedIds", "grades", "password", "primaryOrgSourcedId", "metadata.tanggapRoles"),
            *(_user(person) for person in people),
        ],
        "roles": [
            ("sourcedId", "status", "dateLastModified", "userSourcedId", "roleType", "role", "beginDate", "endDate", "orgSourcedId"),
            *((f"r-{person.key}", "active", _STAMP, person.key, "primary", _role(person), "", "", person.school) for person in people),
        ],
        "classes": [
            ("sourcedId", "status", "dateLastModified", "title", "grades", "classType", "schoolSourcedId"),
            *((f"{school.key}-{title}", "active", _STAMP, title, "", "homeroom", school.key) for school in district.schools for title in school.classes),
        ],
        "enrollments": [
            ("sourcedId", "status", "dateLastModified", "classSourcedId", "schoolSourcedId", "userSourcedId", "role", "primary", "beginDate", "endDate"),
            *((f"e-{each.key}", "active", _STAMP, f"{each.school}-{each.classroom}", each.school, each.key, "student", "", "", "") for each in students),
        ],
        "demographics": [
            ("sourcedId", "status", "dateLastModified", "birthDate", "sex"),
            *((each.key, "active", _STAMP, each.born.isoformat() if each.born else "", "unspecified") for each in students),
        ],
    }  # fmt: skip


def _organisation(school: School) -> Sequence[str]:
    kind = "school" if school.npsn else "district"
    return (school.key, "active", _STAMP, school.name, kind, school.npsn, "dinas" if school.npsn else "", school.cluster)


def _user(person: Someone) -> Sequence[str]:
    agents = ",".join(person.guardians)
    return (
        person.key, "active", _STAMP, "true", person.key, "", person.given, person.family, "", "", person.email, "", "", agents, "", "",
        person.school, "|".join(person.roles),
    )  # fmt: skip


def _role(person: Someone) -> str:
    if person.kind != "staff":
        return "student" if person.kind == "student" else "guardian"
    return _ONEROSTER_ROLE[person.roles[0]]
