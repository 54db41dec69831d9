"""Strategy 1, individual counselling (konseling individual): face to face, two persons; its evaluations come due by themselves.

Read by the counsellor alone; everybody else sees "service given" (domain.md, The nine strategies).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AwareDatetime
from pydantic import Field as Limit

from services.cases.domain.steps.about import About
from services.cases.domain.steps.activity import Activity, ActivityCommand, ActivityEvent, Audience, BeginActivity, Expected, Field
from services.cases.domain.steps.offer import Around, Known, offered, one_of
from services.cases.domain.steps.strategy import Strategy, opens, step
from services.cases.domain.steps.tells import Document, counted
from shared.errors import Refused
from shared.eventstore.upcasting import Json
from shared.sealed import CounsellingText

LAIJAPEN, LAIJAPANG = timedelta(days=30), timedelta(days=180)
"""Short-term evaluation within a month, long-term within months (sources.md, Evaluation of services)."""

REQUEST = timedelta(hours=72)
"""Until when a meeting is agreed for counselling that was asked for: as the first contact of a case of the middle level (domain.md, Urgency)."""
RECORDED_AFTER = timedelta(days=1)
"""So long after its beginning a meeting is to be recorded."""

EARLIEST = {"laiseg": timedelta(), "laijapen": timedelta(days=7), "laijapang": timedelta(days=60)}
"""Days after the meeting from which an evaluation can show anything: a week, and months (domain.md, The nine strategies)."""


class RequestCounselling(BeginActivity, called="request-counselling", permission="work"):
    """origin: who the wish came from; a service plan (RPL) is written only where the student was invited."""

    origin: Literal["self", "assessment", "referral", "observation"]
    field: Field
    reason: CounsellingText


class CounsellingRequested(ActivityEvent):
    type: Literal["counselling-requested"] = "counselling-requested"
    version: Literal[1] = 1
    origin: Literal["self", "assessment", "referral", "observation"]
    field: Field
    reason: CounsellingText


class ScheduleCounselling(ActivityCommand, called="schedule-counselling", permission="work"):
    when: AwareDatetime
    place: CounsellingText


class CounsellingScheduled(ActivityEvent):
    type: Literal["counselling-scheduled"] = "counselling-scheduled"
    version: Literal[1] = 1
    when: AwareDatetime
    place: CounsellingText


class HoldCounselling(ActivityCommand, called="hold-counselling", permission="work"):
    """meeting: 1, 2, 3 …  confidentiality_told: the limits of confidentiality, at the first meeting."""

    meeting: Annotated[int, Limit(ge=1)]
    confidentiality_told: bool
    symptoms: CounsellingText
    complaint: CounsellingText
    problem: CounsellingText
    causes: CounsellingText
    goal: CounsellingText
    approach: CounsellingText
    result: CounsellingText
    next_plan: CounsellingText


class CounsellingHeld(ActivityEvent):
    type: Literal["counselling-held"] = "counselling-held"
    version: Literal[1] = 1
    meeting: Annotated[int, Limit(ge=1)]
    confidentiality_told: bool
    symptoms: CounsellingText
    complaint: CounsellingText
    problem: CounsellingText
    causes: CounsellingText
    goal: CounsellingText
    approach: CounsellingText
    result: CounsellingText
    next_plan: CounsellingText


class RecordNoShow(ActivityCommand, called="record-no-show", permission="work"):
    """The student did not come."""


class CounsellingNoShow(ActivityEvent):
    type: Literal["counselling-no-show"] = "counselling-no-show"
    version: Literal[1] = 1


class DeclineCounselling(ActivityCommand, called="decline-counselling", permission="work"):
    """The student does not want it; that is their right."""

    reason: CounsellingText


class CounsellingDeclined(ActivityEvent):
    type: Literal["counselling-declined"] = "counselling-declined"
    version: Literal[1] = 1
    reason: CounsellingText


class EvaluateCounselling(ActivityCommand, called="evaluate-counselling", permission="work"):
    """kind: laiseg at the end of the meeting, laijapen after a week to a month, laijapang after months.

    reason_for_early: why one is made before its time, as where the student moves away.
    """

    kind: Literal["laiseg", "laijapen", "laijapang"]
    helped: bool
    finding: CounsellingText
    reason_for_early: CounsellingText | None = None


class CounsellingEvaluated(ActivityEvent):
    type: Literal["counselling-evaluated"] = "counselling-evaluated"
    version: Literal[2] = 2
    kind: Literal["laiseg", "laijapen", "laijapang"]
    helped: bool
    finding: CounsellingText
    reason_for_early: CounsellingText | None


def _no_reason(evaluated: Json) -> Json:
    """Version 1 asked for no reason."""
    return evaluated | {"reason_for_early": None}


class RecordSatisfaction(ActivityCommand, called="record-satisfaction", permission="work"):
    """The student's own form (lembar kepuasan konseli). score: 1 to 5."""

    score: Annotated[int, Limit(ge=1, le=5)]
    words: CounsellingText


