"""One route per command. The body is what a person may say; who, when and ids are added here, and every text is sealed on its way in.

A body's shape follows from its command: where the command keeps a sealed text the body takes words; what the shell knows is left out.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints, create_model
from pydantic import Field as BodyField

from services.cases.domain.activity import COMMON
from services.cases.domain.conflict import CONFLICT_COMMANDS
from services.cases.domain.consent import CONSENT_COMMANDS
from services.cases.domain.disclosure import DISCLOSURE_COMMANDS
from services.cases.domain.group import NoteMember
from services.cases.domain.handling import HANDLING_COMMANDS
from services.cases.domain.moving import MOVING_COMMANDS, GiveBackMerged, TakeMerged
from services.cases.domain.protection import PROTECTION_COMMANDS
from services.cases.domain.standing import STANDING
from services.cases.domain.state import CASE_STRATEGIES
from shared.message import Fact
from shared.sealed import Sealed
from shared.sealing import Purpose

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]

_EVERY: tuple[type[Fact], ...] = (
    *CASE_STRATEGIES.by_command, *COMMON, *HANDLING_COMMANDS, *CONFLICT_COMMANDS, *PROTECTION_COMMANDS, *MOVING_COMMANDS, *CONSENT_COMMANDS,
    *DISCLOSURE_COMMANDS, NoteMember,
)  # fmt: skip
CASE_COMMANDS = tuple(each for each in _EVERY if each not in (TakeMerged, GiveBackMerged))
"""Every command of a case but the other half of a merge, which is never asked for alone."""

FILLED: Mapping[str, frozenset[str]] = {
    "DeclareConflict": frozenset({"rule_by"}),
    "TransferCase": frozenset({"receipt_by"}),
    "ReceiveTransfer": frozenset({"school"}),
    "CorrectFact": frozenset({"tell_by"}),
    "RecordConsent": frozenset({"age", "adult"}),
    "AskApproval": frozenset({"approve_by"}),
    "PlanParentMeeting": frozenset({"age", "adult"}),
    "PlanVisit": frozenset({"age", "adult"}),
    "CallForHelp": frozenset({"letter_by"}),
    "TakeNextAlternative": frozenset({"fresh"}),
    "FormGroup": frozenset({"group", "members"}),
    "AddMember": frozenset({"member"}),
    "RecordLeave": frozenset({"school"}),
    "EndLeave": frozenset({"school"}),
}
"""Fields that the shell knows: from the policy, the calendar, the roster, other cases."""

_ALWAYS = frozenset({"act", "by", "at"})
_SAID: Mapping[str, dict[str, Any]] = {
    "FormGroup": {"cases": (Annotated[list[Name], BodyField(min_length=2, examples=[["case-1", "case-2"]])], ...)},
    "AddMember": {"case": (Name, ...)},
}
"""What is said instead of a filled field."""

OPENS = frozenset(
    step.command for strategies in (CASE_STRATEGIES, STANDING) for strategy in strategies.by_name.values() for step in strategy.steps if step.opens
)


def route_of(command: type[Fact]) -> str:
    """The last part of a command's path: its name in kebab-case."""
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in command.__name__).lstrip("-")


def purpose_of(command: type[Fact]) -> Purpose:
    """Counselling notes have keys of their own: they can be destroyed before the rest of the case."""
    return "counselling" if command.__module__.endswith((".counselling", ".group")) else "case"


# bodies ------------------------------------------------------------------------------------------------------------


@cache
def body_of(command: type[Fact], *, without_activity: bool = False) -> type[BaseModel]:
    """The body of a command's route; unknown fields are refused. It may say when it happened. without_activity: the path names it."""
    left_out = _ALWAYS | FILLED.get(command.__name__, frozenset()) | ({"activity"} if command in OPENS or without_activity else frozenset())
    fields: dict[str, Any] = {name: _said(name, field) for name, field in command.model_fields.items() if name not in left_out}
    fields |= _SAID.get(command.__name__, {})
    fields["happened_at"] = (AwareDatetime | None, BodyField(default=None, description="when it happened, if not now"))
    model: type[BaseModel] = create_model(f"{command.__name__}Body", __config__=ConfigDict(extra="forbid"), __doc__=command.__doc__, **fields)
    return model


