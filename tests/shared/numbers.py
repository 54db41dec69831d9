"""The smallest decider, for tests of what lies between a command and the store. It notes numbers and refuses three equal ones in a row."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Literal
from uuid import uuid4

from shared.database import Database
from shared.decider import Decider, execute
from shared.errors import Refused
from shared.eventstore.codec import EventCodec
from shared.eventstore.postgres import PostgresEventStore
from shared.eventstore.store import EventStore
from shared.message import TANGGAP, Event, Fact, Occasion
from tests.logins import login
from tests.shared.test_store import NOON

Numbers = tuple[int, ...]


class Noted(Event):
    type: Literal["noted"] = "noted"
    version: Literal[1] = 1
    number: int


class Note(Fact):
    """Three in a row are refused, so that a decision shows what was known when it was made."""

    number: int


def decide(command: Note, state: Numbers) -> Sequence[Noted]:
    if state[-2:] == (command.number, command.number):
        raise Refused
    return [] if command.number == 0 else [Noted(number=command.number)]


NUMBERS: Decider[Note, Numbers, Noted] = Decider((), decide, lambda state, noted: (*state, noted.number), EventCodec(Noted))


async def note(store: EventStore, stream: str, number: int, *, fresh: bool = False) -> bool:
    """False: refused."""
    try:
        await execute(store, NUMBERS, stream, Note(number=number), Occasion("somebody", None, NOON, TANGGAP, uuid4()), fresh=fresh)
    except Refused:
        return False
    return True


async def whole(store: EventStore, stream: str) -> Numbers:
    """Folded from the beginning, event by event."""
    return NUMBERS.fold(NUMBERS.codec.decode(kept) for kept in await store.read_stream(stream))


def noted(numbers: Numbers, number: int) -> Numbers | None:
    """What the numbers should be after a note; None where it is refused."""
    if numbers[-2:] == (number, number):
        return None
    return (*numbers, number) if number else numbers


@asynccontextmanager
async def two_processes(url: str) -> AsyncIterator[tuple[PostgresEventStore, PostgresEventStore]]:
    one, another = (Database(login(url, "cases"), "cases") for _ in range(2))
    await one.open()
    await another.open()
    try:
        yield PostgresEventStore(one), PostgresEventStore(another)
    finally:
        await one.close()
        await another.close()
