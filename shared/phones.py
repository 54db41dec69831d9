"""Telephone numbers are parsed once, where they enter: exactly one number each, in the form of E.164 (ADR 17, ADR 47)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import phonenumbers

from shared.addresses import Flaw

COUNTRY = "ID"
"""Where a number without a country code is dialled."""

_WRITTEN = re.compile(r"\+?[0-9 ().\-]+")
_SEVERAL = re.compile(r"[/,;|]|\b(atau|or|dan|and)\b", re.IGNORECASE)
_TAKES_TEXT = frozenset({phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE})


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """e164: `+62811…`. takes_text: whether it is a mobile number, as messages need one."""

    e164: str
    takes_text: bool

    def __str__(self) -> str:
        return self.e164


def with_plain_digits(text: str) -> str:
    """The text with each digit of another script as the one of 0 to 9 that it means, so that everybody here can read and dial it."""
    return "".join(str(unicodedata.decimal(each)) if each.isdecimal() else each for each in text)


def phone_number(text: str) -> PhoneNumber | Flaw:
    """The one number that a text holds, in whatever form people write it. Two are a flaw: nobody guesses whose they are."""
    written = unicodedata.normalize("NFKC", text).strip().replace("\u2010", "-").replace("\u2011", "-").replace("\u2013", "-")
    if _SEVERAL.search(written):
        return Flaw("several-numbers", "there is more than one telephone number: keep one")
    if not _WRITTEN.fullmatch(written):
        return Flaw("not-a-number", "a telephone number holds digits, spaces, brackets and hyphens, as in 0811-2345-678: check it")
    try:
        parsed = phonenumbers.parse(written, COUNTRY)
    except phonenumbers.NumberParseException:
        return Flaw("not-a-number", "this is no telephone number: write it as 0811-2345-678, or with + and the country's code")
    kind = phonenumbers.number_type(parsed)
    if kind == phonenumbers.PhoneNumberType.UNKNOWN:  # of any other kind is a valid number, and no invalid one
        return Flaw("no-such-number", "no telephone has such a number: check its digits and the country's code")
    return PhoneNumber(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164), kind in _TAKES_TEXT)