class SatisfactionRecorded(ActivityEvent):
    type: Literal["satisfaction-recorded"] = "satisfaction-recorded"
    version: Literal[1] = 1
    score: Annotated[int, Limit(ge=1, le=5)]
    words: CounsellingText


class EndCounselling(ActivityCommand, called="end-counselling", permission="work"):
    result: Literal["helped", "partly", "not-helped"]


class CounsellingEnded(ActivityEvent):
    type: Literal["counselling-ended"] = "counselling-ended"
    version: Literal[1] = 1
    result: Literal["helped", "partly", "not-helped"]


class ConfidentialityNotTold(Refused):
    code = "confidentiality-not-told"
    indonesian = "Pada pertemuan pertama, batas kerahasiaan harus disampaikan kepada murid."
    english = "At the first meeting the student must be told the limits of confidentiality."


class WrongMeetingNumber(Refused):
    code = "wrong-meeting-number"
    indonesian = "Nomor pertemuan tidak berurutan."
    english = "The meeting's number does not follow the last one."


class EvaluationOutOfOrder(Refused):
    code = "evaluation-out-of-order"
    indonesian = "Evaluasi dilakukan berurutan: segera, jangka pendek, jangka panjang."
    english = "Evaluations come in order: immediate, short-term, long-term."


class EvaluationTooEarly(Refused):
    code = "evaluation-too-early"
    indonesian = "Laijapen paling cepat seminggu, laijapang paling cepat dua bulan sesudah pertemuan; sebelum itu, tulis alasan (reason_for_early)."
    english = "Laijapen comes a week after the meeting at the earliest, laijapang two months; before that, give the reason (reason_for_early)."


class EvaluationBeforeMeeting(Refused):
    code = "evaluation-before-meeting"
    indonesian = "Evaluasi tidak mungkin terjadi sebelum pertemuannya."
    english = "An evaluation cannot have happened before its meeting."


class NotEvaluated(Refused):
    code = "not-evaluated"
    indonesian = "Layanan belum dievaluasi (laiseg)."
    english = "The service was not evaluated yet (laiseg)."


_ORDER = ("laiseg", "laijapen", "laijapang")
_EVALUATIONS = "evaluation-laiseg evaluation-laijapen evaluation-laijapang"


def _held(command: HoldCounselling, activity: Activity, _: About) -> None:
    meetings = len(activity.all(CounsellingHeld))
    if command.meeting != meetings + 1:
        raise WrongMeetingNumber
    if meetings == 0 and not command.confidentiality_told:
        raise ConfidentialityNotTold


def _evaluated(command: EvaluateCounselling, activity: Activity, _: About) -> None:
    done = [each.kind for each in activity.all(CounsellingEvaluated)]
    wanted = _ORDER.index(command.kind)
    if command.kind in done[-1:] and command.kind != "laiseg":
        raise EvaluationOutOfOrder
    if wanted > 0 and _ORDER[wanted - 1] not in done:
        raise EvaluationOutOfOrder
    _in_its_time(command, activity)


def _in_its_time(command: EvaluateCounselling, activity: Activity) -> None:
    """By the days on which the meeting and the evaluation happened at the school, whenever they were written down."""
    held = activity.last(CounsellingHeld)
    assert held is not None
    passed = command.calendar.day(command.at) - command.calendar.day(held.at)
    if passed < timedelta():
        raise EvaluationBeforeMeeting
    if passed < EARLIEST[command.kind] and command.reason_for_early is None:
        raise EvaluationTooEarly


