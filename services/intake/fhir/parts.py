"""The elements of FHIR that are read of a child who is sent. An element that we do not know is passed over; one that is wrong is named."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.typed import AS_TYPED

Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000), AS_TYPED]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
_MOST = 50

Priority = Literal["routine", "urgent", "asap", "stat"]


class Part(BaseModel):
    """Names are FHIR's own."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)


class Coding(Part):
    system: Line = ""
    code: Line = ""
    display: Words = ""


class Concept(Part):
    """A code with words: those of the sender, else what its codes are called, else the codes: a diagnosis is never left out."""

    coding: tuple[Coding, ...] = Field(default=(), max_length=_MOST, strict=False)
    text: Words = ""

    @property
    def words(self) -> str:
        return self.called or "; ".join(f"{each.system} {each.code}".strip() for each in self.coding if each.code)

    @property
    def called(self) -> str:
        """What a person calls it; empty where it is a bare code."""
        return self.text or "; ".join(filter(None, (each.display for each in self.coding)))


class Identifier(Part):
    system: Line = ""
    value: Line = ""
    type: Concept = Concept()


class Reference(Part):
    reference: Line = ""
    identifier: Identifier = Identifier()
    display: Line = ""

    @property
    def target(self) -> str:
        """What it leads to: `Organization/x` and `https://…/Organization/x` are x; an identifier is its value."""
        return self.reference.rpartition("/")[2] or self.identifier.value


class Note(Part):
    text: Words


class HumanName(Part):
    text: Line = ""
    family: Line = ""
    given: tuple[Line, ...] = Field(default=(), max_length=_MOST, strict=False)

    @property
    def words(self) -> str:
        return self.text or " ".join(filter(None, (*self.given, self.family)))


def said(*told: str | Iterable[str]) -> list[str]:
    """What holds words, each once, in order."""
    return list(dict.fromkeys(each for one in told for each in ([one] if isinstance(one, str) else one) if each))
