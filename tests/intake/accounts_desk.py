"""The accounts of an intake over a real store, with a clock that stands still until a test sets it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

import pyotp

from services.intake.accounts.accounts import Accounts
from services.intake.accounts.hashing import Hashing
from services.intake.accounts.inviting import Inviting
from services.intake.accounts.leaving import Leaving
from services.intake.accounts.names import SignInNames
from services.intake.accounts.occasions import occasion_of
from services.intake.accounts.pacing import Pacing
from services.intake.accounts.setting_up import Draft, SettingUp, Typed
from services.intake.accounts.signing_in import PasswordSignIn
from services.intake.accounts.verifiers import Verifiers
from services.intake.domain.account import Accept, Account, Way
from shared.clock import FixedClock
from shared.service import Kernel

START = datetime.fromisoformat("2026-11-30T09:00:00+07:00")
PASSWORD = "gunung merapi di pagi hari"
NETWORK = "192.0.2.7"


@dataclass
class Opened:
    """An account with a password: what its holder has at hand."""

    person: str
    name: str
    draft: Draft
    password: str = PASSWORD

    def code(self, at: datetime) -> str:
        return pyotp.TOTP(self.draft.seed).at(at)

    def typed(self, at: datetime, **other: str) -> Typed:
        return Typed(**{"name": self.name, "password": self.password, "code": self.code(at)} | other)


@dataclass
class AccountsDesk:
    kernel: Kernel
    clock: FixedClock = field(default_factory=lambda: FixedClock(START))

    def __post_init__(self) -> None:
        kernel = self.kernel
        self.verifiers = Verifiers(kernel.database, kernel.vault)
        self.accounts = Accounts(kernel.store, self.verifiers, self.clock)
        self.names, self.hashing, self.pacing = SignInNames(kernel.store, kernel.vault), Hashing(), Pacing(kernel.database)
        self.setting_up = SettingUp(kernel.vault, self.names, self.hashing, self.clock)
        self.signing_in = PasswordSignIn(self.accounts, self.verifiers, self.names, self.hashing, self.pacing, self.clock)
        self.inviting = Inviting(self.accounts, kernel.database, kernel.vault, "https://tanggap.example")
        self.leaving = Leaving(kernel.store, self.accounts, self.inviting, self.pacing, kernel.heartbeats)

    def later(self, **time: float) -> None:
        self.clock.moment += timedelta(**time)

    async def do(self, command, by: str = "budi", **more) -> Account:
        return await self.accounts.change(command, occasion_of(by, self.clock), **more)

    async def invited(self, person: str, by: str = "budi", way: Way = "paper") -> str:
        """The random part of a new link."""
        return (await self.inviting.invite(person, by, way, uuid4())).address.rpartition("/")[2]

    async def open(self, person: str, name: str = "ani@contoh.invalid") -> Opened:
        token, draft = await self.invited(person), self.setting_up.draft()
        mine = Opened(person, name, draft)
        await self.accept(token, mine)
        self.later(seconds=60)
        return mine

    async def accept(self, token: str, mine: Opened) -> Account:
        from services.intake.accounts.inviting import hash_of

        prepared = await self.setting_up.prepared(mine.person, mine.draft, mine.typed(self.clock.now()))
        command = Accept(person=mine.person, invitation=hash_of(token), at=self.clock.now(), credentials=prepared.credentials)
        return await self.do(command, mine.person, keep=prepared.keep)