def _ended(_: EndCounselling, activity: Activity, __: About) -> None:
    if activity.last(CounsellingEvaluated) is None:
        raise NotEvaluated


def expects(activity: Activity) -> Sequence[Expected]:
    """A meeting to be agreed and held, then the three evaluations, one after the other."""
    key, owner = activity.activity, activity.owner
    scheduled, held = activity.last(CounsellingScheduled), activity.last(CounsellingHeld)
    asked = activity.last(CounsellingRequested)
    if activity.state == "requested" and asked:
        return [Expected(f"{key}/request", "counselling-request", asked.at + REQUEST, owner)]
    if activity.state == "scheduled" and scheduled:
        return [Expected(f"{key}/meeting-{activity.version}", "counselling-meeting", scheduled.when + RECORDED_AFTER, owner)]
    if activity.state == "held" and held:
        return [Expected(f"{key}/laiseg-{held.meeting}", "evaluation-laiseg", held.at + timedelta(days=1), owner)]
    if activity.state == "evaluated" and held:
        done = {each.kind for each in activity.all(CounsellingEvaluated)}
        if "laijapen" not in done:
            return [Expected(f"{key}/laijapen", "evaluation-laijapen", held.at + LAIJAPEN, owner)]
        if "laijapang" not in done:
            return [Expected(f"{key}/laijapang", "evaluation-laijapang", held.at + LAIJAPANG, owner)]
    return ()


def audience(_: Activity) -> Audience:
    """The counsellor alone, not even whoever else reads the case whole."""
    return Audience(holders=False)


def _was_invited(event: CounsellingRequested) -> bool:
    """A service plan is written only where the student was invited."""
    return event.origin != "self"


_SERVICE_PLAN = Document(
    "service-plan", "Rencana layanan (RPL) konseling individual", "Service plan, individual counselling", CounsellingRequested, _was_invited
)


def _next_meeting(activity: Activity, _: Around) -> Sequence[Known]:
    return [Known({"meeting": len(activity.all(CounsellingHeld)) + 1})]


def _evaluations(_: Activity, __: Around) -> Sequence[Known]:
    return [Known(choice=one_of(EvaluateCounselling, "kind"))]


COUNSELLING = Strategy(
    name="counselling",
    steps=(
        opens(RequestCounselling, CounsellingRequested, "requested", tells=counted("field", "origin"), offer=offered("contact")),
        step(
            ScheduleCounselling,
            CounsellingScheduled,
            "requested scheduled held no-show evaluated postponed",
            "scheduled",
            offer=offered("counselling-request"),
        ),
        step(
            HoldCounselling,
            CounsellingHeld,
            "scheduled",
            "held",
            _held,
            tells=counted(service="individual-counselling"),
            offer=offered("counselling-meeting", _next_meeting),
        ),
        step(RecordNoShow, CounsellingNoShow, "scheduled", "no-show", offer=offered("counselling-meeting")),
        step(DeclineCounselling, CounsellingDeclined, "requested scheduled no-show postponed", "declined", offer=offered("counselling-request")),
        step(
            EvaluateCounselling,
            CounsellingEvaluated,
            "held evaluated",
            "evaluated",
            _evaluated,
            tells=counted("kind", "helped"),
            offer=offered(_EVALUATIONS, _evaluations),
        ),
        step(RecordSatisfaction, SatisfactionRecorded, "held evaluated", tells=counted("score")),
        step(EndCounselling, CounsellingEnded, "evaluated held", "ended", _ended, tells=counted("result")),
    ),
    ended=frozenset({"ended", "declined"}),
    rests=frozenset({"evaluated"}),
    audience=audience,
    expects=expects,
    upcasts={("counselling-evaluated", 1): _no_reason},
    awaits=("counselling-request", "counselling-meeting", "evaluation-laiseg", "evaluation-laijapen", "evaluation-laijapang"),
    documents=(
        _SERVICE_PLAN,
        Document("counselling-report", "Laporan konseling individual", "Report on individual counselling", CounsellingHeld),
        Document("satisfaction-form", "Lembar kepuasan konseli", "Satisfaction form", SatisfactionRecorded),
    ),
)
