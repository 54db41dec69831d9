"""Exports of a district as a school's system writes them, and what goes wrong with them: partial, doubled, reordered, garbled, of another day."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable

from tests.intake.exports import Export, copied, shuffled, without, written
from tests.year.truth import SCHOOLS, Somebody, Truth

ONEROSTER = {"counsellor": "counselor", "principal": "principal", "subject-teacher": "teacher"}
"""Roles that the standard knows; of the others a column of ours tells."""


def export(truth: Truth, schools: list[str] | None = None) -> Export:
    """Everybody of these schools, of all that are open where none is named."""
    told = truth.schools if schools is None else schools
    tables: Export = {
        "orgs": [["sourcedId", "status", "name", "type", "identifier", "metadata.cluster"]],
        "users": [["sourcedId", "status", "givenName", "familyName", "email", "agentSourcedIds", "metadata.tanggapRoles"]],
        "roles": [["userSourcedId", "status", "roleType", "role", "orgSourcedId"]],
        "classes": [["sourcedId", "status", "title", "classType"]],
        "enrollments": [["classSourcedId", "userSourcedId", "status", "role"]],
        "demographics": [["sourcedId", "birthDate"]],
    }
    for school in told:
        npsn, name, cluster = SCHOOLS[school]
        tables["orgs"].append([school, "active", name, "school", npsn, cluster])
        tables["classes"] += [[f"{school}-{grade}A", "active", f"{grade}A", "homeroom"] for grade in (1, 2, 3)]
    for each in truth.rows():
        if each.school in told:
            _row(tables, each, told)
    return tables


def _row(tables: Export, each: Somebody, told: list[str]) -> None:
    ours = "|".join(role for school, role in each.roles if role not in ONEROSTER and school == each.school)
    tables["users"].append([each.key, "active", each.given, each.family, each.email, ",".join(each.guardians), ours])
    if each.kind != "staff":
        tables["roles"].append([each.key, "active", "primary", each.kind, each.school])
    for school, role in each.roles:
        if school in told:
            place = "primary" if school == each.school else "secondary"
            tables["roles"].append([each.key, "active", place, ONEROSTER.get(role, "aide"), school])
    if each.kind == "student":
        tables["enrollments"].append([f"{each.school}-{each.grade}A", each.key, "active", "student"])
        tables["demographics"].append([each.key, f"2012-05-{len(each.key) % 9 + 10}"])


# what goes wrong -----------------------------------------------------------------------------------------------------


def _some_missing(tables: Export, chance: random.Random) -> Export:
    """A part of the rows was lost on the way."""
    share = chance.choice((0.04, 0.2, 0.6))
    lost = {row[0] for row in tables["users"][1:] if chance.random() < share}
    return without(tables, lambda key: key in lost)


def _a_kind_missing(tables: Export, chance: random.Random) -> Export:
    kind = chance.choice(("student", "staff", "guardian"))
    return without(tables, lambda key: key.startswith(kind))


def _a_file_missing(tables: Export, chance: random.Random) -> Export:
    gone = chance.choice(("demographics", "classes", "roles", "enrollments"))
    return {name: rows for name, rows in tables.items() if name != gone}


def _cut_off(tables: Export, chance: random.Random) -> Export:
    name = chance.choice(("users", "roles", "enrollments"))
    return {**tables, name: tables[name][: chance.randint(1, len(tables[name]))]}


def _doubled(tables: Export, chance: random.Random) -> Export:
    """Rows stand twice; some with other words."""
    again = [list(row) for row in chance.sample(tables["users"][1:], min(3, len(tables["users"]) - 1))]
    for row in again:
        row[2] = chance.choice((row[2], "Lain"))
    return {**tables, "users": [*tables["users"], *again], "roles": [*tables["roles"], *tables["roles"][1:3]]}


def _garbled(tables: Export, chance: random.Random) -> Export:
    damaged = copied(tables)
    for _ in range(chance.randint(1, 6)):
        rows = damaged[chance.choice(list(damaged))]
        row = chance.randrange(1, len(rows))
        rows[row][chance.randrange(len(rows[row]))] = chance.choice(
            ("1,23E+12", "#REF!", "08-Jan", "", "a@x.invalid; b@x.invalid", "wizard", "5.320.101")
        )
    return damaged


def _torn(tables: Export, chance: random.Random) -> Export:
    damaged = copied(tables)
    rows = damaged[chance.choice(("users", "roles"))]
    rows[chance.randrange(1, len(rows))].append("lebih")
    return damaged


DAMAGES: dict[str, Callable[[Export, random.Random], Export]] = {
    "rows are missing": _some_missing,
    "a kind of people is missing": _a_kind_missing,
    "a file is missing": _a_file_missing,
    "it was cut off": _cut_off,
    "rows stand twice": _doubled,
    "cells are garbled": _garbled,
    "a row has too many cells": _torn,
    "in another order": shuffled,
}
"""Each gives a bundle that somebody could bring."""


def zipped(tables: Export) -> io.BytesIO:
    """The bundle as it is brought."""
    bundle = io.BytesIO()
    with zipfile.ZipFile(bundle, "w", zipfile.ZIP_STORED) as archive:
        for name, text in written(tables).items():
            archive.writestr(f"{name}.csv", text)
    bundle.seek(0)
    return bundle
