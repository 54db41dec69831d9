"""Looks up what stands around a document: the school's paper, its staff, and who may sign today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.cases.domain.duty import DUTY
from services.cases.domain.letters.paper import PAPER, Paper
from services.cases.domain.streams import paper_stream, rota_stream
from services.cases.letters.signing import Printed, Signatories
from services.cases.reading.roster import Roster
from shared.decider import load
from shared.sealed import Erased
from shared.sealing import Vault
from shared.service import Kernel


async def names(vault: Vault, roster: Roster, people: Iterable[str]) -> Mapping[str, str]:
    """Of whoever stands in the roster and was not erased, by id."""
    sealed = await roster.names(sorted(set(people)))
    opened = await vault.open_many(list(sealed.values()))
    return {person: name for person, name in zip(sealed, opened, strict=True) if not isinstance(name, Erased)}


@dataclass(frozen=True, slots=True)
class Signing:
    """What decides who signs. school: id; school_name: as printed. issuer: who issues it. named: whom a conflict keeps from it.

    endorser: whom the document names. otherwise: the role of an issuer who holds none here.
    """

    school: str
    school_name: str
    issuer: str
    named: frozenset[str]
    endorser: str | None
    otherwise: str


@dataclass(frozen=True, slots=True)
class Standing:
    """The look-ups."""

    kernel: Kernel
    roster: Roster

    async def paper(self, school: str) -> Paper:
        """What the school said of its paper."""
        return (await load(self.kernel.store, PAPER, paper_stream(school))).state

    async def school_name(self, school: str) -> str:
        """As the roster has it."""
        async with self.kernel.database.statement() as connection:
            row = await (await connection.execute("SELECT name FROM school_v1 WHERE school = %s", (school,))).fetchone()
        return str(row[0]) if row else ""

    async def printed_name(self, school: str) -> str:
        """As the school writes itself on its letters; else as the roster has it."""
        letterhead = (await self.paper(school)).letterhead
        return letterhead.name if letterhead else await self.school_name(school)

    async def signatories(self, signing: Signing, paper: Paper, now: datetime) -> Signatories:
        """Whoever may sign: nobody in conflict, nobody who is away."""
        staff = await self.roster.staff(signing.school)
        away = (await load(self.kernel.store, DUTY, rota_stream(signing.school))).state.away_at(now)
        people = {person for group in staff.values() for person in group} | {signing.issuer}
        known, printed = await names(self.kernel.vault, self.roster, people), await self.printed(paper)
        unfit = signing.named | frozenset(away)
        return Signatories(signing.school_name, staff, unfit, printed, known, signing.issuer, signing.endorser, signing.otherwise)

    async def printed(self, paper: Paper) -> Mapping[str, Printed]:
        """The signatories, by person, but those who were erased."""
        found = {}
        for person, each in paper.signatories.items():
            name = await self.kernel.vault.open(each.name)
            number = await self.kernel.vault.open(each.number) if each.number else ""
            if not isinstance(name, Erased):
                found[person] = Printed(name, each.position, "" if isinstance(number, Erased) else number)
        return found
