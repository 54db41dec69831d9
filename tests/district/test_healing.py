"""Stores of different moments: what is older than its neighbours is found before anything serves and healed by name (decision 23; ADR 49)."""

import asyncio
from datetime import UTC, datetime
from random import Random
from uuid import UUID

import psycopg
import pytest
from redis import Redis

from district.backups import healing
from district.backups.healing import Healed, ReadAgain, heal
from district.backups.older import Carrier, Older
from district.backups.rewritten import Rewritten
from services.notifications.domain.register import REGISTER, MarkUnsafe
from shared.delivery.subscription import Subscription
from shared.errors import Invalid, StartRefused
from shared.eventstore.epochs import FIRST, Epoch, shared_upto
from shared.eventstore.store import NEW, Item, Write
from shared.testing import eventually
from tests.delivery.rig import PARTITIONS, Rig, event, keys_of, sound, working
from tests.district.moments import Moments
from tests.journals import told
from tests.keys import secrets

NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)
SECRETS = secrets()
KEYS = [next(keys_of(partition)) for partition in range(PARTITIONS)]


def healed(url, tmp_path, redis_url="") -> list[Healed | ReadAgain]:
    return heal(url, tmp_path / "journal", lambda: SECRETS, NOW, Carrier(redis_url, PARTITIONS))


def rows(url, query):
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()


async def has_heard(rig: Rig, positions: list[int]) -> bool:
    found = [each for key in KEYS for each in await rig.heard_of(key)]
    return set(positions) <= set(found)


async def opened(rig: Rig) -> None:
    for database in rig.databases.values():
        await database.open()


async def closed(rig: Rig) -> None:
    await rig.redis.aclose()
    for database in rig.databases.values():
        await database.close()


async def went_on(url: str, redis_url: str, random: Random, *, empty: bool) -> None:
    """Both services run again, and everything that intake has is heard, once."""
    rig = Rig(url, redis_url)
    await opened(rig)
    if empty:
        await rig.redis.flushdb()
    reading = rig.subscription()
    async with working(rig.heartbeats, rig.relay(), reading):
        await rig.tell(*random.choices(KEYS, k=4))

        async def all_heard() -> bool:
            return rows(url, _UNHEARD) == [(0,)]

        await eventually(all_heard)
        await eventually(lambda: sound(rig, reading.name))
    await closed(rig)


_UNHEARD = """
SELECT count(*) FROM intake.event i WHERE i.public
AND NOT EXISTS (SELECT FROM cases.event c WHERE c.stream = 'heard-' || i.key AND (c.body::jsonb ->> 'position')::bigint = i.position
                AND c.recorded_at >= i.recorded_at)
"""


# one by one --------------------------------------------------------------------------------------------------------


@pytest.fixture
def parted(database, redis_url):
    """Intake was brought back to before its last three events, which cases has heard."""
    moments = Moments(database)

    async def grow() -> None:
        rig = Rig(database, redis_url)
        await opened(rig)
        async with working(rig.relay(), rig.subscription()):
            first = await rig.tell(KEYS[0], KEYS[1])
            await eventually(lambda: has_heard(rig, first))
            moments.take("intake")
            more = await rig.tell(KEYS[0], KEYS[0], KEYS[1])
            await eventually(lambda: has_heard(rig, more))

            async def kept() -> bool:
                return rows(database, "SELECT max(position) FROM cases.checkpoint") == [(5,)]

            await eventually(kept)
        await closed(rig)

    asyncio.run(grow())
    moments.bring_back("intake", 0)
    return database


def test_an_older_store_is_named_with_who_knows_it_further(parted, tmp_path):
    assert healed(parted, tmp_path) == [Healed(Older("intake", 2, 5, "cases"), 0)]
    assert rows(parted, "SELECT number, began_after FROM intake.epoch") == [(2, 2)]
    assert healed(parted, tmp_path) == []


def test_nothing_is_healed_under_a_running_service(parted, redis_url, tmp_path):
    async def running() -> None:
        rig = Rig(parted, redis_url)
        await opened(rig)
        try:
            with pytest.raises(StartRefused, match=r"intake \(cases knows it up to 5, it ends at 2\). Stop the district"):
                await asyncio.to_thread(healed, parted, tmp_path)
        finally:
            await closed(rig)

    asyncio.run(running())
    assert rows(parted, "SELECT count(*) FROM intake.epoch") == [(0,)]


