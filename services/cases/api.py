"""HTTP of cases: lists and cases to read, and one route per command."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints

from services.cases.acting import Done, Start
from services.cases.domain.guardian import AssessGuardian, TellGuardian
from services.cases.domain.policy import Recommendation
from services.cases.domain.referral import ApproveReferral, CancelReferral, DraftReferral
from services.cases.domain.state import State
from services.cases.domain.strands import Acknowledge, AddNote, Assign, Close, Match, Reopen, SetUrgency
from services.cases.domain.triage import ReferralInputs
from services.cases.reading import CaseReader, Moment
from services.cases.views import CaseList, Filters, Roster
from shared.access import SignedIn
from shared.errors import Fault, Invalid
from shared.events import OutcomeClass, Urgency
from shared.eventstore.projection import Projection
from shared.service import Kernel
from shared.web import cursor, read_cursor

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]
Identifier = Annotated[str, StringConstraints(min_length=1, max_length=100)]
PAGE = 100
LAST_VERSION = 2**31 - 1
"""The store numbers the events of a stream no higher."""


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Nothing(_Body):
    pass


class AssignBody(_Body):
    to: Identifier


class TextBody(_Body):
    text: Text


class UrgencyBody(_Body):
    urgency: Urgency
    reason: Text


class ReferralDecisionBody(_Body):
    """tried: strategies tried, with how they ended. chosen: where a person decides otherwise, then with a reason."""

    tried: dict[Identifier, Literal["helped", "failed", "open"]] = {}
    consent: Literal["given", "refused", "unknown"] = "unknown"
    chosen: Recommendation | None = None
    reason: Text | None = None


class DraftBody(_Body):
    """why: this receiver. alternatives: other agencies that were offered. ground: where consent is overridden."""

    agency: Identifier
    why: Text
    alternatives: list[Identifier] = []
    consent: Literal["given", "overridden", "asked"]
    ground: Literal["vital-interest", "legal-duty"] | None = None
    by_phone_first: bool = False


class ReferralBody(_Body):
    referral: Identifier


class SendBody(_Body):
    """package: exactly what is disclosed to the agency, no more."""

    referral: Identifier
    package: Text


class AssessBody(_Body):
    guardian: Identifier
    safe: bool
    reason: Text


class TellBody(_Body):
    """words: what the guardian will be told, chosen by a named counsellor; the mail itself carries none of them."""

    guardian: Identifier
    words: Text
    not_before: AwareDatetime | None = None
    student_agrees: bool = False
    serious_danger: bool = False


class MatchBody(_Body):
    student: Identifier


class CloseBody(_Body):
    """task_reviewed: the developmental task, looked at. outcome_class: what the reporter may hear."""

    outcome_class: OutcomeClass
    task_reviewed: Text


def router(kernel: Kernel, roster: Roster, view: Projection, start: Start) -> APIRouter:
    """All JSON routes of cases."""
    routes = APIRouter(prefix="/cases/api/cases", tags=["cases"])
    _reading(routes, kernel, view)
    _handling(routes, kernel, start)
    _referring(routes, start)
    _telling_home(routes, kernel, roster, start)
    return routes


def _reading(routes: APIRouter, kernel: Kernel, view: Projection) -> None:
    reader, listing = CaseReader(kernel), CaseList(view)

    @routes.get("", summary="Cases that you may see, newest first")
    async def cases(
        principal: SignedIn,
        filters: Annotated[_FilterQuery, Query()],
    ) -> dict[str, Any]:
        escalated_only = principal.holds("supervisor", "district-officer") and not principal.holds("district-duty")
        everywhere = escalated_only or principal.holds("district-duty", "auditor", "service")
        schools = "*" if everywhere else ",".join(sorted(principal.schools))
        wanted = Filters(**filters.model_dump(exclude={"cursor", "limit"}))
        after = read_cursor(filters.cursor, datetime.fromisoformat, str)
        rows = await listing.page(wanted, schools=schools, reader=principal.id, escalated_only=escalated_only, after=after, limit=filters.limit + 1)
        page = rows[: filters.limit]
        more = cursor(page[-1].opened_at.isoformat(), page[-1].id) if len(rows) > filters.limit else None
        return {"items": [asdict(row) for row in page], "next": more}

    @routes.get("/{case_id}", summary="A case: now, as of a moment, or at a version; under today's rights and erasures")
    async def case(
        case_id: str,
        principal: SignedIn,
        as_of: AwareDatetime | None = None,
        happened_until: AwareDatetime | None = None,
        version: Annotated[int | None, Query(ge=1, le=LAST_VERSION)] = None,
    ) -> dict[str, Any]:
        return await reader.case(principal, case_id, Moment(as_of, happened_until, version))

    @routes.get("/{case_id}/history", summary="Every event of a case in order")
    async def history(case_id: str, principal: SignedIn) -> dict[str, Any]:
        return {"items": await reader.history(principal, case_id), "next": None}

    @routes.get("/{case_id}/decisions", summary="The decision receipts of a case")
    async def decisions(case_id: str, principal: SignedIn) -> dict[str, Any]:
        return {"items": await reader.decisions(principal, case_id), "next": None}


class _FilterQuery(_Body):
    school: str | None = None
    state: State | None = None
    urgency: Urgency | None = None
    overdue: bool | None = None
    assignee: str | None = None
    student: str | None = None
    cursor: str | None = None
    limit: Annotated[int, Query(ge=1, le=PAGE)] = PAGE


def _handling(routes: APIRouter, kernel: Kernel, start: Start) -> None:
    @routes.post("/{case_id}/acknowledge", summary="Take the case in hand: the alert ladder stops")
    async def acknowledge(case_id: str, _: Nothing, request: Request, principal: SignedIn) -> Done:
        return await (await start(case_id, request, principal)).perform(Acknowledge(by=principal.id))

    @routes.post("/{case_id}/assign", summary="Give the case to a counsellor")
    async def assign(case_id: str, body: AssignBody, request: Request, principal: SignedIn) -> Done:
        acting = await start(case_id, request, principal)
        return await acting.perform(Assign(to=body.to, by=principal.id, elsewhere=await acting.counsellors_of_other_side()))

    @routes.post("/{case_id}/note", summary="Add a note; never conflicts")
    async def note(case_id: str, body: TextBody, request: Request, principal: SignedIn) -> Done:
        acting = await start(case_id, request, principal)
        text = await acting.seal("case", body.text, "note")
        return await acting.perform(AddNote(note=acting.id("note"), text=text, by=principal.id), conflicts=False)

    @routes.post("/{case_id}/set-urgency", summary="Raise or lower the urgency, with a reason")
    async def set_urgency(case_id: str, body: UrgencyBody, request: Request, principal: SignedIn) -> Done:
        acting = await start(case_id, request, principal)
        reason = await acting.seal("case", body.reason, "urgency-reason")
        told = {"policy": acting.policy, "at": kernel.clock.now()}
        return await acting.perform(SetUrgency(decision=acting.id("urgency"), urgency=body.urgency, reason=reason, by=principal.id, **told))

    @routes.post("/{case_id}/match", summary="The unidentified student is this one")
    async def match(case_id: str, body: MatchBody, request: Request, principal: SignedIn) -> Done:
        acting = await start(case_id, request, principal)
        known = await acting.roster.person(body.student)
        if known is None or known.kind != "student":
            raise Invalid(Fault("/student", "unknown-person"))
        return await acting.perform(Match(student=body.student, by=principal.id))

    @routes.post("/{case_id}/close", summary="Close the case: outcome class, and the developmental task reviewed")
    async def close(case_id: str, body: CloseBody, request: Request, principal: SignedIn) -> Done:
        acting = await start(case_id, request, principal)
        reviewed = await acting.seal("case", body.task_reviewed, "task-reviewed")
        return await acting.perform(Close(outcome=body.outcome_class, task_reviewed=reviewed, by=principal.id))

    @routes.post("/{case_id}/reopen", summary="Reopen a closed case")
    async def reopen(case_id: str, body: TextBody, request: Request, principal: SignedIn) -> Done:
        acting = await start(case_id, request, principal)
        return await acting.perform(Reopen(reason=await acting.seal("case", body.text, "reopen-reason"), by=principal.id))


def _referring(routes: APIRouter, start: Start) -> None:
    @routes.post("/{case_id}/decide-referral", summary="Store the referral decision, also one not to refer, with its receipt")
    async def decide(case_id: str, body: ReferralDecisionBody, request: Request, principal: SignedIn) -> Done:
        acting = await start(case_id, request, principal)
        state = acting.now.state
        categories = tuple(dict.fromkeys(category for strand in state.strands for category in strand.concern.categories))
        inputs = ReferralInputs(urgency=state.urgency, categories=categories, tried=body.tried, consent=body.consent)
        reason = await acting.seal("case", body.reason, "referral-reason") if body.reason else None
        return await acting.perform(acting.decide_referral(inputs, body.chosen, reason))

    @routes.post("/{case_id}/draft-referral", summary="Draft a referral: receiver, why this one, alternatives, consent or ground")
    async def draft(case_id: str, body: DraftBody, request: Request, principal: SignedIn) -> Done:
        acting = await start(case_id, request, principal)
        why = await acting.seal("case", body.why, "referral-why")
        fields = body.model_dump(exclude={"why", "alternatives"})
        command = DraftReferral(referral=acting.id("referral"), why=why, alternatives=tuple(body.alternatives), by=principal.id, **fields)
        return await acting.perform(command)

    @routes.post("/{case_id}/approve-referral", summary="Approve a referral that somebody else drafted")
    async def approve(case_id: str, body: ReferralBody, request: Request, principal: SignedIn) -> Done:
        return await (await start(case_id, request, principal)).perform(ApproveReferral(referral=body.referral, by=principal.id))

    @routes.post("/{case_id}/send-referral", summary="Send it: from here on the agency's task decides")
    async def send(case_id: str, body: SendBody, request: Request, principal: SignedIn) -> Done:
        acting = await start(case_id, request, principal)
        package = await acting.seal("package", body.package, "package")
        return await acting.perform(acting.send_referral(body.referral, package))

    @routes.post("/{case_id}/cancel-referral", summary="Ask the agency to cancel; it confirms, and an outcome may still win")
    async def cancel(case_id: str, body: ReferralBody, request: Request, principal: SignedIn) -> Done:
        return await (await start(case_id, request, principal)).perform(CancelReferral(referral=body.referral, by=principal.id))


def _telling_home(routes: APIRouter, kernel: Kernel, roster: Roster, start: Start) -> None:
    @routes.post("/{case_id}/assess-guardian", summary="Say whether a guardian is safe to contact, and why")
    async def assess(case_id: str, body: AssessBody, request: Request, principal: SignedIn) -> Done:
        acting = await start(case_id, request, principal)
        reason = await acting.seal("case", body.reason, "guardian-reason")
        return await acting.perform(AssessGuardian(guardian=body.guardian, safe=body.safe, reason=reason, by=principal.id))

    @routes.post("/{case_id}/tell-guardian", summary="Tell one guardian: recipient, moment and words chosen by you")
    async def tell(case_id: str, body: TellBody, request: Request, principal: SignedIn) -> Done:
        acting = await start(case_id, request, principal)
        student = await roster.person(acting.now.state.student or "")
        command = TellGuardian(
            notice=acting.id("notice"),
            guardian=body.guardian,
            guardians=student.guardians if student else (),
            not_before=body.not_before or kernel.clock.now(),
            words=await acting.seal("guardian-notice", body.words, "words"),
            age=await acting.age(kernel.clock.now()),
            adult=acting.policy.telling.adult,
            student_agrees=body.student_agrees,
            serious_danger=body.serious_danger,
            by=principal.id,
        )
        return await acting.perform(command)
