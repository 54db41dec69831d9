"""Strategy 2, group counselling (konseling kelompok): several students with a shared difficulty; never victim and accused together.

A group is a stream of its own, read by its leader; a member's note lives in that member's case only. Who leads it after somebody reads of the notes
what was handed over to them by name (`notes`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Literal

from services.cases.domain.steps import files
from services.cases.domain.steps.about import About
from services.cases.domain.steps.act import Acts, act
from services.cases.domain.steps.activity import WrongMoment
from services.cases.domain.steps.command import ActEvent, Command, OwnWords, recorded
from services.cases.domain.steps.files import FileAdded, Files, KeepFiles
from services.cases.domain.steps.gone import Gone, GoneEvent, LoseOwner, OwnerBack, OwnerGone, RegainOwner, standing_without, still_gone
from services.cases.domain.steps.named import NamesGroup
from services.cases.domain.steps.tells import NOTHING, Chapter, Document, counted
from services.cases.domain.strategies.group_sides import FindTwoSides, Pair, TwoSidesFound, found
from services.cases.domain.strategies.group_steps import (
    AddMember,
    CancelGroup,
    CloseGroup,
    FormGroup,
    GroupCancelled,
    GroupClosed,
    GroupCommand,
    GroupFormed,
    GroupHandedOver,
    GroupNotesHandedOver,
    GroupPostponed,
    HandOverGroup,
    HoldSession,
    Member,
    MemberAdded,
    MemberRefused,
    MemberRemoved,
    PostponeGroup,
    RecordMemberRefusal,
    RemoveMember,
    SessionHeld,
)
from shared.decider import Decider
from shared.errors import Refused
from shared.events import StaffToBeTold
from shared.eventstore.codec import EventCodec
from shared.sealed import CounsellingText

FEWEST = 2
"""A group of one is individual counselling."""


State = Literal["formed", "running", "postponed", "closed", "cancelled"]


@dataclass(frozen=True, slots=True)
class Group:
    """members: by student. leader: the only reader. gone: what is known of a leader who cannot go on.

    notes: by person, the acts that were handed over to them; what they wrote themselves is theirs besides. sides: members who are victim and accused
    of one incident, as far as somebody said so; parted_at: since when.
    """

    group: str | None = None
    school: str = ""
    state: State = "formed"
    leader: str = ""
    members: Mapping[str, Member] | None = None
    sessions: int = 0
    acts: frozenset[str] = frozenset()
    events: tuple[ActEvent, ...] = ()
    gone: Gone | None = None
    notes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    sides: frozenset[Pair] = frozenset()
    parted_at: datetime | None = None
    files: Files = files.NONE

    @property
    def students(self) -> Mapping[str, Member]:
        """The members by student; none before it is formed."""
        return self.members or {}

    @property
    def ended(self) -> bool:
        return self.state in ("closed", "cancelled")

    def was_led_by(self, person: str) -> bool:
        return self.leader == person or bool(self.noted_for(person))

    def had(self, student: str) -> bool:
        """Whether somebody is or was a member."""
        joined = {member.student for event in self.events for member in _joining(event)}
        return student in joined

    def noted_for(self, person: str) -> frozenset[str]:
        """The acts whose notes and files somebody who leads it reads."""
        return self.notes.get(person, frozenset()) | {event.act for event in (*self.events, *self.files) if event.by == person}


def _joining(event: ActEvent) -> Sequence[Member]:
    match event:
        case GroupFormed():
            return event.members
        case MemberAdded():
            return (event.member,)
        case _:
            return ()


class NoSuchGroup(Refused):
    code = "no-such-group"
    status = 404
    indonesian = "Kelompok ini tidak ada."
    english = "There is no such group."


class GroupEnded(Refused):
    code = "group-ended"
    indonesian = "Kelompok ini sudah berakhir."
    english = "The group has ended."


class VictimAndAccusedTogether(Refused):
    code = "victim-and-accused-together"
    indonesian = "Korban dan terlapor dari kejadian yang sama tidak boleh berada dalam satu kelompok."
    english = "Victim and accused of one incident are never in one group."


class PledgeMissing(Refused):
    code = "pledge-missing"
    indonesian = "Ikrar menjaga kerahasiaan belum diucapkan."
    english = "The pledge of confidentiality was not given."


class NotAMember(Refused):
    code = "not-a-member"
    indonesian = "Murid ini bukan anggota kelompok."
    english = "This student is not a member of the group."


class WrongSessionNumber(Refused):
    code = "wrong-session-number"
    indonesian = "Nomor sesi tidak berurutan."
    english = "The session's number does not follow the last one."


class PostponedIntoThePast(Refused):
    code = "postponed-into-the-past"
    indonesian = "Kelompok ditunda ke waktu yang sudah lewat."
    english = "A group is postponed to a day that is still to come."


class GroupRefusedAtHome(Refused):
    code = "group-refused-at-home"
    indonesian = "Orang tua/wali salah satu murid menolak atau menarik persetujuan; keluarkan murid itu sebelum kelompok dimulai."
    english = "A student's guardian refused or withdrew their consent; take that student out before the group begins."


class TooFewMembers(Refused):
    code = "too-few-members"
    indonesian = "Kelompok memerlukan sedikitnya dua anggota."
    english = "A group needs at least two members."


def _form(command: FormGroup, group: Group, _: About) -> None:
    if group.group:
        raise WrongMoment
    if len({member.student for member in command.members}) < FEWEST:
        raise TooFewMembers
    _require_no_refusal((member.student for member in command.members), command.refused)
    _keep_apart((*command.members, *command.now))


def _add(command: AddMember, group: Group, _: About) -> None:
    _require_no_refusal((command.member.student,), command.refused)
    _keep_apart((*group.students.values(), command.member, *command.now))


def _remove(command: RemoveMember, group: Group, _: About) -> None:
    _require_members(group, (command.student,))
    if len(group.students) <= FEWEST:
        raise TooFewMembers


def _hold(command: HoldSession, group: Group, _: About) -> None:
    _require_members(group, command.present)
    if len(group.students) < FEWEST:
        raise TooFewMembers
    if command.session != group.sessions + 1:
        raise WrongSessionNumber
    if group.sessions == 0:
        _begin(command, group)
    if group.sides and group.parted_at and command.when > group.parted_at:
        raise VictimAndAccusedTogether


def _begin(command: HoldSession, group: Group) -> None:
    """What the first session needs. A later session is a fact: it is recorded whatever a guardian has said since. So is one that was held before
    anybody knew of two sides.
    """
    if not command.pledge:
        raise PledgeMissing
    _require_no_refusal(group.students, command.refused)
    _keep_apart((*group.students.values(), *command.now))


def _require_no_refusal(students: Iterable[str], refused: frozenset[str]) -> None:
    if not refused.isdisjoint(students):
        raise GroupRefusedAtHome


def _refuse(command: RecordMemberRefusal, group: Group, _: About) -> None:
    _require_members(group, (command.student,))


def _postpone(command: PostponeGroup, _: Group, __: About) -> None:
    if command.until <= command.at:
        raise PostponedIntoThePast


def _close(_: CloseGroup, group: Group, __: About) -> None:
    """Only after a session: one that never met is cancelled."""
    if not group.sessions:
        raise WrongMoment


def _keep_apart(members: Sequence[Member]) -> None:
    roles: dict[str, set[str]] = {}
    for member in members:
        for concern, role in member.roles.items():
            roles.setdefault(concern, set()).add(role)
    if any({"affected", "accused"} <= found for found in roles.values()):
        raise VictimAndAccusedTogether


def _require_members(group: Group, students: Sequence[str]) -> None:
    if not set(students) <= set(group.students):
        raise NotAMember


GROUP_ACTS: Acts[Group] = Acts(
    act(FormGroup, GroupFormed, _form, tells=counted("field")),
    act(AddMember, MemberAdded, _add),
    act(RemoveMember, MemberRemoved, _remove),
    act(HoldSession, SessionHeld, _hold, tells=counted("session", service="group-counselling")),
    act(CloseGroup, GroupClosed, _close, tells=counted()),
    act(CancelGroup, GroupCancelled, tells=counted()),
    act(PostponeGroup, GroupPostponed, _postpone, tells=counted()),
    act(RecordMemberRefusal, MemberRefused, _refuse, tells=counted()),
    act(HandOverGroup, GroupHandedOver, tells=counted()),
    following={GroupNotesHandedOver: NOTHING},
)
GROUP_STEPS = tuple(command for command in GROUP_ACTS.commands if command is not FormGroup)
"""Everything that its leader can do with a group."""

_NO_CASE = About("", None, "")


GroupFact = LoseOwner | RegainOwner | FindTwoSides | KeepFiles
"""What is known of its leader and its members, and files that were taken: of no person's saying."""

