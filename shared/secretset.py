"""The secrets of a district: each has a name and an id, one of each name is active, and those before it are accepted until their overlap ends.

Every secret is drawn at random and by itself, so that a service can be given its own and no other (architecture, decision 19). What is made from
a secret is in `shared/keys.py`; where secrets are kept is in `shared/secretfile.py`.
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, get_args

from shared.errors import Fault, Invalid, StartRefused

SecretName = Literal["access", "intake", "cases", "notifications", "master"]
"""access: tokens and sessions, which every service reads. intake, cases, notifications: what a service makes and reads alone.
master: wraps the keys of persons in the keyring.
"""

SECRET_NAMES: tuple[SecretName, ...] = get_args(SecretName)

FIRST = "0"
"""Id of the secrets of the first release, TANGGAP_TOKEN_KEY and TANGGAP_MASTER_KEY, which had none."""

LENGTH = 32
_COLUMNS = 3, 5
_LONGEST_ID = 6


@dataclass(frozen=True, slots=True)
class Secret:
    """since: from when it is used to make things, None for always. until: when what was made from it is refused, None while it is the newest."""

    name: SecretName
    id: str
    value: bytes = field(repr=False)
    since: datetime | None = None
    until: datetime | None = None

    def accepted_at(self, moment: datetime) -> bool:
        """What was made from it still holds then."""
        return self.until is None or moment < self.until

    def used_at(self, moment: datetime) -> bool:
        """It is no longer only announced: things may be made from it."""
        return self.since is None or self.since <= moment


@dataclass(frozen=True, slots=True)
class SecretSet:
    """Secrets in the order in which they were added."""

    secrets: tuple[Secret, ...] = ()

    def of(self, name: SecretName) -> tuple[Secret, ...]:
        """All secrets of a name, oldest first."""
        return tuple(each for each in self.secrets if each.name == name)

    def find(self, name: SecretName, secret_id: str) -> Secret | None:
        """The secret with this id, accepted or not."""
        return next((each for each in self.of(name) if each.id == secret_id), None)

    def active(self, name: SecretName, moment: datetime) -> Secret:
        """The newest that is in use then. Raises: StartRefused: there is none of this name."""
        known = self.of(name)
        if not known:
            raise StartRefused(f"there is no secret called {name!r}: `./tanggap keys list` shows those that there are")
        return next((each for each in reversed(known) if each.used_at(moment)), known[0])

    def only(self, names: Collection[str]) -> SecretSet:
        """What somebody is given who needs only these names."""
        return SecretSet(tuple(each for each in self.secrets if each.name in names))

    def completed(self, other: SecretSet) -> SecretSet:
        """With the other's secrets of those names that this one lacks altogether."""
        mine = {each.name for each in self.secrets}
        return SecretSet((*self.secrets, *(each for each in other.secrets if each.name not in mine)))

    def rotated(self, name: SecretName, value: bytes, *, since: datetime, until: datetime) -> SecretSet:
        """With a new secret that is used from `since` on, while the one before it is accepted until `until`.

        Raises: Invalid: the one before is itself only announced, or would end before the new one begins.
        """
        newest = self.of(name)[-1]
        if until <= since:
            raise Invalid(Fault("/overlap", "too-short"), message=f"the overlap of {name} would end before its new secret is used: make it longer")
        if newest.since is not None and newest.since > since:
            raise Invalid(Fault("/name", "announced"), message=f"a new {name} is announced already, and used from {newest.since:%H:%M:%S}: wait")
        before = tuple(replace(each, until=until) if each == newest else each for each in self.secrets)
        return SecretSet((*before, Secret(name, str(max(int(each.id) for each in self.of(name)) + 1), value, since)))

    def without(self, secret: Secret) -> SecretSet:
        """Without this one."""
        return SecretSet(tuple(each for each in self.secrets if each != secret))

    def text(self) -> str:
        """As `read_secrets` reads it again."""
        return "".join(f"{_line(each)}\n" for each in self.secrets)


def new_secret() -> bytes:
    """32 random bytes."""
    return secrets.token_bytes(LENGTH)


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


def first_secrets(name_of_setting: Literal["master_key", "token_key"], value: bytes) -> SecretSet:
    """What a key of the first release stands for: the token key was everything but the master key."""
    names: tuple[SecretName, ...] = ("master",) if name_of_setting == "master_key" else ("access", "intake", "cases", "notifications")
    return SecretSet(tuple(Secret(name, FIRST, value) for name in names))


def decoded(text: str) -> bytes:
    """32 bytes from base64url. Raises: ValueError."""
    value = urlsafe_b64decode(text)
    if len(value) != LENGTH:
        raise ValueError("must be 32 bytes in base64url")
    return value


def _line(secret: Secret) -> str:
    times = (f"{moment.isoformat()}" if moment else "-" for moment in (secret.since, secret.until))
    return " ".join((secret.name, secret.id, urlsafe_b64encode(secret.value).decode(), *times))


def _secret(words: list[str], place: str) -> Secret:
    name = next((each for each in SECRET_NAMES if each == words[0]), None)
    if name is None:
        raise StartRefused(f"{place}: a line begins with one of {', '.join(SECRET_NAMES)}")
    if len(words) not in range(_COLUMNS[0], _COLUMNS[1] + 1) or not (words[1].isascii() and words[1].isdigit() and len(words[1]) <= _LONGEST_ID):
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
