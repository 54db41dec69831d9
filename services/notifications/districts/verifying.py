"""Whether a message comes from the district that it names: signed with the secret that both have, and with that district's own key."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from services.notifications.domain.agency import AGENCY
from services.notifications.domain.district import DISTRICT, district_stream
from services.notifications.senders.signing import NotVerified, verify
from services.notifications.upkeep.saying import agency_stream
from shared.decider import load
from shared.service import Kernel

KIND = "district"
"""What a partner is registered as that is a district with an installation of its own."""


@dataclass(frozen=True, slots=True)
class Verifying:
    """Knows the districts that are registered here."""

    kernel: Kernel

    async def require(self, district: str, headers: Mapping[str, str], body: bytes) -> None:
        """Both signatures must fit: the secret's, and one of the keys that are trusted. Raises: NotVerified, also for a district that is not known;
        Unavailable.
        """
        secrets, keys = await self._secrets(district), (await load(self.kernel.store, DISTRICT, district_stream(district))).state.keys
        now = int(self.kernel.clock.now().timestamp())
        for known in (secrets, keys):
            if not any(_fits(each, headers, body, now) for each in known):
                raise NotVerified("no signature fits")

    async def _secrets(self, district: str) -> list[str]:
        known = (await load(self.kernel.store, AGENCY, agency_stream(district))).state.registered
        if known is None or known.kind != KIND:
            return []
        opened = await self.kernel.vault.open_many([box for box in (known.secret, known.old_secret) if box])
        return [each for each in opened if isinstance(each, str)]


def _fits(key: str, headers: Mapping[str, str], body: bytes, now: int) -> bool:
    with suppress(NotVerified):
        verify(key, headers, body, now)
        return True
    return False
