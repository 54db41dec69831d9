"""The commands that a referral needs, in their order: drafted, with its consent or its ground, approval asked for; or, after a call, sent at once."""

from __future__ import annotations

from collections.abc import Iterator

from services.cases.commands.road import Order
from services.cases.domain.referring.consent import AskApproval, CallForHelp, OverrideConsent, RecordConsent
from services.cases.domain.referring.referral.drafting import DraftReferral
from services.cases.domain.referring.referral.sending import SendReferral
from services.cases.referring.typed import Said

STUDENT = "student"


def orders(said: Said, referral: str, package: str) -> list[Order]:
    """said: without faults. referral: the id that it gets. package: what the agency reads; sent now only where help was called first."""
    return list(_orders(said, {"referral": referral}, package))


def _orders(said: Said, about: dict[str, str], package: str) -> Iterator[Order]:
    consent = said.one("consent")
    yield Order(DraftReferral, _drafted(said))
    if consent == "given":
        yield Order(RecordConsent, about | _given(said))
    if consent == "overridden":
        yield Order(OverrideConsent, about | {"ground": said.one("ground"), "reason": said.one("ground_reason")})
    if said.phoned:
        yield Order(CallForHelp, about | {"ground": said.one("phoned_ground"), "said": said.one("said")})
        yield Order(SendReferral, about | {"package": package})
    else:
        yield Order(AskApproval, about | {"approver": said.one("approver")})


def _drafted(said: Said) -> dict[str, object]:
    return {
        "agency": said.one("agency"),
        "why": said.one("why"),
        "alternatives": list(said.all("alternatives")),
        "consent": "overridden" if said.phoned else "asked",
        "ground": said.one("phoned_ground") if said.phoned else None,
        "by_phone_first": said.phoned,
    }


def _given(said: Said) -> dict[str, object]:
    """giver: the student, or the id of a guardian."""
    giver = said.one("giver")
    guardian = None if giver == STUDENT else giver
    return {"giver": "guardian" if guardian else STUDENT, "guardian": guardian, "how": said.one("how") or "signed-form", "form": said.one("form")}
