"""What is said of a counselling group, and what is kept of it: its commands and their events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AwareDatetime
from pydantic import Field as Limit

from services.cases.domain.steps.activity import Field, Part
from services.cases.domain.steps.command import ActEvent, Command
from services.cases.domain.steps.filled import Filled
from services.cases.domain.steps.named import NamedBefore, Names
from shared.sealed import CounsellingText


class Member(Part):
    """roles: the student's role in each concern of the case, so that victim and accused of one incident are never together."""

    case: str
    student: str
    roles: Mapping[str, str]


RefusedAtHome = Annotated[frozenset[str], Filled("refused-at-home")]
"""Students whose guardian refused that they come into a group, or withdrew the consent, as it stands when the command is given."""


AsTheyAre = Annotated[tuple[Member, ...], Filled("members-now")]
"""Everybody in it and who is to join, with the parts that all their cases say they have by now: a concern that came later counts, too."""


class FormGroup(Command, called="form-group", permission="group"):
    group: Annotated[str, Filled("fresh-id", "group")]
    school: str
    field: Field
    purpose: CounsellingText
    members: Annotated[tuple[Member, ...], Limit(min_length=2), Filled("members")]
    refused: RefusedAtHome = frozenset()
    now: AsTheyAre = ()


class GroupFormed(ActEvent):
    type: Literal["group-formed"] = "group-formed"
    version: Literal[1] = 1
    group: str
    school: str
    field: Field
    purpose: CounsellingText
    members: Annotated[tuple[Member, ...], Limit(min_length=2)]


class AddMember(Command, called="add-member", permission="group"):
    member: Annotated[Member, Filled("member")]
    refused: RefusedAtHome = frozenset()
    now: AsTheyAre = ()


class MemberAdded(ActEvent):
    type: Literal["member-added"] = "member-added"
    version: Literal[1] = 1
    member: Member


class RemoveMember(Command, called="remove-member", permission="group"):
    student: Annotated[str, NamedBefore("a member of the group")]


class MemberRemoved(ActEvent):
    type: Literal["member-removed"] = "member-removed"
    version: Literal[1] = 1
    student: str


class HoldSession(Command, called="hold-session", permission="group"):
    """session: 1, 2, 3 …  stage: of the group. present: students who came. pledge: of confidentiality, at the first session."""

    session: Annotated[int, Limit(ge=1)]
    stage: Literal["beginning", "transition", "working", "ending"]
    when: AwareDatetime
    present: Annotated[tuple[str, ...], Limit(min_length=1), NamedBefore("members of the group")]
    pledge: bool
    dynamics: CounsellingText
    refused: RefusedAtHome = frozenset()
    now: AsTheyAre = ()


class SessionHeld(ActEvent):
    type: Literal["session-held"] = "session-held"
    version: Literal[1] = 1
    session: Annotated[int, Limit(ge=1)]
    stage: Literal["beginning", "transition", "working", "ending"]
    when: AwareDatetime
    present: Annotated[tuple[str, ...], Limit(min_length=1)]
    pledge: bool
    dynamics: CounsellingText


class CloseGroup(Command, called="close-group", permission="group"):
    result: CounsellingText


class GroupClosed(ActEvent):
    type: Literal["group-closed"] = "group-closed"
    version: Literal[1] = 1
    result: CounsellingText


class CancelGroup(Command, called="cancel-group", permission="group"):
    """It does not come about, or not any more."""

    reason: CounsellingText


class GroupCancelled(ActEvent):
    type: Literal["group-cancelled"] = "group-cancelled"
    version: Literal[1] = 1
    reason: CounsellingText


class PostponeGroup(Command, called="postpone-group", permission="group"):
    """until: the day on which it goes on; the next session takes it up again."""

    until: AwareDatetime
    reason: CounsellingText


class GroupPostponed(ActEvent):
    type: Literal["group-postponed"] = "group-postponed"
    version: Literal[1] = 1
    until: AwareDatetime
    reason: CounsellingText


class RecordMemberRefusal(Command, called="record-member-refusal", permission="group"):
    """A member does not want it, or not any more; that is their right, also where too few remain."""

    student: Annotated[str, NamedBefore("a member of the group")]
    reason: CounsellingText


class MemberRefused(ActEvent):
    type: Literal["member-refused"] = "member-refused"
    version: Literal[1] = 1
    student: str
    reason: CounsellingText


class HandOverGroup(Command, called="hand-over-group", permission="give-on"):
    """to: who leads it from now on; oneself, where its leader is gone. above: who gives it stands above its leader, so all notes go along."""

    to: Annotated[str, Names("staff", may="group")]
    above: Annotated[bool, Filled("is-above")] = False


class GroupHandedOver(ActEvent):
    """The notes that whoever gave it reads go along."""

    type: Literal["group-handed-over"] = "group-handed-over"
    version: Literal[1] = 1
    to: str


class GroupNotesHandedOver(ActEvent):
    """All its notes until now, by the word of somebody who need not read them."""

    type: Literal["group-notes-handed-over"] = "group-notes-handed-over"
    version: Literal[1] = 1
    to: str


GroupCommand = FormGroup | AddMember | RemoveMember | HoldSession | CloseGroup | CancelGroup | PostponeGroup | RecordMemberRefusal | HandOverGroup
