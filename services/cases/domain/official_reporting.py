"""Official reporting (pelaporan resmi) to the Pokja, UPTD PPA or police, which is not referral: a receipt, a number, an answer by a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal

from pydantic import AwareDatetime

from services.cases.domain.steps.activity import Activities, Activity, ActivityCommand, ActivityEvent, BeginActivity, Expected
from services.cases.domain.steps.endings import ENDED
from services.cases.domain.steps.offer import offered
from services.cases.domain.steps.strategy import Strategy, opens, step, whoever_reads_the_case
from services.cases.domain.steps.tells import Counts, Document, Given, Tells, counted
from shared.errors import Refused
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


class OfficialReportOwed(Refused):
    code = "official-report-owed"
    indonesian = "Pelaporan resmi kekerasan seksual belum dicatat. Catat pelaporannya, atau mintalah pimpinan mencatat mengapa tidak diperlukan."
    english = "The official report of sexual violence is not recorded. Record it, or ask a leader to record why none is required."


DUE = "official-report"
WITHIN = timedelta(days=3)
"""Until when the report that the law requires is expected, from when sexual violence was told of. A rule that gives less time goes before; the law's
own articles are to be verified (docs/sources.md).
"""


def due(activities: Activities, since: datetime | None, owner: str | None) -> list[Expected]:
    """The report that the law requires of sexual violence (domain.md, Sexual violence), until one was filed. since: when that was told of.

    One that was called off was not filed.
    """
    filed = any(each.strategy == REPORT.name and each.state not in ENDED for each in activities.values())
    return [Expected(DUE, DUE, since + WITHIN, owner)] if since and not filed else []


def _contents(event: OfficialReportFiled) -> Iterable[Given]:
    return (Given(event.activity, "office", event.to),)


_FILED = Tells(discloses=_contents, counts=Counts(("to",)))

REPORT = Strategy(
    name="official-report",
    steps=(
        opens(FileOfficialReport, OfficialReportFiled, "filed", tells=_FILED, offer=offered(DUE)),
        step(RecordReportReceipt, ReportReceiptRecorded, "filed", "received"),
        step(RecordReportAnswer, ReportAnswered, "filed received", "answered", offer=offered("official-report-answer")),
        step(CloseOfficialReport, OfficialReportClosed, "filed received answered", "closed", tells=counted("result")),
    ),
    ended=frozenset({"closed"}),
    audience=whoever_reads_the_case,
    expects=expects,
    awaits=("official-report-answer", DUE),
    documents=(Document("official-report", "Pelaporan resmi", "Official report", OfficialReportFiled, number="number"),),
)
