"""The ways in that need no typing, as the settings and the public address give them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from services.intake.accounts.new_ways import Opening
from services.intake.accounts.offered import SIGN_IN, Offered
from services.intake.accounts.office import AccountOffice, WayNotOffered
from services.intake.accounts.openid.calls import Calls
from services.intake.accounts.openid.client import OpenIdClient
from services.intake.accounts.openid.desk import OpenIdAccounts
from services.intake.accounts.openid.issuers import read_issuers
from services.intake.accounts.openid.refusing import IssuerAway
from services.intake.accounts.passkeys.challenges import Challenges
from services.intake.accounts.passkeys.desk import Passkeys
from services.intake.accounts.passkeys.relying import REASONS, RelyingParty, relying_party
from services.intake.accounts.underway import Underway
from shared.errors import Sentences
from shared.service import Kernel

NOT_HERE = Sentences(WayNotOffered.indonesian, WayNotOffered.english)


@dataclass(frozen=True, slots=True)
class Ways:
    """passkeys: or why there are none. travelling: what browsers carry to issuers and back."""

    office: AccountOffice
    opening: Opening
    passkeys: Passkeys | Sentences
    openid: OpenIdAccounts
    travelling: Underway

    @classmethod
    def of(cls, office: AccountOffice) -> Ways:
        """As the settings say. Raises: StartRefused: they name an issuer that cannot be used."""
        openid = OpenIdAccounts(office.accounts, office.names, _clients(office.kernel))
        return cls(office, Opening(office.accounts), _passkeys(office), openid, _underway(office.kernel, "openid"))

    @property
    def kernel(self) -> Kernel:
        return self.office.kernel

    @property
    def offered(self) -> Offered:
        issuers = tuple((each.issuer.id, each.issuer.name) for each in self.openid.clients.values())
        off = self.passkeys if isinstance(self.passkeys, Sentences) else None
        return Offered(off is None, issuers, None if off is NOT_HERE else off)

    async def also_left_at(self) -> Sequence[tuple[str, str]]:
        """Issuers where somebody can sign out, too: our id and the shown name of each. One that does not answer now is left out."""
        found = []
        for client in self.openid.clients.values():
            with suppress(IssuerAway):
                if await client.leaving(self.front):
                    found.append((client.issuer.id, client.issuer.name))
        return found

    @property
    def front(self) -> str:
        """The page where one signs in, as an issuer leads back to it."""
        return f"{self.kernel.settings.public_origin.rstrip('/')}{SIGN_IN}"


def _clients(kernel: Kernel) -> dict[str, OpenIdClient]:
    issuers = read_issuers(kernel.settings.openid) if "openid" in kernel.settings.sign_in_ways else ()
    calls, origin = Calls(), kernel.settings.public_origin.rstrip("/")
    return {each.id: OpenIdClient(each, f"{origin}{SIGN_IN}/openid/{each.id}/selesai", calls, kernel.clock) for each in issuers}


def _passkeys(office: AccountOffice) -> Passkeys | Sentences:
    kernel = office.kernel
    if "passkey" not in kernel.settings.sign_in_ways:
        return NOT_HERE
    party = relying_party(kernel.settings.public_origin)
    if not isinstance(party, RelyingParty):
        return REASONS[party]
    return Passkeys(office.accounts, office.names, Challenges(kernel.database), _underway(kernel, "passkey"), party, kernel.settings.district)


def _underway(kernel: Kernel, name: str) -> Underway:
    return Underway(kernel.keys, name, secure=kernel.settings.public_origin.startswith("https://"))
