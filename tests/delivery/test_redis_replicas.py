"""A Redis that dies and whose replica is promoted: nothing told is lost or heard twice, whatever of it the replica had (docs/more-servers.md)."""

import asyncio
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis

from district.deployment import free_port
from district.embedded.folders import leave, private_folder, socket_path
from district.embedded.process import dying_with_us
from district.embedded.redis import binary
from shared.delivery.wire import stream_key
from shared.testing import eventually
from tests.delivery.rig import keys_of, working

NOWHERE = ("127.0.0.1", 1)


@dataclass
class Pair:
    """Two servers, of which the second follows the first, and one address of whichever carries."""

    folder: Path
    ports: tuple[int, int]
    servers: list[subprocess.Popen[bytes]]

    @property
    def url(self) -> str:
        return f"unix://{self.folder / 'carries'}"

    @property
    def second(self) -> redis.Redis:
        return redis.Redis(port=self.ports[1])

    def lead_to(self, number: int) -> None:
        """The address leads to this one from now on."""
        (self.folder / "carries").unlink(missing_ok=True)
        (self.folder / "carries").symlink_to(self.folder / f"{number}.sock")

    def cut(self) -> None:
        """The second hears nothing of the first any more, and does not know that it missed anything."""
        self.second.replicaof(*NOWHERE)

    def fail_over(self) -> None:
        """The first is killed, and the second takes its place."""
        self.servers[0].kill()
        self.servers[0].wait()
        self.second.replicaof("NO", "ONE")
        self.lead_to(1)

    def has(self, partition: int) -> int:
        """Position of the last entry that the second server carries."""
        entries: list[tuple[bytes, object]] = self.second.xrevrange(stream_key("intake", partition), count=1)  # type: ignore[assignment]
        return int(entries[0][0].split(b"-")[0]) if entries else 0

    async def follows(self) -> bool:
        """Whether the second has had all of the first; not while one of them does not listen yet."""
        with suppress(redis.ConnectionError):
            first, second = redis.Redis(port=self.ports[0]).info("replication"), self.second.info("replication")
            return second.get("master_link_status") == "up" and first["master_repl_offset"] == second["slave_repl_offset"]
        return False


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    folder = private_folder(socket_path(tmp_path))
    both = Pair(folder, (free_port(), free_port()), [])
    try:
        for number, port in enumerate(both.ports):
            following = ("--replicaof", "127.0.0.1", str(both.ports[0])) if number else ()
            both.servers.append(started(tmp_path / str(number), folder / f"{number}.sock", port, following))
        both.lead_to(0)
        yield both
    finally:
        for each in both.servers:
            each.kill()
            each.wait()
        (folder / "carries").unlink(missing_ok=True)
        leave(folder)


def started(data: Path, path: Path, port: int, more: tuple[str, ...]) -> subprocess.Popen[bytes]:
    data.mkdir()
    command = (
        binary(), "--port", str(port), "--bind", "127.0.0.1", "--unixsocket", str(path), "--dir", str(data), "--appendonly", "yes", "--save", "",
    )  # fmt: skip
    quiet = subprocess.DEVNULL
    return subprocess.Popen((*command, *more), stdin=quiet, stdout=quiet, stderr=quiet, preexec_fn=dying_with_us())


@pytest.fixture
def redis_url(pair: Pair) -> str:
    return pair.url


@pytest.mark.servers
def test_a_replica_that_does_not_listen_yet_does_not_follow_yet(tmp_path):
    assert not asyncio.run(Pair(tmp_path, (free_port(), free_port()), []).follows())


def test_a_promoted_replica_goes_on_where_the_first_died(run, soon, pair):
    async def scenario(rig):
        key = next(keys_of(0))
        async with working(rig.relay(), rig.subscription()):
            told = await rig.tell(key, key, key)
            await rig.until_heard(key, told)
            await eventually(pair.follows)
            pair.fail_over()
            assert pair.has(0) == told[-1]
            told += await rig.tell(key, key)
            await rig.until_heard(key, told)
            await rig.until_relayed(0, len(told))
        assert set(rig.heard.tries.values()) == {1}

    run(scenario)


def test_a_replica_that_was_behind_has_less_than_was_read_and_costs_nothing(run, soon, pair):
    async def scenario(rig):
        here, there = next(keys_of(0)), next(keys_of(1))
        async with working(rig.relay(), rig.subscription()):
            told = await rig.tell(here, here)
            await rig.until_heard(here, told)
            await eventually(pair.follows)
            pair.cut()
            told += await rig.tell(here, here)
            await rig.until_heard(here, told)
            pair.fail_over()
            assert pair.has(0) == told[1] < await rig.reader.checkpoint("cases", "intake", 0) == told[-1]
            told += await rig.tell(here)
            others = await rig.tell(there)
            await rig.until_heard(here, told)
            await rig.until_heard(there, others)
        assert set(rig.heard.tries.values()) == {1}

    run(scenario)


def test_what_the_replica_never_had_and_nobody_had_read_is_asked_of_its_owner(run, soon, pair):
    async def scenario(rig):
        key = next(keys_of(0))
        await eventually(pair.follows)
        pair.cut()
        told = await rig.tell(key, key)
        await rig.relay_all()
        pair.fail_over()
        assert pair.has(0) == 0, "and the relay believes that it is carried"
        async with working(rig.relay(), rig.subscription()):
            await rig.until_heard(key, told)
            assert rig.feed.pulled != []
            told += await rig.tell(key)
            await rig.until_heard(key, told)
        assert set(rig.heard.tries.values()) == {1}
        assert await rig.parking.list() == []

    run(scenario)
