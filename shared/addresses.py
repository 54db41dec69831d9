"""Addresses are parsed once, where they enter: typed, one receiver each, in the form that goes on the wire. This is the parser of mail addresses and
of domain names; the endpoints of webhooks stand on it (ADR 17).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import idna

LONGEST_ADDRESS, LONGEST_LOCAL_PART = 254, 64
"""In octets (RFC 5321, 4.5.3.1)."""

LONGEST_DOMAIN, LONGEST_LABEL = 253, 63
"""In octets of the ASCII form (RFC 1035, 2.3.4)."""

_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]")
_ASCII_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_SEPARATORS = frozenset(",;")


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why a text is no address. code: stable, for machines. reason: for people, with the mend; neither ever quotes the text."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class MailAddress:
    """Exactly one receiver of mail. local: left of the @, as it was written. domain: in its ASCII form and in lower case."""

    local: str
    domain: str

    @property
    def needs_smtputf8(self) -> bool:
        """Whether a mail server must offer SMTPUTF8 to take it; the domain never asks for that (RFC 6531)."""
        return not self.local.isascii()

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"


def mail_address(text: str) -> MailAddress | Flaw:
    """The one address that a text holds. Two of them, or an address with a name beside it, are a flaw: nobody guesses who is meant."""
    written = unicodedata.normalize("NFC", text.strip())
    if flaw := _several(written) or _unreadable(written):
        return flaw
    local, _, domain = written.partition("@")
    if flaw := _bad_local_part(local):
        return flaw
    ascii_form = ascii_domain(domain)
    if isinstance(ascii_form, Flaw):
        return ascii_form
    address = MailAddress(local, ascii_form)
    if len(str(address).encode()) > LONGEST_ADDRESS:
        return Flaw("too-long", f"the address is longer than {LONGEST_ADDRESS} octets: check it")
    return address


@lru_cache(maxsize=1024)
def ascii_domain(name: str) -> str | Flaw:
    """A domain's ASCII form in lower case, by IDNA 2008 (RFC 5891): `sekolah-é.id` gives `xn--sekolah--i1a.id`.

    The standard library's codec speaks IDNA 2003, where `straße.de` is the domain of somebody else.
    """
    if not name or len(name) > LONGEST_DOMAIN:
        return Flaw("domain-length", f"a domain has 1 to {LONGEST_DOMAIN} characters: check what stands there")
    labels = name.split(".")
    if "" in labels:
        return Flaw("empty-label", "the domain begins or ends with a dot, or has two in a row: take the dot out")
    if any(len(label) > LONGEST_LABEL for label in labels):
        return Flaw("label-too-long", f"a part of the domain between two dots is longer than {LONGEST_LABEL} characters: check it")
    try:
        encoded = idna.encode(name, uts46=True, std3_rules=True).decode("ascii").lower()
    except UnicodeError:
        encoded = ""
    if not _ASCII_DOMAIN.fullmatch(encoded) or len(encoded) > LONGEST_DOMAIN:
        return Flaw("not-a-domain", "the domain may hold letters, digits and hyphens, with single dots between: check it")
    return _public_name(encoded)


def _public_name(domain: str) -> str | Flaw:
    if "." not in domain:
        return Flaw("no-dot", "a domain has at least one dot, as in sekolah.sch.id: write it out")
    if _NUMBER.fullmatch(domain.rpartition(".")[2]):
        return Flaw("number-for-domain", "a number stands where a domain belongs: give the name of the server")
    return domain


def _several(written: str) -> Flaw | None:
    if written.count("@") > 1 or ("@" in written and not _SEPARATORS.isdisjoint(written)):
        return Flaw("several-addresses", "there is more than one address: keep one, and give everybody else a row of their own")
    return None


def _unreadable(written: str) -> Flaw | None:
    if "<" in written or ">" in written:
        return Flaw("name-beside-address", "a name or brackets stand beside the address: keep only the address")
    if any(unicodedata.category(character)[0] in "CZ" for character in written):
        return Flaw("invisible-character", "there is a space, a line break or an invisible character inside: type the address again")
    if "@" not in written:
        return Flaw("no-at", "there is no @: give a whole address, as in nama@sekolah.sch.id")
    return None


def _bad_local_part(local: str) -> Flaw | None:
    if not local or len(local.encode()) > LONGEST_LOCAL_PART:
        return Flaw("local-part-length", f"left of the @ stand 1 to {LONGEST_LOCAL_PART} octets: check it")
    if "" in local.split("."):
        return Flaw("dot-misplaced", "left of the @ a dot stands first, last or twice in a row: take it out")
    if not all(character == "." or _may_stand_left(character) for character in local):
        return Flaw("character-not-allowed", "left of the @ stands a character that no address has: check it")
    return None


def _may_stand_left(character: str) -> bool:
    """ASCII as RFC 5322 has it outside quotes; beyond ASCII letters, marks and digits, so that no look-alike of a separator gets in."""
    if character.isascii():
        return _ATOM.fullmatch(character) is not None
    return unicodedata.category(character)[0] in "LMN"
