"""The accounts of a district put together, and what follows each change of one."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from services.intake.accounts.accounts import Accounts, Changed
from services.intake.accounts.hashing import Hashing
from services.intake.accounts.inviting import Inviting
from services.intake.accounts.leaving import Leaving
from services.intake.accounts.names import SignInNames
from services.intake.accounts.pacing import Pacing
from services.intake.accounts.setting_up import SettingUp
from services.intake.accounts.signing_in import PasswordSignIn
from services.intake.accounts.verifiers import Verifiers
from services.intake.sessions.office import Sessions
from services.intake.sessions.view import SessionList
from services.intake.views import Directory
from shared.errors import NotAllowed, Refused
from shared.events import Level, Way, WhyEnded
from shared.sealed import Sealed
from shared.service import Kernel
from shared.settings import SignInWay

_WHY: dict[str, WhyEnded] = {
    "account-closed": "account-closed",
    "account-locked": "account-locked",
    "credential-removed": "credential-changed",
    "credential-added": "credential-changed",
    "recovery-asked": "credential-changed",
}
"""After which event every other session ends, and why. The first that fits counts."""

_OF_A_CHILD = 64
"""Bits of an IPv6 address that tell one network from another."""


class NoPlaceNow(Refused):
    """Who they are was proved; they stand nowhere now."""

    code = "no-place-now"
    status = 403
    indonesian = "Anda dikenali, tetapi sekarang tidak mempunyai tugas di sekolah atau dinas mana pun. Hubungi koordinator BK atau operator sekolah."
    english = "We know you, but you hold no post at any school or in the district now. Ask the coordinator or the school's operator."


@dataclass(frozen=True, slots=True)
class AccountOffice:
    """What pages and routes of accounts are given."""

    kernel: Kernel
    directory: Directory
    sessions: Sessions
    listed: SessionList
    accounts: Accounts
    names: SignInNames
    hashing: Hashing
    pacing: Pacing
    setting_up: SettingUp
    signing_in: PasswordSignIn
    inviting: Inviting

    @classmethod
    def of(cls, kernel: Kernel, directory: Directory, sessions: Sessions, listed: SessionList) -> AccountOffice:
        """Over a service's own kernel."""
        accounts = Accounts(kernel.store, Verifiers(kernel.database, kernel.vault), kernel.clock)
        names, hashing, pacing = SignInNames(kernel.store, kernel.vault), Hashing(), Pacing(kernel.database)
        made = cls(
            kernel,
            directory,
            sessions,
            listed,
            accounts,
            names,
            hashing,
            pacing,
            SettingUp(kernel.vault, names, hashing, kernel.clock),
            PasswordSignIn(accounts, accounts.verifiers, names, hashing, pacing, kernel.clock),
            Inviting.of(kernel, accounts),
        )
        accounts.follows.append(made.end_sessions)
        return made

    @property
    def leaving(self) -> Leaving:
        """The Part that closes accounts."""
        return Leaving(self.kernel.store, self.accounts, self.inviting, self.pacing, self.kernel.heartbeats)

    async def end_sessions(self, changed: Changed) -> None:
        """Whatever changes how somebody signs in ends their other sessions; opening an account ends none."""
        types = {event.type for event in changed.events}
        why = next((why for name, why in _WHY.items() if name in types), None)
        if why and "account-opened" not in types:
            await self.sessions.end_all(changed.person, why, but=changed.keeping)

    async def enter(self, response: Response, person: str, *, level: Level, way: Way) -> None:
        """Begins a session of somebody who has just proved who they are. Raises: NoPlaceNow; Unavailable."""
        await self.require_place(person)
        self.sessions.give(response, await self.sessions.begin(person, level=level, way=way))

    def require_way(self, way: SignInWay) -> None:
        """Raises: NotAllowed: this district does not let people sign in so (TANGGAP_SIGN_IN_WAYS)."""
        if way not in self.kernel.settings.sign_in_ways:
            raise NotAllowed

    async def require_place(self, person: str) -> None:
        """Raises: NoPlaceNow: left, suspended, or of no post; Unavailable."""
        if not (await self.kernel.posts.of(person)).posts:
            raise NoPlaceNow

    async def name_of(self, person: str) -> str:
        """The person's name as it is shown; empty where nobody of this id is known. Raises: StillBuilding, BehindWrite, Unavailable."""
        found = await self.directory.people(None, None, person)
        names = [each["name"] for each in found if isinstance(each["name"], Sealed)]
        return str(await self.kernel.vault.open(names[0])) if names else ""


def network_of(request: Request) -> str:
    """Where a request comes from, as far as tries are counted: an IPv4 address, or the part of an IPv6 address that one line has."""
    told = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(told)
    except ValueError:
        return "here"
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, _OF_A_CHILD), strict=False))
    return told
