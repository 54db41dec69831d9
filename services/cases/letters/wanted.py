"""What somebody says when they issue a document."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.cases.domain.letters.register import Typed

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=r"^[^\x00-\x1f]+$")]


class Wanted(BaseModel):
    """number: typed by hand from the school's own book; without it the register gives one, or the document has its own already.

    replaces: the document that this one corrects. recipient: the lines under the number, in place of the usual ones. copies: who gets a copy.
    """

    model_config = ConfigDict(extra="forbid")

    number: Typed | None = Field(default=None, examples=["421.5/012/BK/II/2026"])
    replaces: str | None = None
    recipient: Annotated[tuple[Line, ...], Field(max_length=6)] = ()
    copies: Annotated[tuple[Line, ...], Field(max_length=10)] = ()


class WantedDocument(Wanted):
    """name, version: of one of the documents that the history holds."""

    name: str
    version: Annotated[int, Field(ge=1, le=2**31 - 1)]
