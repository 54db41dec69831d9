"""A password with its one-time code and recovery codes, from the empty form to what verifies them.

The seed and the codes travel in the form itself, sealed under the person's key: nothing is kept of somebody who only looked, and opening the page
changes nothing.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import uuid4

from pydantic import BaseModel

from services.intake.accounts import codes
from services.intake.accounts.hashing import Hashing
from services.intake.accounts.names import SignInNames, typed
from services.intake.accounts.password_rules import LONGEST, PasswordFlaw, flaw_of
from services.intake.accounts.verifiers import Hashed, Secret
from services.intake.domain.credentials import Credential
from shared.clock import Clock
from shared.errors import HistoryBroken, NotAllowed
from shared.sealed import Erased, Sealed
from shared.sealing import Vault

HOLDS = timedelta(hours=1)
"""How long a form may lie open."""

SHORTEST_NAME, LONGEST_NAME = 3, 120

SetUpFlaw = PasswordFlaw | Literal["name-too-short", "name-too-long", "code-wrong", "form-expired"]


class Draft(BaseModel):
    """What the form carries: ids of the credentials that it will make, seed, recovery codes, and when it was made."""

    password: str
    one_time: str
    recovery: str
    seed: str
    codes: tuple[str, ...]
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person typed into the form."""

    name: str
    password: str
    code: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """The credentials, what verifies them, and the codes to print."""

    credentials: tuple[Credential, ...]
    keep: tuple[Secret | Hashed, ...]
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SettingUp:
    """Makes and reads such forms."""

    vault: Vault
    names: SignInNames
    hashing: Hashing
    clock: Clock

    def draft(self) -> Draft:
        """A new form's contents."""
        password, one_time, recovery = (str(uuid4()) for _ in range(3))
        return Draft(
            password=password,
            one_time=one_time,
            recovery=recovery,
            seed=codes.new_seed(),
            codes=codes.new_recovery_codes(),
            made_at=self.clock.now(),
        )

    async def boxed(self, person: str, draft: Draft) -> str:
        """The draft as one hidden field. Raises: NotAllowed: the person was erased; Unavailable."""
        sealed = await self.vault.seal(person, "sign-in", draft.model_dump_json(), _context(person))
        return urlsafe_b64encode(sealed.model_dump_json().encode()).decode()

    async def opened(self, person: str, box: str) -> Draft | None:
        """The draft of a hidden field; None where it is not this person's, or too old. Raises: Unavailable."""
        try:
            sealed = Sealed.model_validate_json(urlsafe_b64decode(box.encode()))
            text = await self.vault.open(sealed) if sealed.context == _context(person) else None
        except (ValueError, HistoryBroken):
            return None
        if text is None or isinstance(text, Erased):
            return None
        draft = Draft.model_validate_json(text)
        return draft if self.clock.now() - draft.made_at < HOLDS else None

    async def flaws(self, draft: Draft | None, told: Typed, own: Sequence[str]) -> Mapping[str, SetUpFlaw]:
        """What is wrong with the form, by field; nothing where all is well. own: the person's names. Raises: SignInBusy."""
        found: dict[str, SetUpFlaw] = {}
        name = typed(told.name)
        if not SHORTEST_NAME <= len(name) <= LONGEST_NAME:
            found["name"] = "name-too-short" if len(name) < SHORTEST_NAME else "name-too-long"
        flaw = await self.hashing.beside(lambda: flaw_of(told.password[: LONGEST + 1], [*own, name]))
        if flaw:
            found["password"] = flaw
        if draft is None:
            found["code"] = "form-expired"
        elif self._step(draft, told) is None:
            found["code"] = "code-wrong"
        return found

    async def prepared(self, person: str, draft: Draft, told: Typed) -> Prepared:
        """Raises: NotAllowed: the person was erased, or the code is of another minute by now; SignInBusy, Unavailable."""
        step = self._step(draft, told)
        key = (await self.vault.derive_many([person], "sign-in", "recovery-code"))[0]
        if step is None or isinstance(key, Erased):
            raise NotAllowed
        name = await self.names.hashed("password", typed(told.name))
        hashes = codes.hashes_of(key, draft.codes)
        credentials = (
            Credential(draft.password, "password", name),
            Credential(draft.one_time, "one-time-code"),
            Credential(draft.recovery, "recovery-codes"),
        )
        keep: tuple[Secret | Hashed, ...] = (
            Secret(draft.password, "password", await self.hashing.hashed(told.password)),
            Secret(draft.one_time, "one-time-code", draft.seed, counter=step),
            *(Hashed(draft.recovery, "recovery-codes", each, number) for number, each in enumerate(hashes)),
        )
        return Prepared(credentials, keep, draft.codes)

    def _step(self, draft: Draft, told: Typed) -> int | None:
        return codes.step_of(draft.seed, codes.typed_code(told.code), self.clock.now())


def _context(person: str) -> str:
    return f"account-{person}/set-up"
