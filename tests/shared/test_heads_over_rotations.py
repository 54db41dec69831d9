"""A signed head is proof for ever: keys change, their public halves stay in the store, and each new key vouches for those before it."""

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from shared.clock import FixedClock
from shared.database import Database
from shared.eventstore.earlier_heads import count_unsigned
from shared.eventstore.postgres import PostgresEventStore
from shared.eventstore.signing import HeadSigner
from shared.eventstore.store import Item, Write
from shared.eventstore.verify import Broken, verify_store
from shared.heartbeat import Heartbeats
from shared.secretset import SecretSet
from tests.keys import keys, secrets
from tests.logins import login
from tests.shared.test_store import event

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
UNSIGNED = "the history up to here is not the one that was signed"
UNVOUCHED = "the head up to here is signed with a key that nobody vouches for"


class Store:
    """A store that grows by an event and is signed, under the secrets of the moment."""

    def __init__(self, database: Database, url: str) -> None:
        self.database, self.url = database, url
        self.known = secrets()
        self.clock = FixedClock(NOON)
        self.count = 0

    def keys(self, known: SecretSet | None = None):
        return keys("cases", known or self.known, self.clock)

    def signer(self) -> HeadSigner:
        return HeadSigner(self.database, self.keys(), Heartbeats(self.database))

    async def grow(self) -> None:
        self.count += 1
        await PostgresEventStore(self.database).append(Item((Write("case-1", self.count - 1, (event(f'{{"number":{self.count}}}'),)),)))

    async def sign(self) -> None:
        await self.grow()
        signer = self.signer()
        await signer.vouch()
        await signer.sign_head()

    def rotate(self) -> None:
        letter = bytes([ord("A") + len(self.known.secrets)])
        until = self.clock.moment + timedelta(hours=1)
        self.known = self.known.rotated("cases", letter * 32, since=self.clock.moment, until=until)

    def drop_all_but_the_newest(self) -> None:
        for old in self.known.of("cases")[:-1]:
            self.known = self.known.without(old)

    async def broken(self, known: SecretSet | None = None) -> Broken | None:
        return (await verify_store(self.database, self.keys(known))).broken

    def tamper(self, *statements: str) -> None:
        with psycopg.connect(self.url) as administrator:
            administrator.execute("SET session_replication_role = replica")
            for statement in statements:
                administrator.execute(statement)

    def rows(self, query: str) -> list[tuple]:
        with psycopg.connect(self.url) as administrator:
            return administrator.execute(query).fetchall()


@pytest.fixture
def run(database: str) -> Callable[[Callable[[Store], Awaitable[None]]], None]:
    async def opened(scenario: Callable[[Store], Awaitable[None]]) -> None:
        own = Database(login(database, "cases"), "cases")
        await own.open()
        try:
            await scenario(Store(own, database))
        finally:
            await own.close()

    return lambda scenario: asyncio.run(opened(scenario))


def test_heads_made_before_during_and_after_rotations_verify_with_the_newest_secret_alone(run):
    async def scenario(store):
        for _ in range(3):
            await store.sign()
            store.rotate()
            await store.sign()
            store.drop_all_but_the_newest()
        await store.sign()
        assert await store.broken() is None
        assert [len(store.known.of("cases")), len(store.rows("SELECT position FROM cases.signed_head"))] == [1, 7]
        store.tamper("UPDATE cases.signed_head SET store_hash = decode(repeat('00', 32), 'hex') WHERE position = 1")
        assert (await store.broken()).what == UNSIGNED

    run(scenario)


def test_a_head_that_did_not_move_is_signed_once_more_under_the_new_key(run):
    async def scenario(store):
        await store.sign()
        signer = HeadSigner(store.database, store.keys(), Heartbeats(store.database))
        await signer.sign_head()
        store.rotate()
        await HeadSigner(store.database, store.keys(), Heartbeats(store.database)).sign_head()
        assert store.rows("SELECT position, key FROM cases.signed_head ORDER BY key") == [(1, "1"), (1, "2")]

    run(scenario)


