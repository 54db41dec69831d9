"""Strategy 5, collaboration with parents: so that guidance goes on at home. Summons I to III; three without an answer propose a home visit,
never to an implicated or unsafe home. Only a guardian whom a counsellor judged safe is invited.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AwareDatetime
from pydantic import Field as Limit

from services.cases.domain.steps.about import About, NoMarriageSettlement, NoSettlement
from services.cases.domain.steps.activity import Activity, ActivityCommand, ActivityEvent, Expected
from services.cases.domain.steps.home import ADULT, TurnsHome, require_consent, require_safe
from services.cases.domain.steps.named import NamedBefore, Names
from services.cases.domain.steps.offer import Around, Known, offered, one_of
from services.cases.domain.steps.strategy import Strategy, opens, step, whoever_reads_the_case
from services.cases.domain.steps.tells import Counts, Document, Given, Tells, counted
from shared.errors import Refused
from shared.sealed import CaseText

SUMMONS = 3
ANSWER = timedelta(days=2)
"""How long after the appointed time a summons is waited for."""


class PlanParentMeeting(TurnsHome, called="plan-parent-meeting", permission="work"):
    """kind: help at home; a mediation or peace letter is refused where the case is about sexual violence, a settlement by marriage always."""

    guardian: Annotated[str, Names("guardian")]
    kind: Literal["help-at-home", "mediation", "peace-letter", "marriage-settlement"]
    goal: CaseText


class ParentMeetingPlanned(ActivityEvent):
    type: Literal["parent-meeting-planned"] = "parent-meeting-planned"
    version: Literal[1] = 1
    age: int | None = None
    adult: int = ADULT
    student_agrees: bool = False
    serious_danger: bool = False
    guardian: str
    kind: Literal["help-at-home", "mediation", "peace-letter", "marriage-settlement"]
    goal: CaseText


class InviteParent(ActivityCommand, called="invite-parent", permission="work"):
    """summons: I, II or III as 1, 2, 3. letter: its number."""

    summons: Annotated[int, Limit(ge=1, le=SUMMONS)]
    channel: Literal["letter", "phone", "chat", "in-person"]
    when: AwareDatetime
    letter: str


class ParentInvited(ActivityEvent):
    type: Literal["parent-invited"] = "parent-invited"
    version: Literal[1] = 1
    summons: Annotated[int, Limit(ge=1, le=SUMMONS)]
    channel: Literal["letter", "phone", "chat", "in-person"]
    when: AwareDatetime
    letter: str


class RecordNoAnswer(ActivityCommand, called="record-no-answer", permission="work"):
    """Nobody answered or came to the last summons."""


class ParentNoAnswer(ActivityEvent):
    type: Literal["parent-no-answer"] = "parent-no-answer"
    version: Literal[1] = 1


class HoldParentMeeting(ActivityCommand, called="hold-parent-meeting", permission="work"):
    """came: who was there. received, given: information each way; given is what the parent may read again."""

    came: Annotated[tuple[str, ...], Limit(min_length=1), NamedBefore("whoever came, also relatives who stand in no roster")]
    received: CaseText
    given: CaseText


class ParentMet(ActivityEvent):
    type: Literal["parent-met"] = "parent-met"
    version: Literal[1] = 1
    came: Annotated[tuple[str, ...], Limit(min_length=1)]
    received: CaseText
    given: CaseText


class RecordParentRefusal(ActivityCommand, called="record-parent-refusal", permission="work"):
    reason: CaseText


class ParentRefused(ActivityEvent):
    type: Literal["parent-refused"] = "parent-refused"
    version: Literal[1] = 1
    reason: CaseText


class AgreeHomeAction(ActivityCommand, called="agree-home-action", permission="work"):
    """statement: number of the signed statement (surat pernyataan), empty where none was signed."""

    action: CaseText
    review_by: AwareDatetime
    statement: str = ""


class HomeActionAgreed(ActivityEvent):
    type: Literal["home-action-agreed"] = "home-action-agreed"
    version: Literal[1] = 1
    action: CaseText
    review_by: AwareDatetime
    statement: str = ""


class ReviewHomeAction(ActivityCommand, called="review-home-action", permission="work"):
    kept: bool
    result: CaseText


class HomeActionReviewed(ActivityEvent):
    type: Literal["home-action-reviewed"] = "home-action-reviewed"
    version: Literal[1] = 1
    kept: bool
    result: CaseText


class SummonsOutOfOrder(Refused):
    code = "summons-out-of-order"
    indonesian = "Surat panggilan dikirim berurutan: I, II, III."
    english = "Summonses are sent in order: I, II, III."


class NotInvited(Refused):
    code = "not-invited"
    indonesian = "Belum ada panggilan yang ditunggu jawabannya."
    english = "No summons is waiting for an answer."


def _guardian_of(activity: Activity) -> str:
    planned = activity.last(ParentMeetingPlanned)
    assert planned is not None
    return planned.guardian


def _planned(command: PlanParentMeeting, _: Activity, about: About) -> None:
    require_consent(command, about)
    if command.kind == "marriage-settlement":
        raise NoMarriageSettlement
    if about.sexual_violence and command.kind != "help-at-home":
        raise NoSettlement
    require_safe(command.guardian, about)


def _invited(command: InviteParent, activity: Activity, about: About) -> None:
    require_safe(_guardian_of(activity), about)
    if command.summons != len(activity.all(ParentInvited)) + 1:
        raise SummonsOutOfOrder


def _no_answer(_: RecordNoAnswer, activity: Activity, __: About) -> None:
    if len(activity.all(ParentNoAnswer)) >= len(activity.all(ParentInvited)):
        raise NotInvited


def visit_proposed(activity: Activity) -> bool:
    """Three summonses without an answer: a home visit is proposed, where the home is safe."""
    return activity.state == "no-answer" and len(activity.all(ParentNoAnswer)) == SUMMONS


def expects(activity: Activity) -> Sequence[Expected]:
    """An answer to the summons, the next summons, a visit after the third, the review of what was agreed."""
    invited, agreed = activity.last(ParentInvited), activity.last(HomeActionAgreed)
    key, owner = activity.activity, activity.owner
    if activity.state == "invited" and invited:
        return [Expected(f"{key}/summons-{invited.summons}", "parent-answer", invited.when + ANSWER, owner)]
    if activity.state == "no-answer" and invited:
        silent = activity.last(ParentNoAnswer)
        assert silent is not None
        if visit_proposed(activity):
            proposed = f"{key}/home-visit-proposed-{invited.summons}"
            return [Expected(proposed, "home-visit-proposed", silent.at + ANSWER, owner, begins="home-visit", proposed=silent.at)]
        return [Expected(f"{key}/next-summons-{invited.summons}", "next-summons", silent.at + ANSWER, owner)]
    if activity.state == "agreed" and agreed:
        return [Expected(f"{key}/review", "home-action-review", agreed.review_by, owner)]
    return ()


def _said_to(event: ParentMet) -> Iterable[Given]:
    return [Given(f"{event.act}/{person}", "guardian", person) for person in event.came]


def _signed(event: HomeActionAgreed) -> bool:
    """A statement is written only where one was signed."""
    return bool(event.statement)


_MET = Tells(discloses=_said_to, counts=Counts(service="parent-collaboration"))


def _meetings(_: Activity, around: Around) -> Sequence[Known]:
    return [Known({"guardian": each}, one_of(PlanParentMeeting, "kind")) for each in around.guardians]


def _next_summons(activity: Activity, _: Around) -> Sequence[Known]:
    return [Known({"summons": len(activity.all(ParentInvited)) + 1})]


PARENTS = Strategy(
    name="parent-collaboration",
    steps=(
        opens(PlanParentMeeting, ParentMeetingPlanned, "planned", _planned, tells=counted("kind"), offer=offered(known=_meetings)),
        step(
            InviteParent,
            ParentInvited,
            "planned no-answer postponed",
            "invited",
            _invited,
            tells=counted("summons"),
            offer=offered("next-summons", _next_summons),
        ),
        step(HoldParentMeeting, ParentMet, "planned invited no-answer postponed", "met", tells=_MET, offer=offered("parent-answer")),
        step(RecordNoAnswer, ParentNoAnswer, "invited", "no-answer", _no_answer, offer=offered("parent-answer")),
        step(RecordParentRefusal, ParentRefused, "planned invited no-answer met postponed", "parent-refused", offer=offered("parent-answer")),
        step(AgreeHomeAction, HomeActionAgreed, "met", "agreed"),
        step(ReviewHomeAction, HomeActionReviewed, "agreed", "reviewed", tells=counted("kept"), offer=offered("home-action-review")),
    ),
    ended=frozenset({"parent-refused", "reviewed"}),
    audience=whoever_reads_the_case,
    expects=expects,
    awaits=("parent-answer", "next-summons", "home-visit-proposed", "home-action-review"),
    documents=(
        Document("parent-summons", "Surat panggilan orang tua", "Summons to a guardian", ParentInvited, number="letter"),
        Document("parent-statement", "Surat pernyataan", "Signed statement", HomeActionAgreed, _signed, number="statement"),
    ),
)
