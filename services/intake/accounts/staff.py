"""Who at a school has an account, and who may invite or recover whom (people.md, Signing in)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import uuid4

from services.intake.accounts.inviting import Link
from services.intake.accounts.locking import Colleague, require_lockable
from services.intake.accounts.occasions import occasion_of
from services.intake.accounts.office import AccountOffice
from services.intake.domain.account import Account, Lock, Unlock, Way
from services.intake.domain.roster import ROSTER
from shared.access import EVERYWHERE, Principal
from shared.decider import load
from shared.delivery.leases import lease
from shared.errors import NotFound, Refused
from shared.pages import Text
from shared.pages.roles import ROLES
from shared.sealed import Sealed

INVITES = ("coordinator", "school-operator", "system-administrator", "district-duty")
"""Who hands out invitations: of the own school, or in the whole district."""

RECOVERS = (*INVITES, "principal", "vice-principal")
"""Of whom one asks for a recovery and another one agrees, the district alone; each of them locks and unlocks."""

LEASE = "account-locking"
"""Accounts are counted and locked by one person of a school at a time."""

Standing = Literal["none", "invited", "open", "locked", "recovery-asked"]


class NoMailAddress(Refused):
    code = "no-mail-address"
    status = 422
    indonesian = "Orang ini tidak mempunyai alamat surel di data sekolah. Cetak undangan di kertas."
    english = "The roster has no mail address of this person. Print the invitation on paper."


@dataclass(frozen=True, slots=True)
class Member:
    """One of a school's staff. roles: at the school that is shown. asked_by_me: who looks asked for the recovery, so somebody else must agree."""

    person: str
    name: str
    roles: Sequence[Text]
    standing: Standing
    asked_by_me: bool


@dataclass(frozen=True, slots=True)
class Staff:
    """Reads the staff of a school, and invites and recovers among those whom somebody may."""

    office: AccountOffice

    async def of(self, principal: Principal, school: str) -> Sequence[Member]:
        """By name. Raises: StillBuilding, BehindWrite, Unavailable."""
        people = await self.office.directory.people("staff", school, schools=school)
        names = await self.office.kernel.vault.open_many([each["name"] for each in people if isinstance(each["name"], Sealed)])
        accounts = await asyncio.gather(*(self.office.accounts.of(str(each["person"])) for each in people))
        told = zip(people, names, accounts, strict=True)
        members = [self._member(principal, str(each["person"]), str(name), _roles_at(school, each["posts"]), account) for each, name, account in told]
        return sorted(members, key=lambda member: member.name.casefold())

    def _member(self, principal: Principal, person: str, name: str, roles: Sequence[Text], account: Account) -> Member:
        mine = account.recovery is not None and account.recovery.by == principal.id
        return Member(person, name, roles, self._standing(account), mine)

    def _standing(self, account: Account) -> Standing:
        if account.locked:
            return "locked"
        if account.recovery:
            return "recovery-asked"
        if account.open:
            return "open"
        held = account.invitation
        return "invited" if held and self.office.kernel.clock.now() < held.until else "none"

    async def invite(self, principal: Principal, person: str, way: Way) -> Link:
        """Raises: NotFound: nobody whom this principal may invite; NoMailAddress, AccountExists; Unavailable."""
        await self.require(principal, person, INVITES)
        await self._require_address(person, way)
        return await self.office.inviting.invite(person, principal.id, way, uuid4())

    async def ask_recovery(self, principal: Principal, person: str) -> None:
        """Raises: NotFound, NoAccount; Unavailable."""
        await self.require(principal, person, RECOVERS)
        await self.office.inviting.ask_recovery(person, principal.id, uuid4())

    async def recover(self, principal: Principal, person: str, way: Way) -> Link:
        """Raises: NotFound, NoAccount, NoMailAddress, SecondPersonNeeded; Unavailable."""
        await self.require(principal, person, RECOVERS)
        await self._require_address(person, way)
        return await self.office.inviting.recover(person, principal.id, way, uuid4(), alone=_of_district(principal))

    async def lock(self, principal: Principal, person: str) -> None:
        """Nobody signs in with the account from now on, and its holder is told. Raises: NotFound, NoAccount, LockNeedsDistrict; Unavailable."""
        await self.require(principal, person, RECOVERS)
        if _of_district(principal):
            await self._give(principal, Lock(person=person, by=principal.id))
            return
        async with lease(self.office.kernel.database, LEASE):  # two who lock at once would each count the other's as open
            for school in sorted(principal.schools(*RECOVERS) & {str(post.school) for post in (await self.office.kernel.posts.of(person)).posts}):
                require_lockable(person, await self._others(principal, school))
            await self._give(principal, Lock(person=person, by=principal.id))

    async def _others(self, principal: Principal, school: str) -> list[Colleague]:
        """Who works there and has an account, apart from who asks."""
        roles = await self.office.directory.posted_at(school)
        people = sorted(set(roles) - {principal.id})
        accounts = await asyncio.gather(*(self.office.accounts.of(person) for person in people))
        return [
            Colleague(person, not roles[person].isdisjoint(RECOVERS), account.locked)
            for person, account in zip(people, accounts, strict=True)
            if account.open or account.locked
        ]

    async def unlock(self, principal: Principal, person: str) -> None:
        """Whoever may lock may unlock, also somebody else: no one person keeps a colleague out. Raises: NotFound, NoAccount; Unavailable."""
        await self._give(principal, Unlock(person=person, by=principal.id))

    async def _give(self, principal: Principal, command: Lock | Unlock) -> None:
        await self.require(principal, command.person, RECOVERS)
        await self.office.accounts.change(command, occasion_of(principal.id, self.office.kernel.clock))

    async def require(self, principal: Principal, person: str, roles: Sequence[str]) -> None:
        """One answer for *not there* and *not yours*; nobody acts on their own account. Raises: NotFound; Unavailable."""
        theirs = await self.office.kernel.posts.of(person)
        if not theirs.posts or theirs.kind == "guardian" or person == principal.id:
            raise NotFound
        mine = principal.schools(*roles)
        if principal.kind == "service" or mine == EVERYWHERE:
            return
        if theirs.kind != "staff" or any(post.school not in mine for post in theirs.posts):
            raise NotFound  # whoever holds a post elsewhere, or above, is not this school's alone

    async def _require_address(self, person: str, way: Way) -> None:
        """Raises: NoMailAddress: of somebody of the roster."""
        if way == "mail":
            told = (await load(self.office.kernel.store, ROSTER, f"person-{person}")).state.person
            if told and told.email is None:
                raise NoMailAddress


def _of_district(principal: Principal) -> bool:
    """Whoever acts for the district needs nobody of the school besides."""
    return principal.kind == "service" or principal.holds("system-administrator", "district-duty")


def _roles_at(school: str, posts: object) -> list[Text]:
    """What somebody is there, in words. posts: as the directory has them."""
    assert isinstance(posts, list)
    return [text for role, text in ROLES.items() if any(each["role"] == role and each["school"] == school for each in posts)]
