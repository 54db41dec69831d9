"""What protects a child in a case of sexual violence: one first account in the child's own words and no repeated questioning, evidence kept,
medical care offered, and the report that the law requires (domain.md, Urgency). The other rules are refusals of the strategies.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from services.cases.domain.steps.about import About
from services.cases.domain.steps.act import Acts, act
from services.cases.domain.steps.activity import Expected
from services.cases.domain.steps.command import ActEvent, Command
from services.cases.domain.steps.offer import offered
from services.cases.domain.steps.tells import counted
from shared.errors import Refused
from shared.sealed import CaseText


class RecordFirstAccount(Command, called="record-first-account", permission="work"):
    """In the child's own words; there is no second one."""

    words: CaseText


class FirstAccountRecorded(ActEvent):
    type: Literal["first-account-recorded"] = "first-account-recorded"
    version: Literal[1] = 1
    words: CaseText


class KeepEvidence(Command, called="keep-evidence", permission="work"):
    """what, where: of the thing itself; nothing is copied here."""

    what: CaseText
    where: CaseText


class EvidenceKept(ActEvent):
    type: Literal["evidence-kept"] = "evidence-kept"
    version: Literal[1] = 1
    what: CaseText
    where: CaseText


class OfferMedicalCare(Command, called="offer-medical-care", permission="work"):
    """answer: what the student, or who may decide for them, said."""

    answer: Literal["accepted", "refused", "later"]
    where: CaseText


class MedicalCareOffered(ActEvent):
    type: Literal["medical-care-offered"] = "medical-care-offered"
    version: Literal[1] = 1
    answer: Literal["accepted", "refused", "later"]
    where: CaseText


class WaiveOfficialReport(Command, called="waive-official-report", permission="ruling"):
    """Nobody files the report that the law requires. ground: somebody else reported it to the office already, or what was told of did not happen."""

    ground: Literal["reported-already", "did-not-happen"]
    reason: CaseText


class OfficialReportWaived(ActEvent):
    """covers: the concerns and additions that had told of sexual violence by then. Whatever comes into the case later owes a report of its own."""

    type: Literal["official-report-waived"] = "official-report-waived"
    version: Literal[1] = 1
    ground: Literal["reported-already", "did-not-happen"]
    reason: CaseText
    covers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Protection:
    """waived: the concerns and additions of which it was said that no official report is filed."""

    account: bool = False
    evidence: int = 0
    medical_care: str | None = None
    waived: tuple[str, ...] = ()

    def carried_in(self, concerns: Collection[str]) -> Protection:
        """These come from another case: what was waived was said without it."""
        return replace(self, waived=tuple(each for each in self.waived if each not in concerns))


NONE = Protection()


CARE, WITHIN = "medical-care", timedelta(days=1)
"""Until when medical care is offered to a child who was hurt, from when it was told of: what prevents an infection must begin within three days
(docs/sources.md).
"""


def expected(protection: Protection, since: datetime | None, owner: str | None) -> list[Expected]:
    """That care is offered, whatever the child answers. since: when sexual violence against the student was told of."""
    return [Expected(CARE, CARE, since + WITHIN, owner)] if since and protection.medical_care is None else []


class AccountAlreadyTaken(Refused):
    code = "account-already-taken"
    indonesian = "Cerita pertama anak sudah dicatat; anak tidak ditanya berulang."
    english = "The child's first account is recorded; a child is not questioned again."


class NoReportRequired(Refused):
    code = "no-report-required"
    indonesian = "Dalam kasus ini tidak ada pelaporan resmi yang diwajibkan."
    english = "The law requires no official report in this case."


class WaivedByAnother(Refused):
    code = "waived-by-another"
    indonesian = "Yang memegang kasus ini tidak menyatakan sendiri bahwa tidak ada pelaporan resmi. Mintalah kepala sekolah atau dinas mencatatnya."
    english = "Whoever has the case does not say themselves that no official report is filed. Ask the principal or the district to record it."


def _first(_: RecordFirstAccount, protection: Protection, __: About) -> None:
    if protection.account:
        raise AccountAlreadyTaken


PROTECTION: Acts[Protection] = Acts(
    act(RecordFirstAccount, FirstAccountRecorded, _first),
    act(KeepEvidence, EvidenceKept),
    act(OfferMedicalCare, MedicalCareOffered, offer=offered("medical-care")),
    act(WaiveOfficialReport, OfficialReportWaived, tells=counted("ground"), offer=offered("official-report")),
    awaits=("medical-care",),
)


def evolve(protection: Protection, event: ActEvent) -> Protection:
    match event:
        case FirstAccountRecorded():
            return replace(protection, account=True)
        case EvidenceKept():
            return replace(protection, evidence=protection.evidence + 1)
        case MedicalCareOffered():
            return replace(protection, medical_care=event.answer)
        case OfficialReportWaived():
            return replace(protection, waived=tuple(dict.fromkeys((*protection.waived, *event.covers))))
        case _:
            return protection
