"""Two members of a group turn out to be victim and accused of one incident, after it began: none goes on with both (domain.md, The nine strategies).

Before the first session they are refused. Later a concern may say it at any moment, and the group does not hear concerns: it is told by a fact.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime

from services.cases.domain.strategies.group_steps import Member
from shared.events import StaffToBeTold
from shared.message import Event, Fact

Pair = tuple[str, str]
"""Two students, in the order of their ids: not who is which."""


class FindTwoSides(Fact):
    """now: the parts that the members have in the concerns of their cases by now. at: since when this is known."""

    now: tuple[Member, ...]
    at: datetime


class TwoSidesFound(Event):
    """one, other: members of whom one is said to have harmed the other."""

    type: Literal["two-sides-found"] = "two-sides-found"
    version: Literal[1] = 1
    one: str
    other: str
    at: AwareDatetime


def two_sides(members: Iterable[Member]) -> frozenset[Pair]:
    """Everybody who is the victim or the accused of somebody else among them, two by two."""
    parts = [(concern, role, each.student) for each in members for concern, role in each.roles.items()]
    affected = [(concern, student) for concern, role, student in parts if role == "affected"]
    accused = [(concern, student) for concern, role, student in parts if role == "accused"]
    met = ((one, other) for concern, one in affected for same, other in accused if concern == same and one != other)
    return frozenset((min(pair), max(pair)) for pair in met)


def found(fact: FindTwoSides, members: Iterable[str], known: frozenset[Pair], leader: str, school: str) -> list[TwoSidesFound | StaffToBeTold]:
    """What was not known yet; its leader hears that something waits for them. members: who is in it now."""
    inside = set(members)
    new = sorted(pair for pair in two_sides(fact.now) - known if inside.issuperset(pair))
    if not new:
        return []
    told = StaffToBeTold(case="", student=None, school=school, person=leader, message="new-words")
    return [*(TwoSidesFound(one=one, other=other, at=fact.at) for one, other in new), told]
