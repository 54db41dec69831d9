"""Somebody cannot go on with what they have: they left, are on leave, are suspended, hold no role at its school any more, or are kept away from it.

The same facts and events for a case and for what stands without one: a group, a partnership, a consultation (domain page, "People come and go").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime

from shared.events import StaffToBeTold
from shared.message import Event, Fact

Why = Literal["left", "away", "suspended", "moved", "other-role", "conflict"]


class LoseOwner(Fact):
    """person: who cannot go on here. goes_to: who may, and is told; None where nobody is left. at: since when this is known."""

    person: str
    why: Why
    goes_to: str | None
    at: datetime


class RegainOwner(Fact):
    """The person can go on again, where nothing keeps them away from this case."""

    person: str
    at: datetime


class OwnerGone(Event):
    type: Literal["owner-gone"] = "owner-gone"
    version: Literal[1] = 1
    person: str
    why: Why
    goes_to: str | None
    at: AwareDatetime


class OwnerBack(Event):
    type: Literal["owner-back"] = "owner-back"
    version: Literal[1] = 1
    person: str
    at: AwareDatetime


# of what stands without a case -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Gone:
    """Its owner cannot go on. goes_to: who was told that it has no owner."""

    person: str
    why: Why
    goes_to: str | None


GoneEvent = OwnerGone | OwnerBack | StaffToBeTold


def standing_without(fact: LoseOwner | RegainOwner, owner: str, gone: Gone | None, school: str) -> Sequence[GoneEvent]:
    """What follows for something without a case when its owner is gone or back; never refused. Quiet where it is another's, or known.

    owner: whose it is, empty where it has ended. gone: what is known of them. school: whose it is. Nobody but the successor is told.
    """
    if fact.person != owner:
        return []
    if isinstance(fact, RegainOwner):
        return [OwnerBack(person=fact.person, at=fact.at)] if gone else []
    if gone == Gone(fact.person, fact.why, fact.goes_to):
        return []
    lost = OwnerGone(person=fact.person, why=fact.why, goes_to=fact.goes_to, at=fact.at)
    return [lost, *([_told(fact.goes_to, school)] if fact.goes_to and (gone is None or gone.goes_to != fact.goes_to) else [])]


def _told(person: str, school: str) -> StaffToBeTold:
    return StaffToBeTold(case="", student=None, school=school, person=person, message="without-owner")


def still_gone(gone: Gone | None, event: GoneEvent) -> Gone | None:
    """What is known of the owner after one of these events."""
    match event:
        case OwnerGone():
            return Gone(event.person, event.why, event.goes_to)
        case OwnerBack():
            return None
        case StaffToBeTold():
            return gone
