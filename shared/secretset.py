"""The secrets of a district: each has a name and an id, one of each name is active, and those before it are accepted until their overlap ends.

Every secret is drawn at random and by itself, so that a service can be given its own and no other (architecture, decision 19). What is made from
a secret is in `shared/keys.py`; how they are written down and kept is in `shared/secrettext.py` and `shared/secretfile.py`.
"""

from __future__ import annotations

import secrets
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


def new_secret() -> bytes:
    """32 random bytes."""
    return secrets.token_bytes(LENGTH)
