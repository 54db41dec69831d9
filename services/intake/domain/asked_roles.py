"""Roles that a school's own import asked for and may not give: they wait until the district says yes or no (ADR 46).

All of a district stand in one stream. Ids and codes, no content.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, NamedTuple, assert_never

from pydantic import AwareDatetime

from shared.decider import Decider
from shared.errors import Refused
from shared.events import StaffRole
from shared.eventstore.codec import EventCodec
from shared.message import Event, Fact

STREAM = "asked-roles"


class Wish(NamedTuple):
    """Somebody's role at a school."""

    person: str
    role: StaffRole
    school: str


# commands ----------------------------------------------------------------------------------------------------------


class AskForRoles(Fact):
    """An import asked for them. by: who brought it."""

    wishes: tuple[Wish, ...]
    by: str
    at: AwareDatetime


class AnswerRole(Fact):
    """The district says yes or no. by: never who asked for it."""

    wish: Wish
    granted: bool
    by: str
    at: AwareDatetime


# events ------------------------------------------------------------------------------------------------------------


class RoleAsked(Event):
    type: Literal["role-asked"] = "role-asked"
    version: Literal[1] = 1
    person: str
    role: StaffRole
    school: str
    by: str
    at: AwareDatetime


class RoleAnswered(Event):
    type: Literal["role-answered"] = "role-answered"
    version: Literal[1] = 1
    person: str
    role: StaffRole
    school: str
    granted: bool
    by: str
    at: AwareDatetime


AskedRoleCommand = AskForRoles | AnswerRole
AskedRoleEvent = RoleAsked | RoleAnswered


# state -------------------------------------------------------------------------------------------------------------


class Asked(NamedTuple):
    """Who asked for it first, and when."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AskedRoles:
    """waiting: in the order in which they were asked for. answers: what was said last of the others."""

    waiting: Mapping[Wish, Asked] = field(default_factory=dict)
    answers: Mapping[Wish, bool] = field(default_factory=dict)


def evolve(roles: AskedRoles, event: AskedRoleEvent) -> AskedRoles:
    wish = Wish(event.person, event.role, event.school)
    match event:
        case RoleAsked():
            return replace(roles, waiting={**roles.waiting, wish: Asked(event.by, event.at)})
        case RoleAnswered():
            waiting = {each: asked for each, asked in roles.waiting.items() if each != wish}
            return AskedRoles(waiting, {**roles.answers, wish: event.granted})
        case _:
            assert_never(event)


# decide ------------------------------------------------------------------------------------------------------------


class NothingAsked(Refused):
    code = "role-not-asked"
    status = 404
    indonesian = "Tidak ada permintaan seperti itu, atau sudah dijawab."
    english = "There is no such request, or it was answered."


class OwnRequest(Refused):
    code = "own-role-request"
    indonesian = "Permintaan ini menyangkut Anda atau diajukan oleh Anda sendiri: orang lain di dinas yang menjawabnya."
    english = "This request is about you, or you made it yourself: somebody else of the district answers it."


def decide(command: AskedRoleCommand, roles: AskedRoles) -> Sequence[AskedRoleEvent]:
    """Raises: a refusal by name. What waits already, or was refused, is not asked for again by the next import of the same file."""
    match command:
        case AskForRoles(wishes=wishes):
            fresh = [each for each in dict.fromkeys(wishes) if each not in roles.waiting and roles.answers.get(each) is not False]
            return [RoleAsked(person=each.person, role=each.role, school=each.school, by=command.by, at=command.at) for each in fresh]
        case AnswerRole(wish=wish):
            asked = roles.waiting.get(wish)
            if asked is None:
                raise NothingAsked
            if command.by in (asked.by, wish.person):
                raise OwnRequest
            told = {"person": wish.person, "role": wish.role, "school": wish.school, "granted": command.granted}
            return [RoleAnswered.model_validate(told | {"by": command.by, "at": command.at})]
        case _:
            assert_never(command)


ASKED_ROLES: Decider[AskedRoleCommand, AskedRoles, AskedRoleEvent] = Decider(AskedRoles(), decide, evolve, EventCodec(RoleAsked, RoleAnswered))
