"""The ways in of an account: what counts as one, and what takes whose place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from shared.errors import Refused
from shared.message import Event, Fact, Outlives

CredentialKind = Literal["passkey", "openid", "password", "one-time-code", "recovery-codes"]

RemovedBecause = Literal["person", "replaced", "recovery", "closed"]
"""By the person, by another one in its place, by a recovery, or because the account was closed."""

ALONE: frozenset[CredentialKind] = frozenset({"passkey", "openid"})
"""Each of these is a way in by itself, and there may be several."""


class AccountChange(Fact):
    """Base of commands on an account: whose it is."""

    person: str


@dataclass(frozen=True, slots=True)
class Credential:
    """id: opaque, ours. name: keyed hash of the name by which its owner is found (issuer and subject, credential id, sign-in name); None where a
    credential is found by its account alone.
    """

    id: str
    kind: CredentialKind
    name: str | None = None


class CredentialAdded(Event):
    """Something counts from now on. What verifies it stands in the table of verifiers."""

    type: Literal["credential-added"] = "credential-added"
    version: Literal[1] = 1
    person: str
    credential: str
    kind: CredentialKind
    name: str | None

    def told(self) -> Credential:
        """The credential as the account has it."""
        return Credential(self.credential, self.kind, self.name)


class CredentialRemoved(Event):
    """It never counts again."""

    outlives: ClassVar[Outlives | None] = "with-its-stream"
    type: Literal["credential-removed"] = "credential-removed"
    version: Literal[1] = 1
    person: str
    credential: str
    why: RemovedBecause


class RecoveryCodeUsed(Event):
    """One of the codes that were printed counts no more. number: which of its set."""

    outlives: ClassVar[Outlives | None] = "with-its-stream"
    type: Literal["recovery-code-used"] = "recovery-code-used"
    version: Literal[1] = 1
    person: str
    credential: str
    number: int


class NeedsWayIn(Refused):
    code = "needs-way-in"
    status = 422
    indonesian = (
        "Harus ada paling sedikit satu cara masuk yang lengkap: kunci sandi (passkey), akun kantor, atau kata sandi bersama kode sekali pakai."
    )
    english = "At least one whole way in is needed: a passkey, an office account, or a password together with a one-time code."


def is_complete(credentials: Iterable[Credential]) -> bool:
    """Whether somebody can get in, and no password stands without its code nor a code without its password."""
    kinds = [each.kind for each in credentials]
    both = "password" in kinds and "one-time-code" in kinds
    halves = "password" in kinds or "one-time-code" in kinds or "recovery-codes" in kinds
    return both or (not halves and not ALONE.isdisjoint(kinds))


def superseded(held: Iterable[Credential], new: Sequence[Credential]) -> tuple[Credential, ...]:
    """Those whose place the new ones take: one password, one code, one set of recovery codes an account."""
    taken = {each.kind for each in new} - ALONE
    return tuple(each for each in held if each.kind in taken)
