"""What spreadsheets do to cells: numbers and dates that are no longer what was exported. They are recognised, never repaired.

Each check gives the reason, or None where the cell may be taken.
"""

from __future__ import annotations

import re
from datetime import date
from typing import get_args

from services.intake.roster.reasons import Reason
from shared.addresses import MailAddress, mail_address
from shared.events import StaffRole

_ERROR = re.compile(r"#+|#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!)|=.*", re.IGNORECASE)
_NUMBER = re.compile(
    r"[+-]?\d+([.,]\d*)?E[+-]\d+"  # 1,23E+12
    r"|[1-9]\d{0,2}([.,]\d{3})+([.,]\d+)?"  # 5.320.101
    r"|[1-9]\d*[.,]0{1,2}"  # 20109999.0
    r"|'.*",  # '20109999
    re.IGNORECASE,
)
_MONTH = (
    "(jan(uari|uary)?|feb(ruari|ruary)?|mar(et|ch)?|apr(il)?|mei|may|jun[ie]?|jul[iy]?|agu(stus)?|agt|ags|aug(ust)?|sept?(ember)?|okt(ober)?"
    "|oct(ober)?|nov(ember)?|des(ember)?|dec(ember)?)"
)
_SHORT_DATE = re.compile(rf"\d{{1,2}}[-/ ]{_MONTH}([-/ ]\d{{2,4}})?|{_MONTH}[-/ ]\d{{2,4}}|\d{{1,4}}/\d{{1,2}}/\d{{1,4}}", re.IGNORECASE)
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_SERIAL = re.compile(r"\d{3,5}([.,]\d+)?")
"""Days since 1900, as spreadsheets count."""

_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")
"""What a terminal obeys, and what turns the direction of the text after it. Line breaks and tabs count as spaces."""

_IDENTITY = re.compile(r"(?<!\d)\d{16}(?!\d)")
"""NIK and family card number have sixteen digits; no telephone number and no name has."""

_PLAIN = re.compile("[A-Za-z][A-Za-z ]{0,99}")
"""Most names: letters and spaces, in which none of what is looked for can stand."""

_NOTHING = "-–—. "
"""What people write into a cell that has to hold something."""

LONGEST = 300
"""Characters of a name, a title or a number. Whoever has more in a cell has lost a quotation mark."""

_LOST = re.compile("\ufffd|[\u00c2\u00c3][\u0080-\u00bf]|\u00e2\u20ac|\u00e2\u0080")
"""A letter that no encoding gives back, or UTF-8 that a program took for Windows-1252: Ã© for é, â€™ for an apostrophe."""

_EMPTY_DATES = ("0", "1899-12-3", "1900-01-0", "1904-01-01", "1970-01-01")
"""How the dates begin that programs write for an empty cell. Nobody is of age because of one."""


def wrong_id(value: str) -> Reason | None:
    """An id or number that identifies something: any text, but none that a spreadsheet wrote."""
    if _NUMBER.fullmatch(value):
        return "spreadsheet-number"
    if _SHORT_DATE.fullmatch(value):
        return "spreadsheet-date"
    if "\n" in value or "\r" in value:
        return "missing-id"
    return _wrong_letters(value)


def wrong_text(value: str) -> Reason | None:
    """A name. A national identity number that came into its column is not kept anywhere."""
    if _PLAIN.fullmatch(value):
        return None
    return "identity-number" if _IDENTITY.search(value) else _wrong_letters(value)


def _wrong_letters(value: str) -> Reason | None:
    if _ERROR.fullmatch(value):
        return "spreadsheet-error"
    if len(value) > LONGEST:
        return "too-long"
    if _INVISIBLE.search(value):
        return "invisible-character"
    return "lost-letters" if _LOST.search(value) else None


def wrong_title(value: str) -> Reason | None:
    """The name of a class: 8-1 becomes 8-Jan."""
    return "spreadsheet-date" if _SHORT_DATE.fullmatch(value) else wrong_text(value)


def wrong_phone(value: str) -> Reason | None:
    """A telephone number, in whatever form people write it."""
    return "spreadsheet-number" if _NUMBER.fullmatch(value) else wrong_text(value)


def wrong_email(value: str) -> Reason | None:
    """One mail address, or what people write where there is none."""
    if not value.strip(_NOTHING):
        return None
    address = mail_address(value)
    if isinstance(address, MailAddress):
        return None
    return wrong_text(value) or ("several-addresses" if address.code == "several-addresses" else "not-an-address")


def wrong_date(value: str) -> Reason | None:
    """A date, which the standard writes as YYYY-MM-DD."""
    if not value:
        return None
    if not _ISO_DATE.fullmatch(value):
        garbled = _SHORT_DATE.fullmatch(value) or _SERIAL.fullmatch(value) or _NUMBER.fullmatch(value)
        return "spreadsheet-date" if garbled else wrong_text(value) or "not-a-date"
    try:
        date.fromisoformat(value)
    except ValueError:
        return "not-a-date"
    return "empty-date" if value.startswith(_EMPTY_DATES) else None


def wrong_roles(value: str) -> Reason | None:
    """A role of our own column."""
    return None if value in get_args(StaffRole) else "unknown-role"
