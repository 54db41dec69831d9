"""A police request for data: it needs a written request, its legal basis and two people's decision, and what was handed over is recorded exactly."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic import AwareDatetime

from services.cases.domain.steps.about import About
from services.cases.domain.steps.activity import Activity, ActivityCommand, ActivityEvent, BeginActivity, Expected
from services.cases.domain.steps.offer import offered
from services.cases.domain.steps.second import Second
from services.cases.domain.steps.strategy import Strategy, opens, step, whoever_reads_the_case
from services.cases.domain.steps.tells import Document, Given, Tells, counted
from shared.errors import Refused
from shared.sealed import CaseText
from shared.two_people import Proposal


class RecordDataRequest(BeginActivity, called="record-data-request", permission="work"):
    """A police request for data. written: on paper, with a signature. items: what is asked for. respond_by: as the letter says."""

    requester: CaseText
    written: bool
    letter: str
    legal_basis: str
    items: CaseText
    respond_by: AwareDatetime


class DataRequested(ActivityEvent):
    type: Literal["data-requested"] = "data-requested"
    version: Literal[1] = 1
    requester: CaseText
    written: bool
    letter: str
    legal_basis: str
    items: CaseText
    respond_by: AwareDatetime


class DecideDataRequest(ActivityCommand, called="decide-data-request", permission="second-decision"):
    """The first of two decisions; the second confirms it."""

    release: bool
    reason: CaseText


class DataRequestDecided(ActivityEvent):
    type: Literal["data-request-decided"] = "data-request-decided"
    version: Literal[1] = 1
    release: bool
    reason: CaseText


class ConfirmDataDecision(ActivityCommand, called="confirm-data-decision", permission="second-decision"):
    """By another person than the first."""

    agrees: bool


class DataDecisionConfirmed(ActivityEvent):
    """proposed_by: the first; None in events from before it was kept."""

    type: Literal["data-decision-confirmed"] = "data-decision-confirmed"
    version: Literal[2] = 2
    proposed_by: str | None
    agrees: bool


class ReleaseData(ActivityCommand, called="release-data", permission="approval"):
    """package: exactly what was handed over."""

    package: CaseText


class DataReleased(ActivityEvent):
    type: Literal["data-released"] = "data-released"
    version: Literal[1] = 1
    package: CaseText


class RefuseData(ActivityCommand, called="refuse-data", permission="approval"):
    reason: CaseText


class DataRefused(ActivityEvent):
    type: Literal["data-refused"] = "data-refused"
    version: Literal[1] = 1
    reason: CaseText


class RequestNotWritten(Refused):
    code = "request-not-written"
    indonesian = "Permintaan data harus tertulis dan menyebut dasar hukumnya."
    english = "A request for data must be written and name its legal basis."


class NotDecidedSo(Refused):
    code = "not-decided-so"
    indonesian = "Dua orang belum memutuskan demikian."
    english = "Two people have not decided so."


def _requested(command: RecordDataRequest, _: Activity, __: About) -> None:
    if not command.written or not command.legal_basis.strip():
        raise RequestNotWritten


def _decided(_: ConfirmDataDecision, activity: Activity) -> Proposal | None:
    decided = activity.last(DataRequestDecided)
    return Proposal(decided.act, decided.by) if decided else None


def _to_release(activity: Activity) -> bool:
    decided, confirmed = activity.last(DataRequestDecided), activity.last(DataDecisionConfirmed)
    return bool(decided and confirmed and confirmed.agrees and decided.release)


def _released(_: ReleaseData, activity: Activity, __: About) -> None:
    if not _to_release(activity):
        raise NotDecidedSo


def _refused(_: RefuseData, activity: Activity, __: About) -> None:
    if _to_release(activity):
        raise NotDecidedSo


def expects(activity: Activity) -> Sequence[Expected]:
    """A decision by the day the letter gives."""
    requested = activity.last(DataRequested)
    return [Expected(f"{activity.activity}/decision", "data-request-decision", requested.respond_by, activity.owner)] if requested else ()


def _handed_over(event: DataReleased) -> Iterable[Given]:
    return (Given(event.activity, "police", event.activity),)


DATA_REQUEST = Strategy(
    name="data-request",
    steps=(
        opens(RecordDataRequest, DataRequested, "requested", _requested),
        step(DecideDataRequest, DataRequestDecided, "requested", "decided", tells=counted("release"), offer=offered(towards="data-request-decision")),
        step(
            ConfirmDataDecision,
            DataDecisionConfirmed,
            "decided",
            "confirmed",
            offer=offered(towards="data-request-decision"),
            confirms=Second(_decided),
        ),
        step(
            ReleaseData, DataReleased, "confirmed", "released", _released, tells=Tells(discloses=_handed_over), offer=offered("data-request-decision")
        ),
        step(RefuseData, DataRefused, "confirmed", "data-refused", _refused, offer=offered("data-request-decision")),
    ),
    ended=frozenset({"released", "data-refused"}),
    audience=whoever_reads_the_case,
    expects=expects,
    awaits=("data-request-decision",),
    documents=(Document("data-release", "Berita acara penyerahan data", "Record of data handed over", DataReleased),),
)