GroupEvent = ActEvent | GoneEvent | TwoSidesFound


def decide(command: GroupCommand | GroupFact, group: Group) -> Sequence[GroupEvent]:
    """Raises: a refusal by name."""
    if isinstance(command, LoseOwner | RegainOwner):
        return standing_without(command, "" if group.ended else group.leader, group.gone, group.school)
    if isinstance(command, FindTwoSides):
        return [] if group.ended else found(command, group.students, group.sides, group.leader, group.school)
    if command.act in group.acts:
        return []
    if isinstance(command, KeepFiles):
        return files.keep(command, group.files, {group.group or ""})
    if not isinstance(command, FormGroup):
        if group.group is None:
            raise NoSuchGroup
        if group.ended:
            raise GroupEnded
    return [*GROUP_ACTS.taken(command, group, _NO_CASE), *_notes(command, group), *_told(command, group)]


def _notes(command: GroupCommand, group: Group) -> Sequence[GroupEvent]:
    """Whoever stands above names to whom all notes go. Nobody names themselves."""
    if not isinstance(command, HandOverGroup) or not command.above or command.to == command.by:
        return []
    return [] if group.noted_for(command.by) >= group.acts else [recorded(GroupNotesHandedOver, command)]


def _told(command: GroupCommand, group: Group) -> Sequence[StaffToBeTold]:
    """Whoever leads it from now on hears that it waits for them."""
    if not isinstance(command, HandOverGroup) or command.to == command.by:
        return []
    return [StaffToBeTold(case="", student=None, school=group.school, person=command.to, message="assigned")]


