"""A new master key: every key of a person gets a new box, at any moment each opens, and what was erased stays erased."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from shared import rewrapping
from shared.clock import FixedClock
from shared.database import Database
from shared.destroying import Destroyer, all_of
from shared.errors import Unavailable
from shared.heartbeat import Heartbeats
from shared.rewrapping import Rewrapper
from shared.sealed import Erased
from shared.sealing import KeyringVault, ToSeal
from shared.secretfile import GivenSecrets
from shared.secretset import SecretSet
from shared.wrapping import MasterKeys
from tests.erasing import erasures_login
from tests.keys import secrets
from tests.logins import login

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PEOPLE = [f"person-{number}" for number in range(7)]


class Ring:
    """A service with the keyring, and the secrets of the moment."""

    def __init__(self, database: Database, url: str) -> None:
        self.database, self.url = database, url
        self.known, self.clock = secrets(), FixedClock(NOON)

    def masters(self, known: SecretSet | None = None) -> MasterKeys:
        return MasterKeys(GivenSecrets(known or self.known), self.clock)

    def vault(self, known: SecretSet | None = None) -> KeyringVault:
        return KeyringVault(self.database, self.masters(known))

    def rewrapper(self) -> Rewrapper:
        return Rewrapper(self.database, self.masters(), Heartbeats(self.database))

    def rotate(self) -> None:
        letter = bytes([ord("A") + len(self.known.secrets)])
        self.known = self.known.rotated("master", letter * 32, since=self.clock.moment, until=self.clock.moment + timedelta(hours=1))

    def rows(self, query: str) -> list[tuple]:
        with psycopg.connect(self.url, autocommit=True) as administrator:
            return administrator.execute(query).fetchall()

    def under(self) -> dict[str, int]:
        return dict(self.rows("SELECT master, count(*) FROM keyring.key WHERE wrapped IS NOT NULL GROUP BY master"))

    def newest(self) -> SecretSet:
        return SecretSet(self.known.of("master")[-1:])


@pytest.fixture
def run(database: str) -> Callable[[Callable[[Ring], Awaitable[None]]], None]:
    async def opened(scenario: Callable[[Ring], Awaitable[None]]) -> None:
        own = Database(login(database, "cases"), "cases")
        await own.open()
        try:
            await scenario(Ring(own, database))
        finally:
            await own.close()

    return lambda scenario: asyncio.run(opened(scenario))


async def sealed(ring: Ring) -> list:
    return await ring.vault().seal_many([ToSeal(person, "case", person, "c") for person in PEOPLE])


def test_after_a_rotation_every_key_opens_with_the_new_master_key_alone_and_is_the_same_key(run):
    async def scenario(ring):
        boxes = await sealed(ring)
        derived = await ring.vault().derive_many(PEOPLE, "case", "receipt")
        ring.rotate()
        assert await ring.vault().open_many(boxes) == PEOPLE
        assert await ring.rewrapper().rewrap_all() == len(PEOPLE)
        assert ring.under() == {"2": len(PEOPLE)}
        assert await ring.vault(ring.newest()).open_many(boxes) == PEOPLE
        assert await ring.vault(ring.newest()).derive_many(PEOPLE, "case", "receipt") == derived
        assert await ring.rewrapper().rewrap_all() == 0

    run(scenario)


def test_a_new_key_is_wrapped_under_the_active_master_key_and_one_that_is_only_announced_wraps_nothing(run):
    async def scenario(ring):
        ring.known = ring.known.rotated("master", b"n" * 32, since=NOON + timedelta(seconds=10), until=NOON + timedelta(hours=1))
        await ring.vault().seal("ani", "case", "x", "c")
        assert await ring.rewrapper().rewrap_all() == 0
        ring.clock.moment += timedelta(seconds=10)
        await ring.vault().seal("budi", "case", "x", "c")
        assert ring.under() == {"1": 1, "2": 1}

    run(scenario)


def test_a_process_whose_clock_is_behind_does_not_undo_what_another_wrapped(run):
    async def scenario(ring):
        ring.known = ring.known.rotated("master", b"n" * 32, since=NOON + timedelta(seconds=10), until=NOON + timedelta(hours=1))
        ring.clock.moment += timedelta(seconds=10)
        await ring.vault().seal("ani", "case", "x", "c")
        ring.clock.moment = NOON
        assert await ring.rewrapper().rewrap_all() == 0
        assert ring.under() == {"2": 1}

    run(scenario)


def test_what_the_first_release_wrapped_is_carried_over(run):
    async def scenario(ring):
        ring.known = secrets(b"k", "0")
        boxes = await sealed(ring)
        ring.rotate()
        await ring.rewrapper().rewrap_all()
        assert await ring.vault(ring.newest()).open_many(boxes) == PEOPLE

    run(scenario)


@pytest.mark.parametrize("after", range(4))
def test_a_kill_at_any_page_leaves_every_key_open_and_the_next_start_goes_on(run, monkeypatch, after):
    monkeypatch.setattr(rewrapping, "TOGETHER", 2)

    async def scenario(ring):
        boxes = await sealed(ring)
        ring.rotate()
        dying, replace, pages = ring.rewrapper(), Rewrapper._replace, list[object]()

        async def killed(self, master, page):
            if len(pages) == after:
                raise KeyboardInterrupt
            pages.append(page)
            return await replace(self, master, page)

        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(Rewrapper, "_replace", killed)
            await dying.rewrap_all()
        assert ring.under().get("2", 0) == min(2 * after, len(PEOPLE))
        assert await ring.vault().open_many(boxes) == PEOPLE
        assert await ring.rewrapper().rewrap_all() == len(PEOPLE) - min(2 * after, len(PEOPLE))
        assert await ring.vault(ring.newest()).open_many(boxes) == PEOPLE

    run(scenario)


def test_an_erasure_between_reading_and_writing_is_never_undone(run, monkeypatch):
    async def scenario(ring):
        boxes = await sealed(ring)
        ring.rotate()
        replace = Rewrapper._replace

        async def erased_meanwhile(self, master, page):
            await Destroyer(erasures_login(ring.url)).destroy(all_of(PEOPLE[3]))
            return await replace(self, master, page)

        monkeypatch.setattr(Rewrapper, "_replace", erased_meanwhile)
        assert await ring.rewrapper().rewrap_all() == len(PEOPLE) - 1
        opened = await ring.vault().open_many(boxes)
        assert [person for person, text in zip(PEOPLE, opened, strict=True) if isinstance(text, Erased)] == [PEOPLE[3]]

    run(scenario)


def test_two_processes_that_rewrap_side_by_side_spoil_nothing(run):
    async def scenario(ring):
        boxes = await sealed(ring)
        ring.rotate()
        done = await asyncio.gather(*(ring.rewrapper().rewrap_all() for _ in range(3)))
        assert sum(done) == len(PEOPLE)
        assert await ring.vault(ring.newest()).open_many(boxes) == PEOPLE

    run(scenario)


def test_a_box_that_does_not_open_stays_and_keeps_its_master_key(run):
    async def scenario(ring):
        await sealed(ring)
        ring.rows("UPDATE keyring.key SET wrapped = '\\x00' WHERE person = 'person-1' RETURNING 1")
        ring.rotate()
        assert await ring.rewrapper().rewrap_all() == len(PEOPLE) - 1
        assert ring.under() == {"1": 1, "2": len(PEOPLE) - 1}

    run(scenario)


def test_a_service_rewraps_the_keys_of_its_own_purposes_alone(run, database):
    async def scenario(ring):
        await sealed(ring)
        neighbour = Database(login(database, "notifications"), "notifications")
        await neighbour.open()
        theirs = Ring(neighbour, database)
        await theirs.vault().seal("ani", "contact", "x", "c")
        theirs.rotate()
        assert await theirs.rewrapper().rewrap_all() == 1
        assert ring.under() == {"1": len(PEOPLE), "2": 1}
        await neighbour.close()

    run(scenario)


def test_a_process_without_the_master_key_of_a_box_says_that_it_is_not_available_and_nothing_is_lost(run):
    async def scenario(ring):
        boxes = await sealed(ring)
        with pytest.raises(Unavailable, match="master key 1"):
            await ring.vault(SecretSet(secrets(b"n", "2").of("master"))).open_many(boxes)
        assert await ring.vault().open_many(boxes) == PEOPLE

    run(scenario)


def test_no_key_lies_anywhere_in_clear(run):
    async def scenario(ring):
        await sealed(ring)
        ring.rotate()
        await ring.rewrapper().rewrap_all()
        keys = [key.material for key in (await ring.vault()._keys_of({(person, "case") for person in PEOPLE})).values()]
        boxes = b"".join(row[0] for row in ring.rows("SELECT wrapped FROM keyring.key"))
        assert len(keys) == len(PEOPLE)
        assert not any(key in boxes for key in keys)

    run(scenario)
