"""Destroying keys in tests, with the login that may."""

from shared.destroying import Destroyer, all_of
from shared.logins import ERASURE, address_of
from shared.sealed import Purpose
from shared.sealing import KeyringVault
from shared.service import Kernel
from tests.logins import ERASURE_PASSWORD


def erasures_login(url: str) -> str:
    """The address of the login of erasures on the database that `url` names."""
    return address_of(ERASURE, url, ERASURE_PASSWORD)


async def erase(kernel: Kernel, owner: str, *purposes: Purpose) -> int:
    """Destroys every key of an owner, or those of these purposes; how many there were. This process knows it at once."""
    gone = await Destroyer(erasures_login(kernel.database.url)).destroy([(owner, each) for each in purposes] or all_of(owner))
    kernel.vault.forget()
    return gone


class ErasableVault(KeyringVault):
    """The vault of PostgreSQL, whose tests may destroy keys as well."""

    async def erase(self, person: str) -> int:
        gone = await Destroyer(erasures_login(self._database.url)).destroy(all_of(person))
        self.forget()
        return gone