def test_a_reader_of_an_older_store_that_nobody_healed_stops_and_says_so(parted, redis_url):
    async def running() -> None:
        rig = Rig(parted, redis_url)
        await opened(rig)
        reading = rig.subscription()
        async with working(rig.heartbeats, rig.relay(), reading):

            async def told_so() -> bool:
                found = rows(parted, "SELECT broken, detail FROM cases.heartbeat WHERE part = 'cases<-intake'")
                return found == [(True, "the store of intake is older than what was read of it: stop the district, then ./tanggap migrate")]

            await eventually(told_so)
            assert not await sound(rig, reading.name)
        await closed(rig)

    asyncio.run(running())


async def _nothing(*_: object) -> None:
    """Done instead of what protects."""


def test_without_a_new_epoch_new_events_would_be_taken_for_old_ones(parted, redis_url, monkeypatch):
    """The protections switched off: what intake tells now at positions that were read before is passed over for ever."""
    monkeypatch.setattr(Subscription, "_require_not_older", lambda *_: None)
    monkeypatch.setattr(Subscription, "_agree", _nothing)

    async def running() -> None:
        rig = Rig(parted, redis_url)
        await opened(rig)
        async with working(rig.relay(), rig.subscription()):
            await rig.tell(*[KEYS[0]] * 6)

            async def level() -> bool:
                return rows(parted, "SELECT max(position) FROM cases.checkpoint") == [(8,)]

            await eventually(level)
        await closed(rig)

    asyncio.run(running())
    assert rows(parted, _UNHEARD)[0][0] > 0


def test_what_keeps_a_position_of_the_source_goes_back_too(parted, redis_url, tmp_path):
    """Or what intake tells of a person now would be older than what is known of them."""
    with psycopg.connect(parted) as connection:
        connection.execute(
            "INSERT INTO cases.person_v1 (person, kind, name, guardians, position) VALUES ('a', 'staff', '{}', '{}', 2), ('b', 'staff', '{}', '{}', 5)"
        )
        connection.execute("INSERT INTO cases.whereabouts_v1 VALUES ('b', 'sd-1', NULL, 4)")
        connection.execute("INSERT INTO cases.parked VALUES ('cases', 'intake', 0, 'k', 4, gen_random_uuid(), 't', 5, 'e')")
    healed(parted, tmp_path)
    asyncio.run(went_on(parted, redis_url, Random(1), empty=False))
    assert rows(parted, "SELECT person, position FROM cases.person_v1 ORDER BY 1") == [("a", 2), ("b", 2)]
    assert rows(parted, "SELECT student, position FROM cases.whereabouts_v1") == [("b", 2)]
    assert rows(parted, "SELECT count(*) FROM cases.parked") == [(0,)]


def test_columns_that_keep_a_position_say_of_whom(database):
    """A new one in a reader's schema is either of its own store, which a restore brings along, or says whose."""
    query = """SELECT c.table_schema || '.' || c.table_name, col_description(format('%I.%I', c.table_schema, c.table_name)::regclass, c.ordinal_position)
        FROM information_schema.columns c WHERE c.table_schema = ANY ('{cases,notifications}') AND c.column_name = 'position'"""
    kernel = {
        "event", "store_head", "partition_head", "checkpoint", "idempotency", "signed_head", "relay_checkpoint", "parked", "view_checkpoint",
    }  # fmt: skip
    silent = {name for name, said in rows(database, query) if said is None and name.partition(".")[2] not in kernel}
    assert silent == {"cases.fact_v1"}, "of the own store alone"


def test_a_store_older_than_its_journal_is_told_again_what_must_outlive(database, tmp_path):
    moments = Moments(database)
    told(database, "notifications", tmp_path / "journal", SECRETS, REGISTER, "contact-a", _mark("a"))
    moments.take("notifications")
    told(database, "notifications", tmp_path / "journal", SECRETS, REGISTER, "contact-b", _mark("b"))
    moments.bring_back("notifications", 0)
    assert healed(database, tmp_path) == [Healed(Older("notifications", 1, 2, "journal"), 1)]
    assert rows(database, "SELECT stream FROM notifications.event ORDER BY position") == [("contact-a",), ("contact-b",)]


def test_a_damaged_journal_heals_nothing(database, tmp_path):
    told(database, "notifications", tmp_path / "journal", SECRETS, REGISTER, "contact-a", _mark("a"))
    file = tmp_path / "journal" / "notifications.journal"
    file.write_bytes(file.read_bytes().replace(b"contact-a", b"contact-z"))
    with pytest.raises(Invalid, match="line 1"):
        healed(database, tmp_path)


