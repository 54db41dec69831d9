"""Official reporting (pelaporan resmi) to the Pokja, UPTD PPA or police, which is not referral: a receipt, a number, an answer by a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic import AwareDatetime

from services.cases.domain.steps.activity import Activity, ActivityCommand, ActivityEvent, BeginActivity, Expected
from services.cases.domain.steps.offer import offered
from services.cases.domain.steps.strategy import Strategy, opens, step, whoever_reads_the_case
from services.cases.domain.steps.tells import Counts, Document, Given, Tells, counted
from shared.sealed import CaseText


class FileOfficialReport(BeginActivity, called="file-official-report", permission="work"):
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


def expects(activity: Activity) -> Sequence[Expected]:
    """An answer by the day the law gives."""
    filed = activity.last(OfficialReportFiled)
    if filed and activity.state in ("filed", "received"):
        return [Expected(f"{activity.activity}/answer", "official-report-answer", filed.respond_by, activity.owner)]
    return ()


def _contents(event: OfficialReportFiled) -> Iterable[Given]:
    return (Given(event.activity, "office", event.to),)


_FILED = Tells(discloses=_contents, counts=Counts(("to",)))

REPORT = Strategy(
    name="official-report",
    steps=(
        opens(FileOfficialReport, OfficialReportFiled, "filed", tells=_FILED),
        step(RecordReportReceipt, ReportReceiptRecorded, "filed", "received"),
        step(RecordReportAnswer, ReportAnswered, "filed received", "answered", offer=offered("official-report-answer")),
        step(CloseOfficialReport, OfficialReportClosed, "filed received answered", "closed", tells=counted("result")),
    ),
    ended=frozenset({"closed"}),
    audience=whoever_reads_the_case,
    expects=expects,
    awaits=("official-report-answer",),
    documents=(Document("official-report", "Pelaporan resmi", "Official report", OfficialReportFiled, number="number"),),
)
