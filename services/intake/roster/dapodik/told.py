"""What is taken of Dapodik, in one form for its answers and its lists. Only the fields named here are ever kept longer than their row.

National identity numbers, religion, income, height and weight are never read (UU PDP 27/2022: what is not needed is not taken).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Subject = Literal["school", "students", "staff", "classes"]

Field = Literal[
    "id", "npsn", "name", "born", "email", "phone", "class", "class-name", "kind", "father", "mother", "guardian", "post", "duty", "homeroom-teacher",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """One row about a school, a student, a member of the staff or a class. number: as a person counts in the file.

    cells: what it says, by our fields. headings: what the file calls each field.
    """

    file: str
    number: int
    cells: Mapping[Field, str]
    headings: Mapping[Field, str]

    def __getitem__(self, name: Field) -> str:
        return self.cells.get(name, "")


@dataclass(frozen=True, slots=True)
class ToldSchool:
    """Everything about one school. fields: those that a subject's rows have, so that one which is not there takes nothing away."""

    school: Told
    rows: Mapping[Subject, list[Told]] = field(default_factory=dict)
    fields: Mapping[Subject, frozenset[Field]] = field(default_factory=dict)
