"""Whether everything that was sent is about one child: what is said of another must never stand in this one's file."""

from __future__ import annotations

from services.intake.fhir.parts import Reference
from services.intake.fhir.resources import Condition, Patient, ServiceRequest
from services.intake.fhir.unpacking import Unpacked, led_to, parts_of
from shared.errors import Fault


def of_others(unpacked: list[Unpacked], request: ServiceRequest) -> list[Fault]:
    """A second Patient, and each Condition of somebody else."""
    if len(parts_of(unpacked, Patient)) > 1:
        return [Fault("/Patient", "at-most-one")]
    conditions = [(each.place, each.part) for each in unpacked if isinstance(each.part, Condition)]
    return [Fault(f"{place}/subject", "leads-elsewhere") for place, each in conditions if not _same(unpacked, each.subject, request.subject)]


def _same(unpacked: list[Unpacked], told: Reference, subject: Reference) -> bool:
    """One that leads nowhere at all is the child's: it came with the child."""
    if not told.target or (told.target, told.reference) == (subject.target, subject.reference):
        return True
    patient = led_to(unpacked, subject.reference, Patient)
    if patient is None:
        return False
    if told.reference:
        return led_to(unpacked, told.reference, Patient) is patient
    return any((each.system, each.value) == (told.identifier.system, told.identifier.value) for each in patient.identifier)