def evolve(group: Group, event: GroupEvent) -> Group:
    if isinstance(event, OwnerGone | OwnerBack | StaffToBeTold | TwoSidesFound):
        return _after_a_fact(group, event)
    if isinstance(event, FileAdded):
        return replace(group, acts=group.acts | {event.act}, files=(*group.files, event))
    seen = replace(group, acts=group.acts | {event.act}, events=(*group.events, event))
    match event:
        case GroupFormed():
            members = {each.student: each for each in event.members}
            return replace(seen, group=event.group, school=event.school, leader=event.by, members=members)
        case MemberAdded(member=member):
            return replace(seen, members={**group.students, member.student: member})
        case MemberRemoved(student=student) | MemberRefused(student=student):
            return _without(seen, student)
        case SessionHeld():
            return replace(seen, state="running", sessions=event.session)
        case GroupPostponed() | GroupClosed() | GroupCancelled():
            return replace(seen, state=_AFTER[type(event)])
        case GroupHandedOver(to=to):
            return replace(seen, leader=to, gone=None, notes=_with(group, to, group.noted_for(event.by)))
        case GroupNotesHandedOver(to=to):
            return replace(seen, notes=_with(group, to, group.acts))
        case _:
            return seen


_AFTER: Mapping[type[ActEvent], State] = {GroupPostponed: "postponed", GroupClosed: "closed", GroupCancelled: "cancelled"}


def _after_a_fact(group: Group, event: GoneEvent | TwoSidesFound) -> Group:
    if isinstance(event, TwoSidesFound):
        return replace(group, sides=group.sides | {(event.one, event.other)}, parted_at=group.parted_at or event.at)
    return replace(group, gone=still_gone(group.gone, event))


def _without(group: Group, student: str) -> Group:
    """Nobody of an incident with them stands on another side any more."""
    sides = frozenset(pair for pair in group.sides if student not in pair)
    members = {key: each for key, each in group.students.items() if key != student}
    return replace(group, members=members, sides=sides, parted_at=group.parted_at if sides else None)


def _with(group: Group, person: str, acts: frozenset[str]) -> Mapping[str, frozenset[str]]:
    """The notes with these acts for this person, too."""
    return {**group.notes, person: group.notes.get(person, frozenset()) | acts}


GROUP: Decider[GroupCommand | GroupFact, Group, GroupEvent] = Decider(
    Group(), decide, evolve, EventCodec(*GROUP_ACTS.events, StaffToBeTold, OwnerGone, OwnerBack, TwoSidesFound, FileAdded)
)


# what a member's case keeps ----------------------------------------------------------------------------------------


class NoteMember(Command, called="note-member", permission="member-note", adds=True):
    """A note about one member, in that member's case only."""

    group: Annotated[str, NamesGroup()]
    session: int
    note: CounsellingText


class MemberNoted(OwnWords):
    type: Literal["member-noted"] = "member-noted"
    version: Literal[1] = 1
    group: str
    session: int
    note: CounsellingText


GROUP_COUNSELLING = Chapter(
    "group-counselling",
    {**GROUP_ACTS.tells, TwoSidesFound: NOTHING, MemberNoted: counted()},
    awaits=(),
    documents=(
        Document("group-plan", "Rencana layanan (RPL) konseling kelompok", "Service plan, group counselling", GroupFormed),
        Document("group-attendance", "Daftar hadir konseling kelompok", "Attendance of group counselling", SessionHeld),
        Document("group-report", "Laporan konseling kelompok", "Report on group counselling", GroupClosed),
    ),
    subject="group",
)
