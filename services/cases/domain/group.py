"""Strategy 2, group counselling (konseling kelompok): several students with a shared difficulty; never victim and accused together.

A group is a stream of its own, read by its leader; a member's note lives in that member's case only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal, assert_never

from pydantic import AwareDatetime
from pydantic import Field as Limit

from services.cases.domain.activity import Field, Part, WrongMoment
from services.cases.domain.acts import CaseActEvent, CaseCommand
from shared.decider import Decider
from shared.errors import Refused
from shared.eventstore.codec import EventCodec
from shared.sealed import Sealed


class Member(Part):
    """roles: the student's role in each concern of the case, so that victim and accused of one incident are never together."""

    case: str
    student: str
    roles: Mapping[str, str]


class FormGroup(CaseCommand):
    group: str
    school: str
    field: Field
    purpose: Sealed
    members: Annotated[tuple[Member, ...], Limit(min_length=2)]


class GroupFormed(FormGroup, CaseActEvent):
    type: Literal["group-formed"] = "group-formed"
    version: Literal[1] = 1


class AddMember(CaseCommand):
    member: Member


class MemberAdded(AddMember, CaseActEvent):
    type: Literal["member-added"] = "member-added"
    version: Literal[1] = 1


class RemoveMember(CaseCommand):
    student: str


class MemberRemoved(RemoveMember, CaseActEvent):
    type: Literal["member-removed"] = "member-removed"
    version: Literal[1] = 1


class HoldSession(CaseCommand):
    """session: 1, 2, 3 …  stage: of the group. present: students who came. pledge: of confidentiality, at the first session."""

    session: Annotated[int, Limit(ge=1)]
    stage: Literal["beginning", "transition", "working", "ending"]
    when: AwareDatetime
    present: Annotated[tuple[str, ...], Limit(min_length=1)]
    pledge: bool
    dynamics: Sealed


class SessionHeld(HoldSession, CaseActEvent):
    type: Literal["session-held"] = "session-held"
    version: Literal[1] = 1


class CloseGroup(CaseCommand):
    result: Sealed


class GroupClosed(CloseGroup, CaseActEvent):
    type: Literal["group-closed"] = "group-closed"
    version: Literal[1] = 1


class CancelGroup(CaseCommand):
    """It does not come about, or not any more."""

    reason: Sealed


class GroupCancelled(CancelGroup, CaseActEvent):
    type: Literal["group-cancelled"] = "group-cancelled"
    version: Literal[1] = 1


class HandOverGroup(CaseCommand):
    """to: who leads it from now on."""

    to: str


class GroupHandedOver(HandOverGroup, CaseActEvent):
    type: Literal["group-handed-over"] = "group-handed-over"
    version: Literal[1] = 1


Command = FormGroup | AddMember | RemoveMember | HoldSession | CloseGroup | CancelGroup | HandOverGroup
GroupEvent = GroupFormed | MemberAdded | MemberRemoved | SessionHeld | GroupClosed | GroupCancelled | GroupHandedOver
GROUP_COMMANDS = (FormGroup, AddMember, RemoveMember, HoldSession, CloseGroup, CancelGroup, HandOverGroup)


@dataclass(frozen=True, slots=True)
class Group:
    """members: by student. leader: the only reader."""

    group: str | None = None
    school: str = ""
    state: Literal["formed", "running", "closed", "cancelled"] = "formed"
    leader: str = ""
    members: Mapping[str, Member] | None = None
    sessions: int = 0
    acts: frozenset[str] = frozenset()
    events: tuple[GroupEvent, ...] = ()

    @property
    def ended(self) -> bool:
        return self.state in ("closed", "cancelled")


class NoSuchGroup(Refused):
    status = 404
    indonesian = "Kelompok ini tidak ada."
    english = "There is no such group."


class GroupEnded(Refused):
    indonesian = "Kelompok ini sudah berakhir."
    english = "The group has ended."


class VictimAndAccusedTogether(Refused):
    indonesian = "Korban dan terlapor dari kejadian yang sama tidak boleh berada dalam satu kelompok."
    english = "Victim and accused of one incident are never in one group."


class PledgeMissing(Refused):
    indonesian = "Ikrar menjaga kerahasiaan belum diucapkan."
    english = "The pledge of confidentiality was not given."


