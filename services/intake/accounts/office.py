"""The accounts of a district put together, and what follows each change of one."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from services.intake.accounts.accounts import Accounts, Changed
from services.intake.accounts.hashing import Hashing
from services.intake.accounts.inviting import Inviting
from services.intake.accounts.leaving import Leaving
from services.intake.accounts.names import SignInNames
from services.intake.accounts.pacing import OF_A_NETWORK, Counted, Pacing
from services.intake.accounts.setting_up import SettingUp
from services.intake.accounts.signing_in import PasswordSignIn
from services.intake.accounts.verifiers import Verifiers
from services.intake.domain.account import InvitationNotValid
from services.intake.network import network_of
from services.intake.sessions.office import Sessions
from services.intake.sessions.view import SessionList
from services.intake.views import Directory
from shared.errors import Refused
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


class WayNotOffered(Refused):
    """Who runs the district does not let people sign in so (TANGGAP_SIGN_IN_WAYS)."""

    code = "way-not-offered"
    status = 403
    indonesian = "Cara masuk ini tidak dipakai di sini. Pilih cara lain di halaman masuk."
    english = "This way to sign in is not used here. Choose another on the sign-in page."


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

    async def enter(self, request: Request, answer: Response, person: str, *, level: Level, way: Way) -> None:
        """Signs a browser in after a proof: its own session of this person is renewed, anybody else's ends. Raises: NoPlaceNow; Unavailable."""
        await self.require_place(person)
        await self.sessions.enter(request, answer, person, level=level, way=way)

    async def invited(self, request: Request, token: str) -> str:
        """Whom an invitation's link is for. Raises: InvitationNotValid; TriedTooOften: somebody tries links; Unavailable."""
        person = await self.inviting.person_of(token)
        if person is None:
            network = Counted(await self.names.hashed("network", network_of(request)), OF_A_NETWORK)
            await self.pacing.count((network,), self.kernel.clock.now())
            raise InvitationNotValid
        return person

    def require_way(self, way: SignInWay) -> None:
        """Raises: WayNotOffered."""
        if way not in self.kernel.settings.sign_in_ways:
            raise WayNotOffered

    async def require_place(self, person: str) -> None:
        """Raises: NoPlaceNow: left, suspended, or of no post; Unavailable."""
        if not (await self.kernel.posts.of(person)).posts:
            raise NoPlaceNow

    async def name_of(self, person: str) -> str:
        """The person's name as it is shown; empty where nobody of this id is known. Raises: StillBuilding, BehindWrite, Unavailable."""
        found = await self.directory.one(person)
        names = [each["name"] for each in found if isinstance(each["name"], Sealed)]
        return str(await self.kernel.vault.open(names[0])) if names else ""