def _mark(student: str) -> MarkUnsafe:
    return MarkUnsafe(student=student, school="sd-1", guardians=("ibu",))


def test_a_partition_that_tells_nothing_after_a_healing_is_no_older_store(parted, redis_url, tmp_path):
    """Its last event lies before the place where the epoch began, to which its reader has gone back."""
    healed(parted, tmp_path)

    async def running() -> None:
        rig = Rig(parted, redis_url)
        await opened(rig)
        reading = rig.subscription()
        async with working(rig.relay(), reading):
            positions = await rig.tell(KEYS[1])
            await eventually(lambda: has_heard(rig, positions))
            await reading._catch_up()
        await closed(rig)

    asyncio.run(running())
    assert rows(parted, "SELECT position FROM cases.checkpoint WHERE partition = 0") == [(2,)]
    assert rows(parted, "SELECT max(position) FROM intake.event WHERE partition = 0") == [(1,)]


def test_a_store_that_is_brought_back_to_before_its_epoch_is_found_by_who_knows_that_epoch(parted, redis_url, tmp_path):
    healed(parted, tmp_path)
    asyncio.run(went_on(parted, redis_url, Random(1), empty=False))
    known = rows(parted, "SELECT max(position) FROM cases.checkpoint")[0][0]
    Moments(parted).bring_back("intake", 0)
    assert healed(parted, tmp_path) == [Healed(Older("intake", 2, known, "cases", elsewhere=True), 0)]
    assert healed(parted, tmp_path) == []


def test_a_mark_of_an_epoch_that_the_store_does_not_have_is_told_again(database, tmp_path):
    moments = Moments(database)
    told(database, "notifications", tmp_path / "journal", SECRETS, REGISTER, "contact-a", _mark("a"))
    moments.take("notifications")
    told(database, "notifications", tmp_path / "journal", SECRETS, REGISTER, "contact-b", _mark("b"))
    moments.bring_back("notifications", 0)
    healed(database, tmp_path)
    told(database, "notifications", tmp_path / "journal", SECRETS, REGISTER, "contact-c", _mark("c"))
    moments.bring_back("notifications", 0)
    assert healed(database, tmp_path) == [Healed(Older("notifications", 1, 3, "journal", elsewhere=True), 2)]
    assert rows(database, "SELECT stream FROM notifications.event ORDER BY position") == [("contact-a",), ("contact-b",), ("contact-c",)]


# a history that was cut and written anew ----------------------------------------------------------------------------


@pytest.fixture
def rewritten(parted, redis_url):
    """Nobody remembered that intake lost three events. It told five others since; then cases came back from before that loss."""
    moments = Moments(parted)
    moments.take("cases")
    with psycopg.connect(parted) as connection:
        connection.execute("TRUNCATE cases.checkpoint")

    async def told_anew() -> None:
        rig = Rig(parted, redis_url)
        await opened(rig)
        await rig.redis.flushdb()
        await rig.tell(KEYS[1], KEYS[0], KEYS[1], KEYS[0], KEYS[0])
        await closed(rig)

    asyncio.run(told_anew())
    moments.bring_back("cases", 0)
    return parted


def test_who_read_a_history_that_was_cut_and_written_anew_goes_back_by_name(rewritten, redis_url, tmp_path):
    """Positions alone say nothing: the last that cases read is one that intake has, of another event."""
    assert healed(rewritten, tmp_path) == [ReadAgain(Rewritten("cases", "intake", 5, 2))]
    assert healed(rewritten, tmp_path) == []
    asyncio.run(went_on(rewritten, redis_url, Random(1), empty=False))
    assert rows(rewritten, "SELECT source, after, upto FROM cases.lost_history ORDER BY partition") == [("intake", 2, 4), ("intake", 2, 5)]
    assert rows(rewritten, "SELECT count(*) FROM intake.epoch") == [(0,)], "intake itself has lost nothing now"


def test_a_checkpoint_that_an_earlier_release_moved_says_nothing_of_its_event(rewritten, tmp_path):
    with psycopg.connect(rewritten) as connection:
        connection.execute("UPDATE cases.checkpoint SET position = position - 1")
    assert healed(rewritten, tmp_path) == []