def test_somebody_with_the_database_and_no_secret_cannot_make_a_key_trusted(run):
    """The word of an intruder's key for itself and for another, put into the table, is no proof of a head."""

    async def scenario(store):
        await store.sign()
        intruder = Store(store.database, store.url)
        intruder.known, intruder.count = secrets(b"x").only({"cases"}), store.count
        store.tamper("DELETE FROM cases.signed_head", "DELETE FROM cases.head_key", "UPDATE cases.event SET body = '2' WHERE false")
        await intruder.sign()
        store.tamper("UPDATE cases.signed_head SET key = '9'", "UPDATE cases.head_key SET key = '9', vouched_by = '9'")
        assert (await store.broken()).what == UNVOUCHED

    run(scenario)


def test_a_key_is_vouched_for_only_by_one_that_is_trusted_itself(run):
    async def scenario(store):
        await store.sign()
        store.rotate()
        await store.sign()
        store.tamper("DELETE FROM cases.head_key WHERE key = '1' AND vouched_by = '2'")
        assert await store.broken() is None  # the old secret is still there
        store.drop_all_but_the_newest()
        assert (await store.broken()).what == UNVOUCHED

    run(scenario)


def test_of_a_forged_word_nothing_is_believed(run):
    async def scenario(store):
        await store.sign()
        store.rotate()
        await store.sign()
        store.drop_all_but_the_newest()
        store.tamper("UPDATE cases.head_key SET public_key = (SELECT public_key FROM cases.head_key WHERE key = '2' LIMIT 1) WHERE key = '1'")
        assert (await store.broken()).what == UNVOUCHED

    run(scenario)


def test_another_services_word_is_none_here(run):
    async def scenario(store):
        await store.sign()
        broken = (await verify_store(store.database, keys("intake", store.known, store.clock))).broken
        assert broken and broken.what == UNSIGNED

    run(scenario)


# heads of the first release ----------------------------------------------------------------------------------------


def sign_as_the_first_release(store: Store) -> None:
    """As its head signer did, with the token key."""
    position, store_hash = store.rows("SELECT position, store_hash FROM cases.store_head")[0]
    signature = hmac.digest(b"k" * 32, f"tanggap-head|cases|{position}|".encode() + store_hash, "sha256")
    with psycopg.connect(store.url) as administrator:
        administrator.execute(
            "INSERT INTO cases.signed_head (position, store_hash, signature) VALUES (%s, %s, %s)", (position, store_hash, signature)
        )


async def first_release(store: Store, heads: int = 3) -> None:
    store.known = secrets(b"k", "0")
    for _ in range(heads):
        await store.grow()
        sign_as_the_first_release(store)


def test_heads_of_the_first_release_verify_with_its_token_key_and_after_it_was_retired(run):
    async def scenario(store):
        await first_release(store)
        assert await store.broken() is None
        await store.sign()
        assert (await count_unsigned(store.database), await store.signer().sign_earlier()) == (3, 3)
        assert (await count_unsigned(store.database), await store.signer().sign_earlier()) == (0, 0)
        store.rotate()
        await store.sign()
        store.drop_all_but_the_newest()
        assert await store.broken() is None
        store.tamper("DELETE FROM cases.signed_head WHERE position = 2 AND key <> 'first-release'")
        assert (await store.broken()).what == UNVOUCHED

    run(scenario)


def test_a_head_that_the_first_release_did_not_sign_is_not_signed_anew_and_is_named(run):
    async def scenario(store):
        await first_release(store)
        store.tamper("UPDATE cases.signed_head SET store_hash = decode(repeat('00', 32), 'hex') WHERE position = 2")
        assert await store.signer().sign_earlier() == 2
        broken = await store.broken()
        assert (broken.position, broken.what) == (2, UNSIGNED)

    run(scenario)


def test_signing_anew_goes_on_after_a_kill(run, monkeypatch):
    async def scenario(store):
        await first_release(store, heads=5)
        monkeypatch.setattr("shared.eventstore.signing.TOGETHER", 2)
        dying, sign_page, pages = store.signer(), HeadSigner._sign, []

        async def killed(self, key, heads):
            pages.append(len(heads))
            if len(pages) == 2:
                raise KeyboardInterrupt
            await sign_page(self, key, heads)

        monkeypatch.setattr(HeadSigner, "_sign", killed)
        with pytest.raises(KeyboardInterrupt):
            await dying.sign_earlier()
        monkeypatch.setattr(HeadSigner, "_sign", sign_page)
        assert await count_unsigned(store.database) == 3
        assert await store.signer().sign_earlier() == 3

    run(scenario)
