"""Strategy 8, case conference (konferensi kasus): restricted and closed; purpose, attendees with their reason, pledge, facts, decisions,
commitments with due dates. Not a tribunal. Attendees alone read it; invitees who did not come see nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

from pydantic import AwareDatetime
from pydantic import Field as Limit

from services.cases.domain.steps.about import About, NoMarriageSettlement, NoSettlement
from services.cases.domain.steps.activity import Activity, ActivityCommand, ActivityEvent, Audience, BeginActivity, Expected, Part, PersonInConflict
from services.cases.domain.steps.named import NamedBefore, Names
from services.cases.domain.steps.offer import Around, Choice, Known, offered, one_of
from services.cases.domain.steps.strategy import Strategy, opens, step
from services.cases.domain.steps.tells import Counts, Document, Given, Notice, Tells, counted
from shared.errors import Refused
from shared.sealed import CaseText


class Invitee(Part):
    """side: whom the person comes with; reason: what they can give: information, support (kemudahan) or commitment."""

    person: Annotated[
        str, Names("staff", when=("side", "school")), Names("anybody", when=("side", "student")), Names("anybody", when=("side", "accused"))
    ]
    side: Literal["school", "student", "accused", "outside"]
    reason: Literal["information", "support", "commitment"]


class Commitment(Part):
    """Who does what until when."""

    commitment: str
    owner: Annotated[str, NamedBefore("an attendee of the conference")]
    what: CaseText
    due: AwareDatetime


class ProposeConference(BeginActivity, called="propose-conference", permission="work"):
    kind: Literal["help", "mediation", "peace-letter", "marriage-settlement", "tribunal"]
    purpose: CaseText


class ConferenceProposed(ActivityEvent):
    type: Literal["conference-proposed"] = "conference-proposed"
    version: Literal[1] = 1
    kind: Literal["help", "mediation", "peace-letter", "marriage-settlement", "tribunal"]
    purpose: CaseText


class ConveneConference(ActivityCommand, called="convene-conference", permission="work"):
    when: AwareDatetime
    invitees: Annotated[tuple[Invitee, ...], Limit(min_length=2)]


class ConferenceConvened(ActivityEvent):
    type: Literal["conference-convened"] = "conference-convened"
    version: Literal[1] = 1
    when: AwareDatetime
    invitees: Annotated[tuple[Invitee, ...], Limit(min_length=2)]


class HoldConference(ActivityCommand, called="hold-conference", permission="work"):
    """present: who came. pledge: everybody promised to keep it among them."""

    present: Annotated[tuple[str, ...], Limit(min_length=2), NamedBefore("invitees of the conference")]
    pledge: bool


class ConferenceHeld(ActivityEvent):
    type: Literal["conference-held"] = "conference-held"
    version: Literal[1] = 1
    present: Annotated[tuple[str, ...], Limit(min_length=2)]
    pledge: bool


class MinuteConference(ActivityCommand, called="minute-conference", permission="work"):
    facts: CaseText
    decisions: CaseText
    commitments: tuple[Commitment, ...] = ()


class ConferenceMinuted(ActivityEvent):
    type: Literal["conference-minuted"] = "conference-minuted"
    version: Literal[1] = 1
    facts: CaseText
    decisions: CaseText
    commitments: tuple[Commitment, ...] = ()


class KeepCommitment(ActivityCommand, called="keep-commitment", permission="work"):
    commitment: str


class CommitmentKept(ActivityEvent):
    type: Literal["commitment-kept"] = "commitment-kept"
    version: Literal[1] = 1
    commitment: str


class BreakCommitment(ActivityCommand, called="break-commitment", permission="work"):
    commitment: str
    reason: CaseText


class CommitmentBroken(ActivityEvent):
    type: Literal["commitment-broken"] = "commitment-broken"
    version: Literal[1] = 1
    commitment: str
    reason: CaseText


class CloseConference(ActivityCommand, called="close-conference", permission="work"):
    result: CaseText


class ConferenceClosed(ActivityEvent):
    type: Literal["conference-closed"] = "conference-closed"
    version: Literal[1] = 1
    result: CaseText


class NotATribunal(Refused):
    code = "not-a-tribunal"
    indonesian = "Konferensi kasus bukan sidang: tujuannya membantu murid."
    english = "A case conference is not a tribunal: its purpose is to help the student."


class NoMeetingWithAccused(Refused):
    code = "no-meeting-with-accused"
    indonesian = "Pada kekerasan seksual pihak terlapor tidak dipertemukan dengan pihak korban."
    english = "In a case of sexual violence the accused side never meets the side of the victim."


class PledgeMissing(Refused):
    code = "pledge-missing"
    indonesian = "Ikrar menjaga kerahasiaan belum diucapkan."
    english = "The pledge of confidentiality was not given."


class NotAnInvitee(Refused):
    code = "not-an-invitee"
    indonesian = "Ada yang hadir tanpa diundang dengan alasan."
    english = "Somebody was present who was not invited with a reason."


class NoSuchCommitment(Refused):
    code = "no-such-commitment"
    indonesian = "Komitmen ini tidak ada atau sudah dinilai."
    english = "There is no such commitment, or it was judged already."


class CommitmentOpen(Refused):
    code = "commitment-open"
    indonesian = "Masih ada komitmen yang belum dinilai."
    english = "A commitment is not judged yet."


def _proposed(command: ProposeConference, _: Activity, about: About) -> None:
    if command.kind == "tribunal":
        raise NotATribunal
    if command.kind == "marriage-settlement":
        raise NoMarriageSettlement
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


def audience(activity: Activity) -> Audience:
    """Attendees only; not even its owner, and breaking the glass needs two people."""
    return Audience(attendees(activity), owner=False, holders=False, second_person=True)


def _of_the_school(event: ConferenceConvened, _: Activity | None) -> Iterable[str]:
    return [each.person for each in event.invitees if each.side == "school"]


def _promised(event: ConferenceMinuted, _: Activity | None) -> Iterable[str]:
    return [each.owner for each in event.commitments]


def _heard(event: ConferenceHeld) -> Iterable[Given]:
    return [Given(f"{event.activity}/{person}", "attendee", person) for person in event.present]


_CONVENED = Tells(Notice("invited", _of_the_school))
_HELD = Tells(discloses=_heard, counts=Counts(service="case-conference"))
_MINUTED = Tells(Notice("commitment", _promised))


def _kinds(_: Activity, __: Around) -> Sequence[Known]:
    return [Known(choice=one_of(ProposeConference, "kind"))]


def _who_may_come(activity: Activity, _: Around) -> Sequence[Known]:
    convened = activity.last(ConferenceConvened)
    people = [each.person for each in convened.invitees] if convened else []
    return [Known(choice=Choice("present", people, several=True))]


def _to_be_judged(activity: Activity, _: Around) -> Sequence[Known]:
    return [Known({"commitment": each.commitment}) for each in open_commitments(activity)]


CONFERENCE = Strategy(
    name="conference",
    steps=(
        opens(ProposeConference, ConferenceProposed, "proposed", _proposed, tells=counted("kind"), offer=offered(known=_kinds)),
        step(ConveneConference, ConferenceConvened, "proposed convened postponed", "convened", _convened, tells=_CONVENED),
        step(HoldConference, ConferenceHeld, "convened", "held", _held, tells=_HELD, offer=offered("conference-meeting", _who_may_come)),
        step(MinuteConference, ConferenceMinuted, "held", "minuted", _minuted, tells=_MINUTED, offer=offered("conference-minutes")),
        step(KeepCommitment, CommitmentKept, "minuted", check=_judged, offer=offered("commitment", _to_be_judged)),
        step(BreakCommitment, CommitmentBroken, "minuted", check=_judged, offer=offered("commitment", _to_be_judged)),
        step(CloseConference, ConferenceClosed, "minuted", "closed", _closed),
    ),
    ended=frozenset({"closed"}),
    audience=audience,
    expects=expects,
    awaits=("conference-meeting", "conference-minutes", "commitment"),
    asked=("commitment",),
    documents=(
        Document("conference-attendance", "Daftar hadir konferensi kasus", "Attendance of a case conference", ConferenceHeld),
        Document("conference-minutes", "Berita acara konferensi kasus", "Minutes of a case conference", ConferenceMinuted),
    ),
)
