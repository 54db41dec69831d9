"""The resources that are read of a child who is sent: who it is, what is asked for, and why."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from services.intake.fhir.parts import Concept, HumanName, Identifier, Line, Note, Part, Priority, Reference, Words, said

_MOST = 50


class Patient(Part):
    resourceType: Literal["Patient"]  # noqa: N815 - FHIR's own name
    id: Line = ""
    name: tuple[HumanName, ...] = Field(default=(), max_length=_MOST, strict=False)
    birthDate: Line = ""  # noqa: N815 - FHIR's own name
    identifier: tuple[Identifier, ...] = Field(default=(), max_length=_MOST, strict=False)

    @property
    def words(self) -> str:
        """By which the school's people find the student; nobody guesses. Empty where it names nobody."""
        names = said(each.words for each in self.name)[:1]
        numbers = [f"{each.type.words} {each.value}".strip() for each in self.identifier if each.value]
        return ", ".join([*names, *([f"lahir {self.birthDate}"] if self.birthDate else []), *numbers]) if names or numbers else ""


class Condition(Part):
    """Why, where a reference leads to it."""

    resourceType: Literal["Condition"]  # noqa: N815 - FHIR's own name
    code: Concept = Concept()
    note: tuple[Note, ...] = Field(default=(), max_length=_MOST, strict=False)

    @property
    def words(self) -> list[str]:
        return said(self.code.words, (each.text for each in self.note))


class ServiceRequest(Part):
    """What is asked for. A plan or a proposal is no referral yet."""

    resourceType: Literal["ServiceRequest"]  # noqa: N815 - FHIR's own name
    id: Line = ""
    identifier: tuple[Identifier, ...] = Field(default=(), max_length=_MOST, strict=False)
    status: Literal["active"]
    intent: Literal["order", "original-order", "directive"]
    priority: Priority = "routine"
    code: Concept = Concept()
    subject: Reference
    performer: tuple[Reference, ...] = Field(default=(), max_length=_MOST, strict=False)
    reasonCode: tuple[Concept, ...] = Field(default=(), max_length=_MOST, strict=False)  # noqa: N815 - FHIR's own name
    note: tuple[Note, ...] = Field(default=(), max_length=_MOST, strict=False)
    patientInstruction: Words = ""  # noqa: N815 - FHIR's own name

    @property
    def words(self) -> list[str]:
        return said(self.code.words, (each.words for each in self.reasonCode), (each.text for each in self.note), self.patientInstruction)


class Task(Part):
    """That it is asked of a school. One that the sender has already begun or ended asks for nothing."""

    resourceType: Literal["Task"]  # noqa: N815 - FHIR's own name
    id: Line = ""
    identifier: tuple[Identifier, ...] = Field(default=(), max_length=_MOST, strict=False)
    status: Literal["requested"]
    intent: Literal["order", "original-order"]
    priority: Priority = "routine"
    focus: Reference
    owner: Reference = Reference()
    description: Words = ""
    note: tuple[Note, ...] = Field(default=(), max_length=_MOST, strict=False)

    @property
    def words(self) -> list[str]:
        return said(self.description, (each.text for each in self.note))
