"""How secrets are written down: one a line, with name, id, 32 bytes in base64url, and the times since when and until when.

access 1 3nZ…= - 2026-03-09T10:00:00+00:00
access 2 Qm4…= 2026-03-02T10:00:10+00:00 -
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Literal

from shared.errors import StartRefused
from shared.secretset import FIRST, LENGTH, SECRET_NAMES, Secret, SecretName, SecretSet

FirstKey = Literal["master_key", "token_key"]
"""The two keys of the first release, as its settings called them."""

_COLUMNS = range(3, 6)
_LONGEST_ID = 6


def written(secrets: SecretSet) -> str:
    """The text that `read_secrets` reads again."""
    return "".join(f"{_line(each)}\n" for each in secrets.secrets)


def read_secrets(text: str, place: str) -> SecretSet:
    """Reads secrets, one a line or between semicolons: name, id, 32 bytes in base64url, and where they are set since and until (RFC 3339 or `-`).

    place: what to name in an error, which never quotes the text. Raises: StartRefused.
    """
    found: list[Secret] = []
    for number, line in enumerate(text.replace(";", "\n").splitlines(), start=1):
        words = line.split("#")[0].split()
        if words:
            found.append(_secret(words, f"{place}, line {number}"))
    doubled = len({(each.name, each.id) for each in found}) != len(found)
    ended = next((name for name in SECRET_NAMES if (known := SecretSet(tuple(found)).of(name)) and known[-1].until), None)
    if doubled:
        raise StartRefused(f"{place}: an id stands there twice for one name")
    if ended:
        raise StartRefused(f"{place}: the last secret called {ended!r} must not have an end: `./tanggap keys rotate {ended}` adds a new one")
    return SecretSet(tuple(found))


def first_secrets(key: FirstKey, value: bytes) -> SecretSet:
    """What a key of the first release stands for: the token key was everything but the master key."""
    names: tuple[SecretName, ...] = ("master",) if key == "master_key" else ("access", "intake", "cases", "notifications")
    return SecretSet(tuple(Secret(name, FIRST, value) for name in names))


def combined(lines: str, master_key: str, token_key: str) -> SecretSet:
    """The secrets of TANGGAP_SECRETS, and the keys of the first release for the names that it lacks. Raises: StartRefused, ValueError."""
    found = read_secrets(lines, "TANGGAP_SECRETS")
    if master_key:
        found = found.completed(first_secrets("master_key", decoded(master_key)))
    if token_key:
        found = found.completed(first_secrets("token_key", decoded(token_key)))
    return found


def decoded(text: str) -> bytes:
    """32 bytes from base64url. Raises: ValueError."""
    value = urlsafe_b64decode(text)
    if len(value) != LENGTH:
        raise ValueError("must be 32 bytes in base64url")
    return value


def _line(secret: Secret) -> str:
    times = (moment.isoformat() if moment else "-" for moment in (secret.since, secret.until))
    return " ".join((secret.name, secret.id, urlsafe_b64encode(secret.value).decode(), *times))


def _secret(words: list[str], place: str) -> Secret:
    name = next((each for each in SECRET_NAMES if each == words[0]), None)
    if name is None:
        raise StartRefused(f"{place}: a line begins with one of {', '.join(SECRET_NAMES)}")
    if len(words) not in _COLUMNS or not (words[1].isascii() and words[1].isdigit() and len(words[1]) <= _LONGEST_ID):
        raise StartRefused(f"{place}: a line is a name, a number, 32 bytes in base64url, and perhaps two times")
    try:
        since, until = (_moment(word) for word in (*words[3:], "-", "-")[:2])
        return Secret(name, words[1], decoded(words[2]), since, until)
    except ValueError:
        raise StartRefused(f"{place}: the third word is 32 bytes in base64url; a time is like 2026-03-02T10:00:00+07:00, or `-`") from None


def _moment(word: str) -> datetime | None:
    if word == "-":
        return None
    moment = datetime.fromisoformat(word)
    if moment.tzinfo is None:
        raise ValueError("a time needs its offset")
    return moment
