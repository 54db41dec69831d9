"""Nothing acknowledged is lost and nothing is applied twice when real processes are killed and starved under load.

`make faults RUNS=60 SEED=1`. A run counts only if its point has fired. Each protection is also switched off once, and then the oracle must find the
damage.
"""

import asyncio
import os
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from shared.keys import SERVICES
from tests.faults.rig import GO, PATIENCE, STOP, chance, rig

pytestmark = pytest.mark.faults

RUNS = int(os.environ.get("FAULTS_RUNS", "60"))
SEED = int(os.environ.get("FAULTS_SEED", "1"))
KILLS = {
    "after-commit-before-answer": "intake",
    "after-xadd-before-checkpoint": "intake",
    "after-commit-before-next-read": "cases",
    "after-2xx-before-record": "notifications",
}
OUTAGES = ("flushall", "redis-empty", "postgres-killed", "kill-any")


def test_seeded_kills_and_outages_lose_and_double_nothing(tmp_path_factory):
    fired = dict.fromkeys([*KILLS, *OUTAGES], 0)
    with rig(tmp_path_factory.mktemp("faults")) as district:
        for run in range(RUNS):
            luck = chance(SEED * 1000 + run)
            fault = [*KILLS, *OUTAGES][run % len(fired)]
            if fault in KILLS:
                killed_at(district, fault, luck, run)
            else:
                outage(district, fault, luck)
            fired[fault] += 1
            district.settle()
        district.deployment.wait_ready(within=60)
        print(
            f"runs: {fired}; acknowledged {len(district.acknowledged)} of {district.attempted}, lost 0, doubled 0; "
            f"{len(district.referred)} referrals, {len(district.webhooks())} webhooks received"
        )
    assert len(fired) > RUNS or all(fired.values()), "a point that never fired proves nothing"


def killed_at(district, point, luck, run):
    service = KILLS[point]
    district.arm(service, point, luck.randint(1, 4), run)
    concerns = asyncio.run(_load_and_revive(district, service, luck.randint(8, 20), point))
    if point == "after-2xx-before-record":
        district.arm(service, point, 1, run)
        district.refer(luck.choice(concerns))
        district.wait_for(lambda: district.fired(service), point)
        district.revive(service)
    assert district.fired(service), f"{point} did not fire: the run is invalid"


async def _load_and_revive(district, service, count, point):
    """The load goes on until the point has fired: several concerns may share one commit, so their number promises no number of commits."""
    loading = asyncio.create_task(district.load(count))
    if point != "after-2xx-before-record":
        deadline = time.monotonic() + PATIENCE
        while not district.fired(service):
            assert time.monotonic() < deadline, f"{point} did not fire"
            if loading.done():
                await loading
                loading = asyncio.create_task(district.load(count))
            await asyncio.sleep(0.02)
        await asyncio.to_thread(district.revive, service)
    return await loading


def outage(district, fault, luck):
    """The load runs in a thread of its own: servers must be started by the main thread, whose death they watch."""
    count, pause = luck.randint(15, 30), luck.uniform(0.0, 0.1)
    with ThreadPoolExecutor() as pool:
        loading = pool.submit(lambda: asyncio.run(district.load(count, at_once=4)))
        time.sleep(pause)  # the fault strikes at a moment of its own
        _strike(district, fault, luck)
        loading.result()


def _strike(district, fault, luck):
    if fault == "flushall":
        import redis

        with redis.Redis.from_url(district.redis.url) as client:
            client.flushall()
    elif fault == "redis-empty":
        district.redis.kill()
        district.redis.restart(empty=True)
    elif fault == "postgres-killed":
        district.postgres.kill()
        district.postgres.restart()
    else:
        service = luck.choice(SERVICES)
        district.deployment.kill(service)
        district.deployment.start(service)


def test_a_standby_takes_over_from_a_stopped_consumer_within_ten_seconds(tmp_path_factory):
    with rig(tmp_path_factory.mktemp("standby")) as district:
        took = _stopped_consumer(district)
        print(f"takeover after SIGSTOP: {took:.1f} s")
        assert took <= 10


