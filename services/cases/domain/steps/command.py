"""The one base of commands, and of the events that record them: which act, by whom, and when it happened."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

from pydantic import AwareDatetime

from services.cases.domain.steps.filled import GivenNow, SchoolCalendar
from shared.message import Event, Fact
from shared.retelling import retold
from shared.school_day import Calendar

E = TypeVar("E", bound=Event)


class Command(Fact):
    """Something a person does. act: id of this very act, so that a repeat is known. by: the acting person. at: when it happened.
    given_at: when it was said, which may be days later.

    calendar: of the school. called: the public name, as in routes and in what is possible next. permission: the row of the permission file that says
    who may give it. adds: it only adds something, so it never conflicts with another act. A subclass writes these three in its first line.
    """

    called: ClassVar[str] = ""
    permission: ClassVar[str] = ""
    adds: ClassVar[bool] = False

    act: str
    by: str
    at: AwareDatetime
    calendar: SchoolCalendar = Calendar()
    given_at: GivenNow = None

    def __init_subclass__(cls, *, called: str = "", permission: str = "", adds: bool = False, **config: Any) -> None:
        super().__init_subclass__(**config)
        cls.called, cls.permission, cls.adds = called, permission, adds


class ActEvent(Event):
    """An act that was taken. Its fields are a storage format of their own (architecture, decision 16)."""

    act: str
    by: str
    at: AwareDatetime


class SecondAct(ActEvent):
    """The second of two people confirms what the first proposed; both stand in it. proposed_by: None in events from before it was kept."""

    proposed_by: str | None


class OwnWords(ActEvent):
    """An act whose words only the person who wrote them reads, whoever else reads the case."""


def recorded(event: type[E], command: Fact, **more: object) -> E:
    """The event that keeps what a command said. more: fields that the command does not have."""
    return retold(event, command, **more)
