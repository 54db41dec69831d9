"""From a model and its words to the document as it will be printed. Pure: equal input gives an equal document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.cases.domain.letters.paper import LetterheadSet
from services.cases.letters.form import Form, filled, parts_of, values_of
from services.cases.letters.laid_out import LaidOut, Letterhead
from services.cases.letters.material import on
from services.cases.letters.model import Model
from services.cases.letters.signing import Signatories


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a document's own words. letterhead: None where the school has said nothing; then its name alone is printed.

    recipient: typed by whoever issues it, in place of what the words say. day: of the school. secret: of the QR code.
    """

    school: str
    letterhead: LetterheadSet | None
    emblem: str | None
    signatories: Signatories
    day: date
    secret: str
    recipient: Sequence[str] = ()
    copies: Sequence[str] = ()


def lay_out(name: str, form: Form, model: Model, around: Around) -> LaidOut:
    """name: of the document."""
    values = values_of(model)
    title = filled(form.title, values) or ""
    return LaidOut(
        name=name,
        title=title,
        style=form.style,
        confidential=form.confidential,
        matter=filled(form.matter, values) or title,
        attachments=form.attachments,
        recipient=tuple(around.recipient) or tuple(line for each in form.recipient.split("\n") if (line := filled(each, values))),
        letterhead=_letterhead(around),
        emblem=around.emblem,
        dateline=f"{around.letterhead.place}, {on(around.day)}" if around.letterhead else on(around.day),
        on=around.day,
        parts=parts_of(form.parts, model),
        signatures=tuple(around.signatories.place(each, values) for each in form.signatures),
        copies=tuple(around.copies),
        after=parts_of(form.after, model),
        secret=around.secret,
    )


def _letterhead(around: Around) -> Letterhead:
    said = around.letterhead
    if said is None:
        return Letterhead(authority=(), name=around.school, address="", contact="", npsn="")
    authority = tuple(line.strip() for line in said.authority.split("\n") if line.strip())
    return Letterhead(authority=authority, name=said.name, address=said.address, contact=said.contact, npsn=said.npsn)