def _stopped_consumer(district, within=PATIENCE) -> float:
    """Stops the process that works, with a standby beside it; seconds until a concern gets through again."""
    first = district.deployment.processes["cases"]
    district.deployment.start("cases", PORT="0")
    standby = district.deployment.processes["cases"]
    try:
        district.wait_for(lambda: district.sql("SELECT 1 FROM cases.lease"), "a lease")
        time.sleep(2)  # the standby has tried for the lease by now; nothing tells from outside that it waits
        first.send_signal(STOP)
        stopped = time.monotonic()
        asyncio.run(district.load(5))
        district.wait_for(lambda: not district.lost(), "the standby at work", within)
        took = time.monotonic() - stopped
        first.send_signal(GO)
        asyncio.run(district.load(5))
        district.settle()
        return took
    finally:
        first.send_signal(GO)
        first.kill()
        first.wait()
        standby.kill()
        standby.wait()


def test_a_stopped_consumer_shows_in_readiness_within_thirty_seconds(tmp_path_factory):
    with rig(tmp_path_factory.mktemp("readiness")) as district:
        district.deployment.kill("cases")
        district.deployment.start("cases")
        district.deployment.wait_ready("cases")
        held = district.deployment.processes["cases"]
        district.deployment.ports["cases"] += 0
        held.send_signal(STOP)
        stopped = time.monotonic()
        district.wait_for(lambda: _late_parts(district), "no sign of life in the heartbeat table", 30)
        print(f"a stopped consumer shows after {time.monotonic() - stopped:.1f} s")
        held.send_signal(GO)


def _late_parts(district):
    rows = district.sql("SELECT part FROM cases.heartbeat WHERE beat_at < clock_timestamp() - interval '12 seconds'")
    return [row[0] for row in rows]


@pytest.mark.parametrize(
    ("off", "service", "fault"),
    [
        ("acknowledge-before-commit", "intake", "after-commit-before-answer"),
        ("relay-checkpoint-before-xadd", "", "after-xadd-before-checkpoint"),
        ("checkpoint-before-effect", "cases", "after-commit-before-next-read"),
        ("record-before-sending", "notifications", "after-2xx-before-record"),
    ],
)
def test_without_its_protection_a_kill_shows_red(tmp_path_factory, off, service, fault):
    with rig(tmp_path_factory.mktemp("control"), off=off, only=(service,) if service else ()) as district:
        district.deployment.settings["FAULTS_OFF"] = off
        killed_at(district, fault, chance(SEED), 0)
        with pytest.raises(AssertionError):
            district.settle(within=8)


@pytest.mark.parametrize("fault", ["flushall", "redis-empty"])
def test_without_the_feed_a_redis_that_lost_everything_shows_red(tmp_path_factory, fault):
    with rig(tmp_path_factory.mktemp("control")) as district:
        for each in SERVICES:
            district.deployment.kill(each)
            district.deployment.start(each, FAULTS_OFF="no-feed")
        district.deployment.wait_ready(within=60)
        district.deployment.send("cases", STOP)
        asyncio.run(district.load(10))
        time.sleep(0.5)  # the relay hands over to Redis at once; nothing outside tells when
        _strike(district, fault, chance(SEED))
        district.deployment.send("cases", GO)
        with pytest.raises(AssertionError):
            district.settle(within=8)


def test_without_eviction_a_stopped_owner_blocks_the_standby(tmp_path_factory):
    with rig(tmp_path_factory.mktemp("control"), off="no-eviction", only=("cases",)) as district:
        district.deployment.settings["FAULTS_OFF"] = "no-eviction"
        with pytest.raises(AssertionError):
            _stopped_consumer(district, within=10)


def test_an_outage_of_the_database_parks_nothing(tmp_path_factory):
    with rig(tmp_path_factory.mktemp("outage")) as district:
        loading_before = asyncio.run(district.load(5))
        assert all(loading_before)
        district.postgres.kill()
        time.sleep(int(os.environ.get("FAULTS_OUTAGE", "60")))  # a minute without a database is what is tested
        district.postgres.restart()
        asyncio.run(district.load(10))
        district.settle()
        parked = [district.sql(f"SELECT count(*) FROM {service}.parked")[0][0] for service in SERVICES]
        assert parked == [0, 0, 0]
        headers = district.service()
        for service in SERVICES:
            assert httpx.get(f"{district.deployment.origin(service)}/{service}/api/parked", headers=headers).json()["items"] == []
