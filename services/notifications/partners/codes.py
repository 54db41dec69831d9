"""The agency's code: six digits that follow from its own key, so they are kept nowhere, no rotation changes them, and erasing it ends them."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from services.notifications.domain.agency_code import AGENCY_CODE, HandOverAgencyCode, agency_code_stream
from services.notifications.families.factors import code_of, digits_of
from shared.decider import execute, load
from shared.errors import NotAllowed
from shared.message import Occasion
from shared.sealed import Erased
from shared.service import Kernel


@dataclass(frozen=True, slots=True)
class AgencyCodes:
    """Makes and compares them."""

    kernel: Kernel

    async def hand_over(self, agency: str, by: str, occasion: Occasion, *, fresh: bool) -> str:
        """The code to hand over; it is on record who looked at it. Raises: NotAllowed: the agency was erased. Unavailable."""
        command = HandOverAgencyCode(agency=agency, by=by, fresh=fresh)
        done = await execute(self.kernel.store, AGENCY_CODE, agency_code_stream(agency), command, occasion)
        code = await self._code(agency, done.state.number)
        if code is None:
            raise NotAllowed("the agency was erased: there is no code any more")
        return code

    async def is_code(self, agency: str, typed: str) -> bool:
        """Whether it is the code that holds. Spaces and dashes do not count. Raises: Unavailable."""
        number = (await load(self.kernel.store, AGENCY_CODE, agency_code_stream(agency))).state.number
        code = await self._code(agency, number) if number else None
        return code is not None and hmac.compare_digest(code.encode(), digits_of(typed).encode())

    async def _code(self, agency: str, number: int) -> str | None:
        (key,) = await self.kernel.vault.derive_many([f"agency-{agency}"], "contact", "agency-code")
        return None if isinstance(key, Erased) else code_of(key, agency, number)
