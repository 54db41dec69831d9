"""The WHERE of a query: only the conditions that are asked for, so that each combination of them has its own plan."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import LiteralString

from psycopg import sql


@dataclass
class Conditions:
    """Conditions that must all hold, with the values of their placeholders in order."""

    parts: list[sql.Composable] = field(default_factory=list)
    values: list[object] = field(default_factory=list)

    def add(self, condition: LiteralString, *values: object) -> None:
        """condition: with a `%s` for each of the values."""
        self.parts.append(sql.SQL(condition))
        self.values += values

    def add_if_asked(self, condition: LiteralString, value: object | None) -> None:
        """Only where there is a value."""
        if value is not None:
            self.add(condition, value)

    def add_either(self, one: Conditions, other: Conditions) -> None:
        """One of the two must hold."""
        self.parts.append(sql.SQL("(({}) OR ({}))").format(one.where, other.where))
        self.values += [*one.values, *other.values]

    @property
    def where(self) -> sql.Composed:
        """The conditions, to be put behind WHERE."""
        return sql.SQL(" AND ").join(self.parts)
