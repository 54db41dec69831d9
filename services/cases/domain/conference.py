"""Strategy 8, case conference (konferensi kasus): restricted and closed; purpose, attendees with their reason, pledge, facts, decisions,
commitments with due dates. Not a tribunal. Attendees alone read it; invitees who did not come see nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AwareDatetime
from pydantic import Field as Limit

from services.cases.domain.about import About
from services.cases.domain.activity import Activity, ActivityCommand, ActivityEvent, Expected, Part, PersonInConflict, Strategy, opens, step
from services.cases.domain.parents import NoSettlement
from shared.errors import Refused
from shared.sealed import Sealed


class Invitee(Part):
    """side: whom the person comes with; reason: what they can give: information, support (kemudahan) or commitment."""

    person: str
    side: Literal["school", "student", "accused", "outside"]
    reason: Literal["information", "support", "commitment"]


class Commitment(Part):
    """Who does what until when."""

    commitment: str
    owner: str
    what: Sealed
    due: AwareDatetime


class ProposeConference(ActivityCommand):
    kind: Literal["help", "mediation", "peace-letter", "marriage-settlement", "tribunal"]
    purpose: Sealed


class ConferenceProposed(ProposeConference, ActivityEvent):
    type: Literal["conference-proposed"] = "conference-proposed"
    version: Literal[1] = 1


class ConveneConference(ActivityCommand):
    when: AwareDatetime
    invitees: Annotated[tuple[Invitee, ...], Limit(min_length=2)]


class ConferenceConvened(ConveneConference, ActivityEvent):
    type: Literal["conference-convened"] = "conference-convened"
    version: Literal[1] = 1


class HoldConference(ActivityCommand):
    """present: who came. pledge: everybody promised to keep it among them."""

    present: Annotated[tuple[str, ...], Limit(min_length=2)]
    pledge: bool


class ConferenceHeld(HoldConference, ActivityEvent):
    type: Literal["conference-held"] = "conference-held"
    version: Literal[1] = 1


class MinuteConference(ActivityCommand):
    facts: Sealed
    decisions: Sealed
    commitments: tuple[Commitment, ...] = ()


class ConferenceMinuted(MinuteConference, ActivityEvent):
    type: Literal["conference-minuted"] = "conference-minuted"
    version: Literal[1] = 1


class KeepCommitment(ActivityCommand):
    commitment: str


class CommitmentKept(KeepCommitment, ActivityEvent):
    type: Literal["commitment-kept"] = "commitment-kept"
    version: Literal[1] = 1


class BreakCommitment(ActivityCommand):
    commitment: str
    reason: Sealed


class CommitmentBroken(BreakCommitment, ActivityEvent):
    type: Literal["commitment-broken"] = "commitment-broken"
    version: Literal[1] = 1


class CloseConference(ActivityCommand):
    result: Sealed


class ConferenceClosed(CloseConference, ActivityEvent):
    type: Literal["conference-closed"] = "conference-closed"
    version: Literal[1] = 1


class NotATribunal(Refused):
    indonesian = "Konferensi kasus bukan sidang: tujuannya membantu murid."
    english = "A case conference is not a tribunal: its purpose is to help the student."


class NoMeetingWithAccused(Refused):
    indonesian = "Pada kekerasan seksual pihak terlapor tidak dipertemukan dengan pihak korban."
    english = "In a case of sexual violence the accused side never meets the side of the victim."


class PledgeMissing(Refused):
    indonesian = "Ikrar menjaga kerahasiaan belum diucapkan."
    english = "The pledge of confidentiality was not given."


class NotAnInvitee(Refused):
    indonesian = "Ada yang hadir tanpa diundang dengan alasan."
    english = "Somebody was present who was not invited with a reason."


class NoSuchCommitment(Refused):
    indonesian = "Komitmen ini tidak ada atau sudah dinilai."
    english = "There is no such commitment, or it was judged already."


class CommitmentOpen(Refused):
    indonesian = "Masih ada komitmen yang belum dinilai."
    english = "A commitment is not judged yet."


def _proposed(command: ProposeConference, _: Activity, about: About) -> None:
    if command.kind == "tribunal":
        raise NotATribunal
    if about.sexual_violence and command.kind != "help":
        raise NoSettlement


def _convened(command: ConveneConference, _: Activity, about: About) -> None:
    for invitee in command.invitees:
        if about.sexual_violence and (invitee.side == "accused" or invitee.person in about.accused):
            raise NoMeetingWithAccused
        if invitee.person in about.named or invitee.person in about.implicated:
            raise PersonInConflict


def _held(command: HoldConference, activity: Activity, _: About) -> None:
    if not command.pledge:
        raise PledgeMissing
    if not set(command.present) <= invited(activity):
        raise NotAnInvitee


def _minuted(command: MinuteConference, activity: Activity, _: About) -> None:
    if not {commitment.owner for commitment in command.commitments} <= attendees(activity):
        raise NotAnInvitee


def _judged(command: KeepCommitment | BreakCommitment, activity: Activity, _: About) -> None:
    if command.commitment not in {each.commitment for each in open_commitments(activity)}:
        raise NoSuchCommitment


def _closed(_: CloseConference, activity: Activity, __: About) -> None:
    if open_commitments(activity):
        raise CommitmentOpen


def invited(activity: Activity) -> frozenset[str]:
    """Who was invited last."""
    convened = activity.last(ConferenceConvened)
    return frozenset(each.person for each in convened.invitees) if convened else frozenset()


def attendees(activity: Activity) -> frozenset[str]:
    """Who came: the only readers."""
    held = activity.last(ConferenceHeld)
    return frozenset(held.present) if held else frozenset()


def open_commitments(activity: Activity) -> list[Commitment]:
    """Those neither kept nor broken."""
    minuted = activity.last(ConferenceMinuted)
    judged = {each.commitment for each in activity.all(CommitmentKept)} | {each.commitment for each in activity.all(CommitmentBroken)}
    return [each for each in (minuted.commitments if minuted else ()) if each.commitment not in judged]


def expects(activity: Activity) -> Sequence[Expected]:
    """The meeting on its day, its minutes, every commitment by its date."""
    convened, held = activity.last(ConferenceConvened), activity.last(ConferenceHeld)
    if activity.state == "convened" and convened:
        return [Expected(f"{activity.activity}/meeting-{activity.version}", "conference-meeting", convened.when, activity.owner)]
    if activity.state == "held" and held:
        return [Expected(f"{activity.activity}/minutes", "conference-minutes", held.at, activity.owner)]
    return [Expected(f"{activity.activity}/{each.commitment}", "commitment", each.due, each.owner) for each in open_commitments(activity)]


CONFERENCE = Strategy(
    "conference",
    (
        opens(ProposeConference, ConferenceProposed, "proposed", _proposed),
        step(ConveneConference, ConferenceConvened, "proposed convened postponed", "convened", _convened),
        step(HoldConference, ConferenceHeld, "convened", "held", _held),
        step(MinuteConference, ConferenceMinuted, "held", "minuted", _minuted),
        step(KeepCommitment, CommitmentKept, "minuted", check=_judged),
        step(BreakCommitment, CommitmentBroken, "minuted", check=_judged),
        step(CloseConference, ConferenceClosed, "minuted", "closed", _closed),
    ),
    ended=frozenset({"closed"}),
    expects=expects,
    readers=attendees,
)