class NotAMember(Refused):
    indonesian = "Murid ini bukan anggota kelompok."
    english = "This student is not a member of the group."


class WrongSessionNumber(Refused):
    indonesian = "Nomor sesi tidak berurutan."
    english = "The session's number does not follow the last one."


class TooFewMembers(Refused):
    indonesian = "Kelompok memerlukan sedikitnya dua anggota."
    english = "A group needs at least two members."


def decide(command: Command, group: Group) -> Sequence[GroupEvent]:
    """Raises: a refusal by name."""
    if command.act in group.acts:
        return []
    if isinstance(command, FormGroup):
        if group.group:
            raise WrongMoment
        if len({member.student for member in command.members}) < 2:  # noqa: PLR2004 - a group of one is counselling
            raise TooFewMembers
        _keep_apart(command.members)
        return [GroupFormed(**_fields(command))]
    if group.group is None:
        raise NoSuchGroup
    if group.ended:
        raise GroupEnded
    return [_step(command, group, group.members or {})]


def _step(  # noqa: C901 - one line per command
    command: AddMember | RemoveMember | HoldSession | CloseGroup | CancelGroup | HandOverGroup, group: Group, members: Mapping[str, Member]
) -> GroupEvent:
    match command:
        case AddMember(member=member):
            _keep_apart((*members.values(), member))
            return MemberAdded(**_fields(command))
        case RemoveMember(student=student):
            _require_members(members, (student,))
            if len(members) <= 2:  # noqa: PLR2004 - a group of one is counselling
                raise TooFewMembers
            return MemberRemoved(**_fields(command))
        case HoldSession():
            _require_members(members, command.present)
            if command.session != group.sessions + 1:
                raise WrongSessionNumber
            if group.sessions == 0 and not command.pledge:
                raise PledgeMissing
            return SessionHeld(**_fields(command))
        case CloseGroup():
            if group.state != "running":
                raise WrongMoment
            return GroupClosed(**_fields(command))
        case CancelGroup():
            return GroupCancelled(**_fields(command))
        case HandOverGroup():
            return GroupHandedOver(**_fields(command))
        case _:
            assert_never(command)


def _fields(command: CaseCommand) -> dict[str, object]:
    return {name: getattr(command, name) for name in type(command).model_fields}


def _keep_apart(members: Sequence[Member]) -> None:
    roles: dict[str, set[str]] = {}
    for member in members:
        for concern, role in member.roles.items():
            roles.setdefault(concern, set()).add(role)
    if any({"affected", "accused"} <= found for found in roles.values()):
        raise VictimAndAccusedTogether


def _require_members(members: Mapping[str, Member], students: Sequence[str]) -> None:
    if not set(students) <= set(members):
        raise NotAMember


def evolve(group: Group, event: GroupEvent) -> Group:
    seen = replace(group, acts=group.acts | {event.act}, events=(*group.events, event))
    match event:
        case GroupFormed():
            members = {each.student: each for each in event.members}
            return replace(seen, group=event.group, school=event.school, leader=event.by, members=members)
        case MemberAdded(member=member):
            return replace(seen, members={**(group.members or {}), member.student: member})
        case MemberRemoved(student=student):
            return replace(seen, members={key: each for key, each in (group.members or {}).items() if key != student})
        case SessionHeld():
            return replace(seen, state="running", sessions=event.session)
        case GroupClosed():
            return replace(seen, state="closed")
        case GroupCancelled():
            return replace(seen, state="cancelled")
        case GroupHandedOver(to=to):
            return replace(seen, leader=to)
        case _:
            assert_never(event)


GROUP: Decider[Command, Group, GroupEvent] = Decider(
    Group(), decide, evolve, EventCodec(GroupFormed, MemberAdded, MemberRemoved, SessionHeld, GroupClosed, GroupCancelled, GroupHandedOver)
)


# what a member's case keeps ----------------------------------------------------------------------------------------


class NoteMember(CaseCommand):
    """A note about one member, in that member's case only."""

    group: str
    session: int
    note: Sealed


class MemberNoted(NoteMember, CaseActEvent):
    type: Literal["member-noted"] = "member-noted"
    version: Literal[1] = 1
