"""Signing in with a name, a password and a code. Unknown and wrong get the same answer after the same time (OWASP ASVS 5.0, 6.3)."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Literal

import structlog

from services.intake.accounts import codes
from services.intake.accounts.accounts import Accounts
from services.intake.accounts.hashing import Hashing
from services.intake.accounts.names import SignInNames, typed
from services.intake.accounts.occasions import occasion_of
from services.intake.accounts.pacing import OF_A_NAME, OF_A_NETWORK, Counted, Pacing
from services.intake.accounts.password_rules import LONGEST
from services.intake.accounts.setting_up import Typed
from services.intake.accounts.verifiers import Verifiers
from services.intake.domain.account import Account, UseRecoveryCode
from services.intake.domain.sign_in_name import Holder
from shared.clock import Clock
from shared.errors import Refused, VersionConflict
from shared.sealed import Erased

log = structlog.get_logger()

ANSWERED_AFTER = 0.6
"""Seconds after which a refusal is answered, whatever was wrong. It is more than all the checks together take."""

_NOBODY = Holder("", "")
"""Whom an unknown name leads to: the same is looked up as for somebody."""

SecondWay = Literal["password", "recovery"]
"""With the telephone's code, or with one of the printed ones."""


class SignInRefused(Refused):
    """One answer, whatever was wrong."""

    code = "sign-in-refused"
    status = 401
    title = "Not signed in"
    indonesian = "Nama masuk, kata sandi, atau kode tidak cocok. Periksa ketiganya, lalu coba lagi dengan kode yang baru."
    english = "The sign-in name, the password or the code is not right. Check all three, and try again with a new code."


@dataclass(frozen=True, slots=True)
class Proved:
    """Who proved who they are, and how."""

    person: str
    way: SecondWay


@dataclass(frozen=True, slots=True)
class PasswordSignIn:
    """Checks what was typed."""

    accounts: Accounts
    verifiers: Verifiers
    names: SignInNames
    hashing: Hashing
    pacing: Pacing
    clock: Clock

    async def proved(self, told: Typed, network: str) -> Proved:
        """Who typed this. network: where it comes from. Raises: SignInRefused, TriedTooOften, SignInBusy, Unavailable."""
        name = await self.names.hashed("password", typed(told.name))
        return await self._proved(await self.names.holder(name), told, Counted(name, OF_A_NAME), network)

    async def proved_again(self, person: str, told: Typed, network: str) -> Proved:
        """The same of somebody who is signed in: their own account, whatever name they typed. Raises: as `proved`."""
        held = (await self.accounts.of(person)).of("password")
        holder = Holder(person, held[0].id) if held else None
        return await self._proved(holder, told, Counted(f"person-{person}", OF_A_NAME), network)

    async def _proved(self, holder: Holder | None, told: Typed, name: Counted, network: str) -> Proved:
        began = time.monotonic()
        of_network = Counted(await self.names.hashed("network", network), OF_A_NETWORK)
        await self.pacing.count((of_network, name), self.clock.now())
        way = await self._way(holder or _NOBODY, told)
        if way is None or holder is None:
            await asyncio.sleep(began + ANSWERED_AFTER - time.monotonic())
            log.info("password-refused")  # fixed words: neither who nor from where
            raise SignInRefused
        await self.pacing.forgive(name, of_network)
        log.info("password-accepted", way=way)
        return Proved(holder.person, way)

    async def _way(self, holder: Holder, told: Typed) -> SecondWay | None:
        account = await self.accounts.of(holder.person)
        kept = await self.verifiers.find(holder.person, holder.credential)
        counts = kept is not None and account.verifies(holder.credential)
        if not await self.hashing.matches(told.password[:LONGEST], kept.text if kept and counts else None):
            return None
        return await self._second(holder.person, account, codes.typed_code(told.code))

    async def _second(self, person: str, account: Account, code: str) -> SecondWay | None:
        if codes.is_one_time(code):
            return "password" if await self._is_one_time(person, account, code) else None
        return "recovery" if await self._is_recovery(person, account, code) else None

    async def _is_one_time(self, person: str, account: Account, code: str) -> bool:
        """A code counts once: its step moves the counter forward, or somebody used it before."""
        (held,) = account.of("one-time-code")
        kept, now = await self.verifiers.find(person, held.id), self.clock.now()
        step = codes.step_of(kept.text, code, now) if kept else None
        return step is not None and await self.verifiers.advance(person, held.id, step, now)

    async def _is_recovery(self, person: str, account: Account, code: str) -> bool:
        for held in account.of("recovery-codes"):
            (key,) = await self.verifiers.vault.derive_many([person], "sign-in", "recovery-code")
            number = None if isinstance(key, Erased) else codes.number_of(key, code, await self.verifiers.hashes(person, held.id))
            if number is not None:
                return await self._spent(UseRecoveryCode(person=person, credential=held.id, number=number))
        return False

    async def _spent(self, command: UseRecoveryCode) -> bool:
        """Whether the code was spent just now, by this try alone."""
        try:
            await self.accounts.change(command, occasion_of(command.person, self.clock))
        except (Refused, VersionConflict):
            return False
        return True
