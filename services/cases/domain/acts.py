"""Commands and events of the case itself that are not a step of an activity: who, when, and which very act."""

from __future__ import annotations

from pydantic import AwareDatetime

from shared.message import Event, Fact


class CaseCommand(Fact):
    """act: id of this very act, so that a repeat is known. by: the acting person. at: when it happened."""

    act: str
    by: str
    at: AwareDatetime


class CaseActEvent(Event):
    """Something a person did with the case; its fields are its command's."""

    act: str
    by: str
    at: AwareDatetime
