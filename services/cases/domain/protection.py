"""What protects a child in a case of sexual violence: one first account in the child's own words and no repeated questioning, evidence kept,
medical care offered (domain.md, Urgency). The other rules are refusals of the strategies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from services.cases.domain.about import About
from services.cases.domain.acts import CaseActEvent, CaseCommand
from shared.errors import Refused
from shared.sealed import Sealed


class RecordFirstAccount(CaseCommand):
    """In the child's own words; there is no second one."""

    words: Sealed


class FirstAccountRecorded(RecordFirstAccount, CaseActEvent):
    type: Literal["first-account-recorded"] = "first-account-recorded"
    version: Literal[1] = 1


class KeepEvidence(CaseCommand):
    """what, where: of the thing itself; nothing is copied here."""

    what: Sealed
    where: Sealed


class EvidenceKept(KeepEvidence, CaseActEvent):
    type: Literal["evidence-kept"] = "evidence-kept"
    version: Literal[1] = 1


class OfferMedicalCare(CaseCommand):
    """answer: what the student, or who may decide for them, said."""

    answer: Literal["accepted", "refused", "later"]
    where: Sealed


class MedicalCareOffered(OfferMedicalCare, CaseActEvent):
    type: Literal["medical-care-offered"] = "medical-care-offered"
    version: Literal[1] = 1


PROTECTION_COMMANDS = (RecordFirstAccount, KeepEvidence, OfferMedicalCare)
PROTECTION_EVENTS = (FirstAccountRecorded, EvidenceKept, MedicalCareOffered)


@dataclass(frozen=True, slots=True)
class Protection:
    account: bool = False
    evidence: int = 0
    medical_care: str | None = None


NONE = Protection()


class AccountAlreadyTaken(Refused):
    indonesian = "Cerita pertama anak sudah dicatat; anak tidak ditanya berulang."
    english = "The child's first account is recorded; a child is not questioned again."


def decide(command: CaseCommand, protection: Protection, _: About) -> Sequence[CaseActEvent]:
    """Raises: AccountAlreadyTaken."""
    if isinstance(command, RecordFirstAccount) and protection.account:
        raise AccountAlreadyTaken
    event = _EVENT_OF[type(command)]
    return [event(**{name: getattr(command, name) for name in type(command).model_fields})]


_EVENT_OF: Mapping[type[CaseCommand], type[CaseActEvent]] = dict(zip(PROTECTION_COMMANDS, PROTECTION_EVENTS, strict=True))


def evolve(protection: Protection, event: CaseActEvent) -> Protection:
    match event:
        case FirstAccountRecorded():
            return replace(protection, account=True)
        case EvidenceKept():
            return replace(protection, evidence=protection.evidence + 1)
        case MedicalCareOffered():
            return replace(protection, medical_care=event.answer)
        case _:
            return protection
