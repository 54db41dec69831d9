"""As whom somebody reports: what follows from who signs in, and that an anonymous report carries nobody (security, rows 8 and 19)."""

from __future__ import annotations

from services.intake.domain.concern.state import Concern
from services.intake.raising import ConcernBody
from shared.access import ANONYMOUS, Principal
from shared.errors import Fault

_OWN = frozenset({"student", "guardian"})
_SENDER = frozenset({"agency-officer"})
_THEMSELVES = ("web", "api")
"""Channels by which somebody reports without anybody in between."""


def _sends(principal: Principal) -> bool:
    """Whether this is an agency, or somebody who works at one and holds no other post here."""
    return principal.kind == "agency" or (principal.kind == "person" and principal.roles == _SENDER)


def _of_agency(body: ConcernBody, principal: Principal) -> list[Fault]:
    by_agency, as_agency = _sends(principal), body.reporter.kind == "agency"
    if by_agency and not as_agency:
        return [Fault("/reporter/kind", "not-yours")]
    if by_agency and body.channel not in _THEMSELVES:
        return [Fault("/channel", "not-yours")]
    if as_agency and not by_agency and principal.kind == "person" and body.channel in _THEMSELVES:
        return [Fault("/reporter/kind", "not-yours")]
    return [Fault("/reporter/id", "not-yours")] if as_agency and body.reporter.id else []


def _of_confidential(body: ConcernBody, principal: Principal) -> list[Fault]:
    """Somebody of the roster who is known, and keeps their name from whoever reads the case."""
    if body.reporter.kind != "confidential":
        return []
    if body.reporter.id is None:
        return [Fault("/reporter/id", "missing")]
    themselves = principal.kind != "person" or body.channel not in _THEMSELVES or body.reporter.id == principal.id
    return [] if themselves else [Fault("/reporter/id", "not-yourself")]


def known_reporter(body: ConcernBody, principal: Principal) -> ConcernBody:
    """Whoever reports confidentially and says no id reports as themselves."""
    reporter = body.reporter
    if reporter.kind != "confidential" or reporter.id or principal.kind != "person" or body.channel not in _THEMSELVES:
        return body
    return body.model_copy(update={"reporter": reporter.model_copy(update={"id": principal.id})})


def author_of(body: ConcernBody, principal: Principal) -> Principal:
    """Who is kept as having said it: nobody for an anonymous report, whatever cookie or token came along, and for a confidential one, of whom the
    concern alone knows (ADR 59).

    Staff who write down what came by telephone, on paper or in the box are kept: they are not its reporter.
    """
    if body.reporter.kind == "confidential":
        return ANONYMOUS
    if body.reporter.kind != "anonymous" or principal.kind != "person":
        return principal
    return ANONYMOUS if principal.roles <= _OWN or body.channel in _THEMSELVES else principal


def author_of_addition(concern: Concern, principal: Principal) -> Principal:
    """Who is kept as having added to a concern: nobody where it is anonymous. Only its receipt leads there, and that may be its reporter's."""
    return ANONYMOUS if concern.reporter_kind in ("anonymous", "confidential") else principal


def author_of_form(body: ConcernBody, principal: Principal) -> Principal:
    """The same for the public form, where a browser may be signed in as somebody else than who sits before it: then nobody is kept."""
    return ANONYMOUS if not_theirs(body, principal) else author_of(body, principal)


def not_theirs(body: ConcernBody, principal: Principal) -> list[Fault]:
    """What a student or guardian cannot say of a report of their own: another kind of reporter, or that it came through somebody's hands.

    An agency that sends a child to the school is its own kind of reporter. Staff write down what an agency said on paper or by telephone.
    """
    if faults := _of_agency(body, principal) or _of_confidential(body, principal):
        return faults
    if principal.kind != "person" or not principal.roles <= _OWN:
        return []
    faults = [] if body.reporter.kind in principal.roles | {"anonymous", "confidential"} else [Fault("/reporter/kind", "not-yours")]
    faults += [] if body.channel in _THEMSELVES else [Fault("/channel", "not-yours")]
    return faults + ([Fault("/reporter/id", "anonymous")] if body.reporter.kind == "anonymous" and body.reporter.id else [])
