"""The key of the backups, an age key pair. The district keeps only the half that encrypts; people keep the other, whole or in shares (SLIP-39)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import bech32
from pyrage import IdentityError, RecipientError
from pyrage.x25519 import Identity, Recipient
from shamir_mnemonic import MnemonicError, Share, combine_mnemonics, generate_mnemonics

from shared.errors import Fault, Invalid, StartRefused

_HUMAN = "age-secret-key-"
_MOST_SHARES = 16
_SETTING = "TANGGAP_BACKUP_RECIPIENT"
_FILE = "backup.recipient"


def split(key: Identity, need: int, of: int) -> list[str]:
    """The key in `of` shares of words, any `need` of which give it back. Raises: Invalid: numbers that make no sense."""
    if not 1 < need <= of <= _MOST_SHARES:
        raise Invalid(Fault("/shares", "out-of-range"), message=f"shares are written k/n with 2 <= k <= n <= {_MOST_SHARES}, for example 2/3")
    shares: list[str] = generate_mnemonics(1, [(need, of)], _raw(key))[0]
    return shares


def read_key(text: str) -> Identity:
    """The key in this text: the line that begins with AGE-SECRET-KEY-, or enough shares, one a line. Raises: Invalid, which quotes nothing of it."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    whole = [line for line in lines if line.upper().startswith(_HUMAN.upper())]
    try:
        return Identity.from_str(whole[0]) if whole else _joined(lines)
    except (IdentityError, MnemonicError, ValueError, IndexError):
        raise Invalid(Fault("/key", "no-key"), message=f"this is no key of backups: {_missing(lines)}") from None


def _missing(lines: Sequence[str]) -> str:
    try:
        needed = Share.from_mnemonic(lines[0]).member_threshold
    except (MnemonicError, ValueError, IndexError):
        return "give the line AGE-SECRET-KEY-…, or as many shares as were agreed, one a line"
    return f"{len(set(lines))} shares are there and {needed} are needed, all of one key and without a mistake"


def keep_recipient(home: Path, key: Identity) -> Path:
    """From now on backups of this home folder are encrypted for this key. Gives the file that says so."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = home / _FILE
    fresh = file.with_name(f"{_FILE}.new")
    fresh.write_text(f"{key.to_public()}\n", encoding="utf-8")
    fresh.replace(file)
    return file


def recipient(home: Path) -> Recipient:
    """Whom backups are encrypted for: TANGGAP_BACKUP_RECIPIENT, else what the home folder keeps. Raises: StartRefused: nobody, or no such key."""
    file = home / _FILE
    told = os.environ.get(_SETTING) or (file.read_text(encoding="utf-8") if file.exists() else "")
    if not told:
        raise StartRefused(f"{_SETTING}: there is no key to encrypt backups for yet: ./tanggap backup key makes one")
    try:
        return Recipient.from_str(told.strip())
    except RecipientError:
        raise StartRefused(f"{_SETTING} (or {file}) should be a public key of age: age1…") from None


def _raw(key: Identity) -> bytes:
    _, five = bech32.bech32_decode(str(key).lower())
    return bytes(bech32.convertbits(five or (), 5, 8, False) or ())


def _joined(shares: Sequence[str]) -> Identity:
    raw = combine_mnemonics(shares)
    return Identity.from_str(bech32.bech32_encode(_HUMAN, bech32.convertbits(raw, 8, 5) or []).upper())
