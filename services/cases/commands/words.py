"""The texts of a command: found in what was said, sealed under the purpose that is written on their field, and put into the command."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, NamedTuple, TypeGuard, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from services.cases.commands.subject import Said
from shared.sealed import Purpose, Sealed, SealedFor


class Words(NamedTuple):
    """A text that is to be sealed. place: of its field, as a JSON pointer."""

    place: str
    text: str
    purpose: Purpose


def words_of(command: type[BaseModel], said: Said, place: str = "") -> Iterator[Words]:
    """Every text of the body that is to be sealed, in the order of the fields."""
    for name, field in command.model_fields.items():
        yield from _words_in(field_type(field), said.get(name), f"{place}/{name}")


def _words_in(annotation: object, value: Any, place: str) -> Iterator[Words]:
    kind, purpose = bare(annotation), purpose_of(annotation)
    if value is None:
        return
    if purpose:
        yield Words(place, value, purpose)
    elif part := part_of(kind):
        for number, each in enumerate(value):
            yield from words_of(part, each, f"{place}/{number}")
    elif is_part(kind):
        yield from words_of(kind, value, place)


def with_sealed(command: type[BaseModel], said: Said, sealed: Mapping[str, Sealed], place: str = "") -> dict[str, Any]:
    """The fields of the command: what was said, with sealed boxes in place of the texts. sealed: by place."""
    fields = command.model_fields
    return {name: _sealed_in(field_type(fields[name]), said[name], sealed, f"{place}/{name}") for name in fields if name in said}


def _sealed_in(annotation: object, value: Any, sealed: Mapping[str, Sealed], place: str) -> Any:
    kind = bare(annotation)
    if value is None:
        return None
    if kind is Sealed:
        return sealed[place]
    if part := part_of(kind):
        return tuple(part(**with_sealed(part, each, sealed, f"{place}/{number}")) for number, each in enumerate(value))
    if is_part(kind):
        return kind(**with_sealed(kind, value, sealed, place))
    return tuple(value) if get_origin(kind) is tuple else value


# reading annotations -----------------------------------------------------------------------------------------------


def field_type(field: FieldInfo) -> object:
    """A field's type with what is written on it."""
    return Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation


def bare(annotation: object) -> object:
    """The type itself: without what is written on it, and without None."""
    if get_origin(annotation) is Annotated:
        return bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return bare(next(each for each in get_args(annotation) if each is not type(None)))
    return annotation


def purpose_of(annotation: object) -> Purpose | None:
    """The purpose whose key seals a field of this type; None where it is not sealed."""
    if get_origin(annotation) is Annotated:
        kind, *written = get_args(annotation)
        return next((each.purpose for each in written if isinstance(each, SealedFor)), None) or purpose_of(kind)
    if get_origin(annotation) in (Union, types.UnionType):
        return next((found for each in get_args(annotation) if (found := purpose_of(each))), None)
    return None


def is_part(kind: object) -> TypeGuard[type[BaseModel]]:
    """A value with fields of its own, such as a goal of a plan."""
    return isinstance(kind, type) and issubclass(kind, BaseModel) and kind is not Sealed


def part_of(kind: object) -> type[BaseModel] | None:
    """The class of the parts where the type is a tuple of parts."""
    if get_origin(kind) is not tuple:
        return None
    part = bare(get_args(kind)[0])
    return part if is_part(part) else None
