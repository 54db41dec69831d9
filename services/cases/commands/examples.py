"""Synthetic values of a command's fields: for the served document and the tests, and for asking the decider what is possible."""

from __future__ import annotations

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
        kind = bare(annotation)
        origin, given = get_origin(kind), get_args(kind)
        if kind is Sealed:
            return self.sealed or _PHRASES.get(name, "Uraian singkat (contoh).")
        if origin is Literal:
            return given[0]
        if origin is tuple:
            return [self.value(given[0], name)] * 2
        if origin is dict:
            return {}
        if is_part(kind):
            return {field: self.value(each.annotation, field) for field, each in kind.model_fields.items()}
        return self._simple(kind, name)

    def _simple(self, kind: Any, name: str) -> Any:
        if kind is bool:
            return True
        if kind is int:
            return 1
        if kind is datetime or kind is AwareDatetime:
            return self.moment
        if kind is date:
            return "2026-01-12"
        if kind is time:
            return "10:30"
        return f"{name.replace('_', '-')}-{self.ending}"


example = Examples("2026-01-12T09:00:00+07:00", "1").value
"""A synthetic value of a type, as JSON has it."""
