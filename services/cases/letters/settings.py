"""HTTP of a school's paper: letterhead, emblem, pattern of numbers, signatories, and where the series of the year starts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from fastapi import APIRouter, Request
from pydantic import Base64Bytes, BaseModel, ConfigDict, Field

from services.cases.commands.bodies import body_of
from services.cases.commands.envelope import Envelope
from services.cases.commands.naming import SENTENCES as NAMING
from services.cases.commands.on_letters import OnPaper, OnRegister
from services.cases.commands.routes import CommandRoutes
from services.cases.domain.letters.paper import NameSignatory, Paper, RemoveSignatory, SetEmblem, SetLetterhead, SetNumberPattern
from services.cases.domain.letters.register import StartSeries
from services.cases.domain.steps.command import Command
from services.cases.domain.streams import paper_stream, register_stream
from services.cases.letters.emblem import kind_of, refused, sanitised
from services.cases.letters.issuing import Issuing
from services.cases.letters.rendering import is_printable
from services.cases.rights import require_at_school
from shared.access import Principal, SignedIn
from shared.errors import Fault, Invalid, NotFound
from shared.typed import When


class Picture(BaseModel):
    """picture: octets of a PNG or SVG, in base64; None for no emblem any more."""

    model_config = ConfigDict(extra="forbid")

    picture: Base64Bytes | None = Field(examples=["iVBORw0KGgo="])
    happened_at: When | None = None


class Said(BaseModel):
    """What became of a setting. version: of the stream that keeps it."""

    school: str
    version: int


class SignatoryTold(BaseModel):
    person: str
    role: str
    name: str
    position: str
    number: str


class PaperTold(BaseModel):
    """letterhead: None where nothing was said. next_number: as the next document will have it."""

    school: str
    letterhead: dict[str, str] | None
    emblem: bool
    pattern: str
    next_number: str
    signatories: list[SignatoryTold]


@dataclass(frozen=True, slots=True)
class Papers:
    """What schools have said of their paper, and their emblems."""

    issuing: Issuing

    async def told(self, school: str) -> PaperTold:
        """Of one school."""
        paper, day = (
            await self.issuing.standing.paper(school),
            (await self.issuing.road.calendars.of(school)).day(self.issuing.road.kernel.clock.now()),
        )
        register = await self.issuing.register(register_stream(school, day.year))
        printed = await self.issuing.standing.printed(paper)
        return PaperTold(
            school=school,
            letterhead=_letterhead(paper),
            emblem=paper.emblem is not None,
            pattern=paper.pattern,
            next_number=register.next_number(paper.pattern, day),
            signatories=[
                SignatoryTold(person=person, role=paper.signatories[person].role, name=each.name, position=each.position, number=each.number)
                for person, each in printed.items()
            ],
        )

    async def kept(self, came: bytes) -> dict[str, Any]:
        """Raises: Invalid: it is no picture, too large, or cannot be printed."""
        picture = sanitised(came)
        if not await asyncio.to_thread(is_printable, picture):
            raise refused("not-a-picture")
        digest = sha256(picture.encode()).hexdigest()
        async with self.issuing.road.kernel.database.statement() as connection:
            await connection.execute("INSERT INTO emblem VALUES (%s, %s) ON CONFLICT DO NOTHING", (digest, picture))
        return {"digest": digest, "kind": kind_of(came)}


@dataclass(frozen=True, slots=True)
class PaperRoutes:
    """Adds the routes."""

    commands: CommandRoutes
    papers: Papers

    def setting(self, command: type[Command], whose: Callable[[str, BaseModel], str] = lambda school, _: paper_stream(school)) -> None:
        """One that says something of the paper. whose: under whose keys its texts are sealed."""

        async def act(school: str, body: BaseModel, request: Request, principal: Principal) -> Said:
            envelope, said = await self.commands.envelope(request, principal, body)
            return await self.said(command, school, whose(school, body), envelope, said)

        self.commands.add(f"/schools/{{school}}/{command.called}", command, act, body_of(command), permission=command.permission, school=str)

    async def said(self, command: type[Command], school: str, whose: str, envelope: Envelope, said: dict[str, Any]) -> Said:
        """Gives the command. Raises: NotFound: there is no such school. Invalid: the signatory works elsewhere."""
        road = self.commands.road
        if await road.calendars.level(school) is None:
            raise NotFound("there is no school with this id")
        if command is NameSignatory:
            require_at_school(envelope.principal, school)
            await self._require_staff(said["person"], school)
        now = await road.take(envelope, OnPaper(road.kernel.access.permissions, command.permission, school, whose), command, said)
        return Said(school=school, version=now.version)

    async def _require_staff(self, person: str, school: str) -> None:
        if not await self.commands.road.roster.roles_at(person, school):
            raise Invalid(Fault("/person", "unknown-person", NAMING["unknown-person"]))

    def series(self) -> None:
        """Where the year's numbers start."""

        async def act(school: str, body: BaseModel, request: Request, principal: Principal) -> Said:
            envelope, said = await self.commands.envelope(request, principal, body)
            road = self.commands.road
            year = (await road.calendars.of(school)).day(envelope.now).year
            on = OnRegister(road.kernel.access.permissions, StartSeries.permission, school, paper_stream(school), year, road.kernel.store)
            return Said(school=school, version=(await road.take(envelope, on, StartSeries, said)).version)

        told = "the next number, where the school's own book has come so far this year"
        path = f"/schools/{{school}}/{StartSeries.called}"
        self.commands.add(path, StartSeries, act, body_of(StartSeries), permission=StartSeries.permission, summary=told, school=str)

    def emblem(self) -> None:
        """The picture is checked, written anew and kept beside the events, which hold its hash."""

        async def act(school: str, body: Picture, request: Request, principal: Principal) -> Said:
            envelope, _ = await self.commands.envelope(request, principal, body)
            require_at_school(principal, school)
            kept = await self.papers.kept(body.picture) if body.picture else {"digest": None, "kind": None}
            return await self.said(SetEmblem, school, paper_stream(school), envelope, kept)

        told = "PNG or SVG up to 200 kB, in base64; none takes it away"
        self.commands.add(
            f"/schools/{{school}}/{SetEmblem.called}", SetEmblem, act, Picture, permission=SetEmblem.permission, summary=told, school=str
        )

    def reading(self) -> None:
        """What the school has said."""

        @self.commands.routes.get("/schools/{school}/paper", summary="A school's letterhead, numbers and signatories")
        async def paper(school: str, principal: SignedIn) -> PaperTold:
            require_at_school(principal, school)
            return await self.papers.told(school)


def _letterhead(paper: Paper) -> dict[str, str] | None:
    said = paper.letterhead
    return said.model_dump(include={"authority", "name", "address", "contact", "npsn", "place"}) if said else None


def router(commands: CommandRoutes, issuing: Issuing) -> APIRouter:
    """`/cases/api/schools/{school}/paper`, and the commands on it."""
    routes = PaperRoutes(commands, Papers(issuing))
    for command in (SetLetterhead, SetNumberPattern, RemoveSignatory):
        routes.setting(command)
    routes.setting(NameSignatory, lambda _, body: str(dict(body)["person"]))
    routes.emblem()
    routes.series()
    routes.reading()
    return commands.routes
