"""One key, one use: every key is derived by HKDF-SHA256 from a secret with a label of its own (architecture, decision 19).

What is signed says the id of the secret it was signed under, so that a rotation refuses nothing within its life. What must hold longer than any
overlap does not come from a rotating secret: it is kept by its hash, vouched for anew, or derived from the key of the person it belongs to.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Literal, NamedTuple, get_args

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared.clock import Clock
from shared.errors import NotAllowed, StartRefused
from shared.secretfile import SecretSource
from shared.secretset import FIRST, LENGTH, SECRET_NAMES, Secret, SecretName, SecretSet

Service = Literal["intake", "cases", "notifications"]

SERVICES: tuple[Service, ...] = get_args(Service)

Holder = Service | Literal["district"]
"""A service, or the operator's own tools."""

Use = Literal[
    "token", "service-token", "session", "head", "journal", "link", "family-visit", "webhook-signing", "sign-in-underway", "name-index",
]  # fmt: skip
"""What is made from rotating secrets. A name is part of the derivation: renaming one makes another key."""

PersonalUse = Literal[
    "receipt", "row-digest", "agency-secret-digest", "message-id", "request-digest", "sign-in-name", "recovery-code", "letter-secret",
    "letter-digest", "family-code", "agency-code",
    "agency-pseudonym", "api-key-hash",
]  # fmt: skip
"""What is made from a key of the keyring, which no rotation changes and an erasure ends."""

_SERVICES = frozenset[Holder](SERVICES)
_EVERYBODY = _SERVICES | frozenset[Holder](("district",))
_NOTIFICATIONS = frozenset[Holder](("notifications",))
_INTAKE = frozenset[Holder](("intake",))
_CASES = frozenset[Holder](("cases",))


@dataclass(frozen=True, slots=True)
class Rule:
    """under: the name of the secret, `own` for the holder's. holders: who may derive it.

    life: how long a thing made with it must hold; None where it holds without the key, and `why` says how.
    """

    under: Literal["access", "own"]
    holders: frozenset[Holder]
    life: timedelta | None
    why: str


USES: Mapping[Use, Rule] = {
    "token": Rule("access", _EVERYBODY, timedelta(hours=12), "a bearer token of a person or agency, for scripts"),
    "service-token": Rule("access", _EVERYBODY, timedelta(hours=12), "between services five minutes; for an operator's scripts half a day"),
    "session": Rule("access", _EVERYBODY, timedelta(minutes=30), "when a session was used last; the session's own value is random"),
    "head": Rule("own", _SERVICES, None, "for ever: its public key is recorded in the store and vouched for by each key after it"),
    "journal": Rule("own", _SERVICES, None, "for ever: the journal names its public key after a rotation, vouched for by a key before it"),
    "family-visit": Rule("own", _NOTIFICATIONS, timedelta(minutes=30), "a cookie, from a guardian's second factor on; it says which link it is for"),
    "link": Rule("own", _NOTIFICATIONS, None, "as long as its row: the page compares the hash of what it is asked with"),
    "webhook-signing": Rule("own", _NOTIFICATIONS, timedelta(minutes=5), "the tolerance of Standard Webhooks; during the overlap both keys sign"),
    "name-index": Rule("own", _CASES, None, "until its tokens are made anew under the next key; a search asks for those of every key in its overlap"),
    "sign-in-underway": Rule("own", _INTAKE, timedelta(minutes=10), "a sealed cookie, from the page that begins a sign-in to the one that ends it"),
}

LONGEST_LIFE = max(rule.life for rule in USES.values() if rule.life is not None)
"""No overlap may be shorter."""


class Key(NamedTuple):
    """A derived key and the id of its secret, which goes with everything made with it."""

    id: str
    value: bytes


class Keys:
    """What one holder derives: the keys of its uses, no others.

    Raises `NotAllowed` for a use that is another's: it may not be derived even where the process holds the secret, as the embedded district does.
    """

    def __init__(self, holder: Holder, source: SecretSource, clock: Clock) -> None:
        self.holder, self.source, self.clock = holder, source, clock
        self._derived_from = SecretSet()
        self._derived: dict[tuple[Use, str], Key] = {}

    def require(self) -> None:
        """Raises: StartRefused: a secret is missing that this holder needs."""
        missing = needed_by(self.holder) - {each.name for each in self.source.read().secrets}
        if missing:
            raise StartRefused(f"TANGGAP_SECRETS_FILE: {self.holder} needs a secret called {' and one called '.join(sorted(missing))}")

    def active(self, use: Use) -> Key:
        """The key to make new things with."""
        return self._key(use, self.source.read().active(self._name(use), self.clock.now()))

    def accepted(self, use: Use) -> list[Key]:
        """Every key whose things hold now, the active one first; those that are only announced last."""
        now, name = self.clock.now(), self._name(use)
        known = self.source.read()
        active = known.active(name, now)
        others = [each for each in reversed(known.of(name)) if each is not active and each.accepted_at(now)]
        return [self._key(use, each) for each in (active, *others)]

    def find(self, use: Use, secret_id: str) -> Key | None:
        """The key that a thing says it was made with; None where it is unknown or its overlap is over."""
        secret = self.source.read().find(self._name(use), secret_id)
        return self._key(use, secret) if secret and secret.accepted_at(self.clock.now()) else None

    def held(self, use: Use) -> list[Key]:
        """Every key that is there, also after its overlap: for what is carried over to the active one."""
        return [self._key(use, each) for each in self.source.read().of(self._name(use))]

    def first_release(self) -> bytes | None:
        """The token key of the first release, as far as it is still held: only to carry over what was made with it."""
        secret = self.source.read().find(self._own(), FIRST)
        return secret.value if secret else None

    def _name(self, use: Use) -> SecretName:
        rule = USES[use]
        if self.holder not in rule.holders:
            raise NotAllowed(f"{self.holder} may not derive keys for {use}")
        return self._own() if rule.under == "own" else rule.under

    def _own(self) -> SecretName:
        if self.holder == "district":
            raise NotAllowed("the operator's tools have no secret of their own")
        return self.holder

    def _key(self, use: Use, secret: Secret) -> Key:
        known = self.source.read()
        if known is not self._derived_from:
            self._derived_from, self._derived = known, {}
        place = (use, secret.id)
        if place not in self._derived:
            self._derived[place] = Key(secret.id, _derive(secret, use))
        return self._derived[place]


def needed_by(holder: Holder) -> frozenset[SecretName]:
    """The names of the secrets that a holder is to be given. The operator's tools hold all of them: they rotate them."""
    if holder == "district":
        return frozenset(SECRET_NAMES)
    return frozenset(("access", "master", holder))


def personal_key(key_of_person: bytes, use: PersonalUse) -> bytes:
    """A key for one use from a person's own key of the keyring."""
    return _hkdf(key_of_person, f"tanggap/keyring/{use}")


def _derive(secret: Secret, use: Use) -> bytes:
    if secret.id == FIRST and use == "webhook-signing":  # agencies have its public key from the first release
        return hmac.digest(secret.value, b"tanggap-webhook-ed25519", sha256)
    return _hkdf(secret.value, f"tanggap/{secret.name}/{use}/{secret.id}")


def _hkdf(secret: bytes, label: str) -> bytes:
    return HKDF(SHA256(), LENGTH, salt=None, info=label.encode()).derive(secret)
