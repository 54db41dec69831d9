"""The ways in that need no typing, as the settings and the public address give them."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from services.intake.accounts.accounts import Accounts
from services.intake.accounts.inviting import Inviting
from services.intake.accounts.names import SignInNames
from services.intake.accounts.new_ways import Opening
from services.intake.accounts.openid.calls import Calls
from services.intake.accounts.openid.client import OpenIdClient
from services.intake.accounts.openid.desk import OpenIdAccounts
from services.intake.accounts.openid.issuers import read_issuers
from services.intake.accounts.passkeys.challenges import Challenges
from services.intake.accounts.passkeys.desk import Passkeys
from services.intake.accounts.passkeys.relying import REASONS, RelyingParty, relying_party
from services.intake.accounts.underway import Underway
from services.intake.sessions.office import Sessions
from services.intake.views import Directory
from shared.errors import Sentences
from shared.events import Level, Way
from shared.pages import path_of_ours
from shared.sealed import Erased, Sealed
from shared.service import Kernel

SIGN_IN, ACCOUNT = "/intake/masuk", "/intake/akun"
FIRST = "/intake/"
"""Where somebody goes who asked for nothing else."""


@dataclass(frozen=True, slots=True)
class Offered:
    """What a page may offer. issuers: our id and the shown name of each. why_off: why there are no passkeys."""

    passkeys: bool
    issuers: tuple[tuple[str, str], ...]
    why_off: Sentences | None


@dataclass(frozen=True, slots=True)
class Ways:
    """passkeys: or why there are none. travelling: what browsers carry to issuers and back."""

    kernel: Kernel
    sessions: Sessions
    inviting: Inviting
    opening: Opening
    directory: Directory
    passkeys: Passkeys | Sentences
    openid: OpenIdAccounts
    travelling: Underway

    @classmethod
    def of(cls, kernel: Kernel, sessions: Sessions, accounts: Accounts, inviting: Inviting, directory: Directory) -> Ways:
        """As the settings say. Raises: StartRefused: they name an issuer that cannot be used."""
        names, opening = SignInNames(kernel.store, kernel.vault), Opening(accounts)
        openid = OpenIdAccounts(accounts, names, _clients(kernel))
        return cls(kernel, sessions, inviting, opening, directory, _passkeys(kernel, accounts, names), openid, _underway(kernel, "openid"))

    @property
    def offered(self) -> Offered:
        issuers = tuple((each.issuer.id, each.issuer.name) for each in self.openid.clients.values())
        off = self.passkeys if isinstance(self.passkeys, Sentences) else None
        return Offered(off is None, issuers, off)

    async def enter(self, request: Request, answer: Response, person: str, *, level: Level, way: Way) -> None:
        """Signs a browser in after a proof: its own session of this person is renewed, anybody else's ends. Raises: Unavailable."""
        await self.sessions.enter(request, answer, person, level=level, way=way)

    async def shown(self, person: str) -> str:
        """The name of a person, for their own devices; the program's where there is none. Raises: Unavailable."""
        for row in await self.directory.people(None, None, person):
            name = await self.kernel.vault.open(Sealed.model_validate(row["name"]))
            if not isinstance(name, Erased):
                return name
        return "Tanggap"


def _clients(kernel: Kernel) -> dict[str, OpenIdClient]:
    issuers = read_issuers(kernel.settings.openid)
    calls, origin = Calls(), kernel.settings.public_origin.rstrip("/")
    return {each.id: OpenIdClient(each, f"{origin}{SIGN_IN}/openid/{each.id}/selesai", calls, kernel.clock) for each in issuers}


def _passkeys(kernel: Kernel, accounts: Accounts, names: SignInNames) -> Passkeys | Sentences:
    party = relying_party(kernel.settings.public_origin)
    if not isinstance(party, RelyingParty):
        return REASONS[party]
    return Passkeys(accounts, names, Challenges(kernel.database), _underway(kernel, "passkey"), party, kernel.settings.district)


def _underway(kernel: Kernel, name: str) -> Underway:
    return Underway(kernel.keys, name, secure=kernel.settings.public_origin.startswith("https://"))


def query(wanted: str, *, again: bool = False) -> str:
    """What goes along from page to page: where somebody wants to go, and that they prove themselves again."""
    told = ({"next": wanted} if wanted != FIRST else {}) | ({"again": "1"} if again else {})
    return f"?{urlencode(told)}" if told else ""


def wanted_path(told: str) -> str:
    """Where somebody wants to go, if that is a page of ours."""
    return path_of_ours(told) or FIRST
