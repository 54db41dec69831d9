"""What a person typed into a form, as the body of its command. Empty fields are left out: whether they may be says the body itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from services.cases.forms.fields import Field
from services.cases.forms.wording import Form, Question
from shared.message import TANGGAP, derived_id
from shared.typed import whole_number, with_plain_line_breaks

LAST_MINUTE = time(23, 59)
"""Until a day is until its end."""

MOST_ROWS = 20
"""Rows of one field that are read: more come from no form of ours."""

Typed = Mapping[str, Sequence[str]]
"""The fields of a form as the browser sent them, each with all of its values."""


@dataclass(frozen=True, slots=True)
class Filling:
    """Reads one form. zone: of the school. key: of this very form, from which ids are made, so that a form sent twice is one act."""

    zone: ZoneInfo
    key: str

    def body(self, form: Form, typed: Typed, fixed: Mapping[str, Any]) -> dict[str, Any]:
        """The body as JSON has it. fixed: what the case itself says, which nobody types."""
        asked = [each for each in form.questions if each.name not in fixed]
        return {**self._fields(asked, typed, ""), **fixed}

    def _fields(self, questions: Sequence[Question], typed: Typed, before: str) -> dict[str, Any]:
        found = ((each.name, self._value(each, typed, f"{before}{each.name}")) for each in questions)
        return {name: value for name, value in found if value is not None}

    def _value(self, question: Question, typed: Typed, name: str) -> Any:
        field, first = question.field, _first(typed, name)
        match field.widget:
            case "rows":
                return self._rows(question, typed, name)
            case "several" | "agencies":
                return [each for each in typed.get(name, ()) if each] or ([] if not field.required else None)
            case "judged":
                return {key.removeprefix(f"{name}-"): values[0] for key, values in typed.items() if key.startswith(f"{name}-") and values[0]}
            case "made":
                return str(derived_id(TANGGAP, self.key, name))
            case "tick":
                return bool(first)
            case _:
                return self._simple(field, first) if first else None

    def _simple(self, field: Field, said: str) -> Any:
        match field.widget:
            case "yes-no":
                return {"yes": True, "no": False}.get(said, said)
            case "day":
                return self._moment(said, _end_of_day)
            case "moment":
                return self._moment(said, datetime.fromisoformat)
            case "number" | "choice" | "entry" if (number := whole_number(said)) is not None:
                return number
            case _:
                return said

    def _moment(self, said: str, read: Callable[[str], datetime]) -> str:
        """As it was typed where it is no moment: the body says what is wrong with it."""
        try:
            moment = read(said)
        except ValueError:
            return said
        return (moment if moment.tzinfo else moment.replace(tzinfo=self.zone)).isoformat()

    def _rows(self, question: Question, typed: Typed, name: str) -> list[dict[str, Any]]:
        """Each row in which anything was typed."""
        return [self._fields(question.rows, typed, f"{name}-{number}-") for number in rows_typed(question, typed)]


def rows_typed(question: Question, typed: Typed) -> list[int]:
    """The numbers of the rows in which anything was typed."""
    return [number for number in range(MOST_ROWS) if any(_typed_in_row(question, typed, f"{question.name}-{number}-"))]


def _typed_in_row(question: Question, typed: Typed, before: str) -> Iterator[bool]:
    return (bool(_first(typed, f"{before}{each.name}")) for each in question.rows if each.field.widget != "made")


def _end_of_day(said: str) -> datetime:
    return datetime.combine(date.fromisoformat(said), LAST_MINUTE)


def _first(typed: Typed, name: str) -> str:
    values = typed.get(name, ())
    return str(with_plain_line_breaks(values[0])).strip() if values else ""
