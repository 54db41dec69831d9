"""What intake asks cases before a school's year begins: which students have an open case, and who has it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class AskedOf(_Told):
    """reader: who will read the answer; a case that names them is left out. students: of the school."""

    reader: str
    school: str
    students: tuple[str, ...]


class OpenCase(_Told):
    """keeper: who was given the case or took it in hand; None for nobody."""

    case: str
    student: str
    keeper: str | None


class OpenCases(_Told):
    """more: there are more than these."""

    cases: tuple[OpenCase, ...]
    more: bool = False