def test_a_reader_of_another_history_that_nobody_healed_stops_before_it_hears_anything(rewritten, redis_url):
    async def running() -> None:
        rig = Rig(rewritten, redis_url)
        await opened(rig)
        reading = rig.subscription()
        before = rows(rewritten, "SELECT count(*) FROM cases.event")
        async with working(rig.heartbeats, rig.relay(), reading):

            async def told_so() -> bool:
                found = rows(rewritten, "SELECT broken, detail FROM cases.heartbeat WHERE part = 'cases<-intake'")
                why = "the store of intake was cut and written anew below what was read of it: stop the district, then ./tanggap migrate"
                return found == [(True, why)]

            await eventually(told_so)
        assert rows(rewritten, "SELECT count(*) FROM cases.event") == before
        await closed(rig)

    asyncio.run(running())


def test_without_the_event_in_the_checkpoint_what_was_written_anew_would_be_passed_over(rewritten, redis_url, tmp_path, monkeypatch):
    """The protections of ADR 67 switched off: nothing is found, nobody stops, and what intake tells at positions that were read is never heard."""
    monkeypatch.setattr(healing, "rewritten", lambda *_: ())
    monkeypatch.setattr(Subscription, "_agree", _nothing)
    assert healed(rewritten, tmp_path) == []

    async def running() -> None:
        rig = Rig(rewritten, redis_url)
        await opened(rig)
        async with working(rig.relay(), rig.subscription()):
            for position, partition in [(7, 0), (5, 1)]:
                await rig.until_checkpoint(partition, position)
        await closed(rig)

    asyncio.run(running())
    assert rows(rewritten, _UNHEARD)[0][0] > 0


def test_what_both_histories_tell_under_one_id_is_heard_as_it_was_told_first(rewritten, redis_url, tmp_path):
    """Ids are derived from causes, so that it is a repeat, whatever it says now. That its source lost the first telling is named."""

    async def told_again() -> None:
        rig = Rig(rewritten, redis_url)
        await opened(rig)
        (lost,) = rows(rewritten, "SELECT event FROM cases.checkpoint WHERE position = 5")[0]
        await rig.owner.append(Item((Write("told-again", NEW, (event(KEYS[1], '{"told":"otherwise"}', id=lost),)),)))
        await closed(rig)

    async def heard() -> list[int]:
        rig = Rig(rewritten, redis_url)
        await opened(rig)
        async with working(rig.relay(), rig.subscription()):
            await rig.until_checkpoint(1, 8)
        found = await rig.heard_of(KEYS[1])
        await closed(rig)
        return found

    asyncio.run(told_again())
    healed(rewritten, tmp_path)
    assert asyncio.run(heard()) == [2, 5, 3, 5]
    assert rows(rewritten, "SELECT after, upto FROM cases.lost_history WHERE partition = 1") == [(2, 5)]
    assert rows(rewritten, "SELECT count(*) FROM cases.parked") == [(0,)]


def test_what_redis_alone_carries_of_another_history_is_heard_by_nobody(rewritten, redis_url, tmp_path):
    """Its positions are no further than the store's, so that they look right."""
    healed(rewritten, tmp_path, redis_url)

    async def carried() -> None:
        rig = Rig(rewritten, redis_url)
        await opened(rig)
        await rig.relay_all()
        await closed(rig)

    asyncio.run(carried())
    Moments(rewritten).bring_back("intake", 0)

    async def told_anew() -> None:
        rig = Rig(rewritten, redis_url)
        await opened(rig)
        await rig.tell(*KEYS, *KEYS, *KEYS)
        await closed(rig)

    asyncio.run(told_anew())
    healed(rewritten, tmp_path, redis_url)
    with Redis.from_url(redis_url) as client:
        assert client.keys("events.intake.*") == []


# two lines of epochs -----------------------------------------------------------------------------------------------

A, B = Epoch(UUID(int=1), 10), Epoch(UUID(int=2), 7)
START = Epoch(FIRST, 0)


@pytest.mark.parametrize(
    ("known", "told_now", "shared"),
    [
        ([START], [START], None),
        ([START], [START, A], 10),
        ([START, A], [START, A], None),
        ([START, A], [START, B], 7),
        ([START, B], [START, A], 7),
        ([START, A], [START], 10),
        ([START], [START, A, B._replace(began_after=12)], 10),
    ],
)
def test_two_lines_of_epochs_are_one_history_up_to_where_they_part(known, told_now, shared):
    assert shared_upto(known, told_now) == shared
