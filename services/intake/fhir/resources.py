"""The resources that are read of a child who is sent: who it is, what is asked for, and why."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from services.intake.fhir.narratives import Narrative
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
        numbers = [f"{each.type.called} {each.value}".strip() for each in self.identifier if each.value]
        return ", ".join([*names, *([f"lahir {self.birthDate}"] if self.birthDate else []), *numbers]) if names or numbers else ""


class Condition(Part):
    """Why, where a reference leads to it."""

    resourceType: Literal["Condition"]  # noqa: N815 - FHIR's own name
    subject: Reference = Reference()
    verificationStatus: Concept = Concept()  # noqa: N815 - FHIR's own name
    code: Concept = Concept()
    note: tuple[Note, ...] = Field(default=(), max_length=_MOST, strict=False)
    text: Narrative = Narrative()

    @field_validator("verificationStatus")
    @classmethod
    def _is_meant(cls, told: Concept) -> Concept:
        """One that the sender took back must not stand in a child's file, nor be left out unseen."""
        if any(each.code in ("refuted", "entered-in-error") for each in told.coding):
            raise PydanticCustomError("taken-back", "a condition that is refuted or was entered in error")
        return told

    @property
    def words(self) -> list[str]:
        return self.text.beside(said(self.code.words, (each.text for each in self.note)))


class ServiceRequest(Part):
    """What is asked for. A plan or a proposal is no referral yet."""

    resourceType: Literal["ServiceRequest"]  # noqa: N815 - FHIR's own name
    id: Line = ""
    identifier: tuple[Identifier, ...] = Field(default=(), max_length=_MOST, strict=False)
    status: Literal["active"]
    intent: Literal["order", "original-order", "directive"]
    priority: Priority = "routine"
    doNotPerform: Literal[False] = False  # noqa: N815 - FHIR's own name
    code: Concept = Concept()
    orderDetail: tuple[Concept, ...] = Field(default=(), max_length=_MOST, strict=False)  # noqa: N815 - FHIR's own name
    subject: Reference
    performer: tuple[Reference, ...] = Field(default=(), max_length=_MOST, strict=False)
    reasonCode: tuple[Concept, ...] = Field(default=(), max_length=_MOST, strict=False)  # noqa: N815 - FHIR's own name
    reasonReference: tuple[Reference, ...] = Field(default=(), max_length=_MOST, strict=False)  # noqa: N815 - FHIR's own name
    note: tuple[Note, ...] = Field(default=(), max_length=_MOST, strict=False)
    patientInstruction: Words = ""  # noqa: N815 - FHIR's own name
    text: Narrative = Narrative()

    @property
    def words(self) -> list[str]:
        concepts = (each.words for each in (self.code, *self.orderDetail, *self.reasonCode))
        reasons = (each.display for each in self.reasonReference)
        return self.text.beside(said(concepts, reasons, (each.text for each in self.note), self.patientInstruction))


class Input(Part):
    """What is handed over with a task: words, or what has words."""

    type: Concept = Concept()
    valueString: Words = ""  # noqa: N815 - FHIR's own name
    valueMarkdown: Words = ""  # noqa: N815 - FHIR's own name
    valueCodeableConcept: Concept = Concept()  # noqa: N815 - FHIR's own name
    valueReference: Reference = Reference()  # noqa: N815 - FHIR's own name

    @model_validator(mode="before")
    @classmethod
    def _is_read(cls, told: object) -> object:
        """A value of another type is refused: it would be left out unseen."""
        if isinstance(told, dict) and any(name.startswith("value") and name not in cls.model_fields for name in map(str, told)):
            raise PydanticCustomError("not-taken", "a value of a type that nobody reads")
        return told

    @property
    def words(self) -> str:
        value = self.valueString or self.valueMarkdown or self.valueCodeableConcept.words or self.valueReference.display
        return ": ".join(filter(None, (self.type.called, value))) if value else ""


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
    reasonCode: Concept = Concept()  # noqa: N815 - FHIR's own name
    reasonReference: Reference = Reference()  # noqa: N815 - FHIR's own name
    input: tuple[Input, ...] = Field(default=(), max_length=_MOST, strict=False)
    note: tuple[Note, ...] = Field(default=(), max_length=_MOST, strict=False)
    text: Narrative = Narrative()

    @property
    def words(self) -> list[str]:
        inputs = (each.words for each in self.input)
        return self.text.beside(
            said(self.description, self.reasonCode.words, self.reasonReference.display, inputs, (each.text for each in self.note))
        )
