"""What a service has of one person, as that person may have it (UU PDP, articles 30 to 32): how intake gathers it and cases prints it."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

Reader = Literal["student", "guardian"]
"""Who is handed the copy. What a child confided is the child's: a guardian's copy leaves it out (domain.md, Urgency)."""


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Entry(_Told):
    """One thing that was noted. day: by the school's clock. what: in Indonesian and in English. words: that were written down about the person.

    withheld: how many texts of it are left out, because they are of others or were confided. routine: it is about how staff work, and says nothing of
    the person: on paper such are counted.
    """

    day: str
    what: str
    what_en: str
    words: tuple[str, ...] = ()
    withheld: int = 0
    routine: bool = False


class Part(_Told):
    """title: such as a case. facts: labels with what is kept."""

    title: str
    title_en: str
    facts: tuple[tuple[str, str], ...] = ()
    entries: tuple[Entry, ...] = ()


class Asked(_Told):
    """by: who asks for the copy; it is recorded that they read it."""

    person: str
    by: str
    reader: Reader


class Held(_Told):
    parts: tuple[Part, ...]


class ToPrint(_Told):
    """name: whose copy. district: whose name stands on it."""

    name: str
    day: date
    district: str
    reader: Reader
    parts: tuple[Part, ...]
