"""A document laid out: everything that is printed, in order, as text. This is what is sealed when it is issued; PDF and preview are made from it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Shape(BaseModel):
    """Kept for ever inside what was issued: a changed field needs a new version of `LaidOut`."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Paragraph(_Shape):
    kind: Literal["paragraph"] = "paragraph"
    heading: str = ""
    text: str


class Section(_Shape):
    """What somebody wrote, under its heading."""

    kind: Literal["section"] = "section"
    heading: str
    text: str


class Rows(_Shape):
    """Labels and what stands beside them."""

    kind: Literal["rows"] = "rows"
    heading: str = ""
    rows: tuple[tuple[str, str], ...]


class Table(_Shape):
    """widths: how the columns share the page. tall: its rows leave room for a signature."""

    kind: Literal["table"] = "table"
    heading: str = ""
    columns: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]
    tall: bool = False


class Blanks(_Shape):
    """Lines that are filled in by hand."""

    kind: Literal["blanks"] = "blanks"
    heading: str = ""
    labels: tuple[str, ...]


class Page(_Shape):
    """A new page begins."""

    kind: Literal["page"] = "page"
    heading: str


Part = Annotated[Paragraph | Section | Rows | Table | Blanks | Page, Field(discriminator="kind")]


class Signature(_Shape):
    """caption: above the position, such as *Mengetahui,*. name: empty for somebody who writes it by hand. number: such as a NIP."""

    caption: str
    position: str
    name: str
    number: str


class Letterhead(_Shape):
    authority: tuple[str, ...]
    name: str
    address: str
    contact: str
    npsn: str


class LaidOut(_Shape):
    """name: of the document. style: which template prints it. dateline: place and date, as printed. on: the date.

    emblem: digest of the picture. secret: in the QR code. recipient: line by line; empty where it goes to nobody.
    after: pages behind the signatures.
    """

    version: Literal[1] = 1
    name: str
    title: str
    style: Literal["letter", "report"]
    confidential: bool
    matter: str
    attachments: str
    recipient: tuple[str, ...]
    letterhead: Letterhead
    emblem: str | None
    dateline: str
    on: date
    parts: tuple[Part, ...]
    signatures: tuple[Signature, ...]
    copies: tuple[str, ...]
    after: tuple[Part, ...]
    secret: str
