"""Replaying: both stores give pages in order, and decoding many events in one call gives the same as one by one."""

import asyncio
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.errors import LaterRelease
from shared.eventstore.codec import EventCodec
from shared.eventstore.memory import InMemoryEventStore
from shared.eventstore.replaying import FOLDED, pages
from shared.eventstore.store import Entry, Item, Page, Write
from shared.eventstore.upcasting import Upcasters
from shared.message import Event, Occasion
from shared.sealed import Sealed
from tests.shared.test_store import event, opened

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Weighed(Event):
    """Version 1 said pounds."""

    type: Literal["weighed"] = "weighed"
    version: Literal[2] = 2
    grams: int
    at: datetime
    by: UUID


class Labelled(Event):
    type: Literal["labelled"] = "labelled"
    version: Literal[1] = 1
    text: Sealed
    tags: frozenset[str]
    sizes: tuple[float, ...]


def in_grams(body):
    return {"type": body["type"], "grams": body["pounds"] * 454, "at": body["at"], "by": body["by"]}


CODEC: EventCodec = EventCodec(Weighed, Labelled, upcasters=Upcasters({("weighed", 1): in_grams}))
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
SEALED = st.builds(Sealed, kid=TEXTS, context=TEXTS, box=TEXTS)
EVENTS = st.one_of(
    st.builds(Weighed, grams=st.integers(), at=st.datetimes(timezones=st.just(UTC)), by=st.uuids()),
    st.builds(Labelled, text=SEALED, tags=st.frozensets(TEXTS), sizes=st.lists(st.floats(allow_nan=False, allow_infinity=False)).map(tuple)),
)
OLD = st.builds('{{"type":"weighed","version":1,"pounds":{},"at":"2026-03-02T12:00:00Z","by":"{}"}}'.format, st.integers(0, 10**6), st.uuids())
SOUND = '{"type":"labelled","version":1,"text":{"kid":"k","context":"c","box":"b"},"tags":[],"sizes":[]}'
WRONG = [
    "", "null", "[]", "{}", "NULL", SOUND[:-1], SOUND + "x", f"{SOUND},{SOUND}", f"[{SOUND}]", SOUND.replace('"k"', "7"),
    SOUND.replace("}", ',"more":1}', 2), SOUND.replace("labelled", "7").replace('"7"', "7"),
]  # fmt: skip
LATER = [SOUND.replace("labelled", "unknown"), SOUND.replace(":1,", ":9,", 1)]


def kept(body: str, place: int) -> Entry:
    old = '"version":1,"pounds"' in body
    return Entry("thing-1", place, place, "weighed" if old or "grams" in body else "labelled", 1 if old or "grams" not in body else 2, body)


def paged(entries: list[Entry]) -> Page:
    """The same events in columns, with the types that the codec asks for."""
    kinds = [(each.type, each.schema_version) if each.type in CODEC.outdated else (None, None) for each in entries]
    types, versions = [kind for kind, _ in kinds], [version for _, version in kinds]
    return Page(len(entries), [each.stream for each in entries], types, versions, [each.body for each in entries])


def written(event: Event) -> str:
    return CODEC.encode(event, "thing-1", Occasion("a", None, NOON, uuid4(), uuid4()), 0).body


@given(st.lists(st.one_of(EVENTS.map(written), OLD), max_size=30))
def test_many_are_decoded_as_they_are_one_by_one_old_versions_between_them_too(bodies):
    entries = [kept(body, place) for place, body in enumerate(bodies, start=1)]
    assert CODEC.decode_many(entries) == CODEC.decode_page(paged(entries)) == [CODEC.decode(entry) for entry in entries]


def test_an_old_version_in_the_middle_of_a_page_is_upcast():
    old = f'{{"type":"weighed","version":1,"pounds":2,"at":"2026-03-02T12:00:00Z","by":"{UUID(int=7)}"}}'
    before, middle, after = CODEC.decode_many([kept(SOUND, 1), kept(old, 2), kept(SOUND, 3)])
    assert middle == Weighed(grams=908, at=NOON, by=UUID(int=7))
    assert before == after == CODEC.decode(kept(SOUND, 1))


