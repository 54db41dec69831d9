"""Synthetic values of a command's fields: for the served document and the tests, and for asking the decider what is possible."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Literal, get_args, get_origin

from pydantic import AwareDatetime

from services.cases.commands.words import bare, is_part
from shared.sealed import Sealed

_PHRASES = {
    "reason": "Alasan singkat (contoh).", "question": "Bagaimana kehadiran murid bulan ini? (contoh)", "words": "Uraian singkat (contoh).",
    "place": "Ruang konseling (contoh)", "purpose": "Menyusun dukungan bersama (contoh).", "legal_basis": "Pasal yang disebut dalam surat (contoh)",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Examples:
    """moment: of every date. ending: of every id and name, which nobody else has. sealed: what stands for a text; None for a phrase."""

    moment: object
    ending: str
    sealed: Sealed | None = None

    def value(self, annotation: Any, name: str) -> Any:
        """Of a field's type: yes to a question, the first of several choices, two of whatever there may be many of."""
        return maker(annotation, name)(self)


Maker = Callable[[Examples], Any]


def maker(annotation: Any, name: str) -> Maker:
    """What makes the values of a field. Its type is looked into here, once for all of them."""
    kind = bare(annotation)
    origin, given = get_origin(kind), get_args(kind)
    if kind is Sealed:
        return lambda examples: examples.sealed or _PHRASES.get(name, "Uraian singkat (contoh).")
    if origin is Literal:
        return lambda _: given[0]
    if origin is tuple:
        one = maker(given[0], name)
        return lambda examples: [one(examples)] * 2
    if origin is dict:
        return lambda _: {}
    if is_part(kind):
        fields = {field: maker(each.annotation, field) for field, each in kind.model_fields.items()}
        return lambda examples: {field: make(examples) for field, make in fields.items()}
    return _simple(kind, name)


def _simple(kind: Any, name: str) -> Maker:
    if kind is datetime or kind is AwareDatetime:
        return lambda examples: examples.moment
    if kind in _FIXED:
        return lambda _: _FIXED[kind]
    return lambda examples: f"{name.replace('_', '-')}-{examples.ending}"


_FIXED: Mapping[object, object] = {bool: True, int: 1, date: "2026-01-12", time: "10:30"}

example = Examples("2026-01-12T09:00:00+07:00", "1").value
"""A synthetic value of a type, as JSON has it."""
