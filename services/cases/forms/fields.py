"""What a form asks for, as it follows from the body of a command: one field for each thing that a person says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Le
from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo

from services.cases.commands.bodies import body_of
from services.cases.commands.words import bare, field_type, is_part, purpose_of
from services.cases.domain.steps.command import Command
from services.cases.domain.steps.named import Names, NamesCase, NamesGroup, NamesSchool

Widget = Literal[
    "words", "line", "day", "moment", "number", "yes-no", "tick", "choice", "person", "school", "agency", "group", "case", "entry", "several",
    "agencies", "rows", "judged", "made",
]  # fmt: skip
"""How a field is filled in. words: long text. line: a short one. yes-no: a question that has to be answered. tick: a box that may stay empty.

choice: one of several codes. person, school, agency, group, case: found by name. entry: of the case's history, by its moment and words. several: any
of what is offered; agencies: any of them. rows: parts with fields of their own. judged: a code for each of several things. made: an id that the form
makes, so that nobody types one.
"""

_FOUND_BY_NAME: Mapping[type, Widget] = {NamesSchool: "school", NamesGroup: "group", NamesCase: "case"}
"""The way to find options, by the mark on the field."""

_FEW = 5
"""So many numbers stand beside each other; more are typed."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is asked for. choices: its codes. names: what it demands of a person. parts: the fields of a row."""

    name: str
    widget: Widget
    required: bool
    choices: tuple[str, ...] = ()
    names: Names | None = None
    parts: tuple[Field, ...] = ()


def fields_of(command: type[Command]) -> tuple[Field, ...]:
    """Everything that the command's body takes, in its order."""
    body = body_of(command)
    return tuple(_field(name, each, command.model_fields.get(name)) for name, each in body.model_fields.items())


def _field(name: str, said: FieldInfo, own: FieldInfo | None) -> Field:
    """said: of the body. own: of the command, with what is written on it."""
    marks = own.metadata if own else []
    names = next((each for each in marks if isinstance(each, Names)), None)
    widget, choices = _widget(said, own, names)
    parts = tuple(_parts(own)) if own and widget == "rows" else ()
    return Field(name, widget, said.is_required(), choices, names, parts)


def _widget(said: FieldInfo, own: FieldInfo | None, names: Names | None) -> tuple[Widget, tuple[str, ...]]:
    kind: Any = bare(said.annotation)
    origin = get_origin(kind)
    if kind is bool:
        return ("yes-no" if said.is_required() else "tick"), ()
    if origin is Literal:
        return "choice", get_args(kind)
    if kind is int:
        return _number(own)
    if kind is datetime or kind is AwareDatetime:
        return "moment", ()
    if origin is list:
        return ("rows" if is_part(bare(get_args(kind)[0])) else "several"), ()
    if origin is dict:
        return "judged", get_args(get_args(kind)[1])
    return _text(own, names), ()


def _number(own: FieldInfo | None) -> tuple[Widget, tuple[str, ...]]:
    limits = own.metadata if own else []
    least = next((each.ge for each in limits if isinstance(each, Ge)), None)
    most = next((each.le for each in limits if isinstance(each, Le)), None)
    if isinstance(least, int) and isinstance(most, int) and most - least < _FEW:
        return "choice", tuple(str(each) for each in range(least, most + 1))
    return "number", ()


def _text(own: FieldInfo | None, names: Names | None) -> Widget:
    if names:
        return "person"
    if own is None:
        return "line"
    for each in own.metadata:
        if type(each) in _FOUND_BY_NAME:
            return _FOUND_BY_NAME[type(each)]
    return "words" if purpose_of(field_type(own)) else "line"


def _parts(own: FieldInfo) -> Iterator[Field]:
    """The fields of each row."""
    part = bare(get_args(bare(own.annotation))[0])
    assert isinstance(part, type)
    assert issubclass(part, BaseModel)
    return (_field(name, each, each) for name, each in part.model_fields.items())
