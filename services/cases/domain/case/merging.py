"""Two cases of one student become one that goes on, and are taken apart again (domain page, "People come and go").

The identified student's case goes on, whichever was said to merge into the other. Of the other one, everything that must not stop goes along: what
its concerns say in codes, its level and running clocks, links, suspended people. Its words stay where they are, under their readers, and what was
under way there is brought to its end there. On the way back, each concern stands in exactly one of the two again: its own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from services.cases.domain.case import moves as moved
from services.cases.domain.case.moves import Carrying, Moves
from services.cases.domain.steps.about import About
from services.cases.domain.steps.act import act
from services.cases.domain.steps.command import ActEvent, Command
from services.cases.domain.steps.filled import Filled, PolicyNow
from services.cases.domain.steps.named import NamesCase
from services.cases.domain.steps.policy import Policy
from services.cases.domain.steps.tells import counted
from services.cases.domain.successor import NOBODY, Staff
from shared.errors import Refused
from shared.eventstore.upcasting import Json
from shared.message import Event
from shared.sealed import CaseText


class MergeInto(Command, called="merge-into", permission="charge"):
    """into: the other case. One rests until it is unmerged: this one, but where only this one's student is identified, the other.

    takes: what the other case brings along where it is the one that rests; None where this one does. policy: for the
    clocks of an alert that goes along. unsafe: guardians whom the other case holds to be unsafe, where it is the one that rests. staff: to whom of
    the district it is left where the two together name every duty officer.
    """

    into: Annotated[str, NamesCase()]
    takes: Annotated[Carrying | None, Filled("takes")] = None
    unsafe: Annotated[tuple[str, ...], Filled("takes-unsafe")] = ()
    policy: PolicyNow
    staff: Annotated[Staff, Filled("staff")] = NOBODY


class CaseMerged(ActEvent):
    type: Literal["case-merged"] = "case-merged"
    version: Literal[1] = 1
    into: str


class TakeMerged(Command, called="take-merged"):
    """merged: the case that rests from now on. takes: what goes with it. unsafe: guardians whom it holds to be unsafe. Always in one item with its
    `case-merged`.
    """

    merged: str
    takes: Carrying
    unsafe: tuple[str, ...] = ()
    policy: Policy
    staff: Staff = NOBODY


class MergedTaken(ActEvent):
    """The first version said only which case; what had gone with it was nowhere."""

    type: Literal["merged-taken"] = "merged-taken"
    version: Literal[2] = 2
    merged: str
    takes: Carrying


class UnmergeCase(Command, called="unmerge-case", permission="charge"):
    """reason: why they are two cases after all. policy: for the clocks that this one needs again."""

    reason: CaseText
    policy: PolicyNow


class ComeApart(Command, called="come-apart"):
    """The two cases are of two students after all: the roster's match of them was undone, where the reason stands."""

    reason: None = None
    policy: Policy


class CaseUnmerged(ActEvent):
    """reason: None where the match of two students was undone. The first version always had one."""

    type: Literal["case-unmerged"] = "case-unmerged"
    version: Literal[2] = 2
    reason: CaseText | None


class GiveBackMerged(Command, called="give-back-merged"):
    """The other half of an unmerge, in every case that the merged one had come into."""

    merged: str


class MergedGivenBack(ActEvent):
    type: Literal["merged-given-back"] = "merged-given-back"
    version: Literal[1] = 1
    merged: str


class CaseRests(Refused):
    code = "case-rests"
    indonesian = "Kasus ini sudah digabung ke kasus lain."
    english = "This case was merged into another."


class NotMerged(Refused):
    code = "not-merged"
    indonesian = "Kasus ini tidak sedang digabung."
    english = "The case is not merged."


class SameCase(Refused):
    code = "same-case"
    indonesian = "Kasus tidak dapat digabung atau dikaitkan dengan dirinya sendiri."
    english = "A case cannot be merged with or linked to itself."


def nothing_said(first: Json) -> Json:
    """Version 1 of `merged-taken` said nothing of what went with the case."""
    return {**first, "takes": Carrying().model_dump(mode="json")}


def with_a_reason(first: Json) -> Json:
    """Version 1 of `case-unmerged` was a person's act alone; the rest is as it was."""
    return first


def _merge(command: MergeInto, _: Moves, about: About) -> None:
    if command.into == about.case:
        raise SameCase


def _take(command: TakeMerged, _: Moves, about: About) -> None:
    if command.merged == about.case:
        raise SameCase


def _unmerge(_: UnmergeCase | ComeApart, moves: Moves, __: About) -> None:
    if moves.merged_into is None:
        raise NotMerged


def _give_back(command: GiveBackMerged, moves: Moves, _: About) -> None:
    if not rests_in(moves, command.merged):
        raise NotMerged


def rests_in(moves: Moves, case: str) -> bool:
    """Whether a case rests here, by itself or within another that does."""
    return case in moves.taken or any(concern.case == case for concern in moves.carried)


ROWS = (
    act(MergeInto, CaseMerged, _merge, tells=counted()),
    act(TakeMerged, MergedTaken, _take),
    act(UnmergeCase, CaseUnmerged, _unmerge, tells=counted()),
    act(ComeApart, CaseUnmerged, _unmerge, tells=counted()),
    act(GiveBackMerged, MergedGivenBack, _give_back),
)


def evolve(moves: Moves, event: Event) -> Moves:
    """The moves after an event of this file; any other changes nothing."""
    match event:
        case CaseMerged(into=into):
            return replace(moves, merged_into=into)
        case CaseUnmerged():
            return replace(moves, merged_into=None)
        case MergedTaken(merged=merged, takes=takes):
            return moved.taken(moves, merged, takes)
        case MergedGivenBack(merged=merged):
            others = {case: _without(each, merged) for case, each in moves.taken.items() if case != merged}
            return replace(moves, taken=others)
        case _:
            return moves


def _without(takes: Carrying, case: str) -> Carrying:
    """What goes on without the concerns of a case that was merged into the merged one."""
    return takes.model_copy(update={"concerns": tuple(each for each in takes.concerns if each.case != case)})
