"""A tenth strategy that does not exist: peer support (konseling sebaya). A fellow student stands by, and a member of staff accompanies both.

Read by the counsellor and by the member of staff who accompanies; nobody else, whoever else reads the case whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

from services.cases.domain.steps.about import About
from services.cases.domain.steps.activity import Activity, ActivityCommand, ActivityEvent, Audience, BeginActivity, Expected, Field, PersonInConflict
from services.cases.domain.steps.filled import ThreeSchoolDaysLater
from services.cases.domain.steps.named import Names
from services.cases.domain.steps.offer import offered
from services.cases.domain.steps.strategy import Strategy, opens, step
from services.cases.domain.steps.tells import Counts, Document, Given, Notice, Tells, counted
from shared.errors import Refused
from shared.sealed import CaseText

# commands and events -----------------------------------------------------------------------------------------------


class ProposePeerSupport(BeginActivity, called="propose-peer-support", permission="work"):
    """need: what a fellow student could help with."""

    field: Field
    need: CaseText


class PeerSupportProposed(ActivityEvent):
    type: Literal["peer-support-proposed"] = "peer-support-proposed"
    version: Literal[1] = 1
    field: Field
    need: CaseText


class MatchPeer(ActivityCommand, called="match-peer", permission="work"):
    """peer: the fellow student. companion: who of the staff accompanies both. meet_by: until when they meet first."""

    peer: Annotated[str, Names("student")]
    companion: Annotated[str, Names("staff")]
    meet_by: ThreeSchoolDaysLater


class PeerMatched(ActivityEvent):
    type: Literal["peer-matched"] = "peer-matched"
    version: Literal[1] = 1
    peer: str
    companion: str
    meet_by: ThreeSchoolDaysLater


class RecordPeerMeeting(ActivityCommand, called="record-peer-meeting", permission="work"):
    """words: how it went, in the companion's words."""

    kind: Literal["talk", "study"]
    words: CaseText


class PeersMet(ActivityEvent):
    type: Literal["peers-met"] = "peers-met"
    version: Literal[1] = 1
    kind: Literal["talk", "study"]
    words: CaseText


class EndPeerSupport(ActivityCommand, called="end-peer-support", permission="work"):
    helped: bool
    result: CaseText


class PeerSupportEnded(ActivityEvent):
    type: Literal["peer-support-ended"] = "peer-support-ended"
    version: Literal[1] = 1
    helped: bool
    result: CaseText


# rules -------------------------------------------------------------------------------------------------------------


class OwnPeer(Refused):
    code = "own-peer"
    indonesian = "Murid tidak dapat menjadi teman sebaya bagi dirinya sendiri."
    english = "Students are not their own peers."


def _matched(command: MatchPeer, _: Activity, about: About) -> None:
    if command.peer == about.student:
        raise OwnPeer
    if {command.peer, command.companion} & (about.named | about.accused):
        raise PersonInConflict


def companion_of(activity: Activity) -> list[str]:
    """Who accompanies; nobody before the match."""
    matched = activity.last(PeerMatched)
    return [matched.companion] if matched else []


def audience(activity: Activity) -> Audience:
    """The owner and who accompanies."""
    return Audience(frozenset(companion_of(activity)), holders=False)


def expects(activity: Activity) -> Sequence[Expected]:
    """The first meeting, three school days after the match."""
    matched = activity.last(PeerMatched)
    if activity.state == "matched" and matched:
        return [Expected(f"{activity.activity}/meeting", "peer-meeting", matched.meet_by, matched.companion)]
    return ()


# what the steps tell -----------------------------------------------------------------------------------------------


def _companion(event: PeerMatched, _: Activity | None) -> Iterable[str]:
    return (event.companion,)


def _need(event: PeerMatched) -> Iterable[Given]:
    return (Given(event.activity, "teacher", event.companion),)


def _helped(event: PeerSupportEnded) -> bool:
    """A certificate is written only where it helped."""
    return event.helped


_MET: Tells[PeersMet] = Tells(counts=Counts(("kind",), service="peer-support"))

PEER_SUPPORT = Strategy(
    name="peer-support",
    steps=(
        opens(ProposePeerSupport, PeerSupportProposed, "proposed", tells=counted("field")),
        step(MatchPeer, PeerMatched, "proposed postponed", "matched", _matched, tells=Tells(Notice("assigned", _companion), _need)),
        step(RecordPeerMeeting, PeersMet, "matched met", "met", tells=_MET, offer=offered("peer-meeting")),
        step(EndPeerSupport, PeerSupportEnded, "met", "ended", tells=counted("helped")),
    ),
    ended=frozenset({"ended"}),
    audience=audience,
    expects=expects,
    awaits=("peer-meeting",),
    documents=(Document("peer-certificate", "Piagam teman sebaya", "Certificate of a peer", PeerSupportEnded, _helped),),
)
