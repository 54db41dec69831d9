"""The acknowledgement slip (tanda terima): which letter was received; by whom and when is written by hand. It has no number of its own."""

from __future__ import annotations

from services.cases.letters.form import form_of, parts_of
from services.cases.letters.kinds import FORMS
from services.cases.letters.laid_out import LaidOut, Signature
from services.cases.letters.model import Model

_FORM = form_of(FORMS / "receipt-slip.toml")


class ReceiptSlip(Model):
    """It says nothing of what stands in the letter."""

    number: str
    matter: str
    dateline: str


def slip_of(laid_out: LaidOut, number: str) -> LaidOut:
    """Of a letter that was issued."""
    model = ReceiptSlip(number=number, matter=laid_out.matter, dateline=laid_out.dateline)
    return LaidOut(
        name="receipt-slip",
        title=_FORM.title,
        style=_FORM.style,
        confidential=False,
        matter=_FORM.title,
        attachments=_FORM.attachments,
        recipient=(),
        letterhead=laid_out.letterhead,
        emblem=laid_out.emblem,
        dateline="",
        on=laid_out.on,
        parts=parts_of(_FORM.parts, model),
        signatures=tuple(Signature(caption=each.caption, position="", name="", number="") for each in _FORM.signatures),
        copies=(),
        after=(),
        secret=laid_out.secret,
    )
