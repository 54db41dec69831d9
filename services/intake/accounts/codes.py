"""One-time codes (RFC 6238) and recovery codes: made, shown, and recognised."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from io import BytesIO

import pyotp
import segno

from services.intake.lettering import lettered

STEP = 30
"""Seconds for which a one-time code stands."""

_NEIGHBOURS = (0, -1, 1)
"""Steps beside now that count: telephones' clocks are not ours."""

DIGITS = 6
CODES = 10
"""Recovery codes of a set."""

_LETTERS, _GROUP = 12, 4


def new_seed() -> str:
    """160 random bits in base32, for the person's telephone and for us."""
    return pyotp.random_base32()


def step_of(seed: str, code: str, at: datetime) -> int | None:
    """The time step that this code is of, if it is of one about now. Whoever asks sees to it that a step counts once."""
    now, codes = int(at.timestamp()) // STEP, pyotp.TOTP(seed)
    found = [now + beside for beside in _NEIGHBOURS if hmac.compare_digest(codes.generate_otp(now + beside).encode(), code.encode())]
    return found[0] if found else None


def address_of(seed: str, name: str, issuer: str) -> str:
    """The `otpauth://` address that an authenticator reads from the QR code."""
    return pyotp.TOTP(seed).provisioning_uri(name=name, issuer_name=issuer)


def picture_of(text: str) -> str:
    """A QR code as an SVG element that stands in a page: the policy of our pages asks for no picture from elsewhere."""
    svg = BytesIO()
    segno.make(text, error="m").save(
        svg, kind="svg", scale=4, border=4, xmldecl=False, svgns=True, svgclass=None, lineclass=None, omitsize=True, light="#fff"
    )
    return svg.getvalue().decode()


def typed_code(told: str) -> str:
    """A code without the spaces and dashes that people type."""
    return "".join(letter for letter in told.upper() if letter.isalnum())


def is_one_time(code: str) -> bool:
    """Whether it can be a code of the telephone; else it may be a recovery code."""
    return code.isascii() and code.isdigit() and len(code) == DIGITS


# recovery codes ----------------------------------------------------------------------------------------------------


def new_recovery_codes() -> tuple[str, ...]:
    """Ten codes of 60 random bits, as they are printed: `K7F2-9QX0-…`."""
    return tuple(_in_groups(lettered(secrets.token_bytes(8), _LETTERS)) for _ in range(CODES))


def hash_of(key: bytes, code: str) -> bytes:
    """What is kept of a recovery code. key: the person's own for this use."""
    return hmac.digest(key, _letters(code).encode(), sha256)


def number_of(key: bytes, code: str, hashes: Mapping[int, bytes]) -> int | None:
    """Which code of a set was typed; all are compared, so that it takes as long for each."""
    told = hash_of(key, code)
    found = [number for number, kept in hashes.items() if hmac.compare_digest(told, kept)]
    return found[0] if found else None


def _in_groups(letters: str) -> str:
    return "-".join(letters[place : place + _GROUP] for place in range(0, len(letters), _GROUP))


_LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})


def _letters(code: str) -> str:
    return typed_code(code).translate(_LOOK_ALIKES)


def hashes_of(key: bytes, codes: Sequence[str]) -> list[bytes]:
    """What is kept of a set, in order."""
    return [hash_of(key, code) for code in codes]
