"""The first administrator of a district that nobody can administer yet: whoever started it at the terminal (people.md, Signing in)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from services.intake.accounts.inviting import Link
from services.intake.accounts.occasions import occasion_of
from services.intake.accounts.office import AccountOffice
from services.intake.domain.roster import ROSTER, Appoint
from shared.access import service_principal
from shared.decider import execute
from shared.events import PersonAppointed, Post, Role
from shared.message import TANGGAP, derived_id

ROLE: Role = "system-administrator"
NAME = "Administrator"
"""Until the district appoints somebody by name."""

OPERATOR = service_principal("operator").id
_FIRST = str(derived_id(TANGGAP, "first-administrator"))


@dataclass(frozen=True, slots=True)
class FirstAdministrator:
    """office: of the accounts."""

    office: AccountOffice

    async def invited(self) -> Link | None:
        """A new invitation; None where an administrator has an account, or an invitation that still holds. Raises: StillBuilding, Unavailable."""
        administrators = await self.office.kernel.posts.holders(ROLE, "")
        for person in administrators:
            if await self._has_a_way_in(person):
                return None
        person = administrators[0] if administrators else await self._appointed()
        return await self.office.inviting.invite(person, OPERATOR, "paper", uuid4())

    async def _has_a_way_in(self, person: str) -> bool:
        """A locked account is one, too: whoever locked it meant it."""
        account = await self.office.accounts.of(person)
        held = account.invitation
        return bool(account.credentials) or (held is not None and self.office.kernel.clock.now() < held.until)

    async def _appointed(self) -> str:
        kernel = self.office.kernel
        name = await kernel.vault.seal(_FIRST, "identity", NAME, f"person-{_FIRST}/name")
        told = PersonAppointed(person=_FIRST, post=Post(ROLE, None), name=name)
        await execute(kernel.store, ROSTER, f"person-{_FIRST}", Appoint(told=told), occasion_of(OPERATOR, kernel.clock))
        kernel.posts.forget()
        return _FIRST