@pytest.mark.parametrize("body", WRONG)
def test_a_wrong_body_is_refused_wherever_it_stands_and_named_by_its_place(body):
    wrong = Entry("thing-1", 2, 2, "labelled", 1, body)
    with pytest.raises(ValidationError):
        CODEC.decode(wrong)
    with pytest.raises(ValidationError) as refused:
        CODEC.decode_many([kept(SOUND, 1), wrong, kept(SOUND, 3)])
    assert {error["loc"][0] for error in refused.value.errors()} == {1}


@pytest.mark.parametrize("body", LATER)
def test_what_a_later_release_wrote_is_told_apart_from_a_wrong_body_also_beside_one(body):
    later = Entry("thing-1", 2, 2, "labelled", 1, body)
    with pytest.raises(LaterRelease):
        CODEC.decode(later)
    with pytest.raises(LaterRelease):
        CODEC.decode_many([kept("null", 1), later, kept(SOUND, 3)])


def test_two_halves_of_a_body_never_become_one():
    """Bodies are not joined to one text: what is wrong alone stays wrong beside others."""
    half, other = SOUND.split(',"tags"')
    with pytest.raises(ValidationError):
        CODEC.decode_many([kept(f"{SOUND},{half}", 1), kept(f'"tags"{other}', 2)])


AWKWARD = ['{"a": 1}', "{}", '{\n"b" : "é\\u0000"}', '"NULL"', "NULL", "{1,2}", 'a,"b\\', "\U0001f600", ""]


async def replayed(store, limit: int) -> None:
    """Streams grow in turns; the pages give everything in the order it was stored, bytes as they were written; each says how far it goes."""
    for version in range(3):
        bodies = AWKWARD[version * 3 :][:3]
        await store.append(Item(tuple(Write(f"a-{place}", version, (event(body),)) for place, body in enumerate(bodies))))
    got = [page async for page in pages(store, limit=limit)]
    assert [body for page in got for body in page.bodies] == AWKWARD
    assert [stream for page in got for stream in page.streams] == [f"a-{place}" for place in range(3)] * 3
    assert {kind for page in got for kind in zip(page.types, page.schema_versions, strict=True)} == {(None, None)}
    named = await store.replay(0, types=["another", "thing-happened"])
    assert set(zip(named.types, named.schema_versions, strict=True)) == {("thing-happened", 1)}
    assert {type(page) for page in got} == {Page}
    assert [page.position for page in got] == [min(end, len(AWKWARD)) for end in range(limit, len(AWKWARD) + limit, limit)]


async def in_parts(store) -> None:
    """More than is folded at once, in one page: it comes in parts, of which none is longer and nothing is missing."""
    events = tuple(event(str(number)) for number in range(2 * FOLDED + 1))
    await store.append(Item((Write("a-1", 0, events),)))
    got = [page async for page in pages(store)]
    assert [len(page.bodies) for page in got] == [FOLDED, FOLDED, 1]
    assert [body for page in got for body in page.bodies] == [each.body for each in events]
    assert {len(column) for column in got[-1][1:]} == {1}
    assert [page.position for page in got] == [0, 0, len(events)]


def test_what_is_read_at_once_comes_in_parts_that_the_processor_keeps():
    asyncio.run(in_parts(InMemoryEventStore()))


def test_others_have_their_turn_while_a_history_is_folded():
    async def both() -> None:
        store = InMemoryEventStore()
        await store.append(Item((Write("a-1", 0, tuple(event(str(number)) for number in range(3 * FOLDED))),)))
        turns: list[str] = []
        other = asyncio.create_task(asyncio.sleep(0))
        other.add_done_callback(lambda _: turns.append("other"))
        async for _ in pages(store):
            turns.append("part")
        assert "other" in turns[:-1]

    asyncio.run(both())


@pytest.mark.parametrize("limit", [1, 2, 3, 9, 10])
def test_pages_give_everything_in_order_from_memory(limit):
    asyncio.run(replayed(InMemoryEventStore(), limit))


@pytest.mark.parametrize("limit", [1, 2, 3, 9, 10])
def test_pages_give_everything_in_order_from_postgresql(limit, database):
    async def with_database() -> None:
        async for store in opened(database):
            assert await store.replay(0) is None
            await replayed(store, limit)

    asyncio.run(with_database())