def _said(name: str, field: Any) -> tuple[Any, Any]:
    annotation = _words_for(field.annotation)
    if annotation is str:
        annotation = Name
    described = BodyField(
        default=... if field.is_required() else field.default, examples=[example(field.annotation, name)],
        **{key: getattr(each, key) for each in field.metadata for key in ("ge", "le", "min_length") if hasattr(each, key)},
    )  # fmt: skip
    return annotation, described


def _words_for(annotation: Any) -> Any:
    """The same type with words in place of sealed texts, also inside tuples and parts."""
    if annotation is Sealed:
        return Text
    origin, given = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        return Union[tuple(_words_for(each) for each in given)]  # noqa: UP007 - built from what the command says
    if origin is tuple:
        return list[_words_for(given[0])]  # type: ignore[misc]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields: dict[str, Any] = {name: _said(name, field) for name, field in annotation.model_fields.items()}
        return create_model(f"{annotation.__name__}Body", __config__=ConfigDict(extra="forbid"), **fields)
    return annotation


_PHRASES = {
    "reason": "Alasan singkat (contoh).", "question": "Bagaimana kehadiran murid bulan ini? (contoh)", "words": "Uraian singkat (contoh).",
    "place": "Ruang konseling (contoh)", "purpose": "Menyusun dukungan bersama (contoh).", "legal_basis": "Pasal yang disebut dalam surat (contoh)",
}  # fmt: skip
_MOMENT = datetime.fromisoformat("2026-01-12T09:00:00+07:00")


def example(annotation: Any, name: str) -> Any:
    """A synthetic value of a type, for the document and the tests."""
    if annotation is Sealed:
        return _PHRASES.get(name, "Uraian singkat (contoh).")
    origin, given = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return example(given[0], name)
    if origin is Literal:
        return given[0]
    if origin in (Union, types.UnionType):
        return example(given[0], name)
    if origin is tuple:
        return [example(given[0], name)] * 2
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {field: example(each.annotation, field) for field, each in annotation.model_fields.items()}
    return _simple(annotation, name)


def _simple(annotation: Any, name: str) -> Any:
    if annotation is bool:
        return True
    if annotation is int:
        return 1
    if annotation is datetime or annotation is AwareDatetime:
        return _MOMENT.isoformat()
    return f"{name.replace('_', '-')}-1"


# from a body to a command ------------------------------------------------------------------------------------------


def texts(command: type[Fact], said: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Every text of the body that is to be sealed, with its place, in a fixed order."""
    for name, field in command.model_fields.items():
        yield from _texts_in(field.annotation, said.get(name), f"{place}/{name}")


def _texts_in(annotation: Any, value: Any, place: str) -> Iterator[tuple[str, str]]:
    kind = _kind(annotation)
    if value is None:
        return
    if kind is Sealed:
        yield place, value
    elif get_origin(kind) is tuple and _is_part(get_args(kind)[0]):
        for number, each in enumerate(value):
            yield from texts(get_args(kind)[0], each, f"{place}/{number}")
    elif _is_part(kind):
        yield from texts(kind, value, place)


def with_sealed(command: type[Any], said: Mapping[str, Any], sealed: Mapping[str, Sealed], place: str = "") -> dict[str, Any]:
    """The command's fields: what was said, with sealed boxes in place of the texts."""
    return {name: _sealed_in(field.annotation, said[name], sealed, f"{place}/{name}") for name, field in command.model_fields.items() if name in said}


def _sealed_in(annotation: Any, value: Any, sealed: Mapping[str, Sealed], place: str) -> Any:
    kind = _kind(annotation)
    if value is None:
        return None
    if kind is Sealed:
        return sealed[place]
    if get_origin(kind) is tuple:
        part = get_args(kind)[0]
        if not _is_part(part):
            return tuple(value)
        return tuple(part(**with_sealed(part, each, sealed, f"{place}/{number}")) for number, each in enumerate(value))
    if _is_part(kind):
        return kind(**with_sealed(kind, value, sealed, place))
    return value


def _kind(annotation: Any) -> Any:
    """The type itself, where None is allowed too."""
    if get_origin(annotation) in (Union, types.UnionType):
        return next(each for each in get_args(annotation) if each is not type(None))
    if get_origin(annotation) is Annotated:
        return get_args(annotation)[0]
    return annotation


def _is_part(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel) and kind is not Sealed
