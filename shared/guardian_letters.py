"""What notifications asks cases for a guardian who reads behind a link: which letters are theirs, and the kept file of one."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class AskedForGuardian(_Told):
    """about: the meeting that the counsellor told the guardian of."""

    case: str
    guardian: str
    about: str


class FileAskedForGuardian(AskedForGuardian):
    document: str


class GuardianLetter(_Told):
    document: str
    number: str
    day: date


class GuardianLetters(_Told):
    """Newest last."""

    letters: tuple[GuardianLetter, ...]
