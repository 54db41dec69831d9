"""Official reporting (pelaporan resmi) to the Pokja, UPTD PPA or police, which is not referral; and a police request for data.

A request for data needs a written request, its legal basis and two people's decision; it sets a legal hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import AwareDatetime

from services.cases.domain.steps.about import About
from services.cases.domain.steps.activity import Activity, ActivityCommand, ActivityEvent, Expected, Strategy, opens, step
from services.cases.domain.steps.offer import offered
from shared.errors import Refused
from shared.sealed import CaseText


class FileOfficialReport(ActivityCommand, called="file-official-report", permission="work"):
    """number: ours. respond_by: until when an answer is due by law or rule."""

    to: Literal["pokja", "uptd-ppa", "police"]
    number: str
    legal_basis: str
    respond_by: AwareDatetime
    contents: CaseText


class OfficialReportFiled(ActivityEvent):
    type: Literal["official-report-filed"] = "official-report-filed"
    version: Literal[1] = 1
    to: Literal["pokja", "uptd-ppa", "police"]
    number: str
    legal_basis: str
    respond_by: AwareDatetime
    contents: CaseText


class RecordReportReceipt(ActivityCommand, called="record-report-receipt", permission="work"):
    """receipt: the receiving office's own number."""

    receipt: str


class ReportReceiptRecorded(ActivityEvent):
    type: Literal["report-receipt-recorded"] = "report-receipt-recorded"
    version: Literal[1] = 1
    receipt: str


class RecordReportAnswer(ActivityCommand, called="record-report-answer", permission="work"):
    answer: CaseText


class ReportAnswered(ActivityEvent):
    type: Literal["report-answered"] = "report-answered"
    version: Literal[1] = 1
    answer: CaseText


class CloseOfficialReport(ActivityCommand, called="close-official-report", permission="work"):
    result: Literal["handled", "handed-over", "not-taken"]


class OfficialReportClosed(ActivityEvent):
    type: Literal["official-report-closed"] = "official-report-closed"
    version: Literal[1] = 1
    result: Literal["handled", "handed-over", "not-taken"]


class RecordDataRequest(ActivityCommand, called="record-data-request", permission="work"):
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
    type: Literal["data-decision-confirmed"] = "data-decision-confirmed"
    version: Literal[1] = 1
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


class SecondPersonNeeded(Refused):
    code = "second-person-needed"
    indonesian = "Keputusan ini memerlukan orang kedua."
    english = "This decision needs a second person."


class NotDecidedSo(Refused):
    code = "not-decided-so"
    indonesian = "Dua orang belum memutuskan demikian."
    english = "Two people have not decided so."


def _requested(command: RecordDataRequest, _: Activity, __: About) -> None:
    if not command.written or not command.legal_basis.strip():
        raise RequestNotWritten


def _confirmed(command: ConfirmDataDecision, activity: Activity, _: About) -> None:
    decided = activity.last(DataRequestDecided)
    if decided is None or decided.by == command.by:
        raise SecondPersonNeeded


def _to_release(activity: Activity) -> bool:
    decided, confirmed = activity.last(DataRequestDecided), activity.last(DataDecisionConfirmed)
    return bool(decided and confirmed and confirmed.agrees and decided.release)


def _released(_: ReleaseData, activity: Activity, __: About) -> None:
    if not _to_release(activity):
        raise NotDecidedSo


def _refused(_: RefuseData, activity: Activity, __: About) -> None:
    if _to_release(activity):
        raise NotDecidedSo


def expects_report(activity: Activity) -> Sequence[Expected]:
    """An answer by the day the law gives."""
    filed = activity.last(OfficialReportFiled)
    if filed and activity.state in ("filed", "received"):
        return [Expected(f"{activity.activity}/answer", "official-report-answer", filed.respond_by, activity.owner)]
    return ()


def expects_decision(activity: Activity) -> Sequence[Expected]:
    """A decision by the day the letter gives."""
    requested = activity.last(DataRequested)
    return [Expected(f"{activity.activity}/decision", "data-request-decision", requested.respond_by, activity.owner)] if requested else ()


REPORT = Strategy(
    "official-report",
    (
        opens(FileOfficialReport, OfficialReportFiled, "filed"),
        step(RecordReportReceipt, ReportReceiptRecorded, "filed", "received"),
        step(RecordReportAnswer, ReportAnswered, "filed received", "answered", offer=offered("official-report-answer")),
        step(CloseOfficialReport, OfficialReportClosed, "filed received answered", "closed"),
    ),
    ended=frozenset({"closed"}),
    expects=expects_report,
)
DATA_REQUEST = Strategy(
    "data-request",
    (
        opens(RecordDataRequest, DataRequested, "requested", _requested),
        step(DecideDataRequest, DataRequestDecided, "requested", "decided", offer=offered(towards="data-request-decision")),
        step(ConfirmDataDecision, DataDecisionConfirmed, "decided", "confirmed", _confirmed, offer=offered(towards="data-request-decision")),
        step(ReleaseData, DataReleased, "confirmed", "released", _released, offer=offered("data-request-decision")),
        step(RefuseData, DataRefused, "confirmed", "data-refused", _refused, offer=offered("data-request-decision")),
    ),
    ended=frozenset({"released", "data-refused"}),
    expects=expects_decision,
)
