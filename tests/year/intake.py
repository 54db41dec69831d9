"""Intake's desk in a year: bundles are brought, people are appointed and suspended, reporters speak and add; with the code of the service itself."""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from services.intake.adding import Adding, Addition
from services.intake.attaching.sealing import Attaching
from services.intake.domain.concern import CONCERN
from services.intake.domain.roster import ROSTER, Appoint, Command, Entry, Reinstate, Suspend
from services.intake.raising import ConcernBody, Raising
from services.intake.receipts import Receipts
from services.intake.roster import importing
from services.intake.roster.importing import RosterImport, Wishes
from services.intake.roster.known import KeepPeople, Known, KnownPerson, KnownSchool, held
from services.intake.roster.report import ImportReport
from services.intake.views import Known as KnownToForm
from shared.access import Principal
from shared.asked import Asked, Fingerprint
from shared.decider import execute, load
from shared.events import PersonAppointed, Post
from shared.message import Occasion
from shared.sealed import Sealed
from tests.year.services import Services

OPERATOR = "operator"


def asked(cause: Any) -> Asked:
    """A request of its own."""
    return Asked("year", None, Fingerprint(b"", b""), cause)


class Followed:
    """A directory that is never behind."""

    async def caught_up(self, *_: object, **__: object) -> bool:
        return True


@dataclass
class Directory:
    """Who is known to intake, folded from its own store; `services.intake.views.Directory` and `read_known`."""

    services: Services
    entries: dict[str, Entry] = field(default_factory=dict)
    turned: int = 0

    async def turn(self) -> None:
        """Reads what is new."""
        store = self.services.intake
        new = store.events[self.turned :]
        self.turned = len(store.events)
        for stream in dict.fromkeys(event.stream for event in new if event.stream.startswith(("person-", "school-"))):
            self.entries[stream] = (await load(store, ROSTER, stream)).state

    async def keep_known(self, _: object, keep: KeepPeople) -> Known:
        """As `read_known` does."""
        known = await self.known()
        await keep(known.people)
        return replace(known, people={})

    async def known(self) -> Known:
        await self.turn()
        people = {person: _known(entry) for person, entry in self.present().items()}
        schools = {
            each.school.school: KnownSchool(each.school.npsn, each.school.name, each.school.cluster) for each in self.entries.values() if each.school
        }
        return Known(people, schools)

    def present(self) -> dict[str, Entry]:
        """Everybody who stands in the roster."""
        return {stream.removeprefix("person-"): each for stream, each in self.entries.items() if each.person and each.present}

    # for the form -------------------------------------------------------------------------------------------------

    async def school(self, told: str) -> str | None:
        return told if f"school-{told}" in self.entries else None

    async def person(self, person: str) -> KnownToForm | None:
        entry = self.entries.get(f"person-{person}")
        if entry is None or not entry.known:
            return None
        in_roster = entry.person if entry.present else None
        return KnownToForm(person, in_roster.kind if in_roster else "staff", in_roster.school if in_roster else None)


def _known(entry: Entry) -> KnownPerson:
    told = entry.person
    assert told
    mine = held(told.posts, told.school)
    return KnownPerson(told.kind, told.school, mine.roles, entry.digest, told.homeroom, told.guardians, mine.elsewhere)


class NoEarlierReceipts:
    """Every receipt of a year is of this release (`services.intake.receipts.EarlierReceipts`)."""

    async def letters(self, _: str) -> str | None:
        return None


class Intake:
    """What is brought and said to intake."""

    def __init__(self, services: Services) -> None:
        self.services, self.directory = services, Directory(services)
        self.kernel: Any = SimpleNamespace(store=services.intake, vault=services.vault, clock=services.clock)
        self._raising = Raising(self.kernel, self.directory, Receipts(services.vault, NoEarlierReceipts()))  # type: ignore[arg-type] # as the tables do
        self.concerns: list[str] = []

    async def bring(self, bundle: io.BytesIO, *, accept: tuple[str, ...] = (), allow_drop: bool = False) -> ImportReport:
        """Raises: Invalid: the bundle as a whole cannot be trusted."""
        bringing = RosterImport(self.kernel, Followed())  # type: ignore[arg-type]
        with patch.object(importing, "read_known", self.directory.keep_known), patch.object(asyncio, "to_thread", _here):
            report = await bringing._run(bundle, OPERATOR, Wishes(accept, allow_drop), lambda *_: None)
        await self.directory.turn()
        return report

    async def give(self, person: str, command: Command) -> None:
        """Raises: a refusal by name."""
        cause = self.services.fresh("person")
        await execute(self.services.intake, ROSTER, f"person-{person}", command, Occasion(OPERATOR, None, self.services.now, cause, cause))
        await self.directory.turn()

    async def appoint(self, person: str, post: Post) -> None:
        """One of the district's own people."""
        name, email = (Sealed(kid=person, context=f"person-{person}", box=text) for text in (person, f"{person}@dinas.invalid"))
        await self.give(person, Appoint(told=PersonAppointed(person=person, post=post, name=name, email=email)))

    async def suspend(self, person: str) -> None:
        await self.give(person, Suspend(person=person))

    async def reinstate(self, person: str) -> None:
        await self.give(person, Reinstate(person=person))

    # concerns -----------------------------------------------------------------------------------------------------

    async def hear(self, body: dict[str, Any], by: Principal) -> str:
        """A concern; its id. Raises: Invalid: it names somebody who is unknown."""
        told = await self._raising._accept(ConcernBody.model_validate(body), asked(self.services.fresh("concern")), by, None)
        self.concerns.append(told.concern_id)
        return told.concern_id

    no_files: Any = None

    async def hear_more(self, concern: str, addition: dict[str, Any], by: Principal) -> None:
        state = (await load(self.services.intake, CONCERN, f"concern-{concern}")).state
        await Adding(self.kernel, Attaching(self.kernel.vault, self.no_files)).add(
            state, Addition.model_validate(addition), asked(self.services.fresh("addition")), by
        )


async def _here(call: Any, *given: Any) -> Any:
    """In this thread: a year takes its turns in an order that a seed gives again."""
    return call(*given)
