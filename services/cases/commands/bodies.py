"""The body of a command's route follows from the command: words where it keeps a sealed text; what the shell knows is left out."""

from __future__ import annotations

import types
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints, create_model
from pydantic import Field as BodyField
from pydantic.fields import FieldInfo

from services.cases.commands.examples import example
from services.cases.commands.words import field_type, is_part, purpose_of
from services.cases.domain.steps.command import Command
from services.cases.domain.steps.filled import Filled, Known
from shared.typed import AS_TYPED, When

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000), AS_TYPED]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AS_TYPED]

_ALWAYS = frozenset(Command.model_fields)
_INSTEAD: Mapping[Known, tuple[str, Any]] = {
    "members": ("cases", (Annotated[list[Name], BodyField(min_length=2, examples=[["case-1", "case-2"]])], ...)),
    "member": ("case", (Name, ...)),
}
"""What is said instead of a field that the shell fills."""


@cache
def body_of(command: type[Command], *, in_path: tuple[str, ...] = ()) -> type[BaseModel]:
    """The body of a command's route; unknown fields are refused. It may say when it happened.

    in_path: fields that the path says.
    """
    left_out = _ALWAYS | frozenset(in_path)
    fields: dict[str, Any] = {}
    for name, field in command.model_fields.items():
        known = filled_by(field)
        if known is not None and known in _INSTEAD:
            said, shape = _INSTEAD[known]
            fields[said] = shape
        elif known is None and name not in left_out:
            fields[name] = _said(name, field)
    fields["happened_at"] = (When | None, BodyField(default=None, description="when it happened, if not now"))
    model: type[BaseModel] = create_model(f"{command.__name__}Body", __config__=ConfigDict(extra="forbid"), __doc__=command.__doc__, **fields)
    return model


def filled_by(field: FieldInfo) -> Known | None:
    """What the shell fills the field from; None where a person says it."""
    return next((each.by for each in field.metadata if isinstance(each, Filled)), None)


def _said(name: str, field: FieldInfo) -> tuple[Any, Any]:
    annotation = _words_for(field_type(field))
    if annotation is str:
        annotation = Name
    limits = {key: getattr(each, key) for each in field.metadata for key in ("ge", "le", "min_length", "max_length") if hasattr(each, key)}
    default = ... if field.is_required() else field.get_default(call_default_factory=True, validated_data={})
    default = list(default) if isinstance(default, tuple) else default
    return annotation, BodyField(default=default, examples=[example(field.annotation, name)], **limits)


def _words_for(annotation: Any) -> Any:
    """The same type with words in place of sealed texts, also inside tuples and parts."""
    origin, given = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return Text if purpose_of(annotation) else _words_for(given[0])
    if origin in (Union, types.UnionType):
        return Union[tuple(_words_for(each) for each in given)]  # noqa: UP007 - built from what the command says
    if origin is tuple:
        return list[_words_for(given[0])]  # type: ignore[misc]
    if annotation is AwareDatetime:
        return When
    if is_part(annotation):
        fields: dict[str, Any] = {name: _said(name, field) for name, field in annotation.model_fields.items()}
        return create_model(f"{annotation.__name__}Body", __config__=ConfigDict(extra="forbid"), **fields)
    return annotation
